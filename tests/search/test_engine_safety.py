"""What happens to any engine's index when writers meet, processes are killed and files are damaged."""

import gc
import json
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from search.engine import IndexDocument, SearchEngine
from search.engines import batches
from search.engines.errors import IndexBusyError, IndexUnreadableError
from search.engines.index_folder import POINTER
from search.engines.tantivy import TantivyEngine
from search.engines.whoosh import WhooshEngine
from search.language import parse_query
from store.errors import CandourError, DamagedError

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})


def paper(number: int, text: str = "minutes of the roads committee", **particulars: object) -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], **particulars)  # type: ignore[arg-type]


def ids(engine: SearchEngine, query: str, compartments: frozenset[str] = OPEN) -> Sequence[int]:
    return engine.matching(parse_query(query), compartments=compartments)


def test_a_writer_that_finds_another_writing_is_told_so_in_a_sentence(
    engine: SearchEngine, make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    engine.index([paper(1)])
    other = make_engine(tmp_path / "index")

    def slow() -> Iterator[IndexDocument]:
        with pytest.raises(IndexBusyError, match=r"being written by another process.*try again") as caught:
            other.index([paper(3)])
        assert isinstance(caught.value, CandourError)
        assert ids(other, "roads") == (1,)
        yield paper(2)

    engine.index(slow())

    assert ids(engine, "roads") == (1, 2)


def test_a_failure_in_the_middle_of_writing_leaves_what_was_there(engine: SearchEngine) -> None:
    engine.index([paper(1)])

    def broken() -> Iterator[IndexDocument]:
        yield paper(1, "parks")
        raise CandourError("The page cannot be read.")

    with pytest.raises(CandourError, match="page cannot be read"):
        engine.index(broken())

    assert ids(engine, "roads") == (1,)
    assert engine.index([paper(2)]) == 1
    assert ids(engine, "roads") == (1, 2)


def test_a_rebuild_that_fails_leaves_the_old_index_answering(engine: SearchEngine, tmp_path: Path) -> None:
    engine.index([paper(1)])

    def broken() -> Iterator[IndexDocument]:
        yield paper(2)
        raise CandourError("The page cannot be read.")

    with pytest.raises(CandourError, match="page cannot be read"):
        engine.rebuild(broken())

    assert ids(engine, "roads") == (1,)
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_the_old_index_answers_while_the_new_one_is_made(
    engine: SearchEngine, make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    reader = make_engine(tmp_path / "index")
    engine.index([paper(1)])

    def watched() -> Iterator[IndexDocument]:
        assert ids(reader, "roads") == (1,)
        yield paper(2)

    assert engine.rebuild(watched()) == 1

    assert ids(reader, "roads") == (2,)
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_many_threads_ask_while_another_engine_writes(
    engine: SearchEngine, make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    engine.index([paper(n) for n in range(1, 20)])
    wrong: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                found = ids(engine, "roads AND committee")
                if not set(range(1, 20)) <= set(found):
                    wrong.append(found)
            except CandourError as error:
                wrong.append(error)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    writer = make_engine(tmp_path / "index")
    for number in range(20, 40):
        writer.index([paper(number), paper(number - 19)])
    writer.rebuild([paper(n) for n in range(1, 40)])
    stop.set()
    for asker in askers:
        asker.join()

    assert wrong == []
    assert ids(engine, "roads") == tuple(range(1, 40))


def test_every_batch_is_counted(engine: SearchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_DOCUMENTS", 7)

    def papers() -> Iterable[IndexDocument]:
        return (paper(n) for n in range(1, 31))

    assert engine.index(papers()) == 30
    assert engine.document_count == 30
    assert ids(engine, "committee") == tuple(range(1, 31))


def _open(kind: str, folder: Path) -> SearchEngine:
    return {"whoosh": WhooshEngine, "tantivy": TantivyEngine}[kind](folder)


def _write_until_killed(kind: str, folder: Path, told: Connection) -> None:
    engine = _open(kind, folder)
    number = 0
    while True:
        engine.index([paper(n, f"roads number{n} parks") for n in range(number + 1, number + 21)])
        number += 20
        told.send(number)


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.04])
def test_a_writer_killed_at_any_moment_loses_nothing_it_had_said_was_written(
    kind: str, engine: SearchEngine, tmp_path: Path, pause: float
) -> None:
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    writer = context.Process(target=_write_until_killed, args=(kind, tmp_path / "index", tells))
    writer.start()
    tells.close()
    while hears.recv() < 60:
        pass
    time.sleep(pause)

    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    said = 60
    while hears.poll():
        try:
            said = hears.recv()
        except EOFError:
            break

    found = ids(engine, "roads")
    assert set(range(1, said + 1)) <= set(found)
    assert ids(engine, "parks") == found
    assert all(ids(engine, f"number{n}") == (n,) for n in found[:: max(1, len(found) // 10)])
    # The next writer is not kept out, and what it writes again is there once.
    engine.index([paper(n, "roads again") for n in range(1, said + 41)])
    assert ids(engine, "again") == tuple(range(1, said + 41))
    assert ids(engine, "roads") == tuple(range(1, max(said + 40, *found) + 1))


def _rebuild_until_killed(kind: str, folder: Path, told: Connection) -> None:
    def papers() -> Iterator[IndexDocument]:
        number = 0
        while True:
            number += 1
            if number == 5_000:
                told.send(number)
            yield paper(number, "parks")

    _open(kind, folder).rebuild(papers())


@pytest.mark.slow
def test_a_rebuild_killed_on_its_way_leaves_the_old_index_answering(
    kind: str, engine: SearchEngine, tmp_path: Path
) -> None:
    engine.index([paper(1), paper(2)])
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    rebuilder = context.Process(target=_rebuild_until_killed, args=(kind, tmp_path / "index", tells))
    rebuilder.start()
    hears.recv()

    assert rebuilder.pid is not None
    os.kill(rebuilder.pid, signal.SIGKILL)
    rebuilder.join()

    assert ids(engine, "roads") == (1, 2)
    assert ids(engine, "parks") == ()
    assert engine.rebuild([paper(3)]) == 1
    assert ids(engine, "*") == (3,)
    # What the killed one left does not lie about for ever.
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_a_record_moved_out_of_sight_is_out_of_every_answer(engine: SearchEngine) -> None:
    engine.index([paper(1, "roads lantern", people=["Mair Llŷr"]), paper(2)])

    engine.index([paper(1, "roads lantern", people=["Mair Llŷr"], compartment="restricted")])

    found = engine.find(parse_query("roads"), compartments=OPEN)
    assert (found.total, [hit.record_id for hit in found.hits]) == (1, [2])
    assert found.facets["person"] == ()
    assert engine.suggest_spelling(parse_query("lanturn"), compartments=OPEN) is None
    assert ids(engine, "lantern", BOTH) == (1,)
    engine.index([paper(1, "roads lantern")])
    assert ids(engine, "lantern") == (1,)
    assert ids(engine, "lantern", frozenset({"restricted"})) == ()


def test_an_index_of_another_engine_is_refused_with_what_to_do_and_a_rebuild_takes_its_place(
    kind: str, engine: SearchEngine, tmp_path: Path
) -> None:
    other = _open("tantivy" if kind == "whoosh" else "whoosh", tmp_path / "index")
    other.index([paper(1)])

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "roads")
    with pytest.raises(DamagedError, match="candour index rebuild"):
        engine.index([paper(2)])
    assert ids(other, "roads") == (1,)

    engine.rebuild([paper(1), paper(3)])
    assert ids(engine, "roads") == (1, 3)


@pytest.mark.parametrize(
    ("kind", "layout"), [("whoosh", n) for n in (1, 2, 3)] + [("tantivy", f"tantivy-{n}") for n in (1, 2, 3)]
)
def test_an_index_of_an_earlier_layout_is_refused_with_what_to_do(kind: str, layout: int | str, tmp_path: Path) -> None:
    engine = _open(kind, tmp_path / "index")
    engine.index([paper(1)])
    engine.close()
    pointer = tmp_path / "index" / POINTER
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "schema": layout}))
    engine = _open(kind, tmp_path / "index")

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "roads")
    with pytest.raises(DamagedError, match="candour index rebuild"):
        engine.index([paper(2)])

    engine.rebuild([paper(1), paper(3)])
    assert ids(engine, "roads") == (1, 3)


@pytest.mark.parametrize("fault", ["pointer", "folder", "list", "compartment", "contents", "segment"])
def test_a_damaged_tantivy_index_says_so_and_a_rebuild_mends_it(tmp_path: Path, fault: str) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.index([paper(n) for n in range(1, 200)])
    engine.close()
    folder = next((tmp_path / "index").glob("index-*"))
    if fault == "pointer":
        (tmp_path / "index" / POINTER).write_text("{")
    elif fault == "folder":
        folder.rename(tmp_path / "elsewhere")
    elif fault == "list":
        (folder / "compartments.json").unlink()
    elif fault == "compartment":
        next(folder.glob("in-*")).rename(tmp_path / "elsewhere")
    elif fault == "contents":
        contents = next(folder.glob("in-*/meta.json"))
        contents.write_text(contents.read_text()[:50])
    else:
        damaged = next(folder.glob("in-*/*.term"))
        damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "roads")
    with pytest.raises(DamagedError, match="candour index rebuild"):
        engine.index([paper(500)])

    engine.rebuild([paper(1), paper(2)])
    assert ids(engine, "roads") == (1, 2)


def test_what_a_writer_that_was_cut_off_left_is_counted_and_cleared_away_by_the_next(
    kind: str, engine: SearchEngine, tmp_path: Path
) -> None:
    assert engine.unused_bytes == 0
    engine.index([paper(1)])
    assert engine.unused_bytes == 0

    outer = tmp_path / "index"
    left = outer / "index-000009"
    left.mkdir()
    (left / "half.made").write_bytes(b"x" * 1_000)
    inside = next(path for path in (outer / "index-000001").rglob("*") if path.suffix in (".seg", ".idx")).parent
    (inside / ("records_cut0off.seg" if kind == "whoosh" else "0123456789abcdef.idx")).write_bytes(b"x" * 500)
    assert engine.unused_bytes == 1_500

    engine.index([paper(2)])
    assert not left.exists()
    assert engine.unused_bytes <= 500
    assert ids(engine, "roads") == (1, 2)

    engine.rebuild([paper(1), paper(2)])
    assert engine.unused_bytes == 0
    assert ids(engine, "roads") == (1, 2)


def test_nothing_is_cleared_away_where_it_cannot_be_told_which_index_is_in_use(
    engine: SearchEngine, tmp_path: Path
) -> None:
    engine.index([paper(1)])
    engine.close()
    (tmp_path / "index" / POINTER).write_text("{")

    with pytest.raises(DamagedError):
        engine.index([paper(2)])

    assert any((tmp_path / "index" / "index-000001").iterdir())


@contextmanager
def few_files(left: int) -> Iterator[None]:
    """The process may open so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (min(max(int(each.name) for each in Path("/proc/self/fd").iterdir()) + 20, soft), hard)
    )
    held: list[int] = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(left):
            os.close(held.pop())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for each in held:
            os.close(each)


# Whoosh leaves what it had opened before to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("left", [0, 1])
def test_where_no_more_files_may_be_opened_the_index_is_not_taken_for_broken(
    make_engine: Callable[[Path], SearchEngine], tmp_path: Path, left: int
) -> None:
    make_engine(tmp_path / "index").index([paper(1)])
    engine = make_engine(tmp_path / "index")

    with few_files(left), pytest.raises(IndexBusyError, match="too many files are open"):
        ids(engine, "roads")

    assert not engine.is_doubted
    assert ids(engine, "roads") == (1,)


# Whoosh leaves what it had opened to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_full_disk_is_not_taken_for_a_broken_index(engine: SearchEngine) -> None:
    """No file may grow beyond 20,000 bytes, which fails a writer in the middle as a full disk does."""
    engine.index([paper(1, " ".join(f"word{number}" for number in range(50)))])
    long = " ".join(f"word{number * number % 50}" for number in range(2_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises((OSError, DamagedError), match=r"(?i)too large|full or failing") as caught:
            engine.index(paper(number, long) for number in range(2, 400))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        gc.collect()

    assert not isinstance(caught.value, IndexUnreadableError)
    assert not engine.is_doubted
    assert ids(engine, "word7") == (1,)
    engine.index([paper(2, "word7")])
    assert ids(engine, "word7") == (1, 2)
