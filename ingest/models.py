"""Batches, runs and items: the arithmetic of what was found."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment

FOUND, STORED, REGISTERED, DUPLICATE, QUARANTINED = "found", "stored", "registered", "duplicate", "quarantined"
# Not taken in, because a person cancelled the run before its turn came.
CANCELLED = "cancelled"
# A folder that could not be opened, and was when it was tried again: what lies in it has items of its own, so that it
# counts among what was found no more than any other folder.
OPENED = "opened"
ENDED = (REGISTERED, DUPLICATE, QUARANTINED, CANCELLED, OPENED)
PAUSE, CANCEL = "pause", "cancel"


class Batch(Base):
    """What was handed over together and where it came from."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    # Who kept the papers before they were handed over, where anybody said so.
    custodian: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)


class Run(Base):
    """One taking-in of paths into a batch; an unfinished one is gone on with, never begun again."""

    __tablename__ = "ingest_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    paths: Mapped[str] = mapped_column(Text)
    source: Mapped[str]
    listed: Mapped[bool] = mapped_column(default=False)
    started_by: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    seconds: Mapped[float] = mapped_column(default=0.0)
    # How far the listing is: the number of the path it is under, and the last thing met there.
    listed_root: Mapped[int] = mapped_column(default=0)
    listed_to: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    # "", or what a person asked of it and whoever is at work obeys: "pause" or "cancel".
    stop: Mapped[str] = mapped_column(default="")
    stop_by: Mapped[str] = mapped_column(default="")
    stop_at: Mapped[datetime | None] = mapped_column(Moment)
    # Limits of its own, as a retry may ask for; the settings' where there are none.
    page_seconds: Mapped[int | None]
    file_seconds: Mapped[int | None]
    memory_mb: Mapped[int | None]

    @property
    def is_paused(self) -> bool:
        """Whether a person asked it to wait, and it has not finished."""
        return self.stop == PAUSE and self.finished_at is None

    @property
    def is_cancelled(self) -> bool:
        """Whether a person ended it before its end."""
        return self.stop == CANCEL and self.finished_at is not None


class Item(Base):
    """One file met: loose on disk, a container, a member of one, an attachment.

    In exactly one state: found, stored, or one of those it ends in (registered, duplicate, quarantined,
    cancelled; opened, of a folder). Once the run has finished, found is the sum of the first four.
    """

    __tablename__ = "ingest_item"
    __table_args__ = (
        # All that is counted, so that counting a million items reads this index alone.
        Index("ix_ingest_item_counted", "run_id", "state", "reason_code", "scanned", "pages", "ocr_pages"),
        Index("ix_ingest_item_run_id_ended_at", "run_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("ingest_run.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ingest_item.id"), index=True)
    # Its place in its container, from 1; 0 for a loose file.
    position: Mapped[int] = mapped_column(default=0)
    # Where it was found, as the person gave it; a member's is its container's with "!/" and its own.
    path: Mapped[str]
    name: Mapped[str]
    # Bytes, because a file name need not be text; empty for a member.
    disk_path: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    state: Mapped[str]
    reason_code: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    # What its bytes showed it to be, where they were looked at.
    media_type: Mapped[str] = mapped_column(default="")
    # Whether a virus scanner looked at its bytes before anything else did.
    scanned: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    size: Mapped[int] = mapped_column(default=0)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    pages: Mapped[int] = mapped_column(default=0)
    ocr_pages: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
