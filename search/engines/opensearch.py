"""The engine for several machines: OpenSearch matches, ranks and counts; the language's meaning is exactly the same.

Each compartment has an index of its own behind an alias, so that what somebody may not see is in no index that is
asked for them. A rebuild fills new indexes and moves all the aliases in one step. One more index lists the
compartments, so that one whose index is lost is missed.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from search import language_fields as fields
from search.engine import EVERY_DOCUMENT, FACETS, Found, Highlights, Hit, IndexDocument, Order, PageHits
from search.engines.batches import in_batches
from search.engines.broken_words import JOINED
from search.engines.errors import MENDED, REBUILD, IndexUnreadableError
from search.engines.facet_counts import SPANS, shown_counts
from search.engines.index_folder import IndexFolder
from search.engines.kept_words import KeptField, holding, page_hits, unpack_field
from search.engines.opensearch_queries import EVERYTHING, QueryMaker
from search.engines.opensearch_schema import (
    FIRST_DAY,
    ID,
    KEPT,
    LAST_DAY,
    LAYOUT,
    REFERENCE,
    SPAN_FIELDS,
    facet_field,
    index_template,
    lay_down,
    word_field,
)
from search.engines.opensearch_server import Server, read_place
from search.engines.spelling import suggest
from search.highlighting import highlight_pages, text_parts
from search.language_tree import And, Asked, Node, Placed, Query, Text, meaning, placed_parts
from store.errors import DamagedError, InvalidInputError
from store.settings import Settings

WAIT_SECONDS = 30.0
USUAL_VALUES = 2_000
LINES_AT_ONCE = 500
LOCATED_AT_ONCE = 1_000

_BY_ID = {ID: "asc"}
_SORTS: dict[Order, list[Any]] = {
    Order.RELEVANCE: [{"_score": "desc"}, _BY_ID],
    Order.OLDEST: [{FIRST_DAY: {"order": "asc", "missing": "_last"}}, _BY_ID],
    Order.NEWEST: [{LAST_DAY: {"order": "desc", "missing": "_last"}}, _BY_ID],
    Order.REFERENCE: [{REFERENCE: "asc"}, _BY_ID],
}


class OpenSearchEngine:
    """The search indexes of one archive on one server. The folder holds the lock that lets one writer in."""

    def __init__(self, server: Server, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._server = server
        self._prefix = server.place.prefix
        # The database lies on one machine, and so does whoever writes: a lock on its disk is enough.
        self._lock = IndexFolder(folder, f"opensearch-{LAYOUT}")
        self._wait_seconds = wait_seconds

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put the documents in, each in place of the one with its record id; the number put in."""
        with self._writing():
            names = self._aliases()
            written = self._write(documents, names, new=False)
            self._list(names)
            return written

    def remove(self, record_ids: Iterable[int]) -> int:
        """Take the documents out; the number that were there."""
        wanted = sorted(set(record_ids))
        with self._writing():
            aliases = self._aliases()
            gone = sum(self._delete(alias, wanted) for alias in aliases.values())
            self._list(aliases)
            return gone

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Make new indexes beside the old ones, which answer until all the aliases are moved in one step."""
        with self._writing():
            old = self._server.indexes(f"{self._prefix}.in-*")
            made: dict[str, str] = {}
            try:
                written = self._write(documents, made, new=True)
            except BaseException:
                self._server.drop_indexes(made.values())
                raise
            moves = [{"add": {"index": name, "alias": self._alias(compartment)}} for compartment, name in made.items()]
            moves += [{"remove": {"index": name, "alias": each}} for name, aliases in old.items() for each in aliases]
            # Those that go are off the list before they go, and new ones come on it after: what is listed is there.
            listed = self._listed()
            if listed - made.keys():
                self._list(listed & made.keys())
            self._server.move_aliases(moves)
            self._list(made)
            self._lock.leave_nothing_behind()
            # Not in the same step: whoever has just found the old index by its alias must still find it there.
            self._server.drop_indexes(old)
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
        total = 0
        ranked: list[tuple[list[Any], Hit]] = []
        counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        asked = list(self._asked(query, compartments))
        for alias, made in asked:
            answer = self._server.search(
                alias,
                {
                    "query": made,
                    "size": offset + limit,
                    "track_total_hits": True,
                    "track_scores": True,
                    "_source": False,
                    "docvalue_fields": [ID],
                    "sort": _SORTS[order] if is_scored else [_BY_ID],
                    "aggs": {name: _values(name) for name in FACETS},
                },
            )
            total += int(answer["hits"]["total"]["value"])
            for hit in answer["hits"]["hits"]:
                number, score = int(hit["fields"][ID][0]), float(hit["_score"] or 0.0)
                ranked.append((_rank(order, hit["sort"], number, is_scored=is_scored), Hit(number, score)))
            for name, found in answer["aggregations"].items():
                self._count(counts[name], name, found["buckets"], alias, made)
        ranked.sort(key=lambda each: each[0])
        hits = tuple(hit for _, hit in ranked[offset : offset + limit])
        facets = {name: shown_counts(name, counts[name]) for name in FACETS} if asked else {}
        return Found(total, hits, facets)

    def _count(
        self, counts: dict[str, int], name: str, buckets: list[dict[str, Any]], alias: str, made: dict[str, Any]
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
            answer = self._server.search(alias, {"query": made, "size": 0, "aggs": {"all": paged}})
            for bucket in answer["aggregations"]["all"]["buckets"]:
                value = str(bucket["key"]["value"])
                counts[value] = counts.get(value, 0) + int(bucket["doc_count"])
            if "after_key" not in answer["aggregations"]["all"]:
                return
            after = {"after": answer["aggregations"]["all"]["after_key"]}

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""
        ids = [number for alias, made in self._asked(query, compartments) for number in self._ids(alias, made)]
        return tuple(sorted(ids))

    def count(self, query: Asked, *, compartments: frozenset[str]) -> int:
        """How many records the query finds."""
        return sum(self._server.count(alias, made) for alias, made in self._asked(query, compartments))

    def locate(
        self, query: Asked, record_ids: Iterable[int], *, compartments: frozenset[str]
    ) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand, from the index alone."""
        parts, wanted = text_parts(query), list(record_ids)
        found: dict[int, tuple[PageHits, ...]] = {}
        for alias in self._visible(compartments).values():
            for start in range(0, len(wanted), LOCATED_AT_ONCE):
                some = {"query": {"terms": {ID: wanted[start : start + LOCATED_AT_ONCE]}}, "docvalue_fields": [ID]}
                hits = self._server.search(alias, {**some, "size": LOCATED_AT_ONCE})["hits"]["hits"]
                kept = {int(hit["fields"][ID][0]): str(hit["_source"][KEPT]) for hit in hits}
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
        aliases = self._visible(compartments).values()
        if not any(self._server.count(alias, {"term": {ID: record_id}}) for alias in aliases):
            return Highlights()
        return highlight_pages(query, pages, snippet_limit=snippet_limit)

    def suggest_spelling(
        self, query: Query, *, compartments: frozenset[str], among: Node = EVERY_DOCUMENT
    ) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better."""
        aliases = list(self._visible(compartments).values())
        return suggest(
            query,
            _NearWords(self._server, aliases),
            lambda word: self.count(And((Text(word), among)), compartments=compartments),
        )

    @property
    def generation(self) -> str:
        """A name written anew with every change."""
        return str(self._about().get("generation", ""))

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
            if sum(self._server.expunge(alias) for alias in self._aliases().values()):
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
        return sum(self._server.count(alias, EVERYTHING) for alias in self._aliases().values())

    @property
    def unused_bytes(self) -> int:
        """None here: the server clears away what it no longer needs."""
        return 0

    def close(self) -> None:
        """Let go of the connections."""
        self._server.close()

    def _alias(self, compartment: str) -> str:
        # A compartment's name is data: as figures it can be part of no other name.
        return f"{self._prefix}.in-{compartment.encode().hex()}"

    def _about(self) -> dict[str, Any]:
        """What the last change wrote down; nothing where there was none.

        Raises:
            SearchUnreachableError: We have no rights here, whether something is there or not.
        """
        return self._server.document(f"{self._prefix}.about", "1") or {}

    def _listed(self) -> set[str]:
        return set(self._about().get("compartments", ()))

    def _list(self, compartments: Iterable[str]) -> None:
        """These compartments have an index, and the generation is a new one."""
        about = {"index": {"_index": f"{self._prefix}.about", "_id": "1"}}
        self._server.write([about, {"generation": secrets.token_hex(8), "compartments": sorted(compartments)}])

    def _aliases(self) -> dict[str, str]:
        """The alias of each compartment that has an index.

        Raises:
            IndexUnreadableError: One is lost, or nothing says whether one is.
            SearchUnreachableError: One is kept from us.
        """
        found = {
            alias
            for name, aliases in self._server.indexes(f"{self._prefix}.in-*").items()
            for alias in aliases
            if self._of_layout(name)
        }
        about = self._about()
        listed = {self._alias(compartment) for compartment in about.get("compartments", ())}
        # A server may leave out of a pattern's answer what we may not see: an index asked for by name it refuses.
        found |= {alias for alias in listed - found if self._server.has_index(alias)}
        if listed - found or (found and not about):
            raise IndexUnreadableError(f"A part of the search index is gone from the server: {MENDED}.")
        start = f"{self._prefix}.in-"
        return {bytes.fromhex(alias.removeprefix(start)).decode(): alias for alias in sorted(found)}

    def _of_layout(self, name: str) -> bool:
        if name.split(".")[2].split("-")[0] != LAYOUT:
            raise DamagedError(f"The search index was made by another version of the program: {REBUILD}.")
        return True

    def _visible(self, compartments: frozenset[str]) -> dict[str, str]:
        return {name: alias for name, alias in self._aliases().items() if name in compartments}

    def _asked(self, query: Asked, compartments: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for alias in self._visible(compartments).values():
            yield alias, QueryMaker(_Reading(self._server, alias)).make(meaning(query))

    def _ids(self, alias: str, made: dict[str, Any]) -> list[int]:
        hits = self._server.every_hit(alias, {"query": made, "_source": False, "docvalue_fields": [ID]}, order_by=ID)
        return [int(hit["fields"][ID][0]) for hit in hits]

    def _write(self, documents: Iterable[IndexDocument], names: dict[str, str], *, new: bool) -> int:
        """The documents are in the indexes of their compartments, which are made and named as they are needed."""
        written = 0
        for batch in in_batches(documents):
            of_compartment: dict[str, list[int]] = {}
            for record_id, document in batch.items():
                of_compartment.setdefault(document.compartment, []).append(record_id)
            for compartment in of_compartment.keys() - names.keys():
                names[compartment] = self._new_index(compartment, has_alias=not new)
                if not new:
                    self._list(names)
            # Out of where they may no longer be first, so that a crash can hide a record for a while and never show it.
            for compartment, name in names.items():
                staying = set(of_compartment.get(compartment, ()))
                self._delete(name, [number for number in batch if number not in staying])
            for compartment, here in of_compartment.items():
                for start in range(0, len(here), LINES_AT_ONCE):
                    lines = []
                    for number in here[start : start + LINES_AT_ONCE]:
                        lines.append({"index": {"_index": names[compartment], "_id": str(number)}})
                        lines.append(lay_down(batch[number]))
                    self._server.write(lines)
            written += len(batch)
        return written

    def _new_index(self, compartment: str, *, has_alias: bool) -> str:
        alias = self._alias(compartment)
        name = f"{alias}.{LAYOUT}-{secrets.token_hex(6)}"
        self._server.put_template(f"{self._prefix}.documents", index_template(f"{self._prefix}.in-*"))
        self._server.make_index(name)
        if has_alias:
            self._server.move_aliases([{"add": {"index": name, "alias": alias}}])
        return name

    def _delete(self, name: str, record_ids: list[int]) -> int:
        held = self._server.count(name, {"terms": {ID: record_ids}}) if record_ids else 0
        if held:
            # The server reckons with a document that is gone until its segment is merged. Written down first: whoever
            # is killed before the end has then said too much, and never too little.
            self._lock.leave_behind(held)
        return self._server.write([{"delete": {"_index": name, "_id": str(number)}} for number in record_ids])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock.writing(self._wait_seconds):
            # What a rebuild that was cut off left: by no alias is anything found in it, or taken out of it.
            found = self._server.indexes(f"{self._prefix}.in-*")
            self._server.drop_indexes(name for name, aliases in found.items() if not aliases)
            yield


class _Reading:
    """Reads the kept words of candidates on behalf of a query."""

    def __init__(self, server: Server, alias: str) -> None:
        self._server = server
        self._alias = alias

    def __call__(self, placed: Placed, field: str, candidates: dict[str, Any]) -> list[int]:
        """The ids of those of the candidates that hold it."""
        ids: list[int] = []

        def kept() -> Iterator[KeptField]:
            for hit in self._server.every_hit(self._alias, {"query": candidates, "docvalue_fields": [ID]}, order_by=ID):
                ids.append(int(hit["fields"][ID][0]))
                yield unpack_field(str(hit["_source"][KEPT]), field)

        return [ids[i] for i in holding(placed, field, kept())]


class _NearWords:
    """The words that the asker's documents hold, as OpenSearch's own suggester knows them."""

    def __init__(self, server: Server, aliases: list[str]) -> None:
        self._server = server
        self._aliases = aliases

    def within(self, text: str, edits: int) -> list[str]:
        """Words within so many letters of the text."""
        found: set[str] = set()
        for alias in self._aliases:
            wanted = {
                "suggest_mode": "always",
                "max_edits": edits,
                "prefix_length": 0,
                "size": 50,
                "min_word_length": 3,
            }
            names = (*fields.PLAIN_FIELDS, JOINED)
            asked = {name: {"text": text, "term": {**wanted, "field": word_field(name)}} for name in names}
            answer = self._server.search(alias, {"size": 0, "suggest": asked})
            for name in names:
                found |= {str(option["text"]) for entry in answer["suggest"][name] for option in entry["options"]}
        return sorted(found)


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
