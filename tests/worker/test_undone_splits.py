"""A scan whose split was undone, and the copies of its pages: what holds them, and how they go."""

import sqlite3

import pytest

from access.policy import OPERATOR
from disclosure import marks
from failings.uses import uses_of_split
from records import parts
from records.families import require_whole_visible
from records.models import Record
from records.register import find_record
from records.split_plans import plan_from
from retention import disposal, holds, tagging, undone_splits
from retention.models import DisposalObjection
from store import clock
from store.errors import NotPermittedError, RefusedError
from tests.worker.compound import page_at
from worker import splitting


def decide_everything(session, reference, actor):
    record = session.query(Record).filter_by(reference=reference).one()
    for item in tagging.suggestions_of(session, record):
        if item.status == "open":
            tagging.decide(
                session, record, category=item.category, outcome="rejected", reason="not about it", actor=actor
            )
    return record


def undo(archive, reference, actor):
    with archive.writing() as session:
        standing = parts.standing_split(session, find_record(session, reference, actor=actor))
        undone_splits.undo_split(
            session, standing, reason="wrong page", uses=uses_of_split(session, standing), actor=actor
        )


def clear(archive, reference, actor, second):
    with archive.writing() as session:
        record = decide_everything(session, reference, actor)
        holds.clear(session, record, reason="a canteen menu", second=second, actor=actor)


def purge(archive, reference):
    with archive.writing() as session:
        disposal.purge(session, archive.files, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)


def test_a_scan_whose_split_was_undone_goes_with_its_copies_once_two_people_cleared_it(
    archive, split_compound, officer, second_officer
):
    undo(archive, "R000001", officer)
    with archive.writing() as session:
        copies = [session.get_one(Record, number) for number in (2, 3)]
        paths = [archive.files.path(record.sha256) for record in (session.get_one(Record, 1), *copies)]
        with pytest.raises(RefusedError, match="nobody has decided"):
            disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)
        assert [bool(holds.holds_of(session, copy)) for copy in copies] == [True, True]
    assert all(path.exists() for path in paths)

    clear(archive, "R000001", officer, second_officer)

    with archive.reading() as session:
        cleared = holds.clearance_of(session, session.get_one(Record, 2))
        assert (cleared.given_by, cleared.second_reader) == (officer.name, second_officer.name)
        assert "R000001" in cleared.reason
    purge(archive, "R000001")
    assert not any(path.exists() for path in paths)
    with archive.reading() as session:
        assert all(session.get_one(Record, number).purged_at for number in (1, 2, 3))


def test_a_hold_on_a_part_holds_the_scan_after_the_split_is_undone_until_two_people_release_it(
    archive, split_compound, officer, second_officer
):
    with archive.writing() as session:
        holds.place_hold(session, find_record(session, "R000003", actor=officer), reason="police", actor=officer)
    undo(archive, "R000001", officer)
    with archive.reading() as session:
        (placed,) = [h for h in holds.holds_of(session, session.get_one(Record, 1)) if h.kind == "placed"]
        assert "R000003" in placed.reason
        assert "police" in placed.reason
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="police"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)

    with archive.writing() as session:
        hold = holds.find_hold(session, placed.id)
        holds.release_hold(session, hold, reason="the police are done", second=second_officer, actor=officer)

    purge(archive, "R000001")
    with archive.reading() as session:
        assert session.get_one(Record, 3).purged_at


def placed_on(session, number):
    return [hold for hold in holds.holds_of(session, session.get_one(Record, number)) if hold.kind == "placed"]


@pytest.mark.parametrize("other", [False, True])
def test_a_hold_on_a_part_of_a_part_ends_on_every_copy_with_the_one_on_the_scan_and_no_other_does(
    archive, split_compound, officer, second_officer, other
):
    splitting.split(archive, "R000002", plan_from(2, firsts=[2]), actor=officer)
    with archive.writing() as session:
        innermost = session.get_one(Record, 5)
        holds.place_hold(session, innermost, reason="police", actor=officer)
        if other:
            holds.place_hold(session, innermost, reason="litigation", actor=officer)
    undo(archive, "R000002", officer)
    undo(archive, "R000001", officer)

    with archive.writing() as session:
        (carried,) = [hold for hold in placed_on(session, 1) if "police" in hold.reason]
        assert "R000002" in carried.reason
        assert "R000005" in carried.reason
        holds.release_hold(session, carried, reason="the police are done", second=second_officer, actor=officer)

    with archive.reading() as session:
        for number in (1, 2, 5):
            left = [hold.reason.rpartition(": ")[2] for hold in placed_on(session, number)]
            assert left == (["litigation"] if other else [])


def test_a_hold_on_the_scan_is_not_doubled_when_its_split_is_undone(archive, compound, officer, second_officer):
    with archive.writing() as session:
        record = find_record(session, compound, actor=officer)
        made = holds.place_hold(session, record, reason="police", actor=officer)
    splitting.split_by_separators(archive, compound, actor=officer)
    undo(archive, compound, officer)

    with archive.writing() as session:
        record = find_record(session, compound, actor=officer)
        assert [hold.id for hold in holds.holds_of(session, record) if hold.kind == "placed"] == [made.id]
        hold = holds.find_hold(session, made.id)
        holds.release_hold(session, hold, reason="done", second=second_officer, actor=officer)
        for number in (2, 3):
            assert [h.kind for h in holds.holds_of(session, session.get_one(Record, number))] == ["provisional"]


def test_the_original_of_a_scan_whose_split_was_undone_can_be_had_again(archive, split_compound, officer, lawyer):
    undo(archive, "R000001", officer)
    with archive.reading() as session:
        require_whole_visible(session, find_record(session, "R000001", actor=officer), actor=officer)
    splitting.split(archive, "R000001", plan_from(5, firsts=[5]), actor=officer)
    with archive.writing() as session:
        part = session.get_one(Record, 5)
        marks.mark(session, part, kind="restricted", reason="names", actor=lawyer)
        with pytest.raises(NotPermittedError):
            require_whole_visible(session, session.get_one(Record, 1), actor=officer)


def test_an_objection_to_a_copy_keeps_the_scan(archive, split_compound, officer, second_officer):
    undo(archive, "R000001", officer)
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session:
        session.add(
            DisposalObjection(record_id=2, holder="request:1", reason="asked for", raised_at=clock.now(), ended_at=None)
        )
    with archive.writing() as session, pytest.raises(RefusedError, match="R000002, once a part of it"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)


def test_a_part_made_again_and_its_undone_double_go_in_their_turn(archive, split_compound, officer, second_officer):
    undo(archive, "R000001", officer)
    splitting.split(archive, "R000001", plan_from(5, firsts=[5]), actor=officer)
    with archive.reading() as session:
        double, part = session.get_one(Record, 3), session.get_one(Record, 5)
        assert double.sha256 == part.sha256
        path = archive.files.path(part.sha256)

    clear(archive, "R000004", officer, second_officer)
    clear(archive, "R000005", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="R000003"):
        disposal.purge(session, archive.files, session.get_one(Record, 5), actor=OPERATOR)
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="R000004, R000005 came out of it"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)

    for reference in ("R000005", "R000004", "R000001"):
        purge(archive, reference)

    assert not path.exists()
    with archive.reading() as session:
        assert all(record.purged_at for record in session.query(Record))
        assert archive.files.reconcile(session) == ([], [])


def test_the_database_clears_no_unread_copy_before_its_scan_is_cleared(archive, split_compound, officer):
    with archive.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page_at(session, "R000003", 1).unread = True
    undo(archive, "R000001", officer)
    connection = sqlite3.connect(archive.settings.database_path)
    with pytest.raises(sqlite3.IntegrityError, match="unread or a suggestion"):
        connection.execute(
            "INSERT INTO clearance (record_id, notices, given_by, second_reader, reason, given_at) "
            "VALUES (3, 'n', 'a', 'b', 'why', '2026-01-01 00:00:00')"
        )
    connection.close()
