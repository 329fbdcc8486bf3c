"""Every call to an OpenSearch server, in one place; what goes wrong on the way, in a sentence without a secret."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as Unreachable
from opensearchpy.exceptions import NotFoundError as Missing
from opensearchpy.exceptions import OpenSearchException
from opensearchpy.exceptions import SSLError as NotTrusted

from search.engines.errors import MENDED, IndexUnreadableError
from store.errors import CandourError, InvalidInputError

SECONDS = 60
MERGE_SECONDS = 900
PAGE = 5_000
_KEEP = {"keep_alive": "2m"}


class SearchUnreachableError(CandourError):
    """The search server does not answer, or not to us; trying again later is right."""

    status_code = 503


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


@contextmanager
def asking(place: Place) -> Iterator[None]:
    """Whatever a call to the server raises is one of two errors.

    Raises:
        SearchUnreachableError: It cannot be reached, or refuses us.
        IndexUnreadableError: Our indexes on it are not as they should be.
    """
    try:
        yield
    except NotTrusted as error:
        raise SearchUnreachableError(
            f"The search server {place} is not trusted, and was sent nothing: its certificate must be for that name and"
            " be signed by an authority in the file that CANDOUR_SEARCH_CA_FILE names."
        ) from error
    except Unreachable as error:
        raise SearchUnreachableError(f"The search server {place} cannot be reached: see that it runs.") from error
    except Missing as error:
        raise IndexUnreadableError(f"The search index is not on the server {place}: {MENDED}.") from error
    except OpenSearchException as error:
        status = getattr(error, "status_code", None)
        if status == 401:
            raise SearchUnreachableError(
                f"The search server {place} refuses the user or the password: put the right one in the file that"
                " CANDOUR_SEARCH_PASSWORD_FILE names."
            ) from error
        if status == 403:
            raise SearchUnreachableError(
                f"The search server {place} knows the user, who may not do what was asked: give the user the role that"
                " the administrator's guide lists."
            ) from error
        raise SearchUnreachableError(f"The search server {place} cannot answer (status {status}).") from error


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
            retry_on_timeout=True,
        )

    def put_template(self, name: str, template: dict[str, Any]) -> None:
        """New indexes whose names have the template's pattern are made by it."""
        with asking(self.place):
            self._client.indices.put_index_template(name=name, body=template)

    def make_index(self, name: str) -> None:
        """An empty index of this name is there."""
        with asking(self.place):
            self._client.indices.create(index=name)

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

    def write(self, lines: list[dict[str, Any]]) -> int:
        """The lines of a bulk request are carried out and can be searched; how many deletions found something.

        Raises:
            SearchUnreachableError: Some were not carried out.
        """
        if not lines:
            return 0
        with asking(self.place):
            answer = self._client.bulk(body=lines, params={"refresh": "true"})
        results = [next(iter(item.items())) for item in answer["items"]]
        failed = [
            result for act, result in results if result["status"] >= 300 and (act, result["status"]) != ("delete", 404)
        ]
        if failed:
            raise SearchUnreachableError(
                f"The search server {self.place} did not take {len(failed)} of {len(results)} documents"
                f" ({failed[0].get('error', {}).get('type', 'unknown')}): they will be tried again."
            )
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

    def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """One answer."""
        with asking(self.place):
            answer: dict[str, Any] = self._client.search(index=index, body=body)
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise SearchUnreachableError(f"The search server {self.place} answered only in part: try again.")
        return answer

    def count(self, index: str, query: dict[str, Any]) -> int:
        """The exact number of documents that the query matches."""
        return int(self.search(index, {"size": 0, "track_total_hits": True, "query": query})["hits"]["total"]["value"])

    def every_hit(self, index: str, body: dict[str, Any], *, order_by: str) -> Iterator[dict[str, Any]]:
        """Every hit as of one moment, page by page, in the order of a field that is different in each."""
        with asking(self.place):
            point = self._client.create_pit(index=index, params=_KEEP)["pit_id"]
        try:
            after: dict[str, Any] = {}
            while True:
                with asking(self.place):
                    answer = self._client.search(
                        body={
                            **body,
                            **after,
                            "size": PAGE,
                            "track_total_hits": False,
                            "sort": [{order_by: "asc"}],
                            "pit": {"id": point, **_KEEP},
                        }
                    )
                hits = answer["hits"]["hits"]
                yield from hits
                if len(hits) < PAGE:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            with asking(self.place):
                self._client.delete_pit(body={"pit_id": [point]})

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
