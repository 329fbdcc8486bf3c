"""Where paper is: places as a tree, what was counted in them, who took what where, and the seals on it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment

SITE, ROOM, BAY, BOX, FILE, VOLUME = "site", "room", "bay", "box", "file", "volume"
# From the widest to the narrowest: a place lies only in a wider one.
KINDS = (SITE, ROOM, BAY, BOX, FILE, VOLUME)


class Place(Base):
    """A site, room, bay, box, file or volume; its row is never deleted, not even when it is lost."""

    __tablename__ = "place"
    __table_args__ = (
        Index("ix_place_box_reference", "reference", unique=True, sqlite_where=text("kind = 'box'")),
        Index("ix_place_parent_kind_reference", "parent_id", "kind", "reference", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    kind: Mapped[str]
    reference: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    dates: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def code(self) -> str:
        """What its barcode says: P and seven digits."""
        return f"P{self.id:07d}"

    @property
    def name(self) -> str:
        """Its kind and reference, as people say it: box 14."""
        return f"{self.kind} {self.reference}"

    @property
    def heading(self) -> str:
        """Its name at the head of something: Box 14."""
        return f"{self.kind.capitalize()} {self.reference}"


class PlaceCount(Base):
    """What somebody counted in a place by hand; the latest one counts, the others are its history."""

    __tablename__ = "place_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    pages: Mapped[int]
    first_folio: Mapped[int | None]
    last_folio: Mapped[int | None]
    counted_by: Mapped[str]
    counted_on: Mapped[date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)


class Placement(Base):
    """That a record is what lies in a place, on these folios; one that was corrected has ended."""

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_standing", "record_id", unique=True, sqlite_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    first_folio: Mapped[int | None]
    last_folio: Mapped[int | None]
    how: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Moment)
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class CopyPlace(Base):
    """Where the paper of a copy was found: one of the places of a record's bytes beside where the record lies."""

    __tablename__ = "copy_place"

    file_id: Mapped[int] = mapped_column(ForeignKey("record_file.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    said_by: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(Moment)


class Movement(Base):
    """That somebody took a place's paper somewhere, and when it came back."""

    __tablename__ = "movement"
    __table_args__ = (Index("ix_movement_out", "place_id", unique=True, sqlite_where=text("returned_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    taken_by: Mapped[str]
    taken_to: Mapped[str]
    purpose: Mapped[str] = mapped_column(Text)
    taken_on: Mapped[date]
    due_on: Mapped[date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    returned_on: Mapped[date | None]
    return_note: Mapped[str] = mapped_column(Text, default="")
    received_by: Mapped[str | None]
    returned_at: Mapped[datetime | None] = mapped_column(Moment)


class Seal(Base):
    """A numbered seal on a place; when it was broken, by whom and why."""

    __tablename__ = "seal"
    __table_args__ = (Index("ix_seal_whole", "place_id", unique=True, sqlite_where=text("broken_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    put_on_by: Mapped[str]
    put_on: Mapped[date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    broken_on: Mapped[date | None]
    broken_by: Mapped[str | None]
    why_broken: Mapped[str] = mapped_column(Text, default="")
    broken_at: Mapped[datetime | None] = mapped_column(Moment)


class BoxList(Base):
    """A box list that was applied: its bytes are in the store, so that who said what a box holds can be shown."""

    __tablename__ = "box_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    applied_by: Mapped[str]
    applied_at: Mapped[datetime] = mapped_column(Moment)
