"""The words of a document as text an engine keeps, for what it cannot answer from its own posting lists.

An engine narrows a question down to candidates; the words of those are read here, and what the language means by a
phrase or a distance is worked out from them by the same rules that mark a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from search import language_fields as fields
from search.analysis import words
from search.engine import VALUE_GAP, IndexDocument, PageHits
from search.language_tree import Placed, Text
from search.marking import KnownWords, Leaf, leaves, marked_places, spans_of
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


def _as_word(token: str) -> str:
    return "" if token == _EMPTY else token.replace(_SPACE, " ")


def _is_odd(tokens: Sequence[str]) -> bool:
    """Whether a token is not the word itself."""
    joined = "".join(tokens)
    return not joined.isascii() and (_EMPTY in joined or _SPACE in joined)


def field_tokens(document: IndexDocument, field: str) -> list[list[str]]:
    """The tokens of each value of a field, in order."""
    return [_as_tokens(words(value)) for value in document.word_values(field)]


def _as_tokens(found: list[str]) -> list[str]:
    # Nearly always every word is its own token, which is seen for all of them at once.
    return found if all(found) and "".join(found).isalnum() else [as_token(word) for word in found]


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


class _Standing:
    """Where each leaf stands in some documents: the document's number and the position in one number."""

    def __init__(self, wanted: Iterable[Leaf], field: str) -> None:
        self._leaves = list(dict.fromkeys(wanted))
        self._known = KnownWords(self._leaves, stemmed=field in fields.STEMMED_FIELDS)
        self._gap = 0 if field == fields.TEXT else VALUE_GAP
        self._places: list[list[int]] = [[] for _ in self._leaves]
        self._arrays: dict[Leaf, Places] = {}

    def add(self, number: int, values: Sequence[Sequence[str]]) -> None:
        position = number << _POSITION_BITS
        for tokens in values:
            value = [_as_word(token) for token in tokens] if _is_odd(tokens) else tokens
            known = self._known.meet(value)
            for place, word in [(p, w) for p, w in enumerate(value, start=position) if w in known]:
                for leaf in known[word]:
                    self._places[leaf].append(place)
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
