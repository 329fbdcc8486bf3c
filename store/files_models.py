"""The rows beside the bytes: what is stored, what may not go, and what was cleared to go."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class StoredFile(Base):
    """Bytes held once, however many items carry them."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    md5: Mapped[str]
    size: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class FileProtection(Base):
    """These bytes may not go, and why: written by whoever needs them kept."""

    __tablename__ = "file_protection"
    __table_args__ = (
        Index(
            "uq_file_protection_open",
            "sha256",
            "holder",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    holder: Mapped[str]
    reason: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)


class ProtectionRelease(Base):
    """Two people's decision that one protection may be lifted; without it the database refuses to lift."""

    __tablename__ = "protection_release"
    __table_args__ = (
        CheckConstraint("given_by <> second_reader AND length(reason) > 0", name="two_people_and_a_reason"),
    )

    protection_id: Mapped[int] = mapped_column(ForeignKey("file_protection.id"), primary_key=True)
    given_by: Mapped[str]
    second_reader: Mapped[str]
    reason: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(Moment)


class FileClearance(Base):
    """A recorded decision that these bytes may go; the absence of a protection is never one."""

    __tablename__ = "file_clearance"
    __table_args__ = (
        CheckConstraint("given_by <> second_reader AND length(reason) > 0", name="two_people_and_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    given_by: Mapped[str]
    second_reader: Mapped[str]
    reason: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(Moment)
