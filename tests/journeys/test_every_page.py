"""Every page a role can come to: sound for assistive technology, and narrow enough for a phone."""

from collections.abc import Callable

import pytest

from tests.journeys.browsing import PHONE, WIDE, Visitor
from tests.journeys.house import House
from tests.journeys.names import (
    ADMINISTRATOR,
    HONOUR,
    HONOUR_MAIL,
    LAWYER,
    LEADER,
    LOG_BOOK,
    OFFICER,
    REGISTER,
    WELSH,
)

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]

# Beside what the main navigation offers. A name in braces is the record made of that paper.
DEEPER = {
    OFFICER: (
        "/records/{WELSH}",
        "/records/{LOG_BOOK}?page=2",
        "/records/{REGISTER}/risk",
        "/records/to-decide",
        "/records/disagreements",
        "/records/{WELSH}/difference/{LOG_BOOK}",
        "/records/{WELSH}/correct",
        "/search?q=children",
        "/search?q=nothinglikethis",
        "/search?q=%22unfinished",
        "/batches/1",
        "/places/P0000001",
        "/losses",
        "/repositories",
        "/repositories/new",
        "/records/{LOG_BOOK}/split",
        "/batches/1/items",
        "/batches/1/capture",
        "/batches/1/proof",
        "/unread-pages",
        "/unread-pages/seen",
        "/read-again",
        "/batches/1/passwords",
        "/boxes/new",
        "/boxes/fill",
        "/records/{LOG_BOOK}/pages/2",
        "/kept-searches",
        "/help",
        "/support",
        "/accessibility",
    ),
    LAWYER: (
        "/records/{HONOUR}",
        "/records/{HONOUR_MAIL}",
        "/search?q=committee",
        "/search?q=*&custodian=Town+clerk&answers=PI-009+1",
        "/requests/new",
        "/requests/1",
        "/reading-lists",
        "/term-reports",
        "/term-reports/new",
        "/search-records",
        "/search-records/new",
        "/bundles/new",
        "/repositories",
        "/repositories/RP0001",
        "/statements/1",
        "/statements/1/write/losses",
        "/statements/1/figures/pages",
        "/statements/1/difference?with=now",
        "/failings/new",
        "/failings/F0001",
    ),
    LEADER: (
        "/requests/1",
        "/requests/searches",
        "/repositories",
        "/statements/1",
        "/statements/1/sign",
        "/statements/1/difference",
        "/failings/F0001",
        "/costs/effort",
        "/costs/spending",
        "/costs/spending/new",
        "/costs/rates",
    ),
    ADMINISTRATOR: (),
}
PAPERS = {"WELSH": WELSH, "LOG_BOOK": LOG_BOOK, "REGISTER": REGISTER, "HONOUR": HONOUR, "HONOUR_MAIL": HONOUR_MAIL}


def pages_of(visitor: Visitor, email: str, house: House) -> list[str]:
    """Every address to be looked at, the main navigation first."""
    navigation = visitor.page.locator(".candour-navigation a")
    main = [link.get_attribute("href") or "" for link in navigation.all()]
    assert len(main) > 3
    references = {name: house.reference_of(path) for name, path in PAPERS.items()}
    return list(dict.fromkeys([*main, *(path.format(**references) for path in DEEPER[email])]))


@pytest.mark.parametrize("email", [OFFICER, LAWYER, LEADER, ADMINISTRATOR])
def test_every_page_of_a_role_is_sound_and_fits_a_phone(visit: Visit, house: House, email: str) -> None:
    visitor = visit(email)
    faults: dict[str, list[str]] = {}

    for path in pages_of(visitor, email, house):
        visitor.page.set_viewport_size(WIDE)
        if path.startswith("/search?q=%22"):
            visitor.expects_refusal = True
            visitor.page.goto(f"{visitor.url}{path}")
            visitor.expects_refusal = False
        else:
            visitor.open(path)
        found = visitor.faults_for_assistive_technology()
        visitor.page.set_viewport_size(PHONE)
        too_wide = visitor.is_too_wide()
        if found or too_wide:
            faults[path] = [*found, *([f"wider than a phone: {too_wide}"] if too_wide else [])]

    assert faults == {}


def test_the_page_of_sign_in_is_sound_and_fits_a_phone(visit: Visit) -> None:
    stranger = visit(viewport=PHONE)

    stranger.open("/sign-in")

    assert stranger.faults_for_assistive_technology() == []
    assert stranger.is_too_wide() == ""
