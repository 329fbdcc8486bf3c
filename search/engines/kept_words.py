"""The words of a document as text an engine keeps, for what it cannot answer from its own posting lists.

An engine narrows a question down to candidates; the words of those are read here, and what the language means by a
phrase or a distance is worked out from them by the same rules that mark a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from search import language_fields as fields
from search.analysis import stem, words
from search.engine import VALUE_GAP, IndexDocument, PageHits
from search.language_tree import Placed, Text, Word
from search.marking import Leaf, is_leaf, leaves, marked_places, spans_of
from search.spans import Places

_POSITION_BITS = 32
_NOWHERE: Places = np.empty(0, dtype=np.int64)
# Folding can leave a space inside a word (an Arabic ligature) or nothing of it; engines split at spaces. Characters
# for private use are never part of a word, so these two stand for that and for nothing else.
_SPACE, _EMPTY = "\ue000", "\ue001"


def as_token(word: str) -> str:
    """The word as engines are given it: never empty, without white space."""
    if word.isalnum():
        return word
    return "".join(_SPACE if c.isspace() else c for c in word) or _EMPTY


def field_tokens(document: IndexDocument, field: str) -> list[list[str]]:
    """The tokens of each value of a field, in order."""
    return [[as_token(word) for word in words(value)] for value in document.word_values(field)]


@dataclass(frozen=True, slots=True)
class KeptWords:
    """The tokens of each value of each field of words, and the numbers of the pages."""

    pages: Sequence[int]
    values: Sequence[Sequence[Sequence[str]]]
    """For each field of words, in their order, its values; the pages are the values of the text."""

    def packed(self) -> str:
        """As one text."""
        numbers = " ".join(map(str, self.pages))
        return "\t".join([numbers, *("\n".join(" ".join(value) for value in found) for found in self.values)])


def unpack_field(packed: str, field: str) -> list[list[str]]:
    """The values of one field alone; the others are passed over unread."""
    found = packed.split("\t", fields.WORD_FIELDS.index(field) + 2)[fields.WORD_FIELDS.index(field) + 1]
    return [value.split(" ") if value else [] for value in found.split("\n")]


class _Leaves:
    """Which of the leaves each token is; worked out when it is first met, and kept only for what is one."""

    def __init__(self, found: Sequence[Leaf], field: str) -> None:
        self.known: dict[str, tuple[int, ...]] = {}
        self._met: set[str] = set()
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._shapes: list[tuple[int, Leaf]] = []
        for i, leaf in enumerate(found):
            if not isinstance(leaf, Word):
                self._shapes.append((i, leaf))
            elif leaf.exact or field not in fields.STEMMED_FIELDS:
                self._words.setdefault(leaf.text, []).append(i)
            else:
                self._stems.setdefault(stem(leaf.text), []).append(i)
        # A word begins as its stem does, so most words of a text need not be stemmed at all.
        self._begin = {root[:1] for root in self._stems}

    def meet(self, tokens: Sequence[str]) -> None:
        """Know all of these tokens."""
        new = set(tokens) - self._met
        self._met |= new
        for token in new:
            word = "" if token == _EMPTY else token.replace(_SPACE, " ")
            found = list(self._words.get(word, ()))
            if word[:1] in self._begin:
                found += self._stems.get(stem(word), ())
            found += [i for i, leaf in self._shapes if is_leaf(leaf, word)]
            if found:
                self.known[token] = tuple(found)


class _Standing:
    """Where each leaf stands in some documents: the document's number and the position in one number."""

    def __init__(self, wanted: Iterable[Leaf], field: str) -> None:
        self._leaves = list(dict.fromkeys(wanted))
        self._tokens = _Leaves(self._leaves, field)
        self._gap = 0 if field == fields.TEXT else VALUE_GAP
        self._places: list[list[int]] = [[] for _ in self._leaves]
        self._arrays: dict[Leaf, Places] = {}

    def add(self, number: int, values: Sequence[Sequence[str]]) -> None:
        position = number << _POSITION_BITS
        known, places = self._tokens.known, self._places
        for value in values:
            self._tokens.meet(value)
            for place, token in [(p, t) for p, t in enumerate(value, start=position) if t in known]:
                for leaf in known[token]:
                    places[leaf].append(place)
            position += len(value) + self._gap

    def places(self, leaf: Leaf) -> Places:
        if leaf not in self._arrays:
            self._arrays[leaf] = np.array(self._places[self._leaves.index(leaf)], dtype=np.int64)
        return self._arrays[leaf]


def holding(placed: Placed, field: str, documents: Iterable[Sequence[Sequence[str]]]) -> list[int]:
    """Which of the documents, counted from 0, hold it in the field whose values are given, in order."""
    standing = _Standing(leaves(placed), field)
    for number, values in enumerate(documents):
        standing.add(number, values)
    numbers: list[int] = np.unique(spans_of(placed, standing.places).first >> _POSITION_BITS).tolist()
    return numbers


def page_hits(parts: Sequence[Text], kept: Mapping[int, str]) -> dict[int, tuple[PageHits, ...]]:
    """For each record, whose words are given packed, the pages on which something that was asked for stands."""
    hits: dict[int, tuple[PageHits, ...]] = dict.fromkeys(kept, ())
    if not parts or not kept:
        return hits
    standing = _Standing((leaf for part in parts for leaf in leaves(part.placed)), fields.TEXT)
    pages: list[tuple[list[int], list[int]]] = []
    for number, packed in enumerate(kept.values()):
        values = unpack_field(packed, fields.TEXT)
        standing.add(number, values)
        numbers = packed.partition("\t")[0]
        starts = [0, *accumulate(len(value) for value in values)][:-1]
        pages.append(([int(page) for page in numbers.split(" ")] if numbers else [], starts))
    marked = np.unique(np.concatenate([_NOWHERE, *(marked_places(part.placed, standing.places) for part in parts)]))
    owners = marked >> _POSITION_BITS
    positions = marked & ((1 << _POSITION_BITS) - 1)
    bounds = np.searchsorted(owners, np.arange(len(pages) + 1))
    for number, record_id in enumerate(kept):
        names, starts = pages[number]
        here = positions[bounds[number] : bounds[number + 1]]
        counts = np.bincount(np.searchsorted(starts, here, side="right") - 1, minlength=len(starts))
        hits[record_id] = tuple(PageHits(names[i], int(counts[i])) for i in np.flatnonzero(counts).tolist())
    return hits
