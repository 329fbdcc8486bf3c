"""A database whose guards were tampered with is not called sound."""

import sqlite3

import pytest

from access.policy import OPERATOR
from disclosure import marks
from records.register import find_record
from retention import disposal, holds, tagging
from store import audit
from store.audit_actions import AuditAction
from worker.checkup import FAULT, GOOD, _database, _evidence

EMPTY = "CREATE TRIGGER {name} BEFORE UPDATE OF released_at ON hold WHEN 0 BEGIN SELECT 1; END"
TAMPERINGS = {
    "one removed": ("DROP TRIGGER hold_ends_by_two",),
    "one emptied under its own name": ("DROP TRIGGER hold_ends_by_two", EMPTY.format(name="hold_ends_by_two")),
    "one exchanged for another": ("DROP TRIGGER hold_ends_by_two", EMPTY.format(name="harmless")),
    "one added": ("CREATE TRIGGER quiet AFTER INSERT ON hold BEGIN DELETE FROM index_need; END",),
}


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_the_doctor_finds_guards_that_were_tampered_with(archive, statements):
    assert _database(archive).level == GOOD
    connection = sqlite3.connect(archive.settings.database_path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()

    found = _database(archive)

    assert found.level == FAULT
    assert "someone changed it by hand" in found.sentence


BY_HAND = {
    "a hold taken away": ("DELETE FROM hold WHERE id = 1", "holds placed: the database has 2 provisional"),
    "the reason for a hold changed": (
        "UPDATE hold SET kind = 'placed' WHERE id = 2",
        "holds placed: the database has 2 placed system where the audit trail tells 2 provisional",
    ),
    "a decision turned round": (
        "UPDATE decision SET outcome = 'rejected'",
        "decisions: the database has R000001 failings rejected officer@example.org where the audit trail tells "
        "R000001 failings added",
    ),
    "a decision taken away": ("DELETE FROM decision", "decisions: the database has nothing where"),
    "a clearance made up": (
        "INSERT INTO clearance (record_id, notices, given_by, second_reader, reason, given_at) "
        "VALUES (1, '', 'a', 'b', 'c', '2026-01-01 00:00:00')",
        "clearances: the database has R000001 a b where the audit trail tells nothing",
    ),
    "a mark taken away": ("DELETE FROM mark", "marks made: the database has nothing where"),
    "a mark lifted by nobody": (
        "UPDATE mark SET lifted_at = '2026-01-01 00:00:00', lifted_by = 'x'",
        "marks lifted: the database has 1 restricted x where the audit trail tells nothing",
    ),
    "a page taken away": (
        "DELETE FROM page WHERE record_id = 2",
        "pages: 1 records have not their pages (first R000002",
    ),
    "a record called purged": (
        "UPDATE record SET purged_at = '2026-01-01 00:00:00' WHERE id = 2",
        "records purged: the database has R000002 where the audit trail tells nothing",
    ),
}


@pytest.fixture
def evidence(archive, make_record, officer, lawyer):
    """Two records, held; one is in a category and restricted."""
    first, _ = make_record(b"one"), make_record(b"two")
    with archive.writing() as session:
        record = find_record(session, first, actor=lawyer)
        tagging.decide(session, record, category="failings", outcome="added", reason="Read.", actor=officer)
        marks.mark(session, record, kind="restricted", reason="Police.", actor=lawyer)


@pytest.mark.parametrize(("statement", "words"), BY_HAND.values(), ids=BY_HAND.keys())
def test_evidence_changed_by_another_program_is_named_though_the_guards_were_put_back(
    archive, evidence, statement, words
):
    assert _evidence(archive).level == GOOD
    connection = sqlite3.connect(archive.settings.database_path)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, guard in guards:
        connection.execute(guard)
    connection.commit()
    connection.close()

    found = _evidence(archive)

    assert found.level == FAULT
    assert words in found.sentence


def test_what_people_did_in_order_is_found_in_order(archive, evidence, make_record, officer, second_officer, lawyer):
    third = make_record(b"three")
    with archive.writing() as session:
        record = find_record(session, third, actor=officer)
        hold = holds.place_hold(session, record, reason="The police.", actor=officer)
        marks.mark(session, record, kind="privileged", reason="Advice.", actor=lawyer)
        marks.lift_mark(session, marks.open_marks(session, record)[0], reason="None.", actor=lawyer)
        holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)
        holds.release_hold(session, hold, reason="Done.", second=second_officer, actor=officer)
        disposal.purge(session, archive.files, record, actor=OPERATOR)

    assert _evidence(archive).level == GOOD


def test_a_purge_that_an_earlier_version_told_of_twice_is_one_purge(archive, make_record, officer, second_officer):
    reference = make_record(b"roads")
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)
        disposal.purge(session, archive.files, record, actor=OPERATOR)
    for subject, level in ((reference, GOOD), ("R000002", FAULT)):
        with archive.writing() as session:
            audit.record(session, AuditAction.RECORD_PURGED, actor="operator", subject=f"record:{subject}", detail={})

        assert _evidence(archive).level == level
