"""Searches that were kept: the terms, each time they were run, and what was new since."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment


class KeptSearch(Base):
    """A search as it was asked: kept so that it can be shown, and run again, and watched.

    `total` and `documents_searched` are the figures of the day it was kept, for whoever kept it.
    """

    __tablename__ = "kept_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    query: Mapped[str] = mapped_column(Text)
    total: Mapped[int]
    documents_searched: Mapped[int]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(Moment)
    watched: Mapped[bool] = mapped_column(default=False)
    # The index it was last compared with for new hits, so that an unchanged one is not searched again.
    compared_with: Mapped[str] = mapped_column(default="")
    # The last event of the audit trail by then, if every record was in the index as the trail tells; how the program
    # read queries and records then (`reading_version`), and the compartments that were open to whoever kept it: none
    # where nothing was asked for them.
    compared_to: Mapped[int | None]
    read_as: Mapped[str | None]
    compared_in: Mapped[str] = mapped_column(default="")
    runs: Mapped[list["KeptSearchRun"]] = relationship(order_by="KeptSearchRun.number", viewonly=True)


class KeptSearchRun(Base):
    """One time a kept search was run: every record it found and every record it was asked of."""

    __tablename__ = "kept_search_run"
    __table_args__ = (UniqueConstraint("kept_search_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_search_id: Mapped[int] = mapped_column(ForeignKey("kept_search.id"), index=True)
    number: Mapped[int]
    run_by: Mapped[str]
    run_at: Mapped[datetime] = mapped_column(Moment)
    language_version: Mapped[str]
    index_generation: Mapped[str]
    # The compartments that were open to whoever ran it: nobody who sees less is shown the run.
    counted_in: Mapped[str]
    found: Mapped[bytes] = mapped_column(LargeBinary)
    searched: Mapped[bytes] = mapped_column(LargeBinary)


class SearchAlert(Base):
    """Records that a watched search finds and did not find before; to be looked at by whoever kept it."""

    __tablename__ = "search_alert"
    __table_args__ = (Index("ix_search_alert_kept_search_id_looked_at", "kept_search_id", "looked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_search_id: Mapped[int] = mapped_column(ForeignKey("kept_search.id"))
    raised_at: Mapped[datetime] = mapped_column(Moment)
    found: Mapped[bytes] = mapped_column(LargeBinary)
    # Those of them that were there and as they are: found because the program reads otherwise than before.
    read_otherwise: Mapped[bytes | None] = mapped_column(LargeBinary)
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_by: Mapped[str] = mapped_column(default="")
