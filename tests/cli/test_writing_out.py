"""A file that a command writes out is there once the audit trail tells of it, and not before."""

from pathlib import Path

import pytest
from sqlalchemy import event

from access.policy import Actor
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
