"""An index whose files cannot be read is made anew by the worker, which says so, and not without end."""

import json
import logging
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from access.policy import Actor
from records.models import IndexNeed
from search import healing, indexing
from search.engines.index_folder import POINTER
from search.opening import close_engine, engine_of
from store import clock
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import DamagedError
from tests.worker.counted import counted
from worker import checkup, runner
from worker.checkup import ADVICE, FAULT, Finding
from worker.runner import Worker

# Whoosh leaves a file it could not read through to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DOUBTED_EVERY", 0.0)


def break_pointer(archive: Archive) -> None:
    (archive.settings.index / POINTER).write_text("{")


def break_contents(archive: Archive) -> None:
    kind = "*.toc" if archive.settings.search_url == "whoosh:" else "meta.json"
    found = next(archive.settings.index.rglob(kind))
    found.write_bytes(found.read_bytes()[: found.stat().st_size // 2])


def break_words(archive: Archive) -> None:
    """Only what a question reads is broken: how many records there are can still be told."""
    kind = "*.seg" if archive.settings.search_url == "whoosh:" else "*.term"
    for found in archive.settings.index.rglob(kind):
        found.write_bytes(found.read_bytes()[: found.stat().st_size // 2])


def told(archive: Archive, action: AuditAction) -> list[tuple[str, object]]:
    with archive.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [(event.actor, json.loads(event.detail).get("because")) for event in events]


def doctor(archive: Archive) -> Finding:
    return checkup._index(archive)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: now)


def work(archive: Archive) -> None:
    """A worker begins and works until there is nothing to do, twice in a row."""
    worker = Worker(archive)
    while worker.work_once() or worker.work_once():
        pass


@pytest.mark.parametrize("damage", [break_pointer, break_contents, break_words])
def test_the_worker_makes_an_index_anew_that_cannot_be_read(
    held: Archive, officer: Actor, damage: Callable[[Archive], None]
) -> None:
    close_engine(held)
    damage(held)
    with pytest.raises(DamagedError, match="the worker makes it anew by itself"):
        counted(held, officer, "ferry")
    close_engine(held)

    work(held)

    assert counted(held, officer, "ferry") == 5
    assert told(held, AuditAction.INDEX_UNREADABLE) == [("system", None)]
    assert told(held, AuditAction.INDEX_REBUILT) == [("system", "cannot be read")]


@pytest.mark.parametrize("damage", [break_pointer, break_contents, break_words])
def test_what_waits_for_an_index_that_cannot_be_read_is_in_the_one_made_anew(
    held: Archive, officer: Actor, make_record: Callable[..., str], damage: Callable[[Archive], None]
) -> None:
    close_engine(held)
    damage(held)
    make_record(b"new", text="ferry")

    work(held)

    with pytest.raises(StopIteration), held.reading() as session:
        next(session.scalars(select(IndexNeed.record_id)))
    try:
        assert counted(held, officer, "ferry") == 6
    except DamagedError:  # seen only now, by whoever asked
        work(held)
        assert counted(held, officer, "ferry") == 6


def test_an_index_is_not_made_anew_without_end_on_a_disk_that_fails(
    held: Archive, officer: Actor, make_record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        close_engine(held)
        break_pointer(held)
        work(held)
        later(monkeypatch, timedelta(minutes=11))
    make_record(b"new", text="ferry")
    work(held)

    assert len(told(held, AuditAction.INDEX_UNREADABLE)) == healing.MOST_A_DAY
    with pytest.raises(DamagedError):
        counted(held, officer, "ferry")
    assert indexing.bring_up_to_date(held, in_passing=True) == 0  # a batch goes on being taken in
    with pytest.raises(DamagedError, match=r"3 times within a day.*candour index rebuild"):
        indexing.bring_up_to_date(held)
    found = doctor(held)
    assert (found.level, "disk of the data folder" in found.sentence) == (FAULT, True)

    later(monkeypatch, timedelta(days=1))
    work(held)
    assert counted(held, officer, "ferry") == 6


def test_an_index_just_made_anew_that_cannot_be_read_again_waits(held: Archive) -> None:
    for _ in range(3):
        close_engine(held)
        break_pointer(held)
        work(held)

    assert len(told(held, AuditAction.INDEX_UNREADABLE)) == 1
    assert "tries again" in doctor(held).sentence


def test_an_index_made_anew_that_fails_counts_as_tried(held: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def rebuild(*_: object) -> int:
        raise OSError("broken")

    close_engine(held)
    break_pointer(held)
    monkeypatch.setattr(type(engine_of(held)), "rebuild", rebuild)
    for _ in range(5):
        work(held)
        later(monkeypatch, timedelta(minutes=11))

    assert len(told(held, AuditAction.INDEX_UNREADABLE)) == healing.MOST_A_DAY
    assert told(held, AuditAction.INDEX_REBUILT) == []


def test_without_room_for_a_new_index_nothing_is_begun_and_the_doctor_says_so(
    held: Archive, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_engine(held)
    break_words(held)
    with pytest.raises(DamagedError):
        counted(held, officer, "ferry")
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 0))
        work(held)
        assert told(held, AuditAction.INDEX_UNREADABLE) == []
        assert "no room" in doctor(held).sentence

    work(held)
    assert counted(held, officer, "ferry") == 5


def test_the_doctor_says_that_it_cannot_be_read_and_afterwards_that_it_was_mended(
    held: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_engine(held)
    break_contents(held)
    found = doctor(held)
    assert (found.level, "the worker" in found.sentence) == (FAULT, True)

    close_engine(held)
    work(held)

    found = doctor(held)
    assert (found.level, "made anew from the database" in found.sentence) == (ADVICE, True)
    later(monkeypatch, timedelta(days=8))
    assert "could not be read" not in doctor(held).sentence


def test_an_index_of_another_layout_is_left_to_a_person(
    held: Archive, officer: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    pointer = held.settings.index / POINTER
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "schema": "another"}))
    close_engine(held)

    with caplog.at_level(logging.CRITICAL):
        work(held)

    assert told(held, AuditAction.INDEX_UNREADABLE) == []
    with pytest.raises(DamagedError, match="another version of the program or another engine"):
        counted(held, officer, "ferry")


def test_a_doubt_is_about_one_index_and_not_about_the_next(held: Archive, officer: Actor) -> None:
    close_engine(held)
    break_words(held)
    with pytest.raises(DamagedError):
        counted(held, officer, "ferry")
    assert engine_of(held).is_doubted

    indexing.rebuild(held)

    assert not engine_of(held).is_doubted
    work(held)
    assert told(held, AuditAction.INDEX_UNREADABLE) == []


def test_a_doubt_that_cannot_be_written_down_is_refused_all_the_same(held: Archive, officer: Actor) -> None:
    close_engine(held)
    break_words(held)
    (Path(held.settings.index) / "unreadable").mkdir()

    with pytest.raises(DamagedError, match="cannot be read"):
        counted(held, officer, "ferry")
    assert not engine_of(held).is_doubted
