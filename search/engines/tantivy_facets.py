"""Hits in order and facets in full from one generation of Tantivy's index, and from several put together."""

from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from search import language_fields as fields
from search.engine import FACETS, FacetCount, Hit, Order
from search.engines.facet_counts import shown_counts
from search.engines.tantivy_files import View, count_of
from search.engines.tantivy_schema import BY_REFERENCE, DECADES, ID, NEWEST, OLDEST, YEARS, facet_field

_EVERY_VALUE = 10_000_000
_USUAL_VALUES = 2_000
_SPANS = {fields.YEAR: YEARS, fields.DECADE: DECADES}
_COLUMNS = {
    Order.OLDEST: (OLDEST, tantivy.Order.Asc),
    Order.NEWEST: (NEWEST, tantivy.Order.Desc),
    Order.REFERENCE: (BY_REFERENCE, tantivy.Order.Asc),
}
_BY_ID = (ID, tantivy.Order.Asc)

Ranked = tuple[Any, Hit]
"""A hit and what it is put in order by, the least first."""


def ranked_hits(
    view: View, query: tantivy.Query, order: Order, *, wanted: int, scored: bool
) -> tuple[int, list[Ranked]]:
    """How many there are, and at least the first so many of them."""
    if order is Order.RELEVANCE and scored:
        return _by_score(view, query, wanted)
    column, direction = _COLUMNS.get(order, _BY_ID)
    found: Any = view.searcher.search(query, limit=max(wanted, 1), order_by_field=column, order=direction)
    addresses = [address for _, address in found.hits]
    ids = _ids(view, addresses)
    keys = [-key if direction is tantivy.Order.Desc else key for key, _ in found.hits]
    return int(found.count), [(key, Hit(i, 0.0)) for key, i in zip(keys, ids, strict=True)]


def _by_score(view: View, query: tantivy.Query, wanted: int) -> tuple[int, list[Ranked]]:
    limit = max(wanted, 1) + 1
    while True:
        found: Any = view.searcher.search(query, limit=limit)
        scores = [score for score, _ in found.hits]
        # Equals are put in order by number, so all that equal the last one wanted must be there.
        if len(scores) < limit or wanted <= 0 or scores[-1] < scores[wanted - 1]:
            break
        limit *= 8
    ids = _ids(view, [address for _, address in found.hits])
    hits = (Hit(i, float(score)) for score, i in zip(scores, ids, strict=True))
    return int(found.count), [((-hit.score, hit.record_id), hit) for hit in hits]


def _ids(view: View, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value or 0) for value in view.searcher.fast_field_values(ID, addresses)]


def every_id(view: View, query: tantivy.Query) -> list[int]:
    """The record id of every document that the query matches, in no order."""
    count = count_of(view.searcher, query)
    if not count:
        return []
    unscored = tantivy.Query.const_score_query(query, 0.0)
    return _ids(view, [address for _, address in view.searcher.search(unscored, limit=count, count=False).hits])


def count_facets(asked: Sequence[tuple[View, tantivy.Query]]) -> dict[str, tuple[FacetCount, ...]]:
    """For each facet its values and how many of the documents found have them."""
    counts = _counted(asked, FACETS, _USUAL_VALUES)
    # One that was cut off is counted again in full: values that are compared alike have to be put together.
    cut = [name for name in FACETS if len(counts[name]) >= _USUAL_VALUES]
    if cut:
        counts.update(_counted(asked, cut, _EVERY_VALUE))
    return {name: shown_counts(name, counts[name]) for name in FACETS}


def _counted(asked: Sequence[tuple[View, tantivy.Query]], names: Iterable[str], size: int) -> dict[str, dict[str, int]]:
    wanted = {
        name: {"terms": {"field": _SPANS.get(name) or facet_field(name), "size": size, "segment_size": _EVERY_VALUE}}
        for name in names
    }
    counts: dict[str, dict[str, int]] = {name: {} for name in wanted}
    for view, query in asked:
        for name, found in view.searcher.aggregate(query, wanted).items():
            for bucket in found["buckets"]:
                value = f"{int(bucket['key']):04}" if name in _SPANS else str(bucket["key"])
                counts[name][value] = counts[name].get(value, 0) + int(bucket["doc_count"])
    return counts
