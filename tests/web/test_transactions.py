"""One unit of work for each request."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Blueprint, Flask

from access.policy import OPERATOR, Role
from access.users import add_user, all_users
from store.archive import Archive
from store.errors import RefusedError
from web.authorisation import public
from web.context import current_session

area = Blueprint("trial", __name__)


def _add(email: str) -> None:
    add_user(current_session(), email, role=Role.LEGAL, actor=OPERATOR)


@area.get("/trial/looks")
@public
def looks() -> str:
    current_session().commit()
    return "committed"


@area.get("/trial/flushes")
@public
def flushes() -> tuple[str, int, dict[str, str]]:
    all_users(current_session())[0].email = "changed@example.org"
    current_session().flush()
    return "flushed", 200, {"Content-Type": "text/plain"}


@area.post("/trial/<outcome>")
@public
def posts(outcome: str) -> tuple[str, int, dict[str, str]]:
    _add(f"{outcome}@example.org")
    if outcome == "refused":
        raise RefusedError("It was refused, for a reason: do something else.")
    if outcome == "broken":
        raise RuntimeError("secret content of a record")
    return "", int(outcome), {"Content-Type": "text/plain"}


@pytest.fixture
def client(app: Flask, visitor):
    app.register_blueprint(area)
    return visitor


@contextmanager
def as_in_use(app: Flask) -> Iterator[None]:
    app.testing = False
    yield
    app.testing = True


def people(archive: Archive) -> list[str]:
    with archive.reading() as session:
        return [user.email for user in all_users(session)]


def test_a_get_that_tries_to_commit_fails_its_test(client) -> None:
    with pytest.raises(AssertionError, match="a GET tried to commit: /trial/looks"):
        client.get("/trial/looks")


def test_what_a_get_flushed_is_not_kept(client, archive: Archive) -> None:
    with archive.writing() as session:
        add_user(session, "there@example.org", role=Role.LEGAL, actor=OPERATOR)

    client.get("/trial/flushes")

    assert people(archive) == ["there@example.org"]


def test_a_post_that_succeeds_is_kept(client, archive: Archive) -> None:
    client.post("/trial/200")

    assert people(archive) == ["200@example.org"]


@pytest.mark.parametrize("outcome", ["400", "404", "500"])
def test_a_post_that_answers_with_an_error_keeps_nothing(client, archive: Archive, outcome: str) -> None:
    client.post(f"/trial/{outcome}")

    assert people(archive) == []


def test_a_refusal_is_a_page_with_its_sentence_and_keeps_nothing(client, archive: Archive) -> None:
    answer = client.post("/trial/refused")

    assert answer.status_code == 409
    assert "It was refused, for a reason: do something else." in answer.text
    assert people(archive) == []


def test_a_fault_shows_a_number_that_is_in_the_log_and_no_more(
    client, app: Flask, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with as_in_use(app):
        answer = client.post("/trial/broken")

    assert answer.status_code == 500
    assert "secret content" not in answer.text
    assert "Traceback" not in answer.text
    number = re.search(r"<strong>([0-9a-f]{8})</strong>", answer.text)
    assert number is not None
    assert f"fault {number[1]} answering POST trial.posts" in caplog.text
    assert people(archive) == []


def test_the_next_request_works_after_a_fault(client, app: Flask, archive: Archive) -> None:
    with as_in_use(app):
        client.post("/trial/broken")

    client.post("/trial/200")

    assert people(archive) == ["200@example.org"]


def test_a_form_without_its_token_changes_nothing(client, archive: Archive) -> None:
    answer = client.post("/trial/200", csrf=False)

    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert people(archive) == []
