"""Batches and their arithmetic, and what could not be read."""

import csv
import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Role
from ingest import batches
from ingest.batches import Met
from ingest.models import DUPLICATE, QUARANTINED
from records.models import PRIVILEGED, Page, Record
from store import audit, clock
from store.archive import Archive
from store.jobs import recent_jobs
from worker.taking_in import settle_cancelled

OFFICER = Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))


def register(session: Session, number: int, title: str) -> Record:
    record = Record(
        reference=f"R{number:06d}",
        title=title,
        file_name=title,
        media_type="image/tiff",
        label="Scan",
        date_precision="none",
        batch="Box 4",
        source="Basement store",
        state="partly-read",
        page_count=2,
        unread_pages=1,
        registered_at=clock.now(),
    )
    session.add(record)
    session.flush()
    session.add(Page(record_id=record.id, number=1, text="words", read_by="ocr"))
    session.add(
        Page(record_id=record.id, number=2, text="", read_by="none", unread=True, reason="It looks handwritten.")
    )
    return record


@pytest.fixture
def box(archive: Archive) -> None:
    """Four files found: two registered, one of them privileged, a duplicate and a damaged one."""
    folder = archive.settings.data / "uploads" / "0123456789abcdef"
    names = ["minutes.tif", "letter to counsel.tif", "copy of minutes.tif", "damaged.pdf"]
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, [str(folder)], batch="Box 4", source="Basement store", actor=OFFICER)
        batches.add_items(
            session,
            run,
            [Met(path=f"{folder}/{name}", name=name, disk_path=f"{folder}/{name}".encode(), size=1) for name in names],
        )
        first, second, third, fourth = batches.items(session, run=run)
        minutes, letter = register(session, 1, names[0]), register(session, 2, names[1])
        letter.compartment = PRIVILEGED
        batches.end_registered(first, minutes, ocr_pages=2)
        batches.end_registered(second, letter, ocr_pages=2)
        third.state, third.record_id = DUPLICATE, minutes.id
        fourth.state, fourth.reason = QUARANTINED, "The PDF is damaged: ask for another copy."
        run.finished_at = clock.now()


def test_the_arithmetic_is_shown_and_each_count_opens_its_list(officer_client, box: None) -> None:
    page = officer_client.get("/batches/1").text

    assert "4 found = 2 registered + 1 duplicate + 1 quarantined" in page
    assert "It adds up." in page
    for state in ("registered", "duplicate", "quarantined"):
        assert f'href="/batches/1/items?state={state}"' in page
        assert officer_client.get(f"/batches/1/items?state={state}").status_code == 200


def test_what_could_not_be_read_is_listed_with_its_reason(officer_client, box: None) -> None:
    page = officer_client.get("/batches/1").text

    assert "damaged.pdf" in page
    assert "The PDF is damaged: ask for another copy." in page


def test_the_folder_of_an_upload_is_not_shown(officer_client, box: None) -> None:
    page = officer_client.get("/batches/1/items").text

    assert "minutes.tif" in page
    assert "0123456789abcdef" not in page


def test_a_privileged_file_is_counted_but_not_named_to_an_officer(officer_client, legal_client, box: None) -> None:
    seen_by_officer = officer_client.get("/batches/1/items").text
    seen_by_legal = legal_client.get("/batches/1/items").text

    assert "letter to counsel.tif" not in seen_by_officer
    assert "R000002" not in seen_by_officer
    assert "A record that is not open to you" in seen_by_officer
    assert "letter to counsel.tif" in seen_by_legal


def test_the_batch_says_how_many_pages_nobody_read_and_why(officer_client, legal_client, box: None) -> None:
    seen_by_officer = officer_client.get("/batches/1").text
    seen_by_legal = legal_client.get("/batches/1").text

    assert "1 not made out" in seen_by_officer
    assert "2 not made out" in seen_by_legal


def test_a_batch_that_does_not_add_up_says_so(officer_client, archive: Archive, box: None) -> None:
    with archive.writing() as session:
        batches.items(session)[3].state = "found"

    page = officer_client.get("/batches/1").text

    assert "It adds up" not in page
    assert "+ 1 still to be read." in page


@pytest.mark.parametrize("path", ["/batches/7", "/batches/7/items", "/batches/1/items?state=lost"])
def test_a_batch_or_state_that_is_not_there_is_not_found(officer_client, box: None, path: str) -> None:
    assert officer_client.get(path).status_code == 404


def test_the_list_has_every_batch_with_its_counts(officer_client, box: None) -> None:
    page = officer_client.get("/batches").text

    assert "Box 4" in page
    assert "Basement store" in page


@pytest.fixture
def under_way(archive: Archive, box: None) -> None:
    """The batch of the box again, with one file still waiting."""
    with archive.writing() as session:
        batches.runs_of(session, batches.find_batch(session, "Box 4"))[0].finished_at = None
        session.flush()
        batches.items(session)[3].state = "found"


def test_a_batch_under_way_is_paused_gone_on_with_and_cancelled_by_whoever_takes_in(
    officer_client, archive: Archive, under_way: None
) -> None:
    page = officer_client.get("/batches/1").text
    assert 'action="/batches/1/pause"' in page
    assert "data-refresh" in page

    assert officer_client.post("/batches/1/pause").status_code == 302
    paused = officer_client.get("/batches/1").text
    assert "Paused" in paused
    assert "left at that pace" not in paused
    assert officer_client.post("/batches/1/resume").status_code == 302
    assert officer_client.post("/batches/1/cancel").status_code == 302
    ending = officer_client.get("/batches/1").text
    assert "Being ended" in ending
    assert "Cancel the rest" not in ending

    with archive.reading() as session:
        (run,) = batches.unfinished_runs(session, batches.find_batch(session, "Box 4"))
        assert (run.stop, run.stop_by) == ("cancel", "records-officer@example.org")
        assert [job.kind for job in recent_jobs(session)] == ["batch-settle", "batch-go-on"]


def test_what_was_not_taken_in_stands_in_the_sum(officer_client, archive: Archive, under_way: None) -> None:
    officer_client.post("/batches/1/cancel")
    settle_cancelled(archive)

    page = officer_client.get("/batches/1").text

    assert "4 found = 2 registered + 1 duplicate + 0 quarantined + 1 not taken in" in page
    assert "It adds up." in page
    assert "Every file that has been read so far could be opened." in page
    assert "was cancelled by records-officer@example.org" in page
    listed = officer_client.get("/batches/1/items?state=cancelled").text
    assert "Not taken in: cancelled by records-officer@example.org on " in listed


def test_a_pause_of_what_is_done_is_refused_in_a_sentence(officer_client, box: None) -> None:
    answer = officer_client.post("/batches/1/pause")

    assert answer.status_code == 409
    assert "there is nothing to pause" in answer.text


def test_what_was_set_aside_is_tried_again_with_more_time(officer_client, archive: Archive, box: None) -> None:
    with archive.writing() as session:
        batches.items(session)[3].reason_code = "timeout"
    assert (
        officer_client.post("/batches/1/retry", data={"reason": "timeout", "page_seconds": "soon"}).status_code == 400
    )

    answer = officer_client.post("/batches/1/retry", data={"reason": "timeout", "page_seconds": "300"})

    assert answer.status_code == 302
    with archive.reading() as session:
        (run,) = batches.unfinished_runs(session, batches.find_batch(session, "Box 4"))
        assert run.page_seconds == 300
        assert batches.items(session)[3].state == "found"


@pytest.mark.parametrize("what", ["pause", "resume", "cancel", "retry"])
def test_whoever_only_reads_may_not_stop_or_repeat_anything(legal_client, under_way: None, what: str) -> None:
    assert "/batches/1/pause" not in legal_client.get("/batches/1").text
    assert legal_client.post(f"/batches/1/{what}").status_code == 403


def test_the_list_leaves_as_csv_without_what_is_not_open_and_without_formulas(
    officer_client, archive: Archive, box: None
) -> None:
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, ["/x"], batch="Box 4", source="store", actor=OFFICER)
        batches.add_items(session, run, [Met("=HYPERLINK(1)", "=HYPERLINK(1)", b"/x", 1)])

    answer = officer_client.post("/batches/1/export")

    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [
        "minutes.tif",
        "A record that is not open to you",
        "copy of minutes.tif",
        "damaged.pdf",
        "'=HYPERLINK(1)",
    ]
    with archive.reading() as session:
        assert "ingest.list-exported" in session.scalars(select(audit.AuditEvent.action)).all()


def test_what_lies_in_a_container_that_is_not_open_is_not_named_either(
    officer_client, legal_client, archive: Archive, box: None
) -> None:
    with archive.writing() as session:
        letter = batches.items(session)[1]
        row, _ = archive.files.put(session, archive.files.take_bytes(b"%PDF-1.4"))
        member = batches.add_member(session, letter, name="advice.pdf", position=1, sha256=row.sha256, size=8)
        member.state, member.reason, member.reason_code = QUARANTINED, "The file is damaged.", "damaged"

    assert "advice.pdf" not in officer_client.get("/batches/1").text
    assert "letter to counsel.tif!/advice.pdf" in legal_client.get("/batches/1").text


def test_the_proof_compares_everything_and_tells_what_does_not_agree(
    officer_client, archive: Archive, box: None
) -> None:
    page = officer_client.get("/batches/1/proof").text

    assert "every registered item has its record, with its bytes" in page.lower()
    assert "Does not agree" in page  # the box was made by hand: its records have no files


def test_a_long_list_is_paged_to_its_end(officer_client, archive: Archive, box: None) -> None:
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, ["/x"], batch="Box 4", source="store", actor=OFFICER)
        batches.add_items(session, run, [Met(f"{n:05d}.txt", f"{n:05d}.txt", b"/x", 1) for n in range(12_345)])

    last = officer_client.get("/batches/1/items?start=12300").text
    first = officer_client.get("/batches/1/items").text

    assert "12344.txt" in last
    assert 'aria-label="Page 124"' in first
    assert "Files 1 to 100" in first
    assert 'rel="next"' not in last


def test_who_kept_the_papers_is_said_and_corrected(officer_client, box: None) -> None:
    empty = officer_client.post("/batches/1/custodian", data={"custodian": " "})
    said = officer_client.post("/batches/1/custodian", data={"custodian": "Town Clerk"}, follow_redirects=True)

    assert (empty.status_code, said.status_code) == (400, 200)
    assert "Give the person, office or firm" in empty.text
    assert "Town Clerk kept these papers." in said.text
    assert "Correct the custodian" in officer_client.get("/batches/1").text
