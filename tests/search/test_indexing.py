"""The index keeps up with the database whatever is changed while it is written, and whoever else writes it."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from access.policy import Actor
from disclosure.marks import mark
from ingest.custodians import name_custodian
from ingest.models import Batch
from records.models import IndexNeed
from records.register import find_record
from search import indexing
from search.asking import Asking
from search.engine import IndexDocument
from search.engines import index_folder
from search.engines.errors import IndexBusyError
from search.engines.whoosh import WhooshEngine
from search.indexing import bring_up_to_date, rebuild
from search.language import parse_query
from search.opening import close_engine
from store import clock
from store.archive import Archive
from worker.runner import Worker


def counted(archive: Archive, actor: Actor, query: str) -> int:
    with archive.reading() as session:
        return Asking(archive, session, actor).count(parse_query(query))


class SlowEngine(WhooshEngine):
    """Lets something happen between the reading of the records and the end of their indexing, once."""

    meanwhile: Callable[[], None] | None = None

    def index(self, documents: Iterable[IndexDocument]) -> int:
        read = list(documents)
        self._happens()
        return super().index(read)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        self._happens()
        return super().rebuild(documents)

    def _happens(self) -> None:
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()


@pytest.fixture
def slow(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> SlowEngine:
    engine = SlowEngine(archive.settings.index)
    monkeypatch.setattr(indexing, "engine_of", lambda _: engine)
    return engine


def test_a_record_restricted_while_it_is_indexed_is_in_no_count_before_the_next_indexing_or_after(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, slow: SlowEngine
) -> None:
    reference = make_record(b"one", text="ferry")

    def restrict() -> None:
        with archive.writing() as session:
            mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)

    slow.meanwhile = restrict
    bring_up_to_date(archive)

    # It went round again, because the need was renewed: the index knows by now.
    assert counted(archive, officer, "ferry") == 0
    assert slow.count(parse_query("ferry"), compartments=frozenset({"open"})) == 0
    assert counted(archive, lawyer, "ferry") == 1
    close_engine(archive)


def test_a_custodian_named_while_a_record_is_indexed_is_found(
    archive: Archive, make_record: Callable[..., str], officer: Actor, slow: SlowEngine
) -> None:
    make_record(b"one", text="ferry")
    with archive.writing() as session:
        session.add(Batch(name="Box 14", source="County store", added_by="x", added_at=clock.now()))

    def name() -> None:
        with archive.writing() as session:
            name_custodian(session, session.query(Batch).one(), "Town Clerk", actor=officer)

    slow.meanwhile = name
    bring_up_to_date(archive)

    assert counted(archive, officer, "custodian:clerk") == 1
    close_engine(archive)


def needs(archive: Archive) -> int:
    with archive.reading() as session:
        return session.query(IndexNeed).count()


@pytest.mark.parametrize(("first", "second"), [(rebuild, bring_up_to_date), (bring_up_to_date, rebuild)])
def test_a_record_restricted_before_the_other_of_two_writers_is_not_put_back_by_the_one_that_read_it_before(
    archive: Archive,
    make_record: Callable[..., str],
    officer: Actor,
    lawyer: Actor,
    slow: SlowEngine,
    first: Callable[[Archive], int],
    second: Callable[[Archive], int],
) -> None:
    reference = make_record(b"one", text="ferry")
    other = threading.Thread(target=second, args=(archive,))

    def restrict_and_write() -> None:
        with archive.writing() as session:
            mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)
        other.start()
        other.join(0.5)  # it would be done by then, were it let in

    slow.meanwhile = restrict_and_write
    first(archive)
    other.join()
    bring_up_to_date(archive)

    assert needs(archive) == 0
    assert slow.count(parse_query("ferry"), compartments=frozenset({"open"})) == 0
    assert counted(archive, officer, "ferry") == 0
    assert counted(archive, lawyer, "ferry") == 1
    close_engine(archive)


@contextmanager
def another_writer(archive: Archive) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing the index."""
    path = str(archive.settings.data / indexing.LOCK)
    code = (
        "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('in', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_worker_goes_on_with_its_other_work_while_another_process_writes_the_index(
    archive: Archive, make_record: Callable[..., str], officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record(b"one", text="ferry")
    compared: list[Archive] = []
    monkeypatch.setattr("worker.runner.compare_some", lambda given: bool(compared.append(given)))
    monkeypatch.setattr(indexing, "WAIT_SECONDS", 2.0)
    worker = Worker(archive)

    with another_writer(archive):
        assert worker.work_once() is False
    assert compared == [archive]
    assert needs(archive) == 1

    assert worker.work_once() is True
    assert counted(archive, officer, "ferry") == 1
    close_engine(archive)


def test_a_command_says_that_it_waits_for_another_writer_and_then_what_to_do(
    archive: Archive,
    make_record: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_record(b"one", text="ferry")
    monkeypatch.setattr(indexing, "WAIT_SECONDS", 0.4)
    monkeypatch.setattr(index_folder, "TOLD_AFTER", 0.1)

    with another_writer(archive), caplog.at_level(logging.WARNING):
        for write in (bring_up_to_date, rebuild):
            caplog.clear()
            with pytest.raises(IndexBusyError, match=r"another process that did not finish in 0\.4 seconds: try again"):
                write(archive)
            assert [record.getMessage() for record in caplog.records] == [
                "The search index is being written by another process: waiting up to 0.4 seconds."
            ]
    assert needs(archive) == 1


def test_a_writer_that_is_killed_leaves_no_lock(
    archive: Archive, make_record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record(b"one", text="ferry")
    monkeypatch.setattr(indexing, "WAIT_SECONDS", 0.0)

    with another_writer(archive) as process:
        process.kill()
        process.wait()
        assert rebuild(archive) == 1
    close_engine(archive)
