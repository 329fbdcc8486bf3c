"""Where things stand in a text, as arrays of first and last word; phrases and distances between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of text, each from its first word to its last, both counted; ordered, none twice."""

    first: Places
    last: Places

    def __len__(self) -> int:
        return len(self.first)

    @property
    def are_single(self) -> bool:
        """Whether each is known to be one word at one place."""
        return self.first is self.last


def no_spans() -> Spans:
    """Nowhere."""
    empty = np.empty(0, dtype=np.int64)
    return Spans(empty, empty)


def single_words(places: Places) -> Spans:
    """Each place as a stretch of one word; the places are in order."""
    return Spans(places, places)


def broken_words(places: Places) -> Spans:
    """Words of two halves, the first of each at one of the places, which are in order."""
    return Spans(places, places + 1) if len(places) else no_spans()


def any_of(parts: Sequence[Spans]) -> Spans:
    """Every stretch that is in any of the parts."""
    present = [part for part in parts if len(part)]
    if not present:
        return no_spans()
    if len(present) == 1:
        return present[0]
    if all(part.are_single for part in present):
        return single_words(np.unique(np.concatenate([part.first for part in present])))
    return _unique(np.concatenate([p.first for p in present]), np.concatenate([p.last for p in present]))


def in_a_row(parts: Sequence[Spans]) -> Spans:
    """The stretches where one of each part follows directly on one of the part before."""
    if not all(part.are_single for part in parts):
        return reduce(lambda before, part: _follow(before, part, 1), parts)
    starts = parts[0].first
    for step, part in enumerate(parts[1:], start=1):
        starts = starts[_are_among(starts + step, part.first)]
    return Spans(starts, starts + (len(parts) - 1))


def outermost(words: Spans) -> Spans:
    """The words without the halves that lie within one of them."""
    if words.are_single:
        return words
    is_broken = words.last > words.first
    begins = words.first[is_broken]
    inside = ~is_broken & (_are_among(words.first, begins) | _are_among(words.first, begins + 1))
    return Spans(words.first[~inside], words.last[~inside])


def words_on_pages(words: Spans, starts: Places | NDArray[np.int32]) -> NDArray[np.int64]:
    """How many of the words stand on each page, of which the first position is given.

    One that begins on a page and ends on the next is one on each.
    """
    first, last = (np.searchsorted(starts, places, side="right") - 1 for places in (words.first, words.last))
    counts: NDArray[np.int64] = np.bincount(first, minlength=len(starts))
    counts += np.bincount(last[last != first], minlength=len(starts))
    return counts


def _are_among(wanted: Places, places: Places) -> NDArray[np.bool_]:
    if not len(places):
        return np.zeros(len(wanted), dtype=np.bool_)
    found: NDArray[np.bool_] = places[np.minimum(np.searchsorted(places, wanted), len(places) - 1)] == wanted
    return found


def within(left: Spans, right: Spans, distance: int, *, ordered: bool) -> Spans:
    """The stretches from one of the left to one of the right, apart by at most the distance, not overlapping.

    The distance is counted from the last word of the earlier to the first word of the later: neighbours are 1 apart.
    """
    forward = _follow(left, right, distance)
    return forward if ordered else any_of([forward, _follow(right, left, distance)])


def _follow(earlier: Spans, later: Spans, distance: int) -> Spans:
    if not len(earlier) or not len(later):
        return no_spans()
    begin = np.searchsorted(later.first, earlier.last + 1, side="left")
    end = np.searchsorted(later.first, earlier.last + distance, side="right")
    counts = end - begin
    total = int(counts.sum())
    if not total:
        return no_spans()
    which = np.repeat(np.arange(len(earlier)), counts)
    offsets = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return _unique(earlier.first[which], later.last[begin[which] + offsets])


def _unique(first: Places, last: Places) -> Spans:
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    new = np.ones(len(first), dtype=bool)
    new[1:] = (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    return Spans(first[new], last[new])
