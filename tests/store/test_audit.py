import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError

from store import audit
from store.archive import Archive
from store.audit_actions import SENTENCES, AuditAction
from store.errors import DamagedError


def write(archive: Archive, count: int) -> None:
    for number in range(count):
        with archive.writing() as session:
            audit.record(session, AuditAction.SEARCHED, actor="a.clerk", subject=f"search:{number}")


def check(archive: Archive) -> audit.Verdict:
    with archive.reading() as session:
        return audit.verify(session, archive.audit_head)


def tamper(archive: Archive, *statements: str) -> None:
    """As someone with the file and no scruples: the guards are dropped first."""
    connection = sqlite3.connect(archive.settings.database_path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_every_action_has_a_sentence_for_people():
    assert set(SENTENCES) == set(AuditAction)


def test_an_untouched_trail_is_proved_to_its_last_event(archive):
    write(archive, 5)

    verdict = check(archive)

    assert (verdict.ok, verdict.events, verdict.proved_up_to) == (True, 5, 5)


def test_an_event_is_kept_exactly_if_the_change_is(archive):
    write(archive, 1)
    with pytest.raises(RuntimeError, match="changed my mind"), archive.writing() as session:
        audit.record(session, AuditAction.SEARCHED, actor="a.clerk", subject="search:9")
        raise RuntimeError("changed my mind")
    write(archive, 1)

    assert check(archive).events == 2
    assert check(archive).ok


@pytest.mark.parametrize(
    ("statement", "proved", "words"),
    [
        ("UPDATE audit_event SET actor = 'someone else' WHERE sequence = 3", 2, "event 3 was changed"),
        ("DELETE FROM audit_event WHERE sequence = 3", 2, "event 3 is missing"),
        ("DELETE FROM audit_event WHERE sequence >= 4", 3, "events 4 to 5 were cut off"),
        ("DELETE FROM audit_event", 0, "events 1 to 5 were cut off"),
        ("UPDATE audit_event SET sequence = 9 WHERE sequence = 5", 4, "event 5 is missing"),
    ],
)
def test_a_trail_that_was_touched_is_proved_only_up_to_the_fault(archive, statement, proved, words):
    write(archive, 5)

    tamper(archive, statement)

    verdict = check(archive)
    assert not verdict.ok
    assert verdict.proved_up_to == proved
    assert words in verdict.problem


def test_a_chain_rewritten_from_the_first_event_is_found_by_the_head_outside(archive):
    write(archive, 3)
    with archive.reading() as session:
        events = list(audit._events(session))
    rewritten, previous = [], audit.FIRST_HASH
    for item in events:
        item.actor, item.previous_hash = "nobody", previous
        item.hash = previous = audit._hash(item)
        rewritten.append(
            f"UPDATE audit_event SET actor = 'nobody', previous_hash = '{item.previous_hash}', hash = '{item.hash}' "
            f"WHERE sequence = {item.sequence}"
        )

    tamper(archive, *rewritten)

    verdict = check(archive)
    assert not verdict.ok
    assert verdict.proved_up_to == 0
    assert "rewritten" in verdict.problem


def test_a_changed_or_missing_head_is_not_believed(archive):
    write(archive, 2)
    archive.audit_head.file.write_text(archive.audit_head.file.read_text().replace('"sequence": 2', '"sequence": 1'))
    assert "seal" in check(archive).problem

    archive.audit_head.file.unlink()
    assert "missing" in check(archive).problem


def test_nothing_more_is_written_on_top_of_a_trail_that_was_cut_off(archive):
    write(archive, 4)
    tamper(archive, "DELETE FROM audit_event WHERE sequence = 4")

    with pytest.raises(DamagedError, match="audit verify"):
        write(archive, 1)

    assert "cut off" in check(archive).problem


def test_a_crash_between_announcing_and_settling_leaves_an_honest_trail(archive):
    write(archive, 2)
    with archive.reading() as session:
        last = list(audit._events(session))[-1]
    archive.audit_head.announce(audit.Tail(2, last.hash), audit.Tail(3, "f" * 64))

    verdict = check(archive)

    assert verdict.ok
    assert verdict.interrupted


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE sequence = 1",
        "UPDATE audit_event SET actor = 'x' WHERE sequence = 1",
        "INSERT OR REPLACE INTO audit_event SELECT 1, at, 'x', action, subject, detail, previous_hash, hash "
        "FROM audit_event WHERE sequence = 1",
        "UPDATE OR REPLACE audit_event SET sequence = 2 WHERE sequence = 1",
    ],
)
def test_the_database_refuses_to_change_the_trail_from_any_program(archive, statement):
    write(archive, 2)
    connection = sqlite3.connect(archive.settings.database_path)  # recursive_triggers is off here

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_two_events_cannot_follow_the_same_one(archive):
    write(archive, 1)
    with pytest.raises(IntegrityError), archive.writing() as session:
        session.info[audit.AFTER] = audit.Tail(0, audit.FIRST_HASH)
        audit.record(session, AuditAction.SEARCHED, actor="a.clerk", subject="search:1")
