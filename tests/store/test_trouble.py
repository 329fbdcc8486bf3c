"""What the system below refuses is told as one sentence that says what to do."""

import errno
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from store.archive import Archive, open_archive
from store.errors import DamagedError, InvalidInputError, RefusedError
from store.settings import Settings, load_settings
from store.trouble import told
from worker.checkup import FAULT, check_up


def settings_of(data: Path) -> Settings:
    return load_settings({"CANDOUR_DATA": str(data)})


@pytest.fixture
def copied(archive: Archive, tmp_path: Path) -> Path:
    """A copy of a whole archive, to be damaged."""
    archive.close()
    return Path(shutil.copytree(archive.settings.data, tmp_path / "copied"))


def first_error(data: Path) -> DatabaseError:
    opened = open_archive(settings_of(data))
    with pytest.raises(DatabaseError) as raised, opened.reading() as session:
        session.execute(text("SELECT count(*) FROM record, page, audit_event")).all()
    opened.close()
    return raised.value


@pytest.mark.parametrize("damage", ["overwritten", "cut short"])
def test_a_damaged_database_is_told_and_the_doctor_leads_to_the_backup(copied: Path, damage: str) -> None:
    for beside in copied.glob("candour.sqlite3-*"):
        beside.unlink()
    database = copied / "candour.sqlite3"
    database.write_bytes(b"\xff" * 20_000 if damage == "overwritten" else database.read_bytes()[:40_000])

    known = told(first_error(copied))
    findings = check_up(settings_of(copied))

    assert isinstance(known, DamagedError)
    assert "candour restore" in str(known)
    assert [each.sentence for each in findings if each.level == FAULT and each.name == "database"] == [str(known)]


def test_a_database_that_another_program_locks_or_only_lets_read_is_told(copied: Path) -> None:
    database = copied / "candour.sqlite3"
    held, late = (sqlite3.connect(database, timeout=0, isolation_level=None) for _ in range(2))
    held.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as locked:
        late.execute("BEGIN IMMEDIATE")
    held.close()
    late.close()
    only_read = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as barred:
        only_read.execute("DELETE FROM job")
    only_read.close()

    assert "Another program" in str(told(locked.value))
    assert "may not open or write" in str(told(barred.value))


def test_a_full_disk_and_a_missing_right_are_told_whatever_they_are_wrapped_in(tmp_path: Path) -> None:
    wrapped = ValueError("the index")
    wrapped.__cause__ = OSError(errno.ENOSPC, "No space left on device")

    full, barred = told(wrapped), told(PermissionError(errno.EACCES, "Permission denied", str(tmp_path)))

    assert isinstance(full, RefusedError)
    assert "disk is full" in str(full)
    assert str(tmp_path) in str(barred)
    assert "full or failing" in str(told(OSError(errno.EIO, "Input/output error")))
    assert told(ValueError("ours")) is None
    assert told(FileNotFoundError(errno.ENOENT, "gone", "x")) is None


def test_a_data_folder_that_cannot_be_made_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(InvalidInputError, match="CANDOUR_DATA"):
        open_archive(settings_of(tmp_path / "file" / "data"))
    findings = check_up(settings_of(tmp_path / "file" / "data"))

    assert [each.name for each in findings if "CANDOUR_DATA" in each.sentence] == ["database"]
