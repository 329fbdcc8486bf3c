"""Whether the inquiry would wish to be given a record, and for which of its paragraphs."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from access.policy import Actor
from disclosure.history import history_of
from disclosure.review import decide_relevance, paragraphs_of, relevance_of
from inquiry.requests import add_request
from records.facts import ANSWERS, values_of
from records.register import find_record
from search import querying
from search.indexing import bring_up_to_date
from search.opening import close_engine
from store.archive import Archive
from store.errors import InvalidInputError, NotFoundError


@pytest.fixture
def asked(archive: Archive, lawyer: Actor, make_record) -> Iterator[Archive]:
    make_record(b"1", text="the minibus")
    make_record(b"2", text="the minibus again")
    with archive.writing() as session:
        add_request(
            session,
            "R9/LA/1",
            kind="rule-9-documents",
            title="Homes",
            received=date(2026, 10, 1),
            due=date(2026, 12, 1),
            paragraphs=[("3(a)", "All registers."), ("3(b)", "All minutes.")],
            actor=lawyer,
        )
    yield archive
    close_engine(archive)


def decide(archive: Archive, actor: Actor, *paragraphs: int, answer: str = "relevant") -> None:
    with archive.writing() as session:
        record = find_record(session, "R000001", actor=actor)
        decide_relevance(session, record, answer=answer, reason="It names it.", paragraphs=paragraphs, actor=actor)


def test_the_paragraphs_of_the_latest_answer_count_and_earlier_ones_are_history(asked: Archive, officer: Actor) -> None:
    decide(asked, officer, 2, 1, 1)
    decide(asked, officer, 2)

    with asked.reading() as session:
        record = find_record(session, "R000001", actor=officer)
        assert paragraphs_of(session, relevance_of(session, record)) == [2]
        assert values_of(session, record.id, ANSWERS) == ["R9/LA/1 3(b)"]
        said = [each.what for each in history_of(session, record) if "Relevance" in each.what]
    assert said == [
        "Relevance to disclosure: relevant to R9/LA/1 3(a), R9/LA/1 3(b)",
        "Relevance to disclosure: relevant to R9/LA/1 3(b)",
    ]


def test_records_are_found_and_counted_by_the_paragraph_they_answer(asked: Archive, officer: Actor) -> None:
    decide(asked, officer, 1)
    bring_up_to_date(asked)

    with asked.reading() as session:
        every = querying.search(asked, session, "minibus", actor=officer)
        one = querying.search(asked, session, "minibus", actor=officer, chosen={"answers": ["R9/LA/1 3(a)"]})
    assert [(each.value, each.count) for each in every.facets["answers"]] == [("R9/LA/1 3(a)", 1)]
    assert [hit.record.reference for hit in one.hits] == ["R000001"]


def test_only_a_relevant_record_answers_a_paragraph_that_is_there(asked: Archive, officer: Actor) -> None:
    with pytest.raises(InvalidInputError, match="Only a relevant record"):
        decide(asked, officer, 1, answer="not-relevant")
    with pytest.raises(NotFoundError, match="no such paragraph"):
        decide(asked, officer, 9)
    with asked.reading() as session:
        assert relevance_of(session, find_record(session, "R000001", actor=officer)) is None


def test_an_answer_that_no_longer_names_a_paragraph_takes_it_away(asked: Archive, officer: Actor) -> None:
    decide(asked, officer, 1)
    decide(asked, officer, answer="not-relevant")

    with asked.reading() as session:
        assert values_of(session, find_record(session, "R000001", actor=officer).id, ANSWERS) == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM relevance_paragraph", "UPDATE relevance_paragraph SET paragraph_id = 2"]
)
def test_what_was_answered_is_never_changed(asked: Archive, officer: Actor, statement: str) -> None:
    decide(asked, officer, 1)

    with asked.writing() as session, pytest.raises(IntegrityError, match="never deleted, changed or replaced"):
        session.execute(text(statement))
