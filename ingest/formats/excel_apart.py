"""What stands in a workbook beside its cells' values: formulas nobody has worked out, headers, footers, text boxes."""

import re
import zipfile
from collections.abc import Iterator

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter

from ingest.formats.ooxml import Element, Elements, parse_xml, read_part
from ingest.formats.vml import words_of_shapes
from ingest.formats.workbook_parts import MAIN, related, whole_part
from ingest.formats.workbooks import Place, Sheet
from ingest.job import ReadingJob
from ingest.reading import UnreadableFile

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
# A cell that ends with its formula, or with an empty value after it.
_WITHOUT_VALUE = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")  # fmt: skip  # noqa: E501
# What Excel puts in place of these when it prints: the page, the day, the file; no words of anybody.
_CODES = re.compile(r"&(?:\[[^\]]*\]|\"[^\"]*\"|[0-9]{1,3}|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[A-Za-z])")
_PARTS = (
    ("oddHeader", "Header"),
    ("evenHeader", "Header of even pages"),
    ("firstHeader", "Header of the first page"),
    ("oddFooter", "Footer"),
    ("evenFooter", "Footer of even pages"),
    ("firstFooter", "Footer of the first page"),
)


def formulas_without_value(package: zipfile.ZipFile, sheet: Sheet, job: ReadingJob) -> dict[Place, str]:
    """By its place, each formula of the sheet whose result is not kept in the file; nothing where every result is.

    A program that writes workbooks may leave the results to Excel: until somebody opens the file there, no cell of a
    formula has a value. They are read from the sheet as they stand, not taken apart. A sheet where that fails is noted:
    its cells have been read, and are not given up for its formulas.
    """
    found: dict[Place, str] = {}
    try:
        data = whole_part(package, sheet.part) or b""
        if _WITHOUT_VALUE.search(data):
            found.update(_formulas_of(data))
    except (UnreadableFile, ValueError, OverflowError, MemoryError):
        job.facts.note(
            f"The formulas on sheet {sheet.title} could not be read: a cell whose result is not kept in the file looks "
            "empty here. Open the file in Excel to see them."
        )
    return found


def _formulas_of(sheet: bytes) -> Iterator[tuple[Place, str]]:
    """Each cell with a formula and no value, and the formula in words.

    Raises:
        UnreadableFile: The markup is damaged.
        ValueError: A row's number or a cell's place is none.
    """
    shared: dict[str, str] = {}
    row_number = 0
    for row in Elements(sheet, f"{MAIN}row"):
        row_number = int(float(row.get("r") or row_number + 1))
        column = 0
        for cell in row.iterfind(f"{MAIN}c"):
            here = cell.get("r")
            # Either may be left out: then it is the one after the last, as openpyxl counts too.
            number, column = coordinate_to_tuple(here) if here else (row_number, column + 1)
            place = f"{get_column_letter(column)}{number}"
            formula = cell.find(f"{MAIN}f")
            if formula is None:
                continue
            told = _told(formula, place, shared)
            if not (cell.findtext(f"{MAIN}v") or "").strip() and cell.find(f"{MAIN}is") is None:
                yield (number, column), told


def _told(formula: Element, place: str, shared: dict[str, str]) -> str:
    """The formula as the file has it; one that is shared stands at its first cell, and the others name that."""
    text, kind, number = formula.text or "", formula.get("t"), formula.get("si") or ""
    if kind == "dataTable" and not text:
        return "a value of a data table"
    if kind == "shared" and not text:
        return shared.get(number, "a shared formula that is not in the file")
    if kind == "shared":
        shared.setdefault(number, f"as in {place}: ={text}")
    return f"={text}"


def header_lines(sheet: Sheet) -> list[str]:
    """What is printed at the head and foot of the sheet's pages, each part named."""
    lines = []
    for name, words in _PARTS:
        part = getattr(sheet.heads, name, None)
        texts = [getattr(part, side).text for side in ("left", "center", "right")] if part is not None else []
        shown = [" ".join(_CODES.sub("", text).split()) for text in texts if text]
        if any(shown):
            lines.append(f"{words}: {' | '.join(filter(None, shown))}")
    return lines


def text_boxes(package: zipfile.ZipFile, sheet: Sheet, job: ReadingJob) -> list[str]:
    """The words of the sheet's text boxes, controls and shapes, in their order; one shape a line.

    A drawing that is damaged is named as missing.
    """
    found: list[str] = []
    for kind, shapes in (("/drawing", _shapes), ("/vmlDrawing", _old_shapes)):
        for drawing in related(package, sheet.part, kind, job):
            try:
                found += shapes(package, drawing)
            except UnreadableFile:
                job.miss(f"a drawing on sheet {sheet.title}, with the words in its text boxes")
    return found


def _shapes(package: zipfile.ZipFile, drawing: str) -> Iterator[str]:
    data = read_part(package, drawing)
    for body in parse_xml(data).iter(f"{_XDR}txBody") if data else ():
        words = " / ".join(filter(None, (_paragraph(each) for each in body.iter(f"{_A}p"))))
        if words:
            yield words


def _old_shapes(package: zipfile.ZipFile, drawing: str) -> Iterator[str]:
    data = read_part(package, drawing)
    yield from words_of_shapes(parse_xml(data)) if data else ()


def _paragraph(paragraph: Element) -> str:
    return "".join(each.text or "" for each in paragraph.iter(f"{_A}t")).strip()
