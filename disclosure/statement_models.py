"""Statements to an inquiry: drawn from the register, signed by a second person, sealed; never changed after."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

INTERIM, FINAL = "interim", "final"
DRAFT, SUBMITTED, SIGNED, SEALED, WITHDRAWN = "draft", "submitted", "signed", "sealed", "withdrawn"
UNSEALED = (DRAFT, SUBMITTED, SIGNED)


class Statement(Base):
    """One numbered statement, for one request or for the whole notice; a correction is the next one."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("scope", "label"),
        Index(
            "uq_statement_open", "scope", unique=True, sqlite_where=text("state IN ('draft', 'submitted', 'signed')")
        ),
        CheckConstraint("kind IN ('interim', 'final')", name="known_kind"),
        CheckConstraint("state IN ('draft', 'submitted', 'signed', 'sealed', 'withdrawn')", name="known_state"),
        CheckConstraint("signed_by = '' OR (signed_by <> drawn_by AND signed_by <> made_by)", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The request's reference, or nothing for the whole notice.
    scope: Mapped[str]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    kind: Mapped[str]
    label: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"))
    state: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    # What was drawn, and the end of the audit trail at that moment.
    facts: Mapped[str] = mapped_column(Text)
    facts_sha256: Mapped[str]
    drawn_by: Mapped[str]
    as_of: Mapped[datetime] = mapped_column(Moment)
    audit_sequence: Mapped[int]
    audit_hash: Mapped[str]
    submitted_by: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    returned: Mapped[str] = mapped_column(Text, default="")
    signed_by: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    signatory: Mapped[str] = mapped_column(default="")
    office: Mapped[str] = mapped_column(default="")
    # What had changed in the register since it was drawn, and was signed all the same: told in the statement.
    acknowledged: Mapped[str] = mapped_column(Text, default="")
    sealed_by: Mapped[str] = mapped_column(default="")
    sealed_at: Mapped[datetime | None] = mapped_column(Moment)
    sha256: Mapped[str] = mapped_column(default="")
    word_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
    texts: Mapped[list["StatementText"]] = relationship(order_by="StatementText.subject", viewonly=True)
    hands: Mapped[list["StatementHand"]] = relationship(order_by="StatementHand.name", viewonly=True)

    @property
    def reference(self) -> str:
        """DS and four digits."""
        return f"DS{self.id:04d}"

    @property
    def title(self) -> str:
        """What it is called in a letter."""
        return f"{self.label} search and disclosure statement"


class StatementText(Base):
    """What a person wrote in a statement: on a section, or why something in it is as it is."""

    __tablename__ = "statement_text"

    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(Moment)


class StatementHand(Base):
    """Somebody who ever drew a statement, wrote in it or submitted it, and so never signs it; rows only come."""

    __tablename__ = "statement_hand"

    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
