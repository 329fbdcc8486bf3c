"""The account of the response by month, activity, role and category.

Rounding happens once: the cost of one role at one activity in one month is summed exactly and rounded
half up to the penny, and every figure of the report is a sum of these. So each breakdown adds up to the
total, and two quarters to their half-year.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from costs.effort import ACTIVITIES, MACHINE, MACHINE_ACTIVITIES
from costs.models import Effort, Spending
from costs.money import Amount, divide_half_up, pounds
from costs.rates import ROLES, RateCard
from costs.report_lines import CAVEAT, ZERO, CostReport, MachineLine, MoneyLine, MonthLine, StaffLine, UnitCosts
from costs.spending import CATEGORIES, REDRESS, SPENT, STATUSES
from records.models import Record
from records.register import CONTAINER
from store import clock
from store.errors import InvalidInputError

STAFF_GROUP = "staff"
GROUPS = {
    STAFF_GROUP: "Staff time",
    "legal": "Legal",
    "it": "IT and e-disclosure",
    "records": "Scanning, storage and records",
    "people": "Support for people",
    "other": "Other",
}
GROUP_OF = {
    "external-solicitors": "legal",
    "counsel": "legal",
    "expert": "legal",
    "it-and-edisclosure": "it",
    "scanning": "records",
    "storage-and-retrieval": "records",
    "records-conservation": "records",
    "victim-support": "people",
    "counselling-for-staff": "people",
}


@dataclass
class StaffCell:
    """One role at one activity in one month, summed exactly."""

    month: date
    role: str
    activity: str
    seconds: int = 0
    uncosted_seconds: int = 0
    items: int = 0
    pages: int = 0
    pence_seconds: int = 0

    @property
    def cost_pence(self) -> int:
        """The one place where staff cost is rounded."""
        return divide_half_up(self.pence_seconds, 3600)


@dataclass(frozen=True)
class MoneyCell:
    """One category at one status in one month."""

    month: date
    category: str
    status: str
    amount: Amount


def report(
    session: Session, *, actor: Actor, from_month: date | None = None, to_month: date | None = None
) -> CostReport:
    """The cost of the response from one month to another, both included; all of it without them.

    Raises:
        InvalidInputError: The months are the wrong way round.
    """
    require(actor, Permission.COSTS_READ)
    first = from_month.replace(day=1) if from_month else None
    last = to_month.replace(day=1) if to_month else None
    if first and last and last < first:
        raise InvalidInputError(f"The report cannot end in {last:%B %Y}, before {first:%B %Y}: swap the two months.")
    # Everything until the end is read whatever the start: the cumulative figure and unit costs begin at the beginning.
    staff_cells, machine = _effort_until(session, last)
    money_cells = _money_until(session, last)
    in_period = _in_period(first)
    staff = [cell for cell in staff_cells if in_period(cell.month)]
    all_money = [cell for cell in money_cells if cell.category != REDRESS]
    money = [cell for cell in all_money if in_period(cell.month)]
    totals = _staff_line("total", "All staff time", staff)
    redress = _money_line(
        REDRESS,
        CATEGORIES[REDRESS],
        (cell for cell in money_cells if cell.category == REDRESS and in_period(cell.month)),
    )
    return CostReport(
        from_month=first,
        to_month=last,
        months=_months(staff_cells, all_money, first, last),
        activities=_grouped(staff, lambda cell: cell.activity, ACTIVITIES),
        roles=_grouped(staff, lambda cell: cell.role, ROLES),
        categories=[
            _money_line(code, label, [cell for cell in money if cell.category == code])
            for code, label in CATEGORIES.items()
            if any(cell.category == code for cell in money)
        ],
        redress=redress,
        machine=_machine_lines([cell for cell in machine if in_period(cell.month)]),
        staff=totals,
        money=_money_line("total", "All spending", money),
        units=_units(session, last, staff_cells, all_money),
        caveats=_caveats(totals, redress),
    )


def _in_period(first: date | None) -> Callable[[date], bool]:
    return lambda month: first is None or month >= first


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _effort_until(session: Session, last: date | None) -> tuple[list[StaffCell], list[StaffCell]]:
    query = (
        select(
            Effort.day,
            Effort.role,
            Effort.activity,
            func.sum(Effort.seconds),
            func.sum(Effort.items),
            func.sum(Effort.pages),
        )
        .where(Effort.withdrawn_at.is_(None))
        .group_by(Effort.day, Effort.role, Effort.activity)
        .order_by(Effort.day, Effort.role, Effort.activity)
    )
    if last:
        query = query.where(Effort.day < _next_month(last))
    card = RateCard(session)
    cells: dict[tuple[date, str, str], StaffCell] = {}
    for day, role, activity, seconds, items, pages in session.execute(query):
        month = day.replace(day=1)
        cell = cells.setdefault((month, role, activity), StaffCell(month, role, activity))
        cell.seconds += seconds
        cell.items += items
        cell.pages += pages
        hourly = None if role == MACHINE else card.hourly_pence(role, day)
        if hourly is None:
            cell.uncosted_seconds += seconds
        else:
            cell.pence_seconds += hourly * seconds
    staff = [cell for cell in cells.values() if cell.role != MACHINE]
    return staff, [cell for cell in cells.values() if cell.role == MACHINE]


def _money_until(session: Session, last: date | None) -> list[MoneyCell]:
    query = (
        select(
            Spending.day,
            Spending.category,
            Spending.status,
            func.sum(Spending.net_pence),
            func.sum(Spending.vat_pence),
        )
        .where(Spending.withdrawn_at.is_(None))
        .group_by(Spending.day, Spending.category, Spending.status)
        .order_by(Spending.day, Spending.category, Spending.status)
    )
    if last:
        query = query.where(Spending.day < _next_month(last))
    return [
        MoneyCell(day.replace(day=1), category, status, Amount(pounds(net), pounds(vat)))
        for day, category, status, net, vat in session.execute(query)
    ]


def _staff_line(code: str, label: str, cells: Iterable[StaffCell]) -> StaffLine:
    chosen = list(cells)
    return StaffLine(
        code=code,
        label=label,
        seconds=sum(cell.seconds for cell in chosen),
        uncosted_seconds=sum(cell.uncosted_seconds for cell in chosen),
        items=sum(cell.items for cell in chosen),
        pages=sum(cell.pages for cell in chosen),
        cost=pounds(sum(cell.cost_pence for cell in chosen)),
    )


def _grouped(cells: list[StaffCell], key: Callable[[StaffCell], str], labels: dict[str, str]) -> list[StaffLine]:
    groups: dict[str, list[StaffCell]] = defaultdict(list)
    for cell in cells:
        groups[key(cell)].append(cell)
    known = [code for code in labels if code in groups]
    # A code that an older version knew is shown under its own name rather than lost from the breakdown.
    return [
        _staff_line(code, labels.get(code, code), groups[code]) for code in [*known, *sorted(set(groups) - set(known))]
    ]


def _money_line(code: str, label: str, cells: Iterable[MoneyCell]) -> MoneyLine:
    by_status = {status: Amount() for status in STATUSES}
    for cell in cells:
        by_status[cell.status] += cell.amount
    return MoneyLine(code, label, by_status)


def _machine_lines(cells: list[StaffCell]) -> list[MachineLine]:
    lines = _grouped(cells, lambda cell: cell.activity, MACHINE_ACTIVITIES)
    return [MachineLine(line.code, line.label, line.seconds, line.items, line.pages) for line in lines]


def _months(staff: list[StaffCell], money: list[MoneyCell], first: date | None, last: date | None) -> list[MonthLine]:
    present = {cell.month for cell in staff} | {cell.month for cell in money}
    begin, end = min(present, default=first), last or max(present, default=first)
    begin = min(begin, first) if begin and first else begin
    lines: list[MonthLine] = []
    running = pounds(0)
    month = begin
    while month and end and month <= end:
        line = _staff_line("", "", (cell for cell in staff if cell.month == month))
        paid = [cell for cell in money if cell.month == month]
        total = _money_line("total", "All spending", paid)
        running += line.cost + total.spent.net
        if first is None or month >= first:
            lines.append(
                MonthLine(
                    month=month,
                    seconds=line.seconds,
                    uncosted_seconds=line.uncosted_seconds,
                    staff_cost=line.cost,
                    money=total,
                    cumulative=running,
                    groups=_month_groups(line, paid),
                )
            )
        month = _next_month(month)
    return lines


def _month_groups(staff: StaffLine, money: list[MoneyCell]) -> dict[str, Decimal]:
    groups = dict.fromkeys(GROUPS, ZERO)
    groups[STAFF_GROUP] = staff.cost
    for cell in money:
        if cell.status in SPENT:
            groups[GROUP_OF.get(cell.category, "other")] += cell.amount.net
    return groups


def _units(session: Session, last: date | None, staff: list[StaffCell], money: list[MoneyCell]) -> UnitCosts:
    cost = _staff_line("", "", staff).cost + _money_line("", "", money).spent.net
    # A container is counted through its members. Restricted records are counted too: a number tells nothing of them.
    query = select(func.count(Record.id), func.coalesce(func.sum(Record.page_count), 0)).where(
        Record.purged_at.is_(None), Record.state != CONTAINER
    )
    if last:
        end = datetime.combine(_next_month(last), time(), tzinfo=clock.LEGAL_ZONE).astimezone(UTC)
        query = query.where(Record.registered_at < end)
    documents, pages = session.execute(query).one()
    return UnitCosts(cost, documents, pages, _each(cost, documents), _each(cost, pages))


def _each(cost: Decimal, count: int) -> Decimal | None:
    return pounds(divide_half_up(int(cost * 100), count)) if cost and count else None


def _caveats(staff: StaffLine, redress: MoneyLine) -> list[str]:
    caveats = [
        CAVEAT,
        "Staff cost is time at the role's hourly rate on the day. Machine time is not staff time and has no cost.",
    ]
    if staff.uncosted_minutes:
        caveats.append(
            f"{staff.uncosted_minutes:,} minutes of staff time are not costed, because the role had no rate "
            "on the day: the true cost is higher."
        )
    caveats.append("Estimates and commitments are shown apart and are in no total.")
    if any(amount.gross for amount in redress.by_status.values()):
        caveats.append("Redress is a separate ledger and is in no total.")
    return caveats
