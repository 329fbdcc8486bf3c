"""How a batch was scanned, and the hashes its supplier gave: kept as they were told, never changed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class ScanCapture(Base):
    """Who scanned what with what, and how it was checked; a later word on the same files stands before it."""

    __tablename__ = "scan_capture"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    # Which files of the batch it is about: `*` is all of them.
    pattern: Mapped[str]
    operator: Mapped[str]
    device: Mapped[str]
    software: Mapped[str] = mapped_column(default="")
    dpi: Mapped[int | None]
    colour: Mapped[str] = mapped_column(default="")
    sides: Mapped[str] = mapped_column(default="")
    scanned_from: Mapped[date | None]
    scanned_to: Mapped[date | None]
    sheets: Mapped[int | None]
    original: Mapped[str] = mapped_column(Text, default="")
    checked_by: Mapped[str] = mapped_column(default="")
    checked_on: Mapped[date | None]
    sample_size: Mapped[int | None]
    sample_faults: Mapped[int | None]
    result: Mapped[str]
    exceptions: Mapped[str] = mapped_column(Text, default="")
    # Where it was told: by hand, or the name and hash of the file it came in.
    told_in: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)


class DeliveredHash(Base):
    """The SHA-256 that came with a delivery for one of its files."""

    __tablename__ = "delivered_hash"
    __table_args__ = (UniqueConstraint("batch_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    path: Mapped[str]
    sha256: Mapped[str]
    list_sha256: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
