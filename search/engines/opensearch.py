"""The engine for several machines: OpenSearch matches, ranks and counts; the language's meaning is exactly the same.

Each compartment has an index of its own behind an alias, so that what somebody may not see is in no index that is
asked for them. A rebuild fills new indexes and moves all the aliases in one step. One more index lists the
compartments, so that one whose index is lost is missed.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from search.engine import EVERY_DOCUMENT, FACETS, FacetCount, Found, Highlights, Hit, IndexDocument, Order, PageHits
from search.engines.batches import in_batches
from search.engines.facet_counts import SPANS, shown_counts
from search.engines.index_folder import IndexFolder
from search.engines.kept_words import page_hits
from search.engines.opensearch_compartments import Compartments, Together
from search.engines.opensearch_queries import EVERYTHING
from search.engines.opensearch_reading import READ_AT_ONCE, NearWords, made_for
from search.engines.opensearch_schema import (
    FIRST_DAY,
    ID,
    KEPT,
    LAST_DAY,
    LAYOUT,
    REFERENCE,
    SPAN_FIELDS,
    facet_field,
    index_layout,
    lay_down,
)
from search.engines.opensearch_server import Server, read_place
from search.engines.spelling import suggest
from search.highlighting import highlight_pages, text_parts
from search.language_tree import And, Asked, Node, Query, Text, meaning, placed_parts
from store.errors import InvalidInputError
from store.settings import Settings

WAIT_SECONDS = 30.0
USUAL_VALUES = 2_000

_BY_ID = {ID: {"order": "asc", "unmapped_type": "long"}}
_SORTS: dict[Order, list[Any]] = {
    Order.RELEVANCE: [{"_score": "desc"}, _BY_ID],
    Order.OLDEST: [{FIRST_DAY: {"order": "asc", "missing": "_last", "unmapped_type": "integer"}}, _BY_ID],
    Order.NEWEST: [{LAST_DAY: {"order": "desc", "missing": "_last", "unmapped_type": "integer"}}, _BY_ID],
    Order.REFERENCE: [{REFERENCE: {"order": "asc", "unmapped_type": "keyword"}}, _BY_ID],
}


class OpenSearchEngine:
    """The search indexes of one archive on one server. The folder holds the lock that lets one writer in."""

    def __init__(self, server: Server, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._server = server
        self._prefix = server.place.prefix
        self._compartments = Compartments(server)
        # The database lies on one machine, and so does whoever writes: a lock on its disk is enough.
        self._lock = IndexFolder(folder, f"opensearch-{LAYOUT}")
        self._wait_seconds = wait_seconds

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put the documents in, each in place of the one with its record id; the number put in."""
        with self._writing():
            aliases = self._compartments.aliases()

            def make(compartment: str) -> str:
                alias = self._compartments.alias(compartment)
                self._make_index(compartment, alias)
                self._write_down({*aliases, compartment})
                return alias

            written = self._write(documents, aliases, make)
            self._write_down(aliases)
            return written

    def remove(self, record_ids: Iterable[int]) -> int:
        """Take the documents out; the number that were there."""
        wanted = sorted(set(record_ids))
        with self._writing():
            aliases = self._compartments.aliases()
            gone = sum(self._delete(alias, wanted) for alias in aliases.values())
            self._write_down(aliases)
            return gone

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Make new indexes beside the old ones, which answer until all the aliases are moved in one step."""
        with self._writing():
            old = self._server.indexes(self._compartments.pattern)
            made: dict[str, str] = {}

            def make(compartment: str) -> str:
                # Written to by an alias too: to an index that is taken away meanwhile nothing can be.
                alias = f"{self._prefix}.new-{compartment.encode().hex()}"
                made[compartment] = self._make_index(compartment, alias)
                return alias

            try:
                aliases: dict[str, str] = {}
                written = self._write(documents, aliases, make)
            except BaseException:
                self._server.drop_indexes(made.values())
                raise
            moves = [
                {"add": {"index": name, "alias": self._compartments.alias(compartment)}}
                for compartment, name in made.items()
            ]
            moves += [{"remove": {"index": name, "alias": aliases[compartment]}} for compartment, name in made.items()]
            moves += [
                {"remove": {"index": name, "alias": each}}
                for name, theirs in old.items()
                for each in theirs
                if each.startswith(f"{self._prefix}.in-")
            ]
            # Those that go are off the list before they go, and new ones come on it after: what is listed is there.
            # Until then it is not settled, so that every question looks for the indexes anew.
            listed = set(self._compartments.written().get("compartments", ()))
            if listed:
                self._write_down(listed & made.keys(), is_settled=False)
            self._server.move_aliases(moves)
            self._write_down(made)
            self._lock.leave_nothing_behind()
            # Not in the same step: whoever has just found the old index by its alias must still find it there. What
            # somebody else gave our alias to is theirs.
            self._server.drop_indexes(name for name in old if name.startswith(f"{self._prefix}.in-"))
            return written

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
        """What the query finds: the exact number, one page of hits, the facets of all."""
        is_scored = order is not Order.RELEVANCE or bool(placed_parts(meaning(query)))
        wanted = {
            "size": offset + limit,
            "track_total_hits": True,
            "track_scores": True,
            "_source": False,
            "docvalue_fields": [ID],
            "sort": _SORTS[order] if is_scored else [_BY_ID],
            "aggs": {name: _values(name) for name in FACETS},
        }

        def ask(together: Together) -> _Part:
            made = made_for(query, together)
            answer = together.search({**wanted, "query": made})
            part = _Part(int(answer["hits"]["total"]["value"]), [], {name: {} for name in FACETS})
            for hit in answer["hits"]["hits"]:
                number, score = int(hit["fields"][ID][0]), float(hit["_score"] or 0.0)
                part.ranked.append((_rank(order, hit["sort"], number, is_scored=is_scored), Hit(number, score)))
            for name in FACETS:
                self._count(part.counts[name], name, answer["aggregations"][name]["buckets"], together, made)
            return part

        parts = self._compartments.each(compartments, ask)
        ranked = sorted((each for part in parts for each in part.ranked), key=lambda each: each[0])
        hits = tuple(hit for _, hit in ranked[offset : offset + limit])
        facets: dict[str, tuple[FacetCount, ...]] = {}
        for name in FACETS if parts else ():
            counts: Counter[str] = Counter()
            for part in parts:
                counts.update(part.counts[name])
            facets[name] = shown_counts(name, counts)
        return Found(sum(part.total for part in parts), hits, facets)

    def _count(
        self, counts: dict[str, int], name: str, buckets: list[dict[str, Any]], together: Together, made: dict[str, Any]
    ) -> None:
        """Add a facet's values to the counts; where there are more than were asked for, all are gone through."""
        if len(buckets) < USUAL_VALUES:
            for bucket in buckets:
                value = f"{int(bucket['key']):04}" if name in SPANS else str(bucket["key"])
                counts[value] = counts.get(value, 0) + int(bucket["doc_count"])
            return
        after: dict[str, Any] = {}
        while True:
            sources = [{"value": {"terms": {"field": facet_field(name)}}}]
            paged = {"composite": {"size": USUAL_VALUES, "sources": sources, **after}}
            answer = self._server.search(together.names, {"query": made, "size": 0, "aggs": {"all": paged}})
            for bucket in answer["aggregations"]["all"]["buckets"]:
                value = str(bucket["key"]["value"])
                counts[value] = counts.get(value, 0) + int(bucket["doc_count"])
            if "after_key" not in answer["aggregations"]["all"]:
                return
            after = {"after": answer["aggregations"]["all"]["after_key"]}

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""
        found = self._compartments.each(compartments, lambda together: together.ids(made_for(query, together)))
        return tuple(sorted(number for some in found for number in some))

    def count(self, query: Asked, *, compartments: frozenset[str]) -> int:
        """How many records the query finds."""
        return sum(self._compartments.each(compartments, lambda together: together.count(made_for(query, together))))

    def locate(
        self, query: Asked, record_ids: Iterable[int], *, compartments: frozenset[str]
    ) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand, from the index alone."""
        parts, wanted = text_parts(query), list(record_ids)
        found: dict[int, tuple[PageHits, ...]] = {}
        for start in range(0, len(wanted), READ_AT_ONCE):
            some = {"terms": {ID: wanted[start : start + READ_AT_ONCE]}}
            body = {"query": some, "docvalue_fields": [ID], "_source": [KEPT], "size": READ_AT_ONCE}
            for answer in self._compartments.each(compartments, partial(Together.search, body=body)):
                kept = {int(hit["fields"][ID][0]): str(hit["_source"][KEPT]) for hit in answer["hits"]["hits"]}
                found |= page_hits(parts, kept)
        return found

    def highlight(
        self,
        query: Asked,
        record_id: int,
        pages: Iterable[tuple[int, str]],
        *,
        compartments: frozenset[str],
        snippet_limit: int = 3,
    ) -> Highlights:
        """The marks and snippets of these pages; nothing for a record that may not be seen."""
        if not any(self._compartments.each(compartments, lambda together: together.count({"term": {ID: record_id}}))):
            return Highlights()
        return highlight_pages(query, pages, snippet_limit=snippet_limit)

    def suggest_spelling(
        self, query: Query, *, compartments: frozenset[str], among: Node = EVERY_DOCUMENT
    ) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better."""
        return suggest(
            query,
            NearWords(self._server, self._compartments, compartments),
            lambda word: self.count(And((Text(word), among)), compartments=compartments),
        )

    @property
    def generation(self) -> str:
        """A name written anew with every change."""
        return str(self._compartments.written().get("generation", ""))

    @property
    def layout(self) -> str:
        """The name of how records are read into the index."""
        return self._lock.layout

    @property
    def left_behind(self) -> int:
        """How many records have left a compartment and still weigh in the order there."""
        return self._lock.left_behind

    def forget(self) -> bool:
        """The server rewrites what holds documents that are gone; whether none is left in any index."""
        with self._writing():
            if sum(self._server.expunge(alias) for alias in self._compartments.aliases().values()):
                return False
            self._lock.leave_nothing_behind()
            return True

    @property
    def is_doubted(self) -> bool:
        """Never: whoever asks the server is told at once which of its indexes is not there."""
        return False

    @property
    def document_count(self) -> int:
        """How many documents the indexes hold, in all compartments."""
        return sum(self._compartments.each(None, lambda together: together.count(EVERYTHING)))

    @property
    def unused_bytes(self) -> int:
        """None here: the server clears away what it no longer needs."""
        return 0

    def close(self) -> None:
        """Let go of the connections."""
        self._server.close()

    def _write_down(self, compartments: Iterable[str], *, is_settled: bool = True) -> None:
        self._compartments.write_down(compartments, secrets.token_hex(8), is_settled=is_settled)

    def _write(self, documents: Iterable[IndexDocument], aliases: dict[str, str], make: Callable[[str], str]) -> int:
        """The documents are in the indexes of their compartments, which are made and named as they are needed."""
        written = 0
        for batch in in_batches(documents):
            of_compartment: dict[str, list[int]] = {}
            for record_id, document in batch.items():
                of_compartment.setdefault(document.compartment, []).append(record_id)
            for compartment in of_compartment.keys() - aliases.keys():
                aliases[compartment] = make(compartment)
            # Out of where they may no longer be first, so that a crash can hide a record for a while and never show it.
            for compartment, alias in aliases.items():
                staying = set(of_compartment.get(compartment, ()))
                self._delete(alias, [number for number in batch if number not in staying])
            for compartment, here in of_compartment.items():
                line = {"_index": aliases[compartment], "require_alias": True}
                self._server.write(({"index": {**line, "_id": str(i)}}, lay_down(batch[i])) for i in here)
            written += len(batch)
        return written

    def _make_index(self, compartment: str, alias: str) -> str:
        """An empty index for the compartment is there under the alias; its own name."""
        name = f"{self._compartments.alias(compartment)}.{LAYOUT}-{secrets.token_hex(6)}"
        # Said of each index, and not by a template: one of somebody else's could come before that.
        self._server.make_index(name, alias, index_layout())
        return name

    def _delete(self, alias: str, record_ids: list[int]) -> int:
        held = self._server.count(alias, {"terms": {ID: record_ids}}) if record_ids else 0
        if not held:
            return 0
        # The server reckons with a document that is gone until its segment is merged. Written down first: whoever
        # is killed before the end has then said too much, and never too little.
        self._lock.leave_behind(held)
        line = {"_index": alias, "require_alias": True}
        return self._server.write(({"delete": {**line, "_id": str(number)}},) for number in record_ids)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock.writing(self._wait_seconds):
            # What a rebuild that was cut off left: by none of these aliases is anything found in it, or taken out.
            found = self._server.indexes(self._compartments.pattern)
            start = f"{self._prefix}.in-"
            left = [name for name, aliases in found.items() if not any(each.startswith(start) for each in aliases)]
            self._server.drop_indexes(left)
            yield


class _Part(NamedTuple):
    """What is found in some of the compartments."""

    total: int
    ranked: list[tuple[list[Any], Hit]]
    counts: dict[str, dict[str, int]]


def _values(name: str) -> dict[str, Any]:
    if name in SPANS:
        return {"terms": {"field": SPAN_FIELDS[name], "size": 10_000}}
    return {"terms": {"field": facet_field(name), "size": USUAL_VALUES}}


def _rank(order: Order, sort: list[Any], number: int, *, is_scored: bool) -> list[Any]:
    """What the hits of several indexes are put in order by, the least first."""
    if not is_scored:
        return [number]
    first = sort[0]
    return [-first if order in (Order.RELEVANCE, Order.NEWEST) else first, number]


def open_engine(settings: Settings) -> OpenSearchEngine:
    """The engine on the server that the settings name, the password read from its file.

    Raises:
        InvalidInputError: The address cannot be used, or the file with the password or the authorities is not there.
    """
    place = read_place(settings.search_url)
    password = ""
    if place.user:
        if not settings.search_password_file.is_file():
            raise InvalidInputError(
                "The search server needs a password: put it in the file that CANDOUR_SEARCH_PASSWORD_FILE names."
            )
        password = settings.search_password_file.read_text(encoding="utf-8").strip()
    if settings.search_ca_file and not settings.search_ca_file.is_file():
        raise InvalidInputError("The file with authorities to trust that CANDOUR_SEARCH_CA_FILE names is not there.")
    server = Server(place, password=password, authorities=settings.search_ca_file)
    return OpenSearchEngine(server, settings.index)
