"""Excel workbooks: each sheet as pages of rows, what is hidden marked as hidden, comments with their cells."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ingest.formats.excel_apart import formulas_without_value, header_lines, text_boxes
from ingest.formats.ooxml import core_facts, embedded_files, open_package
from ingest.formats.workbooks import load_cells
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile
from ingest.zip_errors import CANNOT_UNPACK, cannot_be_so_large

ROWS_PER_PAGE = 60
MAXIMUM_CELLS = 5_000_000
_MAXIMUM_PACKAGE_BYTES = 512 * 1024**2
# A very hidden sheet is not in the list from which Excel shows hidden ones: only a program or a macro hides one so.
_HIDDEN = {"hidden": " (hidden sheet)", "veryHidden": " (very hidden sheet)"}
_REASON = "the file is an Excel workbook"


def read_excel(job: ReadingJob) -> Iterator[Yielded]:
    """Each sheet in pages of rows, with its comments, head, foot and text boxes; then the files set into it."""
    with open_package(job) as package:
        _refuse_bomb(package)
        core_facts(package, job)
        workbook = _open(package)
        formulas, boxes = formulas_without_value(package, job), text_boxes(package, job)
        if count := sum(map(len, formulas.values())):
            job.facts.note(
                f"The results of {count} formulas are not kept in the file, so the formulas are shown in their place: "
                "whoever holds the file can open it in Excel, save it, and hand that over as well."
            )
        number = 0
        for sheet in workbook.worksheets:
            beside = [("Headers and footers", header_lines(sheet)), ("Text boxes", boxes.get(sheet.title, []))]
            for page in _sheet_pages(sheet, formulas.get(sheet.title, {}), beside):
                number += 1
                yield PageReading.from_dict(page.to_dict() | {"number": number})
        if number == 0:
            yield PageReading(1, "", "none", unread=True, reason="blank: the workbook has no text")
        yield from embedded_files(package, job, "xl")


def _refuse_bomb(package: zipfile.ZipFile) -> None:
    unpacked = sum(info.file_size for info in package.infolist() if not cannot_be_so_large(info))
    packed = sum(info.compress_size for info in package.infolist())
    # What only damage can claim is no measure; the child's limit of memory stands behind this.
    if unpacked > _MAXIMUM_PACKAGE_BYTES or unpacked > max(64 * 1024**2, packed * 200):
        raise UnreadableFile("bomb")


def _open(package: zipfile.ZipFile) -> Any:
    assert package.fp is not None
    package.fp.seek(0)
    try:
        return load_cells(BytesIO(package.fp.read()))
    except (InvalidFileException, KeyError, IndexError, TypeError, AttributeError, *CANNOT_UNPACK) as error:
        raise UnreadableFile(
            "damaged", "The workbook is damaged and could not be opened; ask its holder for another copy."
        ) from error


def _sheet_pages(
    sheet: Any, formulas: Mapping[str, str], beside: Sequence[tuple[str, list[str]]]
) -> Iterator[PageReading]:
    hidden = sheet.sheet_state != "visible"
    title = f"Sheet {sheet.title}{_HIDDEN.get(sheet.sheet_state, ' (hidden sheet)') if hidden else ''}"
    lines, comments, cells = [f"{title}"], [], 0
    hidden_columns = _hidden_columns(sheet)
    if hidden_columns:
        lines.append(f"Hidden columns: {', '.join(get_column_letter(column) for column in sorted(hidden_columns))}")
    count = 0
    for row in sheet.iter_rows():
        cells += len(row)
        if cells > MAXIMUM_CELLS:
            raise UnreadableFile(
                "too-large", "The workbook has more cells than the limit; divide it and take in the parts."
            )
        comments += [_comment_line(cell) for cell in row if cell.comment is not None]
        line = _row_line(row, hidden_columns, formulas)
        if not line:
            continue
        dimension = sheet.row_dimensions.get(row[0].row)
        lines.append(f"[hidden row] {line}" if dimension is not None and dimension.hidden else line)
        count += 1
        if count == ROWS_PER_PAGE:
            yield PageReading(1, "\n".join(lines), "native", reason=_REASON, heading=title)
            lines, count = [f"{title} (continued)"], 0
    if count or (len(lines) > 1 and not lines[0].endswith("(continued)")):
        yield PageReading(1, "\n".join(lines), "native", reason=_REASON, heading=title)
    for words, told in (("Comments", comments), *beside):
        if told:
            heading = f"{words} on {title}"
            reason = f"{words.lower()} of the workbook"
            yield PageReading(1, "\n".join([heading, *told]), "native", reason=reason, heading=heading)


def _hidden_columns(sheet: Any) -> set[int]:
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden.update(range(dimension.min, min(dimension.max, sheet.max_column) + 1))
    return hidden


def _row_line(row: tuple[Any, ...], hidden_columns: set[int], formulas: Mapping[str, str]) -> str:
    values = []
    for cell in row:
        text = _shown(cell.value)
        if not text and formulas and (formula := formulas.get(cell.coordinate)):
            text = f"[no stored value: {formula}]"
        if text and cell.column in hidden_columns:
            text = f"[hidden column] {text}"
        values.append(text)
    while values and not values[-1]:
        values.pop()
    return "\t".join(values)


def _shown(value: Any) -> str:
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


def _comment_line(cell: Any) -> str:
    author = cell.comment.author or "unknown"
    return f"{cell.coordinate}, by {author}: {cell.comment.text.strip()}"
