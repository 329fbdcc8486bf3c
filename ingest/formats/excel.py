"""Excel workbooks: each sheet as pages of rows, what is hidden marked as hidden, comments with their cells."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter

from ingest.formats.excel_apart import formulas_without_value, header_lines, text_boxes
from ingest.formats.ooxml import core_facts, embedded_files, open_package
from ingest.formats.ooxml_beside import DESCRIPTIONS, PROPERTIES, kept_pages, properties, property_lines, untold
from ingest.formats.workbook_beside import beside_cells
from ingest.formats.workbooks import Place, Sheet, read_sheets, shown
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile
from ingest.zip_errors import cannot_be_so_large

ROWS_PER_PAGE = 60
_MAXIMUM_PACKAGE_BYTES = 512 * 1024**2
# A very hidden sheet is not in the list from which Excel shows hidden ones: only a program or a macro hides one so.
_TAKEN_OUT = " (taken out of the workbook, and still in the file)"
_HIDDEN = {"hidden": " (hidden sheet)", "veryHidden": " (very hidden sheet)", "unlisted": _TAKEN_OUT}
_REASON = "the file is an Excel workbook"


def read_excel(job: ReadingJob) -> Iterator[Yielded]:
    """Each sheet in pages of rows, with what stands beside them; then what no cell shows, and the files set into it."""
    with open_package(job) as package:
        _refuse_bomb(package)
        core_facts(package, job)
        kept, said = beside_cells(package, job), properties(package, job)
        number = unstored = 0
        for sheet in read_sheets(package, job):
            kept.take(sheet)
            formulas = formulas_without_value(package, sheet, job)
            unstored += len(formulas)
            beside = [
                ("Headers and footers", header_lines(sheet)),
                ("Text boxes", text_boxes(package, sheet, job)),
                ("Choices and prompts", sheet.prompts),
            ]
            for page in _sheet_pages(sheet, formulas, beside):
                number += 1
                said = untold(said, page.text)
                yield PageReading.from_dict(page.to_dict() | {"number": number})
        if unstored:
            job.facts.note(
                f"The results of {unstored} formulas are not kept in the file, so the formulas are shown in their "
                "place: whoever holds the file can open it in Excel, save it, and hand that over as well."
            )
        is_blank = number == 0  # what is said of a picture is not the picture
        for page in kept_pages(kept.sections(), "workbook", number + 1):
            number = page.number
            is_blank = is_blank and page.heading == DESCRIPTIONS
            said = untold(said, page.text)
            yield page
        if is_blank and not job.missing:
            number += 1
            yield PageReading(number, "", "none", unread=True, reason="blank: the workbook has no text")
        yield from kept_pages([(PROPERTIES, property_lines(said))], "workbook", number + 1)
        yield from embedded_files(package, job, "xl")


def _refuse_bomb(package: zipfile.ZipFile) -> None:
    unpacked = sum(info.file_size for info in package.infolist() if not cannot_be_so_large(info))
    packed = sum(info.compress_size for info in package.infolist())
    # What only damage can claim is no measure; the child's limit of memory stands behind this.
    if unpacked > _MAXIMUM_PACKAGE_BYTES or unpacked > max(64 * 1024**2, packed * 200):
        raise UnreadableFile("bomb")


def _sheet_pages(
    sheet: Sheet, formulas: Mapping[Place, str], beside: Sequence[tuple[str, list[str]]]
) -> Iterator[PageReading]:
    title = f"Sheet {sheet.title}{_HIDDEN.get(sheet.state, ' (hidden sheet)') if sheet.state != 'visible' else ''}"
    rows = _rows(sheet, formulas)
    lines = [title]
    if hidden := sheet.hidden_columns & {column for cells in rows.values() for column in cells}:
        lines.append(f"Hidden columns: {', '.join(get_column_letter(column) for column in sorted(hidden))}")
    count = 0
    for number, cells in sorted(rows.items()):
        line = "\t".join(cells.get(column, "") for column in range(1, max(cells) + 1))
        lines.append(f"[hidden row] {line}" if number in sheet.hidden_rows else line)
        count += 1
        if count == ROWS_PER_PAGE:
            yield PageReading(1, "\n".join(lines), "native", reason=_REASON, heading=title)
            lines, count = [f"{title} (continued)"], 0
    if count or (len(lines) > 1 and not lines[0].endswith("(continued)")):
        yield PageReading(1, "\n".join(lines), "native", reason=_REASON, heading=title)
    comments = [f"{each.cell}, by {each.author}: {each.text}" for each in sheet.comments]
    for words, told in (("Comments", comments), *beside):
        if told:
            heading = f"{words} on {title}"
            reason = f"{words.lower()} of the workbook"
            yield PageReading(1, "\n".join([heading, *told]), "native", reason=reason, heading=heading)


def _rows(sheet: Sheet, formulas: Mapping[Place, str]) -> dict[int, dict[int, str]]:
    """The words of each cell that has any, by row and column; what Excel does not show is marked."""
    rows: dict[int, dict[int, str]] = {}
    unstored = {place: f"[no stored value: {formula}]" for place, formula in formulas.items()}
    for (row, column), text in (unstored | {place: shown(value) for place, value in sheet.values.items()}).items():
        if text and (row, column) in sheet.covered:
            text = f"[under a merged cell] {text}"
        if text and column in sheet.hidden_columns:
            text = f"[hidden column] {text}"
        if text:
            rows.setdefault(row, {})[column] = text
    return rows
