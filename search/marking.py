"""Which words of a text a query points at: the phrases and distances worked out from where each word stands."""

from collections.abc import Callable, Iterator

import numpy as np
from rapidfuzz.distance import Levenshtein

from search.analysis import as_misread, stem, wildcard_pattern
from search.language_tree import AnyOf, Fuzzy, Near, Phrase, Placed, Wildcard, Word
from search.spans import Places, Spans, any_of, in_a_row, single_words, within

Leaf = Word | Wildcard | Fuzzy
Lookup = Callable[[Leaf], Places]
"""Where a word stands, in order."""


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
            return single_words(lookup(placed))


def marked_places(placed: Placed, lookup: Lookup) -> Places:
    """The places of the words that make up a match: not of the same words standing elsewhere."""
    spans = spans_of(placed, lookup)
    if not len(spans):
        return spans.first
    places = np.unique(np.concatenate([lookup(leaf) for leaf in leaves(placed)]))
    furthest = np.maximum.accumulate(spans.last)
    before = np.searchsorted(spans.first, places, side="right") - 1
    return places[(before >= 0) & (furthest[before] >= places)]
