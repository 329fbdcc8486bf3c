from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from costs.rates import all_rates, rate_on, set_rate
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotPermittedError


def test_a_rate_holds_from_its_day_until_the_next(session, leader):
    set_rate(session, role="legal", hourly=Decimal("61.20"), valid_from=date(2026, 4, 1), actor=leader)
    set_rate(session, role="legal", hourly=Decimal("55.00"), valid_from=date(2025, 4, 1), actor=leader)

    assert rate_on(session, "legal", date(2026, 3, 31)) == Decimal("55.00")
    assert rate_on(session, "legal", date(2026, 4, 1)) == Decimal("61.20")
    assert rate_on(session, "legal", date(2030, 1, 1)) == Decimal("61.20")


def test_a_day_before_the_first_rate_has_no_rate_rather_than_none_to_pay(session, leader):
    set_rate(session, role="legal", hourly=Decimal("55"), valid_from=date(2025, 4, 1), actor=leader)

    assert rate_on(session, "legal", date(2025, 3, 31)) is None
    assert rate_on(session, "social-work", date(2026, 1, 1)) is None


def test_a_rate_set_again_is_corrected_and_the_trail_says_what_it_was(session, leader):
    set_rate(session, role="it", hourly=Decimal("40"), valid_from=date(2025, 4, 1), actor=leader)
    set_rate(session, role="it", hourly=Decimal("42.5"), valid_from=date(2025, 4, 1), actor=leader)

    assert [rate.hourly for rate in all_rates(session, actor=leader)] == [Decimal("42.5")]
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert '"from":"40"' in last.detail
    assert '"to":"42.5"' in last.detail


@pytest.mark.parametrize("hourly", [Decimal("0"), Decimal("-1"), Decimal("12.345"), Decimal("NaN"), Decimal("1e40")])
def test_a_rate_that_is_no_amount_is_refused(session, leader, hourly):
    with pytest.raises(InvalidInputError):
        set_rate(session, role="legal", hourly=hourly, valid_from=date(2025, 4, 1), actor=leader)


def test_a_person_s_name_is_not_a_role(session, leader):
    with pytest.raises(InvalidInputError, match="never a person's name"):
        set_rate(session, role="J. Made-Up", hourly=Decimal("10"), valid_from=date(2025, 4, 1), actor=leader)


def test_only_who_looks_after_costs_sets_rates(session, officer, lawyer, administrator):
    for actor in (officer, lawyer, administrator):
        with pytest.raises(NotPermittedError):
            set_rate(session, role="legal", hourly=Decimal("10"), valid_from=date(2025, 4, 1), actor=actor)
    with pytest.raises(NotPermittedError):
        all_rates(session, actor=officer)
