"""Hits in order and facets in full from one generation of Tantivy's index, and from several put together."""

from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from search import language_fields as fields
from search.engine import FACETS, FacetCount, Hit, Order
from search.engines.facet_counts import shown_counts
from search.engines.tantivy_files import View, count_of
from search.engines.tantivy_schema import BY_REFERENCE, DECADES, ID, NEWEST, OLDEST, YEARS, facet_field, of_ids

_EVERY_VALUE = 10_000_000
_USUAL_VALUES = 2_000
_SPANS = {fields.YEAR: YEARS, fields.DECADE: DECADES}
_COLUMNS = {
    Order.OLDEST: (OLDEST, tantivy.Order.Asc),
    Order.NEWEST: (NEWEST, tantivy.Order.Desc),
    Order.REFERENCE: (BY_REFERENCE, tantivy.Order.Asc),
}
_BY_ID = (ID, tantivy.Order.Asc)

_TOTAL = "total"
_SCORE_DIGITS = 4
"""Scores that differ by less are one: the same sum comes out a little different in another order."""
_TIED_AT_MOST = 2_000
_LOOKED_AT = 512

Ranked = tuple[Any, Hit]
"""A hit and what it is put in order by, the least first."""


def ranked_hits(view: View, query: tantivy.Query, order: Order, *, wanted: int, scored: bool) -> list[Ranked]:
    """At least the first so many of the documents that the query matches."""
    if wanted <= 0:
        return []
    if order is Order.RELEVANCE and scored:
        return _by_score(view, query, wanted)
    column, direction = _COLUMNS.get(order, _BY_ID)
    found = view.searcher.search(query, limit=wanted, count=False, order_by_field=column, order=direction)
    ids = _ids(view, [address for _, address in found.hits])
    keys = [-key if direction is tantivy.Order.Desc else key for key, _ in found.hits]
    return [(key, Hit(i, 0.0)) for key, i in zip(keys, ids, strict=True)]


def _by_score(view: View, query: tantivy.Query, wanted: int) -> list[Ranked]:
    """The best, and of those that equal the last of them the ones with the lowest numbers."""
    found: list[tuple[int, float]] = []
    least = 0.0
    for limit in (wanted + 1, (wanted + 1) * 8, _TIED_AT_MOST + wanted):
        found = _scored(view, query, limit)
        least = found[wanted - 1][1] if len(found) >= wanted else 0.0
        # Equals are put in order by number, so all that equal the last one wanted must be there.
        if len(found) < limit or found[-1][1] < least:
            break
    else:
        better = [hit for hit in found if hit[1] > least]
        found = [*better, *_first_with_score(view, query, least, wanted - len(better))]
    return [((-score, number), Hit(number, score)) for number, score in found]


def _scored(view: View, query: tantivy.Query, limit: int) -> list[tuple[int, float]]:
    """The numbers and scores of the best, in order of their scores."""
    hits = view.searcher.search(query, limit=limit, count=False).hits
    scores = [round(float(score), _SCORE_DIGITS) for score, _ in hits]
    return list(zip(_ids(view, [address for _, address in hits]), scores, strict=True))


def _first_with_score(view: View, query: tantivy.Query, score: float, wanted: int) -> list[tuple[int, float]]:
    """The lowest numbers that have this score, which very many have: what matches is gone through by number."""
    found: list[tuple[int, float]] = []
    offset, size = 0, _LOOKED_AT
    while len(found) < wanted:
        next_ones = view.searcher.search(
            query, limit=size, offset=offset, count=False, order_by_field=ID, order=tantivy.Order.Asc
        ).hits
        if not next_ones:
            break
        these = of_ids(view.schema, [number for number, _ in next_ones])
        only = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, these)])
        found += sorted(hit for hit in _scored(view, only, size) if hit[1] == score)
        offset, size = offset + size, size * 4
    return found[:wanted]


def _ids(view: View, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value or 0) for value in view.searcher.fast_field_values(ID, addresses)]


def every_id(view: View, query: tantivy.Query) -> list[int]:
    """The record id of every document that the query matches, in no order."""
    count = count_of(view.searcher, query)
    if not count:
        return []
    unscored = tantivy.Query.const_score_query(query, 0.0)
    return _ids(view, [address for _, address in view.searcher.search(unscored, limit=count, count=False).hits])


def count_facets(asked: Sequence[tuple[View, tantivy.Query]]) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
    """How many documents are found, and for each facet its values and how many of the documents have them."""
    total, counts = _counted(asked, FACETS, _USUAL_VALUES)
    # One that was cut off is counted again in full: values that are compared alike have to be put together.
    cut = [name for name in FACETS if len(counts[name]) >= _USUAL_VALUES]
    if cut:
        counts.update(_counted(asked, cut, _EVERY_VALUE)[1])
    return total, {name: shown_counts(name, counts[name]) for name in FACETS}


def _counted(
    asked: Sequence[tuple[View, tantivy.Query]], names: Iterable[str], size: int
) -> tuple[int, dict[str, dict[str, int]]]:
    wanted: dict[str, Any] = {
        name: {"terms": {"field": _SPANS.get(name) or facet_field(name), "size": size, "segment_size": _EVERY_VALUE}}
        for name in names
    }
    counts: dict[str, dict[str, int]] = {name: {} for name in wanted}
    total = 0
    for view, query in asked:
        answer = view.searcher.aggregate(query, {**wanted, _TOTAL: {"value_count": {"field": ID}}})
        total += int(answer.pop(_TOTAL)["value"])
        for name, found in answer.items():
            for bucket in found["buckets"]:
                value = f"{int(bucket['key']):04}" if name in _SPANS else str(bucket["key"])
                counts[name][value] = counts[name].get(value, 0) + int(bucket["doc_count"])
    return total, counts
