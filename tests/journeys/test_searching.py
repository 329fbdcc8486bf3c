"""A search from the words to the last place in a record and back: with the keyboard alone, and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.browsing import PHONE, Visitor
from tests.journeys.names import LAWYER, OFFICER
from tests.journeys.test_keyboard import tab_to

# A sheet of A4 between its margins, as a browser lays a page out for it.
PAPER: ViewportSize = {"width": 718, "height": 1_040}
pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def found(page: Page) -> int:
    """How many records the page says were found."""
    return int(page.locator("#results-title").inner_text().partition(" record")[0].replace(",", ""))


def press(page: Page, key: str) -> None:
    """A single key is pressed, once the page listens for it."""
    expect(page.locator("[data-keys-switch]")).to_be_visible()
    page.keyboard.press(key)


def test_a_lawyer_searches_narrows_reads_and_returns_with_the_keyboard_alone(visit: Visit) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page
    lawyer.open("/search")

    page.keyboard.press("/")
    page.keyboard.type("children OR committee")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_contain_text("found")
    everything = found(page)
    tab_to(page, ".candour-facet__values a")
    page.keyboard.press("Enter")
    expect(page.locator(".candour-chip")).to_have_count(1)
    narrowed = found(page)
    assert 0 < narrowed < everything
    tab_to(page, ".candour-facets .govuk-skip-link")
    page.keyboard.press("Enter")
    tab_to(page, ".candour-hit__title a")
    page.keyboard.press("Enter")
    way = page.get_by_role("navigation", name="What was found")
    expect(way).to_contain_text(f"Result 1 of {narrowed} for (children OR committee) AND ")
    expect(page.locator("#here")).to_have_count(1)
    press(page, ".")
    expect(page).to_have_url(re.compile(r"at=\d+.*#here$"))
    press(page, ">")
    expect(way).to_contain_text(f"Result 2 of {narrowed}")
    press(page, "<")
    expect(way).to_contain_text(f"Result 1 of {narrowed}")
    lawyer.picture("search-place", at=way)
    tab_to(page, ".govuk-back-link")
    page.keyboard.press("Enter")

    expect(page.locator("#q")).to_have_value("children OR committee")
    assert found(page) == narrowed
    tab_to(page, ".candour-chip")
    page.keyboard.press("Enter")
    expect(page.locator(".candour-chip")).to_have_count(0)
    assert found(page) == everything


def test_an_officer_answers_record_after_record_of_what_was_found_with_the_keyboard_alone(visit: Visit) -> None:
    officer = visit(OFFICER)
    page = officer.page
    officer.open("/search?q=children+OR+committee&order=reference")
    everything = found(page)
    titles = page.locator(".candour-hit__title").all_inner_texts()

    tab_to(page, ".candour-hit__title a")
    page.keyboard.press("Enter")
    way = page.get_by_role("navigation", name="What was found")
    for number in (1, 2):
        expect(way).to_contain_text(f"Result {number} of {everything} for children OR committee")
        expect(officer.heading).to_have_text(titles[number - 1])
        tab_to(page, "#relevance summary")
        page.keyboard.press("Enter")
        tab_to(page, "#relevance input[type=radio]")
        page.keyboard.press("Space")
        tab_to(page, "#relevance input[type=text]")
        page.keyboard.type("It answers what was asked.")
        page.keyboard.press("Enter")
        expect(page.get_by_text("your answer on relevance is kept.")).to_be_visible()

    expect(way).to_contain_text(f"Result 3 of {everything} for")
    expect(officer.heading).to_have_text(titles[2])
    officer.picture("search-next", at=way)
    press(page, "<")
    expect(way).to_contain_text(f"Result 2 of {everything} for")
    expect(page.locator("#relevance")).to_contain_text("It answers what was asked.")


def test_facets_combine_and_are_taken_away_without_javascript(visit: Visit) -> None:
    lawyer = visit(LAWYER, java_script_enabled=False)
    page = lawyer.page
    lawyer.open("/search?q=children")
    everything = found(page)
    narrow = page.get_by_role("complementary", name="Narrow the search")
    categories = narrow.locator("details").first.locator(".candour-facet__values a")
    names = categories.all_inner_texts()[:2]
    counts = [int(text) for text in narrow.locator("details").first.locator(".candour-facet__count").all_inner_texts()]

    categories.nth(0).click()
    assert found(page) == counts[0]
    categories.filter(has_text=names[1]).click()
    expect(page.locator(".candour-chip")).to_have_count(2)
    # Either of the two: at least as many as have one, at most as many as the two together.
    assert max(counts[:2]) <= found(page) <= min(sum(counts[:2]), everything)
    lawyer.picture("search-narrowed")
    page.get_by_role("link", name="Take all away").click()

    expect(page.locator(".candour-chip")).to_have_count(0)
    assert found(page) == everything


def test_a_search_is_built_from_boxes_without_javascript(visit: Visit) -> None:
    lawyer = visit(LAWYER, java_script_enabled=False)
    page = lawyer.page
    lawyer.open("/search")

    page.get_by_role("link", name="Build a search from boxes").click()
    page.get_by_label("Words, row 1").fill("children")
    page.get_by_label("How row 2 goes").select_option("or")
    page.get_by_label("How, row 2").select_option("phrase")
    page.get_by_label("Words, row 2").fill("sub committee")
    page.get_by_label("From", exact=True).fill("1960")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("Words, row 4").fill("gritting")
    page.get_by_label("How row 4 goes").select_option("not")
    page.get_by_role("button", name="Show the search it comes to").click()
    written = page.locator("#query code").inner_text()
    assert written == '(children OR "sub committee") AND date:1960.. AND NOT gritting'
    lawyer.picture("search-build")
    page.get_by_role("button", name="Search", exact=True).click()

    expect(page.locator("#q")).to_have_value(written)
    assert found(page) > 0


def test_a_lawyer_runs_a_list_of_terms_and_each_leads_to_what_the_report_counts(visit: Visit) -> None:
    lawyer = visit(LAWYER)
    page = lawyer.page
    lawyer.open("/term-reports/new")

    page.get_by_label("Name of the report").fill("Paragraph 1: the homes and their committees")
    page.get_by_label("Terms, one on each line").fill('children\ncommittee OR board\n"sub committee"\nzyxwell')
    page.get_by_label("Only among what this search finds").fill("minutes OR letter")
    page.get_by_role("button", name="Run the terms").click()
    expect(page.get_by_role("heading", name="Term by term")).to_be_visible()
    lawyer.picture("term-report", height=1100)
    rows = page.locator("tbody tr").filter(has=page.locator("th a"))
    counts = [int(row.locator("td").first.inner_text().replace(",", "")) for row in rows.all()]
    assert counts[0] > 0
    assert counts[3] == 0
    rows.nth(1).locator("th a").click()

    assert found(page) == counts[1]
    expect(page.locator("#q")).to_have_value("(committee OR board) AND (minutes OR letter)")


def test_nothing_of_a_term_report_is_cut_off_on_paper(visit: Visit) -> None:
    lawyer = visit(LAWYER, viewport=PAPER)
    page = lawyer.page
    lawyer.open("/term-reports/new")
    page.get_by_label("Name of the report").fill("On paper")
    page.get_by_label("Terms, one on each line").fill(
        "children\nsupercalifragilisticexpialidocious OR antidisestablishment*"
    )
    page.get_by_role("button", name="Run the terms").click()
    expect(page.get_by_role("heading", name="Term by term")).to_be_visible()

    page.emulate_media(media="print")

    over = page.locator(".candour-scroll").evaluate_all(
        "parts => parts.map(each => each.scrollWidth - each.clientWidth)"
    )
    assert over == [0]
    assert lawyer.is_too_wide() == ""


def test_with_colours_of_ones_own_the_part_that_is_open_is_told_from_the_others(visit: Visit) -> None:
    lawyer = visit(LAWYER, forced_colors="active")
    lawyer.open("/search")

    lines = lawyer.page.locator(".candour-sections__link").evaluate_all(
        "links => links.map(each => getComputedStyle(each).borderBottomColor)"
    )
    assert lines[0] not in lines[1:]


def test_help_and_the_form_and_a_narrowed_search_are_sound_and_fit_a_phone(visit: Visit) -> None:
    lawyer = visit(LAWYER)
    for path in (
        "/search/help",
        "/search/build?text=children&text=committee&join=and&join=or&field=&field=title&since=197x&do=show",
        "/search?q=children&category=failings&category=duties&year=1970s&by=family",
        "/records/R000001/similar",
        "/records/R000001?q=*&hit=1",
    ):
        lawyer.page.set_viewport_size({"width": 1280, "height": 860})
        lawyer.open(path)
        assert lawyer.faults_for_assistive_technology() == [], path
        lawyer.page.set_viewport_size(PHONE)
        assert lawyer.is_too_wide() == "", path
