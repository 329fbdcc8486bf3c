"""What a person may not see leaves no trace: their pages are the same, byte for byte, with it and without it."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text as sql

from disclosure.marks import mark
from records.models import Page, Record, RecordPerson, SearchFact
from records.register import find_record
from search import indexing
from search.opening import close_engine
from store.archive import Archive
from tests.web.test_search import LAWYER

OPEN_TEXTS = (
    "The matron of Larkmoor wrote to the committee about the minibus and the member for transport.",
    "Minutes: the housemaster spoke of the minibus. The committee asked for a report.",
    "A letter to the matron about the housemaster, the report and the garden.",
    "The garden party at Larkmoor, with the committee and a mernber of the council.",
)
HIDDEN_TEXTS = (
    "The rnember and the matron: housemaster, minibus, Zyxwell, garden garden garden, report report committee",
    "Zyxwell Larkmoor Larkmoor minibus minibus; the housemaster of Zyxwell, and counsel's advice on the committee.",
)
SEARCHES = (
    "q=minibus",
    "q=matron+OR+garden",
    "q=member",
    "q=zyxwell",
    "q=zyxwel",
    "q=minibuss",
    "q=garden&order=oldest",
    "q=committee&order=reference&by=family",
    "q=*&order=newest",
    "q=*&by=family&start=1",
    "q=committee&category=failings&category=duties",
    "q=*&year=1970s&person=Zyxwell",
    "q=NOT+minibus&batch=Box+14",
    "q=%22report+committee%22",
    "q=gard*+w/9+party",
    "q=has:person",
    "q=title:advice~",
)
PATHS = (
    *(f"/search?{search}" for search in SEARCHES),
    "/search",
    "/search/build",
    "/records/R000001?q=committee&hit=1",
    "/records/R000002?q=committee&hit=2&order=reference",
    "/records/R000003?q=matron&hit=2",
    "/records/R000004",
    "/records/R000001/similar",
    "/records/R000002/similar",
)


@pytest.fixture
def open_records(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    """Four open records, indexed."""
    for number, text in enumerate(OPEN_TEXTS):
        make_record(f"open {number}".encode(), text=text)
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def test_hidden_records_change_no_byte_of_any_page_about_searching(
    officer_client, legal_client, archive: Archive, make_record: Callable[..., str], open_records: None
) -> None:
    before = {path: seen(officer_client, path) for path in PATHS}
    everything = seen(legal_client, PATHS[0])
    for number, text in enumerate(HIDDEN_TEXTS):
        _furnish(archive, make_record(f"hidden {number}".encode(), text=text))
    indexing.bring_up_to_date(archive)

    after = {path: seen(officer_client, path) for path in PATHS}

    assert [path for path in PATHS if before[path] != after[path]] == []
    # And they are there to be seen by whoever may.
    assert everything != seen(legal_client, PATHS[0])
    assert "Zyxwell" in legal_client.get("/search?q=zyxwell").text


def test_what_was_hidden_a_moment_ago_leaves_no_trace_while_the_index_still_has_it(
    officer_client, archive: Archive, make_record: Callable[..., str], open_records: None
) -> None:
    before = {path: seen(officer_client, path) for path in PATHS}
    references = [make_record(f"hidden {n}".encode(), text=text) for n, text in enumerate(HIDDEN_TEXTS)]
    indexing.bring_up_to_date(archive)
    for reference in references:
        _furnish(archive, reference)

    after = {path: seen(officer_client, path) for path in PATHS}

    assert [path for path in PATHS if before[path] != after[path]] == []


def _furnish(archive: Archive, reference: str) -> None:
    """The record is restricted, and has to do with the open ones in every way that a record can."""
    with archive.writing() as session:
        record = find_record(session, reference, actor=LAWYER)
        record.title, record.record_type, record.date_precision = "Advice of counsel", "zyxwell-file", "circa"
        record.date_from = record.date_to = record.registered_at.date()
        record.batch, record.source, record.box = "Zyxwell batch", "ZYXWELL STORE", "Box Z"
        record.parent_id = session.query(Record).filter_by(reference="R000001").one().id
        for part in session.query(Record).filter(Record.reference.in_(["R000003", "R000004"])):
            part.parent_id = record.id
        session.add(RecordPerson(record_id=record.id, kind="person", name="Zyxwell", page=1))
        session.add(SearchFact(record_id=record.id, field="suggested", value="failings"))
        session.add(Page(record_id=record.id, number=2, text="", read_by="none", unread=True, reason="Zyxwell"))
        mark(session, record, kind="restricted", reason="Zyxwell", actor=LAWYER)


def seen(client: FlaskClient, path: str) -> str:
    """The page without what differs at every reading: how long it took, and what keeps a form safe."""
    page = client.get(path).text
    page = re.sub(r"in \d+\.\d+ seconds", "in no time", page)
    page = re.sub(r'name="csrf_token"[^>]*>', "", page)
    return re.sub(r'nonce="[^"]*"', "", page)


def test_the_page_of_an_attachment_does_not_name_the_hidden_message_around_it(
    officer_client: FlaskClient, archive: Archive, make_record: Callable[..., str]
) -> None:
    message = make_record(b"a message with a letter attached")
    letter = make_record(b"a letter", text="a letter about the minibus", parent=message)
    with archive.writing() as session:
        session.execute(sql("DROP TRIGGER fix_record_file"))  # as it would have been taken in
        session.execute(sql("UPDATE record_file SET path = '/share/Advice.eml' WHERE record_id = 1"))
        session.execute(sql("UPDATE record_file SET path = '/share/Advice.eml!/letter.txt' WHERE record_id = 2"))
    assert "Advice.eml" in officer_client.get(f"/records/{letter}").text

    with archive.writing() as session:
        mark(session, find_record(session, message, actor=LAWYER), kind="privileged", reason="Advice.", actor=LAWYER)

    page = officer_client.get(f"/records/{letter}").text
    assert "letter.txt" in page
    assert "Advice" not in page
