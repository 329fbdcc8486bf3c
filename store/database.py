"""The engine, the base of every table, and the unit of work: one transaction, opened and ended at the edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

BUSY_MILLISECONDS = 30_000


class Base(DeclarativeBase):
    """Every table, with constraints whose names a migration can speak of."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: SQLite forgets zones, so they are put back on reading."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC; a naive one is an error of ours and is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def make_engine(database_url: str) -> Engine:
    """An engine whose every connection keeps the promises the schema relies on."""
    path = Path(database_url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        database_url,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
        hide_parameters=True,  # a logged error must not carry the content of a record
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    raw: Any = connection
    raw.isolation_level = None  # the driver's own BEGIN is deferred; `_begin` says which kind is wanted
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL, not NORMAL: after a power cut the database must not be older than the audit head outside it.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Without this, INSERT OR REPLACE removes a held row without firing its delete trigger.
    cursor.execute("PRAGMA recursive_triggers = ON")
    # Without this, the text of what was purged stays in the free space of the database file.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.close()


def forget_deleted(engine: Engine) -> bool:
    """What was deleted is in no file of the database; False while somebody still reads from before the deletion."""
    with engine.connect() as connection:
        connection.rollback()
        raw: Any = connection.connection.dbapi_connection
        # The log beside the database keeps earlier states of its pages until they are all written back and it is cut.
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _begin(connection: Any) -> None:
    writing = connection.get_execution_options().get("candour_writing", False)
    # A read that turns into a write fails at once with "database is locked" and ignores the busy timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def unit_of_work(engine: Engine, info: dict[str, Any] | None = None) -> Iterator[Session]:
    """A writing transaction: committed whole when the block ends, rolled back whole when it raises.

    Keep it short: it holds the one write lock. One file, never one batch. `info` is handed to the
    session for the hooks that act at its commit.
    """
    with (
        engine.connect().execution_options(candour_writing=True) as connection,
        Session(connection, expire_on_commit=False, info=info) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A consistent view that changes nothing: whatever is flushed in it is rolled back."""
    with engine.connect() as connection, Session(connection, expire_on_commit=False, autoflush=False) as session:
        yield session  # closing ends its transaction without a commit, and leaves what was read readable
