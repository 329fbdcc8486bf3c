"""Ruled tables in a PDF, such as registers: each row set as one line, so that it is read together.

The rules and the words come from PDFium, which has read the page already; pdfplumber makes cells, tables and rows of
them, where the order of the words shows that rows are torn apart. It would take a fifth of a second to read the page
again by itself.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pdfplumber.table import TableFinder

from ingest.formats.pdf_layer import PagePlane, TextLayer
from ingest.formats.pdf_rules import FEWEST_RULES, Rules, middles, rules_on
from ingest.job import ReadingJob
from ingest.reading import Word

SECONDS_PER_FILE = 10.0  # past this the layer's own order must do
_WORD = re.compile(r"\w+")
_HEADING = "Table, row by row:"
# Every word of the layer is a word already: none is joined to the next, however near.
_NEVER_JOINED = -1e6


def with_ruled_tables(job: ReadingJob, page: Any, plane: PagePlane, layer: TextLayer) -> str:
    """The layer's text, with the rows of ruled tables after it where the layer's own order tears them apart."""
    if job.table_seconds > SECONDS_PER_FILE or not layer.words:
        return layer.text
    began = time.monotonic()
    torn = torn_rows(ruled_rows(rules_on(page, plane), layer.words), layer.text)
    job.table_seconds += time.monotonic() - began
    if not torn:
        return layer.text
    job.facts.note("Rows of ruled tables that the PDF's own order tears apart are set row by row after the text.")
    return f"{layer.text}\n\n{_HEADING}\n" + "\n".join(torn)


def ruled_rows(rules: Rules, words: Sequence[Word]) -> list[str]:
    """The rows of all tables whose rows the order of the words tears apart; none where there is no such table."""
    grid = rules.grid()
    if grid is None or not grid.tears(middles(words, rules.width, rules.height)):
        return []
    return ruled_tables(rules, words)


def ruled_tables(rules: Rules, words: Sequence[Word]) -> list[str]:
    """The rows of every ruled table, as pdfplumber finds them, the cells divided by tabs."""
    width, height = rules.width, rules.height
    shown = _ShownPage(list(_edges(rules)), [_letter(word, width, height) for word in words], (0, 0, width, height))
    finder = TableFinder(cast(Any, shown), {"vertical_strategy": "lines", "horizontal_strategy": "lines"})
    # Two rows of two columns have four cells.
    found = [table.extract(x_tolerance=_NEVER_JOINED) for table in finder.tables if len(table.cells) > FEWEST_RULES]
    return [row for table in found if len(table) > 1 and len(table[0]) > 1 for row in _rows(table)]


@dataclass(frozen=True)
class _ShownPage:
    """What pdfplumber asks of a page, in points from the top left of the page as shown."""

    edges: list[dict[str, Any]]
    chars: list[dict[str, Any]]
    bbox: tuple[float, float, float, float]


def _letter(word: Word, width: float, height: float) -> dict[str, Any]:
    """A whole word in the place of one of pdfplumber's letters."""
    top = word[1] * height
    return {
        "text": word[4],
        "x0": word[0] * width,
        "x1": word[2] * width,
        "top": top,
        "doctop": top,
        "bottom": word[3] * height,
        "upright": True,
    }


def _edges(rules: Rules) -> Iterator[dict[str, Any]]:
    for orientation, boxes in (("h", rules.across), ("v", rules.down)):
        for x0, top, x1, bottom in boxes.tolist():
            yield {
                "object_type": "line",
                "x0": x0,
                "x1": x1,
                "top": top,
                "doctop": top,
                "bottom": bottom,
                "width": x1 - x0,
                "height": bottom - top,
                "orientation": orientation,
            }


def _rows(table: list[list[str | None]]) -> list[str]:
    rows = ["\t".join(" ".join((cell or "").split()) for cell in row) for row in table]
    return [row for row in rows if len(_WORD.findall(row)) > 1]


def torn_rows(rows: list[str], text: str) -> list[str]:
    """All rows, where one in five or more does not stand in the text word after word; otherwise none."""
    running = " ".join(_WORD.findall(text))
    torn = [row for row in rows if " ".join(_WORD.findall(row)) not in running]
    return rows if rows and len(torn) >= len(rows) * 0.2 else []
