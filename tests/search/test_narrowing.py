"""What is chosen beside the words: alternatives within a facet, all of the facets together, and counts that hold."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import Actor
from records.models import Record, RecordPerson, SearchFact
from search import querying
from search.indexing import bring_up_to_date
from search.language import parse_query
from search.narrowing import FACETS, whole_query
from search.opening import close_engine
from store.archive import Archive
from store.errors import InvalidInputError


@pytest.mark.parametrize(
    ("written", "chosen", "whole"),
    [
        ("minibus", {}, "minibus"),
        ("minibus", {"category": ["duties"]}, "minibus AND category:duties"),
        ("a1 OR b1", {"category": ["duties", "failings"]}, "(a1 OR b1) AND category:(duties OR failings)"),
        ("(a1 OR b1)", {"state": ["read"]}, "(a1 OR b1) AND state:read"),
        ("", {"person": ["L Osterwain"]}, 'person:="L Osterwain"'),
        ("*", {"batch": ["Box 14"], "type": ["case file"]}, 'type:="case file" AND batch:="Box 14"'),
        ("a1", {"year": ["1974", "1980s", "none"]}, "a1 AND year:(1974 OR 1980..1989 OR none)"),
        ("a1", {"review": ["waiting"]}, 'a1 AND has:="review=waiting"'),
        ("a1", {"person": ['A "Nick" Name']}, 'a1 AND person:="A Nick Name"'),
        ("a1", {"type": ["OR"]}, 'a1 AND type:="OR"'),
        ("a1", {"category": ["x", "x"]}, "a1 AND category:x"),
    ],
)
def test_what_is_chosen_and_what_is_written_are_one_query(
    written: str, chosen: dict[str, list[str]], whole: str
) -> None:
    assert whole_query(written, chosen) == whole
    parse_query(whole)


_VALUES = st.lists(st.text(min_size=1, max_size=12).filter(lambda text: any(c.isalnum() for c in text)), max_size=3)


@given(st.dictionaries(st.sampled_from([each.name for each in FACETS if each.name != "year"]), _VALUES))
def test_whatever_a_value_is_it_can_be_asked_for_and_is_only_a_value(chosen: dict[str, list[str]]) -> None:
    whole = whole_query("minibus OR ferry", chosen)

    assert whole.startswith("minibus OR ferry" if not any(chosen.values()) else "(minibus OR ferry) AND ")
    parse_query(whole)


@pytest.fixture
def varied(archive: Archive, make_record: Callable[..., str]) -> Iterator[Archive]:
    references = [make_record(f"{n}".encode(), text="ferry boat" if n % 2 else "ferry") for n in range(12)]
    with archive.writing() as session:
        for n, record in enumerate(session.query(Record).filter(Record.reference.in_(references)).order_by(Record.id)):
            record.record_type = ("minutes", "case file", None)[n % 3]
            record.source = ("Cellar", "CELLAR", "County record office")[n % 3]
            record.batch = ("Box 1", "Box 11")[n % 2]
            if n % 4:
                record.date_from = date(1968 + n, 5, 1)
                record.date_to = date(1979, 12, 31) if n == 5 else record.date_from
            for name in ("Ada Quill", "Ada Quill Feather")[: 1 + n % 2]:
                session.add(RecordPerson(record_id=record.id, kind="person", name=name, page=1))
            if n % 3 == 0:
                session.add(SearchFact(record_id=record.id, field="suggested", value="duties"))
            if n % 5 == 0:
                session.add(SearchFact(record_id=record.id, field="relevance", value="relevant"))
    bring_up_to_date(archive)
    yield archive
    close_engine(archive)


def ask(archive: Archive, actor: Actor, chosen: dict[str, list[str]]) -> querying.Results:
    with archive.reading() as session:
        return querying.search(archive, session, "ferry OR boat", actor=actor, chosen=chosen)


def test_each_value_finds_as_many_as_it_is_counted_for(varied: Archive, officer: Actor) -> None:
    first = ask(varied, officer, {})
    counted = [(name, each) for name, values in first.facets.items() for each in values]

    assert {name for name, _ in counted} >= {"year", "type", "review", "relevance", "person", "batch", "source"}
    for name, each in counted:
        assert ask(varied, officer, {name: [each.value]}).total == each.count, (name, each)


def test_a_second_value_brings_what_its_count_says_and_a_second_facet_narrows(varied: Archive, officer: Actor) -> None:
    one = ask(varied, officer, {"type": ["minutes"]})
    counts = {each.value: each.count for each in one.facets["type"]}

    both = ask(varied, officer, {"type": ["minutes", "case file"]})
    narrower = ask(varied, officer, {"type": ["minutes", "case file"], "review": ["waiting"]})

    assert both.total == counts["minutes"] + counts["case file"]
    assert {each.value: each.count for each in both.facets["type"]} == counts
    waiting = {each.value: each.count for each in both.facets["review"]}["waiting"]
    assert narrower.total == waiting


def test_what_is_chosen_is_shown_even_where_nothing_has_it(varied: Archive, officer: Actor) -> None:
    none = ask(varied, officer, {"person": ["Nobody Known"]})

    assert none.total == 0
    assert ("Nobody Known", 0) in [(each.value, each.count) for each in none.facets["person"]]


def test_a_mistake_is_pointed_at_where_it_was_written(varied: Archive, officer: Actor) -> None:
    with varied.reading() as session, pytest.raises(InvalidInputError, match="At character 10: this bracket"):
        querying.search(varied, session, "duty AND (a OR b", actor=officer, chosen={"type": ["minutes"]})
