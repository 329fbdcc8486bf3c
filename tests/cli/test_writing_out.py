"""A file that a command writes out is there once the audit trail tells of it, and not before."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from access.policy import Actor
from cli import drafts
from cli.opening import write_out
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.leaving import Leaving, leaving


@pytest.fixture
def made(archive: Archive) -> Leaving:
    with archive.reading() as session:
        return leaving(session, b"the new schedule", AuditAction.SEARCH_RECORDS_EXPORTED, subject="searches")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "out"
    found.mkdir()
    return found


def told(archive: Archive) -> int:
    with archive.reading() as session:
        return session.query(AuditEvent).count()


class LostError(Exception):
    """The disk of the database went away."""


def test_the_file_replaces_what_was_there_and_leaves_nothing_beside_it(
    archive: Archive, made: Leaving, folder: Path, officer: Actor
) -> None:
    (folder / "schedule.docx").write_bytes(b"a longer schedule of last week")

    write_out(archive, made, folder / "schedule.docx", actor=officer)

    assert told(archive) == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"schedule.docx": b"the new schedule"}


@pytest.mark.parametrize("before", [{}, {"schedule.docx": b"of last week"}])
def test_no_file_leaves_of_which_the_audit_trail_could_not_tell(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, before: dict[str, bytes]
) -> None:
    for name, content in before.items():
        (folder / name).write_bytes(content)

    def fail(_connection: object) -> None:
        raise LostError

    event.listen(archive.engine, "commit", fail)
    with pytest.raises(LostError):
        write_out(archive, made, folder / "schedule.docx", actor=officer)
    event.remove(archive.engine, "commit", fail)

    assert told(archive) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["", "nowhere/schedule.docx", "file/schedule.docx"])
def test_what_cannot_be_written_there_is_not_told_to_have_left(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, name: str
) -> None:
    (folder / "file").write_bytes(b"a file")

    with pytest.raises(InvalidInputError, match=r"was not written .*: name a file in a folder"):
        write_out(archive, made, folder / name, actor=officer)

    assert told(archive) == 0
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_a_file_that_is_guarded_against_writing_stays(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "schedule.docx").write_bytes(b"of last week")
    monkeypatch.setattr("os.access", lambda *_: False)  # for root, every file may be written

    with pytest.raises(InvalidInputError, match="Permission denied"):
        write_out(archive, made, folder / "schedule.docx", actor=officer)

    assert told(archive) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"schedule.docx": b"of last week"}


def test_a_link_goes_on_leading_to_the_file(archive: Archive, made: Leaving, folder: Path, officer: Actor) -> None:
    (folder / "latest.docx").symlink_to("schedule.docx")

    write_out(archive, made, folder / "latest.docx", actor=officer)

    assert (folder / "latest.docx").is_symlink()
    assert (folder / "schedule.docx").read_bytes() == b"the new schedule"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_stays_open_to_the_same_people(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, mode: int
) -> None:
    file = folder / "schedule.docx"
    file.write_bytes(b"of last week")
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = file.stat()

    write_out(archive, made, file, actor=officer)

    after = file.stat()
    assert file.read_bytes() == b"the new schedule"
    assert stat.S_IMODE(after.st_mode) == mode
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_no_other_group_may_read_where_the_group_cannot_be_kept(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    file = folder / "schedule.docx"
    file.write_bytes(b"of last week")
    file.chmod(0o640)
    monkeypatch.setattr("os.fchown", refuse)

    write_out(archive, made, file, actor=officer)

    assert file.read_bytes() == b"the new schedule"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_file_is_open_as_the_umask_has_it(archive: Archive, made: Leaving, folder: Path, officer: Actor) -> None:
    before = os.umask(0o027)
    try:
        write_out(archive, made, folder / "schedule.docx", actor=officer)
    finally:
        os.umask(before)

    assert stat.S_IMODE((folder / "schedule.docx").stat().st_mode) == 0o640


@pytest.mark.parametrize("before", [None, 0o664])
def test_a_private_file_is_for_its_owner_alone(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, before: int | None
) -> None:
    file = folder / "schedule.docx"
    if before is not None:
        file.touch()
        file.chmod(before)

    write_out(archive, made, file, actor=officer, is_private=True)

    assert file.read_bytes() == b"the new schedule"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("has_nameless_files", [True, False])
def test_what_is_broken_off_while_it_is_written_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, has_nameless_files: bool
) -> None:
    if has_nameless_files:
        try:
            os.close(os.open(folder, os.O_WRONLY | os.O_TMPFILE))
        except OSError:
            pytest.skip("THE TEMPORARY FOLDER KNOWS NO FILES WITHOUT A NAME: what is broken off was not tried there")
    else:
        monkeypatch.setattr(drafts, "_OPEN_FILES", folder / "none")
    names: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield b"not "
        names.append(len(list(folder.iterdir())))  # a program that is ended here would leave these
        yield b"redacted"

    with drafts.drafted(folder / "bundle.pdf", pieces) as put:
        assert not (folder / "bundle.pdf").exists()
        put()

    assert names == [0 if has_nameless_files else 1]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"bundle.pdf": b"not redacted"}


def test_a_pipe_with_a_name_is_written_into_and_stays(
    archive: Archive, made: Leaving, folder: Path, officer: Actor
) -> None:
    os.mkfifo(folder / "schedule.docx")
    reader = os.open(folder / "schedule.docx", os.O_RDWR | os.O_NONBLOCK)
    try:
        write_out(archive, made, folder / "schedule.docx", actor=officer)

        assert os.read(reader, 100) == b"the new schedule"
    finally:
        os.close(reader)
    assert (folder / "schedule.docx").is_fifo()
    assert told(archive) == 1


def test_a_pipe_without_a_name_is_written_into(archive: Archive, made: Leaving, folder: Path, officer: Actor) -> None:
    reader, writer = os.pipe()
    (folder / "stdout").symlink_to(f"/proc/self/fd/{writer}")  # as /dev/stdout is one
    try:
        write_out(archive, made, folder / "stdout", actor=officer)

        assert os.read(reader, 100) == b"the new schedule"
    finally:
        os.close(reader)
        os.close(writer)
    assert told(archive) == 1


def test_nothing_goes_into_a_pipe_of_which_the_audit_trail_could_not_tell(
    archive: Archive, made: Leaving, folder: Path, officer: Actor
) -> None:
    def fail(_connection: object) -> None:
        raise LostError

    os.mkfifo(folder / "schedule.docx")
    reader = os.open(folder / "schedule.docx", os.O_RDWR | os.O_NONBLOCK)
    event.listen(archive.engine, "commit", fail)
    try:
        with pytest.raises(LostError):
            write_out(archive, made, folder / "schedule.docx", actor=officer)
        with pytest.raises(BlockingIOError):
            os.read(reader, 100)
    finally:
        event.remove(archive.engine, "commit", fail)
        os.close(reader)


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EROFS])
def test_a_file_that_cannot_be_put_in_its_place_is_told_in_a_sentence(
    archive: Archive, made: Leaving, folder: Path, officer: Actor, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    rename = Path.replace

    def refuse(draft: Path, target: Path) -> Path:
        if target.parent != folder:
            return rename(draft, target)
        raise OSError(number, os.strerror(number))

    (folder / "schedule.docx").write_bytes(b"of last week")
    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(InvalidInputError, match=rf"was not written \({os.strerror(number)}\): name a file"):
        write_out(archive, made, folder / "schedule.docx", actor=officer)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"schedule.docx": b"of last week"}
