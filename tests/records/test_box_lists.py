"""A list of boxes is taken over whole or not at all, and a newer one says what it would change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import box_list, custody
from records.box_list_applying import apply_list, compare
from records.custody_models import BoxList, Place
from store.errors import InvalidInputError
from store.spreadsheets import csv_table
from tests.records.boxes import GOOD

LIST = b"""site,room,bay,box,file,volume,title,dates,pages,first_folio,last_folio
Town Hall,Basement,3,14,SS/85,1,bad stroke,,,,
"""


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
