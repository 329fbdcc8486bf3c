"""Reading lists on the page: made from a search, read one by one beside the record, and taken away with the proof."""

import io
from collections.abc import Callable, Iterator

import openpyxl
import pytest

from access.policy import Actor, Role
from disclosure.marks import mark
from records.register import find_record
from search import indexing
from search.opening import close_engine
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, happenings

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def found(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    make_record(b"1", text="the minibus was late")
    make_record(b"2", text="the minibus was locked")
    hidden = make_record(b"3", text="the minibus of the solicitor")
    with archive.writing() as session:
        mark(session, find_record(session, hidden, actor=LAWYER), kind="restricted", reason="police", actor=LAWYER)
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def make(client, **given: str) -> str:
    data = {"source": "search", "key": "minibus", "name": "The minibus", **given}
    page: str = client.post("/reading-lists", data=data, follow_redirects=True).text
    return page


def go_on(client, **given: str) -> str:
    page: str = client.post("/reading-lists/1/next", data=given, follow_redirects=True).text
    return page


def test_what_a_search_found_is_read_one_by_one(officer_client, archive: Archive, found: None) -> None:
    assert "0 of 2 records read, 0 by you" in make(officer_client)

    first = go_on(officer_client)
    second = go_on(officer_client, record="R000001", do="read")
    last = go_on(officer_client, record="R000002", do="read")

    assert "record 1 of 2, 2 still to be read." in first
    assert "record 2 of 2, 1 still to be read." in second
    assert "Every record of “The minibus” has been read." in last
    assert "All read" in officer_client.get("/reading-lists").text
    with archive.reading() as session:
        wanted = (AuditAction.RECORD_VIEWED.value, AuditAction.RECORD_READ.value)
        counted = [len(happenings(session, AuditFilter(each, "", ""))) for each in wanted]
    assert counted == [2, 2]


def test_a_record_left_for_later_is_not_read_and_the_list_can_be_left(officer_client, found: None) -> None:
    make(officer_client)
    go_on(officer_client)

    later = go_on(officer_client, record="R000001", do="later")
    left = officer_client.post("/reading-lists/leave", follow_redirects=True).text

    assert "record 2 of 2, 2 still to be read." in later
    assert "0 of 2 records read" in left
    assert "still to be read" not in officer_client.get("/records/R000001").text


def test_the_list_stays_beside_its_records_after_a_decision_and_not_beside_others(officer_client, found: None) -> None:
    make(officer_client, key="late")
    go_on(officer_client)

    assert "still to be read" in officer_client.get("/records/R000001").text
    assert "still to be read" not in officer_client.get("/records/R000002").text


def test_a_list_is_taken_away_with_who_read_what(officer_client, found: None) -> None:
    make(officer_client)
    go_on(officer_client, record="R000001", do="read")

    book = officer_client.post("/record-lists/export", data={"source": "list", "key": "1"})
    lines = officer_client.post("/record-lists/export", data={"source": "search", "key": "minibus", "form": "csv"})

    sheet = openpyxl.load_workbook(io.BytesIO(book.data))["Records"]
    assert [sheet["N2"].value, sheet["N3"].value] == ["yes", "no"]
    assert "R000003" not in lines.text
    assert "records-officer@example.org" in lines.text


@pytest.mark.parametrize("source", ["search", "kept", "queue", "list"])
def test_every_kind_of_list_can_be_taken_away(officer_client, found: None, source: str) -> None:
    make(officer_client)
    officer_client.post("/kept-searches", data={"q": "minibus", "name": "Kept"})
    key = "minibus" if source == "search" else "1"

    answer = officer_client.post("/record-lists/export", data={"source": source, "key": key, "form": "csv"})

    assert answer.status_code == 200
    assert answer.text.count("\n") == (1 if source == "queue" else 3)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"source": "search", "key": "duty AND ("}, 400),
        ({"source": "kept", "key": "x"}, 400),
        ({"source": "kept", "key": "9"}, 404),
        ({"source": "list", "key": "9"}, 404),
        ({"source": "elsewhere", "key": "9"}, 400),
        ({"source": "search", "key": "nothinglikethis"}, 400),
    ],
)
def test_a_list_that_is_not_there_or_is_empty_is_not_made(officer_client, found: None, given, status: int) -> None:
    assert officer_client.post("/reading-lists", data=given).status_code == status
    assert "None yet." in officer_client.get("/reading-lists").text


def test_a_list_made_by_legal_is_not_there_for_an_officer(officer_client, legal_client, found: None) -> None:
    assert "0 of 3 records read" in make(legal_client, name="Counsel")

    assert "Counsel" not in officer_client.get("/reading-lists").text
    assert officer_client.get("/reading-lists/1").status_code == 404
    assert officer_client.post("/reading-lists/1/next").status_code == 404
    assert officer_client.post("/record-lists/export", data={"source": "list", "key": "1"}).status_code == 404


def test_the_list_of_records_leaves_as_it_is_narrowed_with_who_reviewed_each(officer_client, found: None) -> None:
    page = officer_client.get("/records?needs=dating&batch=Box+14").text
    narrowed = {"source": "records", "key": "", "batch": "Box 14", "needs": "dating", "form": "csv"}
    lines = officer_client.post("/record-lists/export", data=narrowed).text
    none = officer_client.post("/record-lists/export", data={**narrowed, "batch": "Nowhere"}).text

    assert '<input type="hidden" name="batch" value="Box 14"><input type="hidden" name="needs" value="dating">' in page
    assert lines.count("\n") == officer_client.get("/records?batch=Box+14").text.count("candour-row__title") + 1
    assert none.count("\n") == 1
