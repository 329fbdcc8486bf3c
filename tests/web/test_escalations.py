"""Risks to people now: told to those who can act, closed with what came of it, counted for leaders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from access.policy import Actor, Role
from disclosure import marks
from failings.escalations import LADO, POLICE, raise_escalation
from failings.models import Escalation
from records.register import find_record
from store import clock
from store.archive import Archive

FACTS = "Named in a register as a visitor; may still volunteer with children."


@pytest.fixture
def record(make_record: Callable[..., str]) -> str:
    return make_record(b"register of visitors")


def raise_one(
    archive: Archive, record: str, officer: Actor, *, late: bool = False, kind: str = "new-allegation"
) -> int:
    with archive.writing() as session:
        found = find_record(session, record, actor=officer)
        raised = raise_escalation(session, found, kind=kind, facts=FACTS, page=1, actor=officer)
        if late:
            raised.due_at = clock.now() - timedelta(hours=2)
        return raised.id


def standing(archive: Archive) -> Escalation:
    with archive.reading() as session:
        return session.scalars(select(Escalation)).one()


def test_an_officer_sees_the_facts_who_is_still_to_be_told_and_by_when(
    officer_client, archive: Archive, record: str, officer: Actor
) -> None:
    number = raise_one(archive, record, officer)

    listed = officer_client.get("/escalations").text
    page = officer_client.get(f"/escalations/{number}").text

    for shown in (listed, page):
        assert FACTS in shown
        assert record in shown
        assert LADO in shown
        assert POLICE in shown


def test_what_is_overdue_says_so_in_words_and_stands_first(
    officer_client, archive: Archive, record: str, officer: Actor
) -> None:
    raise_one(archive, record, officer)
    late = raise_one(archive, record, officer, late=True, kind="criminal-conduct")

    page = officer_client.get("/escalations").text

    assert "Overdue:</strong> due" in page
    assert page.index("Conduct that may be criminal</a>") < page.index(
        "An allegation that may not have been reported</a>"
    )
    assert "Overdue: it was due" in officer_client.get(f"/escalations/{late}").text


def test_each_body_is_told_on_its_own_and_only_then_can_it_be_closed(
    officer_client, archive: Archive, record: str, officer: Actor
) -> None:
    path = f"/escalations/{raise_one(archive, record, officer)}"

    officer_client.post(f"{path}/told", data={"body": LADO, "whom": "Duty desk, ref 1182"})
    early = officer_client.post(f"{path}/done", data={"outcome": "A strategy meeting is called."})

    assert early.status_code == 400
    assert POLICE in early.text
    assert standing(archive).done_at is None

    officer_client.post(f"{path}/told", data={"body": POLICE, "whom": "Control room, incident 77"})
    closed = officer_client.post(f"{path}/done", data={"outcome": "A strategy meeting is called."})

    assert closed.location == "/escalations"
    assert "Nothing is open" in officer_client.get("/escalations").text
    page = officer_client.get(path).text
    assert "A strategy meeting is called." in page
    assert "Control room, incident 77" in page
    assert "Close it" not in page


@pytest.mark.parametrize(
    "data", [{"body": LADO, "whom": " "}, {"whom": "Duty desk"}, {"body": "The newspaper", "whom": "Duty desk"}]
)
def test_a_telling_that_does_not_say_whom_is_not_recorded(
    officer_client, archive: Archive, record: str, officer: Actor, data: dict[str, str]
) -> None:
    number = raise_one(archive, record, officer)

    answer = officer_client.post(f"/escalations/{number}/told", data=data)

    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert len(standing(archive).untold) == 2


def test_a_leader_sees_counts_and_neither_names_nor_records_nor_facts(
    leader_client, archive: Archive, record: str, officer: Actor
) -> None:
    number = raise_one(archive, record, officer, late=True)

    page = leader_client.get("/escalations").text

    assert "An allegation that may not have been reported" in page
    assert "candour-late" in page
    for hidden in (FACTS, record, officer.name, LADO, f"/escalations/{number}"):
        assert hidden not in page
    assert leader_client.get(f"/escalations/{number}").status_code == 403


def test_an_escalation_of_a_privileged_record_is_open_to_legal_alone(
    officer_client, legal_client, archive: Archive, record: str, officer: Actor, lawyer: Actor
) -> None:
    number = raise_one(archive, record, officer)
    with archive.writing() as session:
        marks.mark(
            session, find_record(session, record, actor=lawyer), kind="privileged", reason="advice", actor=lawyer
        )

    listed = officer_client.get("/escalations").text

    assert FACTS not in listed
    assert record not in listed
    assert "Its record is not open to you" in listed
    assert officer_client.get(f"/escalations/{number}").status_code == 404
    assert officer_client.post(f"/escalations/{number}/told", data={"body": LADO, "whom": "x"}).status_code == 404
    assert FACTS in legal_client.get(f"/escalations/{number}").text


def test_what_the_facts_say_is_shown_and_never_run(
    officer_client, archive: Archive, record: str, officer: Actor
) -> None:
    number = raise_one(archive, record, officer)
    with archive.writing() as session:
        session.get_one(Escalation, number).facts = "<script>alert(1)</script>"

    for path in ("/escalations", f"/escalations/{number}"):
        page = officer_client.get(path).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMINISTRATOR])
def test_who_may_not_act_cannot_tell_or_close(
    client_for, archive: Archive, record: str, officer: Actor, role: Role
) -> None:
    number, client = raise_one(archive, record, officer), client_for(role)

    assert client.post(f"/escalations/{number}/told", data={"body": LADO, "whom": "x"}).status_code == 403
    assert client.post(f"/escalations/{number}/done", data={"outcome": "x"}).status_code == 403
    assert len(standing(archive).untold) == 2


def test_an_administrator_sees_no_escalations(administrator_client) -> None:
    assert administrator_client.get("/escalations").status_code == 403


def test_an_escalation_that_is_not_there_is_not_found(officer_client) -> None:
    assert officer_client.get("/escalations/9").status_code == 404
