"""The first half of a file's life: its bytes stored, held, looked at by the scanner, and told from copies.

Many files go through together, in one transaction: a disk asked for many at once takes little longer than for one.
A crash leaves bytes without a row, which the next run stores again, or a row with everything it promises.
"""

import errno
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest import batches
from ingest.malware import NotScannedError, Scanner, infected
from ingest.models import FOUND, STORED, Batch, Item, Run
from ingest.reading import UnreadableFile
from records.register import records_of_bytes
from retention import holds
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.files import ChangedWhileReadError, Spooled
from store.trouble import NO_ROOM

# A message in a ZIP in a message in a ZIP is four deep; what is deeper was made, not filed.
DEEPEST = 8
SCANNED_AT_ONCE = 4
WAIT = "wait"


@dataclass(frozen=True)
class Ready:
    """A file whose bytes are stored and held, and that is to be read."""

    number: int
    sha256: str
    name: str
    is_loose: bool


@dataclass
class _Coming:
    """One item on its way in: what was copied of it, or why nothing could be."""

    item: Item
    spooled: Spooled | None = None
    problem: UnreadableFile | None = None
    is_scanned: bool = False

    @property
    def sha256(self) -> str:
        return self.spooled.sha256 if self.spooled else self.item.sha256 or ""


@dataclass(frozen=True)
class Intake:
    """Takes the bytes of items of one run."""

    archive: Archive
    batch: Batch
    run: Run
    actor: Actor
    scanner: Scanner | None = None

    def take(self, numbers: Sequence[int]) -> tuple[list[Ready], int]:
        """Every item is stored and held, and has ended or is ready to be read; the ready ones, and how many ended.

        Raises:
            OSError: The archive's own disk is full, or fails.
        """
        with self.archive.reading() as session:
            items = list(session.scalars(select(Item).where(Item.id.in_(numbers)).order_by(Item.id)))
        coming = [self._copy(item) for item in items if item.state in (FOUND, STORED)]
        self.archive.files.place([each.spooled for each in coming if each.spooled])
        self._scan([each for each in coming if each.problem is None])
        with self.archive.writing() as session:
            ready = self._keep(session, coming)
        return ready, len(coming) - len(ready)

    def _copy(self, item: Item) -> _Coming:
        if item.state == STORED and item.sha256:
            return _Coming(item)
        try:
            return _Coming(item, self.archive.files.take(Path(os.fsdecode(item.disk_path)), sync=False))
        except ChangedWhileReadError:
            problem = UnreadableFile("changed")
        except FileNotFoundError:
            problem = UnreadableFile("missing")
        except (PermissionError, InvalidInputError):
            problem = UnreadableFile("unreadable-file")
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
            problem = UnreadableFile("disk-fault" if error.errno == errno.EIO else "unreadable-file")
        return _Coming(item, problem=problem)

    def _scan(self, coming: Sequence[_Coming]) -> None:
        """The scanner has seen the bytes of each, or each that it gave no answer for is refused.

        Raises:
            NotScannedError: It gave none, and the settings say to wait for it.
        """
        if self.scanner is None:
            return
        with ThreadPoolExecutor(SCANNED_AT_ONCE) as threads:
            list(threads.map(self._scan_one, coming))

    def _scan_one(self, coming: _Coming) -> None:
        assert self.scanner is not None
        try:
            name = self.scanner.scan(self.archive.files.path(coming.sha256))
        except NotScannedError as error:
            if self.archive.settings.clamd_failure == WAIT:
                raise NotScannedError(f"{error} Nothing more is taken in until it does; then go on.") from error
            coming.problem = UnreadableFile("not-scanned", f"{error} Nothing here opened the file: try it again.")
            return
        coming.is_scanned = True
        coming.problem = infected(name) if name else None

    def _keep(self, session: Session, coming: Sequence[_Coming]) -> list[Ready]:
        """The rows of all of them; those that are to be read."""
        items = batches.items_by_number(session, [each.item.id for each in coming])
        self._store(session, [(items[each.item.id], each.spooled) for each in coming if each.spooled])
        loose = [each.sha256 for each in coming if each.item.parent_id is None and each.sha256]
        known = records_of_bytes(session, loose)
        ready = []
        for each in coming:
            item = items[each.item.id]
            item.scanned = item.scanned or each.is_scanned
            problem = each.problem or self._endless(session, item)
            record = known.get(each.sha256) if item.parent_id is None else None
            if problem is not None:
                batches.end_quarantined(session, item, problem, actor=self.actor)
            elif record is not None:
                batches.end_duplicate(session, item, record, batch=self.batch, run=self.run, actor=self.actor)
                holds.hold_copy_found(session, record)
            else:
                ready.append(Ready(item.id, each.sha256, item.name, item.parent_id is None))
        return ready

    def _store(self, session: Session, taken: Sequence[tuple[Item, Spooled]]) -> None:
        stored = self.archive.files.put_all(session, [spooled for _, spooled in taken])
        if stored:
            holds.hold_all_new_bytes(session, [row.sha256 for row, _ in stored], actor=self.actor)
        for (item, _), (row, is_new) in zip(taken, stored, strict=True):
            item.sha256, item.size, item.state = row.sha256, row.size, STORED
            if is_new:
                audit.record(
                    session,
                    AuditAction.BYTES_STORED,
                    actor=self.actor.name,
                    subject=f"file:{row.sha256}",
                    detail={"item": item.id, "size": row.size},
                )

    def _endless(self, session: Session, item: Item) -> UnreadableFile | None:
        """Why a member is not opened: it lies too deep, or in a copy of itself, as files made to do harm do."""
        if item.parent_id is None:
            return None
        above = batches.ancestors(session, item)
        if any(container.sha256 == item.sha256 for container in above):
            return UnreadableFile(
                "bomb", "The file holds a copy of itself without end; the copy was not unpacked again."
            )
        return UnreadableFile("nested-too-deep") if len(above) > DEEPEST else None
