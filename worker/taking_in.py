"""Taking files in: list first, then store, hold, read and register each, wherever it was left.

Each file's life is short transactions of its own. A run stopped at any moment goes on from the rows:
bytes stored are not stored again, a file registered is not read again, a member is never met twice.
"""

import errno
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from access.policy import Actor
from costs import effort
from ingest import batches, registering
from ingest.limits import ReaderPool, ReadResult
from ingest.locking import only_one
from ingest.models import FOUND, STORED, Item, Run
from ingest.reading import FileReading, MemberFound, UnreadableFile
from ingest.walking import Found, walk
from records.models import Record
from records.register import record_of_bytes
from retention import holds, notices, tagging
from retention.notice_file import load_notice
from retention.suggesting import DocumentText, Suggester
from search import indexing
from store import audit, clock
from store.archive import Archive
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import CandourError, InvalidInputError
from store.files import ChangedWhileReadError

log = logging.getLogger(__name__)

LISTED_AT_ONCE = 500
MEMBERS_AT_ONCE = 50
INDEX_EVERY = 400
# A message in a ZIP in a message in a ZIP is four deep; what is deeper was made, not filed.
DEEPEST = 8


@dataclass(frozen=True)
class Progress:
    """How far a run is: items ended of items known so far, and pages read."""

    done: int
    found: int
    pages: int
    current: str


@dataclass(frozen=True)
class ItemOutcome:
    """What became of one item."""

    path: str
    state: str
    reason: str
    record: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    batch: str
    totals: batches.Totals
    seconds: float
    resumed: bool
    items: list[ItemOutcome]


Report = Callable[[Progress], None]


def _quiet(_progress: Progress) -> None:
    return


def take_in(
    archive: Archive,
    paths: Sequence[str],
    *,
    batch: str,
    source: str,
    actor: Actor,
    report: Report = _quiet,
    wait: bool = False,
) -> Outcome:
    """Everything under the paths has ended in exactly one state, and what was registered can be found.

    With `wait` it begins once nothing else is being taken in.

    Raises:
        InvalidInputError: A path does not exist.
        RefusedError: Files are being taken in already, or no notice is recorded.
    """
    roots = [str(Path(path).absolute()) for path in paths]
    missing = [path for path, root in zip(paths, roots, strict=True) if not Path(root).exists()]
    if missing or not roots:
        raise InvalidInputError(f"There is nothing at {', '.join(missing) or 'no path'}: check the path and try again.")
    with only_one(archive.settings.data, wait=wait):
        return _Taking(archive, roots, batch=batch, source=source, actor=actor, report=report).run()


@dataclass
class _Taking:
    archive: Archive
    roots: list[str]
    batch: str
    source: str
    actor: Actor
    report: Report
    waiters: dict[str, list[int]] = field(default_factory=dict)
    queue: deque[int] = field(default_factory=deque)
    last_listed: int = 0
    done: int = 0
    found: int = 0
    pages: int = 0
    unindexed: int = 0

    def run(self) -> Outcome:
        """The run from listing to the last item, timed."""
        started = time.monotonic()
        self.archive.files.sweep_spool()
        self.suggester = Suggester(load_notice(self.archive.settings.notice_file))
        with self.archive.writing() as session:
            notices.current_notice(session)
            kept, run, resumed = batches.open_run(
                session, self.roots, batch=self.batch, source=self.source, actor=self.actor
            )
            self.batch_row, self.run_row = kept, run
        self._list()
        self._work()
        indexing.bring_up_to_date(self.archive)
        return self._finish(time.monotonic() - started, resumed=resumed)

    def _list(self) -> None:
        if not self.run_row.listed:
            met = (_met(found) for found in walk([Path(root) for root in self.roots], ignore=self._is_our_own))
            for chunk in chunks(met, LISTED_AT_ONCE):
                with self.archive.writing() as session:
                    batches.add_items(session, self.run_row, chunk)
                    self.found = batches.run_totals(session, self.run_row).found
                self._tell("listing")
            with self.archive.writing() as session:
                self.run_row = session.get_one(Run, self.run_row.id)
                self.run_row.listed = True
        with self.archive.reading() as session:
            totals = batches.run_totals(session, self.run_row)
        self.found, self.pages, self.done = totals.found, totals.pages, totals.found - totals.waiting

    def _is_our_own(self, path: Path) -> bool:
        """The data folder, should it lie inside what is taken in; an upload in it was named by itself."""
        return path == self.archive.settings.data and str(path) not in self.roots

    def _work(self) -> None:
        settings = self.archive.settings
        with ReaderPool(
            settings.processes,
            spool=self.archive.files.spool,
            memory_bytes=settings.reader_memory_mb * 1024 * 1024,
            page_seconds=settings.page_seconds,
            file_seconds=settings.file_seconds,
        ) as pool:
            self.pool = pool
            self._feed()
            while True:
                for result in pool.results():
                    self._receive(result)
                    self._feed()
                if not self._feed():
                    return

    def _feed(self) -> bool:
        """Items are handed to the pool while it wants more; False once nothing is left to hand over."""
        handed = False
        while self.pool.wants_more and (number := self._next()) is not None:
            handed = self._offer(number) or handed
        return handed

    def _next(self) -> int | None:
        while not self.queue:
            with self.archive.reading() as session:
                waiting = batches.waiting_items(session, self.run_row, after=self.last_listed, limit=LISTED_AT_ONCE)
                # A member whose container is still to be read again is offered by its container.
                self.queue.extend(item.id for item in waiting if batches.container_ended(session, item))
            if not waiting:
                return None
            self.last_listed = waiting[-1].id
        return self.queue.popleft()

    def _offer(self, number: int) -> bool:
        """The item is stored and held, and either ends here or waits for the pool; True if the pool has it."""
        with self.archive.reading() as session:
            item = session.get_one(Item, number)
        if item.state not in (STORED, FOUND):
            return False
        try:
            sha256 = item.sha256 if item.state == STORED and item.sha256 else self._store(item)
        except UnreadableFile as problem:
            self._quarantine(number, problem)
            return False
        if item.parent_id is not None and (endless := self._endless(item, sha256)):
            self._quarantine(number, endless)
            return False
        if sha256 in self.waiters:
            self.waiters[sha256].append(number)
            return False
        if item.parent_id is None and self._is_duplicate(number, sha256):
            return False
        self.waiters[sha256] = []
        self.pool.submit(str(number), self.archive.files.path(sha256), name=item.name)
        return True

    def _endless(self, item: Item, sha256: str) -> UnreadableFile | None:
        """Why a member is not opened: it lies too deep, or in a copy of itself, as files made to do harm do."""
        with self.archive.reading() as session:
            above = batches.ancestors(session, item)
        if any(container.sha256 == sha256 for container in above):
            return UnreadableFile(
                "bomb", "The file holds a copy of itself without end; the copy was not unpacked again."
            )
        return UnreadableFile("nested-too-deep") if len(above) > DEEPEST else None

    def _store(self, item: Item) -> str:
        try:
            spooled = self.archive.files.take(Path(os.fsdecode(item.disk_path)))
        except ChangedWhileReadError as error:
            raise UnreadableFile("changed", str(error)) from error
        except FileNotFoundError as error:
            raise UnreadableFile("missing") from error
        except (PermissionError, InvalidInputError) as error:
            raise UnreadableFile("unreadable-file") from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise CandourError(
                    "The disk that holds the archive is full, so nothing more was taken in and nothing was lost: "
                    "make room and run the same command again."
                ) from error
            raise UnreadableFile("unreadable-file") from error
        with self.archive.writing() as session:
            row, new = self.archive.files.put(session, spooled)
            kept = session.get_one(Item, item.id)
            kept.sha256, kept.size, kept.state = row.sha256, row.size, STORED
            holds.hold_new_bytes(session, row.sha256, actor=self.actor)
            if new:
                audit.record(
                    session,
                    AuditAction.BYTES_STORED,
                    actor=self.actor.name,
                    subject=f"file:{row.sha256}",
                    detail={"item": item.id, "size": row.size},
                )
        return spooled.sha256

    def _is_duplicate(self, number: int, sha256: str) -> bool:
        with self.archive.writing() as session:
            record = record_of_bytes(session, sha256)
            if record is None:
                return False
            batches.end_duplicate(
                session,
                session.get_one(Item, number),
                record,
                batch=self.batch_row,
                run=self.run_row,
                actor=self.actor,
            )
        self._ended(number)
        return True

    def _receive(self, result: ReadResult) -> None:
        number = int(result.task_id)
        with self.archive.reading() as session:
            sha256 = session.get_one(Item, number).sha256 or ""
        if result.reading is not None:
            self._try_to_register(number, sha256, result.reading)
        else:
            self._quarantine(number, result.problem or UnreadableFile("crashed"))
        self.pool.discard(result.task_id)
        self.queue.extendleft(reversed(self.waiters.pop(sha256, [])))

    def _try_to_register(self, number: int, sha256: str, reading: FileReading) -> None:
        try:
            self._register(number, sha256, reading)
        except (CandourError, DBAPIError):
            raise  # the archive itself is not well: going on would set every further file aside for it
        except Exception:  # one file's words must never stop the batch; a person sees the reason
            log.exception("item %s could not be registered", number)
            self._quarantine(number, UnreadableFile("crashed"))

    def _register(self, number: int, sha256: str, reading: FileReading) -> None:
        members = self._store_members(number, reading.members)
        if not reading.pages and not members:
            self._quarantine(number, UnreadableFile("no-pages"))
            return
        proposals = None
        with self.archive.writing() as session:
            item = session.get_one(Item, number)
            record = registering.register(
                session,
                item,
                reading,
                sha256=sha256,
                batch=self.batch_row,
                run=self.run_row,
                parent=_parent_record(session, item),
                actor=self.actor,
            )
            holds.hold_record(session, record, actor=self.actor)
            proposals = self.suggester.suggest(_document_text(record, reading))
            tagging.keep_suggestions(session, record, proposals, actor=self.actor)
            batches.end_registered(
                session,
                item,
                record,
                ocr_pages=registering.ocr_pages(reading),
                not_searchable=reading.not_searchable,
            )
            self.pages += record.page_count
        self.queue.extend(members)
        self.found += len(members)
        self.unindexed += 1
        if self.unindexed >= INDEX_EVERY:
            indexing.bring_up_to_date(self.archive)
            self.unindexed = 0
        self._ended(number)

    def _store_members(self, number: int, members: Sequence[MemberFound]) -> list[int]:
        """Every member's bytes are stored and held, and its item made, before its container is registered."""
        made: list[int] = []
        for chunk in chunks(members, MEMBERS_AT_ONCE):
            with self.archive.writing() as session:
                parent = session.get_one(Item, number)
                for member in chunk:
                    known = batches.member_at(session, parent, member.position)
                    if known is None:
                        row, _ = self.archive.files.put(session, self.archive.files.take(member.path))
                        holds.hold_new_bytes(session, row.sha256, actor=self.actor)
                        known = batches.add_member(
                            session,
                            parent,
                            name=member.name,
                            position=member.position,
                            sha256=row.sha256,
                            size=row.size,
                        )
                    made.append(known.id)
        return made

    def _quarantine(self, number: int, problem: UnreadableFile) -> None:
        with self.archive.writing() as session:
            batches.end_quarantined(session, session.get_one(Item, number), problem, actor=self.actor)
        self._ended(number)

    def _ended(self, number: int) -> None:
        self.done += 1
        self._tell(str(number))

    def _tell(self, current: str) -> None:
        self.report(Progress(self.done, self.found, self.pages, current))

    def _finish(self, seconds: float, *, resumed: bool) -> Outcome:
        with self.archive.writing() as session:
            run = session.get_one(Run, self.run_row.id)
            run.seconds += seconds
            totals = batches.run_totals(session, run)
            if not totals.adds_up:
                raise CandourError(
                    f"{totals.waiting} of {totals.found} items have not ended: run the same command again to go on."
                )
            run.finished_at = clock.now()
            effort.log_automatic(
                session,
                activity="machine-reading",
                seconds=seconds,
                items=totals.found,
                pages=totals.pages,
                actor=self.actor,
            )
            audit.record(
                session,
                AuditAction.RUN_FINISHED,
                actor=self.actor.name,
                subject=f"batch:{self.batch_row.name}",
                detail={"run": run.id, **{key: value for key, value in vars(totals).items() if key != "waiting"}},
            )
            listed = batches.items(session, run=run)
            references = batches.record_references(session, listed)
            outcomes = [
                ItemOutcome(item.path, item.state, item.reason, references.get(item.record_id or 0)) for item in listed
            ]
            return Outcome(self.batch_row.name, totals, round(run.seconds, 2), resumed, outcomes)


def _met(found: Found) -> batches.Met:
    name = found.relative.rsplit("/", 1)[-1]
    return batches.Met(found.relative, name, os.fsencode(found.path), found.size, found.problem)


def _parent_record(session: Session, item: Item) -> Record | None:
    """The record of the container the item lies in; none for a loose file, or before that is registered."""
    if item.parent_id is None:
        return None
    parent = session.get_one(Item, item.parent_id)
    return session.get(Record, parent.record_id) if parent.record_id else None


def _document_text(record: Record, reading: FileReading) -> DocumentText:
    return DocumentText(
        title=record.title,
        file_name=record.file_name,
        pages=[(page.number, page.text) for page in reading.pages],
        record_type=record.record_type,
        date=record.date_from.isoformat() if record.date_from else None,
    )
