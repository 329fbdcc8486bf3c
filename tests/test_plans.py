"""How SQLite answers the questions of the pages that are open all day: by an index alone, or from where it must begin.

It plans without statistics, so that a plan is the same over an empty archive and over one of a million pages.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from access.policy import Actor, Role
from ingest.counting import batch_totals, totals_of_everything
from records.families import containers_with_members
from records.likenesses import alike_pairs
from records.models import Record
from records.reconciling import account
from records.register import find_record
from records.unread import UnreadFilter, count_unread_pages, place_of, reading_figures, unread_pages
from retention.models import Suggestion
from retention.notices import current_notice
from retention.tagging import count_to_tag, records_to_tag
from retention.worklist import (
    DATING,
    READING,
    RecordFilter,
    batch_names,
    count_filtered,
    filtered_records,
    neighbours_to_tag,
)
from search.sight import visible_ids
from store import clock
from store.archive import Archive

OFFICER, LAWYER = (Actor("a@example.org", frozenset({role})) for role in (Role.RECORDS_OFFICER, Role.LEGAL))
LARGE = ("record", "page", "suggestion", "ingest_item")
# The last holds the unread pages alone, in the order of their queue.
MAY_BE_GONE_THROUGH = (" USING COVERING INDEX ", " USING INDEX ix_page_unread")
# What is the same to everybody, and what the records made here tell nothing of: no likeness, box or second batch.
NOT_OF_RECORDS = {"all taken in", "alike", "batches", "boxes", "batch names"}
BATCH = RecordFilter(batch="Box 14")


def first_place(session: Session, wanted: UnreadFilter, actor: Actor) -> object:
    record = session.query(Record).first()
    assert record is not None
    return place_of(session, record, record.pages[0], wanted, actor=actor)


QUESTIONS: dict[str, Callable[[Session, Actor], object]] = {
    "reading figures": lambda session, actor: reading_figures(session, actor=actor),
    "reading figures of a batch": lambda session, actor: reading_figures(session, actor=actor, batch="Box 14"),
    "reading figures of records": lambda session, actor: reading_figures(session, actor=actor, record_ids=[1, 2]),
    "unread": lambda session, actor: unread_pages(session, actor=actor, limit=20),
    "unread of a batch": lambda session, actor: unread_pages(session, UnreadFilter(batch="Box 14"), actor=actor),
    "count of unread": lambda session, actor: count_unread_pages(session, actor=actor),
    "place among unread": lambda session, actor: first_place(session, UnreadFilter(), actor),
    "place among unread of a batch": lambda session, actor: first_place(session, UnreadFilter(batch="Box 14"), actor),
    "alike": lambda session, actor: alike_pairs(session, actor=actor),
    "containers": lambda session, actor: containers_with_members(session, actor=actor),
    "batches": lambda session, actor: batch_totals(session, actor=actor),
    "all taken in": lambda session, _: totals_of_everything(session),
    "batch names": lambda session, actor: batch_names(session, actor=actor),
    "count of all": lambda session, actor: count_filtered(session, RecordFilter(), actor=actor),
    "count of a batch": lambda session, actor: count_filtered(session, BATCH, actor=actor),
    "count of a state": lambda session, actor: count_filtered(session, RecordFilter(state="read"), actor=actor),
    "count of unread records": lambda session, actor: count_filtered(session, RecordFilter(needs=READING), actor=actor),
    "batch": lambda session, actor: filtered_records(session, BATCH, actor=actor, limit=20),
    "undated of a batch": lambda session, actor: filtered_records(
        session, RecordFilter(batch="Box 14", needs=DATING), actor=actor, limit=20
    ),
    "boxes": lambda session, actor: account(session, actor=actor),
    "to decide": lambda session, actor: records_to_tag(session, actor=actor),
    "count to decide": lambda session, actor: count_to_tag(session, actor=actor),
    "next to decide": lambda session, actor: neighbours_to_tag(session, session.get_one(Record, 1), actor=actor),
    "what may be seen": lambda session, actor: visible_ids(session, actor=actor),
}


@pytest.mark.parametrize("actor", [OFFICER, LAWYER], ids=["officer", "lawyer"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_of_every_day_goes_through_rows_that_it_does_not_show(
    archive: Archive, make_record: Callable[..., str], name: str, actor: Actor
) -> None:
    make_record(unread=True)
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with archive.reading() as session:
        session.query(Record).all()
        event.listen(archive.engine, "before_cursor_execute", note)
        try:
            QUESTIONS[name](session, actor)
        finally:
            event.remove(archive.engine, "before_cursor_execute", note)

    assert asked
    with archive.engine.connect() as connection:
        for statement, parameters in asked:
            if "compartment IN" not in statement and "ingest_item" not in statement:
                continue  # the test's own look-ups, and what is asked of small tables
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for step in plan:
                gone_through = any(step.startswith(f"SCAN {table}") for table in LARGE)
                assert not gone_through or any(each in step for each in MAY_BE_GONE_THROUGH), (statement, plan)
                assert "(compartment=?" not in step, (statement, plan)
                assert not step.endswith("INDEX ix_suggestion_status (status=?)") or "COVERING" in step, plan
            if " LIMIT " in statement and "suggestion" in statement:
                assert not [step for step in plan if "TEMP B-TREE" in step], (statement, plan)


def decided_queue(suggested: dict[int, list[float]], hidden: set[int]) -> list[int]:
    """The queue as it is meant: each record once, by its strongest suggestion, the first registered before."""
    return sorted(suggested.keys() - hidden, key=lambda record: (-max(suggested[record]), record))


def test_the_queue_holds_each_record_once_by_its_strongest_suggestion(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    references = [make_record(f"{number}".encode()) for number in range(6)]
    strengths = [[0.5, 0.5], [0.9, 0.2], [0.5], [0.2, 0.9, 0.9], [0.7], [0.1, 0.5]]
    with archive.writing() as session:
        notice = current_notice(session)
        records = [find_record(session, reference, actor=lawyer) for reference in references]
        records[4].compartment = "restricted"
        suggested = {record.id: given for record, given in zip(records, strengths, strict=True)}
        for number, given in suggested.items():
            for category, strength in zip(notice.categories, given, strict=False):
                session.add(
                    Suggestion(
                        record_id=number,
                        notice_id=notice.id,
                        category=category.code,
                        strength=strength,
                        strength_word="strong",
                        reason="Its words.",
                        made_at=clock.now(),
                    )
                )

    with archive.reading() as session:
        for actor, hidden in ((officer, {records[4].id}), (lawyer, set[int]())):
            queue = decided_queue(suggested, hidden)
            assert [record.id for record in records_to_tag(session, actor=actor)] == queue
            assert [record.id for record in records_to_tag(session, actor=actor, offset=2, limit=2)] == queue[2:4]
            assert count_to_tag(session, actor=actor) == len(queue)
            for place, number in enumerate(queue):
                found = neighbours_to_tag(session, session.get_one(Record, number), actor=actor)
                assert (found.before and found.before.id) == (queue[place - 1] if place else None)
                assert (found.after and found.after.id) == (queue[place + 1] if place + 1 < len(queue) else None)
                assert found.waiting == len(queue) - 1


def test_no_question_of_every_day_tells_an_officer_of_what_is_restricted(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    """Told of by each question to whoever may know of it, so that a question that lost its condition is found here."""
    outer = make_record(b"one", unread=True)
    inner = make_record(b"two", unread=True, parent=outer)
    with archive.writing() as session:
        notice = current_notice(session)
        hidden = find_record(session, inner, actor=lawyer)
        hidden.compartment = "restricted"
        session.add(
            Suggestion(
                record_id=hidden.id,
                notice_id=notice.id,
                category=notice.categories[0].code,
                strength=0.5,
                strength_word="strong",
                reason="Its words.",
                made_at=clock.now(),
            )
        )
    same = []
    with archive.reading() as session:
        # Kept, so that the same record is the same object in both answers.
        kept = [(record, list(record.pages)) for record in session.query(Record)]
        for name in QUESTIONS.keys() - NOT_OF_RECORDS:
            answers = [repr(QUESTIONS[name](session, actor)) for actor in (officer, lawyer)]
            if answers[0] == answers[1]:
                same.append(name)
    assert len(kept) == 2
    assert not same
