"""Search records: what was searched, how, by whom and with what result; drafts until they are signed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inquiry.models import RequestParagraph
from search.term_models import TermReportVersion
from store.database import Base, Moment

TERM, MANUAL, PHYSICAL, OTHER = "term", "manual", "physical", "other"
ARCHIVE, PLACE, SYSTEM = "archive", "place", "system"


class SearchRecord(Base):
    """One version of a numbered record of one search; once signed it is never changed, only superseded."""

    __tablename__ = "search_record"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        Index("uq_search_record_draft", "number", unique=True, sqlite_where=text("signed_at IS NULL")),
        CheckConstraint("method IN ('term', 'manual', 'physical', 'other')", name="known_method"),
        CheckConstraint("kind_of_place IN ('archive', 'place', 'system')", name="known_place"),
        CheckConstraint("second_reader <> signed_by OR second_reader = ''", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)
    version: Mapped[int]
    kind_of_place: Mapped[str]
    repository: Mapped[str]
    method: Mapped[str]
    how: Mapped[str] = mapped_column(Text)
    term_version_id: Mapped[int | None] = mapped_column(ForeignKey("term_report_version.id"), index=True)
    covers_from: Mapped[date | None]
    covers_to: Mapped[date | None]
    custodians: Mapped[str] = mapped_column(Text)
    searched_by: Mapped[str]
    searched_from: Mapped[date | None]
    searched_to: Mapped[date | None]
    counted_as: Mapped[str]
    # What a person counted outside the archive; inside it the lists below are counted.
    hits: Mapped[int | None]
    reviewed: Mapped[int | None]
    responsive: Mapped[int | None]
    unreadable: Mapped[int | None]
    not_reviewed: Mapped[str] = mapped_column(Text)
    nothing_found: Mapped[str] = mapped_column(Text)
    limits: Mapped[str] = mapped_column(Text)
    not_searched: Mapped[str] = mapped_column(Text)
    why_new: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    counted_in: Mapped[str]
    # Of the term report, as they stood when it was signed: record ids.
    hit_records: Mapped[bytes | None] = mapped_column(LargeBinary)
    reviewed_records: Mapped[bytes | None] = mapped_column(LargeBinary)
    responsive_records: Mapped[bytes | None] = mapped_column(LargeBinary)
    # For each paragraph it was made for, by its id: the records that were decided to answer it, as JSON.
    answered_records: Mapped[str | None] = mapped_column(Text)
    # For each paragraph in the same way: the records that were decided on, either way, since it was asked.
    weighed_records: Mapped[str | None] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    sha256: Mapped[str] = mapped_column(default="")
    second_reader: Mapped[str] = mapped_column(default="")
    second_at: Mapped[datetime | None] = mapped_column(Moment)
    term_version: Mapped[TermReportVersion | None] = relationship(viewonly=True)
    paragraphs: Mapped[list[RequestParagraph]] = relationship(
        secondary="search_record_paragraph", order_by=RequestParagraph.id, viewonly=True
    )

    @property
    def reference(self) -> str:
        """SR and six digits, the same for every version."""
        return f"SR{self.number:06d}"


class SearchRecordParagraph(Base):
    """A paragraph of a request that the search was made for."""

    __tablename__ = "search_record_paragraph"

    search_record_id: Mapped[int] = mapped_column(ForeignKey("search_record.id"), primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("request_paragraph.id"), primary_key=True, index=True)
