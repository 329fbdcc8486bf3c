"""Running a list of terms: what each finds in the scope, page by page, and all that its figures are counted from."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest.models import QUARANTINED, Batch, Item, Run
from records.families import ids_inside
from records.models import Record, RecordFile, SearchFact
from retention.notices import categories
from search.engine import SearchEngine
from search.language import parse_query
from search.language_tree import Dated, Everything, Node, Query, Undated
from search.misplaced import asks_of_origin, misplaced
from search.narrowing import BATCHES, filter_of, grouped
from search.opening import engine_of, refuse_if_lost
from search.packing import Numbers
from search.sight import compartments_of, only_visible
from search.term_lists import Term
from store.archive import Archive
from store.errors import InvalidInputError, RefusedError

IN_SCOPE, UNDATED = 1, 2
PAGE_ROOM = 1 << 20
"""Above any page number: a page with a hit is kept as its record's id times this, and its number."""
TRIES = 3


@dataclass(frozen=True)
class Scope:
    """In what the terms are looked for: what a query finds, one batch, records of some days; or everything."""

    query: str = ""
    batch: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def words(self) -> str:
        """The scope as people read it."""
        parts = [
            f"records found by {self.query}" if self.query else "",
            f"the batch {self.batch}" if self.batch else "",
            f"dated from {self.first:%-d %B %Y}" if self.first else "",
            f"dated until {self.last:%-d %B %Y}" if self.last else "",
        ]
        return "; ".join(part for part in parts if part) or "the whole archive"

    def around(self, term: str) -> str:
        """The term, in this scope, as one query: what it finds now."""
        parts = [grouped(term)]
        if self.query:
            parts.append(grouped(self.query))
        if self.batch:
            parts.append(filter_of(BATCHES, [self.batch]))
        if self.first or self.last:
            parts.append(f"date:{self.first or ''}..{self.last or ''}")
        return term if len(parts) == 1 else " AND ".join(parts)


@dataclass(frozen=True)
class Universe:
    """Every record that was open to whoever ran it, in order of id, with what is counted of each."""

    records: Numbers
    parents: Numbers
    unread_pages: Numbers
    flags: Numbers
    category_bits: Numbers
    categories: tuple[str, ...]
    not_indexed: Numbers
    quarantined_in: Numbers


@dataclass(frozen=True)
class Found:
    """What one term found: record ids in order, and the pages with a hit as `PAGE_ROOM` says."""

    term: Term
    records: Numbers
    pages: Numbers


@dataclass(frozen=True)
class Ran:
    """One whole run over one unchanging index."""

    scope: Scope
    universe: Universe
    found: Sequence[Found]
    index_generation: str
    counted_in: str
    seconds: float


def check_scope(scope: Scope) -> None:
    """Returns only if the scope can be read.

    Raises:
        InvalidInputError: Its query cannot be read, or its days are the wrong way round.
    """
    if scope.query.strip():
        parse_query(scope.query)
    if scope.first and scope.last and scope.last < scope.first:
        raise InvalidInputError("The scope ends before it begins: change one of its two days.")


def run_terms(
    archive: Archive, terms: Sequence[Term], scope: Scope, *, actor: Actor, progress: Callable[[int, int], None]
) -> Ran:
    """Every term is asked of one and the same index, among the records this actor may see.

    Raises:
        RefusedError: The index was changed again and again while the terms were run.
        DamagedError: The index has lost what it had.
    """
    require(actor, Permission.SEARCH)
    check_scope(scope)
    engine = engine_of(archive)
    started = time.monotonic()
    for _ in range(TRIES):
        generation = engine.generation
        with archive.reading() as session:
            refuse_if_lost(session, engine)
            unplaced = np.array([number for number, _ in misplaced(session, actor=actor)], dtype=np.int64)
            universe = _universe(session, engine, scope, actor, unplaced)
        in_scope = universe.records[(universe.flags & IN_SCOPE) > 0]
        found = []
        for done, term in enumerate(terms):
            progress(done, len(terms))
            found.append(_find(engine, term, in_scope, actor, unplaced))
        progress(len(terms), len(terms))
        # Two terms asked of two different indexes could not be compared with each other.
        if engine.generation == generation:
            return Ran(scope, universe, found, generation, compartments_of(actor), time.monotonic() - started)
    raise RefusedError(
        "Records were being taken in or changed while the terms were run, so their figures would not fit together: "
        "run the report again when that has finished."
    )


def _find(engine: SearchEngine, term: Term, in_scope: Numbers, actor: Actor, unplaced: Numbers) -> Found:
    query = parse_query(term.text)
    records = only_visible(_matching(engine, query.node, actor, unplaced), in_scope)
    located = engine.locate(query, records.tolist(), compartments=actor.compartments)
    pages = [record * PAGE_ROOM + page.number for record in records.tolist() for page in located.get(record, ())]
    return Found(term, records, np.array(pages, dtype=np.int64))


def _universe(session: Session, engine: SearchEngine, scope: Scope, actor: Actor, unplaced: Numbers) -> Universe:
    rows = session.execute(
        select(Record.id, Record.parent_id, Record.unread_pages, Record.batch)
        .where(Record.compartment.in_(actor.compartments), Record.purged_at.is_(None))
        .order_by(Record.id)
    ).all()
    held = np.array([row.id for row in rows], dtype=np.int64)
    indexed = _matching(engine, Everything(), actor, unplaced)
    there = np.isin(held, indexed)
    records = held[there]
    codes = tuple(each.code for each in categories(session))
    return Universe(
        records=records,
        parents=np.array([row.parent_id or 0 for row in rows], dtype=np.int64)[there],
        unread_pages=np.array([row.unread_pages for row in rows], dtype=np.int64)[there],
        flags=_flags(session, engine, scope, records, actor, unplaced),
        category_bits=_category_bits(session, records, codes),
        categories=codes,
        not_indexed=held[~there],
        quarantined_in=_quarantined(session, scope),
    )


def _matching(engine: SearchEngine, node: Node, actor: Actor, unplaced: Numbers) -> Numbers:
    found = np.array(engine.matching(Query("", node), compartments=actor.compartments), dtype=np.int64)
    return np.setdiff1d(found, unplaced) if asks_of_origin(node) else found


def _flags(
    session: Session, engine: SearchEngine, scope: Scope, records: Numbers, actor: Actor, unplaced: Numbers
) -> Numbers:
    inside = np.ones(len(records), dtype=np.bool_)
    if scope.query.strip():
        inside &= np.isin(records, _matching(engine, parse_query(scope.query).node, actor, unplaced))
    if scope.batch:
        query = select(Record.id).where(
            Record.compartment.in_(actor.compartments),
            or_(
                Record.batch == scope.batch,
                Record.id.in_(select(RecordFile.record_id).where(RecordFile.batch == scope.batch)),
            ),
        )
        came = list(session.scalars(query))
        # What lies inside a copy came with it, though it is unpacked only once. `batch:` tells everybody the same and
        # so leaves out what an open record has from a container that is not; whoever may see both has it counted.
        came += ids_inside(session, came, compartments=actor.compartments)
        inside &= np.isin(records, np.array(came, dtype=np.int64))
    undated = np.zeros(len(records), dtype=np.bool_)
    if scope.first or scope.last:
        undated = inside & np.isin(records, _matching(engine, Undated(), actor, unplaced))
        inside &= np.isin(records, _matching(engine, Dated(scope.first, scope.last), actor, unplaced))
    return inside.astype(np.int64) * IN_SCOPE + undated.astype(np.int64) * UNDATED


def _category_bits(session: Session, records: Numbers, codes: Sequence[str]) -> Numbers:
    """One bit a category, set where the record has it, decided or still suggested, as in a search by category."""
    bits = np.zeros(len(records), dtype=np.int64)
    for place, code in enumerate(codes):
        query = select(SearchFact.record_id).where(
            SearchFact.field.in_(["category", "suggested"]), SearchFact.value == code
        )
        bits[np.isin(records, np.fromiter(session.scalars(query), dtype=np.int64))] |= 1 << place
    return bits


def _quarantined(session: Session, scope: Scope) -> Numbers:
    """For each file in quarantine the record of the container it lies in, or 0: it is in no search.

    Of a file that nobody could open neither date nor words are known, so only the batch narrows them.
    """
    from_batch = select(Item).where(Item.state == QUARANTINED).order_by(Item.id)
    if scope.batch:
        from_batch = (
            from_batch.join(Run, Run.id == Item.run_id)
            .join(Batch, Batch.id == Run.batch_id)
            .where(Batch.name == scope.batch)
        )
    found = []
    for item in session.scalars(from_batch):
        above = session.get(Item, item.parent_id) if item.parent_id else None
        while above is not None and above.record_id is None and above.parent_id:
            above = session.get(Item, above.parent_id)
        found.append(above.record_id or 0 if above is not None else 0)
    return np.array(found, dtype=np.int64)
