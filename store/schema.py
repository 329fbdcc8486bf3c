"""The shape of the database, brought up to date by migrations and refused when it is not the one expected."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError

from store.errors import DamagedError, RefusedError
from store.trouble import told

GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Alembic's settings, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """The database has the newest shape; run twice, the second changes nothing.

    Raises:
        RefusedError: It was made by a newer version, or the disk or a permission stands in the way.
        DamagedError: It is not what it says it is; nothing was changed.
    """
    found = current(engine)
    if found == newest():
        return
    if found is not None:
        _refuse_newer(found)
    config = configuration()
    try:
        with engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise told(error) or DamagedError(
            f"The archive could not be brought up to date, and nothing in it was changed: its database is not what its "
            f"shape {found} says ({error.orig}). Go on with the version that made it, or restore the last backup, and "
            "report this line."
        ) from error


def current(engine: Engine) -> str | None:
    """The shape the database has now; none before the first migration."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The shape this version of Candour works on."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise RefusedError("There are no migrations in this installation: install Candour again.")
    return head


def require_current(engine: Engine) -> None:
    """Returns only if the database has the shape this version works on.

    Raises:
        RefusedError: It is new, older or newer.
    """
    found = current(engine)
    if found is None:
        raise RefusedError("There is no archive in this data folder yet: run `candour init` first.")
    if found != newest():
        _refuse_newer(found)
        raise RefusedError(
            "The archive was made by an older version of Candour: stop every Candour that uses it, copy the data "
            "folder as it is (this version cannot back it up yet), then run `candour init`, which brings it up to date."
        )


def _refuse_newer(found: str) -> None:
    known = {each.revision for each in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found not in known:
        raise RefusedError(
            f"The archive was made by a newer version of Candour (its shape is {found}, the newest known here is "
            f"{newest()}): install that version again; nothing was changed."
        )


def guards() -> dict[str, str]:
    """The triggers of a sound database, each by its name with what it does: what the newest shape puts there."""
    memory = create_engine("sqlite://")
    with memory.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        found = connection.exec_driver_sql(GUARDS).all()
    memory.dispose()
    return {row[0]: row[1] for row in found}
