"""One person's view of the index: every question goes through it, so that none forgets who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import IndexNeed, Record
from search import language_fields as fields
from search.analysis import fold
from search.engine import EVERY_DOCUMENT, Found, Order, PageHits, SearchEngine
from search.language_tree import And, Asked, Node, Not, Or, Query, Text, Word, meaning
from search.misplaced import asks_of_origin, misplaced, with_origins
from search.opening import engine_of, is_behind, refuse_if_lost
from store.archive import Archive

# From those that wait, however many are held: asked by a join, SQLite goes through all records first.
_HIDDEN = (
    select(Record.id, Record.reference)
    .where(
        Record.id.in_(select(IndexNeed.record_id)),
        or_(Record.compartment.not_in(bindparam("compartments", expanding=True)), Record.purged_at.is_not(None)),
    )
    .order_by(Record.id)
)


@dataclass(frozen=True)
class Asking:
    """Who asks, and of which archive. Only what this actor may see exists in any answer."""

    archive: Archive
    session: Session
    actor: Actor

    @property
    def engine(self) -> SearchEngine:
        """The archive's engine."""
        return engine_of(self.archive)

    def find(self, query: Asked, *, limit: int, offset: int = 0, order: Order = Order.RELEVANCE) -> Found:
        """What the query finds: the exact number, one page of hits, the facets of all."""
        without = frozenset(record_id for record_id, _ in self._hidden)
        found = self.engine.find(
            self._seen(query),
            compartments=self.actor.compartments,
            limit=limit,
            offset=offset,
            order=order,
            without=without,
        )
        if not found.total:
            refuse_if_lost(self.session, self.engine)
        if self._misplaced and not asks_of_origin(meaning(query)):
            seen = self._seen(query, placed=True)
            placed = self.engine.find(seen, compartments=self.actor.compartments, limit=1, without=without).facets
            found = replace(found, facets=with_origins(found.facets, placed))
        return found

    def count(self, query: Asked) -> int:
        """How many records the query finds."""
        number = self.engine.count(self._seen(query), compartments=self.actor.compartments)
        if not number:
            refuse_if_lost(self.session, self.engine)
        return number

    def matching(self, query: Asked) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""
        ids = self.engine.matching(self._seen(query), compartments=self.actor.compartments)
        if not ids:
            refuse_if_lost(self.session, self.engine)
        return ids

    def locate(self, query: Asked, record_ids: Iterable[int]) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand."""
        return self.engine.locate(query, record_ids, compartments=self.actor.compartments)

    def spelling(self, query: Query) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better."""
        among = self._seen(EVERY_DOCUMENT, placed=True)
        return self.engine.suggest_spelling(query, compartments=self.actor.compartments, among=among)

    def _seen(self, query: Asked, *, placed: bool = False) -> Node:
        """The query among what may be seen.

        Where it asks where that was handed over, or that is counted (`placed`), what the index misplaces is left out.
        """
        node = meaning(query)
        hidden = [*self._hidden, *(self._misplaced if placed or asks_of_origin(node) else ())]
        if not hidden:
            return node
        left_out = tuple(Text(Word(fold(each), exact=True), fields.REFERENCE) for _, each in hidden)
        return And((node, Not(Or(left_out))))

    @cached_property
    def _is_behind(self) -> bool:
        """Nearly always no record waits to be indexed, and there is nothing more to ask."""
        return is_behind(self.session)

    @cached_property
    def _misplaced(self) -> Sequence[tuple[int, str]]:
        return misplaced(self.session, actor=self.actor) if self._is_behind else ()

    @cached_property
    def _hidden(self) -> Sequence[tuple[int, str]]:
        """Records this actor may no longer know of, and which the index, a moment behind, still has as open.

        Each by its id and its reference.
        """
        if not self._is_behind:
            return ()
        rows = self.session.execute(_HIDDEN, {"compartments": sorted(self.actor.compartments)})
        return [(record_id, reference) for record_id, reference in rows]
