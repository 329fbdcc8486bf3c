"""What leaves its place, what is missing of a volume, and what is recorded of either stays as it was recorded."""

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import custody, losses, movements, reconciling
from records.register import find_record
from store.errors import InvalidInputError, RefusedError


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
