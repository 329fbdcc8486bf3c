"""How far the inquiry's paragraphs were searched, for whoever answers for it and reads no file: no record is counted.

It says what the signed search records say of themselves, as the statements to the inquiry do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from access.policy import SYSTEM, Actor, Permission, require
from inquiry.models import Request, RequestParagraph
from inquiry.requests import all_requests
from search.record_models import SearchRecord
from search.search_record_list import latest_records, signed_records

WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ParagraphSearched:
    """A paragraph with the signed searches made for it, and the number of those recorded but not signed."""

    paragraph: RequestParagraph
    signed: Sequence[SearchRecord]
    drafts: int


@dataclass(frozen=True)
class RequestSearched:
    """A request that stands, paragraph by paragraph."""

    request: Request
    paragraphs: Sequence[ParagraphSearched]


@dataclass(frozen=True)
class SearchesMade:
    """Every request that was not withdrawn, and the signed searches with what each left out."""

    requests: Sequence[RequestSearched]
    signed: Sequence[SearchRecord]

    @property
    def paragraphs(self) -> int:
        """How many paragraphs the inquiry asks."""
        return sum(len(each.paragraphs) for each in self.requests)

    @property
    def searched(self) -> int:
        """Those with at least one signed search."""
        return sum(bool(paragraph.signed) for each in self.requests for paragraph in each.paragraphs)


def searches_made(session: Session, *, actor: Actor) -> SearchesMade:
    """What was searched for each paragraph, whoever recorded it: for whoever may read the statements it goes into."""
    require(actor, Permission.STATEMENTS_READ)
    signed = signed_records(session, actor=SYSTEM)
    drafts = [each for each in latest_records(session, actor=SYSTEM) if each.signed_at is None]
    return SearchesMade(
        [
            RequestSearched(
                request,
                [
                    ParagraphSearched(paragraph, _made_for(signed, paragraph), len(_made_for(drafts, paragraph)))
                    for paragraph in request.paragraphs
                ],
            )
            for request in all_requests(session)
            if request.status != WITHDRAWN
        ],
        signed,
    )


def _made_for(records: Sequence[SearchRecord], paragraph: RequestParagraph) -> list[SearchRecord]:
    return [record for record in records if any(each.id == paragraph.id for each in record.paragraphs)]
