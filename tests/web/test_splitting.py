"""Splitting a scan in the browser: marked by a person, made by a worker, shown with its proof, undone."""

import pytest

from access.policy import OPERATOR
from records import parts
from records.models import Page, Record
from records.register import find_record
from store.archive import Archive
from store.jobs import finish, recent_jobs


@pytest.fixture
def scan(archive: Archive, make_record) -> str:
    """A scan of four pages, the last of them blank."""
    reference = make_record(text="Minutes")
    with archive.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        record.media_type, record.page_count = "application/pdf", 4
        for number in (2, 3):
            session.add(Page(record_id=record.id, number=number, text="more", read_by="ocr"))
        session.add(Page(record_id=record.id, number=4, text="", read_by="none", unread=True, reason="blank: no ink"))
    return reference


def jobs(archive: Archive):
    with archive.reading() as session:
        return recent_jobs(session)


@pytest.fixture
def split_scan(archive: Archive, scan, make_record) -> str:
    made = [make_record(b"a", parent=scan), make_record(b"b", parent=scan)]
    with archive.writing() as session:
        whole = find_record(session, scan, actor=OPERATOR)
        below = [session.query(Record).filter_by(reference=reference).one() for reference in made]
        below[0].page_count = 2
        plan = parts.SplitPlan(((1, 2), (3,)), {4: "blank"})
        parts.keep_split(session, whole, plan, below, how="by hand", proof="each page was compared", actor=OPERATOR)
    return scan


def test_what_was_marked_is_handed_to_a_worker(officer_client, archive: Archive, scan) -> None:
    page = officer_client.get(f"/records/{scan}/split")
    assert page.text.count("candour-thumbnail__picture") == 4

    answer = officer_client.post(
        f"/records/{scan}/split", data={"page-1": "first", "page-2": "goes-on", "page-3": "first", "page-4": "blank"}
    )

    assert answer.location == f"/records/{scan}/split"
    (job,) = jobs(archive)
    assert (job.kind, job.arguments["firsts"], job.arguments["left_out"]) == ("split", [1, 3], {"4": "blank"})
    assert "being made" in officer_client.get(f"/records/{scan}/split").text
    assert officer_client.post(f"/records/{scan}/split", data={"page-3": "first"}).status_code == 409


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ({"page-1": "first"}, "Nothing would be split"),
        ({"page-2": "blank", "page-3": "first"}, "Page 2 is not blank"),
        ({"page-2": "burnt"}, "choose one of the answers"),
    ],
)
def test_marks_that_cannot_be_meant_come_back_with_the_reason(officer_client, archive: Archive, scan, marked, words):
    answer = officer_client.post(f"/records/{scan}/split", data=marked)

    assert answer.status_code == 400
    assert words in answer.text
    assert jobs(archive) == []


def test_separators_that_were_found_are_proposed_and_not_more(officer_client, archive: Archive, scan) -> None:
    officer_client.post(f"/records/{scan}/split/find")
    with archive.writing() as session:
        finish(session, 1, result={"separators": [2], "doubtful": [], "blanks": [4]})

    page = officer_client.get(f"/records/{scan}/split").text

    assert "found on page 2" in page
    assert page.count('value="separator" selected') == 1
    assert page.count('value="first" selected') == 2
    assert page.count('value="blank" selected') == 0


def test_a_split_is_shown_with_its_proof_and_undone_with_a_reason(officer_client, archive: Archive, split_scan) -> None:
    page = officer_client.get(f"/records/{split_scan}/split").text
    assert "It adds up." in page
    assert "R000002" in page
    assert "each page was compared" in page

    assert officer_client.post(f"/records/{split_scan}/split/undo", data={"reason": " "}).status_code == 400
    answer = officer_client.post(f"/records/{split_scan}/split/undo", data={"reason": "wrong page"})

    assert answer.status_code == 302
    assert "wrong page" in officer_client.get(f"/records/{split_scan}/split").text
    assert officer_client.get("/records/R000002").status_code == 404


def test_a_part_that_was_relied_on_keeps_the_split(officer_client, archive: Archive, split_scan) -> None:
    with archive.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO relevance (record_id, answer, reason, decided_by, decided_at) "
            "VALUES (2, 'relevant', 'read it', 'a', '2026-01-01 00:00:00')"
        )

    assert "can no longer be undone" in officer_client.get(f"/records/{split_scan}/split").text
    answer = officer_client.post(f"/records/{split_scan}/split/undo", data={"reason": "wrong"})

    assert answer.status_code == 409
    assert "R000002 has a decision on relevance" in answer.text


def test_only_those_who_decide_may_split(leader_client, administrator_client, scan) -> None:
    for client in (leader_client, administrator_client):
        assert client.get(f"/records/{scan}/split").status_code == 403
        assert client.post(f"/records/{scan}/split").status_code == 403


def test_separator_sheets_are_printed(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/separator-sheets", data={"count": "3"})
    assert answer.data[:5] == b"%PDF-"
    assert officer_client.post("/separator-sheets", data={"count": "x"}).status_code == 400


def test_the_parts_are_named_before_the_scan_is_split(officer_client, archive: Archive, scan) -> None:
    marks = {"page-1": "first", "page-2": "goes-on", "page-3": "first", "page-4": "blank"}
    page = officer_client.post(f"/records/{scan}/split", data=marks | {"step": "name"})

    assert page.status_code == 200
    assert 'for="title-1">Title of pages 1 to 2<' in page.text
    assert 'id="title-3" name="title-3"' in page.text
    assert "page 4 (blank)" in page.text
    assert jobs(archive) == []
    back = officer_client.post(f"/records/{scan}/split", data=marks | {"step": "mark"})
    assert back.text.count('value="first" selected') == 2

    officer_client.post(f"/records/{scan}/split", data=marks | {"title-1": " Minutes of 4 March 1987 ", "title-3": ""})

    (job,) = jobs(archive)
    assert job.arguments["titles"] == ["Minutes of 4 March 1987", ""]
