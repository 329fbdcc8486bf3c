from datetime import timedelta

import pytest

from access.policy import OPERATOR
from ingest import batches, counting
from ingest.models import FOUND, REGISTERED, Item
from store import clock


@pytest.fixture
def told(archive):
    """What is told of a batch that did so many files, each of so many bytes, in the last 20 seconds."""

    def tell(done, left, *, ended=timedelta()):
        with archive.writing() as session:
            batch, run, _ = batches.open_run(session, ["/share"], batch="Box 1", source="store", actor=OPERATOR)
            latest = clock.now() - ended
            for number, size in enumerate(done):
                moment = latest - timedelta(seconds=20) * (number / max(1, len(done) - 1))
                session.add(
                    Item(
                        run_id=run.id,
                        path=f"/d{number}",
                        name="d",
                        state=REGISTERED,
                        size=size,
                        pages=2,
                        ended_at=moment,
                    )
                )
            for number, size in enumerate(left):
                session.add(Item(run_id=run.id, path=f"/l{number}", name="l", state=FOUND, size=size))
            session.flush()
            return counting.speed(session, batch, waiting=len(left))

    return tell


def test_files_of_one_size_take_as_long_as_their_number_says(told):
    speed = told([1000] * 20, [1000] * 40)

    assert speed.files_per_second == pytest.approx(1)
    assert speed.pages_per_second == pytest.approx(2)
    assert speed.seconds_left == pytest.approx(40)


def test_a_few_long_files_after_many_short_ones_take_longer_than_their_number_says(told):
    assert told([1000] * 20, [50_000, 50_000]).seconds_left == pytest.approx(100)


def test_many_short_files_after_a_few_long_ones_take_what_their_number_says(told):
    assert told([50_000, 50_000], [10] * 20).seconds_left == pytest.approx(200)


def test_files_of_no_known_size_take_what_their_number_says(told):
    assert told([0] * 20, [0] * 5).seconds_left == pytest.approx(5)


def test_no_time_is_told_once_nothing_is_left(told):
    assert told([1000] * 20, []).seconds_left is None


def test_no_time_is_told_while_nothing_moves(told):
    assert told([1000] * 20, [1000], ended=timedelta(minutes=2)).seconds_left is None
