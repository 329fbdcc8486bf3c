"""Which of some records were read or decided on: asked of those alone, however many are held."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from access.policy import Actor
from disclosure.review import decide_relevance
from records.models import Record
from records.register import find_record
from search import reviews
from store.archive import Archive


def reviewed(archive: Archive, ids: set[int]) -> tuple[list[int], list[str]]:
    """The reviewed ones, and how the database went about it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with archive.reading() as session:
        event.listen(archive.engine, "before_cursor_execute", note)
        try:
            found = reviews.reviewed_ids(session, ids)
        finally:
            event.remove(archive.engine, "before_cursor_execute", note)
    with archive.engine.connect() as connection:
        steps = [
            row[3]
            for statement, parameters in asked
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return found, steps


@pytest.mark.parametrize("at_once", [1, 5_000])
def test_those_reviewed_are_told_of_few_records_and_of_many(
    archive: Archive, make_record: Callable[..., str], officer: Actor, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    references = [make_record(f"{number}".encode()) for number in range(4)]
    with archive.writing() as session:
        for reference in references[1:3]:
            record = find_record(session, reference, actor=officer)
            decide_relevance(session, record, answer="relevant", reason="It says so.", actor=officer)
    with archive.reading() as session:
        ids = [find_record(session, each, actor=officer).id for each in references]
        assert session.query(Record).count() == 4
    monkeypatch.setattr(reviews, "AT_ONCE", at_once)

    assert reviewed(archive, {*ids[:2], ids[3]})[0] == [ids[1]]
    assert reviewed(archive, set(ids))[0] == ids[1:3]
    assert reviewed(archive, set())[0] == []


def test_of_few_records_not_all_are_gone_through(archive: Archive, make_record: Callable[..., str]) -> None:
    make_record()

    _, steps = reviewed(archive, {1, 2})

    assert steps
    assert not [step for step in steps if step.startswith("SCAN record")]
