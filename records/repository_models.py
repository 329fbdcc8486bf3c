"""The register of repositories: every place or system that papers may lie in, and whether it was searched."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class Repository(Base):
    """One version of what is known of a repository; never changed, only followed by the next version."""

    __tablename__ = "repository"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        CheckConstraint("kind IN ('paper', 'electronic', 'mixed')", name="known_kind"),
        CheckConstraint("outcome IN ('taken-in', 'searched', 'in-part', 'not-yet', 'not-to-be')", name="known_outcome"),
        CheckConstraint(
            "outcome IN ('taken-in', 'searched') OR length(why_not) > 0", name="says_why_it_was_not_searched"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    version: Mapped[int]
    name: Mapped[str]
    # Other names it goes by, one a line: as batches and search records name it.
    known_as: Mapped[str] = mapped_column(Text)
    kind: Mapped[str]
    holder: Mapped[str]
    location: Mapped[str] = mapped_column(Text)
    covers: Mapped[str]
    volume: Mapped[str]
    outcome: Mapped[str]
    why_not: Mapped[str] = mapped_column(Text)
    planned_on: Mapped[date | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def reference(self) -> str:
        """RP and four digits, the same for every version."""
        return f"RP{self.number:04d}"

    @property
    def names(self) -> frozenset[str]:
        """Every name it goes by, in small letters."""
        return frozenset(name_key(each) for each in (self.name, *self.known_as.splitlines()) if each.strip())


def name_key(name: str) -> str:
    """The name as names are compared: small letters, single spaces."""
    return " ".join(name.split()).casefold()
