"""Asking: a query in, what it finds for this person out; and the evidence that it was asked."""

import time
from collections.abc import Iterator, Mapping, Sequence
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
from search.unheld import Unheld, values_nobody_has
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import InvalidInputError

ALL_AT_ONCE = 10_000
LISTED_AT_ONCE = 1_000
# How far from where a record stood it is looked for first.
REACH = 25


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
    unheld: Sequence[Unheld] = ()
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
        unheld=values_nobody_has(asked, query),
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
    """Where a record stands in what is found, from 1, and the records before and after it with their places.

    The place is 0 where the record is no longer found, because of what was decided on it; after it stands then
    whatever has taken its place.
    """

    total: int
    position: int
    before: Record | None
    after: Record | None
    after_position: int


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
) -> Around:
    """What stands before and after the record in what a query finds, wherever it stands by now.

    Decisions change what is found, so the record is looked for about its place first, and then everywhere.
    """
    require(actor, Permission.SEARCH)
    asked = Asking(archive, session, actor)
    query = parse_query(whole_query(text, chosen or {}))

    def ranked(offset: int, limit: int) -> tuple[list[int], int]:
        if by_family:
            found, total = find_families(asked, query, limit=limit, offset=offset, order=order)
        else:
            found = asked.find(query, limit=limit, offset=offset, order=order)
            total = found.total
        return [hit.record_id for hit in found.hits], total

    offset = max(position - 1 - REACH, 0)
    ids, total = ranked(offset, 2 * REACH + 2)
    if record.id not in ids and total > len(ids):
        offset, (ids, total) = 0, ranked(0, ALL_AT_ONCE)
    if record.id in ids:
        here = ids.index(record.id)
        before, after, standing = ids[max(here - 1, 0) : here], ids[here + 1 : here + 2], offset + here + 1
    else:
        here = position - 1 - offset
        before, after, standing = ids[max(here - 1, 0) : max(here, 0)], ids[max(here, 0) :][:1], 0
    known = visible_hits(session, [*before, *after], actor)
    return Around(
        total=total,
        position=standing,
        before=known.get(before[0]) if before else None,
        after=known.get(after[0]) if after else None,
        after_position=standing + 1 if standing else position,
    )


def matching_records(archive: Archive, session: Session, text: str, *, actor: Actor) -> list[Record]:
    """Every record the query finds that this actor may see, in order of date and then of registration."""
    return list(each_matching(archive, session, text, actor=actor))


def each_matching(archive: Archive, session: Session, text: str, *, actor: Actor) -> Iterator[Record]:
    """The same, however many, some in memory at a time."""
    require(actor, Permission.SEARCH)
    ids = Asking(archive, session, actor).matching(parse_query(text))
    ordered: list[tuple[bool, str, int]] = []
    for some in chunks(ids, ALL_AT_ONCE):
        rows = session.execute(
            select(Record.id, Record.date_from).where(
                Record.id.in_(some), Record.compartment.in_(actor.compartments), Record.purged_at.is_(None)
            )
        )
        ordered.extend((row.date_from is None, str(row.date_from), row.id) for row in rows)
    ordered.sort()
    for part in chunks(ordered, LISTED_AT_ONCE):
        wanted = [record_id for _, _, record_id in part]
        known = {record.id: record for record in session.scalars(select(Record).where(Record.id.in_(wanted)))}
        yield from (known[each] for each in wanted)


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
