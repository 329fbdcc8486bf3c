from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from access.policy import OPERATOR, Actor, Role
from failings.models import Failing
from failings.register import (
    add_evidence,
    all_failings,
    change_status,
    evidence_of,
    failing_counts,
    find_failing,
    revise_failing,
    revisions_of,
)
from store import clock
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

SECOND = Actor("second-lawyer@example.org", frozenset({Role.LEGAL}))


def test_a_failing_is_recorded_with_its_evidence_as_a_draft(session, record, add, lawyer):
    first, second = add(), add(title="Minutes were not kept")

    assert [item.reference for item in all_failings(session, actor=lawyer)] == ["F0001", "F0002"]
    assert (first.status, second.status) == ("draft", "draft")
    (seen,) = evidence_of(session, first, actor=lawyer)
    assert (seen.reference, seen.page, seen.title) == ("R000012", 3, "Memorandum to the Area Officer")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"policy_then": ""}, "or that none is found"),
        ({"owner": ""}, "needs an owner"),
        ({"kind": "bad luck"}, "kind must be one of"),
        ({"certainty": "sure"}, "certainty must be one of"),
        ({"period_to": date(1970, 1, 1)}, "ends before it begins"),
        ({"period_from": clock.today() + timedelta(days=1), "period_to": None}, "has not begun"),
        ({"evidence": []}, "at least one record and page"),
        ({"evidence": [("R000012", 5, "")]}, "has no page 5"),
        ({"evidence": [("R000012", 0, "")]}, "has no page 0"),
        ({"evidence": [("R000012", 1, "one note"), ("R000012", 1, "another")]}, "given twice"),
    ],
)
def test_a_failing_that_could_not_be_stood_behind_is_refused(session, record, add, lawyer, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        add(**changes)
    assert all_failings(session, actor=lawyer) == []


def test_every_fault_is_named_at_once(record, add):
    with pytest.raises(InvalidInputError, match=r"needs a title; .*an owner; .*at least one"):
        add(title="", owner="", evidence=[])


def test_evidence_that_does_not_exist_or_may_not_be_known_reads_the_same(add, make_record, writer_of_open_records):
    make_record(12, compartment="privileged")

    for reference in ("R000012", "R000099"):
        with pytest.raises(NotFoundError, match=f"There is no record {reference}"):
            add(actor=writer_of_open_records, evidence=[(reference, 1, "")])


def test_the_trail_says_that_a_failing_was_recorded_but_not_its_words(session, record, add):
    add()

    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("failing.added", "failing:F0001")
    assert "visited" not in event.detail


def test_a_failing_is_accepted_by_a_second_person_after_legal_review(session, record, add, lawyer):
    failing = add()
    with pytest.raises(InvalidInputError, match="next step is legal-reviewed"):
        change_status(session, failing, status="accepted", actor=SECOND)

    change_status(session, failing, status="legal-reviewed", actor=lawyer)
    with pytest.raises(RefusedError, match="added by you"):
        change_status(session, failing, status="accepted", actor=lawyer)
    with pytest.raises(RefusedError, match="named person"):
        change_status(session, failing, status="accepted", actor=OPERATOR)
    change_status(session, failing, status="accepted", actor=SECOND)

    assert (failing.status, failing.accepted_by) == ("accepted", SECOND.name)
    assert failing_counts(session, actor=lawyer) == {"draft": 0, "legal-reviewed": 0, "accepted": 1}


def test_the_database_itself_wants_two_people_for_an_acceptance(session, record, add, lawyer):
    failing = add()
    with pytest.raises(IntegrityError, match="two_people"), session.begin_nested():
        session.execute(
            update(Failing).where(Failing.id == failing.id).values(status="accepted", accepted_by=lawyer.name)
        )


def test_what_was_accepted_is_not_rewritten_beneath_the_acceptance(session, record, add, lawyer):
    failing = add()
    change_status(session, failing, status="legal-reviewed", actor=lawyer)
    change_status(session, failing, status="accepted", actor=SECOND)

    with pytest.raises(RefusedError, match="return it to draft first"):
        revise_failing(session, failing, changes={"did_happen": "Nothing."}, actor=lawyer)
    with pytest.raises(RefusedError, match="return it to draft first"):
        add_evidence(session, failing, citation=("R000012", 1, ""), actor=lawyer)

    change_status(session, failing, status="draft", actor=lawyer)
    assert failing.accepted_by is None


def test_a_revision_returns_to_draft_and_keeps_what_was_said_before(session, record, add, lawyer):
    failing = add()
    change_status(session, failing, status="legal-reviewed", actor=lawyer)

    revise_failing(
        session, failing, changes={"title": "Visits were not recorded", "owner": failing.owner}, actor=SECOND
    )

    assert (failing.title, failing.status) == ("Visits were not recorded", "draft")
    (revision,) = revisions_of(session, failing, actor=lawyer)
    assert (revision.field, revision.before, revision.by) == ("title", "Visits to the home were not made", SECOND.name)


@pytest.mark.parametrize("changes", [{"title": ""}, {"certainty": "sure"}, {"status": "accepted"}, {"added_by": "x"}])
def test_a_revision_cannot_empty_a_field_or_reach_what_is_not_text(session, record, add, lawyer, changes):
    failing = add()

    with pytest.raises(InvalidInputError):
        revise_failing(session, failing, changes=changes, actor=lawyer)
    session.expire(failing)
    assert (failing.title, failing.certainty, failing.added_by) == (
        "Visits to the home were not made",
        "established",
        lawyer.name,
    )
    assert revisions_of(session, failing, actor=lawyer) == []


def test_more_evidence_may_be_added_but_not_the_same_page_again(session, record, add, lawyer):
    failing = add()

    add_evidence(session, failing, citation=("R000012", 1, "The covering note"), actor=lawyer)

    assert [item.page for item in evidence_of(session, failing, actor=lawyer)] == [3, 1]
    with pytest.raises(InvalidInputError, match="already cites"):
        add_evidence(session, failing, citation=("R000012", 1, ""), actor=lawyer)


def test_evidence_rows_cannot_be_removed(session, record, add):
    failing = add()

    with pytest.raises(IntegrityError, match="never deleted"), session.begin_nested():
        session.delete(failing.evidence[0])
        session.flush()


def test_who_may_not_know_a_record_learns_that_there_is_evidence_and_nothing_else(
    session, make_record, add, leader, writer_of_open_records
):
    make_record(12, compartment="restricted", title="Restricted title")
    failing = add()

    for actor in (leader, writer_of_open_records):
        (seen,) = evidence_of(session, failing, actor=actor)
        assert seen.is_withheld
        assert {seen.reference, seen.page, seen.title, seen.date_from, seen.note, seen.compartment} == {None}
    assert find_failing(session, "f0001", actor=leader) is failing


def test_who_may_read_failings_may_not_thereby_write_them(session, record, add, leader, officer, administrator, lawyer):
    failing = add()
    for actor in (leader, officer, administrator):
        with pytest.raises(NotPermittedError):
            add(actor=actor)
        with pytest.raises(NotPermittedError):
            change_status(session, failing, status="legal-reviewed", actor=actor)
        with pytest.raises(NotPermittedError):
            revise_failing(session, failing, changes={"title": "x"}, actor=actor)
        with pytest.raises(NotPermittedError):
            add_evidence(session, failing, citation=("R000012", 1, ""), actor=actor)
        with pytest.raises(NotPermittedError):
            revisions_of(session, failing, actor=actor)
    for actor in (officer, administrator):
        with pytest.raises(NotPermittedError):
            all_failings(session, actor=actor)
        with pytest.raises(NotPermittedError):
            evidence_of(session, failing, actor=actor)
    with pytest.raises(NotFoundError, match="list of failings"):
        find_failing(session, "F0099", actor=lawyer)


def test_failings_are_listed_by_standing(session, record, add, lawyer):
    add()
    reviewed = add()
    change_status(session, reviewed, status="legal-reviewed", actor=lawyer)

    assert all_failings(session, actor=lawyer, status="legal-reviewed") == [reviewed]
