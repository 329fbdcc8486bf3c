"""The register of repositories on the page."""

import pytest

from access.policy import SYSTEM
from ingest.batches import open_run

GIVEN = {
    "name": "County store <bay 3>",
    "kind": "paper",
    "holder": "Legal services",
    "volume": "340 boxes",
    "outcome": "not-yet",
    "why_not": "The roof is unsafe.",
    "planned_on": ["4", "1", "2027"],
}


def test_a_repository_is_added_changed_and_its_history_shown(officer_client, leader_client) -> None:
    added = officer_client.post("/repositories/new", data=GIVEN, follow_redirects=True).text
    changed = officer_client.post(
        "/repositories/RP0001", data={**GIVEN, "version": "1", "outcome": "searched", "why_not": ""}
    )

    assert "County store &lt;bay 3&gt;" in added
    assert "Planned for 4 January 2027" in added
    assert changed.status_code == 302
    assert "Version 1: County store &lt;bay 3&gt;, not searched yet" in officer_client.get("/repositories/RP0001").text
    assert "No repository is recorded with that outcome" in officer_client.get("/repositories?outcome=not-yet").text
    assert "Add a repository" not in leader_client.get("/repositories").text
    assert leader_client.post("/repositories/new", data=GIVEN).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"name": ""}, "Give its name"), ({"why_not": ""}, "does not say why"), ({"outcome": ""}, "Say whether it was")],
)
def test_what_is_missing_is_said_at_its_field(officer_client, changes, words: str) -> None:
    answer = officer_client.post("/repositories/new", data={**GIVEN, **changes})

    assert answer.status_code == 400
    assert words in answer.text


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(officer_client, legal_client) -> None:
    officer_client.post("/repositories/new", data=GIVEN)
    legal_client.post("/repositories/RP0001", data={**GIVEN, "version": "1", "volume": "341 boxes"})

    answer = officer_client.post("/repositories/RP0001", data={**GIVEN, "version": "1", "volume": "12 boxes"})

    assert answer.status_code == 400
    assert "meanwhile" in answer.text


def test_a_place_that_files_came_from_and_the_register_does_not_know_is_offered(
    officer_client, leader_client, archive
) -> None:
    with archive.writing() as session:
        open_run(session, ["/share"], batch="Box 14", source="The <annexe>", actor=SYSTEM)

    page = officer_client.get("/repositories").text

    assert "The &lt;annexe&gt;, which was looked through for files, and none was met" in page
    assert 'value="The &lt;annexe&gt;"' in officer_client.get("/repositories/new?name=The+%3Cannexe%3E").text
    assert "annexe" not in leader_client.get("/repositories").text
    officer_client.post("/repositories/new", data={**GIVEN, "known_as": "The  <Annexe>"})
    assert "files came from" not in officer_client.get("/repositories").text
