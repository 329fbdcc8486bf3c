"""How what was found divides, and which of it is shown first: counted from columns, never by walking documents."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.engine import FACET_LIMIT, FACETS, FacetCount, Hit, Order
from search.engines.whoosh_columns import Columns, ValueColumn
from search.engines.whoosh_match import Matched

_NEVER = 2**31 - 1


def count_facets(columns: Columns, mask: NDArray[np.bool_]) -> dict[str, tuple[FacetCount, ...]]:
    """For each facet its values and how many of the documents found have them."""
    spans = {fields.YEAR: 1, fields.DECADE: 10}
    return {
        name: count_years(columns, mask, spans[name]) if name in spans else count_values(columns.values[name], mask)
        for name in FACETS
    }


def count_values(column: ValueColumn, mask: NDArray[np.bool_]) -> tuple[FacetCount, ...]:
    """The most frequent values first, those with equal counts by name; values compared alike are one."""
    counts = np.bincount(column.codes[mask[column.docs]], minlength=len(column.values))
    alike: dict[int, tuple[int, list[tuple[int, str]]]] = {}
    for i in np.flatnonzero(counts):
        group = int(column.groups[i])
        total, names = alike.get(group, (0, []))
        alike[group] = (total + int(counts[i]), [*names, (-int(counts[i]), column.values[i])])
    # Named as most of the documents counted have it: a spelling that stands only in others must not be shown.
    found = [(-total, min(names)[1]) for total, names in alike.values()]
    return tuple(FacetCount(value, -count) for count, value in sorted(found)[:FACET_LIMIT])


def count_years(columns: Columns, mask: NDArray[np.bool_], span: int = 1) -> tuple[FacetCount, ...]:
    """The years in order, or the first years of the decades.

    A document that may be of several years counts in each, as `year:` would find it in each.
    """
    dated = mask & (columns.first_days != 0)
    firsts, lasts = _years(columns.first_days[dated]) // span, _years(columns.last_days[dated]) // span
    if not len(firsts):
        return ()
    start, size = int(firsts.min()), int(lasts.max() - firsts.min()) + 2
    change = np.bincount(firsts - start, minlength=size) - np.bincount(lasts - start + 1, minlength=size)
    counts = np.cumsum(change)
    return tuple(FacetCount(f"{(start + i) * span:04}", int(counts[i])) for i in np.flatnonzero(counts))


def _years(days: NDArray[np.int32]) -> NDArray[np.int64]:
    distinct, where = np.unique(days, return_inverse=True)
    years = np.array([date.fromordinal(int(day)).year for day in distinct], dtype=np.int64)
    return years[where]


def best_hits(columns: Columns, matched: Matched, order: Order, *, offset: int, limit: int) -> tuple[Hit, ...]:
    """The hits of one page, in the order asked for."""
    found = np.flatnonzero(matched.mask)
    scores = np.round(matched.scores[found], 6)
    ids = columns.record_ids[found]
    if order is Order.RELEVANCE:
        found, scores, ids = _promising(found, scores, ids, offset + limit)
        ranked = np.lexsort((ids, -scores))
    elif order is Order.OLDEST:
        days = columns.first_days[found]
        ranked = np.lexsort((ids, np.where(days == 0, _NEVER, days)))
    elif order is Order.NEWEST:
        ranked = np.lexsort((ids, -columns.last_days[found]))
    else:
        references = columns.references
        ranked = np.array(sorted(range(len(found)), key=lambda i: (references[found[i]], ids[i])), dtype=np.int64)
    return tuple(Hit(int(ids[i]), float(scores[i])) for i in ranked[offset : offset + limit])


def _promising(
    found: NDArray[np.int64], scores: NDArray[np.float64], ids: NDArray[np.int64], wanted: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Only those that can be among the first so many, ties included."""
    if not 0 < wanted < len(found):
        return found, scores, ids
    least = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
    keep = scores >= least
    return found[keep], scores[keep], ids[keep]
