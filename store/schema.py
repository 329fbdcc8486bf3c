"""The shape of the database, brought up to date by migrations and refused when it is not the one expected."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine

from store.errors import RefusedError

GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Alembic's settings, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """The database has the newest shape; run twice, the second changes nothing."""
    if current(engine) == newest():
        return
    config = configuration()
    with engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
        raise RefusedError(
            "The archive was made by another version of Candour: make a backup, then run `candour init` to bring it "
            "up to date (an archive made by a newer version needs that version)."
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
