import sqlite3

import pytest
from sqlalchemy import insert

from disclosure import marks, review
from records.models import Record
from records.register import find_record
from retention import holds
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError


def test_a_marked_record_is_hidden_from_those_who_may_not_see_it(archive, make_record, officer, lawyer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=lawyer)
        marks.mark(session, record, kind="restricted", reason="A police operation.", actor=lawyer)

    with archive.reading() as session:
        assert find_record(session, reference, actor=lawyer).compartment == "restricted"
        with pytest.raises(NotFoundError):
            find_record(session, reference, actor=officer)


def test_a_record_read_in_an_earlier_unit_of_work_is_marked_all_the_same(archive, make_record, officer, lawyer):
    reference = make_record()
    with archive.reading() as session:
        seen_before = find_record(session, reference, actor=lawyer)
    with archive.writing() as session:
        marks.mark(session, seen_before, kind="privileged", reason="Advice.", actor=lawyer)

    with archive.reading() as session, pytest.raises(NotFoundError):
        find_record(session, reference, actor=officer)


def test_lifting_one_mark_leaves_the_other(archive, make_record, lawyer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=lawyer)
        privileged = marks.mark(session, record, kind="privileged", reason="Advice.", actor=lawyer)
        marks.mark(session, record, kind="restricted", reason="Police.", actor=lawyer)

        marks.lift_mark(session, privileged, reason="Waived in writing.", actor=lawyer)

        assert [mark.kind for mark in marks.open_marks(session, record)] == ["restricted"]
        assert record.compartment == "restricted"


def test_only_a_lawyer_marks_and_always_with_a_reason(archive, make_record, officer, lawyer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=lawyer)
        with pytest.raises(NotPermittedError):
            marks.mark(session, record, kind="privileged", reason="Advice.", actor=officer)
        with pytest.raises(InvalidInputError, match="no reason"):
            marks.mark(session, record, kind="privileged", reason=" ", actor=lawyer)
        with pytest.raises(InvalidInputError, match="neither"):
            marks.mark(session, record, kind="secret", reason="x", actor=lawyer)
        marks.mark(session, record, kind="privileged", reason="Advice.", actor=lawyer)
        with pytest.raises(RefusedError, match="already"):
            marks.mark(session, record, kind="privileged", reason="Advice.", actor=lawyer)


def test_relevance_to_disclosure_changes_no_hold(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        before = [hold.id for hold in holds.holds_of(session, record)]

        review.decide_relevance(session, record, answer="not-relevant", reason="Roads.", actor=officer)

        assert [hold.id for hold in holds.holds_of(session, record)] == before
        assert review.relevance_of(session, record).answer == "not-relevant"


def test_what_came_out_of_a_container_is_asked_for_a_few_at_a_time(archive, make_record):
    container = make_record(b"a container")
    with archive.writing() as session:
        record = session.query(Record).filter_by(reference=container).one()
        columns = [column.name for column in Record.__table__.columns if column.name != "id"]
        like = {name: getattr(record, name) for name in columns}
        members = [like | {"reference": f"R{number:06}", "parent_id": record.id} for number in range(2, 1203)]
        session.execute(insert(Record), members)
    with archive.reading() as session:
        raw = session.connection().connection.dbapi_connection
        before = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 600)
        found = marks.open_inside(session, session.query(Record).filter_by(reference=container).one())
        raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)

    assert [each.reference for each in found] == [each["reference"] for each in members]
