"""The lines of the cost report: roles, activities and categories, never persons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from costs.money import Amount

ZERO = Decimal("0.00")
CAVEAT = "These figures manage the response and answer questions about it. They are not precise for accounting."


@dataclass(frozen=True)
class StaffLine:
    """The staff time of one role or activity.

    `cost` covers the costed seconds alone; `uncosted_seconds` are those of days before the role's first rate.
    """

    code: str
    label: str
    seconds: int = 0
    uncosted_seconds: int = 0
    items: int = 0
    pages: int = 0
    cost: Decimal = ZERO

    @property
    def minutes(self) -> int:
        """The time in minutes; staff time is logged in whole minutes."""
        return self.seconds // 60

    @property
    def uncosted_minutes(self) -> int:
        """The minutes that no rate covers: not costed, which is not the same as free."""
        return self.uncosted_seconds // 60

    @property
    def is_wholly_uncosted(self) -> bool:
        """There is time here and no rate for any of it: its cost is unknown, and must not be shown as nothing."""
        return 0 < self.seconds == self.uncosted_seconds


@dataclass(frozen=True)
class MachineLine:
    """What the system did and how long it took; it has no staff cost."""

    code: str
    label: str
    seconds: int
    items: int
    pages: int


@dataclass(frozen=True)
class MoneyLine:
    """The money of one category, or of all: spent, and apart from it what is only expected."""

    code: str
    label: str
    by_status: Mapping[str, Amount]

    @property
    def spent(self) -> Amount:
        """Invoiced and paid."""
        return self.of("invoiced") + self.of("paid")

    def of(self, status: str) -> Amount:
        """The amount that has this status."""
        return self.by_status.get(status, Amount())


@dataclass(frozen=True)
class MonthLine:
    """One calendar month; months in which nothing was logged are there too."""

    month: date
    seconds: int
    uncosted_seconds: int
    staff_cost: Decimal
    money: MoneyLine
    cumulative: Decimal
    groups: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        """Staff time in minutes."""
        return self.seconds // 60

    @property
    def uncosted_minutes(self) -> int:
        """The minutes that no rate covers."""
        return self.uncosted_seconds // 60

    @property
    def cost(self) -> Decimal:
        """Staff cost and what was spent, net of VAT."""
        return self.staff_cost + self.money.spent.net


@dataclass(frozen=True)
class UnitCosts:
    """What each document and page held has cost from the start until the end of the report.

    None where nothing is held, or where nothing was spent or costed: an unknown cost is not zero.
    """

    cost: Decimal
    documents: int
    pages: int
    per_document: Decimal | None
    per_page: Decimal | None


@dataclass(frozen=True)
class CostReport:
    """What the response takes: every breakdown of it adds up to the same totals, to the penny."""

    from_month: date | None
    to_month: date | None
    months: list[MonthLine]
    activities: list[StaffLine]
    roles: list[StaffLine]
    categories: list[MoneyLine]
    redress: MoneyLine
    machine: list[MachineLine]
    staff: StaffLine
    money: MoneyLine
    units: UnitCosts
    caveats: list[str]

    @property
    def total_net(self) -> Decimal:
        """Staff cost and what was spent, net of VAT."""
        return self.staff.cost + self.money.spent.net

    @property
    def total_gross(self) -> Decimal:
        """Staff cost, which carries no VAT, and what was spent with its VAT."""
        return self.staff.cost + self.money.spent.gross
