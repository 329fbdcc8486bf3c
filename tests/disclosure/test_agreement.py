"""Decisions on records that belong together: shown beside each other, decided for nobody, hidden where they must be."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from disclosure.agreement import ALIKE, FAMILY, Stand, differing, disagreeing_groups, related_to
from disclosure.marks import mark
from disclosure.review import decide_relevance
from records.families import family_tree
from records.likeness_models import CONTAINED, Likeness
from records.register import find_record
from retention.holds import clear
from retention.tagging import decide
from store import clock


def found(session: Session, reference: str):
    return find_record(session, reference, actor=OPERATOR)


@pytest.fixture
def alike(archive, make_record):
    """Two records and a row that says that they are alike."""

    def make(kind: str = "same", inner: int | None = None) -> tuple[str, str]:
        first, second = make_record(b"one"), make_record(b"two")
        with archive.writing() as session:
            ours, theirs = found(session, first), found(session, second)
            session.add(
                Likeness(
                    first_id=ours.id,
                    second_id=theirs.id,
                    kind=kind,
                    inner_id=None if inner is None else (ours, theirs)[inner].id,
                    similarity=0.5,
                    found_at=clock.now(),
                )
            )
        return first, second

    return make


def say(archive, reference, outcome, actor, category="failings"):
    with archive.writing() as session:
        decide(session, found(session, reference), category=category, outcome=outcome, reason="read it", actor=actor)


def groups(archive, actor):
    with archive.reading() as session:
        return [
            (group.kind, [each.record.reference for each in group.stands], group.disagreements)
            for group in disagreeing_groups(session, actor=actor)
        ]


def test_two_copies_decided_differently_are_listed_and_shown_on_each(archive, alike, officer):
    first, second = alike()
    say(archive, first, "added", officer)
    assert groups(archive, officer) == []

    say(archive, second, "rejected", officer)

    sentence = f"Failings was confirmed on {first} and rejected on {second}."
    assert groups(archive, officer) == [(ALIKE, [first, second], [sentence])]
    with archive.reading() as session:
        for reference in (first, second):
            related = related_to(session, found(session, reference), actor=officer)
            assert related.disagreements == [sentence]
            assert len(related.similar) == 1
    say(archive, second, "added", officer)
    assert groups(archive, officer) == []


def test_one_outside_the_notice_and_the_other_under_a_category_disagree(archive, alike, officer, second_officer):
    first, second = alike("version")
    say(archive, first, "added", officer)
    with archive.writing() as session:
        clear(session, found(session, second), reason="nothing in it", second=second_officer, actor=officer)

    assert groups(archive, officer)[0][2] == [
        f"{first} falls under failings, and {second} was decided to be outside the notice."
    ]


def test_what_is_bound_inside_may_not_have_more_than_what_holds_it_and_may_have_less(archive, alike, officer):
    inner, outer = alike("contained", 0)
    say(archive, outer, "added", officer)
    say(archive, inner, "rejected", officer)
    assert groups(archive, officer) == []

    say(archive, outer, "rejected", officer)
    say(archive, inner, "added", officer)

    assert groups(archive, officer)[0][2] == [f"Failings was confirmed on {inner} and rejected on {outer}."]


def test_a_message_and_its_attachment_are_shown_with_each_others_decisions(archive, make_record, officer):
    mail = make_record(b"mail")
    attachment = make_record(b"attachment", parent=mail)
    say(archive, mail, "added", officer)
    say(archive, attachment, "rejected", officer)
    with archive.writing() as session:
        decide_relevance(session, found(session, mail), answer="relevant", reason="r", actor=officer)
        decide_relevance(session, found(session, attachment), answer="not-relevant", reason="r", actor=officer)

    sentences = [
        f"Failings was confirmed on {mail} and rejected on {attachment}.",
        f"{mail} was answered relevant to the inquiry, and {attachment} not relevant.",
    ]
    assert groups(archive, officer) == [(FAMILY, [mail, attachment], sentences)]
    with archive.reading() as session:
        related = related_to(session, found(session, attachment), actor=officer)
        assert [(member.record.reference, member.depth) for member in related.family] == [(mail, 0), (attachment, 1)]
        assert related.stands[found(session, mail).id].has == ["failings"]


def test_a_privileged_copy_of_an_open_paper_is_told_to_the_lawyer_and_to_nobody_else(archive, alike, officer, lawyer):
    first, second = alike()
    say(archive, first, "added", officer)
    say(archive, second, "rejected", officer)
    with archive.writing() as session:
        mark(session, found(session, second), kind="privileged", reason="advice", actor=lawyer)

    assert f"{second} is marked privileged, and {first} is not." in groups(archive, lawyer)[0][2]
    assert groups(archive, officer) == []
    with archive.reading() as session:
        related = related_to(session, found(session, first), actor=officer)
        assert (related.similar, related.disagreements, len(related.stands)) == ([], [], 1)


def test_a_hidden_member_leaves_no_node_no_sibling_and_no_decision(archive, make_record, officer, lawyer):
    mail = make_record(b"mail")
    hidden = make_record(b"zip", parent=mail)
    inside, beside = make_record(b"inside", parent=hidden), make_record(b"beside", parent=mail)
    say(archive, hidden, "rejected", officer)
    say(archive, mail, "added", officer)
    with archive.writing() as session:
        mark(session, found(session, hidden), kind="restricted", reason="police", actor=lawyer)

    def tree(reference, actor):
        with archive.reading() as session:
            members = family_tree(session, found(session, reference), actor=actor)
            return [(member.record.reference, member.depth) for member in members]

    assert tree(inside, lawyer) == [(mail, 0), (hidden, 1), (inside, 2), (beside, 1)]
    assert tree(mail, officer) == [(mail, 0), (beside, 1)]
    assert tree(inside, officer) == [(inside, 0)]
    assert groups(archive, officer) == []
    assert len(groups(archive, lawyer)) == 1


def test_nothing_is_said_of_two_of_which_one_is_undecided(archive, alike, officer):
    first, second = alike()
    with archive.reading() as session:
        stands = [Stand(found(session, each)) for each in (first, second)]

    for kind, (one, other) in product((ALIKE, FAMILY, CONTAINED), (stands, stands[::-1])):
        assert differing(one, other, kind=kind) == []
