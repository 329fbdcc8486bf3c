"""A year of made-up costs, for what is looked at: exports and charts."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from access.policy import Actor
from costs.effort import log_automatic, log_effort
from costs.rates import set_rate
from costs.report_lines import CostReport
from costs.reports import report
from costs.spending import log_spending


@pytest.fixture
def year(session: Session, leader: Actor) -> CostReport:
    for role, hourly in (("legal", "58.40"), ("records-officer", "27.15"), ("social-work", "34.90")):
        set_rate(session, role=role, hourly=Decimal(hourly), valid_from=date(2025, 4, 1), actor=leader)
    for month in range(4, 13):
        day = date(2025, month, 12)
        for role, activity, minutes in (
            ("records-officer", "first-review", 900 + 77 * month),
            ("records-officer", "retrieve", 240),
            ("legal", "second-review", 410 + 13 * month),
            ("social-work", "survivor-contact", 95),
            ("finance", "meetings", 30),
        ):
            log_effort(
                session, day=day, role=role, activity=activity, minutes=minutes, items=month, pages=5, actor=leader
            )
        for category, net, status in (
            ("external-solicitors", 1800 + 310 * month, "paid"),
            ("it-and-edisclosure", 950, "paid"),
            ("scanning", 60 * month, "invoiced"),
            ("counselling-for-staff", 200, "paid"),
            ("travel", 41, "paid"),
            ("counsel", 2500, "committed"),
        ):
            log_spending(
                session,
                day=day,
                category=category,
                supplier="Example Supplier",
                net=Decimal(net),
                vat=Decimal(net) / 5,
                status=status,
                actor=leader,
            )
    log_spending(
        session,
        day=date(2025, 9, 1),
        category="redress",
        supplier="Example fund",
        net=Decimal(40000),
        vat=Decimal(0),
        status="paid",
        actor=leader,
    )
    log_automatic(session, activity="machine-reading", seconds=844, items=81, pages=251, actor=leader)
    return report(session, actor=leader, to_month=date(2025, 12, 1))
