"""A workbook as openpyxl reads it, without its drawings."""

from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.reader import excel as openpyxl_reader

_DRAWINGS = "find_images"


def load_cells(content: BytesIO) -> Any:
    """The workbook with its sheets, cells and comments; of a formula the result that the file keeps.

    The formulas themselves are not asked for: openpyxl takes them apart, and one it cannot would take every cell with
    it (`ingest.formats.excel_apart.formulas_without_value` reads them).
    Files set in are taken out as they are, so pictures and charts are not wanted here, and one damaged drawing would
    take every cell with it. Whoever uses openpyxl after this still gets them.

    Raises whatever openpyxl raises for a file that is not what it says.
    """
    reader = vars(openpyxl_reader)
    kept = reader[_DRAWINGS]
    reader[_DRAWINGS] = lambda _archive, _path: ([], [])
    try:
        # Not read-only: that mode knows neither hidden rows nor comments. The child's memory limit is the guard.
        return openpyxl.load_workbook(content, data_only=True, keep_links=False)
    finally:
        reader[_DRAWINGS] = kept
