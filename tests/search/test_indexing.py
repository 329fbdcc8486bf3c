"""The index keeps up with the database whatever is changed while it is written."""

from collections.abc import Callable, Iterable

import pytest

from access.policy import Actor
from disclosure.marks import mark
from ingest.custodians import name_custodian
from ingest.models import Batch
from records.register import find_record
from search import indexing
from search.asking import Asking
from search.engine import IndexDocument
from search.engines.whoosh import WhooshEngine
from search.indexing import bring_up_to_date
from search.language import parse_query
from search.opening import close_engine
from store import clock
from store.archive import Archive


def counted(archive: Archive, actor: Actor, query: str) -> int:
    with archive.reading() as session:
        return Asking(archive, session, actor).count(parse_query(query))


class SlowEngine(WhooshEngine):
    """Lets something happen between the reading of the records and the end of their indexing, once."""

    meanwhile: Callable[[], None] | None = None

    def index(self, documents: Iterable[IndexDocument]) -> int:
        read = list(documents)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return super().index(read)


@pytest.fixture
def slow(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> SlowEngine:
    engine = SlowEngine(archive.settings.index)
    monkeypatch.setattr(indexing, "engine_of", lambda _: engine)
    return engine


def test_a_record_restricted_while_it_is_indexed_is_in_no_count_before_the_next_indexing_or_after(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, slow: SlowEngine
) -> None:
    reference = make_record(b"one", text="ferry")

    def restrict() -> None:
        with archive.writing() as session:
            mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)

    slow.meanwhile = restrict
    bring_up_to_date(archive)

    # It went round again, because the need was renewed: the index knows by now.
    assert counted(archive, officer, "ferry") == 0
    assert slow.count(parse_query("ferry"), compartments=frozenset({"open"})) == 0
    assert counted(archive, lawyer, "ferry") == 1
    close_engine(archive)


def test_a_custodian_named_while_a_record_is_indexed_is_found(
    archive: Archive, make_record: Callable[..., str], officer: Actor, slow: SlowEngine
) -> None:
    make_record(b"one", text="ferry")
    with archive.writing() as session:
        session.add(Batch(name="Box 14", source="County store", added_by="x", added_at=clock.now()))

    def name() -> None:
        with archive.writing() as session:
            name_custodian(session, session.query(Batch).one(), "Town Clerk", actor=officer)

    slow.meanwhile = name
    bring_up_to_date(archive)

    assert counted(archive, officer, "custodian:clerk") == 1
    close_engine(archive)
