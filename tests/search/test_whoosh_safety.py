"""What happens to the Whoosh index when writers meet, processes are killed and files are damaged."""

import json
import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from search.engine import IndexDocument
from search.engines import whoosh_files, whoosh_snapshot, whoosh_writing
from search.engines.errors import IndexBusyError, IndexUnreadableError
from search.engines.index_folder import LOCK, POINTER, IndexFolder
from search.engines.whoosh import WhooshEngine
from search.engines.whoosh_schema import SCHEMA_VERSION
from search.language import parse_query
from store.errors import DamagedError

OPEN = frozenset({"open"})
BOTH = frozenset({"open", "restricted"})


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    return WhooshEngine(tmp_path / "index", wait_seconds=0.2)


def paper(number: int, text: str = "minutes of the roads committee", **particulars: object) -> IndexDocument:
    return IndexDocument(number, reference=f"R{number:04}", pages=[(1, text)], **particulars)  # type: ignore[arg-type]


def ids(engine: WhooshEngine, query: str, compartments: frozenset[str] = OPEN) -> Sequence[int]:
    return engine.matching(parse_query(query), compartments=compartments)


def test_many_small_commits_do_not_leave_many_segments(engine: WhooshEngine) -> None:
    for number in range(1, 41):
        engine.index([paper(number, f"roads number{number}")])

    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
    assert folder is not None
    assert len(list(folder.glob("*.seg"))) < 16
    assert ids(engine, "roads") == tuple(range(1, 41))
    assert all(ids(engine, f"number{n}") == (n,) for n in range(1, 41))


def test_a_lock_left_to_whoosh_itself_does_not_reach_a_user_either(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.index([paper(1)])
    monkeypatch.setattr(whoosh_files, "_LOCK_SECONDS", 0.1)
    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
    assert folder is not None
    stranger = whoosh_files.open_writer(whoosh_files.open_storage(folder))

    try:
        with pytest.raises(IndexBusyError, match="try again"):
            engine.index([paper(2)])
    finally:
        stranger.cancel()


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
    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
    assert folder is not None
    # What the killed process left is cleared away: an index must not grow by what no document needs.
    assert {file.suffix for file in folder.iterdir() if file.is_file()} <= {".seg", ".toc", ".txt", ""}
    assert len(list(folder.glob("*.seg"))) <= 2


def test_words_half_written_by_a_killed_process_hide_nothing(engine: WhooshEngine) -> None:
    engine.index([paper(1, "roads")])
    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
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
    folder = IndexFolder(outer, SCHEMA_VERSION).current()
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
    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
    assert folder is not None
    segment = next(iter(folder.glob("*.seg")))
    whole = bytearray(segment.read_bytes())
    for place in range(len(whole) // 4, len(whole) * 3 // 4):
        whole[place] ^= 0xFF
    segment.write_bytes(bytes(whole))

    with pytest.raises(IndexUnreadableError, match="candour index rebuild"):
        ids(engine, "roads AND word1")


def test_the_writers_lock_is_a_file_that_stays(engine: WhooshEngine) -> None:
    engine.index([paper(1)])

    assert (engine._folder.path / LOCK).exists()


@pytest.mark.parametrize(
    "written", ["re*", "*ds", "re* w/3 *ing", '"r?ads pa*"', "roads~2", "person:ma*", "roads", "the*"]
)
def test_the_lists_of_many_words_read_as_one_say_what_each_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    words = [
        "the",
        "roads",
        "reads",
        "rents",
        "parking",
        "parks",
        "resting",
        "thesis",
        "therein",
        "road",
        "rods",
        "Mair",
    ]
    papers = [
        paper(n, " ".join(words[(n * k) % len(words)] for k in range(1, 9)), people=[words[n % 12]]) for n in range(300)
    ]
    query = parse_query(written)

    def answers() -> object:
        engine = WhooshEngine(tmp_path / "index")
        hits = engine.find(query, compartments=BOTH, limit=50).hits
        return hits, ids(engine, written, BOTH), engine.locate(query, range(0, 300, 7), compartments=BOTH)

    WhooshEngine(tmp_path / "index").index(papers[:200])
    WhooshEngine(tmp_path / "index").index(papers[150:])
    monkeypatch.setattr(whoosh_snapshot, "WIDE", 1)
    as_one = answers()
    monkeypatch.setattr(whoosh_snapshot, "WIDE", 1_000)

    assert as_one == answers()
    assert ids(WhooshEngine(tmp_path / "index"), written, BOTH)


def test_bytes_changed_inside_lists_read_as_one_are_damage_too(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_snapshot, "WIDE", 1)
    engine.index([paper(n, f"roads word{n}") for n in range(1, 400)])
    engine.close()
    folder = IndexFolder(engine._folder.path, SCHEMA_VERSION).current()
    assert folder is not None
    segment = next(iter(folder.glob("*.seg")))
    whole = bytearray(segment.read_bytes())
    for place in range(len(whole) // 4, len(whole) * 3 // 4):
        whole[place] ^= 0xFF
    segment.write_bytes(bytes(whole))

    with pytest.raises(DamagedError, match="candour index rebuild"):
        ids(engine, "word*")
