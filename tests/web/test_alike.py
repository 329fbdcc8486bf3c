"""Records that are alike, on the pages: side by side, answered by a person, unseen by whoever may not see both."""

import pytest

from access.policy import OPERATOR, Actor, Role
from disclosure.marks import mark
from records.models import Page
from records.register import find_record
from retention.tagging import decide
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, count_happenings
from tests.papers import LETTER, MINUTES
from worker.comparing import compare_all

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
OFFICER = Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))
REDACTED = LETTER.replace("Mr Tolland", "████████")


@pytest.fixture
def pair(archive, make_record):
    references = make_record(b"whole", text=LETTER), make_record(b"redacted", text=REDACTED)
    compare_all(archive)
    return references


def test_the_record_shows_what_is_like_it_and_how_that_was_decided(archive, client_for, pair):
    first, second = pair
    with archive.writing() as session:
        for reference, outcome in ((first, "added"), (second, "rejected")):
            record = find_record(session, reference, actor=OPERATOR)
            decide(session, record, category="failings", outcome=outcome, reason="read", actor=OFFICER)
    client = client_for(Role.RECORDS_OFFICER)

    page = client.get(f"/records/{first}").text

    assert "Records that are alike" in page
    assert "A version of the same paper" in page
    assert f"/records/{first}/difference/{second}" in page
    assert f"Failings was confirmed on {first} and rejected on {second}." in page
    listed = client.get("/records/disagreements").text
    assert f"Failings was confirmed on {first} and rejected on {second}." in listed


def test_side_by_side_names_what_one_has_and_the_other_has_blacked_out(client_for, pair):
    first, second = pair
    client = client_for(Role.LEGAL)

    page = client.get(f"/records/{first}/difference/{second}").text

    assert "“Mr Tolland”" in page
    assert "it blacked out" in page
    assert "<del" in page
    assert f"only in {first}:" in page
    turned = client.get(f"/records/{second}/difference/{first}").text
    assert "“Mr Tolland”" in turned


def test_a_pair_of_pages_that_is_not_there_is_not_found(client_for, pair):
    first, second = pair
    client = client_for(Role.LEGAL)

    assert client.get(f"/records/{first}/difference/{second}?at=2").status_code == 404
    assert client.get(f"/records/{first}/difference/{first}").status_code == 400
    assert client.get(f"/records/{first}/difference/R009999").status_code == 404


def test_whoever_may_not_see_one_of_them_is_told_nothing_by_any_page(archive, client_for, pair):
    first, second = pair
    with archive.writing() as session:
        mark(session, find_record(session, second, actor=LAWYER), kind="privileged", reason="advice", actor=LAWYER)
    client = client_for(Role.RECORDS_OFFICER)

    page = client.get(f"/records/{first}").text

    assert second not in page
    assert "Records that are alike" not in page
    assert client.get(f"/records/{first}/difference/{second}").status_code == 404
    assert client.get(f"/records/{second}/difference/{first}").status_code == 404
    sent = client.post(f"/records/{first}/difference/{second}", data={"answer": "not-alike", "reason": "x"})
    assert sent.status_code == 404
    assert second not in client.get("/records/disagreements").text


def test_opening_a_guarded_record_side_by_side_leaves_its_trace(archive, client_for, pair):
    first, second = pair
    with archive.writing() as session:
        mark(session, find_record(session, second, actor=LAWYER), kind="restricted", reason="police", actor=LAWYER)
    client = client_for(Role.LEGAL)

    client.get(f"/records/{first}/difference/{second}")

    with archive.reading() as session:
        assert count_happenings(session, AuditFilter(action=AuditAction.RECORD_VIEWED.value)) == 1


def test_a_person_says_they_are_not_alike_with_a_reason_and_they_part(client_for, pair):
    first, second = pair
    client = client_for(Role.RECORDS_OFFICER)
    address = f"/records/{first}/difference/{second}"

    assert client.post(address, data={"answer": "not-alike", "reason": ""}).status_code == 400
    assert client.post(address, data={"answer": "not-alike", "reason": "Two letters"}).status_code == 302

    assert "Records that are alike" not in client.get(f"/records/{first}").text
    assert "These two were not found alike" in client.get(address).text


def test_pages_of_two_records_are_opened_pair_by_pair(archive, client_for, pair):
    first, second = pair
    with archive.writing() as session:
        record = find_record(session, first, actor=OPERATOR)
        session.add(Page(record_id=record.id, number=2, text=MINUTES, read_by="ocr"))
    client = client_for(Role.RECORDS_OFFICER)

    page = client.get(f"/records/{first}/difference/{second}?at=2").text

    assert f"Page 2 of {first} alone" in page
    assert "no page like it" in page


def test_whoever_marks_a_record_is_told_of_its_copies_and_scans_that_are_open(archive, client_for, pair, make_record):
    first, second = pair
    same, other = make_record(b"whole", text="the same bytes"), make_record(b"minutes", text=MINUTES)
    client = client_for(Role.LEGAL)
    form = {"mark-kind": "privileged", "mark-reason": "Advice."}

    alone = client.post(f"/records/{other}/marks", data=form, follow_redirects=True).text
    page = client.post(f"/records/{first}/marks", data=form, follow_redirects=True).text

    assert "not marked: look there too" not in alone
    assert 'id="notice-title-1">Important</h2>' in page
    assert f"{second}, {same} have its bytes or are like it, and are not marked: look there too." in page


def test_whoever_marks_a_record_is_told_how_many_more_open_copies_of_it_there_are(client_for, make_record):
    first, *copies = [make_record(b"the same bytes") for _ in range(13)]
    form = {"mark-kind": "privileged", "mark-reason": "Advice."}

    page = client_for(Role.LEGAL).post(f"/records/{first}/marks", data=form, follow_redirects=True).text

    assert f"{', '.join(copies[:10])} and 2 more have its bytes or are like it, and are not marked" in page


def test_whoever_marks_a_message_is_told_what_came_out_of_it_and_is_open(client_for, make_record):
    message = make_record(b"a message")
    advice = make_record(b"advice", text="advice", parent=message)
    note = make_record(b"note", text="a note inside what was attached", parent=advice)
    client = client_for(Role.LEGAL)
    form = {"mark-kind": "privileged", "mark-reason": "Advice."}

    all_open = client.post(f"/records/{message}/marks", data=form, follow_redirects=True).text
    one_open = client.post(f"/records/{advice}/marks", data=form, follow_redirects=True).text
    last = client.post(f"/records/{note}/marks", data=form, follow_redirects=True).text

    assert f"{advice}, {note} came out of it and are not marked: look there too." in all_open
    assert f"{note} came out of it and is not marked: look there too." in one_open
    assert "came out of it" not in last
