"""Which words of a text a query points at: the phrases and distances worked out from where each word stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from search.analysis import as_misread, misread_alike, stem, wildcard_pattern
from search.language_tree import AnyOf, Fuzzy, Near, Phrase, Placed, Wildcard, Word
from search.spans import Spans, any_of, in_a_row, outermost, single_words, within

Leaf = Word | Wildcard | Fuzzy
Lookup = Callable[[Leaf], Spans]
"""Where a word stands, in order; one that is broken at the end of a line reaches over both its halves."""

_MET_KEPT = 100_000


def is_leaf(leaf: Leaf, word: str, *, stemmed: bool = True) -> bool:
    """Whether a folded word is one that the leaf stands for, in a field that finds words by their stem or not."""
    match leaf:
        case Word(text, exact):
            return word == text or (stemmed and not exact and stem(word) == stem(text))
        case Wildcard(pattern):
            return wildcard_pattern(pattern).fullmatch(word) is not None
        case Fuzzy(text, edits):
            if Levenshtein.distance(word, text, score_cutoff=edits) <= edits:
                return True
            return bool(Levenshtein.distance(as_misread(word), as_misread(text), score_cutoff=edits) < edits)


class KnownWords:
    """Which leaves each word of a text is; worked out when it is first met, and kept only for what is one.

    `stemmed`: whether the text finds words by their stem. May be used by many threads and for many texts.
    """

    def __init__(self, found: Sequence[Leaf], *, stemmed: bool) -> None:
        self._state: tuple[dict[str, tuple[int, ...]], set[str]] = ({}, set())
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._shapes: list[tuple[int, Leaf]] = []
        for i, leaf in enumerate(found):
            if not isinstance(leaf, Word):
                self._shapes.append((i, leaf))
            elif leaf.exact or not stemmed:
                self._words.setdefault(leaf.text, []).append(i)
            else:
                self._stems.setdefault(stem(leaf.text), []).append(i)
        # A word begins as its stem does, so most words of a text need not be stemmed at all.
        self._begin = {root[:1] for root in self._stems}

    def meet(self, words: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
        """The leaves, by their numbers, of each of these words that is any; other words may be among them."""
        known, met = self._state
        if len(met) > _MET_KEPT:
            # Both at once, so that a thread that is at work goes on with the two that belong together.
            self._state = known, met = {}, set()
        new = set(words) - met
        fresh: dict[str, tuple[int, ...]] = {}
        for word in new:
            found = list(self._words.get(word, ()))
            if word[:1] in self._begin:
                found += self._stems.get(stem(word), ())
            if found:
                fresh[word] = tuple(found)
        for i, leaf in self._shapes:
            for word in _like(leaf, list(new)):
                fresh[word] = (*fresh.get(word, ()), i)
        # Only once it is whole: another thread may be at the same words.
        known.update(fresh)
        met |= new
        return known


def _like(leaf: Leaf, words: list[str]) -> list[str]:
    """Those of the words that the leaf stands for."""
    if not isinstance(leaf, Fuzzy) or not words:
        return [word for word in words if is_leaf(leaf, word)]
    # As `is_leaf`, but all at once.
    distances = _distances(leaf.text, words, leaf.edits) <= leaf.edits
    alike = _distances(as_misread(leaf.text), misread_alike(words), leaf.edits) < leaf.edits
    return [words[i] for i in np.flatnonzero(distances | alike)]


def _distances(text: str, others: Sequence[str], edits: int) -> NDArray[np.int32]:
    found: NDArray[np.int32] = process.cdist(
        [text], others, scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.int32
    )[0]
    return found


def leaves(placed: Placed) -> Iterator[Leaf]:
    """The words and patterns it is made of."""
    match placed:
        case Phrase(parts):
            yield from parts
        case AnyOf(alternatives):
            for part in alternatives:
                yield from leaves(part)
        case Near(left, right):
            yield from leaves(left)
            yield from leaves(right)
        case Word() | Wildcard() | Fuzzy():
            yield placed


def is_one_word(placed: Placed) -> bool:
    """Whether it is a word, a pattern or a choice between such: where it stands among other words says nothing."""
    if isinstance(placed, AnyOf):
        return all(is_one_word(part) for part in placed.parts)
    return isinstance(placed, Word | Wildcard | Fuzzy)


def spans_of(placed: Placed, lookup: Lookup) -> Spans:
    """Every stretch that matches."""
    match placed:
        case Phrase(parts):
            return in_a_row([lookup(part) for part in parts])
        case AnyOf(alternatives):
            return any_of([spans_of(part, lookup) for part in alternatives])
        case Near(left, right, distance, ordered):
            return within(spans_of(left, lookup), spans_of(right, lookup), distance, ordered=ordered)
        case Word() | Wildcard() | Fuzzy():
            return lookup(placed)


def marked_words(parts: Iterable[Placed], lookup: Lookup) -> Spans:
    """The words that make up a match of any of the parts: not the same words standing elsewhere.

    A word that is broken at the end of a line is one, and none of its halves is another.
    """
    return outermost(any_of([_words_of(part, lookup) for part in parts]))


def _words_of(placed: Placed, lookup: Lookup) -> Spans:
    if isinstance(placed, Word | Wildcard | Fuzzy):
        return lookup(placed)
    spans = spans_of(placed, lookup)
    if not len(spans):
        return spans
    words = any_of([lookup(leaf) for leaf in leaves(placed)])
    furthest = np.maximum.accumulate(spans.last)
    before = np.searchsorted(spans.first, words.first, side="right") - 1
    inside = (before >= 0) & (furthest[before] >= words.last)
    if words.are_single:
        return single_words(words.first[inside])
    return Spans(words.first[inside], words.last[inside])
