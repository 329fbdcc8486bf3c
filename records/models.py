"""Records: what is held, page by page, and where each copy of it was found."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

OPEN, RESTRICTED, PRIVILEGED = "open", "restricted", "privileged"
PROPOSED, CONFIRMED, ADDED, REMOVED = "proposed", "confirmed", "added", "removed"
# A name proposed from a text that has since been replaced, and that the text of today does not speak for.
WITHDRAWN = "withdrawn"
NOT_NAMED = (REMOVED, WITHDRAWN)


class Record(Base):
    """One document as it was found: a file, a container, a message, or a part of one."""

    __tablename__ = "record"
    __table_args__ = (
        # What lists are narrowed by and figures are summed from, so that counting all records reads this index alone.
        # No index begins with the compartment: nearly all records lie in one, and SQLite, which keeps no statistics
        # here, would take it to choose a few and go through the records by it, row by row.
        Index(
            "ix_record_counted",
            "batch",
            "compartment",
            "state",
            "unread_pages",
            "page_count",
            "date_from",
            "purged_at",
        ),
        Index("ix_record_state", "state", "compartment"),
        Index("ix_record_parent_id", "parent_id", "compartment", "purged_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    label: Mapped[str]
    record_type: Mapped[str | None]
    date_from: Mapped[date | None] = mapped_column(index=True)
    date_to: Mapped[date | None]
    date_precision: Mapped[str]
    date_evidence: Mapped[str] = mapped_column(default="")
    batch: Mapped[str]
    source: Mapped[str]
    box: Mapped[str] = mapped_column(default="")
    # What a search may filter on; written by whoever marks the record (disclosure.marks).
    compartment: Mapped[str] = mapped_column(default=OPEN)
    state: Mapped[str]
    page_count: Mapped[int]
    unread_pages: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    family_position: Mapped[int] = mapped_column(default=0)
    registered_at: Mapped[datetime] = mapped_column(Moment)
    purged_at: Mapped[datetime | None] = mapped_column(Moment)

    pages: Mapped[list["Page"]] = relationship(order_by="Page.number", viewonly=True)
    files: Mapped[list["RecordFile"]] = relationship(order_by="RecordFile.id", viewonly=True)
    people: Mapped[list["RecordPerson"]] = relationship(order_by="RecordPerson.id", viewonly=True)

    @property
    def sha256(self) -> str:
        """The original's SHA-256."""
        return self.files[0].sha256


class RecordFile(Base):
    """One place the record's bytes were found; the first is the original, the others are its copies."""

    __tablename__ = "record_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    name: Mapped[str]
    path: Mapped[str]
    batch: Mapped[str]
    source: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(Moment)


class Page(Base):
    """One page and the text read from it.

    `read_by` is layer, ocr, both or native where the machine read it, transcript or seen where a person did, and
    none. An unread page says why in `reason`: it is never only empty. `version` is the one of its versions
    (`records.page_models`) that stands.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("record_id", "number"),
        Index("ix_page_read_by", "read_by", "record_id"),
        # The unread pages alone, in the order of their queue and with why: they are few beside those that were read.
        Index("ix_page_unread", "record_id", "number", "reason", "unread", sqlite_where=text("unread IS 1")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    layer_text: Mapped[str | None] = mapped_column(Text)
    # What OCR made of its picture, where the layer was read as well.
    ocr_text: Mapped[str | None] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(default="")
    read_by: Mapped[str]
    confidence: Mapped[float | None]
    unread: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    width: Mapped[float] = mapped_column(default=0.0)
    height: Mapped[float] = mapped_column(default=0.0)
    rotation: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    # What the choice between layer and picture was made by; shares from 0 to 1, none where it was not measured.
    layer_word_share: Mapped[float | None]
    layer_unnamed_share: Mapped[float | None]
    image_share: Mapped[float | None]


class PageWords(Base):
    """Where each word stands on its page, packed: for highlights on the image (`records.words`)."""

    __tablename__ = "page_words"

    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class RecordPerson(Base):
    """A person, home or organisation named in the record: proposed from its text, confirmed, added or removed.

    A name that was removed stays as a row, so that no later reading proposes it again; one withdrawn, because its text
    was replaced, is proposed again when the text says it again.
    """

    __tablename__ = "record_person"
    __table_args__ = (UniqueConstraint("record_id", "kind", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    page: Mapped[int]
    status: Mapped[str] = mapped_column(default=PROPOSED)


class SearchFact(Base):
    """A fact that a higher room pushes down so that search can filter on it."""

    __tablename__ = "search_fact"
    __table_args__ = (
        UniqueConstraint("record_id", "field", "value"),
        Index("ix_search_fact_field_value", "field", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    field: Mapped[str]
    value: Mapped[str]


class IndexNeed(Base):
    """A record whose search entry is out of date, written in the same transaction as the change."""

    __tablename__ = "index_need"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)
