"""Every call to an OpenSearch server, in one place."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opensearchpy import OpenSearch

from search.engines.opensearch_errors import SearchUnreachableError, asking, refused
from store.errors import InvalidInputError

SECONDS = 60
WRITING_SECONDS = 300
"""Nobody waits for a writer at a page, and one that gives up has to begin again."""
MERGE_SECONDS = 900
PAGE = 5_000
CHARACTERS = 8 * 2**20
STEPS = 1_000
"""A request to write is ended by either; a server takes 100 MB at the most."""
_DUMPS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_KEEP = {"keep_alive": "2m"}
_WHOLE = {"allow_partial_search_results": "false"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is, who we are there, and what all our indexes' names begin with."""

    host: str
    port: int
    is_secure: bool
    user: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_place(url: str) -> Place:
    """The parts of `opensearch+https://user@host:9200/prefix`.

    Raises:
        InvalidInputError: It cannot be used.
    """
    parts = urlsplit(url.removeprefix("opensearch+"))
    prefix = parts.path.strip("/")
    if not parts.hostname or not prefix.isascii() or not prefix.isalnum() or prefix != prefix.lower():
        raise InvalidInputError(
            "CANDOUR_SEARCH_URL must name a server and a prefix of small letters and figures:"
            " opensearch+https://user@host:9200/candour"
        )
    return Place(parts.hostname, parts.port or 9200, parts.scheme == "https", parts.username or "", prefix)


class Server:
    """One server, asked in Python's own words."""

    def __init__(self, place: Place, *, password: str, authorities: Path | None) -> None:
        self.place = place
        self._client = OpenSearch(
            hosts=[{"host": place.host, "port": place.port}],
            use_ssl=place.is_secure,
            # The certificate must be for the server's name too, which is checked unless it is switched off.
            verify_certs=place.is_secure,
            ca_certs=str(authorities) if authorities else None,
            http_auth=(place.user, password) if place.user else None,
            timeout=SECONDS,
            max_retries=2,
            # Whoever asks has waited long enough then.
            retry_on_timeout=False,
        )

    def make_index(self, name: str, alias: str | None, laid_out: dict[str, Any]) -> None:
        """An empty index of this name is there, with the alias and the settings and mappings given."""
        aliases: dict[str, Any] = {alias: {}} if alias else {}
        with asking(self.place):
            self._client.indices.create(index=name, body={**laid_out, "aliases": aliases})

    def widen(self, index: str, hits: int) -> None:
        """So many hits can be asked for at once."""
        with asking(self.place):
            self._client.indices.put_settings(index=index, body={"max_result_window": hits})

    def drop_indexes(self, names: Iterable[str]) -> None:
        """None of these indexes is there."""
        with asking(self.place):
            for name in names:
                self._client.indices.delete(index=name, params={"ignore_unavailable": "true"})

    def indexes(self, pattern: str) -> dict[str, list[str]]:
        """The indexes whose names have the pattern, and the aliases of each."""
        with asking(self.place):
            found = self._client.indices.get_alias(index=pattern, params={"allow_no_indices": "true"})
        return {str(name): sorted(about["aliases"]) for name, about in found.items()}

    def has_index(self, name: str) -> bool:
        """True where there is an index of this name, by itself or as an alias.

        Raises:
            SearchUnreachableError: We have no rights to it, whether it is there or not.
        """
        with asking(self.place):
            return bool(self._client.indices.exists(index=name))

    def document(self, index: str, number: str) -> dict[str, Any] | None:
        """The document as it was last written, or None where it is not there or has no index.

        Raises:
            SearchUnreachableError: We have no rights to the index, whether it is there or not.
        """
        with asking(self.place):
            found = self._client.get(index=index, id=number, params={"ignore": 404})
        written: dict[str, Any] | None = found.get("_source")
        return written

    def move_aliases(self, actions: list[dict[str, Any]]) -> None:
        """All of the aliases are moved, or none."""
        if actions:
            with asking(self.place):
                self._client.indices.update_aliases(body={"actions": actions})

    def write(self, steps: Iterable[tuple[dict[str, Any], ...]]) -> int:
        """All is carried out and can be searched; how many deletions found something.

        Each step is a line of a bulk request alone, or with its document, and all of them are for one index.

        Raises:
            SearchUnreachableError: Some were not carried out.
        """
        found = 0
        waiting = ""
        for some in _in_requests("".join(f"{_DUMPS(line)}\n" for line in step) for step in steps):
            if waiting:
                found += self._carry_out(waiting, refresh="false")
            waiting = some
        return found + (self._carry_out(waiting, refresh="true") if waiting else 0)

    def _carry_out(self, lines: str, *, refresh: str) -> int:
        with asking(self.place):
            answer = self._client.bulk(body=lines, params={"refresh": refresh, "request_timeout": WRITING_SECONDS})
        results = [next(iter(item.items())) for item in answer["items"]]
        failed = [
            result for act, result in results if result["status"] >= 300 and (act, result["status"]) != ("delete", 404)
        ]
        if failed:
            raise refused(self.place, failed[0].get("error", {}), len(failed), len(results))
        return sum(1 for act, result in results if act == "delete" and result["status"] == 200)

    def expunge(self, index: str) -> int:
        """Documents that are gone are out of the index's segments; how many are not yet.

        The server keeps what was deleted until it knows that no copy of the index will ask for it, which it looks at
        every half minute, of what is flushed. Only segments from which something can go are written anew.
        """
        with asking(self.place):
            # By itself it leaves a segment as it is of which less than a tenth is gone.
            self._client.indices.put_settings(index=index, body={"index.merge.policy.expunge_deletes_allowed": 0})
            self._client.indices.flush(index=index)
            self._client.indices.forcemerge(
                index=index, params={"only_expunge_deletes": "true", "request_timeout": MERGE_SECONDS}
            )
            self._client.indices.refresh(index=index)
            found = self._client.indices.stats(index=index, metric="docs")
        return int(found["_all"]["total"]["docs"]["deleted"])

    def search(self, indexes: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
        """One answer, of all of the indexes' parts.

        Raises:
            SearchUnreachableError: Some part did not answer.
        """
        if not indexes:
            raise ValueError("a search of no index is one of every index")
        with asking(self.place):
            answer: dict[str, Any] = self._client.search(index=",".join(indexes), body=body, params=_WHOLE)
        return self._whole(answer)

    def parts(self, index: str) -> int:
        """How many parts an index has.

        Raises:
            SearchUnreachableError: We have no rights to it.
        """
        return int(self.search([index], {"size": 0})["_shards"]["total"])

    def count(self, index: str, query: dict[str, Any]) -> int:
        """The exact number of documents that the query matches."""
        answer = self.search([index], {"size": 0, "track_total_hits": True, "query": query})
        return int(answer["hits"]["total"]["value"])

    def every_hit(
        self, indexes: Sequence[str], body: dict[str, Any], *, order_by: str, at_once: int = PAGE
    ) -> Iterator[dict[str, Any]]:
        """Every hit as of one moment, page by page, in the order of a field that is different in each."""
        sorted_body = {**body, "size": at_once, "track_total_hits": False, "sort": [{order_by: "asc"}]}
        # One answer is of one moment in itself.
        hits = self.search(indexes, sorted_body)["hits"]["hits"]
        if len(hits) < at_once:
            yield from hits
            return
        with asking(self.place):
            point = self._client.create_pit(
                index=",".join(indexes), params={**_KEEP, "allow_partial_pit_creation": "false"}
            )["pit_id"]
        try:
            after: dict[str, Any] = {}
            while True:
                with asking(self.place):
                    answer = self._client.search(body={**sorted_body, **after, "pit": {"id": point, **_KEEP}})
                hits = self._whole(answer)["hits"]["hits"]
                yield from hits
                if len(hits) < at_once:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            # One that is gone already is let go of.
            with asking(self.place):
                self._client.delete_pit(body={"pit_id": [point]}, params={"ignore": 404})

    def _whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        parts = answer["_shards"]
        # A part that is on no machine is in neither number of failures, so those that answered are counted.
        if answer["timed_out"] or parts["failed"] or parts["successful"] != parts["total"]:
            raise SearchUnreachableError(
                f"The search server {self.place} answered only in part, so nothing is told: try again, and see that all"
                " its machines run."
            )
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _in_requests(steps: Iterable[str]) -> Iterator[str]:
    """The steps one after the other, in parts of which each is small enough for one request."""
    some: list[str] = []
    length = 0
    for step in steps:
        if some and (length + len(step) > CHARACTERS or len(some) >= STEPS):
            yield "".join(some)
            some, length = [], 0
        some.append(step)
        length += len(step)
    if some:
        yield "".join(some)
