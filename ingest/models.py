"""Batches, runs and items: the arithmetic of what was found."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment

FOUND, STORED, REGISTERED, DUPLICATE, QUARANTINED = "found", "stored", "registered", "duplicate", "quarantined"
ENDED = (REGISTERED, DUPLICATE, QUARANTINED)


class Batch(Base):
    """What was handed over together and where it came from."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
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


class Item(Base):
    """One file met: loose on disk, a container, a member of one, an attachment.

    In exactly one state: found, stored, or one of the three it ends in (registered, duplicate,
    quarantined). `found = registered + duplicates + quarantined` once the run has finished.
    """

    __tablename__ = "ingest_item"
    __table_args__ = (Index("ix_ingest_item_run_id_state", "run_id", "state"),)

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
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    size: Mapped[int] = mapped_column(default=0)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    pages: Mapped[int] = mapped_column(default=0)
    ocr_pages: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
