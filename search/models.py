"""Searches that were kept: the terms, the day and what they found."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class KeptSearch(Base):
    """A search as it was run: kept so that it can be shown what was asked and what was found."""

    __tablename__ = "kept_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    query: Mapped[str] = mapped_column(Text)
    total: Mapped[int]
    documents_searched: Mapped[int]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(Moment)
