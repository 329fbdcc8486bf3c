"""What people corrected about a record, each correction beside what stood before."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base, Moment


class Correction(Base):
    """One correction by a person; never changed, only followed by a later one.

    `before` of the first on a field is what was proposed when the record was registered.
    """

    __tablename__ = "record_correction"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    field: Mapped[str]
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    corrected_by: Mapped[str]
    corrected_at: Mapped[datetime] = mapped_column(Moment)
