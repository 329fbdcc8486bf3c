"""Once a message is marked, what was attached to it no longer tells where the message was found, indexed or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from access.policy import Actor
from disclosure.marks import mark
from ingest import batches
from ingest.models import Item
from records.register import find_record
from search import kept_searches
from search.asking import Asking
from search.engine import Found
from search.indexing import bring_up_to_date
from search.language import parse_query
from search.misplaced import asks_of_origin
from search.opening import close_engine
from search.term_lists import Term
from search.term_running import Scope, run_terms
from store.archive import Archive

TELL = ("batch:attic", 'source:="Caretaker"', "batch:attic OR text:zebra", "*")


@dataclass
class Held:
    """An archive of one message, what was attached to it and what was attached to that."""

    archive: Archive
    message: str


def found_again(archive: Archive, reference: str, officer: Actor) -> None:
    """A copy of it was met in another batch, from another source."""
    with archive.writing() as session:
        batch, run, _ = batches.open_run(session, ["/c"], batch="Attic", source="Caretaker", actor=officer)
        item = Item(run_id=run.id, path="attic/one.txt", name="one.txt", state="stored")
        session.add(item)
        session.flush()
        copied = find_record(session, reference, actor=officer)
        batches.end_duplicate(session, item, copied, batch=batch, run=run, actor=officer)


@pytest.fixture(params=["whoosh:", "tantivy:"])
def held(
    archive: Archive, request: pytest.FixtureRequest, make_record: Callable[..., str], officer: Actor
) -> Iterator[Held]:
    """The message was found a second time, in another batch, and so its attachments were too."""
    chosen = replace(archive, settings=replace(archive.settings, search_url=request.param))
    message = make_record(b"message", text="A message about the ferry.")
    attached = make_record(b"attached", text="A letter about the ferry.", parent=message)
    make_record(b"inner", text="A list of ferries.", parent=attached)
    make_record(b"other", text="Another ferry.")
    found_again(chosen, message, officer)
    bring_up_to_date(chosen)
    yield Held(chosen, message)
    close_engine(chosen)


def ask(held: Held, actor: Actor, query: str) -> Found:
    with held.archive.reading() as session:
        return Asking(held.archive, session, actor).find(parse_query(query), limit=20)


def origins(found: Found) -> dict[str, list[tuple[str, int]]]:
    return {name: [(each.value, each.count) for each in found.facets[name]] for name in ("batch", "source")}


def restrict(held: Held, lawyer: Actor) -> None:
    with held.archive.writing() as session:
        record = find_record(session, held.message, actor=lawyer)
        mark(session, record, kind="restricted", reason="a named child", actor=lawyer)


@pytest.mark.parametrize("query", TELL)
def test_no_count_or_facet_tells_at_once_where_the_message_was_found(
    held: Held, officer: Actor, lawyer: Actor, query: str
) -> None:
    before = ask(held, officer, query)
    assert ("Attic", 3) in origins(before)["batch"]

    restrict(held, lawyer)
    just_now = ask(held, officer, query)
    bring_up_to_date(held.archive)
    later = ask(held, officer, query)

    assert "Attic" not in str(origins(just_now))
    assert "Caretaker" not in str(origins(just_now))
    assert just_now.total == later.total
    assert {hit.record_id for hit in just_now.hits} == {hit.record_id for hit in later.hits}
    assert "Attic" not in str(origins(later))


def test_what_was_attached_is_found_by_its_own_words_all_the_while(held: Held, officer: Actor, lawyer: Actor) -> None:
    restrict(held, lawyer)

    just_now = ask(held, officer, "ferry")

    assert just_now.total == 3
    assert {hit.record_id for hit in just_now.hits} == {2, 3, 4}
    assert ask(held, officer, "ferry AND batch:attic").total == 0


def test_what_the_attached_has_itself_is_counted_and_found_all_the_while(
    held: Held, officer: Actor, lawyer: Actor
) -> None:
    restrict(held, lawyer)

    just_now = {query: ask(held, officer, query) for query in ("ferry", "has:text", "NOT has:date")}
    with held.archive.reading() as session:
        kept = kept_searches.ask(held.archive, session, "has:text", actor=officer).found.tolist()
    bring_up_to_date(held.archive)

    for query, found in just_now.items():
        later = ask(held, officer, query)
        assert found.total == later.total == 3
        assert found.facets["has"] == later.facets["has"]
    assert kept == [2, 3, 4]


def test_whoever_may_see_the_message_is_told_as_before(held: Held, lawyer: Actor) -> None:
    before = ask(held, lawyer, "batch:attic")

    restrict(held, lawyer)

    assert ask(held, lawyer, "batch:attic").total == before.total == 3


def test_no_kept_search_and_no_term_tells_it_either(held: Held, officer: Actor, lawyer: Actor) -> None:
    restrict(held, lawyer)

    with held.archive.reading() as session:
        found = {
            query: kept_searches.ask(held.archive, session, query, actor=officer).found.tolist()
            for query in ("batch:attic", "ferry")
        }
    terms = [Term(1, "batch:attic", ""), Term(2, "ferry", "")]
    ran = run_terms(held.archive, terms, Scope(), actor=officer, progress=lambda _done, _total: None)

    assert found == {"batch:attic": [], "ferry": [2, 3, 4]}
    assert [each.records.tolist() for each in ran.found] == [[], [2, 3, 4]]


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("ferry", False),
        ("title:ferry AND 1974..1979 OR NOT type:letter", False),
        ("ferry NOT batch:attic", True),
        ('source:="Caretaker" OR ferry', True),
        ("has:custodian", True),
        ("NOT has:cust*", True),
        ("has:*", True),
        ("has:date", False),
        ("ferry NOT has:review=decided", False),
        ("custodian:gard*", True),
    ],
)
def test_whether_a_query_asks_where_something_was_handed_over(query: str, *, asks: bool) -> None:
    assert asks_of_origin(parse_query(query).node) is asks


def test_what_was_handed_over_in_the_same_places_itself_is_counted_all_the_while(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor
) -> None:
    message = make_record(b"message", text="A message about the ferry.")
    make_record(b"attached", text="A letter about the ferry.", parent=message)
    make_record(b"other", text="Another ferry.")
    bring_up_to_date(archive)
    held = Held(archive, message)
    before = ask(held, officer, "ferry AND batch:14 NOT text:message")
    assert before.total == 2

    restrict(held, lawyer)
    just_now = ask(held, officer, "ferry AND batch:14 NOT text:message")
    facets = origins(ask(held, officer, "letter OR another"))
    bring_up_to_date(archive)

    assert just_now == ask(held, officer, "ferry AND batch:14 NOT text:message")
    assert just_now.total == before.total
    assert facets == origins(ask(held, officer, "letter OR another"))
    close_engine(archive)


@pytest.mark.parametrize("query", ["batch:attic", "*"])
def test_where_a_box_was_found_is_not_told_either_of_what_it_holds_through_a_marked_message(
    archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor, query: str
) -> None:
    box = make_record(b"box", text="A box about the ferry.")
    message = make_record(b"message", text="A message about the ferry.", parent=box)
    make_record(b"attached", text="A letter about the ferry.", parent=message)
    found_again(archive, box, officer)
    bring_up_to_date(archive)
    held = Held(archive, message)

    restrict(held, lawyer)
    just_now = ask(held, officer, query)
    bring_up_to_date(archive)
    later = ask(held, officer, query)
    close_engine(archive)

    assert just_now.total == later.total
    assert dict(origins(just_now)["batch"])["Attic"] == dict(origins(later)["batch"])["Attic"] == 1
