"""Institutional failings with their evidence, and risks to people now."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment


class Failing(Base):
    """Where the institution fell short: what should have happened, what did, and how it is known."""

    __tablename__ = "failing"
    __table_args__ = (
        CheckConstraint("certainty IN ('established', 'probable', 'possible')", name="known_certainty"),
        CheckConstraint("status IN ('draft', 'legal-reviewed', 'accepted')", name="known_status"),
        # Who accepts is never who added: the database says so too, whichever program writes.
        CheckConstraint(
            "status <> 'accepted' OR (accepted_by IS NOT NULL AND accepted_by <> added_by)", name="two_people"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[str]
    body: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date | None]
    should_have_happened: Mapped[str] = mapped_column(Text)
    policy_then: Mapped[str] = mapped_column(Text)
    did_happen: Mapped[str] = mapped_column(Text)
    certainty: Mapped[str]
    owner: Mapped[str]
    action: Mapped[str] = mapped_column(Text)
    action_due: Mapped[date | None]
    status: Mapped[str] = mapped_column(index=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    evidence: Mapped[list["FailingEvidence"]] = relationship(order_by="FailingEvidence.id", lazy="selectin")


class FailingEvidence(Base):
    """The record and page a failing rests on."""

    __tablename__ = "failing_evidence"
    __table_args__ = (UniqueConstraint("failing_id", "record_id", "page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    failing_id: Mapped[int] = mapped_column(ForeignKey("failing.id"), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    page: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")


class FailingRevision(Base):
    """What one text of a failing said before it was changed: the wording of an admission has a history."""

    __tablename__ = "failing_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    failing_id: Mapped[int] = mapped_column(ForeignKey("failing.id"), index=True)
    field: Mapped[str]
    before: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class Escalation(Base):
    """A child or person at risk now: who must be told, by when, and that it was done."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    page: Mapped[int | None]
    kind: Mapped[str]
    facts: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    raised_by: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[str] = mapped_column(default="")
    tellings: Mapped[list["EscalationTelling"]] = relationship(order_by="EscalationTelling.id", lazy="selectin")

    @property
    def untold(self) -> list[str]:
        """Who must still be told."""
        return [telling.body for telling in self.tellings if telling.told_at is None]

    @property
    def tell(self) -> str:
        """Everyone who must be told, told already or not."""
        return "; ".join(telling.body for telling in self.tellings)


class EscalationTelling(Base):
    """One body that must be told of an escalation, each on its own: the police are not told by telling the MASH."""

    __tablename__ = "escalation_telling"
    __table_args__ = (UniqueConstraint("escalation_id", "body"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    body: Mapped[str]
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    whom: Mapped[str] = mapped_column(Text, default="")
    told_by: Mapped[str] = mapped_column(default="")
