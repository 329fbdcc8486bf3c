"""Where paper is, who has it, what is missing of it: the tree, the box list, movements, seals and losses."""

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import OPERATOR
from records import box_list, custody, facts, losses, movements, placing, reconciling
from records.box_list_applying import apply_list, compare
from records.custody_models import BoxList, Place
from records.models import IndexNeed, Record, RecordFile
from records.register import find_record
from store import clock
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from store.spreadsheets import csv_table

LIST = b"""site,room,bay,box,file,volume,title,dates,pages,first_folio,last_folio
Town Hall,Basement,3,14,SS/85,1,bad stroke,,,,
"""
GOOD = """site,room,bay,box,file,volume,title,dates,pages,first_folio,last_folio
Town Hall,Basement,3,14,SS-85,1,Committee minutes,1985-1987,20,1,20
Town Hall,Basement,3,14,SS-85,2,Committee minutes,1987-1990,5,,
Town Hall,Basement,3,15,,,"Log books, Tŷ Gwŷr",1990s,,,
""".encode()


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def listed(archive, officer):
    with archive.writing() as session:
        apply_list(session, archive.files, GOOD, name="list.csv", actor=officer)


def row_count(session, model):
    return session.query(model).count()


def test_a_box_list_is_taken_over_whole(archive, officer, listed):
    with archive.reading() as session:
        volume = custody.find_place(session, "14/SS-85/1")
        assert (
            custody.way_in_words(session, volume)
            == "site Town Hall, room Basement, bay 3, box 14, file SS-85, volume 1"
        )
        assert custody.latest_count(session, volume).pages == 20
        assert custody.find_place(session, volume.code).id == volume.id
        assert row_count(session, Place) == 8
        kept = session.query(BoxList).one()
        assert archive.files.original(kept.sha256).read_bytes() == GOOD


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "does not name the columns"),
        (b"box;file\n1;2\n", 1, "something else than commas"),
        (b"box,colour\n1,red\n", 1, "not known (colour)"),
        (b"file\n2\n", 1, "no column box"),
        (b"box,box\n1,1\n", 1, "a column twice"),
        (b"box\n", 2, "holds nothing"),
        (b"box,file\n1,2\n,3\n", 3, "which box"),
        (b"box,file,volume\n1,,3\n", 2, "a volume and no file"),
        (b"box,pages\n1,12a\n", 2, "'12a' as pages"),
        (b"box,pages\n1,-3\n", 2, "'-3' as pages"),
        (b"box,pages,first_folio,last_folio\n1,3,5,4\n", 2, "folios 5 to 4"),
        (b"box,pages,first_folio,last_folio\n1,3,5,\n", 2, "only one of"),
        (b"box,first_folio,last_folio\n1,5,6\n", 2, "folios and no pages"),
        (b"box,file\n1,2\n1,2\n", 3, "the same place as line 2"),
        (b"site,box,file\nA,1,1\nB,1,2\n", 3, "somewhere else than line 2"),
        (b"box,file\n1\n", 2, "1 cells"),
        (b"box,title\n1,caf\xe9\n", 2, "UTF-8"),
        (b'box,title\n1,"never closed\n', 2, "not CSV"),
        (LIST, 2, "a stroke"),
        (b"box,title\n1," + b"x" * 301 + b"\n", 2, "301 letters"),
    ],
)
def test_each_faulty_line_is_told_and_nothing_is_taken_over(archive, officer, content, line, words):
    parsed = box_list.parse(content)

    assert parsed.rows == ()
    assert [(fault.line, words in fault.reason) for fault in parsed.faults] == [(line, True)]
    with archive.writing() as session:
        with pytest.raises(InvalidInputError, match=f"line {line} "):
            apply_list(session, archive.files, content, name="list.csv", actor=officer)
        assert row_count(session, Place) == row_count(session, BoxList) == 0


def test_every_fault_of_a_list_is_told_at_once():
    parsed = box_list.parse(b"box,pages\n1,x\n2,3\n3,y\n")

    assert [fault.line for fault in parsed.faults] == [2, 4]


def test_a_list_again_changes_nothing_and_a_newer_one_says_what_it_would_change(archive, officer, listed):
    newer = GOOD.replace(b",20,1,20", b",21,1,21").replace(b"Basement,3,15", b"Basement,4,15")
    newer = newer.replace(b"Town Hall,Basement,3,14,SS-85,2,Committee minutes,1987-1990,5,,\n", b"")

    with archive.reading() as session:
        again = compare(session, box_list.parse(GOOD).rows)
        found = compare(session, box_list.parse(newer).rows)
        assert (again.added, again.changed, again.unmentioned, again.same) == ([], [], [], 3)
        assert [(each.where, each.before, each.after) for each in found.changed] == [
            (
                "site Town Hall, room Basement, bay 3, box 14, file SS-85, volume 1",
                "20 pages, folios 1 to 20",
                "21 pages, folios 1 to 21",
            ),
            ("box 15", "site Town Hall, room Basement, bay 3", "site Town Hall, room Basement, bay 4"),
        ]
        assert [each.where for each in found.added] == ["site Town Hall, room Basement, bay 4"]
        assert found.unmentioned == ["site Town Hall, room Basement, bay 3, box 14, file SS-85, volume 2"]

    with archive.writing() as session:
        apply_list(session, archive.files, newer, name="newer.csv", actor=officer)
    with archive.reading() as session:
        after = compare(session, box_list.parse(newer).rows)
        assert (after.added, after.changed) == ([], [])
        assert custody.find_place(session, "14/SS-85/2").title == "Committee minutes"  # never deleted


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 50)), min_size=1, max_size=12
    )
)
def test_what_is_written_as_a_list_is_read_back_or_refused_with_a_line(entries):
    content = csv_table(
        ["box", "file", "volume", "pages"],
        [[box, file or "", volume or "", pages] for box, file, volume, pages in entries],
    )

    parsed = box_list.parse(content)

    wanted = [(box, file, volume) for box, file, volume, _ in entries]
    is_sound = len(set(wanted)) == len(wanted) and all(file or not volume for _, file, volume in wanted)
    assert bool(parsed.rows) == is_sound == (not parsed.faults)
    if is_sound:
        assert [row.pages for row in parsed.rows] == [pages for *_, pages in entries]


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reading_of_a_list(content):
    parsed = box_list.parse(content)

    assert bool(parsed.rows) != bool(parsed.faults)


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


def test_paper_goes_out_once_and_comes_back(archive, officer, listed, today):
    told = {"taken_by": "A Clerk", "taken_to": "Reading room", "purpose": "scanning"}
    with archive.writing() as session:
        box, volume = custody.find_place(session, "14"), custody.find_place(session, "14/SS-85/1")
        movements.take_out(
            session, box, **told, taken_on=today - timedelta(days=9), due_on=today - timedelta(days=2), actor=officer
        )
        with pytest.raises(RefusedError, match="out already"):
            movements.take_out(session, volume, **told, taken_on=today, due_on=today, actor=officer)
        assert [(out.place.name, out.overdue) for out in movements.all_out(session)] == [("box 14", True)]
        line = next(line for line in reconciling.account(session, actor=officer).lines if line.place.id == box.id)
        assert (line.notes[-1].split(" since")[0], line.is_overdue) == ("out with A Clerk", True)
        assert line.notes_today == (*line.notes[:-1], f"{line.notes[-1]}, overdue")
        with pytest.raises(InvalidInputError):
            movements.bring_back(session, box, returned_on=today + timedelta(days=1), actor=officer)
        movements.bring_back(session, box, returned_on=today, note="seal whole", actor=officer)
        assert movements.all_out(session) == []
        with pytest.raises(RefusedError, match="is not out"):
            movements.bring_back(session, box, returned_on=today, actor=officer)
        movements.take_out(session, volume, **told, taken_on=today, due_on=today, actor=officer)
        with pytest.raises(RefusedError, match="in it is out"):
            movements.take_out(session, box, **told, taken_on=today, due_on=today, actor=officer)


def test_a_seal_is_used_once_and_its_breaking_is_told(archive, officer, listed, today):
    with archive.writing() as session:
        box = custody.find_place(session, "14")
        movements.put_seal(session, box, number="A 100", put_on_by="A Clerk", put_on=today, actor=officer)
        with pytest.raises(RefusedError, match="bears seal"):
            movements.put_seal(session, box, number="A 101", put_on_by="A Clerk", put_on=today, actor=officer)
        with pytest.raises(InvalidInputError, match="by whom and why"):
            movements.break_seal(session, "A 100", broken_by="B", broken_on=today, why=" ", actor=officer)
        movements.break_seal(session, "A 100", broken_by="B Clerk", broken_on=today, why="scanning", actor=officer)
        with pytest.raises(RefusedError, match="was used before"):
            movements.put_seal(session, box, number="A 100", put_on_by="A Clerk", put_on=today, actor=officer)
        with pytest.raises(RefusedError, match="already"):
            movements.break_seal(session, "A 100", broken_by="B", broken_on=today, why="x", actor=officer)


def a_loss(**more):
    told = {
        "what": "Visitors' book of 1991",
        "nature": "destroyed",
        "known_on": date(2015, 8, 17),
        "known_by": "A Clerk",
        "evidence": "Destruction list 7",
        "authority": "Schedule of 1988",
    }
    return losses.Loss(**{**told, **more})


def test_a_loss_stands_in_the_account_until_it_is_found_and_is_never_deleted(archive, officer, listed, today):
    with archive.writing() as session:
        box = custody.find_place(session, "15")
        made = losses.record_loss(session, a_loss(), place=box, actor=officer)
        with pytest.raises(RefusedError, match="recorded already"):
            losses.record_loss(session, a_loss(), place=box, actor=officer)
        line = next(line for line in reconciling.account(session, actor=officer).lines if line.place.id == box.id)
        assert line.verdict == reconciling.GONE
        assert "Visitors' book" in line.notes[0]
        losses.record_found(session, made, found_on=today, where="bay 9", actor=officer)
        line = next(line for line in reconciling.account(session, actor=officer).lines if line.place.id == box.id)
        assert line.verdict == reconciling.NOTHING
        assert b"bay 9" in losses.statement_csv(session)


@pytest.mark.parametrize("wrong", [{"what": " "}, {"evidence": ""}, {"known_by": ""}, {"nature": "mislaid"}])
def test_a_loss_that_does_not_say_how_it_is_known_is_refused(archive, officer, wrong):
    with archive.writing() as session, pytest.raises(InvalidInputError):
        losses.record_loss(session, a_loss(**wrong), actor=officer)


def test_a_volume_is_reconciled_by_page_and_folio(archive, officer, listed, make_record):
    spans = [(1, 11), (15, 20)]
    references = [make_record(bytes([number])) for number in range(len(spans))]
    with archive.writing() as session:
        volume = custody.find_place(session, "14/SS-85/1")
        for reference, span in zip(references, spans, strict=True):
            record = find_record(session, reference, actor=officer)
            record.page_count = span[1] - span[0] + 4
            custody.put_record(session, record, volume, folios=span, actor=officer)
        found = reconciling.account(session, actor=officer)
        line = next(line for line in found.lines if line.place.id == volume.id)
    assert line.gaps == ("folios 12 to 14 missing", "3 pages more than counted")
    assert line.verdict == reconciling.GAPS
    assert found.boxes[0].verdict == reconciling.GAPS
    assert b"folios 12 to 14 missing" in reconciling.account_csv(found)
    assert reconciling.account_xlsx(found, authority="Wenford")[:2] == b"PK"


def test_a_part_of_what_lies_in_a_volume_is_not_counted_twice(archive, officer, listed, make_record):
    whole = make_record()
    part = make_record(b"part", parent=whole)
    with archive.writing() as session:
        volume = custody.find_place(session, "14/SS-85/2")
        for reference in (whole, part):
            custody.put_record(session, find_record(session, reference, actor=officer), volume, actor=officer)
        line = next(line for line in reconciling.account(session, actor=officer).lines if line.place.id == volume.id)
    assert (line.records, line.registered) == (1, 1)


spans_within = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), max_size=8)


@given(spans_within, st.integers(1, 30))
def test_the_gaps_named_are_exactly_the_folios_that_nothing_covers(starts, high):
    spans = [(first, first + more, f"R{number}") for number, (first, more) in enumerate(starts)]

    told = reconciling.folio_gaps(spans, expected=(1, high))

    covered = {folio for first, last, _ in spans for folio in range(first, last + 1)}
    missing = set()
    for words in told:
        if words.endswith("missing"):
            numbers = [int(word) for word in words.split() if word.isdecimal()]
            missing |= set(range(numbers[0], numbers[-1] + 1))
    assert missing == set(range(1, high + 1)) - covered
    twice = any(
        max(a[0], b[0]) <= min(a[1], b[1], high) and max(a[0], b[0]) >= 1
        for at, a in enumerate(spans)
        for b in spans[at + 1 :]
    )
    assert any(" both in " in words for words in told) == twice or not twice


ATTACKS = [
    "DELETE FROM place",
    "DELETE FROM place_count",
    "DELETE FROM placement",
    "DELETE FROM known_loss",
    "DELETE FROM box_list",
    "UPDATE place SET reference = 'other'",
    "UPDATE place_count SET pages = 1",
    "UPDATE known_loss SET evidence = 'none'",
    "UPDATE placement SET first_folio = 9",
    "REPLACE INTO place SELECT * FROM place WHERE id = 1",
]


def test_the_database_refuses_to_change_what_was_recorded_of_paper(archive, officer, listed, make_record):
    reference = make_record()
    with archive.writing() as session:
        place = custody.find_place(session, "14/SS-85/1")
        custody.put_record(session, find_record(session, reference, actor=officer), place, actor=officer)
        losses.record_loss(session, a_loss(), place=place, actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)

    for statement in ATTACKS:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_natural_order_puts_box_2_before_box_10(archive, officer):
    with archive.writing() as session:
        for reference in ("10", "2", "A10", "A9", "²"):
            custody.add_place(session, "box", reference, actor=officer)
        assert [place.reference for place in custody.children(session, None)] == ["2", "10", "A9", "A10", "²"]
        assert session.query(Record).count() == 0
