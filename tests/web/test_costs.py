"""What the response costs: read by those who may, logged by those who spend it, never shown by person."""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from access.policy import Actor, Role
from costs.effort import log_effort, own_effort
from costs.models import Effort, Rate, Spending
from costs.rates import set_rate
from costs.spending import log_spending
from store import clock
from store.archive import Archive
from store.audit import AuditEvent
from web.leaving import TYPES

EFFORT = {
    "role": "legal",
    "activity": "first-review",
    "minutes": "90",
    "items": "",
    "pages": "",
    "request": "",
    "note": "",
}
MONEY = {
    "category": "scanning",
    "supplier": "Pennant Imaging",
    "net": "£1,200.50",
    "vat": "240.10",
    "status": "invoiced",
    "invoice": "INV-7",
    "request": "",
    "note": "",
}


def today() -> list[str]:
    day = clock.today()
    return [str(day.day), str(day.month), str(day.year)]


def all_of(archive: Archive, kind: type) -> list:
    with archive.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


@pytest.fixture
def spent(archive: Archive, leader: Actor) -> None:
    """An hour and a half at £40, and £100 paid, both in August 2026."""
    day = date(2026, 8, 3)
    with archive.writing() as session:
        set_rate(session, role="legal", hourly=Decimal("40"), valid_from=date(2026, 1, 1), actor=leader)
        log_effort(session, day=day, role="legal", activity="first-review", minutes=90, note="ask Bryn", actor=leader)
        log_spending(
            session,
            day=day,
            category="counsel",
            supplier="Chambers",
            net=Decimal("100"),
            vat=Decimal("20"),
            status="paid",
            actor=leader,
        )


@pytest.mark.parametrize("role", [Role.LEGAL, Role.LEADER, Role.ADMINISTRATOR])
def test_the_report_shows_totals_a_chart_and_the_same_figures_as_tables(client_for, spent: None, role: Role) -> None:
    page = client_for(role).get("/costs").text

    assert "£160.00" in page
    assert "£180.00 with VAT" in page
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert "August 2026</th>" in page
    assert "First review</th>" in page
    assert "Counsel</th>" in page
    assert "They are not precise for accounting." in page


def test_a_report_names_no_person(leader_client, spent: None) -> None:
    page = leader_client.get("/costs").text

    main = page[page.index("<main") : page.index("</main>")]
    assert "@example.org" not in main
    assert "Bryn" not in main


def test_a_period_leaves_the_other_months_out(leader_client, archive: Archive, leader: Actor, spent: None) -> None:
    with archive.writing() as session:
        log_spending(
            session,
            day=date(2026, 9, 1),
            category="travel",
            supplier="Rail",
            net=Decimal("7"),
            vat=Decimal(0),
            status="paid",
            actor=leader,
        )

    page = leader_client.get("/costs?from=2026-09&to=2026-09").text

    assert "Travel</th>" in page
    assert "Counsel</th>" not in page
    assert '<option value="2026-09" selected>' in page


@pytest.mark.parametrize("query", ["from=2026-13", "from=x", "from=2026-09&to=2026-08", "to=1600-01"])
def test_a_period_that_is_none_is_refused_in_words(leader_client, spent: None, query: str) -> None:
    answer = leader_client.get(f"/costs?{query}")

    assert answer.status_code == 400
    assert "There is a problem" in answer.text


def test_the_report_is_downloaded_as_an_attachment_and_that_it_was_is_on_record(
    leader_client, archive: Archive, spent: None
) -> None:
    as_csv = leader_client.post("/costs/export", data={"form": "csv", "from": "2026-08"})
    as_xlsx = leader_client.post("/costs/export", data={"form": "xlsx"})

    for answer, ending in ((as_csv, "csv"), (as_xlsx, "xlsx")):
        assert re.fullmatch(
            rf'attachment; filename="candour-costs-[\d-]+\.{ending}"', answer.headers["Content-Disposition"]
        )
        assert answer.mimetype == TYPES[f".{ending}"]
    assert "160.00" in as_csv.data.decode("utf-8-sig")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(as_xlsx.data)).namelist()
    exported = [each for each in all_of_events(archive) if each.action == "costs.exported"]
    assert [each.actor for each in exported] == ["leader@example.org"] * 2


def all_of_events(archive: Archive) -> list[AuditEvent]:
    with archive.reading() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)))


def test_an_officer_logs_time_but_is_not_shown_what_it_all_costs(officer_client, spent: None) -> None:
    answer = officer_client.get("/costs")

    assert answer.location == "/costs/effort"
    for path in ("/costs/spending", "/costs/rates"):
        assert officer_client.get(path).status_code == 403
    assert officer_client.post("/costs/export", data={"form": "csv"}).status_code == 403
    assert "£160.00" not in officer_client.get("/costs/effort").text


def test_time_is_logged_and_each_person_sees_only_their_own(officer_client, legal_client, archive: Archive) -> None:
    answer = officer_client.post(
        "/costs/effort", data={**EFFORT, "role": "records-officer", "day": today(), "note": "<b>x"}
    )

    assert answer.location == "/costs/effort"
    own = officer_client.get("/costs/effort").text
    assert "90 minutes" in own
    assert "&lt;b&gt;x" in own
    assert "90 minutes" not in legal_client.get("/costs/effort").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"minutes": "an hour"}, "Minutes is a whole number"),
        ({"minutes": "0"}, "its minutes must be a whole number from 1"),
        ({"activity": ""}, "Choose an activity"),
        ({"day": ["", "", ""]}, "Give the day"),
        ({"minutes": "²"}, "Minutes is a whole number"),
    ],
)
def test_time_that_cannot_be_right_is_not_logged(
    officer_client, archive: Archive, changes: dict[str, object], sentence: str
) -> None:
    answer = officer_client.post("/costs/effort", data={**EFFORT, "day": today(), **changes})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert all_of(archive, Effort) == []


def test_one_s_own_entry_is_withdrawn_with_a_reason_and_a_colleague_s_is_not_found(
    legal_client, officer_client, archive: Archive, leader: Actor
) -> None:
    legal_client.post("/costs/effort", data={**EFFORT, "day": today()})
    path = "/costs/effort/1/withdraw"

    assert officer_client.get(path).status_code == 404
    assert officer_client.post(path, data={"reason": "not mine"}).status_code == 404
    assert legal_client.post(path, data={"reason": " "}).status_code == 400
    assert legal_client.post(path, data={"reason": "logged twice"}).location == "/costs/effort"

    with archive.reading() as session:
        assert own_effort(session, actor=Actor("legal@example.org", frozenset({Role.LEGAL}))) == []
    assert all_of(archive, Effort)[0].withdrawn_because == "logged twice"


def test_spending_is_logged_with_pounds_and_commas_and_moved_on_to_paid(leader_client, archive: Archive) -> None:
    assert leader_client.post("/costs/spending/new", data={**MONEY, "day": today()}).location == "/costs/spending"
    moved = leader_client.post(
        "/costs/spending/1/move",
        data={"status": "paid", "net": "1190", "vat": "238", "day": today(), "invoice": "INV-7"},
    )

    assert moved.location == "/costs/spending"
    (spending,) = all_of(archive, Spending)
    assert (spending.status, spending.net_pence, spending.vat_pence) == ("paid", 119000, 23800)
    assert "there is nothing further" in leader_client.get("/costs/spending/1/move").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"net": "-5"}, "zero or more"),
        ({"net": "NaN"}, "zero or more"),
        ({"net": "a lot"}, "is an amount in pounds"),
        ({"net": "1.005"}, "finer than a penny"),
        ({"supplier": ""}, "Name the supplier"),
        ({"category": ""}, "Choose a category"),
    ],
)
def test_spending_that_cannot_be_right_is_not_logged(
    leader_client, archive: Archive, changes: dict[str, str], sentence: str
) -> None:
    answer = leader_client.post("/costs/spending/new", data={**MONEY, "day": today(), **changes})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert all_of(archive, Spending) == []


def test_money_cannot_be_paid_tomorrow(leader_client, archive: Archive) -> None:
    leader_client.post("/costs/spending/new", data={**MONEY, "day": today()})
    day = clock.today() + timedelta(days=1)

    answer = leader_client.post(
        "/costs/spending/1/move",
        data={
            "status": "paid",
            "net": "1",
            "vat": "",
            "day": [str(day.day), str(day.month), str(day.year)],
            "invoice": "",
        },
    )

    assert answer.status_code == 400
    assert all_of(archive, Spending)[0].status == "invoiced"


def test_spending_is_withdrawn_and_stays_with_the_reason(leader_client, archive: Archive) -> None:
    leader_client.post("/costs/spending/new", data={**MONEY, "supplier": "<i>Firm", "day": today()})
    assert "&lt;i&gt;Firm" in leader_client.get("/costs/spending").text

    leader_client.post("/costs/spending/1/withdraw", data={"reason": "sent to another council"})

    assert "Firm" not in leader_client.get("/costs/spending").text.replace("<title>", "")
    assert all_of(archive, Spending)[0].withdrawn_because == "sent to another council"


def test_a_rate_is_set_by_a_leader_and_read_by_legal(leader_client, legal_client, archive: Archive) -> None:
    data = {"role": "legal", "hourly": "61.35", "valid_from": ["1", "4", "2026"]}

    assert leader_client.post("/costs/rates", data=data).location == "/costs/rates"
    assert legal_client.post("/costs/rates", data=data).status_code == 403
    assert "£61.35" in legal_client.get("/costs/rates").text
    assert leader_client.post("/costs/rates", data={**data, "hourly": "0"}).status_code == 400
    assert [each.hourly_pence for each in all_of(archive, Rate)] == [6135]


@pytest.mark.parametrize("role", [Role.LEGAL, Role.RECORDS_OFFICER, Role.ADMINISTRATOR])
def test_nobody_but_a_leader_changes_the_ledger(client_for, archive: Archive, spent: None, role: Role) -> None:
    client = client_for(role)

    answers = [client.get(path).status_code for path in ("/costs/spending/new", "/costs/spending/1/move")]
    answers.append(client.post("/costs/spending/new", data={**MONEY, "day": today()}).status_code)
    answers.append(client.post("/costs/spending/1/withdraw", data={"reason": "x"}).status_code)

    assert set(answers) == {403}
    assert [each.withdrawn_at for each in all_of(archive, Spending)] == [None]


def test_an_administrator_reads_the_costs_but_has_no_time_to_log(administrator_client, spent: None) -> None:
    assert administrator_client.get("/costs/effort").status_code == 403
    assert "Your time" not in administrator_client.get("/costs").text
