from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from costs.money import divide_half_up, pence, pounds
from costs.spending import find_spending, list_spending, log_spending, move_spending, withdraw_spending
from store import clock
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError


def spend(session, actor, **changes):
    entry = {
        "day": date(2026, 2, 3),
        "category": "scanning",
        "supplier": "Example Scanning Ltd",
        "net": Decimal("1200.50"),
        "vat": Decimal("240.10"),
        "status": "invoiced",
    } | changes
    return log_spending(session, **entry, actor=actor)


def test_money_comes_back_to_the_penny(session, leader):
    entry = spend(session, leader, invoice="INV-7")
    session.expire(entry)

    assert (entry.net, entry.vat, entry.gross) == (Decimal("1200.50"), Decimal("240.10"), Decimal("1440.60"))
    assert list_spending(session, actor=leader) == [entry]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": "staff-time"}, "logged as effort"),
        ({"status": "lost"}, "status must be one of"),
        ({"supplier": "  "}, "needs a supplier"),
        ({"net": Decimal("-1")}, "net amount cannot be"),
        ({"vat": Decimal("0.001")}, "finer than a penny"),
        ({"net": "twelve"}, "not an amount"),
        ({"net": Decimal(0), "vat": Decimal(0)}, "amount of nothing"),
        ({"day": clock.today() + timedelta(days=1)}, "still to come"),
        ({"day": date(2206, 2, 3), "status": "estimate"}, "further off"),
    ],
)
def test_a_wrong_entry_is_refused_and_named(session, leader, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        spend(session, leader, **changes)
    assert list_spending(session, actor=leader) == []


def test_an_estimate_may_lie_ahead(session, leader):
    assert spend(session, leader, status="estimate", day=clock.today() + timedelta(days=90)).status == "estimate"


def test_the_same_money_moves_on_instead_of_being_counted_twice(session, leader):
    entry = spend(session, leader, status="estimate")

    move_spending(session, entry, status="invoiced", net=Decimal("1300"), vat=Decimal("260"), actor=leader)

    assert [(item.status, item.net) for item in list_spending(session, actor=leader)] == [("invoiced", Decimal(1300))]
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert '"from":"estimate"' in last.detail
    assert '"net_before":"1200.5"' in last.detail


@pytest.mark.parametrize("status", ["estimate", "invoiced", "elsewhere"])
def test_money_does_not_move_back(session, leader, status):
    entry = spend(session, leader, status="invoiced")

    with pytest.raises(InvalidInputError, match="can only become paid"):
        move_spending(session, entry, status=status, actor=leader)


def test_money_to_come_is_not_yet_invoiced(session, leader):
    entry = spend(session, leader, status="estimate", day=clock.today() + timedelta(days=9))

    with pytest.raises(InvalidInputError, match="still to come"):
        move_spending(session, entry, status="paid", actor=leader)


def test_a_withdrawn_entry_stays_with_its_reason_and_counts_no_more(session, leader):
    entry = spend(session, leader)
    with pytest.raises(InvalidInputError, match="reason"):
        withdraw_spending(session, entry, reason="", actor=leader)

    withdraw_spending(session, entry, reason="wrong inquiry", actor=leader)

    assert list_spending(session, actor=leader) == []
    assert find_spending(session, entry.id, actor=leader).withdrawn_because == "wrong inquiry"
    with pytest.raises(RefusedError, match="withdrawn"):
        move_spending(session, entry, status="paid", actor=leader)


def test_who_may_read_the_costs_may_not_thereby_log_them(session, leader, lawyer, administrator, officer):
    entry = spend(session, leader)

    assert list_spending(session, actor=lawyer) == list_spending(session, actor=administrator) == [entry]
    for actor in (lawyer, administrator, officer):
        with pytest.raises(NotPermittedError):
            spend(session, actor)
        with pytest.raises(NotPermittedError):
            move_spending(session, entry, status="paid", actor=actor)
        with pytest.raises(NotPermittedError):
            withdraw_spending(session, entry, reason="x", actor=actor)
    with pytest.raises(NotPermittedError):
        list_spending(session, actor=officer)
    with pytest.raises(NotFoundError):
        find_spending(session, 99, actor=leader)


@given(st.integers(0, 10**13))
def test_pence_and_pounds_are_the_same_money(whole_pence):
    assert pence(pounds(whole_pence), what="amount") == whole_pence


@given(st.integers(0, 10**15), st.integers(1, 10**6))
def test_a_quotient_is_rounded_to_the_nearest_and_halves_go_up(numerator, denominator):
    quotient = divide_half_up(numerator, denominator)

    assert -denominator <= 2 * (numerator - quotient * denominator) < denominator
    assert divide_half_up(1, 2) == 1
    assert divide_half_up(3, 2) == 2
