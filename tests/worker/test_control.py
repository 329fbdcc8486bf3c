"""Pausing, going on, cancelling and trying again: what is done stays, and every item keeps its place in the sum."""

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from access.policy import OPERATOR, Actor, Role
from ingest import batches, control, counting, reconciling, walking
from ingest.models import CANCELLED, OPENED, PAUSE, QUARANTINED, REGISTERED, Item, Run
from records import near_duplicates
from store import audit, uploads
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotPermittedError, RefusedError
from worker import listing, taking_in
from worker.runner import Worker
from worker.steps import go_on_job, ingest_job
from worker.taking_in import go_on, settle_cancelled, take_in


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"Minutes of meeting {number} of the Roads Committee.\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing else")
    return folder


def take(archive, share, **further):
    return take_in(archive, [str(share)], batch="Box 1", source="store", actor=OPERATOR, **further)


def stop_when(archive, what, *, done):
    """A report that asks for a stop as soon as so many items have ended."""

    def report(progress):
        if progress.done >= done and progress.current == "reading":
            with archive.writing() as session:
                batch = batches.find_batch(session, "Box 1")
                if any(not run.stop for run in batches.unfinished_runs(session, batch)):
                    getattr(control, what)(session, batch, actor=OPERATOR)

    return report


@pytest.fixture
def at_once(monkeypatch):
    """Each file goes through by itself and a stop is looked for after every step."""
    monkeypatch.setattr(taking_in, "TOGETHER", 1)
    monkeypatch.setattr(taking_in, "PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(taking_in, "LOOK_EVERY_SECONDS", 0.0)


def states(archive):
    with archive.reading() as session:
        return {item.name: item.state for item in session.scalars(select(Item))}


def test_a_paused_run_keeps_what_is_done_and_goes_on_to_the_same_end(archive, notice, share, at_once):
    paused = take(archive, share, report=stop_when(archive, "pause", done=2))
    assert paused.stopped == PAUSE
    assert 2 <= paused.totals.registered < 6
    assert paused.totals.waiting > 0

    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)

    assert outcome.totals.adds_up
    assert (outcome.totals.registered, outcome.totals.quarantined, outcome.totals.waiting) == (6, 1, 0)
    with archive.reading() as session:
        actions = [event.action for event in session.scalars(select(audit.AuditEvent))]
        assert actions.count("ingest.run-paused") == 1
        assert actions.count("ingest.run-resumed") == 1
        assert audit.verify(session, archive.audit_head).ok


def test_a_cancelled_run_keeps_what_is_done_and_says_of_the_rest_by_whom_and_when(archive, notice, share, at_once):
    outcome = take(archive, share, report=stop_when(archive, "cancel", done=2))

    totals = outcome.totals
    assert totals.adds_up
    assert totals.waiting == 0
    assert totals.cancelled > 0
    assert totals.found == 7 == totals.registered + totals.duplicates + totals.quarantined + totals.cancelled
    reasons = [item.reason for item in outcome.items if item.state == CANCELLED]
    assert all(reason.startswith("Not taken in: cancelled by operator on ") for reason in reasons)
    with archive.reading() as session:
        (line,) = counting.batch_totals(session, actor=OPERATOR)
        assert line.unfinished_runs == 0
        assert archive.files.reconcile(session) == ([], [])


def test_what_was_cancelled_can_be_taken_in_after_all(archive, notice, share, at_once):
    take(archive, share, report=stop_when(archive, "cancel", done=2))

    with archive.writing() as session:
        again = control.retry(session, batches.find_batch(session, "Box 1"), reasons=[CANCELLED], actor=OPERATOR)
    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)

    assert again.items > 0
    assert (outcome.totals.registered, outcome.totals.quarantined, outcome.totals.cancelled) == (6, 1, 0)


def test_a_cancel_while_nobody_is_at_work_ends_the_run_at_once(archive, notice, share, at_once):
    take(archive, share, report=stop_when(archive, "pause", done=1))
    with archive.writing() as session:
        control.cancel(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)

    settled = settle_cancelled(archive)

    assert settled > 0
    with archive.reading() as session:
        assert counting.batch_totals(session, actor=OPERATOR)[0].totals.adds_up


def test_the_same_folder_after_a_cancel_begins_a_new_run(archive, notice, share, at_once):
    take(archive, share, report=stop_when(archive, "cancel", done=2))

    again = take(archive, share)

    assert not again.resumed
    assert again.totals.found == 7
    assert again.totals.registered + again.totals.duplicates == 6


def test_a_listing_that_was_stopped_goes_on_after_the_last_thing_it_kept(archive, notice, share, monkeypatch):
    monkeypatch.setattr(listing, "LISTED_AT_ONCE", 2)
    monkeypatch.setattr(taking_in, "LOOK_EVERY_SECONDS", 0.0)

    def pause_while_listing(progress):
        if progress.current == "listing" and progress.found == 4:
            with archive.writing() as session:
                control.pause(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)

    paused = take(archive, share, report=pause_while_listing)
    assert (paused.stopped, paused.totals.found) == (PAUSE, 4)

    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)

    assert outcome.totals.found == 7
    assert len({item.path for item in outcome.items}) == 7


def test_only_what_fits_the_reason_and_kind_is_tried_again(archive, notice, share):
    take(archive, share)
    (share / "broken.pdf").write_bytes(b"%PDF-1.4 nothing else")

    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 1")
        for reasons, kinds in ((["timeout"], []), ([], ["image/"])):
            with pytest.raises(RefusedError, match="Nothing set aside"):
                control.retry(session, batch, reasons=reasons, kinds=kinds, actor=OPERATOR)
        again = control.retry(
            session,
            batch,
            reasons=["damaged"],
            kinds=["application/pdf"],
            limits=control.Limits(file_seconds=900, memory_mb=3000),
            actor=OPERATOR,
        )
        (run,) = batches.unfinished_runs(session, batch)

    assert again.items == 1
    assert (run.file_seconds, run.memory_mb, run.page_seconds) == (900, 3000, None)
    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)
    assert (outcome.totals.registered, outcome.totals.quarantined) == (6, 1)
    assert [item.attempts for item in _items(archive) if item.state == QUARANTINED] == [1]


def test_a_file_that_could_not_be_opened_is_taken_in_when_tried_again_after_it_was_mended(archive, notice, tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "a.txt").write_text("A letter.\n")
    take_in(archive, [str(folder)], batch="Box 1", source="store", actor=OPERATOR)
    with archive.writing() as session:
        session.execute(update(Run).values(finished_at=None).execution_options(synchronize_session=False))
        (run,) = batches.unfinished_runs(session, batches.find_batch(session, "Box 1"))
        batches.add_items(
            session, run, [batches.Met("share/late.txt", "late.txt", str(folder / "late.txt").encode(), 0)]
        )
    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)
    assert [item.reason for item in outcome.items][1].startswith("The file was gone")

    (folder / "late.txt").write_text("It was on another disk.\n")
    with archive.writing() as session:
        control.retry(session, batches.find_batch(session, "Box 1"), reasons=["missing"], actor=OPERATOR)
    (outcome,) = go_on(archive, "Box 1", actor=OPERATOR)

    assert outcome.totals.registered == 2
    assert outcome.totals.adds_up


def test_links_are_left_and_said_to_be(archive, notice, share):
    (share / "link").symlink_to("nowhere")
    take(archive, share)

    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 1")
        with pytest.raises(RefusedError, match="take in the place itself"):
            control.retry(session, batch, reasons=["link"], actor=OPERATOR)
        assert control.retry(session, batch, actor=OPERATOR).left == 1


def test_there_is_nothing_to_pause_cancel_or_go_on_with_once_all_is_done(archive, notice, share):
    take(archive, share)

    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 1")
        with pytest.raises(RefusedError, match="nothing to pause"):
            control.pause(session, batch, actor=OPERATOR)
        with pytest.raises(RefusedError, match="nothing to cancel"):
            control.cancel(session, batch, actor=OPERATOR)
        with pytest.raises(InvalidInputError, match="from 1 on"):
            control.retry(session, batch, limits=control.Limits(memory_mb=0), actor=OPERATOR)


@pytest.mark.parametrize("role", [Role.LEGAL, Role.LEADER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("what", ["pause", "cancel", "retry"])
def test_only_whoever_may_take_in_files_may_stop_or_repeat_it(archive, notice, share, role, what):
    with archive.writing() as session:
        batches.open_run(session, [str(share)], batch="Box 1", source="store", actor=OPERATOR)
    somebody = Actor("somebody@example.org", frozenset({role}))

    with archive.writing() as session, pytest.raises(NotPermittedError):
        getattr(control, what)(session, batches.find_batch(session, "Box 1"), actor=somebody)


def test_the_database_itself_keeps_a_registered_item_registered(archive, notice, share):
    take(archive, share)

    for state in (QUARANTINED, CANCELLED, "found"):
        with archive.writing() as session, pytest.raises(IntegrityError, match="stays one"):
            session.execute(update(Item).where(Item.state == REGISTERED).values(state=state))
    with archive.writing() as session, pytest.raises(IntegrityError, match="no such state"):
        session.execute(update(Item).where(Item.state == QUARANTINED).values(state="lost"))


def _items(archive):
    with archive.reading() as session:
        return list(session.scalars(select(Item).order_by(Item.id)))


def test_an_upload_whose_worker_died_is_not_begun_again_once_a_person_cancelled_it(archive, notice, at_once):
    folder = uploads.new_upload_folder(archive)
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Minutes {number}.\n")
    job = {"paths": [str(folder)], "batch": "Box 1", "source": "store", "upload": str(folder)}
    stop = stop_when(archive, "pause", done=1)
    take_in(archive, job["paths"], batch="Box 1", source="store", actor=OPERATOR, report=stop)

    assert ingest_job(archive, job, "operator", lambda _done, _total: None)["stopped"] == PAUSE
    with archive.writing() as session:
        control.cancel(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)
    settle_cancelled(archive)
    assert ingest_job(archive, job, "operator", lambda _done, _total: None)["stopped"] == "cancel"

    with archive.reading() as session:
        (line,) = counting.batch_totals(session, actor=OPERATOR)
        assert line.runs == 1
        assert line.totals.cancelled > 0
    assert folder.exists()  # what was not taken in is nowhere else here: it can be taken in after all


def test_going_on_with_an_upload_takes_in_the_rest_and_lets_its_folder_go(archive, notice, at_once):
    folder = uploads.new_upload_folder(archive)
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Minutes {number}.\n")
    stop = stop_when(archive, "pause", done=1)
    take_in(archive, [str(folder)], batch="Box 1", source="store", actor=OPERATOR, report=stop)
    with archive.writing() as session:
        control.resume(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)

    assert go_on_job(archive, {"batch": "Box 1"}, "operator", lambda _done, _total: None)["runs"] == 1

    with archive.reading() as session:
        assert counting.batch_totals(session, actor=OPERATOR)[0].totals.registered == 4
    assert not folder.exists()
    assert go_on_job(archive, {"batch": "Box 1"}, "operator", lambda _done, _total: None)["runs"] == 0


@pytest.fixture
def locked(share, monkeypatch):
    """A folder in the share that cannot be opened until `unlock` is called."""
    inside = share / "locked"
    (inside / "deeper").mkdir(parents=True)
    (inside / "one.txt").write_text("Minutes of a meeting about hedges.\n")
    (inside / "deeper" / "two.txt").write_text("Minutes of a meeting about ditches.\n")
    shut = {inside}
    names = walking._names_in_order

    def refuse(folder):
        if Path(os.fsdecode(folder)) in shut:
            raise PermissionError(errno.EACCES, "no")
        return names(folder)

    monkeypatch.setattr(walking, "_names_in_order", refuse)
    return SimpleNamespace(folder=inside, shut=shut, unlock=shut.clear)


def try_folders_again(archive):
    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 1")
        control.retry(session, batch, reasons=["unreadable-folder"], actor=OPERATOR)
    return go_on(archive, "Box 1", actor=OPERATOR)[0]


def test_a_folder_that_can_be_opened_at_last_is_listed_in_its_place(archive, notice, share, locked):
    first = take(archive, share)
    assert (first.totals.found, first.totals.quarantined) == (8, 2)

    still = try_folders_again(archive)
    assert (still.totals.found, still.totals.quarantined) == (8, 2)
    locked.unlock()
    outcome = try_folders_again(archive)

    assert outcome.totals.adds_up
    assert (outcome.totals.found, outcome.totals.registered, outcome.totals.quarantined) == (9, 8, 1)
    assert outcome.totals.opened == 1
    with archive.reading() as session:
        folder = session.scalars(select(Item).where(Item.name == "locked")).one()
        assert (folder.state, folder.reason_code, folder.attempts) == (OPENED, "", 2)
        paths = [item.path for item in session.scalars(select(Item).where(Item.id > folder.id).order_by(Item.id))]
        assert paths[-2:] == ["share/locked/deeper/two.txt", "share/locked/one.txt"]
        proof = reconciling.prove_batch(session, batches.find_batch(session, "Box 1"), archive.files)
        assert proof.is_right
        assert "item.folder-opened" in [event.action for event in session.scalars(select(audit.AuditEvent))]
    with archive.writing() as session, pytest.raises(RefusedError, match="Nothing set aside"):
        control.retry(session, batches.find_batch(session, "Box 1"), reasons=["unreadable-folder"], actor=OPERATOR)


def test_a_folder_listed_again_that_is_broken_off_meets_nothing_twice(archive, notice, share, locked, monkeypatch):
    take(archive, share)
    locked.shut.clear()
    locked.shut.add(locked.folder / "deeper")
    monkeypatch.setattr(listing, "LISTED_AT_ONCE", 1)
    ended = batches.end_opened

    def dies(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "end_opened", dies)
    with pytest.raises(KeyboardInterrupt):
        try_folders_again(archive)
    monkeypatch.setattr(batches, "end_opened", ended)

    outcome = go_on(archive, "Box 1", actor=OPERATOR)[0]
    assert (outcome.totals.found, outcome.totals.opened, outcome.totals.quarantined) == (9, 1, 2)
    locked.unlock()
    outcome = try_folders_again(archive)

    assert (outcome.totals.found, outcome.totals.opened, outcome.totals.quarantined) == (9, 2, 1)
    with archive.reading() as session:
        paths = [item.path for item in session.scalars(select(Item))]
        assert len(paths) == len(set(paths))


def test_a_folder_that_has_gone_meanwhile_says_so(archive, notice, share, locked):
    take(archive, share)
    shutil.rmtree(locked.folder)

    outcome = try_folders_again(archive)

    assert outcome.totals.adds_up
    with archive.reading() as session:
        folder = session.scalars(select(Item).where(Item.name == "locked")).one()
        assert (folder.state, folder.reason_code) == (QUARANTINED, "missing")


def test_a_pause_asked_for_while_a_worker_was_dead_is_kept_by_the_next(archive, notice, share, at_once):
    take(archive, share, report=stop_when(archive, "pause", done=2))
    with archive.writing() as session:
        batch = batches.find_batch(session, "Box 1")
        control.resume(session, batch, actor=OPERATOR)
        # The worker that took the job has died; before another takes it up, somebody pauses the batch again.
        control.pause(session, batch, actor=OPERATOR)

    assert go_on_job(archive, {"batch": "Box 1"}, "operator", lambda done, total: None)["runs"] == 0

    with archive.reading() as session:
        (run,) = batches.unfinished_runs(session, batches.find_batch(session, "Box 1"))
        assert run.is_paused
    with archive.writing() as session:
        control.resume(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)
    assert go_on_job(archive, {"batch": "Box 1"}, "operator", lambda done, total: None)["runs"] == 1
    with archive.writing() as session, pytest.raises(RefusedError, match="nothing to go on with"):
        control.resume(session, batches.find_batch(session, "Box 1"), actor=OPERATOR)


def test_an_idle_worker_counts_no_record_until_something_has_changed(archive, make_record):
    worker = Worker(archive)
    make_record()
    while worker.work_once():
        pass
    asked = []
    event.listen(archive.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    assert not worker.work_once()
    assert not any("count(" in statement for statement in asked)

    make_record(b"another", text="another memorandum")
    with archive.writing() as session:
        audit.record(session, AuditAction.SEARCHED, actor="a.clerk", subject="search:1")
    while worker.work_once():
        pass
    with archive.reading() as session:
        assert not near_duplicates.any_waiting(session)
