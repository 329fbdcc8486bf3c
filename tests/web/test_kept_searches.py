"""Kept searches on the page: kept, run again and compared, new hits announced and marked as looked at."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from access.policy import Actor, Role
from disclosure.marks import mark
from records.register import find_record
from search import alerts, indexing
from search.opening import close_engine
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def found(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    make_record(b"1", text="the minibus <script>alert(1)</script> was late & locked")
    hidden = make_record(b"2", text="the minibus of the solicitor")
    with archive.writing() as session:
        mark(session, find_record(session, hidden, actor=LAWYER), kind="restricted", reason="police", actor=LAWYER)
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def test_a_search_is_kept_and_run_again_and_the_difference_is_listed(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    kept = officer_client.post("/kept-searches", data={"q": "minibus", "name": "Transport"}, follow_redirects=True).text
    new = make_record(b"3", text="another minibus")
    indexing.rebuild(archive)

    again = officer_client.post("/kept-searches/1/run", follow_redirects=True).text

    assert "The search is kept: 1 of 1 record." in kept
    assert "Transport" in officer_client.get("/search").text
    assert "1 of 1 then, 2 of 2 later: 1 new, 0 gone." in again
    assert new in again
    assert "R000002" not in again


def test_new_hits_stand_on_the_home_page_until_they_are_looked_at(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    officer_client.post("/kept-searches", data={"q": "minibus", "name": "Transport"})
    new = make_record(b"3", text="another minibus")
    indexing.rebuild(archive)
    alerts.raise_alerts(archive)

    home, listed = officer_client.get("/").text, officer_client.get("/kept-searches").text
    looked = officer_client.post("/kept-searches/alerts/1/looked-at", follow_redirects=True).text

    assert "new record found by the searches you keep" in home
    assert "1 new record found by" in listed
    assert new in listed
    assert "Marked as looked at." in looked
    assert "Nothing new." in looked


def test_whoever_goes_by_headings_finds_no_gap_where_new_hits_are_told(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    officer_client.post("/kept-searches", data={"q": "minibus", "name": "Transport"})
    make_record(b"3", text="another minibus")
    indexing.rebuild(archive)
    alerts.raise_alerts(archive)

    levels = [int(each) for each in re.findall(r"<h([1-6])", officer_client.get("/kept-searches/1").text)]

    assert 3 in levels
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_new_hits_of_a_search_are_read_one_by_one_and_downloaded_by_whoever_keeps_it(
    officer_client, legal_client, archive: Archive, make_record: Callable[..., str], found: None
) -> None:
    officer_client.post("/kept-searches", data={"q": "minibus", "name": "Transport"})
    new = make_record(b"3", text="another minibus")
    indexing.rebuild(archive)
    alerts.raise_alerts(archive)
    asked = {"source": "alert", "key": "1", "form": "csv"}

    downloaded = officer_client.post("/record-lists/export", data=asked).text
    reading = officer_client.post("/reading-lists", data=asked, follow_redirects=True).text
    others = legal_client.post("/record-lists/export", data=asked)

    assert new in downloaded
    assert "R000001" not in downloaded
    assert new in reading
    assert others.status_code == 404


def test_hits_that_only_an_update_finds_are_said_to_be_no_new_material(
    officer_client, archive: Archive, make_record: Callable[..., str], found: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("search.engines.broken_words.joined_in_pages", lambda pages: [[] for _ in pages])
        earlier.setattr("search.kept_searches.LANGUAGE_VERSION", "0")
        before = make_record(b"3", text="a mini-\nbus")
        with archive.writing() as session:
            subject = f"record:{before}"
            audit.record(session, AuditAction.RECORD_REGISTERED, actor="system", subject=subject)
        indexing.rebuild(archive)
        officer_client.post("/kept-searches", data={"q": "minibus", "name": "Transport"})
    indexing.rebuild(archive)
    alerts.raise_alerts(archive)

    home, listed = officer_client.get("/").text, officer_client.get("/kept-searches").text

    assert "record that was here before, found by the way this version reads" in home
    assert "No new record, and 1 record that was there before, found by" in " ".join(listed.split())
    assert "1 record found now, but no new material: it was here" in listed
    assert before in listed


def test_what_legal_kept_is_not_told_to_an_officer(officer_client, legal_client, found: None) -> None:
    legal_client.post("/kept-searches", data={"q": "solicitor", "name": "Counsel"})

    assert "Counsel" not in officer_client.get("/search").text
    assert "Counsel" not in officer_client.get("/kept-searches").text
    for path in ("/kept-searches/1", "/kept-searches/1/run", "/kept-searches/1/watch"):
        method = "GET" if path.endswith("1") else "POST"
        assert officer_client.open(path, method=method).status_code == 404
    assert "Counsel" in legal_client.get("/kept-searches").text


def test_a_search_with_a_mistake_is_not_kept(officer_client, found: None) -> None:
    assert officer_client.post("/kept-searches", data={"q": "duty AND (", "name": ""}).status_code == 400
    assert officer_client.post("/kept-searches", data={"q": "duty", "name": "x" * 201}).status_code == 400
    assert "None yet." in officer_client.get("/kept-searches").text


def test_announcements_are_stopped_and_begun_again(officer_client, found: None) -> None:
    officer_client.post("/kept-searches", data={"q": "minibus", "name": ""})

    stopped = officer_client.post("/kept-searches/1/watch", data={"watched": "no"}, follow_redirects=True).text
    begun = officer_client.post("/kept-searches/1/watch", data={"watched": "yes"}, follow_redirects=True).text

    assert "New hits are no longer announced." in stopped
    assert "New hits will be announced on your home page." in begun


def test_runs_that_are_not_there_are_not_compared(officer_client, found: None) -> None:
    officer_client.post("/kept-searches", data={"q": "minibus", "name": ""})
    officer_client.post("/kept-searches/1/run")

    assert officer_client.get("/kept-searches/1?before=1&after=9").status_code == 404
