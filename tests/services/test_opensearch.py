"""OpenSearch, a real one, finds what a plain reading finds, and keeps its promises when processes are killed."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from search.engine import FACETS, Found, IndexDocument, Order
from search.engines.errors import IndexBusyError, IndexUnreadableError
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch_errors import SearchUnreachableError
from search.engines.opensearch_schema import LAYOUT
from search.engines.opensearch_server import Server, read_place
from search.language import any_word, parse_query
from search.opening import is_unreadable
from search.plain_scan import PlainScan
from store.errors import CandourError, DamagedError
from tests.search.conftest import _real_documents
from tests.search.made_cases import read_material
from tests.search.test_conformance import ALL_KINDS, ODD, ODD_DOCUMENTS, facet_by_reading
from tests.search.test_differential import one_archive
from tests.services.running_opensearch import RunningServer

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("opensearch")]

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})
MakeEngine = Callable[[Path], OpenSearchEngine]


def paper(number: int, text: str = "minutes of the roads committee", **particulars: object) -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], **particulars)  # type: ignore[arg-type]


def ids(engine: OpenSearchEngine, query: str, compartments: frozenset[str] = OPEN) -> tuple[int, ...]:
    return engine.matching(parse_query(query), compartments=compartments)


@pytest.fixture
def engine(make_engine: MakeEngine, tmp_path: Path) -> OpenSearchEngine:
    return make_engine(tmp_path / "index")


def test_every_kind_of_query_finds_what_reading_everything_finds(
    engine: OpenSearchEngine, corpus: Callable[[str], Path]
) -> None:
    documents = _real_documents(corpus("ir/cran/docs.jsonl"), corpus("text/versions/jfk/2018"))
    for start in range(0, len(documents), 60):
        engine.index(documents[start : start + 60])
    engine.index(documents[30:50])
    assert engine.remove([document.record_id for document in documents[100:110]]) == 10
    engine.index(documents[100:110])
    by_id = {document.record_id: document for document in documents}
    scan = PlainScan(documents)

    for number, written in enumerate(ALL_KINDS):
        query = parse_query(written)
        compartments = BOTH if number % 4 == 0 else OPEN
        expected = scan.matching(query, compartments=compartments)
        found = engine.find(query, compartments=compartments, limit=500)

        assert found.total == len(expected), written
        assert sorted(hit.record_id for hit in found.hits) == list(expected), written
        if number % 4 == 0:
            assert engine.matching(query, compartments=compartments) == expected, written
            for facet in FACETS:
                shown = [(count.value, count.count) for count in found.facets[facet]]
                assert shown == facet_by_reading(facet, [by_id[i] for i in expected]), (written, facet)
        if number % 9 == 0 and expected:
            located = engine.locate(query, expected[:4], compartments=compartments)
            for i in expected[:4]:
                pages = engine.highlight(query, i, by_id[i].pages, compartments=compartments).pages
                assert located[i] == pages, written


def test_odd_writing_and_the_edges_of_pages_and_values_agree(engine: OpenSearchEngine) -> None:
    engine.index(ODD_DOCUMENTS)
    scan = PlainScan(ODD_DOCUMENTS)
    by_id = {document.record_id: document for document in ODD_DOCUMENTS}

    for written in [query for line in ODD.strip().splitlines() for query in line.split("|")]:
        query = parse_query(written)
        found = engine.find(query, compartments=OPEN, limit=50)
        expected = scan.matching(query, compartments=OPEN)
        assert (found.total, sorted(hit.record_id for hit in found.hits)) == (len(expected), list(expected)), written
        located = engine.locate(query, expected, compartments=OPEN)
        for i in expected:
            numbers = [number for number, _ in by_id[i].pages]
            if numbers == list(range(1, len(numbers) + 1)):
                assert located[i] == engine.highlight(query, i, by_id[i].pages, compartments=OPEN).pages, written


def test_random_questions_about_random_archives_are_answered_as_reading_answers_them(
    make_engine: MakeEngine, corpus: Callable[[str], Path], tmp_path: Path
) -> None:
    material = read_material(corpus("text").parent)

    told = sum(one_archive(seed, make_engine(tmp_path / str(seed)), material, questions=20) for seed in range(4))

    assert told > 10


def test_what_may_not_be_seen_changes_no_number(make_engine: MakeEngine, tmp_path: Path) -> None:
    seen = [paper(n, "minutes of roads " * n + "lamp", title=f"Roads {n}") for n in range(1, 6)]
    forbidden = [
        paper(n, "roads lantern roads", compartment="restricted", people=["Mair Llŷr"], date_from=date(1990, 1, 1))
        for n in range(20, 30)
    ]
    alone, together = make_engine(tmp_path / "alone"), make_engine(tmp_path / "together")
    alone.index(seen)
    together.index([*forbidden[:5], *seen, *forbidden[5:]])

    for written in ["roads", "roads OR lantern", "NOT parks", "minutes w/2 roads", "*", "lant*", "lanturn~"]:
        query = parse_query(written)
        assert together.find(query, compartments=OPEN, limit=50) == alone.find(query, compartments=OPEN, limit=50)
    assert together.suggest_spelling(parse_query("lanturn"), compartments=OPEN) is None
    assert together.suggest_spelling(parse_query("lanturn"), compartments=BOTH) == "lantern"
    assert together.locate(parse_query("roads"), [20], compartments=OPEN) == {}
    assert together.count(parse_query("roads"), compartments=BOTH) == 15
    assert together.left_behind == 0
    together.index([paper(20, "roads lantern")])
    assert ids(together, "lantern") == (20,)
    assert ids(together, "lantern", frozenset({"restricted"})) == tuple(range(21, 30))
    # It left the restricted ones, where its words weigh until the index is made anew.
    assert together.left_behind == 1
    together.rebuild([paper(20, "roads lantern")])
    assert together.left_behind == 0


def test_what_left_a_compartment_weighs_nothing_once_the_server_has_forgotten_it(
    make_engine: MakeEngine, tmp_path: Path
) -> None:
    """The server keeps what was deleted for half a minute; no record is written again."""
    seen = [paper(n, "roads " * (n % 4 + 1) + "lamp " * (n % 3)) for n in range(1, 40)]
    hidden = [paper(n, "roads " * 30) for n in range(100, 103)]
    alone, together = make_engine(tmp_path / "alone"), make_engine(tmp_path / "together")
    alone.rebuild(seen)
    together.rebuild([*seen, *hidden])
    together.index([replace(each, compartment="restricted") for each in hidden])
    queries = [parse_query(written) for written in ("roads", "roads OR lamp", "lamp")]

    def found(engine: OpenSearchEngine) -> list[Found]:
        return [engine.find(query, compartments=OPEN, limit=50) for query in queries]

    assert found(together) != found(alone)
    assert together.left_behind == 3
    assert not together.forget()
    assert together.left_behind == 3
    ends = time.monotonic() + 120
    while not together.forget() and time.monotonic() < ends:
        time.sleep(2)

    assert together.left_behind == 0
    assert found(together) == found(alone)
    assert ids(together, "roads", BOTH) == (*range(1, 40), 100, 101, 102)


def test_orders_pages_and_generations(engine: OpenSearchEngine) -> None:
    assert (ids(engine, "*"), engine.document_count, engine.remove([1])) == ((), 0, 0)
    engine.index([paper(1), paper(2, date_from=date(1980, 1, 1)), paper(3, date_from=date(1970, 1, 1))])
    first = engine.generation

    def order(wanted: Order) -> list[int]:
        return [hit.record_id for hit in engine.find(parse_query("*"), compartments=OPEN, order=wanted).hits]

    assert (order(Order.OLDEST), order(Order.NEWEST)) == ([3, 2, 1], [2, 3, 1])
    assert (order(Order.REFERENCE), order(Order.RELEVANCE)) == ([1, 2, 3], [1, 2, 3])
    assert engine.generation == first
    engine.index([paper(1, "parks"), paper(1, "payroll")])
    assert engine.generation != first
    assert (ids(engine, "roads"), ids(engine, "parks"), ids(engine, "payroll")) == ((2, 3), (), (1,))
    assert engine.matching(any_word("?!"), compartments=OPEN) == ()


def test_more_values_than_are_asked_for_at_once_are_all_counted(engine: OpenSearchEngine) -> None:
    engine.index(IndexDocument(n, people=[f"Person {n % 2_500}", "Everybody"]) for n in range(1, 2_601))

    people = engine.find(parse_query("*"), compartments=OPEN).facets["person"]

    assert (people[0].value, people[0].count) == ("Everybody", 2_600)
    assert [(p.value, p.count) for p in people[1:]] == sorted((f"Person {n}", 2) for n in range(1, 101))[:99]


def test_the_old_index_answers_while_the_new_one_is_made(
    engine: OpenSearchEngine, make_engine: MakeEngine, tmp_path: Path
) -> None:
    engine.index([paper(n) for n in range(1, 20)])
    wrong: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                found = ids(engine, "roads")
                if found != tuple(range(1, 20)):
                    wrong.append(found)
            except CandourError as error:
                wrong.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    other = make_engine(tmp_path / "index")

    def watched() -> Iterator[IndexDocument]:
        with pytest.raises(IndexBusyError, match="try again"):
            other.index([paper(99)])
        yield from (paper(n) for n in range(1, 20))

    assert engine.rebuild(watched()) == 19
    stop.set()
    asker.join()

    assert wrong == []
    assert len(engine._server.indexes(f"{engine._prefix}.in-*")) == 1


def _write_until_killed(url: str, password: str, authorities: Path, folder: Path, told: Connection) -> None:
    engine = OpenSearchEngine(Server(read_place(url), password=password, authorities=authorities), folder)
    number = 0
    while True:
        engine.index([paper(n, f"roads number{n} parks") for n in range(number + 1, number + 21)])
        number += 20
        told.send(number)


def test_a_writer_killed_at_any_moment_loses_nothing_it_had_said_was_written(
    engine: OpenSearchEngine, server: RunningServer, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    asked = (server.url(engine._prefix), server.password, server.authority.certificate, tmp_path / "index", tells)
    writer = context.Process(target=_write_until_killed, args=asked)
    writer.start()
    tells.close()
    while hears.recv() < 60:
        pass

    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()

    found = ids(engine, "roads")
    assert set(range(1, 61)) <= set(found)
    assert ids(engine, "parks") == found
    engine.index([paper(n, "roads again") for n in range(1, 101)])
    assert ids(engine, "again") == tuple(range(1, 101))


def test_a_server_that_is_not_there_is_told_in_a_sentence_without_a_secret(tmp_path: Path) -> None:
    server = Server(read_place("opensearch+http://somebody@127.0.0.1:9/papers"), password="s3cret", authorities=None)

    with pytest.raises(SearchUnreachableError, match=r"127\.0\.0\.1:9 cannot be reached") as caught:
        OpenSearchEngine(server, tmp_path / "index").count(parse_query("roads"), compartments=OPEN)

    assert "s3cret" not in str(caught.value)
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize("layout", ["0", "1", "2", "3", "4"])
def test_an_index_of_another_layout_is_refused_with_what_to_do(engine: OpenSearchEngine, layout: str) -> None:
    engine.index([paper(1)])
    alias = engine._compartments.alias("restricted")
    engine._server.make_index(f"{alias}.{layout}-abc", alias, {})

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "roads")
    with pytest.raises(DamagedError, match="candour index rebuild"):
        is_unreadable(engine)  # which version of the program is right is for a person to say
    engine.rebuild([paper(2)])
    assert ids(engine, "roads") == (2,)


def test_an_index_that_a_rebuild_left_behind_is_gone_with_the_next_writing(engine: OpenSearchEngine) -> None:
    engine.index([paper(1)])
    alias = engine._compartments.alias("open")
    left = f"{alias}.{LAYOUT}-left"
    engine._server.make_index(left, alias.replace(".in-", ".new-"), {})

    engine.remove([1])

    assert left not in engine._server.indexes(f"{engine._prefix}.in-*")
    assert ids(engine, "roads") == ()


@pytest.mark.parametrize("lost", ["in-*", "in-" + b"open".hex() + "*", "in-" + b"restricted".hex() + "*", "about"])
def test_a_compartment_whose_index_is_gone_is_missed(engine: OpenSearchEngine, lost: str) -> None:
    documents = [paper(1), paper(2, compartment="restricted")]
    engine.index(documents)
    engine._server.drop_indexes(list(engine._server.indexes(f"{engine._prefix}.{lost}")))

    for ask in (
        lambda: ids(engine, "roads"),
        lambda: ids(engine, "roads", BOTH),
        lambda: engine.count(parse_query("parks"), compartments=OPEN),
        lambda: engine.document_count,
        lambda: engine.index([paper(3)]),
        lambda: engine.remove([1]),
    ):
        with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
            ask()
    assert is_unreadable(engine)  # so the worker makes it anew
    assert engine.rebuild(documents) == 2
    assert not is_unreadable(engine)
    assert (ids(engine, "roads"), ids(engine, "roads", BOTH)) == ((1,), (1, 2))


def test_compartments_come_and_go_while_questions_are_asked(
    engine: OpenSearchEngine, make_engine: MakeEngine, tmp_path: Path
) -> None:
    engine.index([paper(1)])
    other = make_engine(tmp_path / "index")
    found: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                found.append(ids(other, "roads"))
            except CandourError as error:
                found.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    for turn in range(5):
        engine.index([paper(1), paper(2 + turn, compartment="restricted"), paper(20, compartment=f"other {turn}")])
        engine.rebuild([paper(1)])
    stop.set()
    asker.join()

    assert set(found) == {(1,)}
    assert engine._compartments.written()["compartments"] == ["open"]


def test_what_left_a_compartment_is_written_down_by_a_writer_that_is_killed_while_it_leaves(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.index([paper(1, compartment="restricted"), paper(2, compartment="restricted"), paper(3)])
    write = engine._server.write

    def write_and_die(steps: Iterable[tuple[dict[str, Any], ...]]) -> int:
        write(steps)
        raise KeyboardInterrupt

    monkeypatch.setattr(engine._server, "write", write_and_die)
    with pytest.raises(KeyboardInterrupt):
        engine.index([paper(1), paper(2)])
    monkeypatch.undo()

    assert ids(engine, "*", BOTH) == (3,)
    assert engine.left_behind == 2
    assert engine.remove([3, 4]) == 1
    assert engine.left_behind == 3
