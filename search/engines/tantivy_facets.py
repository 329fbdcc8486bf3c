"""Hits in order and facets in full from one generation of Tantivy's index, and from several put together."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any

import tantivy

from search import language_fields as fields
from search.engine import FACETS, FacetCount, Hit, Order
from search.engines.facet_counts import shown_counts
from search.engines.tantivy_files import View, count_of
from search.engines.tantivy_schema import BY_REFERENCE, DECADES, ID, LARGEST_ID, NEWEST, OLDEST, YEARS, facet_field
from search.language_tree import Fuzzy, Text, Wildcard
from search.marking import is_one_word, leaves

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
_LOOKED_AT = 2_048
_DEAR_TO_ASK_AGAIN = 20_000
"""Of so many hits, to compare the places of their words anew costs more than to read some thousand scores."""

Ranked = tuple[Any, Hit]
"""A hit and what it is put in order by, the least first."""


def ranked_hits(
    view: View, query: tantivy.Query, order: Order, *, wanted: int, total: int, parts: Sequence[Text]
) -> list[Ranked]:
    """At least the first `wanted` of the documents that the query matches, at most `total`.

    `parts` are what it scores.
    """
    if wanted <= 0:
        return []
    if order is Order.RELEVANCE and parts:
        return _by_score(view, query, wanted, _limits(wanted, total, parts))
    column, direction = _COLUMNS.get(order, _BY_ID)
    found = view.searcher.search(query, limit=wanted, count=False, order_by_field=column, order=direction)
    ids = _ids(view, [address for _, address in found.hits])
    keys = [-key if direction is tantivy.Order.Desc else key for key, _ in found.hits]
    return [(key, Hit(i, 0.0)) for key, i in zip(keys, ids, strict=True)]


def _limits(wanted: int, total: int, parts: Sequence[Text]) -> list[int]:
    """How many of the best are asked for, until all that equal the last one wanted are among them.

    More at once where asking again costs more than reading them: all that a pattern matches score the same, and for
    phrases and distances the places of the words are compared anew.
    """
    limits = [wanted + 1, (wanted + 1) * 8, _TIED_AT_MOST + wanted]
    if any(isinstance(leaf, Wildcard | Fuzzy) for part in parts for leaf in leaves(part.placed)):
        return limits[2:]
    if all(is_one_word(part.placed) for part in parts):
        return limits
    return limits[2:] if total > _DEAR_TO_ASK_AGAIN else limits[1:]


def _by_score(view: View, query: tantivy.Query, wanted: int, limits: Sequence[int]) -> list[Ranked]:
    """The best, and of those that equal the last of them the ones with the lowest numbers."""
    hits: list[tuple[Any, tantivy.DocAddress]] = []
    least, are_all = 0.0, False
    for limit in limits:
        hits = view.searcher.search(query, limit=limit, count=False).hits
        least = _rounded(hits[wanted - 1][0]) if len(hits) >= wanted else 0.0
        # Equals are put in order by number, so all that equal the last one wanted must be there.
        are_all = len(hits) < limit or _rounded(hits[-1][0]) < least
        if are_all:
            break
    if are_all:
        found = _numbered(view, list(takewhile(lambda hit: _rounded(hit[0]) >= least, hits)))
    else:
        better = _numbered(view, list(takewhile(lambda hit: _rounded(hit[0]) > least, hits)))
        found = [*better, *_first_with_score(view, query, least, wanted - len(better))]
    found.sort(key=lambda hit: (-hit[1], hit[0]))
    return [((-score, number), Hit(number, score)) for number, score in found[:wanted]]


def _rounded(score: Any) -> float:
    return round(float(score), _SCORE_DIGITS)


def _numbered(view: View, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[tuple[int, float]]:
    """The numbers and scores of these."""
    ids = _ids(view, [address for _, address in hits])
    return [(number, _rounded(score)) for number, (score, _) in zip(ids, hits, strict=True)]


def _first_with_score(view: View, query: tantivy.Query, score: float, wanted: int) -> list[tuple[int, float]]:
    """The lowest numbers that have this score, which very many have: numbers are gone through in order."""
    found: list[tuple[int, float]] = []
    begin, size = 0, _LOOKED_AT
    # Numbers begin at nought and few are left out, so that not much is looked through in vain.
    while len(found) < wanted and begin <= LARGEST_ID:
        end = min(begin + size - 1, LARGEST_ID)
        these = tantivy.Query.range_query(view.schema, ID, tantivy.FieldType.Unsigned, begin, end)
        these = tantivy.Query.const_score_query(these, 0.0)
        only = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, these)])
        best = _numbered(view, view.searcher.search(only, limit=min(size, view.searcher.num_docs), count=False).hits)
        found += sorted(hit for hit in best if hit[1] == score)
        begin, size = end + 1, size * 4
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
    wanted = _aggregations(tuple(names), size)
    counts: dict[str, dict[str, int]] = {name: {} for name in wanted if name != _TOTAL}
    total = 0
    for view, query in asked:
        answer = view.searcher.aggregate(query, wanted)
        total += int(answer.pop(_TOTAL)["value"])
        for name, found in answer.items():
            known = counts[name]
            for bucket in found["buckets"]:
                value = f"{int(bucket['key']):04}" if name in _SPANS else str(bucket["key"])
                known[value] = known.get(value, 0) + int(bucket["doc_count"])
    return total, counts


@lru_cache
def _aggregations(names: tuple[str, ...], size: int) -> dict[str, Any]:
    """What Tantivy is asked to count, which it only reads."""
    asked: dict[str, Any] = {
        name: {"terms": {"field": _SPANS.get(name) or facet_field(name), "size": size, "segment_size": _EVERY_VALUE}}
        for name in names
    }
    return {**asked, _TOTAL: {"value_count": {"field": ID}}}
