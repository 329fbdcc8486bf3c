"""The proof that nothing is lost: it agrees with a sound archive, and finds each fault that is made on purpose."""

import pytest
from sqlalchemy import select, text, update

from access.policy import OPERATOR
from ingest import batches
from ingest.models import QUARANTINED, Item, Run
from ingest.reconciling import prove_batch, prove_store
from records.models import RecordFile
from store.archive import Archive
from worker.taking_in import take_in


@pytest.fixture
def box(archive: Archive, notice: str, tmp_path) -> Archive:
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "a.txt").write_text("Minutes of the Roads Committee.\n")
    (folder / "b.txt").write_text("Minutes of the Roads Committee.\n")
    (folder / "empty.txt").touch()
    take_in(archive, [str(folder)], batch="Box 1", source="store", actor=OPERATOR)
    return archive


def proofs(archive: Archive, **how):
    with archive.reading() as session:
        return (
            prove_batch(session, batches.find_batch(session, "Box 1"), archive.files),
            prove_store(session, archive.files, **how),
        )


def wrong(proof) -> set[str]:
    return {check.name for check in proof.checks if not check.is_right}


def test_a_sound_archive_agrees_in_every_check_and_each_compared_something(box):
    batch, store = proofs(box, fixity=True)

    assert (batch.is_right, batch.is_finished, store.is_right) == (True, True, True)
    assert batch.sum_in_words == "3 found = 1 registered + 1 duplicate + 1 quarantined"
    assert all(check.compared for check in (*batch.checks, *store.checks))


def test_bytes_that_are_gone_changed_or_without_a_row_are_found(box):
    with box.reading() as session:
        (first, *_) = session.scalars(select(Item.sha256).order_by(Item.id)).all()
    path = box.files.path(first)
    path.chmod(0o600)
    path.write_text("changed")
    assert wrong(proofs(box, fixity=True)[1]) == {"bytes are the ones that were stored"}

    stray = box.files.path("f" * 64)
    stray.parent.mkdir(parents=True)
    path.rename(stray)
    batch, store = proofs(box)

    assert wrong(store) == {"bytes are there for every row", "a row is there for all bytes"}
    assert wrong(batch) == {"the bytes of every item are in the store"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DROP TRIGGER item_state_is_known; UPDATE ingest_item SET state = 'lost' WHERE id = 3", "known state"),
        ("UPDATE ingest_item SET reason = '' WHERE id = 3", "says why"),
        ("UPDATE ingest_item SET state = 'found' WHERE id = 3", "has an item that waits"),
        ("DROP TRIGGER fix_record_file; UPDATE record_file SET path = 'x' WHERE id = 2", "every duplicate is kept"),
        ("DROP TRIGGER fix_record_file; UPDATE record_file SET sha256 = (SELECT max(sha256) FROM stored_file)",
         "has its record"),
        ("DROP TRIGGER item_stays_registered; UPDATE ingest_item SET record_id = NULL WHERE id = 1", "equally many"),
    ],
)  # fmt: skip
def test_rows_changed_by_hand_are_found(box, change, found):
    with box.writing() as session:
        for statement in change.split("; "):
            session.execute(text(statement))

    batch, _ = proofs(box)

    assert any(found in name for name in wrong(batch))


def test_a_batch_under_way_agrees_and_says_that_it_is_not_at_its_end(box):
    with box.writing() as session:
        session.execute(update(Run).values(finished_at=None))
        session.execute(update(Item).where(Item.state == QUARANTINED).values(state="found"))

    batch, _ = proofs(box)

    assert batch.is_right
    assert not batch.is_finished


def test_a_record_that_no_item_accounts_for_is_found(box, make_record):
    reference = make_record(b"slipped in")
    with box.writing() as session:
        session.execute(text("UPDATE record SET batch = 'Box 1' WHERE reference = :it"), {"it": reference})
        assert session.scalar(select(RecordFile.id).limit(1))

    batch, _ = proofs(box)

    assert [check.named for check in batch.checks if not check.is_right] == [(reference,)]
