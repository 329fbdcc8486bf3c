"""What was hidden a moment ago, and which the index still has as open, weighs nothing in what is shown."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from access.policy import Actor
from disclosure.marks import mark
from records.register import find_record
from search import indexing
from search.asking import Asking
from search.engine import Found
from search.indexing import bring_up_to_date, rebuild
from search.language import parse_query
from search.meant import Meant, what_was_meant
from search.opening import close_engine, engine_of
from store import clock
from store.archive import Archive
from worker import runner
from worker.runner import Worker

SHOWN = ("ferry", "ferry boat boat", "boat and a long long text about the ferry", "harbour", "harbour boat")
HIDDEN = ("ferry ferry ferry", "ferry " * 300, "boat " * 40, "harbours harbors")
QUERIES = ("ferry", "boat", "ferry OR boat OR harbour", "ferry boat", "NOT harbour", "harb*", "*")


@pytest.fixture(params=["whoosh:", "tantivy:"])
def engine(request: pytest.FixtureRequest, archive: Archive) -> Iterator[Archive]:
    chosen = Archive(**{**vars(archive), "settings": replace(archive.settings, search_url=request.param)})
    yield chosen
    close_engine(chosen)


def ask(archive: Archive, actor: Actor) -> list[Found]:
    with archive.reading() as session:
        asked = Asking(archive, session, actor)
        return [asked.find(parse_query(query), limit=50) for query in QUERIES]


def hide_after_indexing(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> tuple[list[Found], list[Found], list[Found]]:
    """What an officer is shown before the records were there, once they are hidden, and once the index knows it."""
    for number, text in enumerate(SHOWN):
        make_record(f"shown {number}".encode(), text=text)
    bring_up_to_date(archive)
    before = ask(archive, officer)
    references = [make_record(f"hidden {number}".encode(), text=text) for number, text in enumerate(HIDDEN)]
    bring_up_to_date(archive)
    assert ask(archive, officer) != before
    with archive.writing() as session:
        for reference in references:
            record = find_record(session, reference, actor=lawyer)
            mark(session, record, kind="restricted", reason="a named child", actor=lawyer)
    just_now = ask(archive, officer)
    bring_up_to_date(archive)
    return before, just_now, ask(archive, officer)


def test_totals_and_facets_are_those_without_it_at_once_and_scores_once_the_index_knows(
    engine: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    before, just_now, later = hide_after_indexing(engine, make_record, officer, lawyer)

    assert [(each.total, each.facets) for each in just_now] == [(each.total, each.facets) for each in before]
    assert [{hit.record_id for hit in each.hits} for each in just_now] == [
        {hit.record_id for hit in each.hits} for each in before
    ]
    assert later == before


@pytest.mark.parametrize("written", ["quillfeathor OR harbuor", "quillfeather OR harbuor", "quilfeather"])
def test_no_spelling_is_learnt_from_it(
    engine: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, written: str
) -> None:
    make_record(b"shown", text="the harbour master's quillfeathers")
    hidden = make_record(b"hidden", text="quillfeather")
    bring_up_to_date(engine)

    def suggested() -> list[Meant]:
        with engine.reading() as session:
            return what_was_meant(Asking(engine, session, officer), written, 0)

    with engine.writing() as session:
        mark(session, find_record(session, hidden, actor=lawyer), kind="restricted", reason="a child", actor=lawyer)
    just_now = suggested()
    bring_up_to_date(engine)

    assert just_now == suggested()


def test_with_whoosh_the_scores_too_are_those_without_it_at_once(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    before, just_now, _ = hide_after_indexing(archive, make_record, officer, lawyer)
    close_engine(archive)

    assert just_now == before


def test_what_left_a_compartment_weighs_nothing_once_the_worker_has_made_the_index_anew(
    engine: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    for number, text in enumerate(SHOWN):
        make_record(f"shown {number}".encode(), text=text)
    bring_up_to_date(engine)
    before = ask(engine, officer)
    references = [make_record(f"hidden {number}".encode(), text=text) for number, text in enumerate(HIDDEN)]
    # All in one go: what stays lies beside what leaves.
    rebuild(engine)
    with engine.writing() as session:
        for reference in references:
            mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)
    bring_up_to_date(engine)
    is_tantivy = engine.settings.search_url == "tantivy:"
    assert engine_of(engine).left_behind == (len(HIDDEN) if is_tantivy else 0)
    if is_tantivy:
        assert ask(engine, officer) != before

    worker = Worker(engine)
    while worker.work_once():
        pass

    assert engine_of(engine).left_behind == 0
    assert ask(engine, officer) == before


def test_a_large_index_is_made_anew_at_night(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Archive(**{**vars(archive), "settings": replace(archive.settings, search_url="tantivy:")})
    reference = make_record(b"one", text="ferry")
    bring_up_to_date(large)
    with large.writing() as session:
        mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)
    bring_up_to_date(large)
    monkeypatch.setattr(indexing, "RENEWED_AT_ONCE", 0)

    by_hour = {}
    for hour in (9, 23, 2):
        monkeypatch.setattr(clock, "now", lambda hour=hour: datetime(2026, 11, 25, hour, 30, tzinfo=UTC))
        by_hour[hour] = indexing.renew(large)
    is_over = not indexing.is_to_be_renewed(large)
    close_engine(large)

    assert by_hour == {9: False, 23: False, 2: True}
    assert is_over


def test_to_make_it_anew_after_every_record_that_is_hidden_takes_a_small_part_of_the_workers_time(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = Archive(**{**vars(archive), "settings": replace(archive.settings, search_url="tantivy:")})
    references = [make_record(b"%d" % number, text="ferry") for number in range(8)]
    bring_up_to_date(hidden)
    now, made, rebuild_index = [1_000.0], [], indexing._rebuild

    def rebuild(archive: Archive) -> int:
        made.append(now[0])
        now[0] += 6.0
        return rebuild_index(archive)

    monkeypatch.setattr(indexing, "_rebuild", rebuild)
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now[0]))
    worker = Worker(hidden)
    for reference in references:
        with hidden.writing() as session:
            mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="x", actor=lawyer)
        while worker.work_once():
            pass
        now[0] += 31.0
    close_engine(hidden)

    # At once, and then so that six seconds are a twentieth of the time.
    assert made == [1_000.0, 1_000.0 + 6 + 31 * 4]
