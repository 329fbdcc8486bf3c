"""Search records: what stands in the way of signing, what a signature fixes, and what each reader is told."""

import io
from dataclasses import replace
from datetime import date

import docx
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from access.policy import OPERATOR, Actor, Role
from disclosure.marks import mark
from disclosure.review import decide_relevance
from inquiry.models import Request, RequestParagraph
from inquiry.requests import find_request
from records.register import find_record
from search import search_records as keeping
from search.record_models import SearchRecord
from search.search_record_figures import faults_of, figures_of_all, record_figures
from search.search_record_list import find_record_of_search, latest_records, records_for, signed_records
from search.search_records import SearchContent
from search.search_schedule import write_schedule
from store import clock
from store.errors import DamagedError, InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from tests.searched import STORE, TERMS, draft, report, sign


def figures(archive, reference, actor):
    with archive.reading() as session:
        found = record_figures(session, find_record_of_search(session, reference, actor=actor), actor=actor)
        return found.hits, found.reviewed, found.responsive, found.unreadable


def decide(archive, reference, actor, answer="relevant", paragraphs=()):
    with archive.writing() as session:
        record = find_record(session, reference, actor=actor)
        decide_relevance(session, record, answer=answer, reason="Read.", paragraphs=paragraphs, actor=actor)


def restrict(archive, reference, lawyer):
    with archive.writing() as session:
        mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="Police", actor=lawyer)


def missing(archive, reference, actor):
    with archive.reading() as session:
        return faults_of(session, find_record_of_search(session, reference, actor=actor), actor=actor)


def test_searches_are_numbered_and_stay_drafts_until_they_are_signed(held, officer):
    assert [draft(held, officer), draft(held, officer)] == ["SR000001", "SR000002"]

    with held.reading() as session:
        assert [each.signed_at for each in latest_records(session, actor=officer)] == [None, None]
        assert signed_records(session, actor=officer) == []


def test_everything_that_is_missing_is_named_before_it_can_be_signed(held, officer):
    empty = draft(held, officer, SearchContent(kind_of_place="place", method="physical"))

    faults = " | ".join(missing(held, empty, officer))
    for words in ("which place", "how the search", "who searched", "limits", "not searched", "which day", "how many"):
        assert words in faults
    with pytest.raises(RefusedError, match="which place was searched; it does not say how"):
        sign(held, empty, officer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reviewed": 15}, "do not fit together"),
        ({"responsive": 15}, "do not fit together"),
        ({"reviewed": 10}, "4 of the 14 found were not read"),
        ({"responsive": 0}, "does not explain what that proves"),
        ({"responsive": 0, "nothing_found": "They are all bills.", "unreadable": None}, "could not be read"),
        ({"searched_to": date(2026, 11, 1)}, "ends before it begins"),
        ({"covers_from": date(1980, 1, 1), "covers_to": date(1970, 1, 1)}, "period it covers"),
        ({"not_searched": " "}, "if nothing was left out, say so"),
    ],
)
def test_a_record_that_does_not_hold_together_is_not_signed(held, officer, changes, words):
    reference = draft(held, officer, replace(STORE, **changes))

    assert any(words in each for each in missing(held, reference, officer))
    with pytest.raises(RefusedError):
        sign(held, reference, officer)


def test_a_search_by_terms_counts_what_was_found_read_and_relevant_as_it_stood_when_signed(held, officer):
    reference = draft(held, officer, TERMS, term_report=report(held, officer))
    decide(held, "R000001", officer)
    sign(held, reference, officer)
    decide(held, "R000002", officer)

    assert figures(held, reference, officer) == (2, 1, 1, 1)


def test_a_search_by_terms_without_a_term_report_is_not_signed(held, officer):
    reference = draft(held, officer, TERMS)

    assert any("rests on a term report" in each for each in missing(held, reference, officer))


def test_nothing_found_needs_an_explanation_and_says_what_could_not_be_read(held, officer):
    content = replace(TERMS, nothing_found="")
    reference = draft(held, officer, content, term_report=report(held, officer, "nothinglike"))

    assert figures(held, reference, officer) == (0, 0, 0, 1)
    assert any("does not explain" in each for each in missing(held, reference, officer))


def test_a_record_restricted_since_leaves_no_trace_in_what_was_signed(held, officer, lawyer):
    reference = draft(held, officer, TERMS, term_report=report(held, officer))
    for each in ("R000001", "R000002"):
        decide(held, each, officer)
    sign(held, reference, officer)

    restrict(held, "R000002", lawyer)

    assert figures(held, reference, officer) == (1, 1, 1, 1)
    assert figures(held, reference, lawyer) == (2, 2, 2, 1)
    with held.reading() as session:
        keeping.require_whole(session, find_record_of_search(session, reference, actor=officer))


def test_what_legal_counted_is_told_to_nobody_who_sees_less(held, officer, lawyer):
    mine = draft(held, lawyer, TERMS, term_report=report(held, lawyer))
    store = draft(held, lawyer)

    with held.reading() as session:
        assert [each.reference for each in latest_records(session, actor=officer)] == [store]
        with pytest.raises(NotFoundError):
            find_record_of_search(session, mine, actor=officer)
        paragraph = find_record_of_search(session, store, actor=lawyer)
        assert records_for(session, [1], actor=officer) == {1: []}
        assert paragraph.counted_in == ""


def test_a_signed_record_is_changed_by_nobody_and_corrected_by_a_new_version(held, officer):
    reference = draft(held, officer, paragraphs=[1])
    sign(held, reference, officer)
    with held.writing() as session:
        record = find_record_of_search(session, reference, actor=officer)
        with pytest.raises(RefusedError, match="begin a new version"):
            keeping.change_draft(session, record, STORE, actor=officer)
        with pytest.raises(RefusedError, match="was signed on"):
            keeping.sign_record(session, record, actor=officer)
        with pytest.raises(InvalidInputError, match="no reason"):
            keeping.new_version(session, record, why=" ", actor=officer)
        made = keeping.new_version(session, record, why="One file more.", actor=officer)
        assert (made.reference, made.version, made.hits) == (reference, 2, 14)
        assert [each.id for each in made.paragraphs] == [1]
        with pytest.raises(RefusedError, match="is a draft"):
            keeping.new_version(session, made, why="Again.", actor=officer)
        keeping.change_draft(
            session, made, replace(STORE, hits=15, reviewed=15, why_new="One file more."), actor=officer
        )
    with held.reading() as session:
        assert [each.version for each in signed_records(session, actor=officer)] == [1]
    sign(held, reference, officer)

    with held.reading() as session:
        assert [(each.version, each.hits) for each in signed_records(session, actor=officer)] == [(2, 15)]
        assert find_record_of_search(session, reference, 1, actor=officer).hits == 14


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE search_record SET hits = 3",
        "UPDATE search_record SET limits = ''",
        "UPDATE search_record SET weighed_records = '{}'",
        "UPDATE search_record SET signed_at = NULL",
        "DELETE FROM search_record",
        "DELETE FROM search_record_paragraph",
        "INSERT INTO search_record_paragraph VALUES (1, 2)",
        "INSERT OR REPLACE INTO search_record SELECT * FROM search_record",
    ],
)
def test_the_database_changes_nothing_that_was_signed(held, officer, statement):
    sign(held, draft(held, officer, paragraphs=[1]), officer)

    with pytest.raises(IntegrityError), held.writing() as session:
        session.execute(text(statement))


def test_a_record_that_was_changed_behind_the_guards_is_said_to_be_damaged(held, officer):
    reference = draft(held, officer)
    sign(held, reference, officer)
    with held.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER search_record_stays_as_signed")
        connection.exec_driver_sql("UPDATE search_record SET responsive = 0")

    with held.reading() as session, pytest.raises(DamagedError, match="not what was signed"):
        keeping.require_whole(session, find_record_of_search(session, reference, actor=officer))


def test_a_second_reader_is_somebody_else_and_signs_once(held, officer, second_officer):
    reference = draft(held, officer)
    with held.writing() as session:
        record = find_record_of_search(session, reference, actor=officer)
        with pytest.raises(RefusedError, match="not signed yet"):
            keeping.second_record(session, record, actor=second_officer)
        keeping.sign_record(session, record, actor=officer)
        with pytest.raises(RefusedError, match="somebody else"):
            keeping.second_record(session, record, actor=officer)
        keeping.second_record(session, record, actor=second_officer)
        with pytest.raises(RefusedError, match="was its second reader"):
            keeping.second_record(session, record, actor=Actor("third@example.org", officer.roles))
    with held.reading() as session:
        found = find_record_of_search(session, reference, actor=officer)
        assert (found.signed_by, found.second_reader) == (officer.name, second_officer.name)


def test_a_search_is_signed_by_a_person_who_may_search(held, officer, leader):
    reference = draft(held, officer)

    with pytest.raises(NotPermittedError, match="by a person"):
        sign(held, reference, OPERATOR)
    with pytest.raises(NotPermittedError):
        draft(held, leader)


@pytest.mark.parametrize(
    "content",
    [
        replace(STORE, method="magic"),
        replace(STORE, kind_of_place="elsewhere"),
        replace(STORE, repository="x" * 301),
        replace(STORE, hits=-1),
    ],
)
def test_what_cannot_be_used_is_refused(held, officer, content):
    with pytest.raises(InvalidInputError):
        draft(held, officer, content)


def test_a_term_report_is_evidence_of_no_other_search_and_a_paragraph_must_be_there(held, officer):
    with pytest.raises(InvalidInputError, match="no other"):
        draft(held, officer, STORE, term_report=report(held, officer))
    with pytest.raises(NotFoundError, match="no such paragraph"):
        draft(held, officer, paragraphs=[99])
    with pytest.raises(NotFoundError, match="no version 7"):
        draft(held, officer, TERMS, term_report=(1, 7))


def test_a_statement_cites_the_searches_in_the_order_of_what_was_asked(held, lawyer):
    for paragraphs in ([2], [], [4], [1, 3]):
        sign(held, draft(held, lawyer, paragraphs=paragraphs), lawyer)

    with held.reading() as session:
        # R9-1 was received before R9-2, although it was logged after it: its paragraphs are 3 and 4.
        assert [each.number for each in signed_records(session, actor=lawyer)] == [4, 3, 1, 2]


def test_what_was_decided_to_answer_each_paragraph_is_counted_and_stands_as_it_was_signed(held, lawyer):
    reference = draft(held, lawyer, TERMS, paragraphs=[1, 2], term_report=report(held, lawyer))
    before = answering(held, reference, lawyer)
    decide(held, "R000001", lawyer, paragraphs=[1])
    drafted = answering(held, reference, lawyer)
    sign(held, reference, lawyer)
    decide(held, "R000001", lawyer, paragraphs=[2])

    assert (before, drafted) == ({1: 0, 2: 0}, {1: 1, 2: 0})
    assert answering(held, reference, lawyer) == {1: 1, 2: 0}
    assert weighed(held, reference, lawyer) == {1: 1, 2: 1}
    with held.writing() as session:
        made = write_schedule(session, authority="Made-up Council", actor=lawyer)
        with pytest.raises(IntegrityError, match="it is signed"):
            session.execute(text("UPDATE search_record SET answered_records = '{}'"))
    texts = "\n".join(each.text for each in docx.Document(io.BytesIO(made.leaving.content)).paragraphs)
    assert "Decided to answer. R9-2, paragraph 1: 1; R9-2, paragraph 2: 0." in texts
    assert "Decided on since it was asked. R9-2, paragraph 1: 1; R9-2, paragraph 2: 1." in texts


def answering(held, reference, actor):
    with held.reading() as session:
        return dict(
            record_figures(session, find_record_of_search(session, reference, actor=actor), actor=actor).answering
        )


def test_a_draft_may_be_changed_by_anybody_who_may_be_told_of_it(held, officer, lawyer):
    reference = draft(held, officer, paragraphs=[1])
    with held.writing() as session:
        record = find_record_of_search(session, reference, actor=lawyer)
        keeping.change_draft(session, record, replace(STORE, limits="None."), paragraphs=[2], actor=lawyer)
    with held.reading() as session:
        found = session.query(SearchRecord).one()
        assert ([each.id for each in found.paragraphs], found.limits, found.made_by) == ([2], "None.", officer.name)
    assert Role.LEGAL in lawyer.roles


def weighed(held, reference, actor):
    with held.reading() as session:
        return dict(
            record_figures(session, find_record_of_search(session, reference, actor=actor), actor=actor).weighed
        )


def test_a_decision_counts_for_the_paragraphs_that_were_asked_when_it_was_made(held, lawyer):
    reference = draft(held, lawyer, TERMS, paragraphs=[1, 2], term_report=report(held, lawyer))
    assert weighed(held, reference, lawyer) == {1: 0, 2: 0}

    decide(held, "R000001", lawyer, answer="not-relevant")
    decide(held, "R000002", lawyer, answer="undecided")
    assert weighed(held, reference, lawyer) == {1: 1, 2: 1}

    with held.writing() as session:
        added = session.get_one(RequestParagraph, 1).request_id
        # Logged only now, after the decision.
        session.get_one(Request, added).added_at = clock.now()
    assert weighed(held, reference, lawyer) == {1: 0, 2: 0}
    decide(held, "R000001", lawyer, paragraphs=[2])
    assert (weighed(held, reference, lawyer), answering(held, reference, lawyer)) == ({1: 1, 2: 1}, {1: 0, 2: 1})


def test_a_record_signed_before_decisions_were_counted_for_each_paragraph_stays_as_it_was_sealed(held, lawyer):
    reference = draft(held, lawyer, TERMS, paragraphs=[1], term_report=report(held, lawyer))
    decide(held, "R000001", lawyer, paragraphs=[1])
    with held.writing() as session:
        keeping.sign_record(session, find_record_of_search(session, reference, actor=lawyer), actor=lawyer)
    with held.writing() as session:
        session.execute(text("DROP TRIGGER search_record_stays_as_signed"))
        session.execute(text("DROP TRIGGER search_record_weighed_is_signed"))
        record = find_record_of_search(session, reference, actor=lawyer)
        record.weighed_records = None
        record.sha256 = keeping.seal_of(session, record)

    assert (weighed(held, reference, lawyer), answering(held, reference, lawyer)) == ({}, {1: 1})
    with held.reading() as session:
        keeping.require_whole(session, find_record_of_search(session, reference, actor=lawyer))


def test_a_term_report_is_counted_once_however_many_searches_rest_on_it(held, lawyer):
    terms = report(held, lawyer)
    with held.reading() as session:
        paragraphs = [each.id for each in find_request(session, "R9-1").paragraphs]
    for _ in range(3):
        draft(held, lawyer, TERMS, paragraphs=paragraphs, term_report=terms)
    asked = []

    with held.reading() as session:
        listed = latest_records(session, actor=lawyer)
        event.listen(held.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        together = figures_of_all(session, listed, actor=lawyer)
        once = sum("FROM term_result" in each for each in asked)
        alone = [record_figures(session, each, actor=lawyer) for each in listed]

    assert together == alone
    assert sum("FROM term_result" in each for each in asked) == 4 * once
