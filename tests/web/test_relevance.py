"""Relevance on the page of a record: the answer, and the paragraphs of the open requests that it answers."""

import re
from datetime import date

import pytest

from access.policy import Actor
from inquiry.requests import add_request, change_status, find_request
from store.archive import Archive


@pytest.fixture
def asked(archive: Archive, lawyer: Actor, make_record) -> None:
    make_record(b"1", text="the minibus")
    with archive.writing() as session:
        for reference in ("R9-1", "R9-2"):
            add_request(
                session,
                reference,
                kind="rule-9-documents",
                title="Homes",
                received=date(2026, 10, 1),
                due=date(2026, 12, 1),
                paragraphs=[("1", "All <registers>."), ("2", "All minutes.")],
                actor=lawyer,
            )
        change_status(session, find_request(session, "R9-2"), status="answered", actor=lawyer)


def answer(client, *paragraphs: str, choice: str = "relevant"):
    data = {"relevance-answer": choice, "relevance-reason": "It names it.", "relevance-paragraphs": list(paragraphs)}
    return client.post("/records/R000001/relevance", data=data, follow_redirects=True)


def test_a_reviewer_says_which_paragraphs_a_record_answers(officer_client, asked: None) -> None:
    before = officer_client.get("/records/R000001").text
    after = answer(officer_client, "1", "2").text

    assert "R9-1 1: All &lt;registers&gt;." in before
    assert "R9-2" not in before
    assert "<strong>relevant</strong> to R9-1 1, R9-1 2" in after


def test_what_was_answered_of_a_request_since_closed_is_ticked_and_kept(
    officer_client, archive: Archive, lawyer: Actor, asked: None
) -> None:
    answer(officer_client, "1", "2")
    with archive.writing() as session:
        change_status(session, find_request(session, "R9-1"), status="answered", actor=lawyer)

    again = officer_client.get("/records/R000001").text
    kept = answer(officer_client, "1", "2").text
    changed = answer(officer_client, "1").text
    refused = answer(officer_client, "2")

    assert again.count('name="relevance-paragraphs"') == again.count("R9-1 1: All") + again.count("R9-1 2: All") == 2
    assert len(re.findall(r'name="relevance-paragraphs" type="checkbox" value="[12]" checked', again)) == 2
    assert "<strong>relevant</strong> to R9-1 1, R9-1 2" in kept
    assert "<strong>relevant</strong> to R9-1 1," in changed
    assert refused.status_code == 400


def test_what_cannot_be_is_refused_beside_the_form(officer_client, asked: None) -> None:
    contradicted = answer(officer_client, "1", choice="not-relevant")
    settled = answer(officer_client, "3")

    assert contradicted.status_code == settled.status_code == 400
    assert "Only a relevant record answers a paragraph" in contradicted.text
    assert "The answer now" not in settled.text


def test_without_a_request_nothing_is_asked_about_paragraphs(officer_client, make_record) -> None:
    make_record(b"1")

    assert "Which paragraphs" not in officer_client.get("/records/R000001").text
    assert "<strong>relevant</strong>," in answer(officer_client).text
