"""A workbook as openpyxl reads it, without its drawings."""

from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.reader import excel as openpyxl_reader

_DRAWINGS = "find_images"


def load_cells(content: BytesIO, *, results: bool) -> Any:
    """The workbook with its sheets, cells and comments; of a cell its result, or else its formula.

    Files set in are taken out as they are, so pictures and charts are not wanted here, and one damaged drawing would
    take every cell with it. Whoever uses openpyxl after this still gets them.

    Raises whatever openpyxl raises for a file that is not what it says.
    """
    reader = vars(openpyxl_reader)
    kept = reader[_DRAWINGS]
    reader[_DRAWINGS] = lambda _archive, _path: ([], [])
    try:
        # Not read-only: that mode knows neither hidden rows nor comments. The child's memory limit is the guard.
        return openpyxl.load_workbook(content, data_only=results, keep_links=False)
    finally:
        reader[_DRAWINGS] = kept
