"""The words of a document as text an engine keeps, for what it cannot answer from its own posting lists.

An engine narrows a question down to candidates; the words of those are read here, and what the language means by a
phrase or a distance is worked out from them by the same rules that mark a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from search import language_fields as fields
from search.analysis import words
from search.engine import VALUE_GAP, IndexDocument, PageHits
from search.language_tree import Fuzzy, Placed, Text, Wildcard, Word
from search.marking import KnownWords, Leaf, leaves, marked_words, spans_of
from search.spans import Spans, any_of, broken_words, single_words, words_on_pages

_POSITION_BITS = 32
# Folding can leave a space inside a word (an Arabic ligature) or nothing of it; engines split at spaces. Characters
# for private use are never part of a word, so these two stand for that and for nothing else.
_SPACE, _EMPTY = "\ue000", "\ue001"


def as_token(word: str) -> str:
    """The word as engines are given it: never empty, without white space."""
    if word.isalnum():
        return word
    return "".join(_SPACE if c.isspace() else c for c in word) or _EMPTY


def as_leaf(leaf: Leaf) -> Leaf:
    """The word or pattern as it is looked for among tokens."""
    match leaf:
        case Word(text, exact):
            return Word(as_token(text), exact)
        case Wildcard(pattern):
            return Wildcard(as_token(pattern))
        case Fuzzy(text, edits):
            return Fuzzy(as_token(text), edits)


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
    joined: Mapping[int, str]
    """The words that the text breaks at the end of a line, by the position of their first half."""

    def packed(self) -> str:
        """As one text."""
        numbers = " ".join(map(str, self.pages))
        joined = " ".join(f"{place} {word}" for place, word in self.joined.items())
        return "\t".join([numbers, joined, *("\n".join(" ".join(value) for value in found) for found in self.values)])


class KeptField(NamedTuple):
    """The tokens of each value of one field; of the text also the words it breaks at the end of a line."""

    values: Sequence[Sequence[str]]
    joined: Mapping[int, str]


def unpack_field(packed: str, field: str) -> KeptField:
    """One field alone; the others are passed over unread."""
    place = fields.WORD_FIELDS.index(field) + 2
    found = packed.split("\t", place + 1)
    joined = found[1].split(" ") if found[1] and field == fields.TEXT else []
    values = [value.split(" ") if value else [] for value in found[place].split("\n")]
    return KeptField(values, dict(zip(map(int, joined[::2]), joined[1::2], strict=True)))


class _Standing:
    """Where each leaf stands in some documents: the document's number and the position in one number."""

    def __init__(self, wanted: Iterable[Leaf], field: str) -> None:
        self._leaves = list(dict.fromkeys(wanted))
        self._known = KnownWords(self._leaves, stemmed=field in fields.STEMMED_FIELDS)
        self._gap = 0 if field == fields.TEXT else VALUE_GAP
        self._places: list[list[int]] = [[] for _ in self._leaves]
        self._broken: list[list[int]] = [[] for _ in self._leaves]
        self._spans: dict[Leaf, Spans] = {}

    def add(self, number: int, kept: KeptField) -> None:
        position = number << _POSITION_BITS
        known = self._known.meet(kept.joined.values())
        for place, word in kept.joined.items():
            for leaf in known.get(word, ()):
                self._broken[leaf].append(position + place)
        for tokens in kept.values:
            value = [_as_word(token) for token in tokens] if _is_odd(tokens) else tokens
            known = self._known.meet(value)
            for place, word in [(p, w) for p, w in enumerate(value, start=position) if w in known]:
                for leaf in known[word]:
                    self._places[leaf].append(place)
            position += len(value) + self._gap

    def spans(self, leaf: Leaf) -> Spans:
        if leaf not in self._spans:
            i = self._leaves.index(leaf)
            whole = single_words(np.array(self._places[i], dtype=np.int64))
            self._spans[leaf] = any_of([whole, broken_words(np.array(self._broken[i], dtype=np.int64))])
        return self._spans[leaf]


def holding(placed: Placed, field: str, documents: Iterable[KeptField]) -> list[int]:
    """Which of the documents, counted from 0, hold it in the field that is given of each."""
    standing = _Standing(leaves(placed), field)
    for number, kept in enumerate(documents):
        standing.add(number, kept)
    numbers: list[int] = np.unique(spans_of(placed, standing.spans).first >> _POSITION_BITS).tolist()
    return numbers


def page_hits(parts: Sequence[Text], kept: Mapping[int, str]) -> dict[int, tuple[PageHits, ...]]:
    """For each record, whose words are given packed, the pages on which something that was asked for stands."""
    hits: dict[int, tuple[PageHits, ...]] = dict.fromkeys(kept, ())
    if not parts or not kept:
        return hits
    standing = _Standing((leaf for part in parts for leaf in leaves(part.placed)), fields.TEXT)
    pages: list[tuple[list[int], list[int]]] = []
    for number, packed in enumerate(kept.values()):
        text = unpack_field(packed, fields.TEXT)
        standing.add(number, text)
        numbers = packed.partition("\t")[0]
        starts = [0, *accumulate(len(value) for value in text.values)][:-1]
        pages.append(([int(page) for page in numbers.split(" ")] if numbers else [], starts))
    marked = marked_words([part.placed for part in parts], standing.spans)
    bounds = np.searchsorted(marked.first >> _POSITION_BITS, np.arange(len(pages) + 1))
    first, last = (keys & ((1 << _POSITION_BITS) - 1) for keys in (marked.first, marked.last))
    for number, record_id in enumerate(kept):
        names, starts = pages[number]
        here = slice(bounds[number], bounds[number + 1])
        counts = words_on_pages(Spans(first[here], last[here]), np.array(starts, dtype=np.int64))
        hits[record_id] = tuple(PageHits(names[i], int(counts[i])) for i in np.flatnonzero(counts).tolist())
    return hits
