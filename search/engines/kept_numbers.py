"""The words of a document as the numbers of a vocabulary, for what an engine cannot answer from its posting lists.

The engine narrows a question down to candidates; the numbers of those are read here as arrays, and what the language
means by a phrase or a distance is worked out from them by the same rules that mark a page.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.engine import VALUE_GAP, PageHits
from search.engines.errors import MENDED, IndexUnreadableError
from search.engines.kept_words import as_leaf
from search.engines.packed_numbers import KeptFields, Numbers, unpack
from search.engines.vocabulary import Vocabulary
from search.language_tree import Placed, Text
from search.marking import Leaf, marked_words, spans_of
from search.spans import Places, Spans, any_of, broken_words, no_spans, single_words

_Kept = TypeVar("_Kept")

_POSITION_BITS = 32
_READ_AT_ONCE = 4_000
_BYTES_AT_ONCE = 32 * 2**20
"""So much that is kept is read at once, and one document more: of long files 4,000 would fill the memory."""
_FEW = 16
_EASILY_WHOLE = 50_000


class _Words:
    """The words' numbers of one field of some documents, one after the other, byte by byte as they are kept."""

    def __init__(self, kept: KeptFields, gap: int) -> None:
        self._planes = kept.planes
        self._starts = np.cumsum(kept.lengths) - kept.lengths
        # With the gap between values; each document's positions begin at nought.
        placed = self._starts + gap * np.arange(len(kept.lengths))
        firsts = np.searchsorted(kept.owners, kept.owners)
        self._keys = (kept.owners << _POSITION_BITS) + placed - placed[firsts]

    def highest(self) -> int:
        """The highest number of all, or -1 where there is none."""
        if len(self._planes[0]) <= _EASILY_WHOLE:
            return int(self._whole.max(initial=0)) if len(self._whole) else -1
        among: Numbers | None = None
        number = 0
        for plane in reversed(self._planes):
            these = plane if among is None else plane[among]
            byte = int(these.max())
            number = number << 8 | byte
            # Only those that equal it so far go on; of the first bytes, which are nearly all nought, that is all.
            equal = these == byte
            if not equal.all():
                among = np.flatnonzero(equal) if among is None else among[equal]
        return number

    def places_of(self, wanted: Numbers) -> Places:
        """Where a word with one of these numbers stands, in order."""
        found = self._indexes_of(wanted)
        if not len(found):
            return _NOWHERE
        values = np.searchsorted(self._starts, found, side="right") - 1
        places: Places = self._keys[values] + found - self._starts[values]
        return places

    def _indexes_of(self, wanted: Numbers) -> Numbers:
        if len(wanted) > _FEW:
            table = np.zeros(max(self.highest(), int(wanted.max())) + 1, dtype=np.bool_)
            table[wanted] = True
            return np.flatnonzero(table[self._whole])
        each = [self._indexes(number) for number in wanted.tolist()]
        return each[0] if len(each) == 1 else np.sort(np.concatenate([*each, _NOWHERE]))

    def _indexes(self, number: int) -> Numbers:
        if len(self._planes[0]) <= _EASILY_WHOLE:
            return np.flatnonzero(self._whole == number)
        # One byte rules nearly all of them out, which is a fraction of the work of putting all numbers together.
        found = np.flatnonzero(self._planes[0] == number & 0xFF)
        for place in range(1, len(self._planes)):
            found = found[self._planes[place][found] == number >> 8 * place & 0xFF]
        return found

    @cached_property
    def _whole(self) -> NDArray[np.uint32]:
        words = np.empty((len(self._planes[0]), len(self._planes)), dtype=np.uint8)
        for place, plane in enumerate(self._planes):
            words[:, place] = plane
        return words.view("<u4")[:, 0]


class _Standing:
    """Where each leaf stands in some documents: the document's number and the position in one number."""

    def __init__(self, kept: KeptFields, field: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._stemmed = field in fields.STEMMED_FIELDS
        self._words = _Words(kept, 0 if field == fields.TEXT else VALUE_GAP)
        self._broken = kept.broken
        self._broken_keys = (kept.broken_owners << _POSITION_BITS) + kept.broken_at
        if max(self._words.highest(), int(kept.broken.max(initial=-1))) >= len(vocabulary):
            # A word without a name might be any word: the list of words is not the one these were numbered by.
            raise IndexUnreadableError(f"The search index cannot be read: {MENDED}.")
        self._found: dict[Leaf, Spans] = {}

    def spans(self, leaf: Leaf) -> Spans:
        if leaf not in self._found:
            # The list has words as engines are given them; a word that folds to several is one of those.
            wanted = self._vocabulary.expand_to_numbers(as_leaf(leaf), stemmed=self._stemmed)
            whole = single_words(self._words.places_of(wanted))
            broken = broken_words(self._broken_keys[np.isin(self._broken, wanted)]) if len(self._broken) else no_spans()
            self._found[leaf] = any_of([whole, broken])
        return self._found[leaf]


_NOWHERE: Places = np.empty(0, dtype=np.int64)


def holding(placed: Placed, field: str, packed: Iterable[bytes], vocabulary: Vocabulary) -> Numbers:
    """Which of the documents, counted from 0, hold it in the field; so many of them are read at once."""
    found: list[Numbers] = [_NOWHERE]
    base = 0
    for batch in batches(packed, len):
        standing = _Standing(unpack(batch, field), field, vocabulary)
        owners = np.unique(spans_of(placed, standing.spans).first >> _POSITION_BITS)
        found.append(owners + base)
        base += len(batch)
    return np.concatenate(found)


def batches(kept: Iterable[_Kept], size: Callable[[_Kept], int]) -> Iterator[list[_Kept]]:
    """What is kept of documents, each of so many bytes, in as many at a time as may be read at once."""
    batch: list[_Kept] = []
    taken = 0
    for each in kept:
        batch.append(each)
        taken += size(each)
        if len(batch) >= _READ_AT_ONCE or taken >= _BYTES_AT_ONCE:
            yield batch
            batch, taken = [], 0
    if batch:
        yield batch


def page_hits(
    parts: Sequence[Text], kept: Mapping[int, bytes], vocabulary: Vocabulary
) -> dict[int, tuple[PageHits, ...]]:
    """For each record, whose words are given packed, the pages on which something that was asked for stands."""
    hits: dict[int, tuple[PageHits, ...]] = dict.fromkeys(kept, ())
    if not parts or not kept:
        return hits
    text = unpack(list(kept.values()), fields.TEXT)
    standing = _Standing(text, fields.TEXT, vocabulary)
    marked = marked_words([part.placed for part in parts], standing.spans)
    documents = np.arange(len(kept) + 1)
    bounds = np.searchsorted(marked.first >> _POSITION_BITS, documents).tolist()
    firsts, lasts = ((keys & ((1 << _POSITION_BITS) - 1)).tolist() for keys in (marked.first, marked.last))
    page_bounds = np.searchsorted(text.owners, documents).tolist()
    for number, record_id in enumerate(kept):
        pages = slice(*page_bounds[number : number + 2])
        ends = np.cumsum(text.lengths[pages]).tolist()
        names = text.pages[pages].tolist()
        begin, end = bounds[number], bounds[number + 1]
        counts = Counter(bisect_right(ends, place) for place in firsts[begin:end])
        if firsts[begin:end] != lasts[begin:end]:
            # A word that a page breaks is one on each of the two.
            broken = [(bisect_right(ends, firsts[i]), bisect_right(ends, lasts[i])) for i in range(begin, end)]
            counts.update(last for first, last in broken if first != last)
        hits[record_id] = tuple(PageHits(names[page], counts[page]) for page in sorted(counts))
    return hits
