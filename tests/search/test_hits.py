"""What stands beside a hit, and what the database is asked for a page of them: looked up, never gone through."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from access.policy import Actor
from disclosure.marks import mark
from records.models import Page, Record, RecordFile
from records.register import find_record
from search.hits import PAGES_SHOWN, Hit
from search.indexing import bring_up_to_date
from search.opening import close_engine
from search.querying import search
from store import clock
from store.archive import Archive

SHOWN = 20


@pytest.fixture
def held(archive: Archive) -> Iterator[Archive]:
    yield archive
    close_engine(archive)


def hits(archive: Archive, written: str, actor: Actor) -> dict[str, Hit]:
    with archive.reading() as session:
        return {hit.record.reference: hit for hit in search(archive, session, written, actor=actor).hits}


def test_a_hit_tells_the_other_places_its_bytes_were_found_in_and_not_the_first(
    held: Archive, make_record: Callable[..., str], officer: Actor
) -> None:
    once, twice = make_record(b"one", text="the ferry"), make_record(b"two", text="the ferry again")
    with held.writing() as session:
        record = find_record(session, twice, actor=officer)
        (first,) = session.query(RecordFile).filter_by(record_id=record.id)
        for number in (2, 3):
            copy = {"name": first.name, "path": f"Box {number}/memo.txt", "batch": f"Box {number}", "source": "Attic"}
            found_at = clock.now() + timedelta(minutes=number)
            session.add(RecordFile(record_id=record.id, sha256=first.sha256, found_at=found_at, **copy))
    bring_up_to_date(held)

    found = hits(held, "ferry", officer)

    assert [file.path for file in found[twice].copies] == ["Box 2/memo.txt", "Box 3/memo.txt"]
    assert found[once].copies == []


def test_a_hit_tells_how_many_parts_may_be_seen(
    held: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    whole = make_record(b"whole", text="the ferry")
    parts = [make_record(f"part {number}".encode(), text="a boat", parent=whole) for number in range(3)]
    with held.writing() as session:
        mark(session, find_record(session, parts[0], actor=lawyer), kind="restricted", reason="Police.", actor=lawyer)
    bring_up_to_date(held)

    assert (hits(held, "ferry", officer)[whole].parts, hits(held, "ferry", lawyer)[whole].parts) == (2, 3)
    found = hits(held, "boat", officer)
    assert found.keys() == set(parts[1:])
    assert [hit.whole and hit.whole.reference for hit in found.values()] == [whole, whole]


def asked_of_the_database(archive: Archive, written: str, actor: Actor) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        found = hits(archive, written, actor)
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    assert len(found) == SHOWN
    return [each for each in asked if each[0].startswith("SELECT")]


@pytest.mark.parametrize("is_behind", [False, True])
def test_no_question_for_a_page_of_hits_goes_through_what_is_held(
    held: Archive, make_record: Callable[..., str], officer: Actor, is_behind: bool
) -> None:
    references = [make_record(f"{number}".encode(), text="the ferry sank") for number in range(SHOWN)]
    with held.writing() as session:
        for record in session.query(Record).filter(Record.reference.in_(references[::3])):
            record.page_count = PAGES_SHOWN + 1
            session.add_all(
                Page(record_id=record.id, number=number, text="the ferry", read_by="ocr")
                for number in range(2, PAGES_SHOWN + 2)
            )
    bring_up_to_date(held)
    if is_behind:
        make_record(b"waits", text="the ferry")

    asked = asked_of_the_database(held, '"the ferry"', officer)

    with held.engine.connect() as connection:
        for statement, parameters in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert not [step for step in plan if step.startswith(("SCAN record", "SCAN page"))], statement
