"""Which compartments have an index on the server, and the indexes of several compartments asked in one request.

What the last change wrote down, the compartments that have an index, lies in an index of its own. It is remembered,
and every answer that counts has it read again within the same request: an answer given while compartments came or went
is thrown away and asked for anew. So one whose index is lost is missed, and a new one is never left out.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from search.engines.errors import MENDED, REBUILD, IndexUnreadableError
from search.engines.opensearch_errors import SearchUnreachableError
from search.engines.opensearch_schema import ID, LARGEST, LAYOUT, ONE_PART
from search.engines.opensearch_server import PAGE, Server
from store.errors import DamagedError

KNOWN_SECONDS = 10.0
"""What somebody changed on the server by hand is noticed within so many seconds, if not at once."""
TRIES = 6
NAMES_LENGTH = 3_000
"""Characters of indexes' names in one request; a server takes 4,096 for the whole line."""

Answer = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the last change wrote down. The layout is empty while aliases are moved."""

    compartments: frozenset[str]
    layout: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The alias of each compartment, with what was written down when they were looked for; nothing before a change."""

    aliases: Mapping[str, str]
    listed: Listed | None
    until: float


class _ChangedError(Exception):
    """Compartments came or went since they were looked for."""


class Compartments:
    """The compartments of one archive that have an index."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._prefix = server.place.prefix
        self._about = f"{self._prefix}.about"
        self.pattern = f"{self._prefix}.in-*"
        self._known: _Known | None = None
        self._parts: dict[tuple[str, ...], int] = {}

    def alias(self, compartment: str) -> str:
        """The name by which a compartment's index is asked."""
        # A compartment's name is data: as figures it can be part of no other name.
        return f"{self._prefix}.in-{compartment.encode().hex()}"

    def written(self) -> dict[str, Any]:
        """What the last change wrote down; nothing where there was none.

        Raises:
            SearchUnreachableError: We have no rights here, whether something is there or not.
        """
        return self.server.document(self._about, "1") or {}

    def write_down(self, compartments: Iterable[str], generation: str, *, is_settled: bool = True) -> None:
        """These compartments have an index, and the generation is this one."""
        before = self.server.document(self._about, "1")
        if before is None and not self.server.has_index(self._about):
            self.server.make_index(self._about, None, {"settings": ONE_PART, "mappings": {"enabled": False}})
        elif before is not None and "layout" not in before:
            # The server made it itself for an earlier version, and it takes part in every question now.
            self.server.widen(self._about, LARGEST)
        about = {"generation": generation, "compartments": sorted(compartments), "layout": LAYOUT if is_settled else ""}
        self.server.write([({"index": {"_index": self._about, "_id": "1"}}, about)])

    def aliases(self) -> dict[str, str]:
        """The alias of each compartment that has an index, looked for anew.

        Raises:
            IndexUnreadableError: One is lost or there twice, or nothing says whether one is.
            DamagedError: One was made by another version, or by hand.
            SearchUnreachableError: One is kept from us.
        """
        return dict(self._look().aliases)

    def each(self, compartments: frozenset[str] | None, ask: Callable[["Together"], T]) -> list[T]:
        """What is answered of those of the compartments that have an index, all at once or, of very many, some.

        Of every compartment where none are given; nothing where nothing was indexed yet.

        Raises:
            IndexUnreadableError: One is lost or there twice, or nothing says whether one is.
            DamagedError: One was made by another version, or by hand.
            SearchUnreachableError: One is kept from us.
        """
        for turn in range(TRIES):
            time.sleep(turn * 0.02)
            known = self._known
            if known is None or time.monotonic() > known.until:
                known = self._look()
            if known.listed is None:
                return []
            seen = known.aliases.keys() if compartments is None else known.aliases.keys() & compartments
            names = [known.aliases[compartment] for compartment in sorted(seen)]
            try:
                return [ask(Together(self, known.listed, some)) for some in _in_lines(names)]
            except _ChangedError:
                self._known = None
            except IndexUnreadableError:
                # Moved while it was asked for, or lost: looking again says which.
                self._known = None
        raise SearchUnreachableError(
            f"The search indexes on {self.server.place} change all the time: try again in a minute, and see that no"
            " other archive uses the same prefix."
        )

    def _look(self) -> _Known:
        found: dict[str, list[str]] = {}
        there = self.server.indexes(self.pattern)
        for name, aliases in there.items():
            for alias in aliases:
                # Aliases of somebody else's making are none of ours.
                if re.fullmatch(rf"{self._prefix}\.in-(?:[0-9a-f]{{2}})*", alias):
                    found.setdefault(alias, []).append(name)
        written = self.written()
        listed = {self.alias(compartment) for compartment in written.get("compartments", ())}
        # A server may leave out of a pattern's answer what we may not see: an index asked for by name it refuses.
        missed = listed - found.keys() - there.keys()
        found |= {alias: [] for alias in missed if self.server.has_index(alias)}
        if listed - found.keys() or (found and not written):
            raise IndexUnreadableError(f"A part of the search index is gone from the server: {MENDED}.")
        for alias, names in found.items():
            if len(names) > 1:
                raise IndexUnreadableError(
                    "A part of the search index is there twice, so that records would be found and counted twice:"
                    f" {MENDED}."
                )
            if any(not name.startswith(f"{alias}.{LAYOUT}-") for name in names):
                raise DamagedError(
                    f"The search index was made by another version of the program, or by hand: {REBUILD}."
                )
        start = f"{self._prefix}.in-"
        aliases_of = {bytes.fromhex(alias.removeprefix(start)).decode(): alias for alias in sorted(found)}
        about = _listed(written) if written else None
        known = _Known(aliases_of, about, time.monotonic() + KNOWN_SECONDS)
        self._parts = {}
        self._known = known if about is not None and about.layout == LAYOUT else None
        return known

    def ask(self, names: Sequence[str], listed: Listed, body: Answer) -> Answer:
        """The answer of these indexes, which has the compartments read again that are written down."""
        is_about = {"term": {"_index": self._about}}
        read = {"filter": is_about, "aggs": {"it": {"top_hits": {"size": 1}}}}
        joined = {
            **body,
            "query": {"bool": {"should": [body["query"], {"constant_score": {"filter": is_about}}]}},
            # What is written down is no document: it is neither counted nor a hit.
            "post_filter": {"bool": {"must_not": [is_about]}},
            "aggs": {**body.get("aggs", {}), "about": read},
        }
        answer = self.server.search([self._about, *names], joined)
        hits = answer["aggregations"]["about"]["it"]["hits"]["hits"]
        if not hits or _listed(hits[0]["_source"]) != listed:
            raise _ChangedError
        if answer["_shards"]["total"] != len(names) + 1:
            self._refuse_left_out(tuple(names), answer["_shards"]["total"])
        return answer

    def _refuse_left_out(self, names: tuple[str, ...], parts: int) -> None:
        """Returns where an index has more than one part; a server may leave out an index that we may not see."""
        if names not in self._parts:
            self._look()
            self._parts[names] = sum(self.server.parts(name) for name in (self._about, *names))
        if self._parts[names] != parts:
            raise _ChangedError


@dataclass(frozen=True, slots=True)
class Together:
    """The indexes of some compartments, asked in one request each time."""

    compartments: Compartments
    listed: Listed
    names: Sequence[str]

    def search(self, body: Answer) -> Answer:
        """One answer, sure to leave none of the compartments out."""
        return self.compartments.ask(self.names, self.listed, body)

    def count(self, query: Answer) -> int:
        """The exact number of documents that the query matches."""
        answer = self.search({"size": 0, "track_total_hits": True, "query": query})
        return int(answer["hits"]["total"]["value"])

    def ids(self, query: Answer) -> list[int]:
        """The id of every document that the query matches, in order."""
        body = {"query": query, "_source": False, "docvalue_fields": [ID]}
        hits = self.search({**body, **BY_ID, "size": PAGE})["hits"]["hits"]
        if len(hits) == PAGE:
            hits = list(self.every_hit(body))
            self.count({"match_none": {}})
        return [int(hit["fields"][ID][0]) for hit in hits]

    def every_hit(self, body: Answer, *, at_once: int = PAGE) -> Iterator[Answer]:
        """Every hit as of one moment. None may be missing only once another question was answered after it."""
        return self.compartments.server.every_hit(self.names, body, order_by=ID, at_once=at_once)


BY_ID = {"sort": [{ID: {"order": "asc", "unmapped_type": "long"}}], "track_total_hits": False}


def _listed(written: Mapping[str, Any]) -> Listed:
    return Listed(frozenset(written.get("compartments", ())), str(written.get("layout", "")))


def _in_lines(names: Sequence[str]) -> Iterator[list[str]]:
    """The names in as few parts as a request's line takes; one part where there are none."""
    some: list[str] = []
    for name in names:
        if some and sum(map(len, some)) + len(some) + len(name) > NAMES_LENGTH:
            yield some
            some = []
        some.append(name)
    yield some
