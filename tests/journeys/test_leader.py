"""The leader reads what it costs and what is overdue, and never the content of a file."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from store import clock
from tests.journeys.browsing import PHONE, Visitor
from tests.journeys.house import House
from tests.journeys.names import FAILING, LEADER, OFFICER, PLAYGROUND, REGISTER

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
LISTS = ("/search?q=children", "/records", "/upload", "/batches", "/bundles")
FACTS = "One of those in the register may still foster."


def test_a_leader_reads_the_costs_and_takes_them_away(visit: Visit, downloads: Path) -> None:
    leader = visit(LEADER)
    page = leader.page

    leader.follow("Costs")
    expect(page.locator(".candour-drawing svg")).to_be_visible()
    by_month = page.get_by_role("region", name="Cost by month", exact=True)
    expect(by_month.get_by_role("row")).not_to_have_count(0)
    total = by_month.locator("tfoot td").nth(3).inner_text()
    expect(page.locator(".candour-figure__value").first).to_have_text(total)
    leader.picture("costs", height=1420)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as CSV").click()
    file = downloads / waiting.value.suggested_filename
    waiting.value.save_as(file)

    with file.open(encoding="utf-8-sig", newline="") as opened:
        cells = {cell for row in csv.reader(opened) for cell in row}
    assert total.removeprefix("£").replace(",", "") in {cell.replace(",", "").removeprefix("£") for cell in cells}


def test_a_leader_logs_spending_and_the_total_grows(visit: Visit) -> None:
    leader = visit(LEADER)
    page = leader.page
    leader.open("/costs")
    before = pounds(page.locator(".candour-figure__value").first.inner_text())

    page.get_by_role("link", name="Spending").click()
    page.get_by_role("button", name="Log spending").click()
    page.get_by_role("group", name="Day").get_by_label("Day").fill(str(clock.today().day))
    page.get_by_role("group", name="Day").get_by_label("Month").fill(str(clock.today().month))
    page.get_by_role("group", name="Day").get_by_label("Year").fill(str(clock.today().year))
    page.get_by_label("Category").select_option("travel")
    page.get_by_label("Supplier").fill("Hollow Lane Cars")
    page.get_by_label("Net amount").fill("100.50")
    page.get_by_label("VAT").fill("20.10")
    page.get_by_label("How far is it?").select_option("paid")
    page.locator("main form").get_by_role("button").click()
    expect(leader.notice).to_be_visible()

    leader.open("/costs")
    assert pounds(page.locator(".candour-figure__value").first.inner_text()) == pytest.approx(before + 100.50)


def pounds(shown: str) -> float:
    """The amount that is shown."""
    return float(shown.removeprefix("£").replace(",", ""))


def test_a_leader_sees_a_risk_as_a_number_without_names(visit: Visit, house: House) -> None:
    officer, leader = visit(OFFICER), visit(LEADER)
    leader.open("/escalations")
    before = int(leader.page.locator(".candour-figure__value").nth(1).inner_text())

    officer.open(f"/records/{house.reference_of(REGISTER)}")
    officer.page.get_by_role("button", name="Raise a risk now").click()
    officer.page.get_by_label("A child may be at risk now").check()
    officer.page.get_by_label("The facts").fill(FACTS)
    officer.page.get_by_role("button", name="Put it on the list").click()
    officer.open("/escalations")
    expect(officer.page.locator(".candour-risk").filter(has_text=FACTS)).to_be_visible()
    leader.follow("Escalations")

    expect(leader.page.locator(".candour-figure__value").nth(1)).to_have_text(str(before + 1))
    said = leader.page.locator("main").inner_text()
    assert FACTS not in said
    assert house.reference_of(REGISTER) not in said


def test_a_leader_reads_the_failings_without_the_record(visit: Visit) -> None:
    leader = visit(LEADER)

    leader.follow("Failings")
    leader.page.get_by_role("link", name=FAILING).click()

    expect(leader.heading).to_have_text(FAILING)
    assert leader.page.locator("main a[href*='/records/']").count() == 0


def test_a_leader_never_comes_to_the_content_of_a_file(visit: Visit, house: House) -> None:
    leader = visit(LEADER)
    record = f"/records/{house.reference_of(PLAYGROUND)}"

    for path in (record, f"{record}?page=1", f"{record}/pages/1.jpg", f"{record}/original", *LISTS):
        leader.is_refused(path)


def test_a_leader_reads_the_home_page_on_a_phone(visit: Visit) -> None:
    leader = visit(LEADER, viewport=PHONE)

    assert leader.is_too_wide() == ""
    leader.picture("phone")


def test_on_a_phone_a_leader_reads_the_costs_line_by_line_and_never_sideways(visit: Visit) -> None:
    leader = visit(LEADER, viewport=PHONE)

    leader.open("/costs")

    months = leader.page.get_by_role("table", name="Cost by month, net of VAT")
    expect(months.get_by_role("row")).not_to_have_count(0)
    assert months.evaluate("(table) => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
    assert leader.faults_for_assistive_technology() == []
