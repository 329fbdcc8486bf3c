"""Files that could not be read when they came are read again once a program is installed or a password is given."""

from pathlib import Path

import pytest
from sqlalchemy import select

from access.policy import OPERATOR
from ingest import batches, control, counting, reconciling, registering
from ingest.models import CANCELLED, FOUND, PAUSE, REGISTERED, STORED, Item
from ingest.reading import FileReading, PageReading
from records.page_versions import versions_of
from records.register import NOT_SEARCHABLE, READ, family, find_record, pages_of
from retention.holds import clear
from store import file_passwords
from store.errors import NotFoundError, RefusedError
from tests.ingest.archive_making import zip_with_locked
from worker.files_again import read_files_again
from worker.page_work import look_through_again
from worker.taking_in import settle_cancelled, take_in

WORD = "correct horse"


@pytest.fixture
def share(archive, notice, tmp_path: Path) -> dict[str, str]:
    """A ZIP with a locked member, a recording, and a lost kind; the references of their records."""
    folder = tmp_path / "share"
    folder.mkdir()
    members = {"open.txt": b"An open note.", "locked.txt": b"The matron's letter.", "last.txt": b"The last note."}
    (folder / "a.zip").write_bytes(zip_with_locked(members, {"locked.txt": WORD}))
    (folder / "b.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28))
    outcome = take_in(archive, [str(folder)], batch="Box 1", source="Store", actor=OPERATOR)
    return {item.path.rpartition("/")[2]: item.record or "" for item in outcome.items}


def test_a_member_comes_out_once_its_password_is_given(archive, share):
    assert share.keys() == {"a.zip", "open.txt", "last.txt", "b.wav"}
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")

    made = read_files_again(archive, "Box 1", actor=OPERATOR)

    assert (made.tried, made.read, made.members) == (2, 1, 1)
    with archive.reading() as session:
        container = find_record(session, share["a.zip"], actor=OPERATOR)
        names = [record.file_name for record in family(session, container)]
        (page,) = pages_of(session, container)
        kept = [version.text for version in versions_of(session, page)]
        totals = counting.totals_of_batch(session, batches.find_batch(session, "Box 1"))
    assert names == ["a.zip", "open.txt", "locked.txt", "last.txt"]
    assert container.state == READ
    assert "Everything in this file has been taken out" in page.text
    assert any("Protected by a password: locked.txt" in text for text in kept)
    assert (totals.found, totals.registered) == (5, 5)
    assert totals.adds_up


def test_what_still_cannot_be_read_stays_as_it_was(archive, share):
    made = read_files_again(archive, "Box 1", actor=OPERATOR)

    assert (made.tried, made.read, made.members) == (2, 0, 0)
    with archive.reading() as session:
        assert find_record(session, share["b.wav"], actor=OPERATOR).state == NOT_SEARCHABLE


def test_a_file_whose_reader_came_later_has_all_its_pages(archive, share, officer, second_officer):
    pages = [PageReading(number, f"Page {number} of the transcript", "native") for number in (1, 2, 3)]
    with archive.writing() as session:
        record = find_record(session, share["b.wav"], actor=OPERATOR)

        registering.read_now(session, record, FileReading("audio/wav", "Sound", pages=pages), actor=OPERATOR)

        assert (record.state, record.page_count, record.unread_pages) == (READ, 3, 0)
        assert [page.text for page in pages_of(session, record)] == [page.text for page in pages]
        before = versions_of(session, pages_of(session, record)[0])[-1]
        assert before.unread
        assert before.reason.startswith("not searchable: ")
        with pytest.raises(RefusedError, match="has not been looked through"):
            clear(session, record, reason="Roads.", second=second_officer, actor=officer)


def stop_with_one_file_waiting(session, ask) -> None:
    """The run as it is after a person stopped it before its last file: `ask` is `control.pause` or `control.cancel`."""
    batch = batches.find_batch(session, "Box 1")
    (run,) = batches.runs_of(session, batch)
    run.finished_at = None
    session.add(Item(run_id=run.id, path="share/z.txt", name="z.txt", disk_path=b"nowhere/z.txt", state=FOUND))
    session.flush()
    ask(session, batch, actor=OPERATOR)


@pytest.mark.parametrize("settled", [True, False])
def test_a_member_is_read_where_the_rest_of_the_run_was_cancelled_and_what_was_cancelled_stays_so(
    archive, share, settled
):
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")
        stop_with_one_file_waiting(session, control.cancel)
    if settled:
        settle_cancelled(archive)

    made = read_files_again(archive, "Box 1", actor=OPERATOR)

    assert made.members == 1
    with archive.reading() as session:
        batch = batches.find_batch(session, "Box 1")
        items = {item.name: item for item in session.scalars(select(Item))}
        (run,) = batches.runs_of(session, batch)
        totals = counting.totals_of_batch(session, batch)
        checks = reconciling.prove_batch(session, batch, archive.files).checks
        assert items["locked.txt"].state == REGISTERED
        assert items["z.txt"].state == CANCELLED
        assert items["z.txt"].reason.startswith("Not taken in: cancelled by operator on ")
        assert batches.state_of(run) == "finished"
        assert (totals.registered, totals.cancelled, totals.waiting) == (5, 1, 0)
        assert not any(check.wrong for check in checks)


def test_a_pause_is_not_lifted_by_reading_files_again(archive, share):
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")
        stop_with_one_file_waiting(session, control.pause)

    made = read_files_again(archive, "Box 1", actor=OPERATOR, wait=True)

    assert made.members == 1
    with archive.reading() as session:
        (run,) = batches.runs_of(session, batches.find_batch(session, "Box 1"))
        (member,) = session.scalars(select(Item).where(Item.name == "locked.txt"))
        assert (run.stop, run.finished_at) == (PAUSE, None)
        assert member.state == STORED


def test_a_batch_that_is_not_there_is_refused(archive, notice):
    with pytest.raises(NotFoundError):
        read_files_again(archive, "nowhere", actor=OPERATOR)


def test_looking_through_again_leaves_nothing_waiting(archive, share):
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")
    read_files_again(archive, "Box 1", actor=OPERATOR)

    assert look_through_again(archive) == 1
    assert look_through_again(archive) == 0
