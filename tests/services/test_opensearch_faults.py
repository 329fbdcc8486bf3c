"""What goes wrong on a search server of several machines: one sentence that leads out, and nothing silently empty."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from search.engine import IndexDocument, Order
from search.engines import batches, opensearch_compartments, opensearch_server
from search.engines.errors import IndexUnreadableError
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch_errors import SearchUnreachableError
from search.engines.opensearch_schema import ID, LAYOUT
from search.engines.opensearch_server import Server, read_place
from search.language import parse_query
from store.errors import CandourError, DamagedError
from tests.services.running_opensearch import RunningServer

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("opensearch")]

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})
ROADS = parse_query("roads")
EVERYTHING = {"match_all": {}}
MakeEngine = Callable[[Path], OpenSearchEngine]


def paper(number: int, text: str = "minutes of the roads committee", compartment: str = "open") -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], compartment=compartment)


@pytest.fixture
def engine(make_engine: MakeEngine, tmp_path: Path) -> OpenSearchEngine:
    engine = make_engine(tmp_path / "index")
    engine.index([paper(1), paper(2, compartment="restricted")])
    assert engine.count(ROADS, compartments=BOTH) == 2
    return engine


def refused(ask: Callable[[], object], kind: type[CandourError], match: str) -> None:
    """It is refused in one sentence that says this."""
    with pytest.raises(kind, match=match) as caught:
        ask()
    said = str(caught.value)
    assert said.count(". ") == 0, said
    assert said.endswith("."), said


def index_of(engine: OpenSearchEngine, compartment: str) -> str:
    """The index of a compartment by its own name."""
    alias = f"{engine._prefix}.in-{compartment.encode().hex()}"
    return next(name for name, theirs in engine._server.indexes(f"{engine._prefix}.in-*").items() if alias in theirs)


@contextmanager
def cluster_settings(server: RunningServer, **settings: object) -> Iterator[None]:
    """The server has these settings within the block; `__` stands for a dot in their names."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    server.as_admin("PUT", "/_cluster/settings", {"transient": named})
    try:
        yield
    finally:
        server.as_admin("PUT", "/_cluster/settings", {"transient": dict.fromkeys(named)})


def keep_from_all_machines(server: RunningServer, name: str) -> None:
    """The index is there and no machine has it, as after one went away that alone had it.

    One whose part is only taken off its machine is given back to it within moments, whatever the settings say.
    """
    found = json.loads(server.as_admin("GET", f"/{name}"))[name]
    of_its_own = ("uuid", "version", "creation_date", "provided_name")
    about = {key: value for key, value in found["settings"]["index"].items() if key not in of_its_own}
    about["routing.allocation.require._name"] = "a machine that is away"
    made = {"aliases": found["aliases"], "mappings": found["mappings"], "settings": {"index": about}}
    server.as_admin("DELETE", f"/{name}")
    server.as_admin("PUT", f"/{name}?wait_for_active_shards=0", made)


@pytest.mark.parametrize("copied", ["{alias}.{layout}-copy", "{prefix}copy"])
def test_a_compartment_that_stands_twice_is_refused_and_never_counted_twice(
    engine: OpenSearchEngine, server: RunningServer, copied: str
) -> None:
    alias = f"{engine._prefix}.in-{b'open'.hex()}"
    copy = copied.format(alias=alias, layout=LAYOUT, prefix=engine._prefix)
    body = {"source": {"index": index_of(engine, "open")}, "dest": {"index": copy}}
    server.as_admin("POST", "/_reindex?refresh=true", body)
    server.as_admin("POST", "/_aliases", {"actions": [{"add": {"index": copy, "alias": alias}}]})

    for ask in (
        lambda: engine.count(ROADS, compartments=OPEN),
        lambda: engine.find(ROADS, compartments=BOTH),
        lambda: engine.matching(ROADS, compartments=OPEN),
        lambda: engine.locate(ROADS, [1], compartments=OPEN),
        lambda: engine.index([paper(3)]),
    ):
        refused(ask, IndexUnreadableError, "twice.*candour index rebuild")
    assert engine.rebuild([paper(1), paper(2, compartment="restricted")]) == 2
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)


def test_an_index_of_somebody_elses_making_in_place_of_ours_is_refused(
    engine: OpenSearchEngine, server: RunningServer, make_engine: MakeEngine, tmp_path: Path
) -> None:
    alias = f"{engine._prefix}.in-{b'open'.hex()}"
    restricted = index_of(engine, "restricted")
    moves = [
        {"remove": {"index": index_of(engine, "open"), "alias": alias}},
        {"add": {"index": restricted, "alias": alias}},
    ]
    server.as_admin("POST", "/_aliases", {"actions": moves})

    refused(
        lambda: make_engine(tmp_path / "index").count(ROADS, compartments=OPEN),
        DamagedError,
        "by hand.*candour index rebuild",
    )


@pytest.mark.parametrize("alias", ["mine", "{prefix}.in-all"])
def test_an_administrators_own_alias_changes_nothing(
    engine: OpenSearchEngine, server: RunningServer, make_engine: MakeEngine, tmp_path: Path, alias: str
) -> None:
    named = alias.format(prefix=engine._prefix)
    add = {"add": {"index": index_of(engine, "open"), "alias": named}}
    server.as_admin("POST", "/_aliases", {"actions": [add]})

    assert make_engine(tmp_path / "index").matching(ROADS, compartments=BOTH) == (1, 2)
    assert engine.index([paper(3)]) == 1
    assert engine.rebuild([paper(4)]) == 1
    assert engine.matching(ROADS, compartments=BOTH) == (4,)


def test_a_full_disk_is_told_and_what_was_found_before_is_still_found(
    engine: OpenSearchEngine, server: RunningServer
) -> None:
    # What the server itself does when its disk is nearly full.
    block = "index.blocks.read_only_allow_delete"
    server.as_admin("PUT", f"/{engine._prefix}.*/_settings", {block: True})

    refused(lambda: engine.index([paper(3)]), SearchUnreachableError, "too little room.*make room")
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)
    server.as_admin("PUT", f"/{engine._prefix}.*/_settings", {block: None})
    assert engine.index([paper(3)]) == 1

    with cluster_settings(server, cluster__blocks__create_index=True):
        refused(lambda: engine.rebuild([paper(9)]), SearchUnreachableError, "too little room.*make room")
        refused(lambda: engine.index([paper(4, compartment="new")]), SearchUnreachableError, "too little room")
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2, 3)


def test_an_index_that_takes_no_changes_is_told(engine: OpenSearchEngine, server: RunningServer) -> None:
    server.as_admin("PUT", f"/{index_of(engine, 'open')}/_settings", {"index.blocks.write": True})

    # The restricted one is written, and the open one is not: nothing is said to be whole.
    documents = [paper(3, compartment="restricted"), paper(4)]
    refused(lambda: engine.index(documents), SearchUnreachableError, "takes no changes.*block taken off")
    assert engine.matching(ROADS, compartments=OPEN) == (1,)
    engine.rebuild([paper(1), *documents])
    assert engine.matching(ROADS, compartments=BOTH) == (1, 3, 4)


def test_as_many_indexes_as_the_server_may_hold_are_told(engine: OpenSearchEngine, server: RunningServer) -> None:
    with cluster_settings(server, cluster__max_shards_per_node=1):
        refused(lambda: engine.rebuild([paper(9)]), SearchUnreachableError, "as many indexes as it may")
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_part_of_the_index_that_no_machine_has_is_told(
    engine: OpenSearchEngine, server: RunningServer, is_closed: bool
) -> None:
    name = index_of(engine, "restricted")
    told = "closed.*opened" if is_closed else "see that all its machines run"
    if is_closed:
        server.as_admin("POST", f"/{name}/_close?wait_for_active_shards=0")
    else:
        keep_from_all_machines(server, name)
    for ask in (
        lambda: engine.count(ROADS, compartments=BOTH),
        lambda: engine.find(ROADS, compartments=BOTH, order=Order.OLDEST),
        lambda: engine.matching(ROADS, compartments=BOTH),
        lambda: engine.locate(ROADS, [1, 2], compartments=BOTH),
        lambda: engine.count(ROADS, compartments=frozenset({"restricted"})),
    ):
        refused(ask, SearchUnreachableError, told)
    assert engine.matching(ROADS, compartments=OPEN) == (1,)
    if is_closed:
        server.as_admin("POST", f"/{name}/_open?wait_for_active_shards=1")
    else:
        server.as_admin("PUT", f"/{name}/_settings", {"index.routing.allocation.require._name": None})
    server.as_admin("GET", f"/_cluster/health/{name}?wait_for_status=yellow&timeout=20s")
    if not is_closed:
        engine.index([paper(2, compartment="restricted")])
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)


def test_reading_that_the_server_lets_go_of_is_to_be_tried_again_not_rebuilt(
    engine: OpenSearchEngine, server: RunningServer
) -> None:
    engine.index(paper(n) for n in range(10, 20))
    read = engine._server.every_hit([index_of(engine, "open")], {"query": EVERYTHING}, order_by=ID, at_once=4)
    assert [next(read)["_id"] for _ in range(4)] == ["1", "10", "11", "12"]

    server.as_admin("DELETE", "/_search/point_in_time/_all")

    refused(lambda: list(read), SearchUnreachableError, "let go of what was being read.*try again")


def test_a_server_short_of_memory_is_told(engine: OpenSearchEngine, server: RunningServer) -> None:
    with cluster_settings(server, network__breaker__inflight_requests__limit="64kb"):
        long = paper(3, " ".join(f"roads{n}" for n in range(20_000)))
        refused(lambda: engine.index([long]), SearchUnreachableError, "short of memory.*try again")
    assert engine.index([long]) == 1


def test_one_request_is_never_larger_than_a_server_takes(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch, server: RunningServer
) -> None:
    sent: list[int] = []
    carry_out = Server._carry_out

    def watched(self: Server, lines: str, *, refresh: str) -> int:
        sent.append(len(lines))
        return carry_out(self, lines, refresh=refresh)

    monkeypatch.setattr(Server, "_carry_out", watched)
    monkeypatch.setattr(opensearch_server, "CHARACTERS", 200_000)
    engine.index(paper(n, f"roads number{n} " + "minutes of the committee " * 800) for n in range(10, 60))

    assert len(sent) > 10
    assert max(sent) < 200_000
    assert engine.matching(ROADS, compartments=OPEN) == (1, *range(10, 60))


def test_an_index_taken_away_while_it_is_made_is_no_smaller_index(
    engine: OpenSearchEngine, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_DOCUMENTS", 2)
    before = set(engine._server.indexes(f"{engine._prefix}.in-*"))

    def documents() -> Iterator[IndexDocument]:
        for number in range(10, 18):
            if number == 14:
                (made,) = set(engine._server.indexes(f"{engine._prefix}.in-*")) - before
                server.as_admin("DELETE", f"/{made}")
            yield paper(number)

    refused(lambda: engine.rebuild(documents()), CandourError, "candour index rebuild")
    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)
    engine.rebuild([paper(10), paper(11)])
    assert engine.matching(ROADS, compartments=BOTH) == (10, 11)


def test_an_index_taken_away_while_it_is_written_is_not_made_by_the_server_itself(
    engine: OpenSearchEngine, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_DOCUMENTS", 2)

    def documents() -> Iterator[IndexDocument]:
        for number in range(10, 18):
            if number == 14:
                server.as_admin("DELETE", f"/{index_of(engine, 'open')}")
            yield paper(number)

    refused(lambda: engine.index(documents()), CandourError, "candour index rebuild")
    refused(lambda: engine.count(ROADS, compartments=OPEN), IndexUnreadableError, "candour index rebuild")


def test_a_template_of_somebody_elses_does_not_change_what_is_found(
    make_engine: MakeEngine, server: RunningServer, tmp_path: Path
) -> None:
    engine = make_engine(tmp_path / "index")
    template: dict[str, object] = {
        "index_patterns": [f"{engine._prefix}*"],
        "priority": 900,
        "template": {"settings": {"number_of_shards": 2, "max_result_window": 9}, "mappings": {"dynamic": True}},
    }
    server.as_admin("PUT", f"/_index_template/{engine._prefix}-theirs", template)
    try:
        engine.index([paper(n) for n in range(1, 30)])
        assert engine.find(ROADS, compartments=OPEN, limit=50).total == 29
        assert engine.count(parse_query("=roads"), compartments=OPEN) == 29
        assert engine.count(parse_query("road"), compartments=OPEN) == 29
    finally:
        server.as_admin("DELETE", f"/_index_template/{engine._prefix}-theirs")


def test_very_many_compartments_are_all_asked(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch_compartments, "NAMES_LENGTH", 100)
    engine = make_engine(tmp_path / "index")
    names = [f"compartment {n}" for n in range(7)]
    engine.index(paper(n, "roads " * n, compartment=names[n % 7]) for n in range(1, 29))
    every = frozenset(names)

    found = engine.find(ROADS, compartments=every, limit=5, offset=3, order=Order.REFERENCE)

    assert (found.total, [hit.record_id for hit in found.hits]) == (28, [4, 5, 6, 7, 8])
    assert engine.matching(ROADS, compartments=every) == tuple(range(1, 29))
    assert engine.count(ROADS, compartments=frozenset(names[:3])) == 12
    assert engine.locate(ROADS, [6, 9], compartments=every).keys() == {6, 9}
    assert engine.suggest_spelling(parse_query("raods"), compartments=every) == "roads"


def test_a_server_that_hangs_is_given_up_in_time(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch_server, "SECONDS", 3)
    asked = Server(
        read_place(server.url("testhangs")), password=server.password, authorities=server.authority.certificate
    )
    os.kill(server.process_id, signal.SIGSTOP)
    began = time.monotonic()
    try:
        refused(lambda: asked.document("testhangs.about", "1"), SearchUnreachableError, "did not answer in time")
        took = time.monotonic() - began
    finally:
        os.kill(server.process_id, signal.SIGCONT)
    assert took < 8


def test_something_else_than_a_search_server_is_told(server: RunningServer, tmp_path: Path) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.send_response(200 if "_alias" in self.path else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p>An intranet</p>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        asked = Server(
            read_place(f"opensearch+http://127.0.0.1:{other.server_port}/papers"), password="", authorities=None
        )
        for ask in (lambda: asked.indexes("papers.in-*"), lambda: asked.search(["papers.about"], {})):
            refused(ask, SearchUnreachableError, "is no search server.*CANDOUR_SEARCH_URL")
        other.shutdown()


def test_a_server_of_https_that_is_asked_in_http_is_told(server: RunningServer, tmp_path: Path) -> None:
    url = server.url("testplain").replace("+https", "+http")
    engine = OpenSearchEngine(Server(read_place(url), password=server.password, authorities=None), tmp_path / "index")

    refused(lambda: engine.count(ROADS, compartments=OPEN), SearchUnreachableError, "says https")


def test_an_index_of_an_earlier_version_still_answers_a_page_far_down(
    engine: OpenSearchEngine, server: RunningServer
) -> None:
    about = f"{engine._prefix}.about"
    server.as_admin("DELETE", f"/{about}")
    # As it was made then: by the server itself, and without the layout.
    written = {"generation": "0", "compartments": ["open", "restricted"]}
    server.as_admin("PUT", f"/{about}/_doc/1?refresh=true", written)

    assert engine.matching(ROADS, compartments=BOTH) == (1, 2)
    engine.index([paper(3)])
    assert engine.find(ROADS, compartments=BOTH, limit=20, offset=20_000).total == 3
