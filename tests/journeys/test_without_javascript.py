"""Nothing needs JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Visitor
from tests.journeys.house import House
from tests.journeys.names import LEADER, OFFICER, RESURFACING

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def test_an_officer_searches_and_decides_without_javascript(visit: Visit) -> None:
    officer = visit(OFFICER, java_script_enabled=False)
    page = officer.page

    officer.follow("Search")
    page.get_by_label("Words to look for").fill("nomination Osterwain")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".candour-hit__title a").first.click()
    suggestion = page.locator("#suggestion-honours")
    suggestion.get_by_label("Confirm").check()
    suggestion.get_by_label("Why").fill("It asks for an honour.")
    suggestion.get_by_role("button", name="Keep this decision").click()

    expect(page.locator("#suggestion-honours").get_by_text("Confirmed", exact=True)).to_be_visible()
    expect(page.locator("#history")).to_contain_text("It asks for an honour.")


def test_an_officer_uploads_and_looks_again_without_javascript(visit: Visit, house: House) -> None:
    officer = visit(OFFICER, java_script_enabled=False)
    page = officer.page

    officer.follow("Upload")
    page.locator("input[type=file]").set_input_files([house.paper(RESURFACING)])
    page.get_by_label("Name of the batch").fill("Without a script")
    page.get_by_label("Where the files came from").fill("Basement store")
    page.get_by_role("button", name="Upload").click()
    again = page.get_by_role("link", name="Look again now")
    done = page.get_by_text("Taken in", exact=True)
    for _ in range(200):
        if done.is_visible():
            break
        again.or_(done).first.click()

    expect(page.locator(".candour-sum")).to_contain_text("It adds up.")


def test_a_leader_reads_the_costs_without_javascript(visit: Visit) -> None:
    leader = visit(LEADER, java_script_enabled=False)

    leader.follow("Costs")

    expect(leader.page.locator(".candour-drawing svg")).to_be_visible()
    expect(leader.page.get_by_role("region", name="Cost by month", exact=True)).to_be_visible()
