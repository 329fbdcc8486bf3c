"""Two writers at once, reading that changes nothing, and a schema that can go both ways."""

import threading
from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from store import audit, clock, schema
from store.audit_actions import AuditAction
from store.database import Base, make_engine
from store.errors import DamagedError, RefusedError
from store.jobs import Job, any_waiting, enqueue, fail, finish, take_next


def test_two_writers_at_once_take_turns_and_lose_nothing(archive):
    def write(name: str) -> None:
        for number in range(20):
            with archive.writing() as session:
                audit.record(session, AuditAction.SEARCHED, actor=name, subject=f"search:{number}")

    writers = [threading.Thread(target=write, args=(name,)) for name in ("first", "second", "third")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with archive.reading() as session:
        verdict = audit.verify(session, archive.audit_head)
    assert (verdict.ok, verdict.events) == (True, 60)


def test_what_is_done_while_reading_is_not_kept(archive):
    with archive.reading() as session:
        enqueue(session, "index", payload={}, actor="a.clerk")
        session.flush()

    with archive.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_migrations_equal_the_models(archive):
    with archive.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_goes_both_ways(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    schema.upgrade(engine)
    config = schema.configuration()
    with engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with engine.connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).fetchall()
    assert left == []
    schema.upgrade(engine)
    assert schema.current(engine) == schema.newest()
    engine.dispose()


def test_a_job_is_taken_once_and_its_failure_is_kept(archive):
    with archive.writing() as session:
        job = enqueue(session, "index", payload={"a": 1}, actor="a.clerk")
    with archive.writing() as session:
        taken = take_next(session, worker="one")
        assert taken.id == job.id
        assert taken.arguments == {"a": 1}
        assert take_next(session, worker="two") is None
        fail(session, job.id, message="The disk is full.")
    with archive.reading() as session:
        assert session.get(Job, job.id).message == "The disk is full."
        assert not any_waiting(session)


def test_a_job_whose_worker_died_is_taken_again(archive, monkeypatch):
    with archive.writing() as session:
        enqueue(session, "index", payload={}, actor="a.clerk")
    with archive.writing() as session:
        take_next(session, worker="one")
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)

    with archive.writing() as session:
        again = take_next(session, worker="two")
        assert again.worker == "two"
        finish(session, again.id, result={"documents": 3})
        assert again.outcome == {"documents": 3}


def test_an_older_archive_and_a_newer_one_are_told_apart_and_what_to_do_can_be_done(archive):
    def say(shape: str) -> str:
        with archive.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :shape"), {"shape": shape})
        with pytest.raises(RefusedError) as refused:
            schema.require_current(archive.engine)
        return str(refused.value)

    older, newer = say("0003"), say("9999")

    assert "copy the data folder" in older
    assert "newer version" in newer
    with pytest.raises(RefusedError, match="newer version"):
        schema.upgrade(archive.engine)


def test_an_upgrade_of_a_database_that_is_not_what_it_says_changes_nothing_and_is_told(archive):
    with archive.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))

    with pytest.raises(DamagedError, match="nothing in it was changed"):
        schema.upgrade(archive.engine)

    assert schema.current(archive.engine) == "0003"
