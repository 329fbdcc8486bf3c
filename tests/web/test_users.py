"""Adding people and giving them their link."""

import re

from access.policy import OPERATOR, Role
from access.users import add_user, all_users, invited_user
from store.archive import Archive


def test_a_person_is_added_and_their_link_is_shown_once(administrator_client, archive: Archive) -> None:
    answer = administrator_client.post("/users", data={"email": "new@example.org", "role": "legal"})

    link = re.search(r"http://127\.0\.0\.1:8000/welcome/([\w-]+)", answer.text)
    assert link is not None
    with archive.reading() as session:
        assert invited_user(session, link[1]).email == "new@example.org"
    assert link[1] not in administrator_client.get("/users").text


def test_a_new_link_ends_the_one_before(administrator_client, archive: Archive) -> None:
    with archive.writing() as session:
        _, first = add_user(session, "new@example.org", role=Role.LEGAL, actor=OPERATOR)

    administrator_client.post("/users/link", data={"email": "new@example.org"})

    assert administrator_client.get(f"/welcome/{first}").status_code == 404


def test_a_person_is_not_added_twice(administrator_client, archive: Archive) -> None:
    answer = administrator_client.post("/users", data={"email": "administrator@example.org", "role": "legal"})

    assert answer.status_code == 400
    assert "administrator@example.org is already a user: nothing was changed." in answer.text
    with archive.reading() as session:
        assert [[role.name for role in user.roles] for user in all_users(session)] == [["administrator"]]


def test_what_is_missing_is_said_beside_its_field(administrator_client) -> None:
    answer = administrator_client.post("/users", data={"email": ""})

    assert answer.status_code == 400
    assert "Give the person&#39;s e-mail address at work" in answer.text
    assert "Choose what the person is here for" in answer.text


def test_a_role_that_is_none_of_ours_is_refused(administrator_client, archive: Archive) -> None:
    answer = administrator_client.post("/users", data={"email": "new@example.org", "role": "owner"})

    assert answer.status_code == 400
    with archive.reading() as session:
        assert len(all_users(session)) == 1


def test_whoever_left_is_shut_out_at_once_and_may_be_let_in_again(
    administrator_client, legal_client, archive: Archive
) -> None:
    assert legal_client.get("/search").status_code == 200

    closed = administrator_client.post("/users/close", data={"email": "legal@example.org"}, follow_redirects=True).text
    shut_out = legal_client.get("/search")

    assert "legal@example.org can no longer sign in." in closed
    assert "Open again" in closed
    assert shut_out.status_code == 302
    assert "/sign-in" in shut_out.location
    opened = administrator_client.post("/users/reopen", data={"email": "legal@example.org"}, follow_redirects=True).text
    assert "legal@example.org may sign in again." in opened
    assert "closed a user" in administrator_client.get("/audit").text


def test_nobody_closes_their_own_account_or_one_that_is_not(administrator_client, legal_client) -> None:
    own = administrator_client.post("/users/close", data={"email": "administrator@example.org"})

    assert own.status_code == 409
    assert administrator_client.get("/users").status_code == 200
    assert administrator_client.post("/users/close", data={"email": "nobody@example.org"}).status_code == 404
    assert legal_client.post("/users/close", data={"email": "administrator@example.org"}).status_code == 403
