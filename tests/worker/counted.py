"""How many records somebody is told of, for tests of the index and its worker."""

from access.policy import Actor
from search.asking import Asking
from search.language import parse_query
from store.archive import Archive


def counted(archive: Archive, actor: Actor, query: str) -> int:
    with archive.reading() as session:
        return Asking(archive, session, actor).count(parse_query(query))
