"""What is decided on a record: suggestions, relevance, holds, clearance by two people, marks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from access.models import User
from access.policy import OPERATOR, SYSTEM, Role
from access.users import set_password
from disclosure.marks import open_marks
from disclosure.review import relevance_of
from records.register import find_record
from retention import holds, notices
from retention.holds import clearance_of, holds_of
from retention.tagging import decisions_of, standing_categories
from store.archive import Archive
from store.audit_actions import AuditAction
from tests.conftest import NOTICE
from tests.web.records_to_decide import LAWYER, OFFICER, PASSWORD, colleague, confirmed, happened, restrict


def test_a_confirmed_suggestion_is_kept_with_its_reason_and_holds_the_record(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")

    answer = officer_client.post(f"/records/{reference}/categories/failings?page=1", data=confirmed())

    assert answer.headers["Location"] == f"/records/{reference}?page=1#decisions"
    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        decision = standing_categories(session, record)["failings"]
        assert (decision.reason, decision.paragraph, decision.substantiated, decision.decided_by) == (
            "A warning nobody acted on",
            "R3",
            "no",
            "records-officer@example.org",
        )
        assert {hold.kind for hold in holds_of(session, record)} == {"provisional", "category"}
    page = officer_client.get(f"/records/{reference}").text
    assert "Confirmed the category failings, paragraph R3; noted as not substantiated" in page
    assert "version" in page


def test_a_rejected_suggestion_leaves_the_record_held(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")

    officer_client.post(f"/records/{reference}/categories/failings", data=confirmed(outcome="rejected"))

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        assert standing_categories(session, record) == {}
        assert [hold.kind for hold in holds_of(session, record)] == ["provisional"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (confirmed(outcome=""), "Choose confirm or reject"),
        (confirmed(reason="  "), "Say why, in a few words"),
        (confirmed(paragraph="R7"), "does not stand under failings"),
    ],
)
def test_a_decision_that_cannot_be_used_is_not_kept_and_says_why(
    officer_client, archive: Archive, decidable: Callable[..., str], data: dict[str, str], sentence: str
) -> None:
    reference = decidable(b"one")

    answer = officer_client.post(f"/records/{reference}/categories/failings", data=data)

    assert answer.status_code == 400
    assert sentence in answer.text
    with archive.reading() as session:
        assert decisions_of(session, find_record(session, reference, actor=OFFICER)) == []


def test_a_reader_adds_a_category_nobody_suggested(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one", open_=False)
    data = {"add-category": "honours", "add-reason": "A medal is proposed", "add-paragraph": "R7"}

    officer_client.post(f"/records/{reference}/categories", data={**data, "add-substantiated": "unknown"})

    with archive.reading() as session:
        decision = standing_categories(session, find_record(session, reference, actor=OFFICER))["honours"]
        assert (decision.outcome, decision.basis) == ("added", "reader")


def test_relevance_is_answered_apart_and_changes_no_hold(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    data = {"relevance-answer": "not-relevant", "relevance-reason": "Not asked for"}

    officer_client.post(f"/records/{reference}/relevance", data=data)

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        answer = relevance_of(session, record)
        assert answer is not None
        assert answer.answer == "not-relevant"
        assert standing_categories(session, record) == {}
        assert len(holds_of(session, record)) == 1


def test_a_hold_is_placed_with_its_reason(officer_client, archive: Archive, decidable: Callable[..., str]) -> None:
    reference = decidable(b"one")

    officer_client.post(f"/records/{reference}/holds", data={"hold-reason": "A claim is expected"})

    with archive.reading() as session:
        holds = holds_of(session, find_record(session, reference, actor=OFFICER))
        assert [(hold.kind, hold.reason) for hold in holds][1:] == [("placed", "A claim is expected")]


def signed(prefix: str = "clear", **values: str) -> dict[str, str]:
    given = {"reason": "A parking notice", "second": "second@example.org", "password": PASSWORD}
    return {f"{prefix}-{name}": value for name, value in {**given, **values}.items()}


def test_two_people_clear_a_record_each_in_their_own_hand(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one", open_=False)
    colleague(archive)

    officer_client.post(f"/records/{reference}/clearance", data=signed())

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        clearance = clearance_of(session, record)
        assert clearance is not None
        assert (clearance.given_by, clearance.second_reader) == ("records-officer@example.org", "second@example.org")
        assert holds_of(session, record) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "not theirs at all"}, "do not belong together"),
        ({"second": "nobody@example.org"}, "do not belong together"),
        ({"second": "records-officer@example.org"}, "do not belong together"),
        ({"reason": ""}, "Say why, in a few words"),
        ({"second": ""}, "Give the second reader’s e-mail address"),
    ],
)
def test_a_record_is_not_cleared_without_the_second_readers_own_signature(
    officer_client, archive: Archive, decidable: Callable[..., str], values: dict[str, str], sentence: str
) -> None:
    reference = decidable(b"one", open_=False)
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed(**values))

    assert answer.status_code == 400
    assert sentence in answer.text
    assert PASSWORD not in answer.text
    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        assert clearance_of(session, record) is None
        assert len(holds_of(session, record)) == 1


def test_nobody_is_their_own_second_reader(client_for, archive: Archive, decidable: Callable[..., str]) -> None:
    reference = decidable(b"one", open_=False)
    colleague(archive)
    client = client_for(Role.RECORDS_OFFICER)
    with archive.writing() as session:
        user = session.scalars(select(User).where(User.email == "records-officer@example.org")).one()
        set_password(session, user, PASSWORD, actor=OPERATOR)
    client.enter(user)

    answer = client.post(f"/records/{reference}/clearance", data=signed(second="records-officer@example.org"))

    assert answer.status_code == 400
    assert "cannot be the second reader of their own decision" in answer.text


def test_a_leader_cannot_sign_as_second_reader(officer_client, archive: Archive, decidable: Callable[..., str]) -> None:
    reference = decidable(b"one", open_=False)
    colleague(archive, role=Role.LEADER)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed())

    assert answer.status_code == 400
    assert "may not be the second reader" in answer.text


def test_a_record_with_an_open_suggestion_is_not_cleared(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed())

    assert answer.status_code == 400
    assert "failings is suggested and undecided" in answer.text


def test_wrong_signatures_are_in_the_audit_trail_and_then_refused(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one", open_=False)
    colleague(archive)
    address = f"/records/{reference}/clearance"

    answers = [officer_client.post(address, data=signed(password="not theirs")).status_code for _ in range(11)]

    assert answers == [400] * 10 + [429]
    assert officer_client.post(address, data=signed()).status_code == 429
    with archive.reading() as session:
        assert happened(session, AuditAction.SIGN_IN_FAILED, "user:second@example.org") == 10


def test_a_placed_hold_is_released_by_two_people_only(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    colleague(archive)
    officer_client.post(f"/records/{reference}/holds", data={"hold-reason": "A claim is expected"})

    refused = officer_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2", password="wrong"))
    officer_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2"))

    assert refused.status_code == 400
    with archive.reading() as session:
        assert [hold.id for hold in holds_of(session, find_record(session, reference, actor=OFFICER))] == [1]


def test_a_hold_under_the_notice_is_not_released_by_itself(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/holds/1/release", data=signed("release-1"))

    assert answer.status_code == 400
    with archive.reading() as session:
        assert len(holds_of(session, find_record(session, reference, actor=OFFICER))) == 1


def test_legal_marks_a_record_and_it_is_gone_for_an_officer(
    officer_client, legal_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference, other = decidable(b"one", title="Advice of counsel"), decidable(b"two")

    legal_client.post(f"/records/{reference}/marks", data={"mark-kind": "privileged", "mark-reason": "Legal advice"})

    for path in (f"/records/{reference}", f"/records/{reference}/risk", f"/records/{reference}/original"):
        answer = officer_client.get(path)
        assert answer.status_code == 404
        assert "Advice of counsel" not in answer.text
    for path in ("/records", "/records/to-decide", f"/records/{other}"):
        page = officer_client.get(path).text
        assert "Advice of counsel" not in page
        assert reference not in page
    assert "1 record" in officer_client.get("/records").text
    assert "Advice of counsel" in legal_client.get("/records").text


def test_an_officer_decides_nothing_on_a_record_that_is_not_open_to_them(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    restrict(archive, reference)

    answer = officer_client.post(f"/records/{reference}/categories/failings", data=confirmed())

    assert answer.status_code == 404
    with archive.reading() as session:
        assert decisions_of(session, find_record(session, reference, actor=LAWYER)) == []


def test_an_officer_may_not_mark(officer_client, decidable: Callable[..., str]) -> None:
    reference = decidable(b"one")

    data = {"mark-kind": "privileged", "mark-reason": "x"}

    assert officer_client.post(f"/records/{reference}/marks", data=data).status_code == 403
    assert "Mark it privileged" not in officer_client.get(f"/records/{reference}").text


def test_a_mark_is_lifted_with_a_reason(
    legal_client, officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    restrict(archive, reference)

    refused = legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": ""})
    legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": "The police agreed"})

    assert refused.status_code == 400
    assert officer_client.get(f"/records/{reference}").status_code == 200
    with archive.reading() as session:
        assert open_marks(session, find_record(session, reference, actor=OFFICER)) == []
    assert "The police agreed" in officer_client.get(f"/records/{reference}").text


def test_a_mark_or_hold_of_another_record_is_not_reached_through_this_one(
    legal_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference, other = decidable(b"one"), decidable(b"two")
    colleague(archive)
    restrict(archive, other)

    lifted = legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": "x"})
    released = legal_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2"))

    assert (lifted.status_code, released.status_code) == (404, 404)


def test_the_page_of_a_record_says_that_its_clearance_no_longer_stands(
    officer_client, archive, make_record, definition, officer, second_officer
) -> None:
    cleared = make_record(b"on roads")
    with archive.writing() as session:
        record = find_record(session, cleared, actor=officer)
        holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)
    before = officer_client.get(f"/records/{cleared}").text
    with archive.writing() as session:
        notices.record_notice(session, replace(definition, reference="PANEL-2027"), NOTICE, actor=SYSTEM)

    after = officer_client.get(f"/records/{cleared}").text

    assert "It is kept all the same" not in before
    assert "Both sign: outside the notice" not in before
    assert "It is kept all the same: it was cleared before PANEL-2027" in after
    assert "Both sign: outside the notice" in after
