"""Institutional failings: recorded with evidence, accepted by a second person, exported as a self-report."""

import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from access.policy import Actor, Role
from access.users import add_user
from disclosure import marks
from failings.models import Failing, FailingRevision
from failings.register import find_failing
from records.register import find_record
from store.archive import Archive
from store.audit import AuditEvent
from web.leaving import TYPES

LEGAL = Actor("legal@example.org", frozenset({Role.LEGAL}))


def told(record: str, **changes: object) -> dict[str, object]:
    return {
        "title": "Complaints were not passed on",
        "kind": "response-to-allegation",
        "body": "Children’s Department",
        "period_from": ["1", "3", "1974"],
        "period_to": ["", "", ""],
        "should_have_happened": "Every complaint was to be reported the same day.",
        "policy_then": "Standing instruction 14 of 1971.",
        "did_happen": "Two complaints were noted and went no further.",
        "certainty": "established",
        "owner": "Director of Children’s Services",
        "action": "All day books are being read again.",
        "action_due": ["", "", ""],
        "evidence-record": [record, ""],
        "evidence-page": ["1", ""],
        "evidence-note": ["the note in the day book", ""],
        **changes,
    }


def recorded(archive: Archive) -> list[Failing]:
    with archive.reading() as session:
        return list(session.scalars(select(Failing).order_by(Failing.id)))


@pytest.fixture
def record(make_record: Callable[..., str]) -> str:
    return make_record(b"day book")


@pytest.fixture
def known(legal_client, record: str) -> str:
    """A failing recorded by legal@example.org."""
    return legal_client.post("/failings/new", data=told(record)).location


@pytest.fixture
def second_lawyer(app, archive: Archive):
    with archive.writing() as session:
        user, _ = add_user(session, "second-lawyer@example.org", role=Role.LEGAL, actor=LEGAL_OPERATOR)
    client = app.test_client()
    client.enter(user)
    return client


LEGAL_OPERATOR = Actor("operator", everything=True)


def test_a_failing_is_recorded_with_what_should_have_happened_what_did_and_what_shows_it(
    legal_client, known: str, record: str
) -> None:
    page = legal_client.get(known).text

    assert known == "/failings/F0001"
    for words in ("Every complaint was to be reported", "Standing instruction 14", "went no further", "day books"):
        assert words in page
    assert record in page
    assert "the note in the day book" in page
    assert "Established: the records show it" in page
    assert "Draft" in page


def test_another_page_of_evidence_gives_one_more_line_and_records_nothing(
    legal_client, archive: Archive, record: str
) -> None:
    answer = legal_client.post("/failings/new", data=told(record, do="another"))

    assert answer.status_code == 200
    assert answer.text.count('name="evidence-record"') == 3
    assert "the note in the day book" in answer.text
    assert recorded(archive) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"evidence-record": ["", ""], "evidence-page": ["", ""], "evidence-note": ["", ""]},
            "Give at least one record",
        ),
        ({"evidence-page": ["first", ""]}, "the number of a page"),
        ({"evidence-page": ["7", ""]}, "has no page 7"),
        ({"evidence-record": ["R999999", ""]}, "There is no record R999999"),
        ({"policy_then": " "}, "Name the policy or law then in force"),
        ({"period_to": ["1", "1", "1970"]}, "The period cannot end before it begins"),
    ],
)
def test_a_failing_without_evidence_or_words_is_not_recorded(
    legal_client, archive: Archive, record: str, changes: dict[str, object], sentence: str
) -> None:
    answer = legal_client.post("/failings/new", data=told(record, **changes))

    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert sentence in answer.text
    assert "Standing instruction 14" in answer.text or "policy_then" in changes
    assert recorded(archive) == []


def test_who_added_it_cannot_accept_it_and_a_second_person_can(
    legal_client, second_lawyer, archive: Archive, known: str
) -> None:
    legal_client.post(f"{known}/status", data={"status": "legal-reviewed"})

    own = legal_client.get(known).text
    refused = legal_client.post(f"{known}/status", data={"status": "accepted"})
    accepted = second_lawyer.post(f"{known}/status", data={"status": "accepted"})

    assert "a second person must accept it" in own
    assert refused.status_code == 409
    assert "you cannot accept it" in refused.text
    assert accepted.location == known
    (failing,) = recorded(archive)
    assert (failing.status, failing.accepted_by) == ("accepted", "second-lawyer@example.org")


def test_steps_are_taken_one_at_a_time(legal_client, archive: Archive, known: str) -> None:
    answer = legal_client.post(f"{known}/status", data={"status": "accepted"})

    assert answer.status_code == 409
    assert "its next step is legal-reviewed" in answer.text
    assert recorded(archive)[0].status == "draft"


def test_words_that_are_revised_are_kept_beside_the_new_ones(
    legal_client, archive: Archive, known: str, record: str
) -> None:
    legal_client.post(f"{known}/status", data={"status": "legal-reviewed"})
    assert "went no further" in legal_client.get(f"{known}/revise").text

    legal_client.post(f"{known}/revise", data=told(record, did_happen="Three complaints were noted."))

    page = legal_client.get(known).text
    assert "Three complaints were noted." in page
    assert "Two complaints were noted and went no further." in page
    assert recorded(archive)[0].status == "draft"
    with archive.reading() as session:
        assert [each.field for each in session.scalars(select(FailingRevision))] == ["did_happen"]


def test_a_revision_that_would_leave_words_out_changes_nothing(
    legal_client, archive: Archive, known: str, record: str
) -> None:
    answer = legal_client.post(f"{known}/revise", data=told(record, owner=""))

    assert answer.status_code == 400
    assert "Name the post that answers for it now" in answer.text
    assert recorded(archive)[0].owner == "Director of Children’s Services"


def test_evidence_is_added_once_and_a_wrong_page_is_refused_beside_its_field(
    legal_client, known: str, make_record: Callable[..., str]
) -> None:
    more = make_record(b"minutes")

    assert legal_client.post(f"{known}/evidence", data={"reference": more, "page": "1", "note": ""}).location == known
    again = legal_client.post(f"{known}/evidence", data={"reference": more, "page": "1", "note": ""})
    wrong = legal_client.post(f"{known}/evidence", data={"reference": more, "page": "9", "note": ""})

    assert again.status_code == wrong.status_code == 400
    assert "already cites this page" in again.text
    assert f"{more} has no page 9" in wrong.text


def test_a_leader_reads_the_failing_but_not_which_records_show_it(leader_client, known: str, record: str) -> None:
    page = leader_client.get(known).text

    assert "went no further" in page
    assert "1 page of evidence is withheld" in page
    assert record not in page
    assert "the note in the day book" not in page
    assert "Return to draft" not in page


def test_a_privileged_record_is_marked_to_those_who_may_know_of_it(
    legal_client, archive: Archive, known: str, record: str
) -> None:
    with archive.writing() as session:
        marks.mark(session, find_record(session, record, actor=LEGAL), kind="privileged", reason="advice", actor=LEGAL)

    page = legal_client.get(known).text

    assert record in page
    assert "Privileged" in page


def test_the_self_report_is_a_word_document_and_its_export_is_on_record(
    legal_client, archive: Archive, known: str
) -> None:
    answer = legal_client.post("/failings/report", data={"title": "Our self-report"})

    assert answer.headers["Content-Disposition"].startswith('attachment; filename="self-report-')
    assert answer.mimetype == TYPES[".docx"]
    words = zipfile.ZipFile(io.BytesIO(answer.data)).read("word/document.xml").decode()
    assert "Complaints were not passed on" in words
    assert "Our self-report" in words
    with archive.reading() as session:
        actions = [each.action for each in session.scalars(select(AuditEvent).order_by(AuditEvent.sequence))]
    assert actions.count("failing.self-report-exported") == 1
    assert list(archive.files.spool.iterdir()) == []


def test_there_is_no_self_report_of_nothing(legal_client) -> None:
    answer = legal_client.post("/failings/report", data={"title": "Our self-report"})

    assert answer.status_code == 400


def test_what_a_failing_says_is_shown_and_never_run(legal_client, record: str) -> None:
    attack = "<script>alert(1)</script>"

    path = legal_client.post("/failings/new", data=told(record, title=attack, did_happen=attack)).location

    for page in (
        legal_client.get(path).text,
        legal_client.get("/failings").text,
        legal_client.get(f"{path}/revise").text,
    ):
        assert attack not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("role", "reads"), [(Role.LEADER, 200), (Role.RECORDS_OFFICER, 403), (Role.ADMINISTRATOR, 403)]
)
def test_only_legal_writes_and_leaders_read(
    client_for, archive: Archive, known: str, record: str, role: Role, reads: int
) -> None:
    client = client_for(role)

    assert client.get("/failings").status_code == reads
    assert client.get(known).status_code == reads
    refused = [
        client.get("/failings/new").status_code,
        client.post("/failings/new", data=told(record)).status_code,
        client.post(f"{known}/status", data={"status": "legal-reviewed"}).status_code,
        client.post(f"{known}/revise", data=told(record)).status_code,
        client.post("/failings/report", data={"title": "x"}).status_code,
    ]
    assert set(refused) == {403}
    with archive.reading() as session:
        assert find_failing(session, "F0001", actor=LEGAL).status == "draft"


def test_a_failing_that_is_not_there_is_not_found(legal_client) -> None:
    assert legal_client.get("/failings/F0009").status_code == 404
