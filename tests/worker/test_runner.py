"""The worker goes on whatever happens, and says so without filling the disk."""

import logging

from worker import runner
from worker.runner import Worker


def test_the_same_trouble_is_logged_once_and_another_at_once(archive, monkeypatch, caplog) -> None:
    troubles = iter([OSError("the disk"), OSError("the disk"), OSError("the disk"), ValueError("the index")])

    def fail(_archive: object) -> bool:
        raise next(troubles)

    monkeypatch.setattr(runner, "look_through_again", fail)
    worker = Worker(archive)

    with caplog.at_level(logging.ERROR, logger="worker.runner"):
        done = [worker.work_once() for _ in range(4)]

    assert done == [False] * 4
    assert [record.exc_info[0] for record in caplog.records] == [OSError, ValueError]


def test_trouble_that_lasts_is_logged_again_in_time(archive, monkeypatch, caplog) -> None:
    def fail(_archive: object) -> bool:
        raise OSError("the disk")

    monkeypatch.setattr(runner, "look_through_again", fail)
    monkeypatch.setattr(runner, "TELL_EVERY", 0.0)
    worker = Worker(archive)

    with caplog.at_level(logging.ERROR, logger="worker.runner"):
        worker.work_once()
        worker.work_once()

    assert len(caplog.records) == 2
