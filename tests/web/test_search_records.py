"""Search records on the page: drafted, signed, seconded, superseded, and set out for a statement."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date

import docx
import pytest

from access.policy import Actor, Role
from inquiry.requests import add_request
from search import indexing, term_reports
from search.opening import close_engine
from search.term_lists import read_lines
from search.term_running import Scope
from store.archive import Archive
from worker.steps import run_term_report

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
GIVEN = {
    "paragraphs": ["1"],
    "kind_of_place": "place",
    "repository": "County store <bay 3>",
    "method": "physical",
    "how": "Each box was opened.",
    "term_report": "",
    "searched_by": "B. Tannock",
    "searched_from": ["3", "11", "2026"],
    "counted_as": "files",
    "hits": "14",
    "reviewed": "14",
    "responsive": "2",
    "unreadable": "1",
    "limits": "Two files were damp.",
    "not_searched": "Nothing was left out.",
}


@pytest.fixture
def found(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    make_record(b"1", text="the minibus was late")
    make_record(b"2", unread=True)
    with archive.writing() as session:
        add_request(
            session,
            "R9-1",
            kind="rule-9-documents",
            title="Homes",
            received=date(2026, 10, 1),
            due=date(2026, 12, 1),
            paragraphs=[("1", "All registers."), ("2", "All minutes.")],
            actor=LAWYER,
        )
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def draft(client, **changes: object) -> str:
    page: str = client.post("/search-records/new", data={**GIVEN, **changes}, follow_redirects=True).text
    return page


def test_a_search_of_a_store_is_drafted_signed_and_shown_at_its_paragraph(officer_client, found: None) -> None:
    drafted = draft(officer_client)
    signed = officer_client.post("/search-records/SR000001/sign", follow_redirects=True).text
    asked = officer_client.get("/requests/1").text

    assert "SR000001 is drafted." in drafted
    assert "County store &lt;bay 3&gt;" in drafted
    assert "Sign it" in drafted
    assert "Signed by records-officer@example.org" in signed
    assert "SR000001</a>, signed" in asked
    assert "No search is recorded for it." in asked


def test_what_is_missing_is_named_and_an_unfinished_draft_is_not_signed(officer_client, found: None) -> None:
    drafted = draft(officer_client, limits="", hits="")

    assert "It does not say what limits the search had" in drafted
    assert "Sign it" not in drafted
    refused = officer_client.post("/search-records/SR000001/sign")
    assert refused.status_code == 409
    assert "was not signed: it does not say what limits" in refused.text


def test_a_draft_is_changed_and_keeps_what_it_said(officer_client, found: None) -> None:
    draft(officer_client)

    form = officer_client.get("/search-records/SR000001/change").text
    data = {**GIVEN, "hits": "20", "reviewed": "20"}
    changed = officer_client.post("/search-records/SR000001/change", data=data, follow_redirects=True).text

    assert "Two files were damp." in form
    assert 'value="14"' in form
    assert "The draft of SR000001 is changed." in changed
    assert ">20<" in changed


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_what_two_people_write_into_one_draft_is_not_lost_in_silence(officer_client, legal_client, found: None) -> None:
    draft(officer_client)
    path = "/search-records/SR000001/change"
    first, second = (seen_on(each.get(path).text) for each in (officer_client, legal_client))

    officer_client.post(path, data={**GIVEN, "limits": "Three were damp.", "seen": first})
    refused = legal_client.post(path, data={**GIVEN, "limits": "None was dry.", "seen": second})
    stood = officer_client.get("/search-records/SR000001").text
    again = legal_client.post(
        path, data={**GIVEN, "limits": "Three of four.", "seen": seen_on(refused.text)}, follow_redirects=True
    )

    assert refused.status_code == 409
    assert "was changed by somebody else after you opened it" in refused.text
    assert "None was dry." in refused.text
    assert "Three were damp." in stood
    assert "Three of four." in again.text


def test_nobody_signs_what_was_changed_after_they_read_it(officer_client, legal_client, found: None) -> None:
    draft(officer_client)
    read = seen_on(legal_client.get("/search-records/SR000001").text)
    officer_client.post("/search-records/SR000001/change", data={**GIVEN, "not_searched": "The attic."})

    refused = legal_client.post("/search-records/SR000001/sign", data={"seen": read})
    page = legal_client.get("/search-records/SR000001").text
    signed = legal_client.post("/search-records/SR000001/sign", data={"seen": seen_on(page)}, follow_redirects=True)

    assert refused.status_code == 409
    assert "changed by somebody else after you opened it" in refused.text
    assert "The attic." in page
    assert "is signed." in signed.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": ""}, "Say how"),
        ({"hits": "many"}, "Not a valid integer value"),
        ({"repository": "x" * 301}, "at most 300 letters"),
        ({"paragraphs": ["99"]}, "not a valid choice"),
        ({"term_report": "9:9"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(officer_client, found: None, changes, words: str) -> None:
    answer = officer_client.post("/search-records/new", data={**GIVEN, **changes})

    assert answer.status_code == 400
    assert words in answer.text


def test_a_second_reader_signs_and_a_correction_is_a_new_version(officer_client, legal_client, found: None) -> None:
    draft(officer_client)
    officer_client.post("/search-records/SR000001/sign")

    own = officer_client.get("/search-records/SR000001").text
    seconded = legal_client.post("/search-records/SR000001/second", follow_redirects=True).text
    begun = legal_client.post("/search-records/SR000001/new-version", data={"why": "One more."}, follow_redirects=True)

    assert "Sign as second reader" not in own
    assert "second reader legal@example.org" in seconded
    assert "Version 2 of SR000001 is a draft" in begun.text
    assert "this one stands until that is signed" in legal_client.get("/search-records/SR000001?version=1").text
    assert legal_client.post("/search-records/SR000001/new-version", data={"why": ""}).status_code == 400


def test_the_schedule_of_searches_leaves_in_word_and_as_a_pdf_by_legal_alone(
    officer_client, legal_client, found: None
) -> None:
    draft(officer_client)
    assert "Download the schedule" not in legal_client.get("/search-records").text
    officer_client.post("/search-records/SR000001/sign")

    answer = legal_client.post("/search-records/export", data={"request": "R9-1"})

    assert "Download the schedule" in legal_client.get("/search-records").text
    assert "Download the schedule" not in officer_client.get("/search-records").text
    assert officer_client.post("/search-records/export").status_code == 403
    texts = [each.text for each in docx.Document(io.BytesIO(answer.data)).paragraphs]
    assert "1. SR000001: County store <bay 3>" in texts
    as_pdf = legal_client.post("/search-records/export", data={"request": "R9-1", "form": "pdf"})
    assert (as_pdf.mimetype, as_pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert as_pdf.headers["Content-Disposition"].endswith('.pdf"')
    assert legal_client.post("/search-records/export", data={"request": "R9-9"}).status_code == 404


def test_a_search_by_terms_is_recorded_from_its_report_and_hidden_from_who_sees_less(
    officer_client, legal_client, archive: Archive, found: None
) -> None:
    actor = Actor("legal@example.org", frozenset({Role.LEGAL}))
    with archive.writing() as session:
        number = term_reports.begin_report(session, name="Terms", actor=actor).id
    run_term_report(archive, number, read_lines("minibus"), Scope(), actor=actor, progress=lambda _a, _b: None)

    form = legal_client.get(f"/search-records/new?terms={number}:1&paragraph=2").text
    typed = {"kind_of_place": "archive", "method": "term", "term_report": f"{number}:1", "hits": "", "reviewed": ""}
    drafted = draft(legal_client, **typed)

    assert f'<option value="{number}:1" selected>' in form
    assert "1 page in 1 record could not be read." in drafted
    assert "1 of the 1 found were not read" in drafted
    assert officer_client.get("/search-records/SR000001").status_code == 404
    assert "SR000001" not in officer_client.get("/requests/1").text
    assert "SR000001" not in officer_client.get("/search-records").text


def test_a_leader_is_told_of_requests_and_not_of_searches(leader_client, officer_client, found: None) -> None:
    draft(officer_client)

    assert "SR000001" not in leader_client.get("/requests/1").text
    assert leader_client.get("/search-records/SR000001").status_code == 403


def test_a_leader_sees_what_was_searched_and_what_was_not_and_no_figure_of_a_record(
    officer_client, leader_client, found: None
) -> None:
    none = leader_client.get("/requests/searches").text
    draft(officer_client)
    drafted = leader_client.get("/requests/searches").text
    officer_client.post("/search-records/SR000001/sign")
    signed, home = leader_client.get("/requests/searches").text, leader_client.get("/").text

    assert "0 of the 2 paragraphs that the inquiry asks have at least one signed search" in none
    assert "1 draft not signed" in drafted
    assert "1 of the 2 paragraphs that the inquiry asks has at least one signed search" in signed
    assert "SR000001, signed by records-officer@example.org" in signed
    assert GIVEN["not_searched"] in signed
    assert f"{GIVEN['hits']} " not in signed.split("What was searched</h1>")[1]
    assert "paragraph without a signed search" in home
    assert officer_client.get("/requests/searches").status_code == 403
    assert leader_client.get("/search-records").status_code == 403
