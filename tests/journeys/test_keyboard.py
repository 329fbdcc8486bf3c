"""Everything is done with the keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Visitor
from tests.journeys.house import House
from tests.journeys.names import MINUTES_1977, OFFICER, PASSWORD

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
FURTHEST = 120


def tab_to(page: Page, selector: str) -> None:
    """The focus has come here by Tab alone, and can be seen."""
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            break
    else:
        pytest.fail(f"Tab did not come to {selector} in {FURTHEST} steps")
    assert page.evaluate(
        """() => {
            const part = document.activeElement;
            const own = getComputedStyle(part);
            // A radio is drawn by its label: the ring is there.
            const ring = part.matches("[type=radio]") ? getComputedStyle(part.labels[0], "::before") : own;
            return [own, ring].some((style) => style.boxShadow !== "none" || style.outlineStyle !== "none");
        }"""
    ), f"The focus on {selector} cannot be seen"


def test_the_first_tab_offers_to_skip_to_the_content(visit: Visit) -> None:
    officer = visit(OFFICER)
    page = officer.page

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    # Where the focus rests before this second Tab depends on whether the script has come; where it goes does not.
    expect(page.locator("main").locator(":focus")).to_have_count(1)


def test_an_officer_signs_in_and_decides_with_the_keyboard_alone(visit: Visit, house: House) -> None:
    officer = visit()
    page = officer.page
    officer.open(f"/records/{house.reference_of(MINUTES_1977)}")

    expect(officer.heading).to_have_text("Sign in")
    tab_to(page, "#email")
    page.keyboard.type(OFFICER)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    suggestion = page.locator("#suggestion-failings")
    expect(suggestion).to_be_visible()
    tab_to(page, "#suggestion-failings input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, "#suggestion-failings input[type=text]")
    page.keyboard.type("The minutes show what the sub-committee was told.")
    page.keyboard.press("Enter")

    expect(suggestion.get_by_text("Confirmed", exact=True)).to_be_visible()
    expect(page.locator("#history")).to_contain_text("The minutes show what the sub-committee was told.")


def test_a_single_key_takes_the_officer_to_the_reason(visit: Visit, house: House) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.open(f"/records/{house.reference_of(MINUTES_1977)}")
    expect(page.locator("[data-keys-switch]")).to_be_visible()

    page.keyboard.press("r")

    focused = page.locator(":focus")
    expect(focused).to_have_attribute("name", re.compile("reason$"))
    form = page.locator("form").filter(has=focused)
    expect(form.get_by_label("Reject")).to_be_checked()
