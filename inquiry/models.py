"""What an inquiry asks, and by when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment


class Request(Base):
    """One request of the inquiry: a rule 9 letter, a section 21 notice, a direction."""

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    received: Mapped[date]
    due: Mapped[date]
    status: Mapped[str] = mapped_column(index=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)
    paragraphs: Mapped[list["RequestParagraph"]] = relationship(order_by="RequestParagraph.position", lazy="selectin")


class RequestParagraph(Base):
    """One numbered paragraph of a request, answered on its own."""

    __tablename__ = "request_paragraph"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    position: Mapped[int]
    number: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
