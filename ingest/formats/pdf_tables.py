"""Ruled tables in a PDF, such as registers: each row set as one line, so that it is read together.

The rules and the words come from PDFium, which has read the page already; pdfplumber makes cells, tables and rows of
them, where the order of the words shows that rows are torn apart. It would take a fifth of a second to read the page
again by itself.
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

import numpy as np
from pdfplumber.table import Table, TableFinder, TableSettings, cells_to_tables, edges_to_intersections
from pdfplumber.utils.text import extract_text

from ingest.formats.pdf_layer import PagePlane, TextLayer
from ingest.formats.pdf_rules import FEWEST_RULES, Rules, middles, rules_on
from ingest.job import ReadingJob
from ingest.reading import Word

SECONDS_PER_FILE = 10.0  # past this the layer's own order must do
_WORD = re.compile(r"\w+")
_HEADING = "Table, row by row:"
# Every word of the layer is a word already: none is joined to the next, however near.
_NEVER_JOINED = -1e6
_Place = tuple[float, float]
_Box = tuple[float, float, float, float]
# At each place where rules cross, the boxes of those that go down and of those that go across.
_Crossings = dict[_Place, tuple[frozenset[_Box], frozenset[_Box]]]
_DOWN, _ACROSS = 0, 1
_box_of = itemgetter("x0", "top", "x1", "bottom")


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
    # Two rows of two columns have four cells.
    found = [table.extract() for table in _tables(shown) if len(table.cells) > FEWEST_RULES]
    return [row for table in found if len(table) > 1 and len(table[0]) > 1 for row in _rows(table)]


@dataclass(frozen=True)
class _ShownPage:
    """What pdfplumber asks of a page, in points from the top left of the page as shown."""

    edges: list[dict[str, Any]]
    chars: list[dict[str, Any]]
    bbox: tuple[float, float, float, float]


def _tables(shown: _ShownPage) -> list["_RuledTable"]:
    """The tables as pdfplumber's own finder makes them."""
    finder = _Edges(cast(Any, shown))
    return [_RuledTable(cast(Any, shown), cells) for cells in cells_to_tables(_cells(finder.crossings()))]


class _Edges(TableFinder):
    """The rules, joined and cleaned as pdfplumber does, without the tables it would make of them at once."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.settings = TableSettings.resolve({"vertical_strategy": "lines", "horizontal_strategy": "lines"})

    def crossings(self) -> _Crossings:
        """Where rules cross, with the rules that do."""
        settings = self.settings
        found = edges_to_intersections(
            self.get_edges(), settings.intersection_x_tolerance, settings.intersection_y_tolerance
        )
        return {
            place: (frozenset(map(_box_of, edges["v"])), frozenset(map(_box_of, edges["h"])))
            for place, edges in found.items()
        }


def _cells(crossings: _Crossings) -> list[_Box]:
    """The smallest cell that begins at each crossing: `pdfplumber.table.intersections_to_cells`, cell by cell.

    That compares rules anew for each pair of places; here each place keeps its rules as sets, and knows which places
    stand on one line with it.
    """
    below_of: dict[float, list[_Place]] = {}
    right_of: dict[float, list[_Place]] = {}
    for place in sorted(crossings):
        below_of.setdefault(place[0], []).append(place)
        right_of.setdefault(place[1], []).append(place)

    def joined(one: _Place, other: _Place, way: int) -> bool:
        return not crossings[one][way].isdisjoint(crossings[other][way])

    cells: list[_Box] = []
    for place in sorted(crossings):
        column, row = below_of[place[0]], right_of[place[1]]
        rights = [right for right in row[bisect_right(row, place) :] if joined(place, right, _ACROSS)]
        for below in column[bisect_right(column, place) :] if rights else ():
            if not joined(place, below, _DOWN):
                continue
            corner = next(
                (
                    (right[0], below[1])
                    for right in rights
                    if (right[0], below[1]) in crossings
                    and joined((right[0], below[1]), right, _DOWN)
                    and joined((right[0], below[1]), below, _ACROSS)
                ),
                None,
            )
            if corner is not None:
                cells.append((*place, *corner))
                break
    return cells


class _RuledTable(Table):
    """A table of pdfplumber's that asks of each word only once where its middle is."""

    def extract(self, **_: Any) -> list[list[str | None]]:
        """The text of each cell, row by row; none where a row has no such cell."""
        letters = self.page.chars
        x = np.array([(letter["x0"] + letter["x1"]) / 2 for letter in letters])
        y = np.array([(letter["top"] + letter["bottom"]) / 2 for letter in letters])
        table: list[list[str | None]] = []
        for row in self.rows:
            x0, top, x1, bottom = row.bbox
            inside = np.flatnonzero((x >= x0) & (x < x1) & (y >= top) & (y < bottom)).tolist()
            places = [(letters[number], float(x[number]), float(y[number])) for number in inside]
            table.append([None if cell is None else _text_in(cell, places) for cell in row.cells])
        return table


def _text_in(cell: _Box, places: Sequence[tuple[dict[str, Any], float, float]]) -> str:
    x0, top, x1, bottom = cell
    inside = [letter for letter, x, y in places if x0 <= x < x1 and top <= y < bottom]
    if len(inside) == 1 and inside[0]["text"].isascii():
        return str(inside[0]["text"])  # nothing to set in order, and no ligature to take apart
    if inside and all(letter["top"] == inside[0]["top"] and letter["text"].isascii() for letter in inside):
        return " ".join(letter["text"] for letter in sorted(inside, key=itemgetter("x0")))  # one line
    return extract_text(inside, x_tolerance=_NEVER_JOINED) if inside else ""


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
