"""Reading lists: what a search found, fixed, to be read one by one, and who read what of it and when."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class ReadingList(Base):
    """Records to be read one by one, in an order that does not change."""

    __tablename__ = "reading_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    origin: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    counted_in: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)


class ReadingListItem(Base):
    """One record of the list, at its place."""

    __tablename__ = "reading_list_item"
    __table_args__ = (
        UniqueConstraint("reading_list_id", "position"),
        UniqueConstraint("reading_list_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_list_id: Mapped[int] = mapped_column(ForeignKey("reading_list.id"))
    position: Mapped[int]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)


class Reading(Base):
    """That a person says they read a record of the list; never changed, only followed by another's."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("item_id", "read_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("reading_list_item.id"), index=True)
    read_by: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(Moment)
