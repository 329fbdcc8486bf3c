"""The counts of a facet's values as they are shown, whichever engine counted them."""

from collections.abc import Mapping

from search import language_fields as fields
from search.analysis import keyword
from search.engine import FACET_LIMIT, FacetCount

SPANS = (fields.YEAR, fields.DECADE)
"""Facets of time, all of whose values are shown, in order."""


def shown_counts(name: str, counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
    """The most frequent values first, those compared alike as one; years and decades in order."""
    if name in SPANS:
        return tuple([FacetCount(start, counts[start]) for start in sorted(counts)])
    compared = list(map(keyword, counts))
    if len(set(compared)) == len(counts):
        # Twice in order, which keeps equals as they were: quicker than to compare both at once.
        first = sorted(sorted(counts), key=counts.__getitem__, reverse=True)[:FACET_LIMIT]
        return tuple([FacetCount(value, counts[value]) for value in first])
    alike: dict[str, list[tuple[int, str]]] = {}
    for each, (value, count) in zip(compared, counts.items(), strict=True):
        alike.setdefault(each, []).append((-count, value))
    # Named as most of the documents counted have it: a spelling that stands only in others must not be shown.
    ordered = sorted((sum(count for count, _ in found), min(found)[1]) for found in alike.values())
    return tuple(FacetCount(value, -count) for count, value in ordered[:FACET_LIMIT])
