"""Effort and money: what the response takes.

Money is kept in whole pence and time in whole seconds: SQLite has no decimal numbers, and a float
that is off by a penny is a question at an audit.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class Rate(Base):
    """What an hour of a role costs from a day on, on-costs included."""

    __tablename__ = "rate"
    __table_args__ = (UniqueConstraint("role", "valid_from"), CheckConstraint("hourly_pence > 0", name="hourly"))

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str]
    hourly_pence: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def hourly(self) -> Decimal:
        """Pounds an hour."""
        return Decimal(self.hourly_pence) / 100


class Effort(Base):
    """Time spent on an activity by a role, or elapsed on a machine."""

    __tablename__ = "effort"
    __table_args__ = (CheckConstraint("seconds >= 0 AND items >= 0 AND pages >= 0", name="counts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    role: Mapped[str]
    activity: Mapped[str]
    seconds: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    automatic: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    logged_by: Mapped[str]
    logged_at: Mapped[datetime] = mapped_column(Moment)
    # A wrong entry stays, with the reason it no longer counts.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")

    @property
    def minutes(self) -> Decimal:
        """The time in minutes."""
        return Decimal(self.seconds) / 60


class Spending(Base):
    """Money paid, owed or expected, to a supplier."""

    __tablename__ = "spending"
    __table_args__ = (CheckConstraint("net_pence >= 0 AND vat_pence >= 0", name="amounts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    category: Mapped[str]
    supplier: Mapped[str]
    invoice: Mapped[str] = mapped_column(default="")
    net_pence: Mapped[int] = mapped_column(BigInteger)
    vat_pence: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    logged_by: Mapped[str]
    logged_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")

    @property
    def net(self) -> Decimal:
        """Pounds before VAT."""
        return Decimal(self.net_pence) / 100

    @property
    def vat(self) -> Decimal:
        """The VAT, in pounds."""
        return Decimal(self.vat_pence) / 100

    @property
    def gross(self) -> Decimal:
        """Pounds with VAT."""
        return self.net + self.vat
