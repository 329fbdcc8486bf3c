"""The register of repositories: nothing unsearched without a reason, nothing said is ever lost."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from records.repositories import (
    RepositoryContent,
    add_repository,
    change_repository,
    find_repository,
    not_in_register,
    repositories,
    versions_of,
)
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

STORE = RepositoryContent(
    name="County store, bay 3", holder="Legal services", volume="about 340 boxes", why_not="The roof is unsafe."
)


def test_a_repository_is_numbered_and_a_change_keeps_what_was_said_before(session, officer, lawyer):
    made = add_repository(session, STORE, actor=officer)
    add_repository(session, replace(STORE, name="Z drive", kind="electronic"), actor=officer)
    searched = replace(STORE, outcome="searched", why_not="")

    change_repository(session, made, searched, actor=lawyer)

    assert [(each.reference, each.outcome) for each in repositories(session)] == [
        ("RP0001", "searched"),
        ("RP0002", "not-yet"),
    ]
    assert [each.why_not for each in versions_of(session, made)] == ["The roof is unsafe.", ""]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"why_not": " "}, "does not say why"),
        ({"outcome": "in-part", "why_not": ""}, "does not say why"),
        ({"outcome": "lost"}, "none of these"),
        ({"kind": "stone"}, "none of these"),
        ({"name": ""}, "its name is missing"),
        ({"holder": ""}, "who holds it is missing"),
        ({"volume": "x" * 301}, "shorten it"),
    ],
)
def test_what_does_not_say_enough_is_not_recorded(session, officer, changes, words):
    with pytest.raises(InvalidInputError, match=words):
        add_repository(session, replace(STORE, **changes), actor=officer)
    assert repositories(session) == []


def test_two_repositories_never_share_a_name(session, officer):
    add_repository(session, replace(STORE, known_as="Bay  three\nThe annexe"), actor=officer)

    with pytest.raises(RefusedError, match="'bay three' already"):
        add_repository(session, replace(STORE, name="Bay Three"), actor=officer)


def test_a_change_of_an_older_version_is_refused_and_so_is_one_that_changes_nothing(session, officer):
    made = add_repository(session, STORE, actor=officer)
    change_repository(session, made, replace(STORE, planned_on=date(2027, 1, 4)), actor=officer)

    with pytest.raises(RefusedError, match="meanwhile"):
        change_repository(session, made, replace(STORE, volume="two shelves"), actor=officer)
    with pytest.raises(InvalidInputError, match="says the same"):
        change_repository(
            session, find_repository(session, "rp0001"), replace(STORE, planned_on=date(2027, 1, 4)), actor=officer
        )


def test_only_those_who_may_record_it_and_a_reference_that_is_none_is_said(session, leader):
    with pytest.raises(NotPermittedError):
        add_repository(session, STORE, actor=leader)
    with pytest.raises(NotFoundError, match="RP0009"):
        find_repository(session, "RP0009")


def test_names_that_no_repository_goes_by_are_told(session, officer):
    add_repository(session, replace(STORE, known_as="Bay three"), actor=officer)

    assert not_in_register(["bay THREE", "County store,  bay 3", "Cellar", "Cellar", ""], repositories(session)) == [
        "Cellar"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM repository",
        "UPDATE repository SET outcome = 'searched'",
        "REPLACE INTO repository SELECT * FROM repository",
    ],
)
def test_the_database_refuses_to_lose_what_was_said(archive, officer, statement):
    with archive.writing() as session:
        add_repository(session, STORE, actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
