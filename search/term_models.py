"""Term reports: a list of terms, each version of it as it was run, and what each term found."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment


class TermReport(Base):
    """A list of terms that is run, changed and run again; each time is a version of its own."""

    __tablename__ = "term_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    versions: Mapped[list["TermReportVersion"]] = relationship(order_by="TermReportVersion.version", viewonly=True)


class TermReportVersion(Base):
    """The list as it was run once, in what, and everything needed to count it again for any reader.

    The columns of bytes are lists of equal length, one place a record that was open to whoever ran it:
    its id, its parent's id (0 without one), its unread pages, its flags and its categories as bits.
    """

    __tablename__ = "term_report_version"
    __table_args__ = (UniqueConstraint("term_report_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_report_id: Mapped[int] = mapped_column(ForeignKey("term_report.id"), index=True)
    version: Mapped[int]
    scope_query: Mapped[str] = mapped_column(Text)
    scope_batch: Mapped[str]
    scope_from: Mapped[date | None]
    scope_to: Mapped[date | None]
    run_by: Mapped[str]
    run_at: Mapped[datetime] = mapped_column(Moment)
    seconds: Mapped[float]
    language_version: Mapped[str]
    index_generation: Mapped[str]
    counted_in: Mapped[str]
    categories: Mapped[str] = mapped_column(Text)
    # Read only where figures are counted: a list of versions needs none of them.
    not_indexed: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    quarantined_in: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    records: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    parents: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    unread_pages: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    flags: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    category_bits: Mapped[bytes] = mapped_column(LargeBinary, deferred_group="counted", deferred=True)
    report: Mapped[TermReport] = relationship(viewonly=True)
    results: Mapped[list["TermResult"]] = relationship(order_by="TermResult.position", viewonly=True)


class TermResult(Base):
    """What one term found in the scope: each record and how many of its pages have a hit."""

    __tablename__ = "term_result"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("term_report_version.id"), index=True)
    position: Mapped[int]
    line: Mapped[int]
    term: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    found: Mapped[bytes] = mapped_column(LargeBinary)
    pages: Mapped[bytes] = mapped_column(LargeBinary)
