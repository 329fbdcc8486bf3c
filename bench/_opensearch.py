"""OpenSearch for the bench of searching: started as the tests start it, with TLS and sign-in, and its processor time.

Needs Maven and a JDK, and fetches the server from Maven Central the first time.
"""

import atexit
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk

from search.engine import IndexDocument
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch_server import Server, read_place
from tests.services.running_opensearch import USER, CannotStartError, RunningServer, running_opensearch

PREFIX = "testbench"
DIRECT = f"{PREFIX}direct"
_started: list[RunningServer] = []


@cache
def the_server() -> RunningServer:
    """The one server of this run, stopped at its end."""
    running = ExitStack()
    try:
        server = running.enter_context(running_opensearch())
    except CannotStartError as error:
        sys.exit(f"OpenSearch was not measured, because {error}.")
    atexit.register(running.close)
    _started.append(server)
    return server


def make_engine(folder: Path) -> OpenSearchEngine:
    """Our engine on the server."""
    server = the_server()
    place = read_place(server.url(PREFIX))
    return OpenSearchEngine(Server(place, password=server.password, authorities=server.authority.certificate), folder)


def server_seconds() -> float:
    """Processor seconds that the server's threads have used; 0 where there is no server.

    From each thread's own count, which is exact where the process's is kept in hundredths.
    """
    total = 0
    for server in _started:
        for task in Path(f"/proc/{server.process_id}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except (OSError, IndexError):  # The thread has just ended.
                continue
    return total / 1e9


def megabytes() -> float:
    """What the indexes of the bench take on the server's disk, once what is no longer needed is merged away."""
    if not _started:
        return 0.0
    _started[0].as_admin("POST", f"/{PREFIX}*/_flush")
    stats = json.loads(_started[0].as_admin("GET", f"/{PREFIX}*/_stats/store"))
    return float(stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0)) / 1e6


def clear() -> None:
    """Nothing of an earlier measurement is on the server."""
    for server in _started:
        server.as_admin("DELETE", f"/{PREFIX}*")


def measure_directly(documents: Iterable[IndexDocument], size: int) -> tuple[float, Callable[[str], None]]:
    """Documents a processor second put in with OpenSearch's own analyser, and how to ask in its own query language."""
    server = the_server()
    client = OpenSearch(
        hosts=[{"host": "127.0.0.1", "port": server.port}],
        use_ssl=True,
        ca_certs=str(server.authority.certificate),
        http_auth=(USER, server.password),
        timeout=60,
    )
    text = {"type": "text", "analyzer": "english"}
    one = {"number_of_shards": 1, "number_of_replicas": 0}
    client.indices.create(
        index=DIRECT, body={"settings": one, "mappings": {"properties": {"title": text, "text": text}}}
    )

    def actions() -> Iterator[dict[str, object]]:
        for document in documents:
            yield {"_index": DIRECT, "_id": document.record_id, "title": document.title, "text": document.pages[0][1]}

    began = time.process_time() + server_seconds()
    bulk(client, actions())
    client.indices.refresh(index=DIRECT)
    per_second = size / (time.process_time() + server_seconds() - began)

    def ask(written: str) -> None:
        written = re.sub(r"\b(\w+) NOT ", r"\1 AND NOT ", written)
        asked = {"query": written, "fields": ["title^2", "text"], "default_operator": "AND"}
        body = {"query": {"query_string": asked}, "track_total_hits": True, "highlight": {"fields": {"text": {}}}}
        client.search(index=DIRECT, body=body, params={"size": 10})

    return per_second, ask
