"""What a page was read as each time it was read, and the records whose text changed since they were looked through."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment

MACHINE, TRANSCRIPT, SEEN = "machine", "transcript", "seen"


class PageVersion(Base):
    """One reading, transcript or look at a page: never changed, never overwritten, and gone only with the page.

    The page's own row shows the version that stands. A page that was read once has no row here: its first version is
    kept in the moment a second is made.
    """

    __tablename__ = "page_version"
    __table_args__ = (UniqueConstraint("page_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), index=True)
    version: Mapped[int]
    # MACHINE: read by OCR or from the layer; TRANSCRIPT: typed by a person; SEEN: a person said what it is.
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    layer_text: Mapped[str | None] = mapped_column(Text)
    ocr_text: Mapped[str | None] = mapped_column(Text)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    read_by: Mapped[str]
    confidence: Mapped[float | None]
    unread: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    width: Mapped[float] = mapped_column(default=0.0)
    height: Mapped[float] = mapped_column(default=0.0)
    rotation: Mapped[int] = mapped_column(default=0)
    # How the machine was asked to read it, in words; empty for the first reading and for people.
    settings: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
    # Where it was first kept, if that was the same page in another record: a scan, or a part of one.
    origin: Mapped[str] = mapped_column(default="")
    origin_page: Mapped[int | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)


class SuggestNeed(Base):
    """A record whose text changed after it was looked through; it cannot be cleared until it has been again."""

    __tablename__ = "suggest_need"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)
