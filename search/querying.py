"""Asking: a query in, what it finds for this person out; and the evidence that it was asked."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Record
from search.asking import Asking
from search.engine import FacetCount, Found, Order
from search.families import find_families
from search.hits import Hit, hits_of, visible_hits
from search.language import parse_query
from search.language_tree import Everything
from search.meant import Meant, what_was_meant
from search.narrowing import EVERYTHING, FACETS, Chosen, Facet, counted, whole_query
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError

ALL_AT_ONCE = 10_000


@dataclass(frozen=True)
class Results:
    """What a query found for one person: an exact total, one page of hits, and how all of it divides.

    `query` is all that was asked, what was chosen included. Of a facet that narrows, the counts are those that there
    would be without it: so that it can be seen what another of its values would bring.
    """

    query: str
    total: int
    searched: int
    took_ms: float
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[FacetCount]] = field(default_factory=dict)
    meant: Sequence[Meant] = ()
    families: int | None = None
    """How many families what was found is in, where it was asked for family by family."""


def search(
    archive: Archive,
    session: Session,
    text: str,
    *,
    actor: Actor,
    chosen: Chosen | None = None,
    limit: int = 20,
    offset: int = 0,
    order: Order = Order.RELEVANCE,
    by_family: bool = False,
) -> Results:
    """What the query, narrowed by what was chosen, finds among the records this actor may see.

    Nothing else leaves a trace. Asked for by family, one hit stands for each: its best or first in the order.

    Raises:
        InvalidInputError: The query cannot be read; the sentence points at the character.
    """
    require(actor, Permission.SEARCH)
    chosen = {name: values for name, values in (chosen or {}).items() if values}
    asked = Asking(archive, session, actor)
    if not text.strip() and not chosen:
        raise InvalidInputError("There is nothing to search for: type a word, or open the list of records.")
    started = time.perf_counter()
    if text.strip():
        parse_query(text)  # A mistake is pointed at where it was written, before anything is put round it.
    written = whole_query(text, chosen)
    query = parse_query(written)
    families: int | None = None
    if by_family:
        found, families = find_families(asked, query, limit=limit, offset=offset, order=order)
    else:
        found = asked.find(query, limit=limit, offset=offset, order=order)
    return Results(
        query=written,
        total=found.total,
        searched=asked.count(Everything()),
        hits=hits_of(asked, query, found.hits),
        facets={facet.name: _counts(asked, text, chosen, facet, found) for facet in FACETS},
        meant=what_was_meant(asked, written, found.total),
        families=families,
        took_ms=round((time.perf_counter() - started) * 1000, 1),
    )


def _counts(asked: Asking, text: str, chosen: Chosen, facet: Facet, found: Found) -> Sequence[FacetCount]:
    if facet.name in chosen:
        others = {name: values for name, values in chosen.items() if name != facet.name}
        query = parse_query(whole_query(text, others) or EVERYTHING)
        found = asked.find(query, limit=1)
    return counted(facet, found, chosen.get(facet.name, ()))


@dataclass(frozen=True)
class Around:
    """Which of so many hits one is, and the records before and after it."""

    total: int
    before: Record | None
    after: Record | None


def around_hit(
    archive: Archive,
    session: Session,
    text: str,
    *,
    actor: Actor,
    position: int,
    record: Record,
    chosen: Chosen | None = None,
    order: Order = Order.RELEVANCE,
    by_family: bool = False,
) -> Around | None:
    """What stands before and after the record in what a query finds; None where the record no longer stands there."""
    require(actor, Permission.SEARCH)
    asked = Asking(archive, session, actor)
    query = parse_query(whole_query(text, chosen or {}))
    offset = max(position - 2, 0)
    if by_family:
        found, total = find_families(asked, query, limit=3, offset=offset, order=order)
    else:
        found = asked.find(query, limit=3, offset=offset, order=order)
        total = found.total
    records = visible_hits(session, [hit.record_id for hit in found.hits], actor)
    standing = {offset + place: records.get(hit.record_id) for place, hit in enumerate(found.hits, start=1)}
    here = standing.get(position)
    if here is None or here.id != record.id:
        return None
    return Around(total, standing.get(position - 1), standing.get(position + 1))


def matching_records(archive: Archive, session: Session, text: str, *, actor: Actor) -> list[Record]:
    """Every record the query finds that this actor may see, in order of date and then of registration."""
    require(actor, Permission.SEARCH)
    asked = Asking(archive, session, actor)
    ids = asked.matching(parse_query(text))
    found: list[Record] = []
    for start in range(0, len(ids), ALL_AT_ONCE):
        found.extend(
            session.scalars(
                select(Record).where(
                    Record.id.in_(ids[start : start + ALL_AT_ONCE]),
                    Record.compartment.in_(actor.compartments),
                    Record.purged_at.is_(None),
                )
            )
        )
    return sorted(found, key=lambda record: (record.date_from is None, str(record.date_from), record.id))


def log_search(archive: Archive, results: Results, *, actor: Actor) -> None:
    """That it was asked, and what it found, is in the audit trail."""
    with archive.writing() as session:
        audit.record(
            session,
            AuditAction.SEARCHED,
            actor=actor.name,
            subject="search",
            detail={"query": results.query, "total": results.total, "searched": results.searched},
        )
