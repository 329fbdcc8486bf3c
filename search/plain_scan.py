"""The same answers by reading every document through: slow, and written so that it can be seen to be right.

Every engine is compared with this one. It shares with them the tree, the analysis of words and nothing else.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from search import language_fields as fields
from search.analysis import as_misread, joined_in_pages, keyword, places_of, stem, wildcard_pattern, words
from search.engine import VALUE_GAP, IndexDocument
from search.language_tree import (
    And,
    AnyOf,
    Asked,
    Dated,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Placed,
    Text,
    Undated,
    Wildcard,
    Word,
    meaning,
    placed_parts,
)
from search.marking import leaves

Stretch = tuple[int, int]
"""The first and the last word of a piece of text that matches."""


@dataclass(frozen=True)
class FieldWords:
    """One field of one document: the stretches at which each word stands.

    Each is one position long, but that of a word broken at the end of a line or page: that is its two halves.
    """

    name: str
    places: dict[str, list[Stretch]]


class PlainScan:
    """Documents, read through from end to end for each query."""

    def __init__(self, documents: Iterable[IndexDocument]) -> None:
        self._documents = [(document, field_words(document)) for document in documents]

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The ids of the documents in these compartments that the query finds, in order of id."""
        node = meaning(query)
        found = [
            document.record_id
            for document, words_of in self._documents
            if document.compartment in compartments and matches(node, document, words_of)
        ]
        return tuple(sorted(found))


def field_words(document: IndexDocument) -> dict[str, FieldWords]:
    """The words of each field at their positions: pages run on, other values stand far apart."""
    fields_of: dict[str, FieldWords] = {}
    for name in fields.WORD_FIELDS:
        places: dict[str, list[Stretch]] = {}
        position = 0
        broken = joined_in_pages(document.pages) if name == fields.TEXT else []
        for number, value in enumerate(document.word_values(name)):
            here = broken[number] if broken else []
            for place, each in zip(places_of(value, here), here, strict=True):
                first = position + place
                places.setdefault(each.word, []).append((first, first + 1))
            for word in words(value):
                places.setdefault(word, []).append((position, position))
                position += 1
            if name != fields.TEXT:
                position += VALUE_GAP
        fields_of[name] = FieldWords(name, places)
    return fields_of


def matches(query: Node, document: IndexDocument, words_of: dict[str, FieldWords]) -> bool:
    """Whether the query finds this document."""
    match query:
        case Everything():
            return True
        case And(parts):
            return all(matches(part, document, words_of) for part in parts)
        case Or(parts):
            return any(matches(part, document, words_of) for part in parts)
        case Not(part):
            return not matches(part, document, words_of)
        case Text(placed, field):
            names = fields.PLAIN_FIELDS if field is None else (field,)
            return any(stretches(placed, words_of[name]) for name in names)
        case Keyword():
            return has_value(query, document)
        case Undated():
            return document.dates() is None
        case Dated(first, last):
            dates = document.dates()
            if dates is None:
                return False
            earliest, latest = dates
            return (last is None or earliest <= last) and (first is None or latest >= first)


def pages_told(query: Asked, document: IndexDocument) -> list[tuple[int, int]]:
    """The pages on which a word stands that makes up a match of something wanted, and how many such words each has.

    A word that is broken at the end of a line is one, and none of its halves is another; broken at the end of a page,
    it is one on each of the two.
    """
    text = field_words(document)[fields.TEXT]
    words_meant = {
        word
        for part in placed_parts(meaning(query))
        if part.field in (None, fields.TEXT)
        for match in stretches(part.placed, text)
        for leaf in leaves(part.placed)
        for word in stretches(leaf, text)
        if match[0] <= word[0] and word[1] <= match[1]
    }
    halves = {place for first, last in words_meant if last > first for place in (first, last)}
    told: Counter[int] = Counter()
    ends = list(accumulate(len(words(page)) for _, page in document.pages))
    for first, last in words_meant:
        if last > first or first not in halves:
            told.update({bisect_right(ends, first), bisect_right(ends, last)})
    return [(document.pages[page][0], told[page]) for page in sorted(told)]


def has_value(asked: Keyword, document: IndexDocument) -> bool:
    """Whether the document has a value that is asked for, in this field."""
    values = [keyword(value) for value in document.whole_values(asked.field)]
    if asked.exact:
        return asked.pattern in values
    return any(wildcard_pattern(asked.pattern).fullmatch(value) for value in values)


def stretches(placed: Placed, field: FieldWords) -> set[Stretch]:
    """Every stretch of the field that matches."""
    match placed:
        case Word() | Wildcard() | Fuzzy():
            found = (places for word, places in field.places.items() if is_word(placed, word, field.name))
            return {stretch for places in found for stretch in places}
        case Phrase(parts):
            so_far, *rest = (stretches(part, field) for part in parts)
            for following in rest:
                so_far = set(_pairs(so_far, following, 1))
            return so_far
        case AnyOf(alternatives):
            return {stretch for part in alternatives for stretch in stretches(part, field)}
        case Near(left, right, distance, ordered):
            pairs = list(_pairs(stretches(left, field), stretches(right, field), distance))
            if not ordered:
                pairs += _pairs(stretches(right, field), stretches(left, field), distance)
            return set(pairs)


def _pairs(earlier: set[Stretch], later: set[Stretch], distance: int) -> Iterator[Stretch]:
    for first, last in earlier:
        for next_first, next_last in later:
            if 1 <= next_first - last <= distance:
                yield first, next_last


@lru_cache(maxsize=200_000)
def is_word(placed: Word | Wildcard | Fuzzy, word: str, field: str) -> bool:
    """Whether this folded word, standing in this field, is what is looked for."""
    match placed:
        case Word(text, exact):
            if exact or field not in fields.STEMMED_FIELDS:
                return word == text
            return stem(word) == stem(text)
        case Wildcard(pattern):
            return wildcard_pattern(pattern).fullmatch(word) is not None
        case Fuzzy(text, edits):
            return edit_distance(word, text) <= edits or edit_distance(as_misread(word), as_misread(text)) < edits


def edit_distance(one: str, other: str) -> int:
    """The least number of letters put in, left out or changed that makes one word the other."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before = row
        row = [i]
        for j, wanted in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted)))
    return row[-1]
