"""Who kept the papers: said of a batch, found by every record with a copy from it, whoever sent the first one."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select

from access.policy import Actor
from disclosure.marks import lift_mark, mark
from disclosure.models import Mark
from ingest import batches, custodians
from ingest.models import Item
from records.facts import CUSTODIAN, values_of
from records.models import IndexNeed, Record
from records.register import find_record
from search import querying
from search.indexing import bring_up_to_date
from search.opening import close_engine
from search.term_running import IN_SCOPE, Scope, run_terms
from store import clock, schema
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotPermittedError


@pytest.fixture
def kept(archive: Archive, officer: Actor, make_record: Callable[..., str]) -> Iterator[list[str]]:
    """Two records of the batch "Box 14"; a copy of the first was handed over in another batch too."""
    references = [make_record(b"one", text="ferry"), make_record(b"two", text="ferry")]
    with archive.writing() as session:
        batches.open_run(session, ["/a"], batch="Box 14", source="Store", custodian=" Town  Clerk ", actor=officer)
        for reference in references:
            custodians.keep_custodians(session, find_record(session, reference, actor=officer).id)
        batch, run, _ = batches.open_run(
            session, ["/b"], batch="Drive", source="ICT", custodian="Children's Services", actor=officer
        )
        item = Item(run_id=run.id, path="drive/one.txt", name="one.txt", state="stored")
        session.add(item)
        session.flush()
        first = find_record(session, references[0], actor=officer)
        batches.end_duplicate(session, item, first, batch=batch, run=run, actor=officer)
    yield references
    close_engine(archive)


def found(archive: Archive, actor: Actor, query: str) -> set[str]:
    bring_up_to_date(archive)
    with archive.reading() as session:
        return {hit.record.reference for hit in querying.search(archive, session, query, actor=actor).hits}


def facet(archive: Archive, actor: Actor, name: str) -> list[tuple[str, int]]:
    bring_up_to_date(archive)
    with archive.reading() as session:
        results = querying.search(archive, session, "*", actor=actor)
    return [(each.value, each.count) for each in results.facets[name]]


def test_a_record_is_found_under_every_custodian_of_a_copy(archive: Archive, officer: Actor, kept: list[str]) -> None:
    first, second = kept

    assert found(archive, officer, 'custodian:="Town Clerk"') == {first, second}
    assert found(archive, officer, "custodian:children's") == {first}
    assert found(archive, officer, "has:custodian") == {first, second}
    assert facet(archive, officer, "custodian") == [("Town Clerk", 2), ("Children's Services", 1)]


def test_a_custodian_said_better_takes_the_place_of_the_first_and_of_no_other(
    archive: Archive, officer: Actor, kept: list[str]
) -> None:
    bring_up_to_date(archive)
    with archive.writing() as session:
        custodians.name_custodian(session, batches.find_batch(session, "Box 14"), "Archivist", actor=officer)
        known = [values_of(session, find_record(session, each, actor=officer).id, CUSTODIAN) for each in kept]
        waiting = session.scalars(select(IndexNeed.record_id)).all()
    events = archive_events(archive)

    assert known == [["Archivist", "Children's Services"], ["Archivist"]]
    assert len(waiting) == 2
    assert events[-1] == {"custodian": "Archivist", "before": "Town Clerk"}
    assert found(archive, officer, "custodian:clerk") == set()


def archive_events(archive: Archive) -> list[dict[str, object]]:
    with archive.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == AuditAction.BATCH_CUSTODIAN_NAMED.value)
        return [json.loads(each.detail) for each in session.scalars(query.order_by(AuditEvent.sequence))]


def test_a_custodian_known_from_hidden_records_alone_is_in_no_facet(
    archive: Archive, officer: Actor, lawyer: Actor, kept: list[str]
) -> None:
    with archive.writing() as session:
        hidden = find_record(session, kept[0], actor=officer)
        session.get_one(Record, hidden.id).box = "Box Z"
        mark(session, hidden, kind="restricted", reason="a named child", actor=lawyer)

    assert facet(archive, officer, "custodian") == [("Town Clerk", 1)]
    assert found(archive, officer, "custodian:children's") == set()
    assert found(archive, lawyer, "custodian:children's") == {kept[0]}


def test_what_cannot_be_a_custodian_is_refused(
    archive: Archive, officer: Actor, leader: Actor, kept: list[str]
) -> None:
    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 14")
        for wrong in (" ", "x" * 301):
            with pytest.raises(InvalidInputError, match="The custodian was not kept"):
                custodians.name_custodian(session, batch, wrong, actor=officer)
        with pytest.raises(NotPermittedError):
            custodians.name_custodian(session, batch, "Somebody", actor=leader)
        with pytest.raises(InvalidInputError, match="Batch Box 14 came from Town Clerk"):
            batches.open_run(session, ["/c"], batch="Box 14", source="Store", custodian="Archivist", actor=officer)
        assert batch.custodian == "Town Clerk"


def test_a_record_and_what_lies_in_it_are_found_under_the_batch_and_source_of_every_copy(
    archive: Archive, officer: Actor, make_record: Callable[..., str], kept: list[str]
) -> None:
    first, second = kept
    attached = make_record(b"inside", text="ferry ticket", parent=first)
    inside = make_record(b"inside that", text="ferry ticket stub", parent=attached)
    bring_up_to_date(archive)
    with archive.writing() as session:
        batch, run, _ = batches.open_run(
            session, ["/c"], batch="Attic", source="Caretaker", custodian="Porter", actor=officer
        )
        item = Item(run_id=run.id, path="attic/one.txt", name="one.txt", state="stored")
        session.add(item)
        session.flush()
        batches.end_duplicate(
            session, item, find_record(session, first, actor=officer), batch=batch, run=run, actor=officer
        )

    family = {first, attached, inside}
    assert found(archive, officer, "batch:attic") == family
    assert found(archive, officer, 'batch:="Drive"') == family
    assert found(archive, officer, 'batch:"box 14"') == {*family, second}
    assert found(archive, officer, "source:caretaker AND custodian:porter") == family
    assert dict(facet(archive, officer, "batch")) == {"Box 14": 4, "Attic": 3, "Drive": 3}
    with archive.writing() as session:
        custodians.name_custodian(session, batches.find_batch(session, "Attic"), "Gardener", actor=officer)
    assert found(archive, officer, "custodian:gardener") == family
    assert found(archive, officer, "custodian:porter") == set()


def counted(archive: Archive, actor: Actor, batch: str) -> tuple[int, int]:
    """How many records a search and a term report count in the batch."""
    in_scope = run_terms(archive, [], Scope(batch=batch), actor=actor, progress=lambda _done, _total: None).universe
    return len(found(archive, actor, f'batch:="{batch}"')), int((in_scope.flags & IN_SCOPE > 0).sum())


def test_what_lies_open_in_a_hidden_message_tells_nothing_of_where_that_was_found(
    archive: Archive, officer: Actor, lawyer: Actor, make_record: Callable[..., str], kept: list[str]
) -> None:
    around, _ = kept
    message = make_record(b"message", text="advice", parent=around)
    attached = make_record(b"inside", text="ferry ticket", parent=message)
    inside = make_record(b"inside that", text="ferry ticket stub", parent=attached)
    with archive.writing() as session:
        batch, run, _ = batches.open_run(
            session, ["/c"], batch="Advice", source="Solicitors", custodian="Solicitor", actor=officer
        )
        item = Item(run_id=run.id, path="advice/one.txt", name="one.txt", state="stored")
        session.add(item)
        session.flush()
        known = find_record(session, message, actor=officer)
        batches.end_duplicate(session, item, known, batch=batch, run=run, actor=officer)
    family = {message, attached, inside}
    assert found(archive, officer, "batch:advice AND source:solicitors AND custodian:solicitor") == family
    assert (counted(archive, officer, "Advice"), counted(archive, officer, "Drive")) == ((3, 3), (4, 4))

    with archive.writing() as session:
        made = mark(session, find_record(session, message, actor=lawyer), kind="privileged", reason="x", actor=lawyer)

    assert found(archive, officer, "batch:advice OR source:solicitors OR custodian:solicitor") == set()
    # “Drive” is the batch of what is around the message: that it is around what lies in it would tell of the message.
    assert found(archive, officer, "batch:drive OR custodian:children's") == {around}
    assert {name for name, _ in facet(archive, officer, "batch")} == {"Box 14", "Drive"}
    assert found(archive, officer, "ferry ticket") == {attached, inside}
    assert (counted(archive, officer, "Advice"), counted(archive, officer, "Drive")) == ((0, 0), (1, 1))
    # The message itself tells all of it to those who may see it; a term report of theirs counts what lies in it.
    assert found(archive, lawyer, "batch:advice AND batch:drive") == {message}
    assert (counted(archive, lawyer, "Advice"), counted(archive, lawyer, "Drive")) == ((1, 3), (2, 4))

    with archive.writing() as session:
        lift_mark(session, session.get_one(Mark, made.id), reason="x", actor=lawyer)

    assert found(archive, officer, "batch:advice AND batch:drive") == family
    assert counted(archive, officer, "Advice") == (3, 3)


def test_an_index_of_before_is_made_to_forget_what_it_told_of_hidden_messages(
    archive: Archive, officer: Actor, lawyer: Actor, make_record: Callable[..., str]
) -> None:
    message = make_record(b"message", text="advice")
    attached = make_record(b"inside", text="ferry ticket", parent=message)
    inside = make_record(b"inside that", text="ferry ticket stub", parent=attached)
    make_record(b"another", text="a letter", parent=make_record(b"open", text="another message"))
    with archive.writing() as session:
        mark(session, find_record(session, message, actor=lawyer), kind="privileged", reason="x", actor=lawyer)
    bring_up_to_date(archive)
    config = schema.configuration()
    with archive.engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "0017")
        command.upgrade(config, "head")

    with archive.reading() as session:
        needs = session.execute(select(Record.reference, IndexNeed.since).join(IndexNeed)).all()
    assert {each.reference for each in needs} == {attached, inside}
    assert all(abs(clock.now() - each.since) < timedelta(minutes=5) for each in needs)
    assert bring_up_to_date(archive) == 2
    close_engine(archive)
