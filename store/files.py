"""Write-once originals and derivatives, keyed by SHA-256; every path in the data folder is built here.

Layout, a contract: `originals/ab/cd/<sha256>` (mode 0400), `derivatives/ab/cd/<sha256>/<name>`
(may be made again at any time), `spool/` (bytes on their way in, swept when an ingest starts;
`pages-<sha256>` holds the pages read so far of a long file, until its record is registered).
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from store import clock, protections
from store.chunks import chunks
from store.database import unit_of_work
from store.errors import CandourError, DamagedError, InvalidInputError, NotFoundError
from store.files_models import StoredFile

CHUNK = 1 << 20
SYNCED_AT_ONCE = 16
ASKED_AT_ONCE = 500
# A copy of an original that does not open as it is: repaired, or without its password. Taken along in a backup,
# because it may not be possible to make it again.
READABLE = "readable.pdf"
PAGE_JOURNAL = "pages-"
SWEPT = ("taken-", "readers-")
SHA256 = re.compile(r"[0-9a-f]{64}")
DERIVATIVE = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")


class ChangedWhileReadError(CandourError):
    """The file was written to while it was being copied, so no one version of it was taken."""


@dataclass(frozen=True)
class Spooled:
    """Bytes copied into the spool and known by their hashes, not yet stored."""

    path: Path
    sha256: str
    md5: str
    size: int


class FileStore:
    """The bytes of one archive."""

    def __init__(self, originals: Path, derivatives: Path, spool: Path) -> None:
        self._originals, self._derivatives, self.spool = originals, derivatives, spool
        for folder in (originals, derivatives, spool):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def take(self, source: Path, *, sync: bool = True) -> Spooled:
        """A copy of the file is in the spool, and is what was there at one moment.

        Without `sync` it may not be on the disk yet: `place` sees to that for many at once.

        Raises:
            ChangedWhileReadError: The file changed while it was copied.
            OSError: The file cannot be read.
        """
        # No link is followed, and opening a pipe must not wait for a writer.
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise InvalidInputError(f"{source.name} is not an ordinary file, so there are no bytes to take.")
            spooled = self._spool(file, sync=sync)
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or spooled.size != after.st_size:
            spooled.path.unlink()
            raise ChangedWhileReadError(
                "The file was being written to while it was read: take it in again when it is at rest."
            )
        return spooled

    def take_bytes(self, content: bytes) -> Spooled:
        """The bytes are in the spool."""
        with tempfile.TemporaryFile(dir=self.spool) as file:
            file.write(content)
            file.seek(0)
            return self._spool(file)

    def _spool(self, source: BinaryIO, *, sync: bool = True) -> Spooled:
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        descriptor, name = tempfile.mkstemp(dir=self.spool, prefix="taken-")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                while chunk := source.read(CHUNK):
                    sha256.update(chunk)
                    md5.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                target.flush()
                if sync:
                    os.fsync(target.fileno())
                os.fchmod(target.fileno(), 0o400)
        except BaseException:
            path.unlink()
            raise
        return Spooled(path, sha256.hexdigest(), md5.hexdigest(), size)

    def place(self, taken: Sequence[Spooled]) -> None:
        """The bytes of all of these are on the disk, each in its place: `put` then gives them their rows.

        Together, because a disk asked for many at once writes them in little more time than one.
        """
        with ThreadPoolExecutor(SYNCED_AT_ONCE) as threads:
            list(threads.map(_sync_file, [each.path for each in taken]))
            folders: set[Path] = set()
            for each in taken:
                target = self.path(each.sha256)
                if target.exists():
                    # Its copy stays in the spool until `put`: these bytes may be on their way out at this moment.
                    continue
                if not target.parent.exists():
                    target.parent.mkdir(parents=True, mode=0o700)
                    folders |= {target.parent.parent, self._originals}
                each.path.rename(target)
                folders.add(target.parent)
            list(threads.map(_sync_folder, sorted(folders)))

    def put(self, session: Session, spooled: Spooled) -> tuple[StoredFile, bool]:
        """The bytes are stored and have their row; the flag says whether they are new.

        May run twice: bytes already held are left as they are. The bytes are moved into place before
        the row is committed, so a row never speaks of bytes that are not there.
        """
        (stored,) = self.put_all(session, [spooled])
        return stored

    def put_all(self, session: Session, taken: Sequence[Spooled]) -> list[tuple[StoredFile, bool]]:
        """`put` for many at once: their rows in the same order, each with whether its bytes are new."""
        held: dict[str, StoredFile] = {}
        for some in chunks([each.sha256 for each in taken], ASKED_AT_ONCE):
            found = session.scalars(select(StoredFile).where(StoredFile.sha256.in_(some)))
            held.update((row.sha256, row) for row in found)
        stored = []
        for each in taken:
            self._move_in(each)
            row = held.get(each.sha256)
            is_new = row is None or row.removed_at is not None
            if row is None:
                row = StoredFile(sha256=each.sha256, md5=each.md5, size=each.size, stored_at=clock.now())
                session.add(row)
                held[each.sha256] = row
            row.removed_at = None
            stored.append((row, is_new))
        session.flush()
        return stored

    def _move_in(self, spooled: Spooled) -> None:
        target = self.path(spooled.sha256)
        if target.exists():
            spooled.path.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        spooled.path.rename(target)
        _sync_folder(target.parent)

    def discard(self, spooled: Spooled) -> None:
        """The spooled copy is gone; stored bytes are not touched."""
        spooled.path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where these bytes are, or would be."""
        if not SHA256.fullmatch(sha256):
            raise InvalidInputError("That is not a SHA-256: give 64 lower-case hexadecimal digits.")
        return self._originals / sha256[:2] / sha256[2:4] / sha256

    def original(self, sha256: str) -> Path:
        """The path of stored bytes, for reading only.

        Raises:
            NotFoundError: They are not in the store.
        """
        path = self.path(sha256)
        if not path.is_file():
            raise NotFoundError(f"The original {sha256[:12]} is not in the file store: run `candour doctor`.")
        return path

    def derivative(self, sha256: str, name: str) -> Path:
        """Where something made from these bytes is kept; its folder exists."""
        if not DERIVATIVE.fullmatch(name):
            raise InvalidInputError("A derivative's name is made of small letters, digits, dots and hyphens.")
        folder = self._derivatives / self.path(sha256).relative_to(self._originals)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / name

    def keep_readable(self, sha256: str, copy: Path) -> None:
        """The copy that a damaged or protected original was read from is kept beside it, the original untouched."""
        target = self.derivative(sha256, READABLE)
        spooled = self.take(copy)
        spooled.path.replace(target)
        _sync_folder(target.parent)

    def readable(self, sha256: str) -> Path:
        """The bytes its pages were read from: the readable copy where the original does not open as it is.

        Raises:
            NotFoundError: The original is not in the store.
        """
        original = self.original(sha256)
        copy = self._derivatives / original.relative_to(self._originals) / READABLE
        return copy if copy.is_file() else original

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for bytes being worked on, gone when the block ends."""
        with tempfile.TemporaryDirectory(dir=self.spool) as folder:
            yield Path(folder)

    def page_journal(self, sha256: str) -> Path:
        """Where the pages of these bytes are kept while they are read; not swept, so that a killed run goes on."""
        return self.spool / f"{PAGE_JOURNAL}{self.path(sha256).name}"

    def page_journals(self) -> list[str]:
        """The SHA-256 of each file whose pages are kept so."""
        return sorted(path.name.removeprefix(PAGE_JOURNAL) for path in self.spool.glob(f"{PAGE_JOURNAL}*"))

    def sweep_spool(self) -> None:
        """Whatever an interrupted ingest left in the spool is gone; nothing there was ever stored."""
        for left in self.spool.iterdir():
            if not left.name.startswith(SWEPT):  # another process may be at work on the rest
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def verify(self, sha256: str) -> None:
        """Returns only if the stored bytes are the ones that were stored.

        Raises:
            DamagedError: They have changed.
            NotFoundError: They are gone.
        """
        with self.original(sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise DamagedError(
                    f"The original {sha256[:12]} is no longer what was stored: restore it from a backup and say so."
                )

    def remove(self, session: Session, sha256: str) -> None:
        """The row says that the bytes are gone, and they go once that is committed: only cleared bytes, unprotected.

        They never go before the commit: one that failed would leave bytes destroyed and nothing that says why.

        Raises:
            RefusedError: Something protects them, or nobody has cleared them.
        """
        protections.require_removable(session, sha256)
        row = session.get(StoredFile, sha256)
        if row is None:
            raise NotFoundError(f"The original {sha256[:12]} has no row, so nothing says that it may go.")
        row.removed_at = clock.now()
        session.flush()  # the database's own guard speaks before the bytes go
        engine = session.get_bind().engine
        event.listen(session, "after_commit", lambda _: self._finish_removal(engine, sha256), once=True)

    def _finish_removal(self, engine: Engine, sha256: str) -> None:
        # Asked again under the write lock: the same bytes may have been taken in since the commit, and are held.
        with unit_of_work(engine) as session:
            row = session.get(StoredFile, sha256)
            if row is not None and row.removed_at is not None:
                self._unlink(sha256)

    def _unlink(self, sha256: str) -> None:
        derivatives = self._derivatives / self.path(sha256).relative_to(self._originals)
        shutil.rmtree(derivatives, ignore_errors=True)
        self.path(sha256).unlink(missing_ok=True)

    def finish_removals(self, session: Session) -> int:
        """Bytes whose removal was committed but which a crash left behind are gone; how many there were.

        Args:
            session: A writing unit of work: under its lock nobody takes the same bytes in at this moment.
        """
        removed = session.scalars(select(StoredFile.sha256).where(StoredFile.removed_at.is_not(None)))
        left = [sha256 for sha256 in removed if self.path(sha256).exists()]
        for sha256 in left:
            self._unlink(sha256)
        return len(left)

    def reconcile(self, session: Session) -> tuple[list[str], list[str]]:
        """Bytes that have a row but are missing, and bytes without a row: both empty in a sound store."""
        missing: list[str] = []
        unknown: list[str] = []
        for first in range(256):  # a folder at a time, so that memory stays flat however many there are
            prefix = f"{first:02x}"
            rows = set(
                session.scalars(
                    select(StoredFile.sha256).where(
                        StoredFile.sha256 >= prefix, StoredFile.sha256 < prefix + "g", StoredFile.removed_at.is_(None)
                    )
                )
            )
            files = {path.name for path in (self._originals / prefix).glob("??/*")}
            missing += sorted(rows - files)
            unknown += sorted(files - rows)
        return missing, unknown


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
