"""A database whose guards were tampered with is not called sound."""

import sqlite3

import pytest

from worker.checkup import FAULT, GOOD, _database

EMPTY = "CREATE TRIGGER {name} BEFORE UPDATE OF released_at ON hold WHEN 0 BEGIN SELECT 1; END"
TAMPERINGS = {
    "one removed": ("DROP TRIGGER hold_ends_by_two",),
    "one emptied under its own name": ("DROP TRIGGER hold_ends_by_two", EMPTY.format(name="hold_ends_by_two")),
    "one exchanged for another": ("DROP TRIGGER hold_ends_by_two", EMPTY.format(name="harmless")),
    "one added": ("CREATE TRIGGER quiet AFTER INSERT ON hold BEGIN DELETE FROM index_need; END",),
}


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_the_doctor_finds_guards_that_were_tampered_with(archive, statements):
    assert _database(archive).level == GOOD
    connection = sqlite3.connect(archive.settings.database_path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()

    found = _database(archive)

    assert found.level == FAULT
    assert "someone changed it by hand" in found.sentence
