"""Files that nothing here could read when they came, read again: a program was installed, or a password was given.

What was said of such a file before stays among the versions of its page. Members that come out now get their items in
the run that met the container, which is then gone on with: also where a person had cancelled what was left of it, which
stays cancelled. A run that waits because a person paused it goes on waiting.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest import batches, registering
from ingest.limits import ReaderPool
from ingest.locking import only_one
from ingest.models import REGISTERED, Batch, Item, Run
from ingest.reading import NOT_TAKEN_OUT, FileReading
from records.models import Page, Record
from records.register import NOT_SEARCHABLE
from retention import holds
from store.archive import Archive
from store.errors import NotFoundError
from store.file_passwords import kept_passwords
from worker.taking_in import go_on, settle_cancelled


@dataclass
class FilesAgain:
    """How many files were tried again, of how many more is known now, and how many members came out of them."""

    tried: int = 0
    read: int = 0
    members: int = 0


def _quiet(_done: int, _total: int) -> None:
    return


def read_files_again(
    archive: Archive, batch: str, *, actor: Actor, beat: Callable[[int, int], None] = _quiet, wait: bool = False
) -> FilesAgain:
    """Each file of the batch that was held unread, whole or in part, has been tried again with what is here now.

    With `wait` it begins once nothing else is being taken in.

    Raises:
        NotFoundError: There is no such batch.
        RefusedError: Files are being taken in already.
    """
    require(actor, Permission.INGEST)
    require(actor, Permission.TRANSCRIBE)
    made = FilesAgain()
    settings = archive.settings
    with archive.reading() as session:
        found = batches.find_batch(session, batch)
        waiting = {str(record.id): (record.sha256, record.file_name) for record in _held_unread(session, batch)}
    with (
        only_one(settings.data, wait=wait),
        ReaderPool(
            settings.processes,
            spool=archive.files.spool,
            memory_bytes=settings.reader_memory_mb * 1024 * 1024,
            page_seconds=settings.page_seconds,
            file_seconds=settings.file_seconds,
            passwords=kept_passwords(settings),
        ) as pool,
    ):
        # What was cancelled and nobody has ended yet ends now, so that it cannot take the new members with it.
        settle_cancelled(archive)
        for record_id, (sha256, name) in waiting.items():
            pool.submit(record_id, archive.files.original(sha256), name=name)
        for result in pool.results():
            made.tried += 1
            if result.reading is not None:
                _keep(archive, int(result.task_id), result.reading, made, actor=actor)
            pool.discard(result.task_id)
            beat(made.tried, len(waiting))
    if made.members:
        # Nothing to go on with: a person has paused the run since, or another worker has ended it already.
        with suppress(NotFoundError):
            go_on(archive, found.name, actor=actor, wait=wait, lifting_pauses=False)
    return made


def _held_unread(session: Session, batch: str) -> list[Record]:
    partly = select(Page.record_id).where(Page.unread.is_(True), Page.heading == NOT_TAKEN_OUT)
    return list(
        session.scalars(
            select(Record)
            .where(
                Record.batch == batch,
                Record.purged_at.is_(None),
                or_(Record.state == NOT_SEARCHABLE, Record.id.in_(partly)),
            )
            .order_by(Record.id)
        )
    )


def _keep(archive: Archive, record_id: int, reading: FileReading, made: FilesAgain, *, actor: Actor) -> None:
    """What was read now is kept, if it says more than was known."""
    with archive.writing() as session:
        record = session.get_one(Record, record_id)
        # The item that became the record; copies met later were noted as duplicates, and have no members of their own.
        item = session.scalars(
            select(Item).where(Item.record_id == record.id, Item.state == REGISTERED).order_by(Item.id)
        ).one()
        new = [member for member in reading.members if batches.member_at(session, item, member.position) is None]
        if reading.not_searchable or (record.state != NOT_SEARCHABLE and not new):
            return
        registering.read_now(session, record, reading, actor=actor)
        if reading.readable_copy:
            archive.files.keep_readable(record.sha256, Path(reading.readable_copy))
        for member in new:
            row, _ = archive.files.put(session, archive.files.take(member.path))
            holds.hold_new_bytes(session, row.sha256, actor=actor)
            batches.add_member(
                session, item, name=member.name, position=member.position, sha256=row.sha256, size=row.size
            )
        if new:
            _reopen(session, session.get_one(Run, item.run_id), actor=actor)
    made.read += 1
    made.members += len(new)


def _reopen(session: Session, run: Run, *, actor: Actor) -> None:
    """The run, if it had come to its end, is under way again.

    Were it still marked as cancelled, its new members would be ended as "not taken in". The items that were ended so
    stay as they are; and since it has a record, it was listed to the end, so nothing more is met.
    """
    if run.finished_at is not None:
        run.finished_at = None
        batches.go_on(session, session.get_one(Batch, run.batch_id), run, actor=actor)
