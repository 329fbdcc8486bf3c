"""What is compiled for one test's database serves the next: each test has a database of its own, and all are alike.

SQLAlchemy compiles a statement once for each engine. With an engine a test, half of all that ran was compiled for it.
"""

from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection
from sqlalchemy.util import LRUCache


class OneDialect(SQLiteDialect_pysqlite):
    """SQLite as every test speaks it: equal to that of every other engine, so that both find what either compiled."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(OneDialect)


def share_statements() -> None:
    """Every engine made from now on looks a statement up among those that any engine compiled."""
    compiled: LRUCache[object, object] = LRUCache(2_000)

    def look_it_up(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    registry.register("sqlite", __name__, OneDialect.__name__)
    event.listen(Engine, "engine_connect", look_it_up)
