"""Which pages are meant when many are to be read again: of a record, or unread for a reason, of a batch or a kind."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest.rendering import has_page_pictures
from records.models import Page, Record
from records.register import find_record
from records.same_pages import is_read_in_a_part
from records.unread import UnreadFilter, fits
from store.errors import InvalidInputError

KINDS = {"application/pdf": "PDF", "image/": "Pictures: TIFF, JPEG and others"}


@dataclass(frozen=True)
class Which:
    """The pages that are meant; an empty part narrows nothing, but one of the first three must narrow something.

    `reason` is why they are unread (`records.unread.REASONS`), `kind` the beginning of the file's media type.
    """

    record: str = ""
    batch: str = ""
    reason: str = ""
    kind: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Which":
        """What `to_dict` described."""
        return cls(**values)


@dataclass(frozen=True)
class WantedPage:
    """A page to be read again, and how it is turned as it is shown now."""

    record: str
    number: int
    rotation: int


def pages_meant(session: Session, which: Which, *, actor: Actor) -> list[WantedPage]:
    """The pages that have a picture and that this actor may see, in order, each once.

    Raises:
        InvalidInputError: Nothing narrows them: that would be every page of the archive.
        NotFoundError: There is no such record.
    """
    if not (which.record or which.batch or which.reason):
        raise InvalidInputError("No page was read again: say of which record or batch, or unread for which reason.")
    query = select(Record.reference, Page.number, Page.rotation).join(Page, Page.record_id == Record.id)
    query = query.where(Record.compartment.in_(actor.compartments), Record.purged_at.is_(None))
    if which.record:
        query = query.where(Record.id == find_record(session, which.record, actor=actor).id)
    else:
        query = query.where(~is_read_in_a_part())
    if which.batch:
        query = query.where(Record.batch == which.batch)
    if which.reason:
        query = query.where(*fits(UnreadFilter(which.reason)))
    kinds = [kind for kind in session.scalars(select(Record.media_type).distinct()) if has_page_pictures(kind)]
    query = query.where(Record.media_type.in_([kind for kind in kinds if kind.startswith(which.kind)]))
    return [WantedPage(*row) for row in session.execute(query.order_by(Record.id, Page.number))]
