"""Finding search records: one by its number, all of them, those of a paragraph, and those a statement cites."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from inquiry.models import Request
from search.record_models import SearchRecord
from search.sight import may_be_told
from store.errors import NotFoundError


def find_record_of_search(
    session: Session, reference: str, version: int | None = None, *, actor: Actor
) -> SearchRecord:
    """The version of the search record, or its latest.

    Raises:
        NotFoundError: There is none that this person may be told of.
    """
    known = [each for each in versions_of_record(session, reference, actor=actor) if version in (None, each.version)]
    if not known:
        raise NotFoundError(f"There is no search record {reference}: choose one from the list of search records.")
    return known[-1]


def versions_of_record(session: Session, reference: str, *, actor: Actor) -> list[SearchRecord]:
    """Every version of the search record that this person may be told of, the first one first."""
    require(actor, Permission.SEARCH)
    digits = reference.strip().upper().removeprefix("SR")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        return []
    query = select(SearchRecord).where(SearchRecord.number == int(digits)).order_by(SearchRecord.version)
    return [each for each in session.scalars(query) if may_be_told(each.counted_in, actor)]


def latest_records(session: Session, *, actor: Actor) -> list[SearchRecord]:
    """The latest version of every search record this person may be told of, in order of number."""
    require(actor, Permission.SEARCH)
    query = select(SearchRecord).order_by(SearchRecord.number, SearchRecord.version)
    latest = {each.number: each for each in session.scalars(query) if may_be_told(each.counted_in, actor)}
    return list(latest.values())


def signed_records(session: Session, *, actor: Actor, request: Request | None = None) -> list[SearchRecord]:
    """What a disclosure statement cites: the latest signed version of each search, in order.

    In the order of the requests' paragraphs they were made for, then of their numbers; those made for no
    paragraph come last. With a request, only those made for one of its paragraphs.
    """
    require(actor, Permission.SEARCH)
    query = select(SearchRecord).where(SearchRecord.signed_at.is_not(None))
    rows = session.scalars(query.order_by(SearchRecord.number, SearchRecord.version))
    latest = {each.number: each for each in rows if may_be_told(each.counted_in, actor)}
    requests = {each.id: each for each in session.scalars(select(Request))}

    def place(record: SearchRecord) -> tuple[object, ...]:
        made_for = sorted(
            (requests[each.request_id].received, requests[each.request_id].id, each.position)
            for each in record.paragraphs
            if request is None or each.request_id == request.id
        )
        return (not made_for, made_for[:1], record.number)

    kept = [
        each
        for each in latest.values()
        if request is None or any(paragraph.request_id == request.id for paragraph in each.paragraphs)
    ]
    return sorted(kept, key=place)


def records_for(session: Session, paragraphs: Sequence[int], *, actor: Actor) -> dict[int, list[SearchRecord]]:
    """For each of these paragraphs the latest version of every search made for it."""
    found: dict[int, list[SearchRecord]] = {each: [] for each in paragraphs}
    for record in latest_records(session, actor=actor):
        for paragraph in record.paragraphs:
            if paragraph.id in found:
                found[paragraph.id].append(record)
    return found
