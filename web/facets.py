"""The facets beside what was found, and the chips above it: each a link that narrows the search or widens it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.engine import FacetCount
from search.narrowing import FACETS, UNDATED, WHEN
from search.querying import Results
from web import record_words
from web.asked import Asked

SHOWN_VALUES = 10
LABELS = {
    "category": "Category, decided or suggested",
    "year": "When it was written",
    "type": "Type",
    "review": "State of review",
    "relevance": "Relevance to disclosure",
    "answers": "Paragraph it answers",
    "person": "Person named",
    "place": "Home or body named",
    "batch": "Batch, of any copy",
    "source": "Source, of any copy",
    "box": "Box, of any copy",
    "custodian": "Custodian, of any copy",
    "state": "How far it is read",
    "read": "Read from",
}
OPEN = frozenset({"category", "year"})
REVIEW = {
    "waiting": "A suggestion waits",
    "decided": "A category stands",
    "none": "Neither suggested nor decided",
}
RELEVANCE = {"relevant": "Relevant", "not-relevant": "Not relevant", "undecided": "Undecided"}
READ = {
    "layer": "The text in the file",
    "ocr": "The image, by machine",
    "both": "File and image together",
    "native": "As it was written",
    "unread": "Could not be read",
    "none": "No page of its own",
}


@dataclass(frozen=True)
class Value:
    """One value of a facet: how many have it, and the search with it added or taken away."""

    label: str
    count: int
    href: str
    is_on: bool


@dataclass(frozen=True)
class Shown:
    """A facet: its values to choose from; for when it was written, each decade's years beneath it."""

    name: str
    label: str
    values: list[Value]
    more: list[Value]
    is_open: bool


@dataclass(frozen=True)
class Chip:
    """A value that narrows the search, and the search without it."""

    facet: str
    label: str
    href: str


def facets_of(asked: Asked, results: Results) -> list[Shown]:
    """The facets that have anything to choose; what is chosen is always shown."""
    return [shown for facet in FACETS if (shown := _shown(asked, facet.name, results.facets.get(facet.name, ())))]


def chips_of(asked: Asked) -> list[Chip]:
    """What narrows the search, in the order of the facets."""
    return [
        Chip(LABELS[facet.name], words(facet.name, value), asked.toggled(facet.name, value).address)
        for facet in FACETS
        for value in asked.chosen.get(facet.name, ())
    ]


def words(name: str, value: str) -> str:
    """A value as people say it."""
    if name == WHEN.name:
        return "Not dated" if value == UNDATED else value
    known = {"state": record_words.STATES, "review": REVIEW, "relevance": RELEVANCE, "read": READ}.get(name)
    if known:
        return known.get(value, value)
    return record_words.kind(value) if name in ("type", "category") else value


def _shown(asked: Asked, name: str, counts: Sequence[FacetCount]) -> Shown | None:
    values = [
        Value(words(name, each.value), each.count, asked.toggled(name, each.value).address, asked.has(name, each.value))
        for each in counts
    ]
    if not values:
        return None
    if name == WHEN.name:
        first = [each for each in values if each.is_on or not each.label.isdecimal()]
    else:
        on = [each for each in values if each.is_on]
        first = on + [each for each in values if not each.is_on][: max(SHOWN_VALUES - len(on), 0)]
    more = [each for each in values if each not in first]
    return Shown(name, LABELS[name], first, more, name in OPEN or name in asked.chosen)
