from datetime import date

import pytest

from inquiry.requests import add_request, all_requests, change_status, find_request, open_requests
from store.errors import InvalidInputError, NotFoundError, NotPermittedError


def add(session, actor, reference="R9/1", **changes):
    fields = {
        "kind": "rule-9-documents",
        "title": "Minutes",
        "received": date(2026, 11, 1),
        "due": date(2026, 12, 1),
        "paragraphs": [("1", "All minutes."), ("2", "All policies.")],
        **changes,
    }
    return add_request(session, reference, **fields, actor=actor)


def test_a_request_is_logged_with_each_paragraph_on_its_own(session, lawyer):
    add(session, lawyer)

    request = find_request(session, "R9/1")

    assert [(line.number, line.text) for line in request.paragraphs] == [("1", "All minutes."), ("2", "All policies.")]


def test_requests_are_listed_by_what_is_due_first(session, lawyer):
    add(session, lawyer, "later", due=date(2027, 1, 1))
    add(session, lawyer, "sooner", due=date(2026, 11, 20))
    answered = add(session, lawyer, "answered", due=date(2026, 11, 10))
    change_status(session, answered, status="answered", actor=lawyer)

    assert [request.reference for request in all_requests(session)] == ["answered", "sooner", "later"]
    assert [request.reference for request in open_requests(session)] == ["sooner", "later"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due": date(2026, 10, 1)}, "due before it was received"),
        ({"paragraphs": []}, "at least one paragraph"),
        ({"paragraphs": [("1", "a"), ("1", "b")]}, "same number"),
        ({"kind": "whim"}, "kind must be one of"),
        ({"reference": " "}, "needs the inquiry's reference"),
    ],
)
def test_a_faulty_request_is_refused_with_every_fault(session, lawyer, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        add(session, lawyer, **changes)
    assert all_requests(session) == []


def test_a_request_is_not_logged_twice(session, lawyer):
    add(session, lawyer)
    with pytest.raises(InvalidInputError, match="already logged"):
        add(session, lawyer)


def test_only_lawyers_log_requests(session, officer, leader):
    for actor in (officer, leader):
        with pytest.raises(NotPermittedError):
            add(session, actor)


def test_a_request_that_is_not_there_is_said_so(session):
    with pytest.raises(NotFoundError, match="not logged"):
        find_request(session, "R9/9")
