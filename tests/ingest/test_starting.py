"""Children are copies of a process that loaded everything once: quick to start, and none sees anything of another."""

import errno
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import starting
from ingest.children import Child
from ingest.frames import GONE
from ingest.limited_call import run_limited
from ingest.limits import ReaderPool
from ingest.reading import UnreadableFile
from store.errors import CandourError

GB = 1024**3


@pytest.fixture
def faults(monkeypatch):
    monkeypatch.setattr("ingest.children.ROOT", f"{Path(__file__).parents[2]}{os.pathsep}{Path(__file__).parent}")
    return "faults"


@pytest.fixture
def child(tmp_path):
    made = Child(memory_bytes=2 * GB, folder=tmp_path)
    yield made
    made.end()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def open_descriptors(pid: int) -> list[str]:
    return [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]


def test_children_come_from_one_process_that_has_one_thread_and_no_file_open(tmp_path, child):
    starter = parent_of(child.pid)

    for _ in range(5):
        other = Child(memory_bytes=2 * GB, folder=tmp_path)
        assert parent_of(other.pid) == starter
        other.end()

    assert len(list(Path(f"/proc/{starter}/task").iterdir())) == 1
    assert sorted(place.partition(":")[0] for place in open_descriptors(starter)) == ["/dev/null"] * 3 + ["socket"]


def test_a_child_holds_its_own_pipes_and_nothing_of_another(tmp_path, child):
    other = Child(memory_bytes=2 * GB, folder=tmp_path)
    wait_until_it_says(child, "ready")
    wait_until_it_says(other, "ready")

    ours, theirs = set(open_descriptors(child.pid)), set(open_descriptors(other.pid))

    assert {place.partition(":")[0] for place in ours & theirs} <= {"/dev/null"}
    assert not any(place.startswith("socket") for place in ours | theirs)
    other.end()


def wait_until_it_says(child: Child, kind: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(message["kind"] == kind for message in child.receive() or []):
            return
        time.sleep(0.01)
    pytest.fail(f"the child did not say {kind}")


def test_where_the_starter_is_killed_its_children_end_and_the_next_has_a_new_one(tmp_path, child):
    starter = parent_of(child.pid)
    wait_until_it_says(child, "ready")

    os.kill(starter, signal.SIGKILL)

    deadline = time.monotonic() + 30
    while child.receive() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert child.end() == "crashed"
    (tmp_path / "note.txt").write_text("A note of the committee.")
    with ReaderPool(1, spool=tmp_path / "spool") as pool:
        pool.submit("note", tmp_path / "note.txt")
        (result,) = pool.results()
        assert parent_of(pool.pids[0]) != starter
    assert result.reading.pages[0].text == "A note of the committee."


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_starter_that_is_ended_while_it_begins_has_another_after_it_and_then_a_sentence(deaths):
    killed = []

    def ask(starter):
        if len(killed) < deaths:
            starter._process.kill()
            starter._process.wait()
            killed.append(starter)
        return starter.ask({"kind": "ended", "pid": 1})["status"]

    if deaths < 3:
        assert starting._with_starter(ask) == GONE
    else:
        with pytest.raises(CandourError, match="was ended from outside each time it began"):
            starting._with_starter(ask)
    assert len(set(killed)) == deaths
    starting.stop()


def test_where_there_is_no_room_for_a_process_the_children_there_are_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "_wanted", dict(starting._wanted))
    starting.stop()
    full = tmp_path / "full"
    starting.load([], [("tests.ingest.faults:refuse_to_fork", {"as_long_as_there_is": str(full)})])
    child = Child(memory_bytes=2 * GB, folder=tmp_path)
    wait_until_it_says(child, "ready")
    ours, starter = len(list(Path("/proc/self/fd").iterdir())), parent_of(child.pid)
    theirs = open_descriptors(starter)

    full.touch()
    for _ in range(3):
        with pytest.raises(OSError) as refused:
            Child(memory_bytes=2 * GB, folder=tmp_path)
        assert refused.value.errno == errno.EAGAIN

    assert len(list(Path("/proc/self/fd").iterdir())) == ours
    assert open_descriptors(starter) == theirs
    child.send({"kind": "call", "function": "os:getcwd", "payload": {}, "seconds": 30})
    wait_until_it_says(child, "returned")
    full.unlink()
    another = Child(memory_bytes=2 * GB, folder=tmp_path)
    assert parent_of(another.pid) == parent_of(child.pid) == starter
    child.end()
    another.end()
    starting.stop()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_copy_of_this_process_has_a_starter_of_its_own(tmp_path, child):
    read, write = os.pipe()
    copy = os.fork()
    if copy == 0:
        try:
            own = Child(memory_bytes=2 * GB, folder=tmp_path)
            os.write(write, str(parent_of(own.pid)).encode())
            own.end()
            starting.stop()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        of_the_copy = int(told.read())
    os.waitpid(copy, 0)

    another = Child(memory_bytes=2 * GB, folder=tmp_path)
    assert parent_of(another.pid) == parent_of(child.pid) != of_the_copy
    another.end()


def test_many_threads_may_start_children_at_once(faults):
    names = [f"clerk {number}" for number in range(12)]
    gate = threading.Barrier(6)

    def greet(name: str) -> str:
        gate.wait(60)
        return run_limited(f"{faults}:say_hello", {"name": name})["hello"]

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(greet, names)) == names


def test_what_cannot_be_loaded_is_a_reason_in_the_child_and_no_harm_to_the_starter(faults):
    with pytest.raises(UnreadableFile):
        run_limited("ingest.no_such_module:nothing", {})

    assert run_limited(f"{faults}:say_hello", {"name": "clerk"})["hello"] == "clerk"
