"""Ways in which bytes could be lost that somebody holds, or has just handed over."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, event

from access.policy import OPERATOR, SYSTEM
from records.page_models import SuggestNeed
from records.page_versions import transcribe
from records.register import find_record
from retention import disposal, holds, notices
from store import backup
from store.database import forget_deleted
from store.errors import RefusedError
from store.files_models import StoredFile
from store.settings import load_settings
from tests.conftest import NOTICE
from worker.taking_in import take_in

CONTENT = b"a memorandum on roads"


@pytest.fixture
def cleared(archive, make_record, officer, second_officer) -> str:
    reference = make_record(CONTENT)
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
    return reference


def purge(archive, reference):
    with archive.writing() as session:
        disposal.purge(session, archive.files, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)


def take_in_again(archive) -> str:
    """The same bytes are handed over once more, stored and held."""
    with archive.writing() as session:
        row, _ = archive.files.put(session, archive.files.take_bytes(CONTENT))
        holds.hold_new_bytes(session, row.sha256, actor=SYSTEM)
        return row.sha256


def test_bytes_taken_in_again_between_the_commit_of_a_purge_and_its_end_stay(archive, cleared):
    taken = []

    with archive.writing() as session:
        # Runs at the commit, before the file store's own: another process, quick as a flash.
        event.listen(session, "after_commit", lambda _: taken.append(take_in_again(archive)), once=True)
        disposal.purge(session, archive.files, find_record(session, cleared, actor=OPERATOR), actor=OPERATOR)

    archive.files.verify(*taken)
    with archive.reading() as session:
        assert session.get_one(StoredFile, taken[0]).removed_at is None


def test_bytes_being_placed_while_the_same_are_removed_are_not_lost(archive, cleared):
    spooled = archive.files.take_bytes(CONTENT)
    archive.files.place([spooled])
    purge(archive, cleared)

    with archive.writing() as session:
        archive.files.put(session, spooled)

    archive.files.verify(spooled.sha256)
    assert not list(archive.files.spool.glob("taken-*"))


def test_a_clearance_does_not_open_the_way_under_a_notice_that_came_after_it(
    archive, cleared, definition, officer, second_officer
):
    another = replace(definition, reference="PANEL-2027", version="1")
    with archive.writing() as session:
        notices.record_notice(session, another, NOTICE, actor=SYSTEM)

    with pytest.raises(RefusedError, match=r"cleared before PANEL-2027 \(1\) was in force: decide again"):
        purge(archive, cleared)
    with archive.writing() as session:
        record = find_record(session, cleared, actor=officer)
        holds.clear(session, record, reason="Roads still.", second=second_officer, actor=officer)
    purge(archive, cleared)


def test_a_restored_archive_destroys_nothing_on_a_clearance_older_than_it(
    archive, cleared, officer, second_officer, tmp_path
):
    """The hold placed after the backup is lost with the archive; the clearance before it is not."""
    backup.back_up(archive, tmp_path / "backup", actor="operator")
    with archive.writing() as session:
        record = find_record(session, cleared, actor=officer)
        holds.place_hold(session, record, reason="The police asked.", actor=officer)
    with pytest.raises(RefusedError, match="The police asked"):
        purge(archive, cleared)

    settings = load_settings({"CANDOUR_DATA": str(tmp_path / "restored")})
    restored, _ = backup.restore(tmp_path / "backup", settings, actor="operator")

    with pytest.raises(RefusedError, match="what was held since the backup is not in it: decide again"):
        purge(restored, cleared)
    with restored.writing() as session:
        record = find_record(session, cleared, actor=officer)
        holds.clear(session, record, reason="Roads still.", second=second_officer, actor=officer)
    purge(restored, cleared)
    restored.close()


def test_a_clearance_given_before_a_page_was_transcribed_does_not_open_the_way(archive, cleared, officer):
    with archive.writing() as session:
        transcribe(session, cleared, 1, text="a memorandum on roads, and on a child", note="", actor=officer)
        session.execute(delete(SuggestNeed))  # as if it had been looked through, and nothing suggested

    with pytest.raises(RefusedError, match="read anew or transcribed since it was cleared: decide again"):
        purge(archive, cleared)


def test_what_was_attached_to_a_message_that_somebody_holds_is_kept_with_it(
    archive, make_record, officer, second_officer
):
    message = make_record(b"a message with a letter attached")
    letter = make_record(b"a letter", parent=message)
    with archive.writing() as session:
        record = find_record(session, letter, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
        holds.place_hold(session, find_record(session, message, actor=officer), reason="The police.", actor=officer)

    with pytest.raises(RefusedError, match=f"on {message}, which it came out of: The police"):
        purge(archive, letter)


def test_what_was_purged_is_neither_purged_nor_held_again(archive, cleared, officer):
    purge(archive, cleared)

    with pytest.raises(RefusedError, match="already"):
        purge(archive, cleared)
    with archive.writing() as session, pytest.raises(RefusedError, match="nothing of it is left to hold"):
        holds.place_hold(session, find_record(session, cleared, actor=officer), reason="The police.", actor=officer)


def test_the_text_of_what_was_purged_is_in_no_file_of_the_database(archive, make_record, officer, second_officer):
    words = "Zyxwellian memorandum on the resurfacing of the lane " * 200  # over many pages of the database
    reference = make_record(CONTENT, text=words)
    with archive.writing() as session:
        transcribe(session, reference, 1, text=words.replace("Zyxwellian", "Zyxwelliam"), note="", actor=officer)
        session.execute(delete(SuggestNeed))
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
    purge(archive, reference)

    forget_deleted(archive.engine)

    for file in archive.settings.data.glob("candour.sqlite3*"):
        assert b"Zyxwell" not in file.read_bytes(), file.name


@pytest.mark.parametrize("taken_in_by", ["this version", "an earlier version"])
def test_a_copy_of_a_cleared_record_found_again_holds_it_until_two_people_decide_again(
    archive, notice, officer, second_officer, tmp_path, monkeypatch, taken_in_by
):
    if taken_in_by == "an earlier version":  # which left the hold on a copy with no record
        monkeypatch.setattr(holds, "hold_copy_found", lambda *_: None)

    def find_it_in(box):
        share = tmp_path / box
        share.mkdir()
        (share / "roads.txt").write_text("On the resurfacing of the lane.")
        take_in(archive, [str(share)], batch=box, source="County store", actor=OPERATOR)

    def clear():
        with archive.writing() as session:
            record = find_record(session, "R000001", actor=officer)
            holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)

    find_it_in("Box 1")
    clear()
    find_it_in("Box 2")

    with pytest.raises(RefusedError, match=r"found again since it was cleared: decide again.*hold 2"):
        purge(archive, "R000001")
    clear()
    purge(archive, "R000001")


def test_a_hold_on_the_same_bytes_that_are_still_being_read_is_not_ended_by_a_clearance(
    archive, cleared, officer, second_officer
):
    take_in_again(archive)
    with archive.writing() as session:
        record = find_record(session, cleared, actor=officer)
        holds.clear(session, record, reason="Roads still.", second=second_officer, actor=officer)

    with pytest.raises(RefusedError, match="the same bytes are kept by hold 2"):
        purge(archive, cleared)
