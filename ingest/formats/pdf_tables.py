"""Ruled tables in a PDF, such as registers: each row set as one line, so that it is read together."""

import ctypes
import re
import time
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2.raw as raw

from ingest.formats.pdf_layer import TextLayer
from ingest.job import ReadingJob

SECONDS_PER_FILE = 10.0  # pdfplumber takes a fifth of a second for a page: past this the layer's own order must do
_FEWEST_RULES = 3
_MAXIMUM_OBJECTS = 5000
_THIN = 2.5
_SPENT = "seconds spent on tables"
_WORD = re.compile(r"\w+")
_HEADING = "Table, row by row:"


def with_ruled_tables(job: ReadingJob, page: Any, number: int, layer: TextLayer) -> str:
    """The layer's text, with the rows of ruled tables after it where the layer's own order tears them apart."""
    spent = float(job.facts.metadata.get(_SPENT, 0.0))
    if spent > SECONDS_PER_FILE or not has_ruled_table(page):
        return layer.text
    began = time.monotonic()
    rows = [row for table in ruled_tables(job.path, number) for row in table]
    job.facts.metadata[_SPENT] = round(spent + time.monotonic() - began, 2)
    torn = torn_rows(rows, layer.text)
    if not torn:
        return layer.text
    job.facts.note("Rows of ruled tables that the PDF's own order tears apart are set row by row after the text.")
    return f"{layer.text}\n\n{_HEADING}\n" + "\n".join(torn)


def has_ruled_table(page: Any) -> bool:
    """True of a page with at least three ruled lines each way."""
    across: set[int] = set()
    down: set[int] = set()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(raw.FPDFPage_CountObjects(page), _MAXIMUM_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_PATH:
            continue
        if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        width, height = right.value - left.value, top.value - bottom.value
        if width > 30 and (height <= _THIN or height > 8):
            across.update((round(bottom.value), round(top.value)))
        if height > 8 and (width <= _THIN or width > 30):
            down.update((round(left.value), round(right.value)))
    return len(across) >= _FEWEST_RULES and len(down) >= _FEWEST_RULES


def ruled_tables(path: Path, number: int) -> list[list[str]]:
    """The rows of each ruled table on the page, cells divided by bars; none where pdfplumber cannot read the page."""
    try:
        with pdfplumber.open(path, pages=[number]) as document:
            tables = document.pages[0].extract_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"})
    # pdfminer raises whatever a damaged PDF leads it to; the text from PDFium is there all the same.
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, RecursionError, OSError):
        return []
    return [_rows(table) for table in tables if len(table) > 1 and len(table[0]) > 1]


def _rows(table: list[list[str | None]]) -> list[str]:
    rows = ["\t".join(" ".join((cell or "").split()) for cell in row) for row in table]
    return [row for row in rows if len(_WORD.findall(row)) > 1]


def torn_rows(rows: list[str], text: str) -> list[str]:
    """All rows, where one in five or more does not stand in the text word after word; otherwise none."""
    running = " ".join(_WORD.findall(text))
    torn = [row for row in rows if " ".join(_WORD.findall(row)) not in running]
    return rows if rows and len(torn) >= len(rows) * 0.2 else []
