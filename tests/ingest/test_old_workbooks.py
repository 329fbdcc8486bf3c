"""Excel files of before 2007, through LibreOffice: every cell whole, and no sheet lost with a damaged one."""

import shutil
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import olefile
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.legacy_office import libreoffice
from ingest.formats.old_workbooks import _depths, _sheets, _without_damage, mended
from ingest.job import ReadingJob
from tests.ingest.reading_here import all_text, missing, put, read_here

YEARS = ("1974", "1975", "1976")
ROWS = 60
needs_libreoffice = pytest.mark.skipif(libreoffice() is None, reason="NOT RUN: LibreOffice is not installed here")


def stream_of(data: bytes, tmp_path) -> bytes:
    with olefile.OleFileIO(str(put(tmp_path, data, "stream.xls"))) as file:
        return file.openstream("Workbook").read()


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> bytes:
    """Payments of three years, one sheet hidden; words longer than their column is wide, with numbers beside them."""
    folder = tmp_path_factory.mktemp("old")
    with xlsxwriter.Workbook(folder / "made.xlsx") as made:
        for year in YEARS:
            sheet = made.add_worksheet(year)
            for row in range(ROWS):
                sheet.write_row(row, 0, [f"Payment {row} to the home in {year}", row * 1.5])
            sheet.write_comment("A1", f"Ask the matron in {year}", {"author": "M. Lowe"})
        sheet.hide()
    command = [libreoffice(), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "xls", "--outdir", str(folder), str(folder / "made.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "made.xls").read_bytes()


@pytest.fixture(scope="module")
def stream(book, tmp_path_factory) -> bytes:
    return stream_of(book, tmp_path_factory.mktemp("stream"))


@needs_libreoffice
def test_an_old_workbook_gives_its_words_whole_and_what_is_hidden(tmp_path, book):
    """Set as pages it lost what its columns were too narrow for, the hidden sheet and every comment."""
    reading = read_here(put(tmp_path, book, "a.xls"))

    text = all_text(reading)
    for year in YEARS:
        assert f"Payment {ROWS - 1} to the home in {year}\t{(ROWS - 1) * 1.5}" in text
        assert f"Ask the matron in {year}" in text
    assert "Sheet 1976 (hidden sheet)" in [page.heading for page in reading.pages]
    assert not any(page.unread for page in reading.pages)


@needs_libreoffice
def test_a_damaged_sheet_of_an_old_workbook_costs_no_other(tmp_path, book, stream):
    begins = sorted(sheet.begins for sheet in _sheets(stream))[1]
    at = begins + 1500
    where = book.index(stream[at : at + 64])

    reading = read_here(put(tmp_path, book[:where] + bytes(300) + book[where + 300 :], "a.xls"))

    text = all_text(reading)
    for year in ("1974", "1976"):
        assert f"Payment {ROWS - 1} to the home in {year}" in text
    assert "Payment 3 to the home in 1975" in text
    assert f"Payment {ROWS - 1} to the home in 1975" not in text
    assert missing(reading) == "Damaged: the sheet 1975, from where it is damaged"


@needs_libreoffice
@settings(max_examples=60, deadline=None)
@given(hit=st.integers(0, 2), share=st.floats(0, 1), damage=st.binary(min_size=1, max_size=600))
def test_whatever_hits_one_sheet_leaves_the_others_as_they_were(stream, hit, share, damage):
    begins = [*sorted(sheet.begins for sheet in _sheets(stream)), len(stream)]
    place = begins[hit] + int(share * (begins[hit + 1] - begins[hit] - 1))
    damaged = stream[:place] + damage[: begins[hit + 1] - place] + stream[min(place + len(damage), begins[hit + 1]) :]

    whole = _without_damage(damaged, ReadingJob(Path("a.xls"), "", "a.xls", Path("spool")))

    assert len(whole) == len(stream)
    for number, (first, last) in enumerate(pairwise(begins)):
        assert number == hit or whole[first:last] == stream[first:last]
        assert whole[first : first + 2] == struct.pack("<H", 0x0809)
        depths = _depths(whole, first, last)
        assert depths[max(depths)] == 0


@pytest.mark.parametrize("name", ["testEXCEL.xls", "testEXCEL_macro.xls"])
def test_a_sound_real_workbook_is_left_as_it_is(tmp_path, corpus, name):
    path = corpus("files/office/tika") / name
    job = ReadingJob(path, "", name, tmp_path)

    assert mended(path, job) is None
    assert job.missing == []


def test_a_real_workbook_with_a_damaged_sheet_is_mended_in_a_copy(tmp_path, corpus):
    path = corpus("files/office/tika") / "testEXCEL.xls"
    with olefile.OleFileIO(str(path)) as file:
        stream = file.openstream("Workbook").read()
    first, second, *_ = sorted(_sheets(stream), key=lambda sheet: sheet.begins)
    shutil.copyfile(path, tmp_path / "a.xls")
    with olefile.OleFileIO(str(tmp_path / "a.xls"), write_mode=True) as file:
        file.write_stream("Workbook", stream[: first.begins + 400] + bytes(40) + stream[first.begins + 440 :])
    before = (tmp_path / "a.xls").read_bytes()
    job = ReadingJob(tmp_path / "a.xls", "", "a.xls", tmp_path)

    copy = mended(tmp_path / "a.xls", job)

    assert copy is not None
    with olefile.OleFileIO(str(copy)) as file:
        assert file.openstream("Workbook").read()[second.begins :] == stream[second.begins :]
    assert (tmp_path / "a.xls").read_bytes() == before
    assert job.missing == [f"Damaged: the sheet {first.title}, from where it is damaged"]
