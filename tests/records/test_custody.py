"""Where paper lies: the tree of places, records in their boxes, and who may change it."""

import pytest

from access.policy import OPERATOR
from records import custody, facts, placing, reconciling
from records.models import IndexNeed, Record, RecordFile
from records.register import find_record
from store import clock
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError


def test_a_record_keeps_its_box_in_step_and_its_history(archive, officer, listed, make_record):
    reference = make_record()
    with archive.writing() as session:
        session.query(IndexNeed).delete()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        custody.put_record(session, record, custody.find_place(session, "14/SS-85/1"), folios=(1, 3), actor=officer)
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        assert (record.box, session.query(IndexNeed).count()) == ("14", 1)
        custody.put_record(session, record, custody.find_place(session, "15"), actor=officer)
        assert record.box == "15"
        assert session.query(custody.Placement).count() == 2


def test_a_place_never_lies_in_a_narrower_one(archive, officer, listed):
    with archive.writing() as session:
        volume = custody.find_place(session, "14/SS-85/1")
        with pytest.raises(InvalidInputError, match="cannot lie in"):
            custody.add_place(session, "box", "99", within=volume, actor=officer)
        with pytest.raises(RefusedError, match="already"):
            custody.add_place(session, "box", "14", actor=officer)
        with pytest.raises(InvalidInputError, match="lies in something"):
            custody.add_place(session, "file", "loose", actor=officer)


def test_only_those_who_look_after_paper_may_change_where_it_is(archive, lawyer, leader, listed):
    with archive.writing() as session:
        for actor in (lawyer, leader):
            with pytest.raises(NotPermittedError):
                custody.add_place(session, "box", "99", actor=actor)


def test_a_restricted_record_is_placed_only_by_someone_who_may_see_it_and_counted_for_nobody_else(
    archive, officer, listed, make_record
):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        custody.put_record(session, record, custody.find_place(session, "14/SS-85/2"), folios=(1, 5), actor=officer)
        record.compartment = "restricted"
    with archive.writing() as session:
        place = custody.find_place(session, "14/SS-85/2")
        record = find_record(session, reference, actor=OPERATOR)
        assert custody.records_at(session, place, actor=officer) == []
        with pytest.raises(NotFoundError):
            custody.put_record(session, record, place, actor=officer)
        seen = {line.way: line for line in reconciling.account(session, actor=officer).lines}
        whole = {line.way: line for line in reconciling.account(session, actor=OPERATOR).lines}
    way = "Town Hall / Basement / 3 / 14 / SS-85 / 2"
    assert (seen[way].records, seen[way].registered, seen[way].gaps) == (0, 0, ())
    assert whole[way].records == 1


def test_a_batch_is_put_in_a_box_and_what_lies_elsewhere_stays(archive, officer, listed, make_record):
    first, second, third = make_record(b"1"), make_record(b"2"), make_record(b"3")
    with archive.writing() as session:
        custody.put_record(
            session, find_record(session, first, actor=officer), custody.find_place(session, "15"), actor=officer
        )
        custody.put_record(
            session,
            find_record(session, second, actor=officer),
            custody.find_place(session, "14/SS-85/1"),
            actor=officer,
        )
        done = placing.put_batch(session, "Box 14", custody.find_place(session, "14"), actor=officer)
        assert (done.put, done.there_already, done.elsewhere) == ((third,), (second,), (first,))


def test_paths_say_where_records_lie_and_a_place_that_is_not_known_stops_all(archive, officer, listed, make_record):
    first, second = make_record(b"1"), make_record(b"2")
    with archive.writing() as session:
        for reference, path in ((first, "scan/14/SS-85/1/f001-004.pdf"), (second, "scan/14/SS-86/1/f001-004.pdf")):
            connection = session.connection()
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS fix_record_file")
            record = find_record(session, reference, actor=officer)
            record.files[0].path = path
    with archive.writing() as session:
        planned = placing.plan_by_path(session, "{box}/{file}/{volume}/f{from}-{to}.pdf", actor=officer)
        with pytest.raises(RefusedError, match="SS-86"):
            placing.put_by_path(session, planned, actor=officer)
        custody.add_place(session, "file", "SS-86", within=custody.find_place(session, "14"), actor=officer)
        custody.add_place(session, "volume", "1", within=custody.find_place(session, "14/SS-86"), actor=officer)
        planned = placing.plan_by_path(session, "{box}/{file}/{volume}/f{from}-{to}.pdf", actor=officer)
        assert placing.put_by_path(session, planned, actor=officer).put == (first, second)
        placed = custody.placement_of(session, find_record(session, first, actor=officer))
        assert (placed.first_folio, placed.last_folio) == (1, 4)
        assert placing.put_by_path(session, planned, actor=officer).there_already == (first, second)


def test_every_box_with_a_copy_is_known_and_follows_the_copy(archive, officer, listed, make_record):
    reference = make_record(b"1")
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        same = {"sha256": record.sha256, "name": "f.pdf", "batch": "B", "source": "S", "found_at": clock.now()}
        for path in ("scan/14/SS-85/f001-004.pdf", "again/15/SS-90/f001-004.pdf"):
            session.add(RecordFile(record_id=record.id, path=path, **same))
        custody.add_place(session, "file", "SS-90", within=custody.find_place(session, "15"), actor=officer)
    with archive.writing() as session:
        planned = placing.plan_by_path(session, "{box}/{file}/f{from}-{to}.pdf", actor=officer)
        placing.put_by_path(session, planned, actor=officer)
        record = find_record(session, reference, actor=officer)
        assert (record.box, facts.values_of(session, record.id, facts.BOX)) == ("14", ["14", "15"])
        moved = custody.find_place(session, "15/SS-90")
        custody.move_place(
            session, moved, to=custody.add_place(session, "box", "16", within=None, actor=officer), actor=officer
        )
        assert facts.values_of(session, record.id, facts.BOX) == ["14", "16"]
        custody.move_place(session, moved, to=custody.find_place(session, "14"), actor=officer)
        assert facts.values_of(session, record.id, facts.BOX) == ["14"]


@pytest.mark.parametrize(
    "pattern", ["{file}.pdf", "{box}/{colour}", "{box}/{box}", "{box}/{volume}", "{box}/{from}.pdf"]
)
def test_a_pattern_that_cannot_be_meant_is_refused(pattern):
    with pytest.raises(InvalidInputError):
        placing.pattern_of(pattern)


def test_natural_order_puts_box_2_before_box_10(archive, officer):
    with archive.writing() as session:
        for reference in ("10", "2", "A10", "A9", "²"):
            custody.add_place(session, "box", reference, actor=officer)
        assert [place.reference for place in custody.children(session, None)] == ["2", "10", "A9", "A10", "²"]
        assert session.query(Record).count() == 0
