"""The administrator lets people in and reads the audit trail, and never a record."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Visitor
from tests.journeys.house import House
from tests.journeys.names import ADMINISTRATOR, PLAYGROUND

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
NEWCOMER, CHOSEN = "newcomer@pellingford.example", "seven slow barges turning"


def test_an_administrator_adds_a_person_who_sets_a_password_and_signs_in(visit: Visit) -> None:
    administrator, newcomer = visit(ADMINISTRATOR), visit()

    administrator.follow("Users")
    administrator.page.get_by_label("E-mail address").fill(NEWCOMER)
    administrator.page.get_by_label("Leader").check()
    administrator.page.get_by_role("button", name="Add", exact=True).click()
    expect(administrator.heading).to_have_text(f"One-time link for {NEWCOMER}")
    link = administrator.page.locator("#link").inner_text().removeprefix(administrator.url)
    newcomer.open(link)
    newcomer.page.get_by_label("New password", exact=True).fill(CHOSEN)
    newcomer.page.get_by_label("The same password again", exact=True).fill(CHOSEN)
    newcomer.page.get_by_role("button", name="Set password").click()
    expect(newcomer.heading).to_have_text("Sign in")
    newcomer.sign_in(NEWCOMER, CHOSEN)

    expect(newcomer.page.locator(".candour-header__person")).to_contain_text(NEWCOMER)
    second_time = visit()
    second_time.expects_refusal = True
    second_time.page.goto(f"{second_time.url}{link}")
    expect(second_time.heading).to_have_text("There is no such page")
    expect(second_time.page.get_by_label("New password", exact=True)).to_have_count(0)


def test_an_administrator_verifies_and_reads_the_audit_trail(visit: Visit) -> None:
    administrator = visit(ADMINISTRATOR)
    page = administrator.page

    administrator.follow("Audit")
    page.get_by_role("button", name="Verify the whole trail now").click()

    expect(page.locator(".candour-proof--good")).to_contain_text("none changed, removed or moved")
    expect(page.locator(".candour-event").first).to_contain_text(ADMINISTRATOR)
    administrator.picture("audit")


def test_an_administrator_cannot_open_a_record(visit: Visit, house: House) -> None:
    administrator = visit(ADMINISTRATOR)

    for path in (f"/records/{house.reference_of(PLAYGROUND)}", "/records", "/search?q=children", "/bundles"):
        administrator.is_refused(path)


def test_a_wrong_password_lets_nobody_in(visit: Visit) -> None:
    stranger = visit()

    stranger.open("/sign-in")
    stranger.page.get_by_label("E-mail address").fill(ADMINISTRATOR)
    stranger.page.get_by_label("Password", exact=True).fill("not this one at all")
    stranger.page.get_by_role("button", name="Sign in").click()

    expect(stranger.page.locator(".govuk-error-summary")).to_contain_text("You are not signed in")
    stranger.open("/")
    expect(stranger.heading).to_have_text("Sign in")
