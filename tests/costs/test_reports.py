import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costs import report_lines
from costs.effort import ACTIVITIES, log_automatic, log_effort
from costs.rates import ROLES, set_rate
from costs.reports import report
from costs.spending import CATEGORIES, STATUSES, log_spending, withdraw_spending
from records.models import Record
from store.errors import InvalidInputError, NotPermittedError


def effort(session, actor, day, minutes, role="legal", activity="first-review", **more):
    return log_effort(session, day=day, role=role, activity=activity, minutes=minutes, **more, actor=actor)


def spend(session, actor, day, net, status="paid", category="counsel", vat="0"):
    return log_spending(
        session,
        day=day,
        category=category,
        supplier="Example Chambers",
        net=Decimal(net),
        vat=Decimal(vat),
        status=status,
        actor=actor,
    )


def rate(session, actor, hourly, day=date(2025, 1, 1), role="legal"):
    set_rate(session, role=role, hourly=Decimal(hourly), valid_from=day, actor=actor)


def hold_record(session, number, pages, state="read", registered=datetime(2026, 1, 5, tzinfo=UTC)):
    session.add(
        Record(
            reference=f"R{number:06d}",
            title="Minutes",
            file_name="minutes.pdf",
            media_type="application/pdf",
            label="PDF",
            date_precision="undated",
            batch="one",
            source="Store 4",
            state=state,
            page_count=pages,
            unread_pages=0,
            registered_at=registered,
        )
    )
    session.flush()


def test_staff_time_costs_the_role_s_rate_on_the_day(session, leader):
    rate(session, leader, "60.00")
    rate(session, leader, "90.00", day=date(2026, 2, 10))
    effort(session, leader, date(2026, 2, 9), 30)
    effort(session, leader, date(2026, 2, 10), 30)

    made = report(session, actor=leader)

    assert made.staff.cost == Decimal("75.00")
    assert made.total_net == Decimal("75.00")


def test_time_without_a_rate_is_said_to_be_uncosted_and_never_free(session, leader):
    rate(session, leader, "60.00", day=date(2026, 2, 1))
    effort(session, leader, date(2026, 1, 31), 45)
    effort(session, leader, date(2026, 2, 1), 60)

    made = report(session, actor=leader)

    assert (made.staff.minutes, made.staff.uncosted_minutes, made.staff.cost) == (105, 45, Decimal("60.00"))
    assert [line.uncosted_minutes for line in made.months] == [45, 0]
    assert any("45 minutes of staff time are not costed" in words for words in made.caveats)


def test_half_a_penny_goes_up(session, leader):
    rate(session, leader, "0.30")
    effort(session, leader, date(2026, 2, 1), 1)

    assert report(session, actor=leader).staff.cost == Decimal("0.01")


def test_small_entries_are_not_each_rounded_up(session, leader):
    rate(session, leader, "0.30")
    for _ in range(10):
        effort(session, leader, date(2026, 2, 1), 1)

    assert report(session, actor=leader).staff.cost == Decimal("0.05")


def test_what_is_only_expected_is_shown_apart_and_is_in_no_total(session, leader):
    spend(session, leader, date(2026, 2, 1), "100", vat="20")
    spend(session, leader, date(2026, 2, 1), "50", status="invoiced", vat="10")
    spend(session, leader, date(2026, 2, 1), "700", status="committed")
    spend(session, leader, date(2026, 2, 1), "9000", status="estimate")

    made = report(session, actor=leader)

    assert (made.total_net, made.total_gross) == (Decimal("150.00"), Decimal("180.00"))
    assert made.money.of("committed").net == Decimal("700.00")
    assert made.money.of("estimate").net == Decimal("9000.00")
    assert made.months[0].cumulative == Decimal("150.00")


def test_redress_is_a_ledger_of_its_own(session, leader):
    spend(session, leader, date(2026, 2, 1), "100")
    spend(session, leader, date(2026, 2, 1), "50000", category="redress")

    made = report(session, actor=leader)

    assert made.total_net == made.months[0].cost == made.units.cost == Decimal("100.00")
    assert [line.code for line in made.categories] == ["counsel"]
    assert made.redress.spent.net == Decimal("50000.00")
    assert any("Redress is a separate ledger" in words for words in made.caveats)


def test_a_withdrawn_entry_is_in_no_figure(session, leader):
    withdraw_spending(session, spend(session, leader, date(2026, 2, 1), "100"), reason="twice", actor=leader)

    made = report(session, actor=leader)

    assert (made.total_net, made.months, made.categories) == (Decimal("0.00"), [], [])


def test_machine_time_has_no_cost_and_is_not_staff_time(session, leader):
    log_automatic(session, activity="machine-reading", seconds=3600, items=80, pages=250, actor=leader)

    made = report(session, actor=leader)

    assert (made.staff.seconds, made.total_net) == (0, Decimal("0.00"))
    assert [(line.code, line.seconds, line.items, line.pages) for line in made.machine] == [
        ("machine-reading", 3600, 80, 250)
    ]


def test_a_quiet_month_is_there_so_that_time_is_not_folded(session, leader):
    spend(session, leader, date(2025, 11, 30), "10")
    spend(session, leader, date(2026, 2, 1), "10")

    made = report(session, actor=leader)

    assert [f"{line.month:%Y-%m}" for line in made.months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [line.cumulative for line in made.months] == [10, 10, 10, 20]


def test_a_period_counts_what_is_in_it_and_carries_what_came_before(session, leader):
    spend(session, leader, date(2026, 1, 31), "10")
    spend(session, leader, date(2026, 2, 1), "20")
    spend(session, leader, date(2026, 2, 28), "30")
    spend(session, leader, date(2026, 3, 1), "40")

    made = report(session, actor=leader, from_month=date(2026, 2, 14), to_month=date(2026, 2, 14))

    assert made.total_net == Decimal("50.00")
    assert [line.cumulative for line in made.months] == [Decimal("60.00")]


def test_a_period_the_wrong_way_round_is_refused(session, leader):
    with pytest.raises(InvalidInputError, match="swap the two months"):
        report(session, actor=leader, from_month=date(2026, 3, 1), to_month=date(2026, 2, 1))


def test_unit_costs_count_documents_held_and_not_their_containers(session, leader):
    hold_record(session, 1, 3)
    hold_record(session, 2, 4)
    hold_record(session, 3, 0, state="container")
    spend(session, leader, date(2026, 2, 1), "100")

    units = report(session, actor=leader).units

    assert (units.documents, units.pages) == (2, 7)
    assert (units.per_document, units.per_page) == (Decimal("50.00"), Decimal("14.29"))


def test_unit_costs_count_what_was_held_at_the_end_of_the_period(session, leader):
    hold_record(session, 1, 3)
    # Just after midnight in London, where British Summer Time is an hour ahead of UTC.
    hold_record(session, 2, 3, registered=datetime(2026, 5, 31, 23, 30, tzinfo=UTC))
    spend(session, leader, date(2026, 2, 1), "100")

    assert report(session, actor=leader, to_month=date(2026, 5, 1)).units.documents == 1
    assert report(session, actor=leader, to_month=date(2026, 6, 1)).units.documents == 2


def test_an_unknown_unit_cost_is_not_zero(session, leader):
    hold_record(session, 1, 3)

    assert report(session, actor=leader).units.per_document is None


def test_the_report_has_roles_and_nowhere_to_put_a_name(session, leader):
    effort(session, leader, date(2026, 2, 1), 60, note="with A. Person")

    made = report(session, actor=leader)

    assert leader.name not in repr(made)
    assert "A. Person" not in repr(made)
    assert "logged_by" not in inspect.getsource(report_lines)


def test_a_records_officer_does_not_see_the_costs(session, officer):
    with pytest.raises(NotPermittedError):
        report(session, actor=officer)


DAYS = st.dates(date(2025, 9, 1), date(2026, 3, 31))
EFFORTS = st.lists(
    st.tuples(DAYS, st.sampled_from(sorted(ROLES)), st.sampled_from(sorted(ACTIVITIES)), st.integers(1, 900)),
    max_size=12,
)
MONEY = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
SPENDINGS = st.lists(
    st.tuples(DAYS, st.sampled_from(sorted(CATEGORIES)), st.sampled_from(sorted(STATUSES)), MONEY, MONEY), max_size=12
)
RATES = st.lists(
    st.tuples(DAYS, st.sampled_from(sorted(ROLES)), st.decimals(Decimal("0.01"), Decimal("250"), places=2)), max_size=8
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(efforts=EFFORTS, spendings=SPENDINGS, rates=RATES)
def test_every_breakdown_adds_up_to_the_total(archive, leader, efforts, spendings, rates):
    with archive.reading() as session:  # each example is rolled back
        session.autoflush = True
        for day, role, hourly in rates:
            set_rate(session, role=role, hourly=hourly, valid_from=day, actor=leader)
        for day, role, activity, minutes in efforts:
            effort(session, leader, day, minutes, role=role, activity=activity, items=1, pages=2)
        for day, category, status, net, vat in spendings:
            spend(session, leader, day, net, status=status, category=category, vat=vat)

        made = report(session, actor=leader)
        parts = [
            report(session, actor=leader, to_month=date(2025, 12, 1)),
            report(session, actor=leader, from_month=date(2026, 1, 1)),
        ]

    for lines in (made.activities, made.roles):
        assert sum(line.cost for line in lines) == made.staff.cost
        assert sum(line.minutes for line in lines) == made.staff.minutes == sum(entry[3] for entry in efforts)
        assert sum(line.uncosted_minutes for line in lines) == made.staff.uncosted_minutes
        assert sum(line.pages for line in lines) == 2 * len(efforts)
    assert sum(line.staff_cost for line in made.months) == made.staff.cost
    assert sum(line.cost for line in made.months) == made.total_net
    assert sum(sum(line.groups.values()) for line in made.months) == made.total_net
    assert all(sum(line.groups.values()) == line.cost for line in made.months)
    for status in STATUSES:
        entries = [entry for entry in spendings if entry[2] == status and entry[1] != "redress"]
        assert sum(line.of(status).net for line in made.categories) == sum(entry[3] for entry in entries)
        assert sum(line.money.of(status).vat for line in made.months) == sum(entry[4] for entry in entries)
        assert made.money.of(status).net == sum(entry[3] for entry in entries)
    if made.months:
        assert made.months[-1].cumulative == made.total_net
    assert all(later.cumulative - earlier.cumulative == later.cost for earlier, later in pairwise(made.months))
    assert sum(part.total_net for part in parts) == made.total_net
    assert sum(part.redress.spent.gross for part in parts) == made.redress.spent.gross
