"""The audit page, its proof and its export."""

import csv
import io

import pytest

from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction


@pytest.fixture
def trail(archive: Archive) -> None:
    with archive.writing() as session:
        for number in range(60):
            audit.record(
                session,
                AuditAction.RECORD_VIEWED,
                actor="reader@example.org",
                subject=f"record:R{number:06d}",
                detail={"compartment": "open"},
            )
        audit.record(session, AuditAction.HOLD_PLACED, actor="=HYPERLINK()", subject="record:R000007")


def test_events_are_sentences_newest_first(administrator_client, trail: None) -> None:
    page = administrator_client.get("/audit").text

    assert "62 events, newest first" in page
    assert page.index("placed a hold") < page.index("R000059")
    assert "R000001" not in page


def test_the_second_page_goes_on_where_the_first_ended(administrator_client, trail: None) -> None:
    page = administrator_client.get("/audit?start=50").text

    assert "R000001" in page
    assert "R000059" not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [("action=hold.placed", "1 event"), ("subject=R000007", "2 events"), ("actor=READER", "60 events")],
)
def test_the_filter_shows_only_what_it_names(administrator_client, trail: None, query: str, count: str) -> None:
    assert f"{count}, newest first" in administrator_client.get(f"/audit?{query}").text


def test_verifying_says_up_to_where_the_trail_is_proved(administrator_client, trail: None) -> None:
    page = administrator_client.post("/audit/verify", follow_redirects=True).text

    assert "62 events, none changed, removed or moved, proved up to number 62" in page


def test_a_trail_that_was_tampered_with_is_shown_on_the_page_and_at_home(
    administrator_client, archive: Archive, trail: None
) -> None:
    with archive.engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_event_no_update")
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
        ).all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE audit_event SET actor = 'somebody-else' WHERE sequence = 30")
        connection.commit()

    home = administrator_client.get("/").text
    page = administrator_client.post("/audit/verify", follow_redirects=True).text

    for shown in (home, page):
        assert "event 30 was changed after it was written" in shown
        assert "proved up to number 29" in shown


def test_the_export_is_an_attachment_and_an_event(administrator_client, archive: Archive, trail: None) -> None:
    answer = administrator_client.post("/audit/export", data={"subject": "R000007"})

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["record:R000007", "record:R000007"]
    last = administrator_client.get("/audit?action=audit.exported").text
    assert "1 event, newest first" in last


def test_no_cell_of_the_export_is_a_formula(administrator_client, trail: None) -> None:
    text = administrator_client.post("/audit/export", data={"action": "hold.placed"}).text

    assert "'=HYPERLINK()" in text
    assert ",=HYPERLINK" not in text
