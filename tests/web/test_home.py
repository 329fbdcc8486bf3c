"""What needs attention today, for each role."""

from datetime import timedelta

import pytest

from access.policy import Actor, Role
from inquiry.requests import add_request
from store import clock, jobs
from store.archive import Archive

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def requests(archive: Archive) -> None:
    today = clock.today()
    with archive.writing() as session:
        for reference, due in (("R9-1", today - timedelta(days=3)), ("R9-2", today + timedelta(days=1))):
            add_request(
                session,
                reference,
                kind="rule-9-documents",
                title=f"Request {reference}",
                received=today - timedelta(days=30),
                due=due,
                paragraphs=[("1", "The admission registers")],
                actor=LAWYER,
            )


@pytest.mark.parametrize("role", [Role.RECORDS_OFFICER, Role.LEGAL, Role.LEADER])
def test_requests_are_shown_with_the_days_left_in_words(client_for, requests: None, role: Role) -> None:
    page = client_for(role).get("/").text

    assert "3 days overdue" in page
    assert "due tomorrow" in page
    assert page.index("R9-1") < page.index("R9-2")


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.RECORDS_OFFICER, ["Reading and deciding", "Taking in", "at risk now"], ["net of VAT", "audit trail"]),
        (Role.LEGAL, ["Reading and deciding", "Disclosure", "at risk now"], ["Taking in", "audit trail"]),
        (Role.LEADER, ["net of VAT", "at risk now"], ["Reading and deciding", "Taking in", "audit trail"]),
        (Role.ADMINISTRATOR, ["People", "Background work", "audit trail is whole"], ["Reading", "at risk now"]),
    ],
)
def test_each_role_sees_its_own_work_and_no_other(client_for, role: Role, shown: list[str], hidden: list[str]) -> None:
    page = client_for(role).get("/").text

    assert [words for words in shown if words not in page] == []
    assert [words for words in hidden if words in page] == []


def test_a_job_that_failed_is_shown_to_the_administrator_with_its_reason(
    administrator_client, archive: Archive
) -> None:
    with archive.writing() as session:
        job = jobs.enqueue(session, "index", payload={}, actor="operator")
        jobs.fail(session, job.id, message="The disk is full: free some space and rebuild the index.")

    assert "failed, of the last hundred" in administrator_client.get("/").text
    assert "The disk is full: free some space and rebuild the index." in administrator_client.get("/jobs").text
