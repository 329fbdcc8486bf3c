"""Asking: a query in, what it finds for this person out; and the evidence that it was asked."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import IndexNeed, Page, Record, SearchFact
from search import language_fields as fields
from search.analysis import fold
from search.engine import FacetCount, Order, PageHits, Snippet
from search.language import parse_query
from search.language_tree import And, Everything, Not, Or, Query, Text, Word
from search.opening import engine_of
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError

ALL_AT_ONCE = 10_000
# Snippets come from the first pages with a hit: a long record's text is not read to show three lines of it.
PAGES_SHOWN = 3


@dataclass(frozen=True)
class Hit:
    """A record that was found, with where and how it was found."""

    record: Record
    score: float
    pages: Sequence[PageHits] = ()
    snippets: Sequence[Snippet] = ()
    categories: Sequence[str] = ()
    suggested: Sequence[str] = ()


@dataclass(frozen=True)
class Results:
    """What a query found for one person: an exact total, one page of hits, and how all of it divides."""

    query: str
    total: int
    searched: int
    took_ms: float
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[FacetCount]] = field(default_factory=dict)
    spelling: str | None = None


def search(
    archive: Archive,
    session: Session,
    text: str,
    *,
    actor: Actor,
    limit: int = 20,
    offset: int = 0,
    order: Order = Order.RELEVANCE,
) -> Results:
    """What the query finds among the records this actor may see; nothing else leaves a trace.

    Raises:
        InvalidInputError: The query cannot be read; the sentence points at the character.
    """
    require(actor, Permission.SEARCH)
    if not text.strip():
        raise InvalidInputError("There is nothing to search for: type a word, or open the list of records.")
    started = time.perf_counter()
    engine = engine_of(archive)
    compartments = actor.compartments
    hidden = _hidden_since(session, actor)
    query = _without(parse_query(text), hidden)
    found = engine.find(query, compartments=compartments, limit=limit, offset=offset, order=order)
    records = {
        record.id: record
        for record in session.scalars(select(Record).where(Record.id.in_([hit.record_id for hit in found.hits])))
    }
    facts = _facts(session, list(records))
    hits = []
    for hit in found.hits:
        record = records.get(hit.record_id)
        # The index may be a moment behind the database, which alone says what may be seen.
        if record is None or record.compartment not in compartments or record.purged_at:
            continue
        pages = engine.locate(query, record.id, compartments=compartments)
        shown = engine.highlight(
            query, record.id, _texts(session, record, pages[:PAGES_SHOWN]), compartments=compartments
        )
        known = facts.get(record.id, {})
        hits.append(
            Hit(
                record=record,
                score=hit.score,
                pages=pages,
                snippets=shown.snippets,
                categories=known.get("category", []),
                suggested=known.get("suggested", []),
            )
        )
    spelling = engine.suggest_spelling(query, compartments=compartments) if found.total == 0 else None
    return Results(
        query=text,
        total=found.total,
        searched=engine.count(_without(Query("", Everything()), hidden), compartments=compartments),
        took_ms=round((time.perf_counter() - started) * 1000, 1),
        hits=hits,
        facets=found.facets,
        spelling=spelling,
    )


def matching_records(archive: Archive, session: Session, text: str, *, actor: Actor) -> list[Record]:
    """Every record the query finds that this actor may see, in order of date and then of registration."""
    require(actor, Permission.SEARCH)
    query = _without(parse_query(text), _hidden_since(session, actor))
    ids = engine_of(archive).matching(query, compartments=actor.compartments)
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


def _hidden_since(session: Session, actor: Actor) -> list[str]:
    """Records this actor may no longer know of, and which the index, a moment behind, still has as open."""
    query = (
        select(Record.reference)
        .join(IndexNeed, IndexNeed.record_id == Record.id)
        .where(or_(Record.compartment.not_in(actor.compartments), Record.purged_at.is_not(None)))
        .order_by(Record.id)
    )
    return list(session.scalars(query))


def _without(query: Query, references: Sequence[str]) -> Query:
    """The query, with these records left out of everything it counts."""
    if not references:
        return query
    left_out = tuple(Text(Word(fold(reference), exact=True), fields.REFERENCE) for reference in references)
    return Query(query.written, And((query.node, Not(Or(left_out)))))


def _texts(session: Session, record: Record, pages: Sequence[PageHits]) -> list[tuple[int, str]]:
    numbers = [page.number for page in pages]
    rows = session.execute(
        select(Page.number, Page.text)
        .where(Page.record_id == record.id, Page.number.in_(numbers))
        .order_by(Page.number)
    )
    return [(row.number, row.text) for row in rows]


def _facts(session: Session, ids: list[int]) -> dict[int, dict[str, list[str]]]:
    facts: dict[int, dict[str, list[str]]] = {}
    rows = session.scalars(
        select(SearchFact)
        .where(SearchFact.record_id.in_(ids), SearchFact.field.in_(["category", "suggested"]))
        .order_by(SearchFact.id)
    )
    for fact in rows:
        facts.setdefault(fact.record_id, {}).setdefault(fact.field, []).append(fact.value)
    return facts


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
