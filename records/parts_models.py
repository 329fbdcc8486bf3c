"""Compound scans split into parts: every page of the whole in one part, or left out by name."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

PART, SEPARATOR, BLANK = "part", "separator", "blank"
LEFT_OUT = (SEPARATOR, BLANK)
# The compartment of the parts of a split that was undone: nobody's, so they leave no trace anywhere.
UNDONE = "undone"
BY_HAND, BY_SEPARATORS = "by hand", "by separators"


class Split(Base):
    """That a record was split, how and by whom; undone, it stays as history."""

    __tablename__ = "split"
    __table_args__ = (Index("ix_split_standing", "record_id", unique=True, sqlite_where=text("undone_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    how: Mapped[str]
    # How it is known that the parts look exactly like the pages of the whole.
    proof: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    undone_by: Mapped[str | None]
    undone_reason: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    pages: Mapped[list["SplitPage"]] = relationship(order_by="SplitPage.number")


class SplitPage(Base):
    """One page of the whole: which page of which part it is, or why it is in none. One row a page: never two."""

    __tablename__ = "split_page"
    __table_args__ = (
        UniqueConstraint("split_id", "number"),
        UniqueConstraint("part_id", "part_page"),
        CheckConstraint("(standing = 'part') = (part_id IS NOT NULL)", name="in_a_part_or_not"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("split.id"))
    number: Mapped[int]
    standing: Mapped[str]
    part_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    part_page: Mapped[int | None]
