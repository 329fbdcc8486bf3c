"""What is no longer held: lost, destroyed, stolen, never made, or past reading."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class KnownLoss(Base):
    """Paper or a record that is known to be gone, with how that is known; found again, it says so."""

    __tablename__ = "known_loss"
    __table_args__ = (CheckConstraint("length(what) > 0 AND length(evidence) > 0", name="says_what_and_how"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    nature: Mapped[str]
    # In words, because it is often known only as "about 1999".
    happened: Mapped[str] = mapped_column(default="")
    known_on: Mapped[date]
    known_by: Mapped[str]
    evidence: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text, default="")
    search_made: Mapped[str] = mapped_column(Text, default="")
    substitutes: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    found_on: Mapped[date | None]
    found_where: Mapped[str] = mapped_column(Text, default="")
    found_recorded_by: Mapped[str | None]
    found_at: Mapped[datetime | None] = mapped_column(Moment)
