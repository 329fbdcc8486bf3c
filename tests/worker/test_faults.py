"""What goes wrong on the way in: each fault is one item with its sentence, or one sentence and nothing lost."""

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from access.policy import OPERATOR
from ingest.models import Item
from store.files import FileStore
from store.trouble import told
from worker import keeping
from worker.intake import Intake
from worker.taking_in import take_in


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"Minutes of the Roads Committee, {name}.\n")
    return folder


def take(archive, share):
    return take_in(archive, [str(share)], batch="Box 1", source="store", actor=OPERATOR)


def reasons(outcome) -> dict[str, str]:
    return {item.path.rpartition("/")[2]: item.reason for item in outcome.items if item.state == "quarantined"}


def sound(archive) -> bool:
    with archive.reading() as session:
        return archive.files.reconcile(session) == ([], [])


def test_a_file_that_vanishes_after_it_was_listed_is_set_aside(archive, notice, share, monkeypatch):
    before_taking(monkeypatch, lambda: (share / "b.txt").unlink(missing_ok=True))

    outcome = take(archive, share)

    assert outcome.totals.registered == 2
    assert reasons(outcome) == {"b.txt": "The file was gone when its turn came; look for it where it was, and read it "
                                         "again."}  # fmt: skip


def test_a_file_that_becomes_a_link_or_a_pipe_after_it_was_listed_is_not_followed(archive, notice, share, monkeypatch):
    def change() -> None:
        for name in ("a.txt", "b.txt"):
            (share / name).unlink(missing_ok=True)
        (share / "a.txt").symlink_to("/etc/hostname")
        os.mkfifo(share / "b.txt")

    before_taking(monkeypatch, change)

    outcome = take(archive, share)

    assert outcome.totals.registered == 1
    assert set(reasons(outcome)) == {"a.txt", "b.txt"}
    with archive.reading() as session:
        assert len({item.sha256 for item in session.scalars(select(Item)) if item.sha256}) == 1


def before_taking(monkeypatch, act) -> None:
    """The act happens once, after the listing and before any bytes are taken."""
    real, done = Intake.take, []

    def take_after(self, numbers):
        if not done:
            done.append(True)
            act()
        return real(self, numbers)

    monkeypatch.setattr(Intake, "take", take_after)


def test_a_file_that_is_written_to_while_it_is_copied_is_set_aside_and_said_to_have_changed(
    archive, notice, share, monkeypatch
):
    real = FileStore._spool

    def write_meanwhile(self, source, **how):
        spooled = real(self, source, **how)
        path = Path(f"/proc/self/fd/{source.fileno()}").readlink()
        if path.name == "c.txt":
            with path.open("a") as file:
                file.write("and one line more\n")
        return spooled

    monkeypatch.setattr(FileStore, "_spool", write_meanwhile)

    outcome = take(archive, share)

    assert list(reasons(outcome)) == ["c.txt"]
    assert "changed while it was being read" in reasons(outcome)["c.txt"]
    assert list(archive.files.spool.iterdir()) == []


def test_a_disk_that_fails_under_one_file_is_that_files_reason(archive, notice, share, monkeypatch):
    real = FileStore.take

    def fail(self, source, **how):
        if source.name == "a.txt":
            raise OSError(errno.EIO, "Input/output error")
        return real(self, source, **how)

    monkeypatch.setattr(FileStore, "take", fail)

    outcome = take(archive, share)

    assert "disk or share it lies on failed" in reasons(outcome)["a.txt"]
    assert outcome.totals.registered == 2


def test_a_full_disk_stops_with_one_sentence_and_the_same_command_goes_on(archive, notice, share):
    """The limit on file size stands in for a full disk: the system refuses to write further."""
    (share / "big.bin").write_bytes(os.urandom(3_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        with pytest.raises(OSError) as fault:
            take(archive, share)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "disk is full" in str(told(fault.value))
    assert sound(archive)
    outcome = take(archive, share)

    assert outcome.resumed
    assert outcome.totals.adds_up
    assert outcome.totals.registered == 4


def test_a_database_that_is_full_says_so_in_the_same_sentence(archive, notice, share, monkeypatch):
    def full(*_, **__):
        said = sqlite3.OperationalError("database or disk is full")
        said.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError("INSERT", {}, said)

    monkeypatch.setattr(keeping.registering, "register_all", full)
    with pytest.raises(OperationalError) as fault:
        take(archive, share)
    assert "disk is full" in str(told(fault.value))
    monkeypatch.undo()

    assert take(archive, share).totals.registered == 3


def _can_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="A REALLY FULL DISK WAS NOT TRIED: only root may mount one")
def test_a_really_full_disk_loses_nothing(archive, notice, tmp_path):
    """The spool lies on a file system of one megabyte."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "big.bin").write_bytes(os.urandom(2_000_000))
    (share / "small.txt").write_text("A note.\n")
    spool = archive.files.spool
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(spool)], capture_output=True)
    if mounted.returncode:
        pytest.skip("A REALLY FULL DISK WAS NOT TRIED: this system lets nobody mount one")
    try:
        with pytest.raises(OSError) as fault:
            take(archive, share)
    finally:
        subprocess.run(["umount", str(spool)], check=True)
    assert "disk is full" in str(told(fault.value))

    outcome = take(archive, share)
    assert outcome.totals.adds_up
    assert outcome.totals.registered == 2


def test_a_disk_that_fills_up_while_a_record_is_kept_sets_no_file_aside_for_it(archive, notice, share, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keeping.registering, "register_all", full)
    with pytest.raises(OSError):
        take(archive, share)
    monkeypatch.undo()

    outcome = take(archive, share)
    assert (outcome.totals.registered, outcome.totals.quarantined) == (3, 0)
