"""The page on which a person corrects what is known about a record."""

import pytest

from access.policy import OPERATOR, Actor, Role
from disclosure.marks import mark
from records.corrections import names_of
from records.models import RecordPerson
from records.register import find_record

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def reference(archive, make_record):
    made = make_record(b"one")
    with archive.writing() as session:
        record = find_record(session, made, actor=OPERATOR)
        session.add(RecordPerson(record_id=record.id, kind="person", name="G. Penhallow", page=1))
    return made


def test_title_date_and_type_are_corrected_and_the_proposal_stays_in_sight(officer_client, reference):
    address = f"/records/{reference}/correct"
    assert "Nothing was corrected." in officer_client.get(address).text

    sent = [
        ("title", {"title-title": "Letter about the log books", "title-reason": "line 1"}),
        ("date", {"date-month": "3", "date-year": "1974", "date-reason": "the date line"}),
        ("type", {"type-code": "other", "type-reason": "none fits"}),
    ]
    for field, data in sent:
        assert officer_client.post(f"{address}/{field}", data=data).status_code == 302

    page = officer_client.get(f"/records/{reference}").text
    assert "Letter about the log books" in page
    assert "March 1974" in page
    assert "corrected; proposed was Not dated" in page
    assert "Memorandum" in page
    corrected = officer_client.get(address).text
    assert "Proposed: Memorandum" in corrected
    assert "line 1" in corrected


def test_what_cannot_be_used_is_said_at_its_form_and_nothing_is_kept(officer_client, reference):
    address = f"/records/{reference}/correct"

    for field, data, words in (
        ("title", {"title-title": "", "title-reason": "r"}, "Give the title"),
        ("title", {"title-title": "x", "title-reason": ""}, "Say why"),
        ("date", {"date-day": "31", "date-month": "2", "date-year": "1974", "date-reason": "r"}, "is no date"),
        ("date", {"date-day": "3", "date-year": "1974", "date-reason": "r"}, "is no date"),
        ("type", {"type-code": "", "type-reason": "r"}, "no record type"),
        ("name", {"name-kind": "person", "name-name": "A", "name-page": "9", "name-reason": "r"}, "no page"),
    ):
        answer = officer_client.post(f"{address}/{field}", data=data)
        assert answer.status_code == 400
        assert words in answer.text
    assert officer_client.post(f"{address}/colour", data={}).status_code == 404
    assert "Nothing was corrected." in officer_client.get(address).text


def test_names_are_confirmed_removed_and_added(archive, officer_client, reference):
    with archive.reading() as session:
        number = names_of(session, find_record(session, reference, actor=OPERATOR))[0].id
    address = f"/records/{reference}"

    assert officer_client.post(f"{address}/names/{number}/confirm", data={}).status_code == 302
    assert officer_client.post(f"{address}/names/{number}/remove", data={}).status_code == 400
    reason = {f"remove-{number}-reason": "a street"}
    assert officer_client.post(f"{address}/names/{number}/remove", data=reason).status_code == 302
    added = {"name-kind": "home", "name-name": "Ferncliffe House", "name-page": "1", "name-reason": "line 2"}
    assert officer_client.post(f"{address}/correct/name", data=added).status_code == 302

    page = officer_client.get(address).text
    assert "Ferncliffe House" in page
    assert "Penhallow</a>" not in page


def test_a_record_that_may_not_be_seen_cannot_be_corrected(archive, officer_client, reference):
    with archive.writing() as session:
        mark(session, find_record(session, reference, actor=LAWYER), kind="privileged", reason="a", actor=LAWYER)

    assert officer_client.get(f"/records/{reference}/correct").status_code == 404
    sent = {"title-title": "x", "title-reason": "r"}
    assert officer_client.post(f"/records/{reference}/correct/title", data=sent).status_code == 404
