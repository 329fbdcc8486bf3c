"""The cells of a workbook, sheet by sheet: what is damaged of one costs none of the others.

openpyxl opens a workbook whole or not at all: one sheet that cannot be unpacked, one value that is none, or one drawing
would take every cell with it. So its reading of rows is used, and each part is opened here by itself.
"""

import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.text import Text
from openpyxl.comments.comment_sheet import CommentSheet
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH
from openpyxl.worksheet._reader import COL_TAG, HEADER_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.worksheet.header_footer import HeaderFooter

from ingest.formats.ooxml import Element, Elements, parse_xml
from ingest.formats.workbook_parts import MAIN, Parts, SheetPart, parts_of, related, whole_part
from ingest.job import ReadingJob
from ingest.reading import UnreadableFile
from ingest.zip_errors import CANNOT_UNPACK

MAXIMUM_CELLS = 5_000_000
LOST_WORDS = "[words lost]"
# What openpyxl raises where a value is none, or markup means nothing.
_MEANS_NOTHING = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
_MOST_COLUMNS = 16_384
_ROW_NUMBER = re.compile(r"[0-9]{1,9}")
_TRUE = ("1", "true")
_MERGED = f"{MAIN}mergeCell"
_PROMPTS = tuple(f"{MAIN}{name}" for name in ("dataValidation", "scenario", "hyperlink"))
Place = tuple[int, int]


@dataclass(frozen=True, order=True)
class Comment:
    """What somebody wrote beside a cell."""

    place: Place
    cell: str
    author: str
    text: str


@dataclass
class Sheet:
    """A sheet as it was read: by row and column the values, and what of it Excel does not show."""

    title: str
    state: str
    part: str
    values: dict[Place, Any] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    # Cells out of sight beneath the first of those that were merged: Excel empties them, other programs do not.
    covered: set[Place] = field(default_factory=set)
    comments: list[Comment] = field(default_factory=list)
    # What cells offer to choose from, ask for or suppose, and say when the mouse rests on them.
    prompts: list[str] = field(default_factory=list)
    heads: HeaderFooter | None = None


def read_sheets(package: zipfile.ZipFile, job: ReadingJob) -> Iterator[Sheet]:
    """Each sheet that can be read, with its cells and comments; of a formula the result that the file keeps.

    What is damaged is named as missing. The formulas themselves are not asked for: openpyxl takes them apart, and one
    it cannot would cost its cell (`ingest.formats.excel_apart.formulas_without_value` reads them).

    Raises:
        UnreadableFile: Nothing of it can be read, there are too many cells, or it is protected or a bomb.
    """
    parts = parts_of(package, job)
    styles = _styles(package, parts, job)
    words = _shared_words(whole_part(package, parts.words))
    read, room = 0, MAXIMUM_CELLS
    for listed in parts.sheets:
        data = whole_part(package, listed.part) if listed.part else None
        sheet = _read(listed, data, _Rows(styles, words, room), job) if data else None
        if sheet is None:
            job.miss(f"the sheet {listed.title}, which could not be read")
            continue
        sheet.comments += sorted(_comments(package, listed, job))
        read += 1
        room -= len(sheet.values)
        yield sheet
    if not read and job.missing:
        raise UnreadableFile(
            "damaged", "The workbook is damaged and could not be opened; ask its holder for another copy."
        )


@dataclass(frozen=True)
class _Styles:
    """What of a workbook's styles changes the words of a cell: which of them are dates, and where days begin."""

    begin: datetime
    dates: set[int]
    spans: set[int]


def _styles(package: zipfile.ZipFile, parts: Parts, job: ReadingJob) -> _Styles:
    book: Any = Workbook()
    try:
        apply_stylesheet(package, book)
    except (*_MEANS_NOTHING, *CANNOT_UNPACK, RuntimeError, SyntaxError):
        job.miss("the styles of the workbook's cells: a date may stand here as a number of days")
    begin = CALENDAR_MAC_1904 if parts.from_1904 else WINDOWS_EPOCH
    return _Styles(begin, set(book._date_formats), set(book._timedelta_formats))


def _shared_words(data: bytes | None) -> list[str]:
    """The words that cells share, in order, up to where the list is damaged: behind that no number can be trusted."""
    found: list[str] = []
    markup = Elements(data or b"", f"{MAIN}si")
    with suppress(UnreadableFile, *_MEANS_NOTHING):
        for element in markup:
            if markup.is_damaged:
                break
            words = Text.from_tree(element)
            found.append(words.content.replace("x005F_", "") if words else "")
    return found


class _Rows(WorkSheetParser):
    """openpyxl's reading of rows, which gives up neither for one value nor for how the sheet is to look or print."""

    def __init__(self, styles: _Styles, words: Sequence[str], most_cells: int) -> None:
        super().__init__(
            BytesIO(),  # rows are handed to it one by one
            words,
            data_only=True,
            epoch=styles.begin,
            date_formats=styles.dates,
            timedelta_formats=styles.spans,
        )
        self.most_cells = most_cells
        self.lost = 0

    def parse_row(self, row: Element) -> Any:
        if not _ROW_NUMBER.fullmatch(row.get("r") or "1"):
            del row.attrib["r"]
        return super().parse_row(row)

    def parse_cell(self, element: Element) -> Any:
        column = self.col_counter + 1
        try:
            return super().parse_cell(element)
        except _MEANS_NOTHING:
            words = element.findtext(VALUE_TAG) or ""
            if element.get("t") == "s":
                words, self.lost = LOST_WORDS, self.lost + 1
            try:
                row, column = coordinate_to_tuple(element.get("r") or "")
            except _MEANS_NOTHING:
                row = self.row_counter
            self.col_counter = column
            return {"row": row, "column": column, "value": words, "data_type": "s", "style_id": 0}


def _read(listed: SheetPart, data: bytes, rows: _Rows, job: ReadingJob) -> Sheet | None:
    """The sheet as far as its markup goes; None where nothing of it does."""
    sheet = Sheet(listed.title, listed.state, listed.part)
    markup = Elements(data, COL_TAG, ROW_TAG, HEADER_TAG, _MERGED, *_PROMPTS)
    merged: list[str] = []
    met = False
    try:
        for element in markup:
            met = True
            if element.tag == ROW_TAG:
                _keep_row(sheet, element, rows)
            elif element.tag == _MERGED:
                merged.append(element.get("ref") or "")
            else:
                _keep_look(sheet, element, job)
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
    if markup.is_damaged and not met:
        return None
    if markup.is_damaged:
        job.miss(f"part of the sheet {listed.title}, whose markup is damaged")
    if rows.lost:
        job.miss(f"the words of {rows.lost} cells on the sheet {listed.title}, which say {LOST_WORDS} here")
    for reference in merged:
        sheet.covered.update(_covered(reference, sheet.values))
    return sheet


def _keep_row(sheet: Sheet, element: Element, rows: _Rows) -> None:
    number, cells = rows.parse_row(element)
    if element.get("hidden") in _TRUE:
        sheet.hidden_rows.add(number)
    sheet.values.update({(cell["row"], cell["column"]): cell["value"] for cell in cells if cell["value"] is not None})
    if len(sheet.values) > rows.most_cells:
        raise UnreadableFile(
            "too-large", "The workbook has more cells than the limit; divide it and take in the parts."
        )


def _keep_look(sheet: Sheet, element: Element, job: ReadingJob) -> None:
    """What the settings of columns, cells or pages say that matters to words: hidden columns, heads, prompts."""
    try:
        if element.tag in _PROMPTS:
            sheet.prompts += filter(None, [_prompt(element)])
        elif element.tag == HEADER_TAG:
            sheet.heads = HeaderFooter.from_tree(element)
        elif element.get("hidden") in _TRUE:
            first, last = int(element.get("min")), int(element.get("max"))
            sheet.hidden_columns.update(range(max(1, first), min(last, _MOST_COLUMNS) + 1))
    except _MEANS_NOTHING:
        what = "the headers and footers" if element.tag == HEADER_TAG else "which columns were hidden"
        job.miss(f"{what} of the sheet {sheet.title}")


def _prompt(element: Element) -> str:
    """The words of a list to choose from, of a prompt, a supposition or the tip of a link, with their cells."""
    words = [element.get(name) for name in ("promptTitle", "prompt", "errorTitle", "error", "comment", "tooltip")]
    listed = (element.findtext(f"{MAIN}formula1") or "").strip()
    if listed.startswith('"'):
        words.append("choice of " + listed.strip('"'))
    if element.get("name"):
        cells = (f"{each.get('r')} = {each.get('val')}" for each in element.iterfind(f"{MAIN}inputCells"))
        words += [element.get("name"), *cells]
    told = " | ".join(" ".join(each.split()) for each in words if each and each.strip())
    return f"{element.get('sqref') or element.get('ref') or 'Supposition'}: {told}" if told else ""


def _covered(reference: str, values: Mapping[Place, Any]) -> Iterator[Place]:
    """The cells with a value that lie beneath the first of those that were merged."""
    try:
        first_column, first_row, last_column, last_row = range_boundaries(reference)
    except _MEANS_NOTHING:
        return
    if not (first_row and first_column and last_row and last_column):
        return
    if (last_row - first_row + 1) * (last_column - first_column + 1) > len(values):
        places: Iterable[Place] = values
    else:
        places = itertools.product(range(first_row, last_row + 1), range(first_column, last_column + 1))
    for row, column in places:
        is_within = first_row <= row <= last_row and first_column <= column <= last_column
        if is_within and (row, column) != (first_row, first_column) and (row, column) in values:
            yield row, column


def _comments(package: zipfile.ZipFile, listed: SheetPart, job: ReadingJob) -> Iterator[Comment]:
    for part in related(package, listed.part, "/comments", job):
        data = whole_part(package, part)
        try:
            found = CommentSheet.from_tree(parse_xml(data or b""))
            for place, comment in found.comments if found else ():
                yield Comment(coordinate_to_tuple(place), place, comment.author or "unknown", comment.text.strip())
        except (UnreadableFile, *_MEANS_NOTHING):
            job.miss(f"the comments on the sheet {listed.title}")


def shown(value: Any) -> str:
    """A cell's value in words, as it stands on the page."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y" if value.time() == time.min else "%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
