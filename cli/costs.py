"""Commands on effort, spending, rates and what it all costs."""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR, Actor
from cli.opening import actor_of, archive, write_out
from cli.output import json_option, say, show_json, show_warning, table
from costs import effort as efforts
from costs import exports, rates, spending
from costs.report_lines import CostReport
from costs.reports import report as make_report
from inquiry.requests import find_request
from store import clock
from store.leaving import Leaving


def _amount(_context: click.Context, _parameter: click.Parameter, value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise click.BadParameter(f"{value!r} is not an amount of money: write it as 1234.56") from error


def _day(_context: click.Context, _parameter: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value) if value else clock.today()
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day: write it as 2026-11-30") from error


def _month(_context: click.Context, _parameter: click.Parameter, value: str) -> date | None:
    try:
        return date.fromisoformat(f"{value[:7]}-01") if value else None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a month: write it as 2026-11") from error


day_option = click.option("--day", callback=_day, default="", help="Such as 2026-11-30; today if it is not given.")
by_option = click.option("--by", default="", metavar="EMAIL", help="Who logs it.")
request_option = click.option("--request", "request_reference", default="", help="The request it was for.")


def _actor(session: Session, by: str) -> Actor:
    return actor_of(session, by) if by else OPERATOR


@click.group()
def costs() -> None:
    """Log effort and spending, set rates, and report what it costs."""


@costs.command()
@click.option("--role", required=True, help="The role whose rate applies, such as records-officer.")
@click.option("--activity", required=True, type=click.Choice(list(efforts.ACTIVITIES)))
@click.option("--minutes", required=True, type=click.IntRange(1))
@click.option("--items", type=click.IntRange(0), default=0)
@click.option("--pages", type=click.IntRange(0), default=0)
@click.option("--note", default="")
@day_option
@request_option
@by_option
@json_option
def effort(
    role: str,
    activity: str,
    minutes: int,
    items: int,
    pages: int,
    note: str,
    day: date,
    request_reference: str,
    by: str,
    as_json: bool,
) -> None:
    """Log minutes spent on an activity."""
    with archive() as opened, opened.writing() as session:
        logged = efforts.log_effort(
            session,
            day=day,
            role=role,
            activity=activity,
            minutes=minutes,
            items=items,
            pages=pages,
            note=note,
            request=find_request(session, request_reference) if request_reference else None,
            actor=_actor(session, by),
        )
        result = {"effort": logged.id, "day": day, "role": role, "activity": activity, "minutes": minutes}
    if as_json:
        show_json(result)
    else:
        say(f"{minutes} minutes of {activity} by a {role} on {day:%-d %B %Y} are logged.")


@costs.command()
@click.option("--category", required=True, type=click.Choice(list(spending.CATEGORIES)))
@click.option("--supplier", required=True)
@click.option("--net", required=True, callback=_amount)
@click.option("--vat", default="0", callback=_amount)
@click.option("--status", type=click.Choice(list(spending.STATUSES)), default="invoiced")
@click.option("--invoice", default="")
@click.option("--note", default="")
@day_option
@request_option
@by_option
@json_option
def spend(
    category: str,
    supplier: str,
    net: Decimal,
    vat: Decimal,
    status: str,
    invoice: str,
    note: str,
    day: date,
    request_reference: str,
    by: str,
    as_json: bool,
) -> None:
    """Log money paid, owed or expected."""
    with archive() as opened, opened.writing() as session:
        logged = spending.log_spending(
            session,
            day=day,
            category=category,
            supplier=supplier,
            net=net,
            vat=vat,
            status=status,
            invoice=invoice,
            note=note,
            request=find_request(session, request_reference) if request_reference else None,
            actor=_actor(session, by),
        )
        result = {"spending": logged.id, "day": day, "category": category, "net": logged.net, "vat": logged.vat}
    if as_json:
        show_json(result)
    else:
        say(f"£{net} net to {supplier} is logged as {status}.")


@costs.command()
@click.argument("role")
@click.argument("hourly", callback=_amount)
@click.option("--from", "valid_from", callback=_day, default="", help="The first day it applies.")
@by_option
@json_option
def rate(role: str, hourly: Decimal, valid_from: date, by: str, as_json: bool) -> None:
    """Set what an hour of ROLE costs from a day on, on-costs included."""
    with archive() as opened, opened.writing() as session:
        rates.set_rate(session, role=role, hourly=hourly, valid_from=valid_from, actor=_actor(session, by))
    if as_json:
        show_json({"role": role, "hourly": hourly, "valid_from": valid_from})
    else:
        say(f"From {valid_from:%-d %B %Y} an hour of a {role} costs £{hourly}.")


@costs.command()
@click.option("--from", "from_month", callback=_month, default="", help="The first month, such as 2026-04.")
@click.option("--to", "to_month", callback=_month, default="")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write it as CSV.")
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), help="Write it as a workbook.")
@json_option
def report(
    from_month: date | None, to_month: date | None, csv_file: Path | None, xlsx_file: Path | None, as_json: bool
) -> None:
    """What it costs: by month, activity and category, with totals and unit costs."""
    with archive() as opened:
        with opened.reading() as session:
            made = make_report(session, actor=OPERATOR, from_month=from_month, to_month=to_month)
            leaves: list[tuple[Path, Leaving]] = []
            if csv_file:
                leaves.append((csv_file, exports.export_csv(session, made, actor=OPERATOR)))
            if xlsx_file:
                authority = opened.settings.authority
                leaves.append((xlsx_file, exports.export_xlsx(session, made, actor=OPERATOR, authority=authority)))
        for file, leaving in leaves:
            write_out(opened, leaving, file, actor=OPERATOR)
    if as_json:
        show_json(_as_json(made))
    else:
        _show(made)


def _as_json(made: CostReport) -> dict[str, object]:
    return {
        "total_net": made.total_net,
        "total_gross": made.total_gross,
        "staff_cost": made.staff.cost,
        "staff_minutes": made.staff.minutes,
        "uncosted_minutes": made.staff.uncosted_minutes,
        "spent_net": made.money.spent.net,
        "spent_vat": made.money.spent.vat,
        "months": [
            {
                "month": f"{line.month:%Y-%m}",
                "minutes": line.minutes,
                "staff_cost": line.staff_cost,
                "spent_net": line.money.spent.net,
                "total": line.cost,
                "cumulative": line.cumulative,
            }
            for line in made.months
        ],
        "activities": [
            {
                "activity": line.code,
                "minutes": line.minutes,
                "items": line.items,
                "pages": line.pages,
                "cost": line.cost,
            }
            for line in made.activities
        ],
        "categories": [
            {
                "category": line.code,
                "net": line.spent.net,
                "vat": line.spent.vat,
                "expected_net": line.of("estimate").net + line.of("committed").net,
            }
            for line in made.categories
        ],
        "machine": [
            {"activity": line.code, "seconds": line.seconds, "items": line.items, "pages": line.pages}
            for line in made.machine
        ],
        "documents": made.units.documents,
        "pages": made.units.pages,
        "cost_per_document": made.units.per_document,
        "cost_per_page": made.units.per_page,
        "caveats": made.caveats,
    }


def _show(made: CostReport) -> None:
    table(
        "By month, net of VAT",
        ["month", "staff minutes", "staff", "spent", "total", "cumulative"],
        [
            [f"{line.month:%B %Y}", line.minutes, line.staff_cost, line.money.spent.net, line.cost, line.cumulative]
            for line in made.months
        ],
        right=range(1, 6),
    )
    table(
        "By activity",
        ["activity", "minutes", "items", "pages", "cost"],
        [[line.label, line.minutes, line.items, line.pages, line.cost] for line in made.activities],
        right=range(1, 5),
    )
    table(
        "By category of spending",
        ["category", "net", "VAT", "gross"],
        [[line.label, line.spent.net, line.spent.vat, line.spent.gross] for line in made.categories],
        right=range(1, 4),
    )
    say(f"Total £{made.total_net:,} net, £{made.total_gross:,} gross.")
    if made.units.per_document is not None:
        say(f"£{made.units.per_document} for each of {made.units.documents} documents, £{made.units.per_page} a page.")
    for caveat in made.caveats:
        show_warning(caveat)
