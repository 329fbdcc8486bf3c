"""What a search asks, as it stands in an address: the words, what narrows them, the order; and addresses made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from search.engine import Order
from search.narrowing import FACETS, whole_query

LONGEST = 2_100  # a little over the language's own limit, which says so in its own words
LONGEST_VALUE = 300
MOST_VALUES = 50
PAGE = 20
Values = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A search as an address says it."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Order = Order.RELEVANCE
    by_family: bool = False
    start: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked at all."""
        return not self.words and not self.chosen

    @property
    def whole(self) -> str:
        """All that is asked as one query in the language."""
        return whole_query(self.words, self.chosen)

    @property
    def values(self) -> Values:
        """What an address carries of it; where it starts is left out."""
        values: Values = {"q": self.words} if self.words else {}
        values.update({facet.name: list(self.chosen[facet.name]) for facet in FACETS if self.chosen.get(facet.name)})
        if self.order is not Order.RELEVANCE:
            values["order"] = self.order.value
        if self.by_family:
            values["by"] = "family"
        return values

    @property
    def address(self) -> str:
        """The search page that shows it."""
        values = self.values
        if self.start:
            values["start"] = self.start
        return f"{url_for('search.search')}?{urlencode(values, doseq=True)}"

    @property
    def page(self) -> int:
        """Which page of what is found it shows, from 1."""
        return self.start // PAGE + 1

    def at(self, start: int) -> "Asked":
        """The same, shown from this hit on."""
        return replace(self, start=max(start, 0))

    def has(self, name: str, value: str) -> bool:
        """Whether this value narrows it."""
        return value in self.chosen.get(name, ())

    def toggled(self, name: str, value: str) -> "Asked":
        """With the value narrowing it as well, or no longer."""
        now = self.chosen.get(name, ())
        changed = tuple(each for each in now if each != value) if value in now else (*now, value)
        return replace(self, chosen={**self.chosen, name: changed} if changed else self._without(name), start=0)

    def cleared(self) -> "Asked":
        """With nothing that narrows it."""
        return replace(self, chosen={}, start=0)

    def _without(self, name: str) -> dict[str, tuple[str, ...]]:
        return {each: values for each, values in self.chosen.items() if each != name}


def read_asked(given: MultiDict[str, str]) -> Asked:
    """What the address, or the form, asks; what it does not understand it leaves out."""
    chosen = {
        facet.name: tuple(dict.fromkeys(value.strip()[:LONGEST_VALUE] for value in values if value.strip()))
        for facet in FACETS
        if (values := given.getlist(facet.name)[:MOST_VALUES])
    }
    try:
        order = Order(given.get("order", Order.RELEVANCE.value))
    except ValueError:
        order = Order.RELEVANCE
    return Asked(
        words=given.get("q", "").strip()[:LONGEST],
        chosen={name: values for name, values in chosen.items() if values},
        order=order,
        by_family=given.get("by") == "family",
        start=_start(given),
    )


def _start(given: MultiDict[str, str]) -> int:
    """The first hit of a page: of the one that is named, or of the one that the hit named stands on."""
    page = given.get("page", 0, type=int) or 0
    start = (page - 1) * PAGE if page > 0 else given.get("start", 0, type=int) or 0
    return max(start, 0) // PAGE * PAGE
