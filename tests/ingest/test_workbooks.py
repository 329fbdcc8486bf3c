"""Workbooks: what is damaged of one sheet costs none of the others, and what nobody sees in Excel is read."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.ingest.archive_making import rewritten, spoilt
from tests.ingest.reading_here import all_text, missing, put, read_here, refusal

SHEETS = "xl/worksheets/sheet{}.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def book(tmp_path) -> bytes:
    """Three sheets of the payments of a home: words, dates, a comment."""
    with xlsxwriter.Workbook(tmp_path / "made.xlsx") as made:
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        for year in ("1974", "1975", "1976"):
            sheet = made.add_worksheet(year)
            for row in range(30):
                sheet.write_row(row, 0, [f"Payment {row} of {year}", row * 1.5])
            sheet.write_datetime("D1", datetime.fromisoformat("1974-03-12"), day)
            sheet.write_comment("A1", f"Ask the matron in {year}", {"author": "M. Lowe"})
    return (tmp_path / "made.xlsx").read_bytes()


def test_one_damaged_sheet_costs_none_of_the_others(tmp_path, book):
    reading = read_here(put(tmp_path, spoilt(book, SHEETS.format(2)), "a.xlsx"))

    text = all_text(reading)
    for year in ("1974", "1976"):
        assert f"Payment 29 of {year}" in text
        assert f"Ask the matron in {year}" in text
    assert "Payment 3 of 1975" not in text
    assert "the sheet 1975, which could not be read" in missing(reading)


def test_a_damaged_sheet_of_a_real_workbook_is_named_and_the_rest_is_read(tmp_path, corpus):
    whole = (corpus("files/office/tika") / "testEXCEL.xlsx").read_bytes()

    reading = read_here(put(tmp_path, spoilt(whole, SHEETS.format(2)), "a.xlsx"))

    assert "Numbers and their Squares" in reading.pages[0].text
    assert "the sheet Feuil2, which could not be read" in missing(reading)


def test_a_sheet_that_is_listed_and_not_there_is_named(tmp_path, book):
    path = put(tmp_path, rewritten(book, {SHEETS.format(3): None}), "a.xlsx")

    assert "the sheet 1976, which could not be read" in missing(read_here(path))


def test_a_sheet_whose_markup_breaks_off_is_read_up_to_there_and_named(tmp_path, book):
    with zipfile.ZipFile(put(tmp_path, book, "whole")) as package:
        sheet = package.read(SHEETS.format(1))
    path = put(tmp_path, rewritten(book, {SHEETS.format(1): sheet[: len(sheet) // 2]}), "a.xlsx")

    reading = read_here(path)

    assert "Payment 2 of 1974" in all_text(reading)
    assert "Payment 2 of 1976" in all_text(reading)
    assert "part of the sheet 1974, whose markup is damaged" in missing(reading)


@pytest.mark.parametrize(
    ("part", "still", "named"),
    [
        ("xl/styles.xml", ["Payment 29 of 1976", "27100"], "a date may stand here as a number of days"),
        ("xl/sharedStrings.xml", ["43.5", "[words lost]", "Ask the matron in 1975"], "which say [words lost] here"),
        ("xl/comments2.xml", ["Payment 29 of 1975", "Ask the matron in 1974"], "the comments on the sheet 1975"),
        ("xl/workbook.xml", ["Sheet in sheet3.xml", "Payment 29 of 1976"], "list of sheets, with their names"),
        ("xl/_rels/workbook.xml.rels", ["Sheet in sheet3.xml", "Payment 29 of 1976"], "list of sheets"),
        ("xl/worksheets/_rels/sheet2.xml.rels", ["Payment 29 of 1975", "Ask the matron in 1976"], "sheet2.xml.rels"),
        ("docProps/core.xml", ["Payment 29 of 1975", "12/03/1974"], "docProps/core.xml"),
    ],
)
def test_what_is_damaged_beside_the_sheets_costs_only_itself(tmp_path, book, part, still, named):
    reading = read_here(put(tmp_path, spoilt(book, part), "a.xlsx"))

    for words in still:
        assert words in all_text(reading)
    assert named in missing(reading)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "xl/theme/theme1.xml"])
def test_what_holds_no_words_costs_none(tmp_path, book, part):
    text = all_text(read_here(put(tmp_path, spoilt(book, part), "a.xlsx")))

    for year in ("1974", "1975", "1976"):
        assert f"Payment 29 of {year}" in text


@pytest.mark.parametrize(
    "part",
    [
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "docProps/core.xml",
    ],
)
def test_a_part_that_is_no_markup_costs_no_cell(tmp_path, book, part):
    """A copy that another program made of a damaged file has whole members whose bytes mean nothing."""
    reading = read_here(put(tmp_path, rewritten(book, {part: bytes(500)}), "a.xlsx"))

    for year in ("1974", "1975", "1976"):
        assert f"Payment 29 of {year}" in all_text(reading)
    assert missing(reading)


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1f", "&#1;", "&#x0B;", "&#31;"])
def test_a_control_sign_takes_no_words_with_it(tmp_path, book, sign):
    """Programs that write a workbook by themselves leave what a database held; XML forbids it."""
    path = changed(book, tmp_path, "Payment 3 of", f"Payment{sign}3 of", part="xl/sharedStrings.xml")

    reading = read_here(path)

    for row in range(30):
        assert f"Payment {row} of 1976" in all_text(reading)
    assert not any(page.unread for page in reading.pages)


def test_signs_that_xml_allows_stay(tmp_path, book):
    path = changed(
        book, tmp_path, "Payment 3 of", "Payment&#9;3&#10;of &#x1F600;&#131;\x7f", part="xl/sharedStrings.xml"
    )

    assert "Payment\t3\nof \U0001f600\x83" in all_text(read_here(path))


def test_a_workbook_of_which_no_sheet_can_be_read_is_damaged(tmp_path, book):
    for number in (1, 2, 3):
        book = spoilt(book, SHEETS.format(number))

    assert refusal(put(tmp_path, book, "a.xlsx")).code == "damaged"


def changed(book: bytes, tmp_path: Path, before: str, after: str, *, part: str = SHEETS.format(1)) -> Path:
    with zipfile.ZipFile(put(tmp_path, book, "whole")) as package:
        text = package.read(part).decode()
    assert before in text
    return put(tmp_path, rewritten(book, {part: text.replace(before, after).encode()}), "a.xlsx")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("<v>43.5</v>", "<v>forty</v>", "forty"),
        ('<pageMargins left="0.7"', '<pageMargins left="wide"', "43.5"),
        ('<row r="30"', '<row r="thirty"', "43.5"),
        ('<row r="30"', '<row r="²"', "43.5"),
        ('<row r="30"', f'<row r="{"9" * 5000}"', "43.5"),
        ('<c r="B30"', '<c r="30B"', "43.5"),
        ("<sheetData>", '<sheetProtection sheet="perhaps"/><sheetData>', "43.5"),
    ],
)
def test_one_value_that_is_none_costs_no_other_cell(tmp_path, book, before, after, shown):
    reading = read_here(changed(book, tmp_path, before, after))

    assert shown in reading.pages[0].text
    assert "Payment 29 of 1974" in reading.pages[0].text
    assert not any(page.unread for page in reading.pages)


def test_a_hidden_column_of_a_number_that_is_none_costs_no_memory(tmp_path, book):
    columns = '<cols><col min="-4000000000" max="2" hidden="1"/></cols><sheetData>'

    text = read_here(changed(book, tmp_path, "<sheetData>", columns)).pages[0].text

    assert "Hidden columns: A, B" in text


def test_words_under_merged_cells_are_read_and_marked(tmp_path, book):
    """Excel empties such cells; other programs leave their words in the file, where nobody sees them."""
    path = changed(book, tmp_path, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells>')

    text = read_here(path).pages[0].text

    assert "\nPayment 0 of 1974" in text
    assert "[under a merged cell] Payment 2 of 1974" in text
    assert "\nPayment 3 of 1974" in text


def test_a_cell_far_away_costs_neither_memory_nor_the_workbook(tmp_path):
    made = openpyxl.Workbook()
    made.active["A1"] = "Near"
    made.active["XFD1048576"] = "Far"
    made.save(tmp_path / "a.xlsx")

    text = all_text(read_here(tmp_path / "a.xlsx"))

    assert "Near" in text
    assert "Far" in text


def test_a_workbook_in_the_strict_form_of_the_standard_is_read(tmp_path, book):
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    parts = [SHEETS.format(number) for number in (1, 2, 3)]
    with zipfile.ZipFile(put(tmp_path, book, "whole")) as package:
        texts = {
            name: package.read(name).decode().replace(MAIN, strict)
            for name in [*parts, "xl/workbook.xml", "xl/sharedStrings.xml"]
        }
    path = put(tmp_path, rewritten(book, {name: text.encode() for name, text in texts.items()}), "a.xlsx")

    text = all_text(read_here(path))

    assert "Payment 29 of 1975" in text
    assert "Ask the matron in 1975" in text


def test_days_counted_from_1904_are_the_days_they_were(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": True}) as made:
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        made.add_worksheet().write_datetime("A1", datetime.fromisoformat("1974-03-12"), day)

    assert "12/03/1974" in all_text(read_here(tmp_path / "a.xlsx"))
