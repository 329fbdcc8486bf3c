"""The lawyer logs what the inquiry asks, finds it, and sends it as one bundle."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, expect

from disclosure.bundle_spec import UNREDACTED_BANNER
from disclosure.bundle_verify import verify_bundle
from store import clock
from tests.journeys.browsing import Visitor
from tests.journeys.house import House
from tests.journeys.names import ADVICE, AUTHORITY, HONOUR_MAIL, LAWYER, MINUTES_1977, MINUTES_2002, PLAYGROUND

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
BUILDING_MS = 120_000


def fill_day(page: Page, legend: str, day: date) -> None:
    """The three boxes under this legend hold the day."""
    boxes = page.get_by_role("group", name=legend)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(label).fill(str(value))


def begin_bundle(page: Page, title: str, references: list[str]) -> None:
    """The builder shows these records in the order they were typed."""
    page.get_by_label("Title").fill(title)
    page.get_by_label("Prefix").fill("PEL")
    page.get_by_role("button", name="Choose the records").click()
    page.get_by_label("Or type their references").fill(", ".join(references))
    page.get_by_role("button", name="Add these").click()
    page.get_by_role("button", name="Order and build").click()


def order_of(page: Page) -> Locator:
    """The references in the order of the bundle."""
    return page.locator(".candour-order .candour-ref")


def test_a_lawyer_logs_a_request_with_its_paragraphs(visit: Visit) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page

    lawyer.follow("Requests")
    page.get_by_role("button", name="Log a request").click()
    page.get_by_label("Reference").fill("PI-014")
    page.get_by_label("Rule 9 request for documents").check()
    page.get_by_label("Title").fill("Fostering and the checks on households")
    fill_day(page, "Received", clock.today() - timedelta(days=3))
    fill_day(page, "Due", clock.today() + timedelta(days=40))
    page.get_by_label("What it asks in paragraph 1").fill("All minutes of the procedures sub-group.")
    page.get_by_label("What it asks in paragraph 2").fill("All letters from parents about a home.")
    page.get_by_role("button", name="Log the request").click()

    expect(lawyer.notice).to_contain_text("PI-014")
    expect(lawyer.heading).to_have_text("Fostering and the checks on households")
    expect(page.locator(".candour-asked")).to_contain_text("All minutes of the procedures sub-group.")
    expect(page.locator(".candour-asked")).to_contain_text("All letters from parents about a home.")


def test_a_lawyer_searches_and_keeps_the_search(visit: Visit) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page

    lawyer.follow("Search")
    page.get_by_label("Words to look for").fill("children AND (committee OR minutes)")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".candour-hit")).not_to_have_count(0)
    expect(page.locator("mark.candour-mark--found").first).to_be_visible()
    expect(page.get_by_role("complementary", name="Narrow the search")).to_be_visible()
    found = page.locator("#results-title").inner_text().partition(" record")[0]
    assert int(found) == page.locator(".candour-hit").count()
    lawyer.picture("search")

    page.get_by_role("link", name="Keep this search").click()
    page.get_by_role("textbox", name="Name").fill("Committees on children")
    page.get_by_role("button", name="Keep it").click()

    lawyer.open("/search")
    kept = page.get_by_role("listitem").filter(has_text="Committees on children")
    expect(kept).to_contain_text("children AND (committee OR minutes)")
    expect(kept).to_contain_text(f"{found} of ")
    expect(kept).to_contain_text(LAWYER)
    page.get_by_role("link", name="Committees on children").click()
    page.get_by_role("button", name="Run it again and compare").click()
    expect(page.get_by_text("0 new, 0 gone")).to_be_visible()


def test_a_lawyer_bundles_downloads_and_opens_the_bundle(visit: Visit, house: House, downloads: Path) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page
    minutes_1977, minutes_2002, mail = (house.reference_of(path) for path in (MINUTES_1977, MINUTES_2002, HONOUR_MAIL))

    lawyer.follow("Requests")
    page.get_by_role("link", name="Children’s homes of the borough").click()
    page.get_by_role("button", name="Build a bundle for it").click()
    begin_bundle(page, "Minutes and a letter", [minutes_2002, mail, minutes_1977])
    expect(order_of(page)).to_have_text([minutes_2002, mail, minutes_1977])
    expect(page.get_by_text(f"The family of {mail} is split.")).to_be_visible()
    page.get_by_role("button", name="Add the rest of it").click()
    expect(order_of(page)).to_have_count(6)
    page.get_by_role("button", name="Put in order of date").click()
    expect(order_of(page).first).to_have_text(minutes_1977)
    page.get_by_role("button", name=re.compile(rf"^Down\s*:?\s*{minutes_1977}$")).click()
    expect(order_of(page).nth(1)).to_have_text(minutes_1977)
    order = order_of(page).all_inner_texts()
    page.get_by_role("button", name="Build the bundle").click()
    page.get_by_role("button", name="Open the bundle").click(timeout=BUILDING_MS)
    expect(page.locator(".candour-proof")).to_contain_text("Read back and right")
    lawyer.picture("bundle", height=1440)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the PDF").click()
    file = downloads / waiting.value.suggested_filename
    waiting.value.save_as(file)

    assert "COMPLETE-AND-UNREDACTED" in file.name.upper().replace("_", "-").replace(" ", "-")
    assert verify_bundle(file).ok
    with pypdfium2.PdfDocument(file) as bundle:
        pages = int(page.locator(".candour-facts div").filter(has_text="Pages").locator("dd").inner_text())
        assert len(bundle) == pages
        cover = bundle[0].get_textpage().get_text_bounded()
    for words in ("Minutes and a letter", AUTHORITY, "PI-009", UNREDACTED_BANNER):
        assert words in " ".join(cover.split())
    assert page.locator("table .candour-code a").all_inner_texts() == order


def test_a_privileged_record_keeps_the_bundle_from_being_built(visit: Visit, house: House) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page
    advice, playground = house.reference_of(ADVICE), house.reference_of(PLAYGROUND)

    lawyer.open(f"/records/{advice}")
    page.get_by_text("Mark it privileged or restricted").click()
    marks = page.locator("#marks")
    marks.get_by_label("Privileged").check()
    marks.get_by_label("Why").fill("Advice of the insurers’ solicitors on the reply.")
    marks.get_by_role("button", name="Mark it").click()
    expect(page.locator(".candour-record__tags")).to_contain_text("Privileged")
    lawyer.open("/bundles/new")
    begin_bundle(page, "It may not go", [playground, advice])

    refusal = page.locator(".candour-warning")
    expect(refusal).to_contain_text(advice)
    expect(refusal).to_contain_text("privileged")
    expect(page.get_by_role("button", name="Build the bundle")).to_have_count(0)
    page.get_by_role("button", name=f"Remove {advice}").click()
    expect(page.get_by_role("button", name="Build the bundle")).to_be_visible()


def test_a_lawyer_reads_the_failings_and_downloads_the_self_report(visit: Visit, downloads: Path) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page

    lawyer.follow("Failings")
    expect(lawyer.heading).to_have_text("Institutional failings")
    lawyer.picture("failings")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download it (Word)").click()
    file = downloads / waiting.value.suggested_filename
    waiting.value.save_as(file)

    assert file.suffix == ".docx"
    assert file.read_bytes().startswith(b"PK")
