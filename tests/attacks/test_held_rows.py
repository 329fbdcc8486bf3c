"""Every way around a hold that a program with the database file could try."""

import shutil
import sqlite3

import pytest

from access.policy import SYSTEM
from ingest import batches
from records.register import find_record
from retention import holds
from store.errors import DamagedError

ATTACKS = {
    "delete the record": "DELETE FROM record WHERE id = 1",
    "delete its page": "DELETE FROM page WHERE record_id = 1",
    "delete its file row": "DELETE FROM record_file WHERE record_id = 1",
    "delete the bytes' row": "DELETE FROM stored_file",
    "delete the hold": "DELETE FROM hold WHERE id = 1",
    "delete the protection": "DELETE FROM file_protection",
    "delete the item": "DELETE FROM ingest_item",
    "replace the record": "REPLACE INTO record SELECT * FROM record WHERE id = 1",
    "replace the page": "INSERT OR REPLACE INTO page SELECT * FROM page WHERE record_id = 1",
    "replace the bytes' row": "REPLACE INTO stored_file SELECT * FROM stored_file",
    "replace the hold": "REPLACE INTO hold SELECT * FROM hold",
    "end the hold": "UPDATE hold SET released_at = '2026-01-01 00:00:00'",
    "lift the protection": "UPDATE file_protection SET lifted_at = '2026-01-01 00:00:00'",
    "point the hold elsewhere": "UPDATE hold SET record_id = 2 WHERE id = 1",
    "point the protection elsewhere": "UPDATE file_protection SET sha256 = 'x'",
    "call the bytes removed": "UPDATE stored_file SET removed_at = '2026-01-01 00:00:00'",
    "call the record purged": "UPDATE record SET purged_at = '2026-01-01 00:00:00'",
    "blank the page": "UPDATE page SET text = ''",
    "call the page read": "UPDATE page SET unread = 1",
    "release by one person": "INSERT INTO hold_release VALUES (1, 'a', 'a', 'why', '2026-01-01 00:00:00')",
    "release without clearance": "INSERT INTO hold_release VALUES (1, 'a', 'b', 'why', '2026-01-01 00:00:00')",
    "give the record another number": "UPDATE OR REPLACE record SET id = 2 WHERE id = 1",
}


@pytest.fixture
def held(archive, make_record):
    reference = make_record()
    make_record(b"another")
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="County store", actor=SYSTEM)
        batches.add_items(session, run, [batches.Met("/share/memo.txt", "memo.txt", b"/share/memo.txt", 12)])
    return reference


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_database_refuses_to(archive, held, statement):
    connection = sqlite3.connect(archive.settings.database_path)  # another program: no pragma of ours is on

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_clearance_is_refused_by_the_database_while_a_page_is_unread(archive, make_record):
    make_record(unread=True)
    connection = sqlite3.connect(archive.settings.database_path)
    with pytest.raises(sqlite3.IntegrityError, match="unread"):
        connection.execute(
            "INSERT INTO clearance (record_id, notices, given_by, second_reader, reason, given_at) "
            "VALUES (1, 'n', 'a', 'b', 'why', '2026-01-01 00:00:00')"
        )
    connection.close()


def test_a_fresh_process_still_finds_the_hold_after_a_copy_of_the_database(archive, held, tmp_path):
    with archive.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(archive.settings.database_path, copy)

    connection = sqlite3.connect(copy)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM record")
    connection.close()


def test_stored_bytes_cannot_be_written_to(archive, held):
    with archive.reading() as session:
        record = find_record(session, held, actor=SYSTEM)
        path = archive.files.original(record.sha256)
    assert path.stat().st_mode & 0o222 == 0


def test_bytes_changed_behind_our_back_are_found(archive, held):
    with archive.reading() as session:
        sha256 = find_record(session, held, actor=SYSTEM).sha256
    path = archive.files.original(sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")

    with pytest.raises(DamagedError, match="no longer what was stored"):
        archive.files.verify(sha256)


def test_the_holds_of_the_record_are_still_there(archive, held):
    with archive.reading() as session:
        assert holds.holds_of(session, find_record(session, held, actor=SYSTEM))
