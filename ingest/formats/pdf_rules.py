"""The straight strokes drawn on a PDF page, as PDFium has read them, and whether they make a grid."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from ingest.formats.pdf_layer import PagePlane
from ingest.formats.pdfium_calls import (
    address_of,
    bounds_into,
    draw_mode_into,
    form_object,
    kind_of,
    object_at,
    page_object,
    segments_in,
)
from ingest.reading import Word

SHORTEST_RULE = 3.0  # points, as in pdfplumber
NEAR = 3.0  # points between two rules that meet, or that are one, as in pdfplumber
FEWEST_RULES = 3  # each way: two rows and two columns
_THIN = 2.5  # points: pdfplumber takes the two long sides of such a box for one rule
_CORNERS = 5  # a box, closed
_LEVEL = 0.3  # points by which the ends of a rule may differ
_MOST_RULES_EACH_WAY = 400  # more are a drawing or a map, and crossing them all would take long
_MAXIMUM_SEGMENTS = 20_000
_MOST_CROSSINGS = 4_000_000
_DEEPEST_FORM = 3
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """The rules on a page, in points from the top left of the page as shown: a row for each, x0, top, x1, bottom."""

    width: float
    height: float
    across: Numbers
    down: Numbers

    def grid(self) -> "Grid | None":
        """Where rules cross each other so that there are at least two rows and two columns; none where they do not."""
        if min(len(self.across), len(self.down)) < FEWEST_RULES:
            return None
        # What several cells share is often drawn once for each.
        across, down = np.unique(np.round(self.across), axis=0), np.unique(np.round(self.down), axis=0)
        if len(across) * len(down) > _MOST_CROSSINGS:
            return None
        meets = (
            (down[None, :, 0] >= across[:, None, 0] - NEAR)
            & (down[None, :, 0] <= across[:, None, 2] + NEAR)
            & (across[:, None, 1] >= down[None, :, 1] - NEAR)
            & (across[:, None, 1] <= down[None, :, 3] + NEAR)
        )
        rows = _apart(across[meets.sum(axis=1) > 1, 1])
        columns = _apart(down[meets.sum(axis=0) > 1, 0])
        if not all(FEWEST_RULES <= len(places) <= _MOST_RULES_EACH_WAY for places in (rows, columns)):
            return None
        return Grid(rows, columns)


@dataclass(frozen=True)
class Grid:
    """The rules that divide rows, from the top, and those that divide columns, from the left, in points."""

    rows: Numbers
    columns: Numbers

    def tears(self, words: Numbers) -> bool:
        """Whether words, in the order they are read in, leave a row before it is at its end, or go back within it.

        A word for each row of `words`: the middle of it, x and y, in points.
        """
        row, column = np.searchsorted(self.rows, words[:, 1]), np.searchsorted(self.columns, words[:, 0])
        inside = (row > 0) & (row < len(self.rows)) & (column > 0) & (column < len(self.columns))
        row = np.where(inside, row, 0)
        begins = np.append(True, row[1:] != row[:-1])
        runs = row[begins & (row > 0)]
        if len(runs) != len(np.unique(runs)):
            return True
        return bool((~begins[1:] & (row[1:] > 0) & (column[1:] < column[:-1])).any())


def _apart(places: Numbers) -> Numbers:
    """The places in order, those that are one taken as one."""
    ordered = np.unique(places)
    return ordered[np.append(True, np.diff(ordered) > NEAR)] if len(ordered) else ordered


def middles(words: Sequence[Word], width: float, height: float) -> Numbers:
    """The middle of each word, x and y, in points."""
    boxes = np.array([word[:4] for word in words], dtype=np.float64).reshape(-1, 2, 2)
    return np.asarray(boxes.mean(axis=1) * (width, height))


def rules_on(page: Any, plane: PagePlane) -> Rules:
    """The level and upright strokes on the page; none where there are too many for a table."""
    width, height = page.get_size()
    boxes = plane.boxes(_straight_strokes(page)) * (width, height, width, height)
    sizes = boxes[:, 2:] - boxes[:, :2]
    is_rule = (sizes.max(axis=1, initial=0) >= SHORTEST_RULE) & (sizes.min(axis=1, initial=np.inf) <= _LEVEL)
    boxes, sizes = boxes[is_rule], sizes[is_rule]
    is_across = sizes[:, 0] > sizes[:, 1]
    return Rules(width, height, boxes[is_across], boxes[~is_across])


def _straight_strokes(page: Any) -> Numbers:
    """From where to where each stroke goes, on the page's own plane."""
    found: list[Numbers] = []
    bars: dict[int, tuple[Numbers | None, list[tuple[float, float, float, float]]]] = {}
    left = _MAXIMUM_SEGMENTS
    thin_bar = _ThinBars().bar
    for item, outer in _paths(page):
        count = segments_in(item)
        left -= count
        if left < 0:
            return np.empty((0, 4))
        bar = thin_bar(item) if count == _CORNERS else None
        if bar is not None:
            bars.setdefault(id(outer), (outer, []))[1].append(bar)
        elif count > 1 and (ends := _ends(object_at(item), count)):
            own = raw.FS_MATRIX()
            if raw.FPDFPageObj_GetMatrix(object_at(item), own):
                found.append(_moved(_moved(np.array(ends).reshape(-1, 2), _numbers(own)), outer).reshape(-1, 4))
    found += [_moved(np.array(lines).reshape(-1, 2), outer).reshape(-1, 4) for outer, lines in bars.values()]
    return np.concatenate(found) if found else np.empty((0, 4))


class _ThinBars:
    """Thin filled boxes, as spreadsheets draw their rules, of which a page may have hundreds."""

    def __init__(self) -> None:
        self._modes, self._sides = (ctypes.c_int * 2)(), (ctypes.c_float * 4)()
        first, step = ctypes.addressof(self._modes), ctypes.sizeof(ctypes.c_int)
        self._modes_at = (first, first + step)
        first, step = ctypes.addressof(self._sides), ctypes.sizeof(ctypes.c_float)
        self._sides_at = (first, first + step, first + 2 * step, first + 3 * step)

    def bar(self, item: int) -> tuple[float, float, float, float] | None:
        """The line along the middle of the box; none for anything else."""
        if not draw_mode_into(item, *self._modes_at):
            return None
        filled, stroked = self._modes
        if stroked or filled == raw.FPDF_FILLMODE_NONE or not bounds_into(item, *self._sides_at):
            return None
        x0, y0, x1, y1 = self._sides
        if y1 - y0 <= _THIN:
            return x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
        return ((x0 + x1) / 2, y0, (x0 + x1) / 2, y1) if x1 - x0 <= _THIN else None


def _ends(item: Any, count: int) -> list[tuple[float, float, float, float]]:
    """From where to where each straight stroke of one path goes."""
    x, y = ctypes.c_float(), ctypes.c_float()
    part, kind_of, point_of, closes = (
        raw.FPDFPath_GetPathSegment,
        raw.FPDFPathSegment_GetType,
        raw.FPDFPathSegment_GetPoint,
        raw.FPDFPathSegment_GetClose,
    )
    found: list[tuple[float, float, float, float]] = []
    before_x = before_y = start_x = start_y = 0.0
    for index in range(count):
        segment = part(item, index)
        kind = kind_of(segment)
        point_of(segment, x, y)
        here_x, here_y = x.value, y.value
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start_x, start_y = here_x, here_y
        elif kind == raw.FPDF_SEGMENT_LINETO:
            found.append((before_x, before_y, here_x, here_y))
        before_x, before_y = here_x, here_y
        if closes(segment):
            found.append((here_x, here_y, start_x, start_y))
    return found


def _paths(page: Any) -> Iterator[tuple[int, Numbers | None]]:
    """Each path drawn on the page, or in a form on it, with what moves it to where the form stands."""
    here = address_of(page.raw)
    items = (page_object(here, index) for index in range(raw.FPDFPage_CountObjects(page)))
    yield from _paths_among(items, None, depth=0)


def _paths_among(
    items: Iterator[int | None], outer: Numbers | None, *, depth: int
) -> Iterator[tuple[int, Numbers | None]]:
    for item in items:
        if not item:
            continue
        kind = kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield item, outer
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            own = raw.FS_MATRIX()
            form = object_at(item)
            if raw.FPDFPageObj_GetMatrix(form, own):
                inner = (form_object(item, index) for index in range(raw.FPDFFormObj_CountObjects(form)))
                matrix = _numbers(own) if outer is None else _numbers(own) @ outer
                yield from _paths_among(inner, matrix, depth=depth + 1)


def _numbers(matrix: Any) -> Numbers:
    return np.array([[matrix.a, matrix.b, 0.0], [matrix.c, matrix.d, 0.0], [matrix.e, matrix.f, 1.0]])


def _moved(points: Numbers, matrix: Numbers | None) -> Numbers:
    return points if matrix is None else np.asarray(points @ matrix[:2, :2] + matrix[2, :2])
