"""Killed at ten random moments, a run ends as an undisturbed one does: rows, files, index and audit trail."""

import io
import os
import random
import shutil
import signal
import time
import zipfile
from collections import Counter
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import OPERATOR, SYSTEM
from ingest import batches
from ingest.models import Item, Run
from ingest.reconciling import prove_batch, prove_store
from records.models import IndexNeed, Page, PageWords, Record, RecordFile, RecordPerson
from records.register import visible_records
from retention import holds, notices, tagging
from retention.notice_file import load_notice
from search.querying import matching_records
from store import audit
from store.archive import Archive, open_archive
from store.audit_actions import AuditAction
from store.files_models import FileProtection, StoredFile
from store.settings import load_settings
from tests.conftest import NOTICE
from worker import listing, taking_in
from worker.taking_in import take_in

KILLS = 10
# The last moment lies so far before the end that the run cannot end before it is killed.
LATEST = 0.8
FURTHER_SECONDS = 0.03


def container(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return made.getvalue()


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Loose files, copies, a message with an attachment, a ZIP in a ZIP, and two that cannot be read."""
    folder = tmp_path / "share"
    (folder / "Box").mkdir(parents=True)
    for number in range(20):
        (folder / "Box" / f"{number}.txt").write_text(f"Minutes of meeting {number} about the children's home.\n")
    (folder / "Box" / "copy.txt").write_bytes((folder / "Box" / "3.txt").read_bytes())
    (folder / "empty.txt").touch()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing else")
    inner = container(inner_txt=b"An inner note.\n", copy_txt=(folder / "Box" / "0.txt").read_bytes())
    (folder / "outer.zip").write_bytes(container(inner_zip=inner, outer_txt=b"An outer note.\n", bad_pdf=b"%PDF-1.4 x"))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "The file"
    message.set_content("Please see what is attached.")
    message.add_attachment(b"An attached note.\n", maintype="application", subtype="x", filename="note.txt")
    (folder / "mail.eml").write_bytes(message.as_bytes())
    return folder


def made_archive(folder: Path, empty_database: Path) -> Archive:
    folder.mkdir(mode=0o700)
    shutil.copy(empty_database, folder / "candour.sqlite3")
    archive = open_archive(load_settings({"CANDOUR_DATA": str(folder), "CANDOUR_PROCESSES": "1"}))
    with archive.writing() as session:
        notices.record_notice(session, load_notice(NOTICE), NOTICE, actor=SYSTEM)
    return archive


def result(archive: Archive) -> dict[str, object]:
    """All that a run leaves, by the paths of the files, which do not depend on who came first."""
    with archive.reading() as session:
        paths = {record.id: record.files[0].path for record in visible_records(session, actor=OPERATOR)}
        records = {
            paths[record.id]: (
                record.title,
                record.state,
                record.page_count,
                paths.get(record.parent_id or 0),
                [(page.number, page.text, page.read_by, page.unread) for page in record.pages],
                sorted(item.category for item in tagging.suggestions_of(session, record)),
            )
            for record in visible_records(session, actor=OPERATOR)
        }
        items = sorted(
            (item.path, item.state, item.reason_code, item.sha256, item.pages, paths.get(item.record_id or 0))
            for item in session.scalars(select(Item))
        )
        copies = sorted((file.path, file.sha256) for file in session.scalars(select(RecordFile)))
        held = sorted((hold.sha256, hold.kind, paths.get(hold.record_id or 0, "")) for hold in holds.all_holds(session))
        people = sorted(
            (paths[one.record_id], one.kind, one.name, one.page) for one in session.scalars(select(RecordPerson))
        )
        places = sorted(
            (paths[page.record_id], page.number, kept.packed)
            for page, kept in session.execute(select(Page, PageWords).join(PageWords, PageWords.page_id == Page.id))
        )
        protected = sorted((one.sha256, one.reason) for one in session.scalars(select(FileProtection)))
        stored = sorted((one.sha256, one.size) for one in session.scalars(select(StoredFile)))
        # Every event but those of going on, which are as many as the kills; and each once only.
        events = Counter(
            (event.action, *of_which(session, paths, event))
            for event in session.scalars(select(audit.AuditEvent))
            if event.action != AuditAction.RUN_RESUMED.value
        )
        found = {
            words: sorted(paths[record.id] for record in matching_records(archive, session, words, actor=OPERATOR))
            for words in ("minutes OR note", "meeting", '"minutes of meeting"', "file:txt", "state:read", "has:text")
        }
        assert audit.verify(session, archive.audit_head).ok
        assert archive.files.reconcile(session) == ([], [])
        assert prove_batch(session, batches.find_batch(session, "Box 1"), archive.files).is_right
        assert prove_store(session, archive.files, fixity=True).is_right
        assert session.scalar(select(func.count()).select_from(IndexNeed)) == 0
        assert session.scalar(select(func.count(Page.id))) == sum(len(record[4]) for record in records.values())
        assert session.scalar(select(func.count(Record.id))) == len(records)
    assert list(archive.files.spool.iterdir()) == []
    files = sorted(
        (path.relative_to(archive.settings.originals).as_posix(), path.read_bytes())
        for path in archive.settings.originals.rglob("*")
        if path.is_file()
    )
    rows = {"records": records, "items": items, "copies": copies, "held": held, "people": people, "places": places}
    rows |= {"protected": protected, "stored": stored}
    return {**rows, "events": events, "found": found, "files": files}


def of_which(session: Session, paths: dict[int, str], event: audit.AuditEvent) -> tuple[str, ...]:
    """What the event is about, by path or digest: numbers depend on who came first."""
    kind, _, name = event.subject.partition(":")
    if kind == "record":
        return kind, paths[session.scalars(select(Record.id).where(Record.reference == name)).one()]
    if kind == "item":
        return kind, session.get_one(Item, int(name)).path
    return kind, name


def take(archive: Archive, share: Path):
    return take_in(archive, [str(share)], batch="Box 1", source="County store", actor=OPERATOR)


def run_and_kill(archive: Archive, share: Path, *, at_event: int, further_seconds: float) -> bool:
    """A process takes the share in and is killed once so many events are in the trail; False if it ended before."""
    pid = os.fork()
    if pid == 0:
        try:
            take(replace(open_archive(archive.settings)), share)
        finally:
            os._exit(0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended, _ = os.waitpid(pid, os.WNOHANG)
        if ended:
            return False
        with archive.reading() as session:
            events = session.scalar(select(func.max(audit.AuditEvent.sequence))) or 0
        if events >= at_event:
            break
        time.sleep(0.005)
    time.sleep(further_seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def has_finished(archive: Archive) -> bool:
    with archive.reading() as session:
        return [run.finished_at is not None for run in session.scalars(select(Run))] == [True]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_run_killed_at_ten_random_moments_ends_as_an_undisturbed_one(tmp_path, share, empty_database, monkeypatch):
    # Small steps, so that there are many moments to be killed between.
    monkeypatch.setattr(taking_in, "TOGETHER", 2)
    monkeypatch.setattr(taking_in, "INDEX_EVERY", 3)
    monkeypatch.setattr(listing, "LISTED_AT_ONCE", 4)
    undisturbed = made_archive(tmp_path / "undisturbed", empty_database)
    take(undisturbed, share)
    expected = result(undisturbed)
    with undisturbed.reading() as session:
        events = session.scalar(select(func.max(audit.AuditEvent.sequence))) or 0
    undisturbed.close()
    chance = random.Random(20261125)
    disturbed = made_archive(tmp_path / "disturbed", empty_database)

    kills = 0
    for moment in sorted(chance.uniform(1, events * LATEST) for _ in range(KILLS)):
        # Each start writes an event of its own before it goes on.
        kills += run_and_kill(
            disturbed, share, at_event=int(moment) + kills, further_seconds=chance.uniform(0, FURTHER_SECONDS)
        )
    finished_too_early = has_finished(disturbed)
    resumed = take(disturbed, share).resumed

    assert kills == KILLS
    assert not finished_too_early
    assert resumed
    ended = result(disturbed)
    assert all(expected["found"].values())
    for part, value in expected.items():
        assert ended[part] == value, part
    disturbed.close()
