"""Signing in and out, and the one-time link."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from access.models import User
from access.policy import OPERATOR, Role
from access.users import add_user, find_user, set_password
from store import clock
from store.archive import Archive
from store.audit import AuditEvent
from web.app import create_app

GOOD = "correct horse battery"


@pytest.fixture
def person(archive: Archive, quick_passwords: None) -> User:
    with archive.writing() as session:
        user, _ = add_user(session, "person@example.org", role=Role.RECORDS_OFFICER, actor=OPERATOR)
        set_password(session, user, GOOD, actor=OPERATOR)
    return user


def events(archive: Archive) -> list[tuple[str, str, str]]:
    with archive.reading() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence))
        return [(row.action, row.actor, row.subject) for row in rows if row.action.startswith("user.sign")]


def test_the_right_password_opens_the_home_page(visitor, person: User, archive: Archive) -> None:
    answer = visitor.post("/sign-in", data={"email": " Person@example.org ", "password": GOOD}, follow_redirects=True)

    assert "What needs attention today" in answer.text
    assert events(archive) == [("user.signed-in", "person@example.org", "user:person@example.org")]


def test_a_password_kept_at_its_full_cost_lets_its_owner_in_and_is_not_kept_anew(archive: Archive) -> None:
    with archive.writing() as session:
        user, _ = add_user(session, "person@example.org", role=Role.RECORDS_OFFICER, actor=OPERATOR)
        set_password(session, user, GOOD, actor=OPERATOR)
    kept, client = user.password, create_app(archive, testing=True).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)

    answer = client.post("/sign-in", data={"email": user.email, "password": GOOD, "csrf_token": token[1]})

    assert (answer.status_code, client.get("/").status_code) == (302, 200)
    with archive.reading() as session:
        assert find_user(session, user.email).password == kept


@pytest.mark.parametrize(
    ("email", "subject"),
    [("person@example.org", "user:person@example.org"), ("nobody@example.org", "user:unknown"), ("", "user:unknown")],
)
def test_a_wrong_try_says_nothing_about_who_exists(
    visitor, person: User, archive: Archive, email: str, subject: str
) -> None:
    answer = visitor.post("/sign-in", data={"email": email, "password": "wrong"})

    assert answer.status_code == 200
    assert "The e-mail address and the password do not belong together" in answer.text
    assert "What needs attention" not in answer.text
    assert events(archive) == [("user.sign-in-failed", "visitor", subject)]


def test_somebody_who_is_no_longer_active_cannot_sign_in(visitor, person: User, archive: Archive) -> None:
    with archive.writing() as session:
        find_user(session, "person@example.org").active = False

    answer = visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD})

    assert "do not belong together" in answer.text
    assert visitor.get("/").status_code == 302


def test_somebody_who_has_not_set_a_password_cannot_sign_in(visitor, archive: Archive) -> None:
    with archive.writing() as session:
        add_user(session, "new@example.org", role=Role.LEGAL, actor=OPERATOR)

    visitor.post("/sign-in", data={"email": "new@example.org", "password": ""})
    visitor.post("/sign-in", data={"email": "new@example.org", "password": "None"})

    assert visitor.get("/").status_code == 302


def test_guessing_is_paused_after_ten_wrong_tries_and_the_right_password_then_waits_too(visitor, person: User) -> None:
    tries = [
        visitor.post("/sign-in", data={"email": "person@example.org", "password": "wrong"}).status_code
        for _ in range(11)
    ]

    assert tries == [200] * 10 + [429]
    late = visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD})
    assert late.status_code == 429
    assert "wait fifteen minutes" in late.text


def test_signing_out_is_recorded_and_ends_it(visitor, person: User, archive: Archive) -> None:
    visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD}, follow_redirects=True)

    visitor.post("/sign-out")

    assert visitor.get("/").status_code == 302
    assert events(archive)[-1] == ("user.signed-out", "person@example.org", "user:person@example.org")


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(visitor, person: User) -> None:
    answer = visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD, "remember": "y"})

    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_nobody_stays_signed_in_longer_than_twelve_hours_however_busy(visitor, person: User) -> None:
    visitor.enter(person)
    with visitor.session_transaction() as cookie:
        cookie["signed_in_at"] = (clock.now() - timedelta(hours=12, minutes=1)).isoformat()

    answer = visitor.get("/")

    assert answer.status_code == 302
    assert visitor.get("/").status_code == 302


def test_a_new_password_ends_sign_ins_that_were_open(visitor, person: User, archive: Archive) -> None:
    visitor.enter(person)
    assert visitor.get("/").status_code == 200

    with archive.writing() as session:
        set_password(session, find_user(session, "person@example.org"), "another good password", actor=OPERATOR)

    assert visitor.get("/").status_code == 302


def test_signing_in_never_leads_to_another_site(visitor, person: User) -> None:
    answer = visitor.post(
        "/sign-in?next=https://elsewhere.example.org/", data={"email": "person@example.org", "password": GOOD}
    )

    assert answer.location == "/"


def test_the_one_time_link_sets_the_password_once(visitor, archive: Archive) -> None:
    with archive.writing() as session:
        _, token = add_user(session, "new@example.org", role=Role.LEGAL, actor=OPERATOR)
    address = f"/welcome/{token}"
    assert "new@example.org" in visitor.get(address).text

    answer = visitor.post(address, data={"password": GOOD, "again": GOOD})

    assert answer.location == "/sign-in"
    assert visitor.get(address).status_code == 404
    assert visitor.post("/sign-in", data={"email": "new@example.org", "password": GOOD}).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "A password has 12 to 128 characters"),
        (GOOD, GOOD + "!", "The two passwords are not the same"),
        ("", "", "Type the password you want to use"),
    ],
)
def test_a_password_that_will_not_do_leaves_the_link_as_it_was(
    visitor, archive: Archive, password: str, again: str, sentence: str
) -> None:
    with archive.writing() as session:
        _, token = add_user(session, "new@example.org", role=Role.LEGAL, actor=OPERATOR)

    answer = visitor.post(f"/welcome/{token}", data={"password": password, "again": again})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert visitor.get(f"/welcome/{token}").status_code == 200


def test_a_link_that_never_was_tells_nothing(visitor) -> None:
    answer = visitor.get("/welcome/made-up")

    assert answer.status_code == 404
    assert "This link no longer works" in answer.text


def test_a_sign_in_that_cannot_be_recorded_does_not_happen(app, visitor, person: User, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    app.testing = False
    visitor.get("/sign-in")
    monkeypatch.setattr("web.sign_in.audit.record", broken)

    answer = visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD})

    assert answer.status_code == 500
    assert visitor.get("/").status_code == 302


def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_signed_out(app, visitor, person: User) -> None:
    visitor.post("/sign-in", data={"email": "person@example.org", "password": GOOD}, follow_redirects=True)
    copied = visitor.get_cookie("candour")
    other = app.test_client()
    other.set_cookie("candour", copied.value)
    assert other.get("/").status_code == 200

    visitor.post("/sign-out")
    other.set_cookie("candour", copied.value)

    assert other.get("/").status_code == 302


@pytest.mark.parametrize("spelling", ["person@ｅxample.org", "PERSON@EXAMPLE.ORG", " person@example.org "])
def test_another_spelling_of_an_address_gives_no_further_tries(
    visitor, person: User, archive: Archive, spelling: str
) -> None:
    for _ in range(5):
        visitor.post("/sign-in", data={"email": "person@example.org", "password": "wrong"})
        visitor.post("/sign-in", data={"email": spelling, "password": "wrong"})

    assert visitor.post("/sign-in", data={"email": spelling, "password": GOOD}).status_code == 429
    assert {subject for _, _, subject in events(archive)} == {"user:person@example.org"}
