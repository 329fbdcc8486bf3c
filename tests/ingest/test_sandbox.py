"""What a hostile file could do in its child: nothing to the network, nothing to other files, and not for long."""

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import seccomp
from ingest.children import Child
from ingest.limited_call import run_limited
from ingest.reading import UnreadableFile
from worker.checkup import reader_answers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def faults(monkeypatch):
    monkeypatch.setattr("ingest.children.ROOT", f"{ROOT}{os.pathsep}{Path(__file__).parent}")
    return "faults"


@pytest.fixture(scope="module")
def in_force() -> dict[str, bool]:
    """What this system allows; a test of what it does not is skipped aloud."""
    return run_limited("worker.checkup:reader_answers", {})["in_force"]


def need(in_force: dict[str, bool], name: str) -> None:
    if not in_force[name]:
        pytest.skip(f"NOT TRIED: this system does not allow {name}")


def test_a_process_that_was_never_confined_says_so():
    assert reader_answers() == {"in_force": {}}


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET])
def test_no_socket_to_anywhere_but_this_machine_can_even_be_made(faults, in_force, family):
    need(in_force, "calls_refused")

    assert run_limited(f"{faults}:open_socket", {"family": int(family)}) == {"error": errno.EPERM}


def test_a_socket_on_this_machine_can_be_made(faults):
    assert run_limited(f"{faults}:open_socket", {"family": int(socket.AF_UNIX)}) == {"error": 0}


def test_nothing_outside_its_own_folder_can_be_written_changed_or_moved(faults, in_force, tmp_path):
    need(in_force, "writes_confined")
    (tmp_path / "evidence").write_bytes(b"as it was")

    answers = [
        run_limited(f"{faults}:{what}", {"path": str(path)}, folder=tmp_path)["error"]
        for what, path in (
            ("write_to", tmp_path / "evidence"),
            ("write_to", tmp_path / "new"),
            ("remove", tmp_path / "evidence"),
        )
    ]

    assert set(answers) <= {errno.EACCES, errno.EXDEV}
    assert (tmp_path / "evidence").read_bytes() == b"as it was"
    assert not (tmp_path / "new").exists()


def test_its_own_folder_and_those_it_was_given_can_be_written(faults, tmp_path):
    assert run_limited(f"{faults}:own_folder_and_null", {}) == {"error": 0}
    assert run_limited(f"{faults}:write_to", {"path": str(tmp_path / "out")}, writable=[tmp_path]) == {"error": 0}


@pytest.mark.parametrize(("fault", "code"), [("spin", "timeout"), ("fill_the_disk", "crashed")])
def test_a_child_that_spins_or_writes_without_end_is_ended_with_a_reason(faults, fault, code):
    with pytest.raises(UnreadableFile) as caught:
        run_limited(f"{faults}:{fault}", {}, seconds=2)

    # The limit on what is written ends a program, or is an error in it: either way it is not a success.
    assert caught.value.code in {code, "damaged"}
    assert caught.value.sentence.endswith(".")


def test_a_child_holds_few_files_open(faults):
    answer = run_limited(f"{faults}:open_many_files", {})

    assert answer["error"] == errno.EMFILE
    assert answer["count"] < 128


def test_what_a_child_starts_is_ended_with_it_even_if_it_tries_to_get_away(faults, in_force, tmp_path):
    need(in_force, "calls_refused")
    child = Child(memory_bytes=2 * 1024**3, folder=tmp_path)
    child.send({"kind": "call", "function": f"{faults}:leave_the_group", "payload": {}, "seconds": 60})
    deadline = time.monotonic() + 30
    while not (started := children_of(child.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)

    child.end()

    assert started
    for _ in range(200):
        if not any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in started):
            break
        time.sleep(0.02)
    else:
        pytest.fail("what the child started is still there")


def children_of(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(
    os.geteuid() != 0, reason="NOT TRIED: only root can become another, whose processes are counted apart"
)
def test_a_fork_bomb_comes_to_a_stop(tmp_path):
    script = (
        f"import os, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import faults, signal\n"
        "from ingest.sandbox import _limit_processes, MAXIMUM_FURTHER_PROCESSES\n"
        "os.setgid(61234); os.setuid(61234)\n"
        "limited = _limit_processes()\n"
        "made = faults.fork_for_ever()['made']\n"
        "print(limited, made, MAXIMUM_FURTHER_PROCESSES, flush=True)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.killpg(0, signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
        start_new_session=True,
    )
    if not done.stdout:
        pytest.skip(f"NOT TRIED: nobody else may run this interpreter here ({done.stderr.strip()[-80:]})")

    limited, made, most = done.stdout.split()
    assert limited == "True"
    assert int(made) <= int(most)


def test_the_filter_is_whole_for_every_machine_it_knows():
    for architecture, calls in seccomp._CALLS.values():
        program = seccomp.filter_for(architecture, calls)

        assert len(program) % 8 == 0
        assert len(set(calls.values())) == len(calls)
        assert program[-8:] == b"\x06\x00\x00\x00\x00\x00\xff\x7f"
