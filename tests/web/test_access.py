"""Who may open what."""

import re

import pytest
from flask import Flask

from access.policy import ALLOWED, Role
from web.authorisation import Access, access_of, requires

PLAIN = [
    ("/", set(Role)),
    ("/upload", {Role.RECORDS_OFFICER}),
    ("/batches", {Role.RECORDS_OFFICER, Role.LEGAL}),
    ("/unread-pages", {Role.RECORDS_OFFICER, Role.LEGAL}),
    ("/users", {Role.ADMINISTRATOR}),
    ("/jobs", {Role.ADMINISTRATOR}),
    ("/audit", {Role.ADMINISTRATOR}),
]


def test_every_view_says_who_may_open_it(app: Flask) -> None:
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None]

    assert silent == []


def test_only_these_pages_are_open_to_everyone(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())

    public = {rule.endpoint for rule in rules if (access := access_of(app, rule.endpoint)) and access.public}

    known = {"static", "security.login", "accounts.welcome", "help.help_page", "help.accessibility", "help.support"}
    assert public == known


def test_a_view_that_says_nothing_is_closed_to_everyone(app: Flask, administrator_client) -> None:
    app.view_functions["help.help_page"] = lambda: "open to all"

    answer = administrator_client.get("/help")

    assert answer.status_code == 403
    assert "open to all" not in answer.text


def test_a_stamp_without_a_permission_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="needs a permission"):
        requires()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_no_others(client_for, role: Role) -> None:
    client = client_for(role)

    opened = {path: client.get(path).status_code for path, _ in PLAIN}

    assert opened == {path: 200 if role in allowed else 403 for path, allowed in PLAIN}


@pytest.mark.parametrize("role", list(Role))
def test_no_view_answers_a_role_that_lacks_its_permission(app: Flask, client_for, role: Role) -> None:
    client = client_for(role)
    answers = {}

    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint) or Access()
        if access.permissions and not ALLOWED[role] & set(access.permissions):
            path = re.sub(r"<(\w+:)?\w+>", "1", rule.rule)
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answers[rule.endpoint] = client.open(path, method=method).status_code

    assert answers
    assert set(answers.values()) == {403}, answers


def test_a_visitor_reaches_no_view_that_is_not_public(app: Flask, visitor) -> None:
    answers = {}

    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint) or Access()
        if not access.public:
            path = re.sub(r"<(\w+:)?\w+>", "1", rule.rule)
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = visitor.open(path, method=method)
            answers[rule.endpoint] = (answer.status_code, (answer.location or "").split("?")[0])

    assert set(answers.values()) == {(302, "/sign-in")}, answers


def test_the_page_that_was_wanted_is_opened_after_signing_in(visitor) -> None:
    answer = visitor.get("/batches?x=1")

    assert answer.location == "/sign-in?next=/batches?x%3D1"


def test_what_was_written_before_the_sign_in_ended_is_shown_to_its_writer_and_kept_nowhere(visitor) -> None:
    written = {"repository": "The <strongroom>", "how": "Every box was opened,\none after the other."}

    answer = visitor.post("/search-records/new", data=written)

    assert answer.status_code == 403
    assert "You have been signed out" in answer.text
    assert "The &lt;strongroom&gt;</textarea>" in answer.text
    assert "Every box was opened,\none after the other.</textarea>" in answer.text


def test_what_another_site_sends_in_a_visitors_name_is_not_shown_as_what_they_wrote(visitor) -> None:
    answer = visitor.post("/search-records/new", data={"how": "Call us."}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.location) == (302, "/sign-in")


@pytest.mark.parametrize(
    ("path", "data"),
    [("/batches/1/passwords", {"words": "hush"}), ("/statements/1/sign", {"password": "hush", "again": "hush"})],
)
def test_no_password_is_shown_to_somebody_who_was_signed_out(visitor, path: str, data: dict[str, str]) -> None:
    assert "hush" not in visitor.post(path, data=data).text


def test_what_was_written_into_a_page_that_was_open_for_too_long_is_shown(legal_client) -> None:
    answer = legal_client.post("/search-records/new", data={"how": "Every box."}, csrf=False)

    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert "Every box.</textarea>" in answer.text


def test_the_refusal_is_said_in_plain_words(officer_client) -> None:
    answer = officer_client.get("/users")

    assert "You may not do this" in answer.text
    assert "may not manage users: ask someone whose role is administrator." in answer.text


def test_the_navigation_shows_only_what_would_open(leader_client) -> None:
    home = leader_client.get("/").text

    assert 'href="/upload"' not in home
    assert 'href="/users"' not in home
