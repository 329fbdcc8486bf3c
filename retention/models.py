"""The notice, what was suggested under it, what people decided, and what is held."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

PROVISIONAL, CATEGORY, PLACED = "provisional", "category", "placed"
OPEN, CONFIRMED, REJECTED, ADDED = "open", "confirmed", "rejected", "added"


class Notice(Base):
    """A retention notice as it was recorded; a later version of its file is a new row."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("reference", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    inquiry: Mapped[str]
    title: Mapped[str]
    dated: Mapped[date]
    age_bound: Mapped[int]
    status: Mapped[str] = mapped_column(index=True)
    file_sha256: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    categories: Mapped[list["NoticeCategory"]] = relationship(order_by="NoticeCategory.position", lazy="selectin")


class NoticeCategory(Base):
    """One category of a notice."""

    __tablename__ = "notice_category"
    __table_args__ = (UniqueConstraint("notice_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    scope: Mapped[str] = mapped_column(Text)
    paragraphs: Mapped[str]


class Suggestion(Base):
    """What the system proposes for a record, open until a person decides."""

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("record_id", "notice_id", "category"),
        # Those of one record, which by the status alone SQLite would look for among all that are open.
        Index("ix_suggestion_status", "status", "record_id", "strength"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    category: Mapped[str] = mapped_column(index=True)
    strength: Mapped[float]
    strength_word: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(default=OPEN)
    made_at: Mapped[datetime] = mapped_column(Moment)
    evidence: Mapped[list["SuggestionEvidence"]] = relationship(order_by="SuggestionEvidence.id", lazy="selectin")


# The queue of those still to decide, in its order.
Index("ix_suggestion_queue", Suggestion.status, Suggestion.strength.desc(), Suggestion.record_id)


class SuggestionEvidence(Base):
    """The words, and where they stand, that a suggestion rests on."""

    __tablename__ = "suggestion_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """A person's decision on one category of one record; never changed, only followed by a later one."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    category: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    basis: Mapped[str]
    paragraph: Mapped[str] = mapped_column(default="")
    substantiated: Mapped[str] = mapped_column(default="unknown")
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(Moment)


class Hold(Base):
    """A reason these bytes, and the record read from them, may not be destroyed."""

    __tablename__ = "hold"
    __table_args__ = (
        Index("ix_hold_open", "sha256", sqlite_where=text("released_at IS NULL")),
        CheckConstraint("kind IN ('provisional', 'category', 'placed')", name="known_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    protection_id: Mapped[int] = mapped_column(ForeignKey("file_protection.id"), unique=True)
    kind: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Moment)
    released_at: Mapped[datetime | None] = mapped_column(Moment)


class HoldRelease(Base):
    """Two people's decision that one hold may end; the database refuses to end it without."""

    __tablename__ = "hold_release"
    __table_args__ = (
        CheckConstraint("given_by <> second_reader AND length(reason) > 0", name="two_people_and_a_reason"),
    )

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True)
    given_by: Mapped[str]
    second_reader: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Moment)


class Clearance(Base):
    """The decision, by two people, that a record is outside every active notice."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("given_by <> second_reader AND length(reason) > 0", name="two_people_and_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    notices: Mapped[str]
    given_by: Mapped[str]
    second_reader: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Moment)


class DisposalObjection(Base):
    """A higher room's reason that a record may not be disposed of now: a request, the police, a request for access."""

    __tablename__ = "disposal_objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    holder: Mapped[str]
    reason: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class DisposalCheck(Base):
    """The answer of one independent check each time disposal was asked for; kept for ever."""

    __tablename__ = "disposal_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    name: Mapped[str]
    answer: Mapped[str]
    detail: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Moment)
