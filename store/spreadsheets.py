"""Tables that people open in a spreadsheet: CSV and XLSX in which nothing that was typed is run as a formula."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MONEY, COUNT, MONTH = "£#,##0.00", "#,##0", "mmm yyyy"
LONGEST_CELL = 32_767
"""Characters a cell of a workbook can hold."""
Cell = str | int | Decimal | date


def safe_cell(value: object) -> object:
    """The value, with an apostrophe before any text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return value


def csv_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The rows under their headings as CSV.

    It begins with a byte order mark: without it Excel reads a pound sign or a Welsh letter wrongly.
    """
    return b"".join(csv_lines(headings, rows))


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same table line by line, however long."""
    yield codecs.BOM_UTF8
    for row in chain([headings], rows):
        out = io.StringIO()
        csv.writer(out).writerow([safe_cell(value) for value in row])
        yield out.getvalue().encode()


@dataclass(frozen=True)
class Column:
    """One column: its heading, how its cells look, how wide it is, whether it is added up."""

    heading: str
    look: str
    width: int = 16
    adds: bool = True


class Book:
    """A workbook under construction with its few formats."""

    def __init__(self, authority: str, day: date, *, header: str, footer: str = "", is_long: bool = False) -> None:
        self.bytes = io.BytesIO()
        # Text is written as text, whatever it begins with: nothing in a workbook is a formula but our own sums.
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        # A long one waits on the disk row by row, in a temporary file that goes with it.
        self.book = Workbook(self.bytes, {("constant_memory" if is_long else "in_memory"): True, **options})
        self.authority = authority
        self.day = day
        self.header, self.footer = header, footer
        base = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        self.plain = self._format(base)
        # At the left by name: without it a program that opens the file passes over the indent.
        aside = {"text_wrap": True, "align": "left", "indent": 1}
        self.wrapped = self._format(base | aside)
        self.fact = self._format(base | {"text_wrap": True, "align": "left", "num_format": COUNT})
        self.title = self._format(base | {"bold": True, "font_size": 16})
        self.bold = self._format(base | {"bold": True})
        self.label = self._format(base | {"bold": True, "text_wrap": True})
        head = base | {"bold": True, "text_wrap": True, "bg_color": "#12436d", "font_color": "#ffffff", "border": 1}
        self.heading = self._format(head)
        self.text_heading = self._format(head | aside)
        self.number_heading = self._format(head | {"align": "right"})
        self.strong_money = self._format(base | {"bold": True, "num_format": MONEY, "align": "right"})
        self.right = self._format(base | {"align": "right"})
        self.body = {look: self._format(base | _number(look)) for look in (MONEY, COUNT, MONTH, "")}
        total = base | {"bold": True, "top": 1, "bottom": 6}
        self.total = {look: self._format(total | _number(look)) for look in (MONEY, COUNT, MONTH, "")}

    def _format(self, properties: dict[str, object]) -> Format:
        return self.book.add_format(properties)

    def describe(self, title: str, comments: str) -> None:
        """The workbook says what it is; the same content on the same day gives the same bytes."""
        created = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        self.book.set_properties({"title": title, "author": self.authority, "comments": comments, "created": created})

    def sheet(self, name: str, *, landscape: bool = True) -> Worksheet:
        """A sheet that prints on A4 with its name, page numbers and the date."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_default_row(18)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L&9{_printed(self.authority)}&R&9{_printed(self.header)}: {_printed(name)}")
        sheet.set_footer(f"&L&9{_printed(self.footer)}&C&9Page &P of &N&R&9{self.day:%-d %B %Y}")
        return sheet

    def table(self, sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Headings that stay in sight and repeat in print, the rows, and sums beneath that stay live."""
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, self.plain)
            sheet.write_string(0, place, column.heading, self.number_heading if place else self.heading)
        # Stated, because a program that opens the file does not grow a row to its wrapped heading.
        sheet.set_row(0, 34)
        for number, row in enumerate(rows, start=1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                write_cell(sheet, number, place, value, self.body[column.look])
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        end = len(rows) + 1
        sheet.write_string(end, 0, "Total", self.total[""])
        for place, column in enumerate(columns[1:], start=1):
            if not column.adds or not column.look:
                sheet.write_blank(end, place, None, self.total[""])
                continue
            value = sum((cell for row in rows if isinstance(cell := row[place], int | Decimal)), Decimal(0))
            if rows:
                formula = f"=SUM({xl_range(1, place, end - 1, place)})"
                sheet.write_formula(end, place, formula, self.total[column.look], float(value))
            else:
                sheet.write_number(end, place, 0, self.total[column.look])

    def listing(self, sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """Headings that stay in sight, repeat in print and filter, and the rows, wrapped; no sums."""
        number = 0
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, self.plain)
            sheet.write_string(0, place, column.heading, self.number_heading if column.look else self.text_heading)
        sheet.set_row(0, 15 * max(-(-len(column.heading) // max(column.width - 5, 1)) for column in columns) + 6)
        for number, row in enumerate(rows, start=1):
            lines = max(
                -(-len(str(value)) // max(column.width - 1, 1)) + str(value).count("\n")
                for column, value in zip(columns, row, strict=True)
            )
            # Before its cells: of a long workbook each row is written for good when the next begins.
            sheet.set_row(number, 15 * min(max(lines, 1), 20) + 3)
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                write_cell(sheet, number, place, value, self.body[column.look] if column.look else self.wrapped)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)

    def facts(self, name: str, title: str, lines: Sequence[tuple[str, Cell]]) -> None:
        """A sheet of names with their values, upright: what the other sheets are and how they were made."""
        sheet = self.sheet(name, landscape=False)
        sheet.set_column(0, 0, 34, self.plain)
        sheet.set_column(1, 1, 70, self.plain)
        sheet.write_string(0, 0, title, self.title)
        sheet.set_row(0, 26)
        for number, (label, value) in enumerate(lines, start=2):
            sheet.write_string(number, 0, label, self.label)
            write_cell(sheet, number, 1, value, self.fact)
            high = max(-(-len(label) // 30), -(-len(str(value)) // 66) + str(value).count("\n"), 1)
            sheet.set_row(number, 15 * high + 3)

    def content(self) -> bytes:
        """The workbook's bytes; nothing can be added to it afterwards."""
        self.book.close()
        return self.bytes.getvalue()


def _number(look: str) -> dict[str, object]:
    return {"num_format": look, "align": "right"} if look else {}


def _printed(words: str) -> str:
    return words.replace("&", "&&")


def write_cell(sheet: Worksheet, row: int, place: int, value: Cell, look: Format) -> None:
    """The value stands in the cell as what it is: text as text, never as a formula.

    Raises:
        ValueError: The text is longer than a cell can hold; the library would leave it out without a word.
    """
    if isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001
    elif isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise ValueError(f"a cell holds {LONGEST_CELL:,} characters and this text has {len(value):,}")
        sheet.write_string(row, place, value, look)
    else:
        sheet.write_number(row, place, float(value), look)
