"""Batches and their arithmetic, and what could not be read."""

import pytest
from sqlalchemy.orm import Session

from access.policy import Actor, Role
from ingest import batches
from ingest.batches import Met
from ingest.models import DUPLICATE, QUARANTINED
from records.models import PRIVILEGED, Page, Record
from store import clock
from store.archive import Archive

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
        batches.end_registered(session, first, minutes, ocr_pages=2)
        batches.end_registered(session, second, letter, ocr_pages=2)
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


def test_unread_pages_are_listed_with_their_reason_to_whoever_may_see_the_record(
    officer_client, legal_client, box: None
) -> None:
    seen_by_officer = officer_client.get("/unread-pages").text
    seen_by_legal = legal_client.get("/unread-pages").text

    assert "1 page. A person has to look" in seen_by_officer
    assert "It looks handwritten." in seen_by_officer
    assert "letter to counsel" not in seen_by_officer
    assert "2 pages. A person has to look" in seen_by_legal


def test_a_batch_that_does_not_add_up_says_so(officer_client, archive: Archive, box: None) -> None:
    with archive.writing() as session:
        batches.items(session)[3].state = "found"

    page = officer_client.get("/batches/1").text

    assert "It adds up" not in page
    assert "+ 1 still being read." in page


@pytest.mark.parametrize("path", ["/batches/7", "/batches/7/items", "/batches/1/items?state=lost"])
def test_a_batch_or_state_that_is_not_there_is_not_found(officer_client, box: None, path: str) -> None:
    assert officer_client.get(path).status_code == 404


def test_the_list_has_every_batch_with_its_counts(officer_client, box: None) -> None:
    page = officer_client.get("/batches").text

    assert "Box 4" in page
    assert "Basement store" in page
