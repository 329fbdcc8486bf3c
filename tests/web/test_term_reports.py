"""Term reports on the page: read whole or refused line by line, run by the worker, shown, compared and exported."""

import html
import io
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from access.policy import Actor, Role
from disclosure.marks import mark
from records.register import find_record
from search import indexing
from search.opening import close_engine
from store.archive import Archive
from worker.runner import Worker

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def found(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    make_record(b"1", text="the minibus was late")
    hidden = make_record(b"2", text="the minibus of the solicitor")
    make_record(b"3", unread=True)
    with archive.writing() as session:
        mark(session, find_record(session, hidden, actor=LAWYER), kind="restricted", reason="police", actor=LAWYER)
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def run(client, archive: Archive, **given: object) -> str:
    data = {"name": "Transport", "terms": "minibus\nsolicitor", "batch": "", **given}
    answer = client.post("/term-reports/new", data=data)
    assert answer.status_code == 302, answer.text
    Worker(archive).work_once()
    page: str = client.get(answer.location).text
    return page


def test_terms_are_run_and_shown_with_what_no_term_could_reach(officer_client, archive: Archive, found: None) -> None:
    page = run(officer_client, archive)

    assert "1 page in 1 record could not be read" in page
    assert "Nothing found, which is not proof" in page
    assert "of 2 searched" in page
    assert "1 found by one term and 0 by several make 1" in page
    assert "Transport" in officer_client.get("/term-reports").text


def test_a_term_leads_to_what_it_finds_in_the_scope_of_the_report(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    page = run(officer_client, archive, terms="minibus OR late", scope="letter OR minibus", batch="Box 14")

    (href,) = re.findall(r'<th scope="row"[^>]*><a class="govuk-link" href="([^"]+)"', page)
    search = officer_client.get(html.unescape(href)).text

    assert parse_qs(urlsplit(html.unescape(href)).query)["q"] == [
        '(minibus OR late) AND (letter OR minibus) AND batch:="Box 14"'
    ]
    assert "1 record found" in search


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"scope": "person:Pellow AND ("}, "scope", "At character 20"),
        ({"first": ["1", "2", "2020"], "last": ["1", "2", "2019"]}, "last", "ends before it begins"),
    ],
)
def test_a_scope_that_cannot_be_used_is_named_at_its_own_box(
    officer_client, found: None, given: dict[str, object], field: str, says: str
) -> None:
    answer = officer_client.post("/term-reports/new", data={"name": "T", "terms": "minibus", "batch": "", **given})

    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert says in answer.text.split('<h1 class="govuk-heading-xl">')[1]
    assert 'href="#terms"' not in answer.text


def test_while_the_terms_are_run_the_page_says_how_far_it_is(officer_client, archive: Archive, found: None) -> None:
    answer = officer_client.post("/term-reports/new", data={"name": "Transport", "terms": "minibus", "batch": ""})

    assert "Running the terms" in officer_client.get(answer.location).text
    assert "Running" in officer_client.get("/term-reports").text


def test_every_line_that_cannot_be_read_is_named_and_what_was_typed_is_kept(officer_client, found: None) -> None:
    typed = "minibus\nduty AND (\nminibus"

    answer = officer_client.post("/term-reports/new", data={"name": "Transport", "terms": typed, "batch": ""})

    assert answer.status_code == 400
    assert "Line 2:" in answer.text
    assert "At character" in answer.text
    assert "the same as line 1" in answer.text
    assert "duty AND (\nminibus</textarea>" in answer.text
    assert "None yet." in officer_client.get("/term-reports").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "Give the report a name"),
        ({"terms": ""}, "no term in the list"),
        ({"scope": "duty AND ("}, "At character"),
        ({"first": ["1", "1", "1980"], "last": ["1", "1", "1970"]}, "ends before it begins"),
        ({"file": (io.BytesIO(b"minibus"), "terms.txt")}, "give one or the other"),
        ({"terms": "", "file": (io.BytesIO("Tŷ".encode("utf-16")), "terms.csv")}, "UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(officer_client, found: None, given, words: str) -> None:
    data = {"name": "Transport", "terms": "minibus", "batch": "", **given}

    answer = officer_client.post("/term-reports/new", data=data, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert words in answer.text


def test_a_file_of_terms_is_read_with_its_notes(officer_client, archive: Archive, found: None) -> None:
    file = (io.BytesIO(b"term,note\nminibus,his car\n"), "terms.csv")

    assert "his car" in run(officer_client, archive, terms="", file=file)


def test_a_report_is_run_again_compared_and_exported(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    run(officer_client, archive)
    new = make_record(b"4", text="another minibus")
    officer_client.post("/term-reports/1/run")
    Worker(archive).work_once()

    compared = officer_client.get("/term-reports/1/compare").text
    book = officer_client.post("/term-reports/1/export", data={"version": "1"})
    lines = officer_client.post("/term-reports/1/export", data={"version": "2", "form": "csv"})
    difference = officer_client.post("/term-reports/1/compare/export", data={"before": "1", "after": "2"})

    assert new in compared
    assert openpyxl.load_workbook(io.BytesIO(book.data))["Terms"]["B2"].value == 1
    assert book.headers["Content-Disposition"] == 'attachment; filename="term-report-1-version-1.xlsx"'
    assert "term,minibus,2,2,2,2" in lines.text
    assert f"minibus,1,2,{new}," in difference.text


def test_what_legal_ran_is_not_there_for_an_officer(
    officer_client, legal_client, archive: Archive, found: None
) -> None:
    assert "solicitor" in run(legal_client, archive, name="Counsel")

    assert "Counsel" not in officer_client.get("/term-reports").text
    assert officer_client.get("/term-reports/1").status_code == 404
    assert officer_client.get("/term-reports/1/compare").status_code == 404
    for path in ("run", "export", "compare/export"):
        assert officer_client.post(f"/term-reports/1/{path}").status_code == 404


def test_a_report_that_could_not_be_run_says_why(officer_client, archive: Archive, found: None, monkeypatch) -> None:
    monkeypatch.setattr("search.term_running.TRIES", 0)

    page = run(officer_client, archive)

    assert "The terms were not run." in page
    assert "would not fit together" in page
