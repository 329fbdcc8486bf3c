"""The report as a workbook: a sheet for each breakdown, live totals, a chart, ready to print."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from costs.charts import LOOKS
from costs.report_lines import CostReport, MoneyLine, MonthLine, StaffLine
from costs.reports import GROUPS
from store import clock

MONEY, COUNT, MONTH = "£#,##0.00", "#,##0", "mmm yyyy"
Cell = str | int | Decimal | date


@dataclass(frozen=True)
class Column:
    """One column: its heading, how its cells look, how wide it is, whether it is added up."""

    heading: str
    look: str
    width: int = 16
    adds: bool = True


class Book:
    """A workbook under construction with its few formats."""

    def __init__(self, authority: str, day: date) -> None:
        self.bytes = io.BytesIO()
        # Text is written as text, whatever it begins with: nothing in a report is a formula but our own sums.
        self.book = Workbook(self.bytes, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.authority = authority
        self.day = day
        base = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        self.plain = self._format(base)
        self.wrapped = self._format(base | {"text_wrap": True})
        self.title = self._format(base | {"bold": True, "font_size": 16})
        self.bold = self._format(base | {"bold": True})
        head = base | {"bold": True, "text_wrap": True, "bg_color": "#12436d", "font_color": "#ffffff", "border": 1}
        self.heading = self._format(head)
        self.number_heading = self._format(head | {"align": "right"})
        self.strong_money = self._format(base | {"bold": True, "num_format": MONEY, "align": "right"})
        self.right = self._format(base | {"align": "right"})
        self.body = {look: self._format(base | _number(look)) for look in (MONEY, COUNT, MONTH, "")}
        total = base | {"bold": True, "top": 1, "bottom": 6}
        self.total = {look: self._format(total | _number(look)) for look in (MONEY, COUNT, MONTH, "")}

    def _format(self, properties: dict[str, object]) -> Format:
        return self.book.add_format(properties)

    def sheet(self, name: str, *, landscape: bool = True) -> Worksheet:
        """A sheet that prints on A4 with its name, page numbers and the date."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_default_row(18)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L&9{self.authority.replace('&', '&&')}&R&9Cost of the response: {name}")
        sheet.set_footer(f"&L&9Not precise for accounting&C&9Page &P of &N&R&9{self.day:%-d %B %Y}")
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
                _write(sheet, number, place, value, self.body[column.look])
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


def _number(look: str) -> dict[str, object]:
    return {"num_format": look, "align": "right"} if look else {}


def _write(sheet: Worksheet, row: int, place: int, value: Cell, look: Format) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001
    elif isinstance(value, str):
        sheet.write_string(row, place, value, look)
    else:
        sheet.write_number(row, place, float(value), look)


def workbook_bytes(report: CostReport, *, authority: str) -> bytes:
    """The report as an XLSX file: the same report on the same day gives the same bytes."""
    day = clock.today()
    book = Book(authority, day)
    book.book.set_properties(
        {
            "title": "Cost of the response to the inquiry",
            "author": authority,
            "comments": "Roles, not names. Not precise for accounting.",
            "created": datetime(day.year, day.month, day.day, tzinfo=UTC),
        }
    )
    _summary(book, report)
    _months(book, report)
    _staff(book, "By activity", "Activity", report.activities)
    _staff(book, "By role", "Role", report.roles)
    _categories(book, "By category", report.categories)
    _machine(book, report)
    if any(amount.gross for amount in report.redress.by_status.values()):
        _categories(book, "Redress (separate)", [report.redress])
    book.book.close()
    return book.bytes.getvalue()


def _summary(book: Book, report: CostReport) -> None:
    sheet = book.sheet("Summary", landscape=False)
    sheet.set_column(0, 0, 58, book.plain)
    sheet.set_column(1, 1, 24, book.plain)
    sheet.write_string(0, 0, "Cost of the response to the inquiry", book.title)
    sheet.set_row(0, 26)
    sheet.write_string(1, 0, book.authority, book.bold)
    sheet.write_string(2, 0, f"{_period(report)}; made on {book.day:%-d %B %Y}", book.plain)
    spent, units = report.money.spent, report.units
    lines: list[tuple[str, Cell, str]] = [
        ("Staff cost", report.staff.cost, MONEY),
        ("Spending invoiced and paid, net of VAT", spent.net, MONEY),
        ("Total, net of VAT", report.total_net, MONEY),
        ("VAT on what was invoiced and paid", spent.vat, MONEY),
        ("Total with VAT", report.total_gross, MONEY),
        ("Committed, not yet invoiced, net (in no total)", report.money.of("committed").net, MONEY),
        ("Estimated, net (in no total)", report.money.of("estimate").net, MONEY),
        ("Staff time, minutes", report.staff.minutes, COUNT),
        ("of which not costed, minutes", report.staff.uncosted_minutes, COUNT),
        ("Cost from the start, net of VAT", units.cost, MONEY),
        ("Documents held", units.documents, COUNT),
        ("Pages held", units.pages, COUNT),
        ("Cost from the start for each document held", _known(units.per_document), MONEY),
        ("Cost from the start for each page held", _known(units.per_page), MONEY),
    ]
    for number, (label, value, look) in enumerate(lines, start=4):
        strong = label.startswith("Total")
        sheet.write_string(number, 0, label, book.bold if strong else book.plain)
        look_of = book.strong_money if strong else book.right if isinstance(value, str) else book.body[look]
        _write(sheet, number, 1, value, look_of)
    at = 5 + len(lines)
    sheet.write_string(at, 0, "How to read these figures", book.bold)
    for number, words in enumerate(report.caveats, start=at + 1):
        sheet.merge_range(number, 0, number, 1, words, book.wrapped)
        sheet.set_row(number, 34 if len(words) > 100 else 18)
    sheet.freeze_panes(4, 0)


def _known(amount: Decimal | None) -> Cell:
    return amount if amount is not None else "not known"


def _period(report: CostReport) -> str:
    if not report.months:
        return "Nothing logged yet"
    return f"{report.months[0].month:%B %Y} to {report.months[-1].month:%B %Y}"


def _months(book: Book, report: CostReport) -> None:
    sheet = book.sheet("By month")
    columns = [
        Column("Month", MONTH, 12, adds=False),
        *(Column(f"{label}, net", MONEY, 15) for label in GROUPS.values()),
        Column("Total, net", MONEY, 15),
        Column("Cumulative, net", MONEY, 16, adds=False),
        Column("VAT", MONEY, 14),
        Column("Committed, net (apart)", MONEY, 15),
        Column("Estimated, net (apart)", MONEY, 15),
        Column("Staff minutes", COUNT, 11),
        Column("Minutes not costed", COUNT, 11),
    ]
    book.table(sheet, columns, [_month_row(line) for line in report.months])
    if report.months:
        _chart(book, sheet, len(report.months))


def _month_row(line: MonthLine) -> list[Cell]:
    money = line.money
    return [
        line.month,
        *(line.groups[group] for group in GROUPS),
        line.cost,
        line.cumulative,
        money.spent.vat,
        money.of("committed").net,
        money.of("estimate").net,
        line.minutes,
        line.uncosted_minutes,
    ]


def _chart(book: Book, sheet: Worksheet, count: int) -> None:
    chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
    for place, (group, label) in enumerate(GROUPS.items(), start=1):
        chart.add_series(
            {
                "name": label,
                "categories": ["By month", 1, 0, count, 0],
                "values": ["By month", 1, place, count, place],
                "fill": {"color": LOOKS[group].colour},
                "border": {"color": "#0b0c0c", "width": 0.5},
                "gap": 60,
            }
        )
    chart.set_title({"name": "Cost by month, net of VAT", "name_font": {"name": "Arial", "size": 14}})
    chart.set_y_axis({"num_format": "£#,##0", "major_gridlines": {"visible": True, "line": {"color": "#b1b4b6"}}})
    chart.set_x_axis({"num_format": MONTH, "text_axis": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 1100, "height": 400})
    sheet.insert_chart(
        count + 3, 0, chart, {"description": "Stacked bars of the cost of each month; the table above has the figures."}
    )


def _staff(book: Book, name: str, heading: str, lines: Sequence[StaffLine]) -> None:
    columns = [
        Column(heading, "", 34, adds=False),
        Column("Minutes", COUNT),
        Column("Minutes not costed", COUNT),
        Column("Items", COUNT),
        Column("Pages", COUNT),
        Column("Staff cost", MONEY, 18),
    ]
    rows: list[Sequence[Cell]] = [
        (line.label, line.minutes, line.uncosted_minutes, line.items, line.pages, _cost(line)) for line in lines
    ]
    book.table(book.sheet(name), columns, rows)


def _cost(line: StaffLine) -> Cell:
    return "not costed" if line.is_wholly_uncosted else line.cost


def _categories(book: Book, name: str, lines: Sequence[MoneyLine]) -> None:
    columns = [
        Column("Category", "", 34, adds=False),
        Column("Invoiced, net", MONEY),
        Column("Paid, net", MONEY),
        Column("Invoiced and paid, net", MONEY),
        Column("VAT", MONEY),
        Column("Invoiced and paid, with VAT", MONEY, 18),
        Column("Committed, net (apart)", MONEY),
        Column("Estimated, net (apart)", MONEY),
    ]
    rows: list[Sequence[Cell]] = [
        (
            line.label,
            line.of("invoiced").net,
            line.of("paid").net,
            line.spent.net,
            line.spent.vat,
            line.spent.gross,
            line.of("committed").net,
            line.of("estimate").net,
        )
        for line in lines
    ]
    book.table(book.sheet(name), columns, rows)


def _machine(book: Book, report: CostReport) -> None:
    columns = [
        Column("What the system did", "", 34, adds=False),
        Column("Seconds", COUNT),
        Column("Items", COUNT),
        Column("Pages", COUNT),
    ]
    rows: list[Sequence[Cell]] = [(line.label, line.seconds, line.items, line.pages) for line in report.machine]
    book.table(book.sheet("Machine (no cost)"), columns, rows)
