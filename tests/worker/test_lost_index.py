"""An index that was lost, all of it or in part, is made anew before it is written to or searched as if whole."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from access.policy import OPERATOR, Actor
from search import indexing
from search.opening import close_engine, engine_of
from store import backup
from store.archive import Archive
from store.errors import DamagedError
from store.settings import load_settings
from tests.worker.counted import counted
from worker.runner import Worker
from worker.steps import rebuild_index


def work_all(archive: Archive) -> None:
    """A worker begins and works until there is nothing to do, twice in a row."""
    worker = Worker(archive)
    while worker.work_once() or worker.work_once():
        pass


@pytest.mark.parametrize("in_passing", [True, False])
def test_a_record_put_into_a_lost_index_brings_all_others_back(
    held: Archive, make_record: Callable[..., str], officer: Actor, *, in_passing: bool
) -> None:
    close_engine(held)
    shutil.rmtree(held.settings.index)
    with pytest.raises(DamagedError, match="the search index is empty"):
        counted(held, officer, "ferry")

    make_record(b"new", text="boat")
    indexing.bring_up_to_date(held, in_passing=in_passing)

    assert counted(held, officer, "ferry") == 5
    assert counted(held, officer, "boat") == 1


def test_a_command_finds_all_of_an_index_of_which_a_part_was_lost(
    held: Archive, officer: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    engine_of(held).remove([1, 2])

    with caplog.at_level(logging.WARNING):
        indexing.bring_up_to_date(held)

    assert counted(held, officer, "ferry") == 5
    assert [record.getMessage() for record in caplog.records] == [
        "The search index has lost records that it had: it is made anew from the database."
    ]


def test_the_worker_makes_an_index_whole_of_which_a_part_was_lost_although_nothing_waits(
    held: Archive, officer: Actor
) -> None:
    engine_of(held).remove([1, 2])

    work_all(held)

    assert counted(held, officer, "ferry") == 5


def test_an_index_that_is_whole_is_not_made_anew(
    held: Archive, make_record: Callable[..., str], monkeypatch: pytest.MonkeyPatch, officer: Actor
) -> None:
    def rebuild(*_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(type(engine_of(held)), "rebuild", rebuild)
    make_record(b"new", text="boat")

    indexing.bring_up_to_date(held)
    work_all(held)

    assert counted(held, officer, "ferry OR boat") == 6


@pytest.mark.parametrize("cut_off", [False, True])
def test_a_restored_archive_has_a_whole_index_after_some_rounds_of_the_worker(
    held: Archive, make_record: Callable[..., str], officer: Actor, tmp_path: Path, *, cut_off: bool
) -> None:
    make_record(b"waits", text="ferry")  # not indexed when the backup is made
    backup.back_up(held, tmp_path / "backup", actor="operator")
    settings = load_settings(
        {"CANDOUR_DATA": str(tmp_path / "restored"), "CANDOUR_SEARCH_URL": held.settings.search_url}
    )

    restored, _ = backup.restore(tmp_path / "backup", settings, actor="operator")
    if not cut_off:  # as `candour restore` goes on, unless it is killed before
        assert rebuild_index(restored, actor=OPERATOR) == 6
    work_all(restored)

    assert engine_of(restored).document_count == 6
    assert counted(restored, officer, "ferry") == 6
    close_engine(restored)
    restored.close()
