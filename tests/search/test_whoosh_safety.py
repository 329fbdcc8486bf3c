"""What happens to the Whoosh index when writers meet, processes are killed and files are damaged."""

import json
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from search.engine import IndexDocument
from search.engines import whoosh_files, whoosh_writing
from search.engines.whoosh import WhooshEngine
from search.engines.whoosh_files import IndexBusyError, IndexUnreadableError
from search.engines.whoosh_folder import LOCK, POINTER, IndexFolder
from search.language import parse_query
from store.errors import CandourError, DamagedError

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})


def paper(number: int, text: str = "minutes of the roads committee", **particulars: object) -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], **particulars)  # type: ignore[arg-type]


def ids(engine: WhooshEngine, query: str, compartments: frozenset[str] = OPEN) -> Sequence[int]:
    return engine.matching(parse_query(query), compartments=compartments)


def test_many_small_commits_do_not_leave_many_segments(engine: WhooshEngine) -> None:
    for number in range(1, 41):
        engine.index([paper(number, f"roads number{number}")])

    folder = IndexFolder(engine._folder.path).current()
    assert folder is not None
    assert len(list(folder.glob("*.seg"))) < 16
    assert ids(engine, "roads") == tuple(range(1, 41))
    assert all(ids(engine, f"number{n}") == (n,) for n in range(1, 41))


def test_a_writer_that_finds_another_writing_is_told_so_in_a_sentence(engine: WhooshEngine, tmp_path: Path) -> None:
    engine.index([paper(1)])
    other = WhooshEngine(tmp_path / "index", wait_seconds=0.1)

    def slow() -> Iterator[IndexDocument]:
        with pytest.raises(IndexBusyError, match=r"being written by another process.*try again") as caught:
            other.index([paper(3)])
        assert isinstance(caught.value, CandourError)
        assert ids(other, "roads") == (1,)
        yield paper(2)

    engine.index(slow())

    assert ids(engine, "roads") == (1, 2)


def test_a_lock_left_to_whoosh_itself_does_not_reach_a_user_either(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.index([paper(1)])
    monkeypatch.setattr(whoosh_files, "_LOCK_SECONDS", 0.1)
    folder = IndexFolder(engine._folder.path).current()
    assert folder is not None
    stranger = whoosh_files.open_writer(whoosh_files.open_storage(folder))

    try:
        with pytest.raises(IndexBusyError, match="try again"):
            engine.index([paper(2)])
    finally:
        stranger.cancel()


def test_a_failure_in_the_middle_of_writing_leaves_what_was_there(engine: WhooshEngine) -> None:
    engine.index([paper(1)])

    def broken() -> Iterator[IndexDocument]:
        yield paper(1, "parks")
        raise CandourError("The page cannot be read.")

    with pytest.raises(CandourError, match="page cannot be read"):
        engine.index(broken())

    assert ids(engine, "roads") == (1,)
    assert engine.index([paper(2)]) == 1
    assert ids(engine, "roads") == (1, 2)


def test_a_rebuild_that_fails_leaves_the_old_index_answering(engine: WhooshEngine) -> None:
    engine.index([paper(1)])

    def broken() -> Iterator[IndexDocument]:
        yield paper(2)
        raise CandourError("The page cannot be read.")

    with pytest.raises(CandourError, match="page cannot be read"):
        engine.rebuild(broken())

    assert ids(engine, "roads") == (1,)
    assert len(list(engine._folder.path.glob("index-*"))) == 1


def test_the_old_index_answers_while_the_new_one_is_made(engine: WhooshEngine, tmp_path: Path) -> None:
    reader = WhooshEngine(tmp_path / "index")
    engine.index([paper(1)])

    def watched() -> Iterator[IndexDocument]:
        assert ids(reader, "roads") == (1,)
        yield paper(2)

    assert engine.rebuild(watched()) == 1

    assert ids(reader, "roads") == (2,)
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def _die_while_committing(path: Path, step: str) -> None:
    def die(*_: object, **__: object) -> None:
        os._exit(9)

    if step == "before the contents are written":
        whoosh_writing.merge_tiers = die  # type: ignore[assignment]
    else:
        from whoosh.index import TOC  # noqa: PLC0415

        TOC.write = die
    WhooshEngine(path).index([paper(n, "roads later") for n in range(1, 30)])


@pytest.mark.parametrize("step", ["before the contents are written", "as the contents are written"])
def test_a_process_killed_in_the_middle_of_a_commit_loses_only_that_commit(
    engine: WhooshEngine, tmp_path: Path, step: str
) -> None:
    engine.index([paper(1)])
    killed = multiprocessing.get_context("spawn").Process(target=_die_while_committing, args=(tmp_path / "index", step))
    killed.start()
    killed.join()
    assert killed.exitcode == 9

    assert ids(engine, "roads") == (1,)
    assert ids(engine, "later") == ()

    engine.index([paper(n, "roads later") for n in range(1, 30)])
    assert ids(engine, "later") == tuple(range(1, 30))
    folder = IndexFolder(engine._folder.path).current()
    assert folder is not None
    # What the killed process left is cleared away: an index must not grow by what no document needs.
    assert {file.suffix for file in folder.iterdir() if file.is_file()} <= {".seg", ".toc", ".txt", ""}
    assert len(list(folder.glob("*.seg"))) <= 2


def test_words_half_written_by_a_killed_process_hide_nothing(engine: WhooshEngine) -> None:
    engine.index([paper(1, "roads")])
    folder = IndexFolder(engine._folder.path).current()
    assert folder is not None
    with (folder / "vocabulary.txt").open("a") as file:
        file.write("committ")

    engine.index([paper(2, "committees")])

    assert ids(engine, "committee") == (2,)
    assert ids(engine, "road") == (1,)


# Whoosh leaves a file it could not read through to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("fault", ["pointer", "folder", "contents", "segment", "version"])
def test_a_damaged_index_says_so_and_a_rebuild_mends_it(engine: WhooshEngine, fault: str) -> None:
    engine.index([paper(n) for n in range(1, 200)])
    engine.close()
    outer = engine._folder.path
    folder = IndexFolder(outer).current()
    assert folder is not None
    if fault == "pointer":
        (outer / POINTER).write_text("{")
    elif fault == "version":
        (outer / POINTER).write_text(json.dumps({"folder": folder.name, "schema": 0}))
    elif fault == "folder":
        for file in folder.iterdir():
            file.unlink()
    else:
        damaged = next(iter(folder.glob("*.toc" if fault == "contents" else "*.seg")))
        damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "roads")
    with pytest.raises(DamagedError, match="candour index rebuild"):
        engine.index([paper(500)])

    engine.rebuild([paper(1), paper(2)])
    assert ids(engine, "roads") == (1, 2)


def test_bytes_changed_inside_the_postings_are_damage_not_an_answer(engine: WhooshEngine) -> None:
    engine.index([paper(n, f"roads word{n}") for n in range(1, 400)])
    engine.close()
    folder = IndexFolder(engine._folder.path).current()
    assert folder is not None
    segment = next(iter(folder.glob("*.seg")))
    whole = bytearray(segment.read_bytes())
    for place in range(len(whole) // 4, len(whole) * 3 // 4):
        whole[place] ^= 0xFF
    segment.write_bytes(bytes(whole))

    with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
        ids(engine, "roads AND word1")


def test_many_threads_ask_while_another_engine_writes(engine: WhooshEngine, tmp_path: Path) -> None:
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
    writer = WhooshEngine(tmp_path / "index")
    for number in range(20, 40):
        writer.index([paper(number), paper(number - 19)])
    writer.rebuild([paper(n) for n in range(1, 40)])
    stop.set()
    for asker in askers:
        asker.join()

    assert wrong == []
    assert ids(engine, "roads") == tuple(range(1, 40))


def test_the_writers_lock_is_a_file_that_stays(engine: WhooshEngine) -> None:
    engine.index([paper(1)])

    assert (engine._folder.path / LOCK).exists()


def test_every_batch_is_counted(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_writing, "BATCH_DOCUMENTS", 7)

    def papers() -> Iterable[IndexDocument]:
        return (paper(n) for n in range(1, 31))

    assert engine.index(papers()) == 30
    assert engine.document_count == 30
    assert ids(engine, "committee") == tuple(range(1, 31))
