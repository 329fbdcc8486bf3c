"""Who kept the papers: said of a batch, found by every record with a copy from it, whoever sent the first one."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from access.policy import Actor
from disclosure.marks import mark
from ingest import batches, custodians
from ingest.models import Item
from records.facts import CUSTODIAN, values_of
from records.models import IndexNeed, Record
from records.register import find_record
from search import querying
from search.indexing import bring_up_to_date
from search.opening import close_engine
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
