"""The report as one tidy CSV file and as a workbook; each export is in the audit trail."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from costs.report_lines import CostReport, MoneyLine, StaffLine
from costs.spending import STATUSES
from costs.workbook import workbook_bytes
from store.audit_actions import AuditAction
from store.leaving import Leaving, leaving
from store.spreadsheets import safe_cell

COLUMNS = (
    "section",
    "month",
    "code",
    "label",
    "status",
    "minutes",
    "minutes_not_costed",
    "machine_seconds",
    "items",
    "pages",
    "staff_cost",
    "net",
    "vat",
    "gross",
    "total_net",
    "cumulative_net",
)
Row = dict[str, object]


def export_csv(session: Session, report: CostReport, *, actor: Actor) -> Leaving:
    """The report as one CSV file, safe to open in a spreadsheet."""
    require(actor, Permission.COSTS_READ)
    return _leaving(session, csv_bytes(report), report, form="csv")


def export_xlsx(session: Session, report: CostReport, *, actor: Actor, authority: str) -> Leaving:
    """The report as a workbook with totals and a chart."""
    require(actor, Permission.COSTS_READ)
    return _leaving(session, workbook_bytes(report, authority=authority), report, form="xlsx")


def _leaving(session: Session, content: bytes, report: CostReport, *, form: str) -> Leaving:
    months = {
        "from": report.from_month.isoformat() if report.from_month else None,
        "to": report.to_month.isoformat() if report.to_month else None,
    }
    return leaving(session, content, AuditAction.COSTS_EXPORTED, subject="costs:report", form=form, **months)


def csv_bytes(report: CostReport) -> bytes:
    """The report as CSV: one row a line of the report, the section in the first column.

    It begins with a byte order mark: without it Excel reads a pound sign or a Welsh letter wrongly.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({column: safe_cell(value) for column, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _rows(report: CostReport) -> Iterator[Row]:
    for month in report.months:
        name = f"{month.month:%Y-%m}"
        spent = month.money.spent
        yield {
            "section": "month",
            "month": name,
            "minutes": month.minutes,
            "minutes_not_costed": month.uncosted_minutes,
            "staff_cost": month.staff_cost,
            "net": spent.net,
            "vat": spent.vat,
            "gross": spent.gross,
            "total_net": month.cost,
            "cumulative_net": month.cumulative,
        }
        yield from (row | {"month": name} for row in _status_rows("month-status", month.money))
    for line in report.activities:
        yield _staff_row("activity", line)
    for line in report.roles:
        yield _staff_row("role", line)
    for category in report.categories:
        yield from _status_rows("category-status", category)
    yield from _status_rows("redress-status (in no total)", report.redress)
    for machine in report.machine:
        yield {
            "section": "machine (no cost)",
            "code": machine.code,
            "label": machine.label,
            "machine_seconds": machine.seconds,
            "items": machine.items,
            "pages": machine.pages,
        }
    yield from _total_rows(report)
    for words in report.caveats:
        yield {"section": "note", "label": words}


def _staff_row(section: str, line: StaffLine) -> Row:
    return {
        "section": section,
        "code": line.code,
        "label": line.label,
        "minutes": line.minutes,
        "minutes_not_costed": line.uncosted_minutes,
        "items": line.items,
        "pages": line.pages,
        "staff_cost": "" if line.is_wholly_uncosted else line.cost,
    }


def _status_rows(section: str, line: MoneyLine) -> Iterator[Row]:
    for status in STATUSES:
        amount = line.of(status)
        if amount.gross:
            yield {
                "section": section,
                "code": line.code,
                "label": line.label,
                "status": status,
                "net": amount.net,
                "vat": amount.vat,
                "gross": amount.gross,
            }


def _total_rows(report: CostReport) -> Iterator[Row]:
    spent = report.money.spent
    yield _staff_row("total", report.staff) | {
        "label": "Staff time, and spending invoiced and paid",
        "net": spent.net,
        "vat": spent.vat,
        "gross": spent.gross,
        "total_net": report.total_net,
    }
    yield from _status_rows("total-status", report.money)
    units = report.units
    for code, label, count, each in (
        ("per-document", "Cost for each document held, from the start", units.documents, units.per_document),
        ("per-page", "Cost for each page held, from the start", units.pages, units.per_page),
    ):
        yield {
            "section": "unit",
            "code": code,
            "label": label,
            "items": count,
            "total_net": each if isinstance(each, Decimal) else "not known",
        }
