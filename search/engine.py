"""The narrow interface that every search engine stands behind, and what passes through it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple, Protocol

from search import language_fields as fields
from search.analysis import keyword
from search.language_tree import Asked, Everything, Node, Query

VALUE_GAP = 1_000
"""Words of distance kept between two values of one field: no phrase or distance reaches from one into the next."""

EVERY_DOCUMENT = Everything()


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """A record as search knows it. Pages are in order; a page without text is given with an empty one."""

    record_id: int
    reference: str = ""
    title: str = ""
    file_name: str = ""
    record_type: str = ""
    categories: Sequence[str] = ()
    people: Sequence[str] = ()
    places: Sequence[str] = ()
    batches: Sequence[str] = ()
    sources: Sequence[str] = ()
    boxes: Sequence[str] = ()
    custodians: Sequence[str] = ()
    date_from: date | None = None
    date_to: date | None = None
    read_by: str = ""
    state: str = ""
    compartment: str = "open"
    pages: Sequence[tuple[int, str]] = ()
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def word_values(self, name: str) -> Sequence[str]:
        """The values of a field of words, in order; the pages of the text are one value each."""
        values: dict[str, Sequence[str]] = {
            fields.TEXT: [text for _, text in self.pages],
            fields.TITLE: [self.title],
            fields.FILE: [self.file_name],
            fields.REFERENCE: [self.reference],
            fields.PERSON: self.people,
            fields.PLACE: self.places,
            fields.BATCH: self.batches,
            fields.BOX: self.boxes,
            fields.SOURCE: self.sources,
            fields.CUSTODIAN: self.custodians,
        }
        return values[name]

    def whole_values(self, name: str) -> list[str]:
        """The whole values of a keyword field, or of a field of words that is counted by its values.

        Each is as it was given; of those that are compared alike (`keyword`) the first.
        """
        values: dict[str, Sequence[str]] = {
            fields.TYPE: [self.record_type],
            fields.CATEGORY: self.categories,
            fields.READ: [self.read_by],
            fields.STATE: [self.state, *self.facts.get(fields.STATE, ())],
            fields.HAS: self._features(),
        }
        given = values[name] if name in values else self.word_values(name)
        alike: dict[str, str] = {}
        for value in given:
            alike.setdefault(keyword(value), value)
        return [value for folded, value in alike.items() if folded]

    def dates(self) -> tuple[date, date] | None:
        """The first and last day it may have been written on; with one side only, that day."""
        first, last = self.date_from or self.date_to, self.date_to or self.date_from
        return None if first is None or last is None else (first, last)

    def _features(self) -> list[str]:
        """What `has:` finds: parts that are there, each fact by its name, and as `name=value`."""
        parts = {
            "text": any(text.strip() for _, text in self.pages),
            fields.TITLE: bool(self.title),
            fields.PERSON: bool(self.people),
            fields.PLACE: bool(self.places),
            fields.CATEGORY: bool(self.categories),
            fields.DATE: self.dates() is not None,
            fields.BOX: bool(self.boxes),
            fields.CUSTODIAN: bool(self.custodians),
        }
        found = [name for name, there in parts.items() if there]
        for name, values in self.facts.items():
            if values:
                found += [name, *(f"{name}={value}" for value in values)]
        return found


class Order(Enum):
    """How the hits are put in order; the record's number decides between equals."""

    RELEVANCE = "relevance"
    OLDEST = "oldest"
    NEWEST = "newest"
    REFERENCE = "reference"


class Hit(NamedTuple):
    """A record that was found; a higher score stands nearer the top."""

    record_id: int
    score: float


# Not frozen: of these some hundred are made for every answer, and frozen each takes three times as long to make.
@dataclass(slots=True)
class FacetCount:
    """How many of the documents found have this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The exact number found, the hits of the page asked for, and how all that was found divides."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]


@dataclass(frozen=True, slots=True)
class PageHits:
    """A page on which something that was asked for stands, and how many words of it."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page, and the characters of the piece to mark, as (start, end)."""

    page: int
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Highlights:
    """Where in a record the query's words stand; `marks` are the characters of each page's whole text."""

    pages: tuple[PageHits, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    marks: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)


FACETS = (
    fields.CATEGORY,
    fields.YEAR,
    fields.DECADE,
    fields.TYPE,
    fields.BATCH,
    fields.SOURCE,
    fields.BOX,
    fields.CUSTODIAN,
    fields.PERSON,
    fields.PLACE,
    fields.STATE,
    fields.READ,
    fields.HAS,
)
FACET_LIMIT = 100
"""Values shown for each facet, the most frequent first; years and decades are all shown, in order.

Values that are compared alike (`keyword`) are one value, named as most of the documents that may be seen have it.
"""


class SearchEngine(Protocol):
    """What is asked of an engine. Only documents in the given compartments exist for whoever asks."""

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put the documents in, each in place of the one with its record id; the number put in."""

    def remove(self, record_ids: Iterable[int]) -> int:
        """Take the documents out; the number that were there."""

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Make the index anew from these documents; the old one answers until the new one is whole."""

    def find(
        self,
        query: Asked,
        *,
        compartments: frozenset[str],
        limit: int = 10,
        offset: int = 0,
        order: Order = Order.RELEVANCE,
        without: frozenset[int] = frozenset(),
    ) -> Found:
        """What the query finds; records left out by their ids count for nothing, in the order of the others neither.

        The order is where engines differ: Whoosh leaves them out of its arithmetic at once, those with an arithmetic
        of their own once the index was made anew (`left_behind`).
        """

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""

    def count(self, query: Asked, *, compartments: frozenset[str]) -> int:
        """How many records the query finds."""

    def locate(
        self, query: Asked, record_ids: Iterable[int], *, compartments: frozenset[str]
    ) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand, without their text.

        All at once, because what a query means is worked out once for however many; none for what may not be seen.
        """

    def highlight(
        self,
        query: Asked,
        record_id: int,
        pages: Iterable[tuple[int, str]],
        *,
        compartments: frozenset[str],
        snippet_limit: int = 3,
    ) -> Highlights:
        """The places on these pages, given in order with their text; nothing for a record that may not be seen."""

    def suggest_spelling(
        self, query: Query, *, compartments: frozenset[str], among: Node = EVERY_DOCUMENT
    ) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better.

        A word is known that stands in a document which `among` matches.
        """

    @property
    def generation(self) -> str:
        """A name that changes whenever the index does."""

    @property
    def layout(self) -> str:
        """The name of how records are read into the index; another one may find more, or less, in the same records."""

    @property
    def left_behind(self) -> int:
        """How many records have left a compartment, and still weigh in the order of what is found there.

        They are in no total, no facet and no hit. `forget` ends it where the engine can, and a rebuild always.
        """

    def forget(self) -> bool:
        """Let what left a compartment weigh nothing there, as far as that goes without the documents; whether all is.

        Of a server it may have to be asked again: it lets go of what is gone only after a while.
        """

    @property
    def is_doubted(self) -> bool:
        """Whether somebody who asked or wrote could not read the index's files since it was made."""

    @property
    def document_count(self) -> int:
        """How many documents the index holds, in all compartments."""

    @property
    def unused_bytes(self) -> int:
        """What a writer that was cut off left in the index's folder, and no document needs."""

    def close(self) -> None:
        """Let go of the index's files."""
