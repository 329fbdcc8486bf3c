"""Which records are alike, page by page; what a person said of it; and how far the comparing is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

SAME, VERSION, CONTAINED, SHARED = "same", "version", "contained", "shared"
NOT_ALIKE, ALIKE_AFTER_ALL = "not-alike", "alike"


class Comparison(Base):
    """How far a record has been compared with the others.

    It is signed once its pages can be found by others, and compared once it has been held against all that were
    signed. A page with few letters is not compared; nor is one all of whose sketch is common.
    """

    __tablename__ = "comparison"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    pages: Mapped[int] = mapped_column(default=0)
    comparable_pages: Mapped[int] = mapped_column(default=0)
    shingles: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime] = mapped_column(Moment)
    compared_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class Likeness(Base):
    """Two records that are alike. It decides nothing: it is shown to whoever may see both.

    The first is the one registered first. Where one is contained in the other, `inner_id` says which.
    """

    __tablename__ = "likeness"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="one_row_a_pair"),
        CheckConstraint("kind IN ('same', 'version', 'contained', 'shared')", name="known_kind"),
        CheckConstraint("(kind = 'contained') = (inner_id IS NOT NULL)", name="which_is_contained"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    kind: Mapped[str]
    inner_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    similarity: Mapped[float]
    changed_places: Mapped[int] = mapped_column(default=0)
    found_at: Mapped[datetime] = mapped_column(Moment)
    pages: Mapped[list["LikenessPage"]] = relationship(
        order_by="LikenessPage.first_page, LikenessPage.second_page", cascade="all, delete-orphan"
    )


class LikenessPage(Base):
    """Two pages that are alike."""

    __tablename__ = "likeness_page"

    likeness_id: Mapped[int] = mapped_column(ForeignKey("likeness.id"), primary_key=True)
    first_page: Mapped[int] = mapped_column(primary_key=True)
    second_page: Mapped[int] = mapped_column(primary_key=True)
    similarity: Mapped[float]


class LikenessAnswer(Base):
    """What a person said of two records that were found alike; the latest stands, none is ever changed."""

    __tablename__ = "likeness_answer"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="one_way_round"),
        CheckConstraint("answer IN ('not-alike', 'alike')", name="known_answer"),
        CheckConstraint("length(reason) > 0", name="has_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    answer: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(Moment)
