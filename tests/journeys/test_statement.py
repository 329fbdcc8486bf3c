"""Legal draws a statement for every request, a leader signs it, legal seals it, and it proves itself."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Visitor
from tests.journeys.names import LAWYER, LEADER, OFFICER

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def test_a_statement_goes_from_legal_to_the_leader_and_is_sealed(visit: Visit, downloads: Path) -> None:
    lawyer, leader = visit(LAWYER), visit(LEADER)
    page = lawyer.page

    lawyer.follow("Statements")
    page.get_by_label("Interim").check()
    page.get_by_label("For", exact=True).select_option("Every request")
    page.get_by_role("button", name="Draft it").click()
    expect(lawyer.heading).to_have_text("Interim 1 search and disclosure statement")
    page.get_by_role("link", name="Write what the authority says on What is missing").click()
    page.get_by_label("What the authority says").fill("The minute book of 1981 was asked for twice.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#on-losses")).to_contain_text("asked for twice")
    page.get_by_role("link", name="pages held").click()
    expect(page.locator(".candour-row").first).to_be_visible()
    page.get_by_role("link", name="Interim 1 search and disclosure statement").click()
    lawyer.picture("statement", height=1400)
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_role("link", name="Approve and sign")).to_have_count(0)

    signing = leader.page
    leader.follow("Statements")
    signing.get_by_role("link", name="Interim 1 search and disclosure statement").first.click()
    signing.get_by_role("button", name="Approve and sign").click()
    signing.get_by_label("Your name").fill("R. Ostlere")
    signing.get_by_label("The office you hold").fill("Chief executive")
    seen = signing.get_by_label("I have read what changed")
    if seen.count():
        seen.check()
    signing.get_by_role("button", name="Sign it").click()
    expect(leader.notice).to_contain_text("is signed")

    page.reload()
    page.get_by_role("button", name="Seal it").click()
    expect(page.locator(".candour-proof--good")).to_contain_text("It does not change any more")
    page.get_by_role("link", name="Prove it").click()
    expect(page.locator(".candour-proof--good")).to_contain_text("what was sealed")
    page.get_by_role("link", name="Interim 1 search and disclosure statement").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as PDF").click()
    file = downloads / waiting.value.suggested_filename
    waiting.value.save_as(file)

    pdf = pypdfium2.PdfDocument(file)
    words = " ".join(leaf.get_textpage().get_text_range() for leaf in pdf)
    pages = len(pdf)
    pdf.close()
    assert "asked for twice" in words
    assert "R. Ostlere" in words
    assert f"Page {pages} of {pages}" in words


def test_an_officer_opens_no_statement(visit: Visit) -> None:
    officer = visit(OFFICER)

    assert "count every compartment" in officer.is_refused("/statements")
    assert officer.page.get_by_role("link", name="Statements", exact=True).count() == 0
