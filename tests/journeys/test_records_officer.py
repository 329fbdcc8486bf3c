"""The records officer takes in, reads and decides."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Visitor
from tests.journeys.house import House
from tests.journeys.names import BATCH, COMPLAINT, HANDED_OVER, OFFICER, WELSH

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
READING_MS = 120_000


def test_a_records_officer_hands_over_files_and_sees_that_they_add_up(visit: Visit, house: House) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.picture("home", height=1120)

    officer.follow("Upload")
    page.locator("input[type=file]").set_input_files([house.paper(path) for path in HANDED_OVER])
    page.get_by_label("Name of the batch").fill("Box 21, by hand")
    page.get_by_label("Where the files came from").fill("Basement store, box 21")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Taken in", exact=True)).to_be_visible(timeout=READING_MS)

    expect(page.locator(".candour-sum")).to_contain_text("2 found = 2 registered + 0 duplicates + 0 quarantined")
    expect(page.locator(".candour-sum")).to_contain_text("It adds up.")
    page.get_by_role("link", name="registered", exact=True).click()
    for path in HANDED_OVER:
        row = page.get_by_role("row").filter(has_text=path.rpartition("/")[2])
        expect(row).to_contain_text("Registered")
        expect(row.get_by_role("link")).to_have_text(re.compile(r"^R\d{6}$"))


def test_the_same_files_handed_over_again_are_duplicates(visit: Visit, house: House) -> None:
    officer = visit(OFFICER)
    page = officer.page

    officer.open("/upload")
    page.locator("input[type=file]").set_input_files([house.papers / "taken in" / COMPLAINT])
    page.get_by_label("Name of the batch").fill("The same letter again")
    page.get_by_label("Where the files came from").fill("Basement store, box 9")
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_text("Taken in", exact=True)).to_be_visible(timeout=READING_MS)
    expect(page.locator(".candour-sum")).to_contain_text("1 found = 0 registered + 1 duplicate + 0 quarantined")


def test_a_records_officer_sees_what_could_not_be_read(visit: Visit) -> None:
    officer = visit(OFFICER)
    page = officer.page

    officer.follow("Batches")
    page.get_by_role("link", name=BATCH, exact=True).click()

    expect(page.locator(".candour-sum")).to_contain_text("It adds up.")
    row = page.get_by_role("row").filter(has_text="2013 CSE panel minutes (locked).pdf")
    expect(row).to_contain_text("Quarantined")
    expect(row).to_contain_text("password")
    officer.picture("batch", height=1000)


def test_a_records_officer_reads_the_evidence_and_decides(visit: Visit, house: House) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.open(f"/records/{house.reference_of(COMPLAINT)}")

    confirmed = page.locator("#suggestion-allegations")
    words = page.locator("mark.candour-mark--evidence")
    expect(page.locator(".candour-picture__image")).to_be_visible()
    expect(words.first).to_be_visible()
    expect(page.locator("rect.candour-box--evidence").first).to_be_attached()
    shown = " ".join(" ".join(words.all_inner_texts()).split())
    assert "over-familiar" in shown
    expect(confirmed).to_contain_text("over-familiar")
    officer.picture("record", at=page.locator("#page"))

    confirmed.get_by_label("Confirm").check()
    confirmed.get_by_label("Why").fill("The letter says what he was told by his son.")
    confirmed.get_by_role("button", name="Keep this decision").click()
    expect(confirmed.get_by_text("Confirmed", exact=True)).to_be_visible()
    rejected = page.locator("#suggestion-involved")
    rejected.get_by_label("Reject").check()
    rejected.get_by_label("Why").fill("She writes to the department; nobody else is said to have acted.")
    rejected.get_by_role("button", name="Keep this decision").click()

    expect(rejected.get_by_text("Rejected", exact=True)).to_be_visible()
    history = page.locator("#history")
    expect(history).to_contain_text("The letter says what he was told by his son.")
    expect(history).to_contain_text("nobody else is said to have acted.")
    expect(history).to_contain_text(OFFICER)
    expect(page.locator("#holds")).to_contain_text("Under a category")


def test_a_decision_without_a_reason_is_asked_for_again(visit: Visit, house: House) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.open(f"/records/{house.reference_of(WELSH)}")
    suggestion = page.locator("#suggestion-duties")
    suggestion.get_by_label("Reject").check()
    officer.expects_refusal = True

    suggestion.get_by_role("button", name="Keep this decision").click()

    expect(page.locator(".govuk-error-summary")).to_contain_text("Say why, in a few words")
    expect(suggestion.get_by_text("Rejected", exact=True)).to_have_count(0)
    expect(page.locator("#history")).not_to_contain_text(OFFICER)


def test_a_list_that_was_narrowed_is_gone_back_to_as_it_was(visit: Visit) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.open("/records")
    page.get_by_label("State").select_option("read")
    page.get_by_role("button", name="Show").click()
    page.locator(".candour-row__title a, .candour-rows a").first.click()

    page.get_by_role("navigation", name="Back").get_by_role("link", name="Records").click()

    expect(page.get_by_label("State")).to_have_value("read")


def test_a_records_officer_logs_time_and_never_sees_the_spending(visit: Visit) -> None:
    officer = visit(OFFICER)

    officer.open("/costs")

    expect(officer.heading).to_have_text("Your time")
    assert "£" not in officer.page.locator("main").inner_text()


def test_a_records_officer_is_refused_what_others_are_here_for(visit: Visit) -> None:
    officer = visit(OFFICER)

    for path in ("/costs/spending", "/bundles", "/failings", "/users", "/audit"):
        assert "ask someone whose role is" in officer.is_refused(path)
