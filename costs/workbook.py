"""The report as a workbook: a sheet for each breakdown, live totals, a chart, ready to print."""

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from costs.charts import LOOKS
from costs.report_lines import CostReport, MoneyLine, MonthLine, StaffLine
from costs.reports import GROUPS
from store import clock
from store.spreadsheets import COUNT, MONEY, MONTH, Book, Cell, Column, write_cell


def workbook_bytes(report: CostReport, *, authority: str) -> bytes:
    """The report as an XLSX file: the same report on the same day gives the same bytes."""
    day = clock.today()
    book = Book(authority, day, header="Cost of the response", footer="Not precise for accounting")
    book.describe("Cost of the response to the inquiry", "Roles, not names. Not precise for accounting.")
    _summary(book, report)
    _months(book, report)
    _staff(book, "By activity", "Activity", report.activities)
    _staff(book, "By role", "Role", report.roles)
    _categories(book, "By category", report.categories)
    _machine(book, report)
    if any(amount.gross for amount in report.redress.by_status.values()):
        _categories(book, "Redress (separate)", [report.redress])
    return book.content()


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
        write_cell(sheet, number, 1, value, look_of)
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
