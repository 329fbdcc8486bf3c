from datetime import date, timedelta

import pytest
from sqlalchemy import select

from costs.effort import (
    ACTIVITIES,
    MACHINE_ACTIVITIES,
    find_effort,
    log_automatic,
    log_effort,
    own_effort,
    withdraw_effort,
)
from store import clock
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

DAY = date(2026, 2, 3)


def log(session, actor, **changes):
    entry = {"day": DAY, "role": "records-officer", "activity": "first-review", "minutes": 90} | changes
    return log_effort(session, **entry, actor=actor)


def test_effort_is_kept_with_what_was_done_in_it(session, officer):
    entry = log(session, officer, items=12, pages=40, note=" box 7 ")

    assert (entry.minutes, entry.items, entry.pages, entry.note, entry.automatic) == (90, 12, 40, "box 7", False)
    assert own_effort(session, actor=officer) == [entry]


def test_the_trail_says_what_was_logged_but_never_the_note(session, officer):
    log(session, officer, note="words that stay out of the trail")

    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor) == ("costs.effort-logged", officer.name)
    assert "words that stay" not in event.detail


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activity": "idling"}, "activity must be one of"),
        ({"activity": "machine-reading"}, "activity must be one of"),
        ({"role": "machine"}, "not a role"),
        ({"minutes": 0}, "minutes must be"),
        ({"minutes": 10**9}, "minutes must be"),
        ({"minutes": 1.5}, "minutes must be"),
        ({"items": -1}, "cannot be below zero"),
        ({"pages": -1}, "cannot be below zero"),
        ({"day": clock.today() + timedelta(days=1)}, "day must be"),
        ({"day": date(1926, 2, 3)}, "day must be"),
    ],
)
def test_a_wrong_entry_is_refused_and_named(session, officer, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        log(session, officer, **changes)
    assert own_effort(session, actor=officer) == []


def test_every_fault_is_named_at_once(session, officer):
    with pytest.raises(InvalidInputError, match=r"activity must be .*; its minutes must be"):
        log(session, officer, activity="idling", minutes=0)


def test_an_administrator_does_not_log_effort(session, administrator):
    with pytest.raises(NotPermittedError):
        log(session, administrator)


def test_nobody_lists_what_a_colleague_logged(session, officer, second_officer, leader):
    entry = log(session, officer)

    assert own_effort(session, actor=second_officer) == []
    with pytest.raises(NotFoundError):
        find_effort(session, entry.id, actor=second_officer)
    assert find_effort(session, entry.id, actor=officer) is entry
    assert find_effort(session, entry.id, actor=leader) is entry


def test_a_withdrawn_entry_stays_with_its_reason_and_is_listed_no_more(session, officer, second_officer):
    entry = log(session, officer)
    with pytest.raises(NotFoundError):
        withdraw_effort(session, entry, reason="not mine", actor=second_officer)
    with pytest.raises(InvalidInputError, match="reason"):
        withdraw_effort(session, entry, reason=" ", actor=officer)

    withdraw_effort(session, entry, reason="logged twice", actor=officer)

    assert own_effort(session, actor=officer) == []
    assert find_effort(session, entry.id, actor=officer).withdrawn_because == "logged twice"
    with pytest.raises(RefusedError):
        withdraw_effort(session, entry, reason="again", actor=officer)


def test_the_machine_s_work_is_counted_apart_from_staff_time(session, administrator):
    entry = log_automatic(session, activity="machine-reading", seconds=61.5, items=9, pages=70, actor=administrator)

    assert (entry.role, entry.seconds, entry.items, entry.pages, entry.automatic) == ("machine", 62, 9, 70, True)
    assert entry.day == clock.today()


@pytest.mark.parametrize("changes", [{"activity": "meetings"}, {"seconds": -1.0}, {"seconds": float("nan")}])
def test_staff_time_cannot_be_passed_off_as_a_machine_s(session, officer, changes):
    with pytest.raises(InvalidInputError):
        log_automatic(
            session,
            **({"activity": "machine-reading", "seconds": 1.0, "items": 0, "pages": 0} | changes),
            actor=officer,
        )


def test_staff_and_machine_activities_are_never_the_same():
    assert not set(ACTIVITIES) & set(MACHINE_ACTIVITIES)
