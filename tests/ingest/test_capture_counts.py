"""Sheets counted by hand against pages read: a gap is named, and what cannot be told is not called a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import OPERATOR
from ingest import batches
from ingest.capture import record_captures
from ingest.capture_counts import SheetCount, count_sheets
from ingest.capture_models import ScanCapture
from ingest.capture_sidecars import capture_from
from ingest.models import DUPLICATE, REGISTERED, Item
from records.register import find_record


def count(sheets: int, sides: str, pages: int) -> SheetCount:
    return SheetCount(ScanCapture(sheets=sheets, sides=sides), 2, pages)


@pytest.mark.parametrize(
    ("sheets", "sides", "pages", "words"),
    [
        (10, "one", 10, "none is missing"),
        (10, "one", 9, "at least 1 sheet is missing"),
        (10, "one", 11, "1 more than so many sheets have"),
        (10, "two", 20, "none is missing"),
        (10, "two", 19, "no sheet is missing, if 1 back was left out"),
        (10, "two", 9, "at least 1 sheet is missing"),
        (10, "two", 21, "1 more than"),
        (10, "", 15, "a missing back would not show"),
        (0, "", 0, "none is missing"),
    ],
)
def test_what_is_said_of_sheets_and_pages(sheets, sides, pages, words):
    found = count(sheets, sides, pages)

    assert words in (found.gap or found.in_words)


@given(st.integers(0, 1000), st.sampled_from(["", "one", "two"]), st.integers(0, 3000))
def test_there_is_a_gap_exactly_where_so_many_sheets_cannot_have_so_many_pages(sheets, sides, pages):
    possible = pages == sheets if sides == "one" else sheets <= pages <= 2 * sheets

    assert (count(sheets, sides, pages).gap == "") == possible


def test_each_file_counts_for_the_newest_word_that_fits_it(archive, make_record):
    reference = make_record()
    with archive.writing() as session:
        batch, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="store", actor=OPERATOR)
        record = find_record(session, reference, actor=OPERATOR)
        record.page_count = 4
        for path, state in (
            ("Box 14/a.pdf", REGISTERED),
            ("Box 14/b.pdf", DUPLICATE),
            ("Box 14/late/c.pdf", DUPLICATE),
        ):
            session.add(
                Item(run_id=run.id, path=path, name="x", state=state, sha256=record.sha256, record_id=record.id)
            )
        session.flush()
        for told in (
            {"sheets": "9", "pattern": "late/*"},
            {"sheets": "8", "sides": "one"},
            {"sheets": "5", "sides": "one", "pattern": "late/*"},
        ):
            record_captures(session, batch, [capture_from({"operator": "A", "device": "B"} | told)], actor=OPERATOR)

        late, rest = count_sheets(session, batch)

    assert (late.files, late.pages, rest.files, rest.pages) == (1, 4, 2, 8)
    assert "at least 1 sheet is missing" in late.gap
    assert rest.gap == ""
