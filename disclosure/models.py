"""What leaves the house: marks, relevance, document numbers and bundles."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment


class Mark(Base):
    """A legal user's mark on a record: privileged or restricted, until it is lifted."""

    __tablename__ = "mark"
    __table_args__ = (
        Index("uq_mark_open", "record_id", "kind", unique=True, sqlite_where=text("lifted_at IS NULL")),
        CheckConstraint("kind IN ('privileged', 'restricted')", name="known_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    marked_by: Mapped[str]
    marked_at: Mapped[datetime] = mapped_column(Moment)
    lifted_by: Mapped[str | None]
    lifted_reason: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)


class Relevance(Base):
    """Whether the inquiry would wish to be given the record: a different question from retention."""

    __tablename__ = "relevance"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    answer: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(Moment)


class RelevanceParagraph(Base):
    """A paragraph of a request that the record answers, as one answer on relevance says."""

    __tablename__ = "relevance_paragraph"

    relevance_id: Mapped[int] = mapped_column(ForeignKey("relevance.id"), primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("request_paragraph.id"), primary_key=True, index=True)


class DocumentNumber(Base):
    """The number a record has under a prefix: given once, in order, never reused."""

    __tablename__ = "document_number"
    __table_args__ = (UniqueConstraint("prefix", "number"), UniqueConstraint("prefix", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str]
    number: Mapped[int]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    allocated_at: Mapped[datetime] = mapped_column(Moment)


class Bundle(Base):
    """A bundle as it was built; the file it names never changes."""

    __tablename__ = "bundle"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    prefix: Mapped[str]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    pages: Mapped[int]
    built_by: Mapped[str]
    built_at: Mapped[datetime] = mapped_column(Moment)
    verified: Mapped[bool]
    documents: Mapped[list["BundleDocument"]] = relationship(order_by="BundleDocument.position", lazy="selectin")


class BundleDocument(Base):
    """One record in a bundle, at its place."""

    __tablename__ = "bundle_document"
    __table_args__ = (UniqueConstraint("bundle_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), index=True)
    position: Mapped[int]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    label: Mapped[str]
    first_page: Mapped[int]
    page_count: Mapped[int]
