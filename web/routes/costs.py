"""What the response costs: by month, activity and category, never by person."""

import re
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from costs.charts import month_chart
from costs.exports import export_csv, export_xlsx
from costs.report_lines import CostReport
from costs.reports import report
from store import clock
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.leaving import let_go
from web.routes import cost_ledgers
from web.transactions import own_transaction

area = Blueprint("costs", __name__)
cost_ledgers.register(area)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@area.get("/costs")
@requires(Permission.COSTS_READ, Permission.LOG_EFFORT)
def costs() -> str | Answer | tuple[str, int]:
    """The report for a period; whoever only logs their time is taken to where they do."""
    actor = current_actor()
    if not can(actor, Permission.COSTS_READ):
        return redirect(url_for("costs.effort"))
    whole = report(current_session(), actor=actor)
    try:
        shown, fault = _report(request.args), ""
    except InvalidInputError as error:
        shown, fault = whole, str(error)
    page = render_template(
        "costs/costs.html",
        shown=shown,
        fault=fault,
        chart=month_chart(shown),
        months=[line.month for line in whole.months],
        wanted={name: request.args.get(name, "") for name in ("from", "to")},
    )
    return (page, 400) if fault else page


@area.post("/costs/export")
@requires(Permission.COSTS_READ)
@own_transaction
def export() -> Response:
    """The report leaves as CSV or as a workbook; that it did is an event, kept before the file goes."""
    session, actor = current_session(), current_actor()
    made = _report(request.form)
    name = f"candour-costs-{clock.today().isoformat()}"
    if request.form.get("form") == "xlsx":
        authority = current_archive().settings.authority
        return let_go(export_xlsx(session, made, actor=actor, authority=authority), f"{name}.xlsx")
    return let_go(export_csv(session, made, actor=actor), f"{name}.csv")


def _report(values: Mapping[str, str]) -> CostReport:
    first, last = _month(values.get("from", "")), _month(values.get("to", ""))
    return report(current_session(), actor=current_actor(), from_month=first, to_month=last)


def _month(value: str) -> date | None:
    if not value:
        return None
    if not MONTH.fullmatch(value) or value < "1900":
        raise InvalidInputError(f"{value[:20]!r} is not a month: choose one from the list.")
    return date.fromisoformat(f"{value}-01")
