from datetime import timedelta

import pytest
from sqlalchemy import select

from failings.escalations import (
    DUE,
    KINDS,
    LADO,
    MASH,
    POLICE,
    done,
    escalations_of,
    find_escalation,
    open_escalations,
    overdue_counts,
    raise_escalation,
    told,
)
from store import clock
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

FACTS = "A person named on page 2 is said to work with children today"


def escalate(session, record, actor, **changes):
    return raise_escalation(session, record, **({"kind": "person-with-access", "facts": FACTS} | changes), actor=actor)


@pytest.fixture
def later(monkeypatch):
    """The clock goes on by so many hours."""

    def go_on(hours: float) -> None:
        at = clock.now() + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda: at)

    return go_on


def counts(session, actor):
    return {item.kind: (item.open, item.overdue) for item in overdue_counts(session, actor=actor) if item.open}


def test_each_kind_says_by_itself_who_is_told_and_by_when(session, record, officer):
    for code, kind in KINDS.items():
        escalation = escalate(session, record, officer, kind=code)

        assert tuple(escalation.untold) == kind.tell
        assert escalation.due_at - escalation.raised_at == timedelta(hours=kind.due_hours or 1)
    assert {kind.due_hours for kind in KINDS.values()} == set(DUE)


def test_another_body_and_another_time_may_be_given(session, record, officer):
    escalation = escalate(
        session, record, officer, tell="Care regulator; Police single point of contact;", due_hours=72
    )

    assert escalation.untold == ["Care regulator", POLICE]
    assert escalation.due_at - escalation.raised_at == timedelta(hours=72)
    assert escalate(session, record, officer, tell=["Care regulator"]).tell == "Care regulator"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "gossip"}, "kind must be one of"),
        ({"facts": "  "}, "needs the facts"),
        ({"due_hours": 5}, "due immediately"),
        ({"page": 9}, "no page 9"),
    ],
)
def test_an_escalation_nobody_could_act_on_is_refused(session, record, officer, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        escalate(session, record, officer, **changes)
    assert open_escalations(session, actor=officer) == []


def test_it_cannot_be_closed_before_everyone_was_told(session, record, officer):
    escalation = escalate(session, record, officer)
    with pytest.raises(RefusedError, match=f"tell .*{MASH[:8]}"):
        done(session, escalation, outcome="closed", actor=officer)

    told(session, escalation, whom="Duty desk, reference 81", body=LADO, actor=officer)
    with pytest.raises(RefusedError, match="before it is told"):
        done(session, escalation, outcome="closed", actor=officer)
    told(session, escalation, whom="Both desks, reference 82", actor=officer)
    with pytest.raises(InvalidInputError, match="what came of it"):
        done(session, escalation, outcome=" ", actor=officer)
    done(session, escalation, outcome="Strategy meeting called", actor=officer)

    assert open_escalations(session, actor=officer) == []
    assert [item.whom for item in escalation.tellings] == [
        "Duty desk, reference 81",
        "Both desks, reference 82",
        "Both desks, reference 82",
    ]


def test_nobody_is_told_twice_and_nobody_is_nobody(session, record, officer):
    escalation = escalate(session, record, officer, tell=[MASH])
    with pytest.raises(InvalidInputError, match="who was told"):
        told(session, escalation, whom="", actor=officer)
    with pytest.raises(InvalidInputError, match="still to be told"):
        told(session, escalation, whom="desk", body="The press", actor=officer)
    told(session, escalation, whom="desk", actor=officer)

    with pytest.raises(InvalidInputError, match="is nobody"):
        told(session, escalation, whom="desk again", actor=officer)


def test_a_closed_escalation_stays_closed(session, record, officer):
    escalation = escalate(session, record, officer, tell=[MASH])
    told(session, escalation, whom="desk", actor=officer)
    done(session, escalation, outcome="taken on", actor=officer)

    for again in (lambda: told(session, escalation, whom="x", actor=officer),):
        with pytest.raises(RefusedError, match="is closed"):
            again()
    with pytest.raises(RefusedError, match="is closed"):
        done(session, escalation, outcome="x", actor=officer)


def test_the_soonest_due_comes_first(session, record, officer):
    slow = escalate(session, record, officer, due_hours=72)
    fast = escalate(session, record, officer, due_hours=0)
    middle = escalate(session, record, officer, due_hours=24)

    assert [view.id for view in open_escalations(session, actor=officer)] == [fast.id, middle.id, slow.id]


def test_it_is_overdue_when_time_has_passed_and_somebody_was_not_told(session, record, officer, leader, later):
    escalation = escalate(session, record, officer)
    assert counts(session, leader) == {"person-with-access": (1, 0)}

    later(1.01)
    assert counts(session, leader) == {"person-with-access": (1, 1)}
    told(session, escalation, whom="desk", body=MASH, actor=officer)
    assert counts(session, leader) == {"person-with-access": (1, 1)}
    told(session, escalation, whom="desk", actor=officer)
    assert counts(session, leader) == {"person-with-access": (1, 0)}


def test_leaders_see_counts_of_every_kind_and_nothing_else(session, record, officer, leader):
    escalation = escalate(session, record, officer)

    seen = overdue_counts(session, actor=leader)

    assert [item.kind for item in seen] == list(KINDS)
    for secret in (FACTS, officer.name, record.reference, record.title):
        assert secret not in repr(seen)
    for look in (open_escalations,):
        with pytest.raises(NotPermittedError):
            look(session, actor=leader)
    with pytest.raises(NotPermittedError):
        find_escalation(session, escalation.id, actor=leader)
    with pytest.raises(NotPermittedError):
        escalations_of(session, record, actor=leader)


def test_an_administrator_sees_not_even_counts(session, administrator):
    with pytest.raises(NotPermittedError):
        overdue_counts(session, actor=administrator)


def test_leaders_and_administrators_neither_raise_nor_close(session, record, officer, leader, administrator):
    escalation = escalate(session, record, officer)
    for actor in (leader, administrator):
        with pytest.raises(NotPermittedError):
            escalate(session, record, actor)
        with pytest.raises(NotPermittedError):
            told(session, escalation, whom="desk", actor=actor)
        with pytest.raises(NotPermittedError):
            done(session, escalation, outcome="x", actor=actor)
    assert escalation.untold


def test_a_record_that_may_not_be_known_gives_nothing_away(session, make_record, lawyer, officer):
    secret = make_record(30, compartment="restricted", title="Restricted title")
    with pytest.raises(NotFoundError):
        escalate(session, secret, officer)
    escalation = escalate(session, secret, lawyer)

    (seen,) = open_escalations(session, actor=officer)

    assert (seen.reference, seen.facts, seen.page) == (None, None, None)
    assert seen.untold == [LADO, MASH, POLICE]
    with pytest.raises(NotFoundError):
        find_escalation(session, escalation.id, actor=officer)
    with pytest.raises(NotFoundError):
        told(session, escalation, whom="desk", actor=officer)
    with pytest.raises(NotFoundError):
        escalations_of(session, secret, actor=officer)
    assert open_escalations(session, actor=lawyer)[0].facts == FACTS
    assert escalations_of(session, secret, actor=lawyer) == [escalation]


def test_the_trail_has_each_step_and_none_of_the_facts(session, record, officer):
    escalation = escalate(session, record, officer, page=2)
    told(session, escalation, whom="Somebody by name", actor=officer)
    done(session, escalation, outcome="An outcome with a name", actor=officer)

    events = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)).all()
    assert [event.action for event in events] == ["escalation.raised", "escalation.told", "escalation.done"]
    written = " ".join(event.detail for event in events)
    for words in (FACTS, "Somebody by name", "An outcome"):
        assert words not in written
    assert record.reference in written
