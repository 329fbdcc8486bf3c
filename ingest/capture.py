"""How records were captured, in the sense of BS 10008: by whom, with what, checked how, and with which hashes."""

import fnmatch
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest.capture_models import DeliveredHash, ScanCapture
from ingest.capture_sidecars import Capture, check_capture
from ingest.models import Batch, Item, Run
from records.models import Record, RecordFile
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, RefusedError

BY_HAND = "by hand"
SAME, DIFFERENT, NOT_DELIVERED, NO_BYTES = "same", "different", "not delivered", "delivered without bytes"
HASH_LINE = re.compile(r"\\?([0-9a-fA-F]{64})[ \t]+[ *]?(.+)")
MOST_LINES = 1_000_000


def record_captures(
    session: Session, batch: Batch, captures: Sequence[Capture], *, told_in: str = BY_HAND, actor: Actor
) -> list[ScanCapture]:
    """How the batch was scanned is known; what was said before stays as history.

    Raises:
        InvalidInputError: One of them cannot be true.
    """
    require(actor, Permission.INGEST)
    kept = []
    for capture in captures:
        check_capture(capture)
        row = ScanCapture(
            batch_id=batch.id, told_in=told_in, recorded_by=actor.name, recorded_at=clock.now(), **vars(capture)
        )
        session.add(row)
        kept.append(row)
    session.flush()
    audit.record(
        session,
        AuditAction.CAPTURE_RECORDED,
        actor=actor.name,
        subject=f"batch:{batch.name}",
        detail={"captures": [row.id for row in kept], "told_in": told_in},
    )
    return kept


def told_in_file(name: str, content: bytes) -> str:
    """How a file that told of a capture is named in the account: by its name and its SHA-256."""
    return f"{name[:200]} (SHA-256 {hashlib.sha256(content).hexdigest()})"


def captures_of(session: Session, batch: Batch) -> list[ScanCapture]:
    """Everything said of how the batch was scanned, newest first."""
    query = select(ScanCapture).where(ScanCapture.batch_id == batch.id).order_by(ScanCapture.id.desc())
    return list(session.scalars(query))


@dataclass(frozen=True)
class Captured:
    """How a record was captured: the last word on its file, and its hash at delivery against the hash held."""

    capture: ScanCapture | None
    batch: Batch
    path: str
    sha256: str
    delivered_sha256: str

    @property
    def hash_verdict(self) -> str:
        """Whether the bytes held are those the supplier hashed; empty where no hash was delivered."""
        if not self.delivered_sha256:
            return ""
        return SAME if self.delivered_sha256 == self.sha256 else DIFFERENT


def capture_of(session: Session, record: Record) -> Captured | None:
    """How the record was captured, as far as anybody said; a part's is that of the file it was split from."""
    root = record
    while root.parent_id is not None:
        root = session.get_one(Record, root.parent_id)
    file = session.scalar(select(RecordFile).where(RecordFile.record_id == root.id).order_by(RecordFile.id).limit(1))
    batch = session.scalar(select(Batch).where(Batch.name == root.batch))
    if file is None or batch is None:
        return None
    capture = next((each for each in captures_of(session, batch) if fits(file.path, each.pattern)), None)
    hashes = session.scalars(select(DeliveredHash).where(DeliveredHash.batch_id == batch.id)).all()
    delivered = next((each.sha256 for each in hashes if ends_with(file.path, each.path)), "")
    if capture is None and not delivered:
        return None
    return Captured(capture, batch, file.path, file.sha256, delivered)


def fits(path: str, pattern: str) -> bool:
    """Whether the pattern of a capture is about this path: as it is, or from a folder on."""
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, f"*/{pattern}")


def ends_with(path: str, listed: str) -> bool:
    """Whether the path is the one a list names, from a folder on."""
    return path == listed or path.endswith(f"/{listed}")


def read_hash_list(content: bytes) -> list[tuple[str, str]]:
    """Paths with their SHA-256, from a list as `sha256sum` writes it.

    Raises:
        InvalidInputError: A line is not one, or a path stands twice with different hashes; nothing is taken over.
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInputError("The list of hashes is not written in UTF-8: save it as UTF-8.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = HASH_LINE.fullmatch(line.strip())
        if not match:
            raise InvalidInputError(f"Line {number} of the list is not a SHA-256 and a path: mend it and try again.")
        path = match[2].replace("\\", "/").removeprefix("./").lstrip("/")
        if found.setdefault(path, match[1].lower()) != match[1].lower():
            raise InvalidInputError(f"Line {number} gives a second hash for {path}: ask the supplier which is right.")
    if not found or len(found) > MOST_LINES:
        raise InvalidInputError(f"The list of hashes holds no line, or more than {MOST_LINES:,}: look at it.")
    return list(found.items())


def record_hashes(session: Session, batch: Batch, content: bytes, *, actor: Actor) -> int:
    """The hashes delivered with the batch are kept; a hash once kept is never replaced.

    Raises:
        RefusedError: Another hash is kept for one of the paths.
    """
    require(actor, Permission.INGEST)
    listed = read_hash_list(content)
    digest = hashlib.sha256(content).hexdigest()
    rows = session.scalars(select(DeliveredHash).where(DeliveredHash.batch_id == batch.id)).all()
    known = {row.path: row.sha256 for row in rows}
    for path, sha256 in listed:
        if known.get(path, sha256) != sha256:
            raise RefusedError(f"Another hash was delivered for {path} before: nothing was changed; ask the supplier.")
    fresh = [
        DeliveredHash(
            batch_id=batch.id,
            path=path,
            sha256=sha256,
            list_sha256=digest,
            recorded_by=actor.name,
            recorded_at=clock.now(),
        )
        for path, sha256 in listed
        if path not in known
    ]
    session.add_all(fresh)
    session.flush()
    audit.record(
        session,
        AuditAction.HASHES_RECORDED,
        actor=actor.name,
        subject=f"batch:{batch.name}",
        detail={"list": digest, "hashes": len(fresh), "known": len(listed) - len(fresh)},
    )
    return len(fresh)


@dataclass(frozen=True)
class HashLine:
    """One path of a delivered list, with what became of it."""

    path: str
    verdict: str
    delivered: str
    held: str
    record_id: int | None = None


@dataclass(frozen=True)
class HashComparison:
    """Every delivered hash against the bytes held, and the files met that no list names."""

    lines: tuple[HashLine, ...]
    unlisted: tuple[HashLine, ...]

    def count(self, verdict: str) -> int:
        """How many lines ended so."""
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def differing(self) -> list[HashLine]:
        """The lines that are not the same."""
        return [line for line in self.lines if line.verdict != SAME]


def compare_hashes(session: Session, batch: Batch) -> HashComparison:
    """Each delivered hash against the bytes held under its path."""
    query = (
        select(Item)
        .join(Run, Run.id == Item.run_id)
        .where(Run.batch_id == batch.id, Item.parent_id.is_(None))
        .order_by(Item.id)
    )
    met: dict[str, list[Item]] = {}
    items = list(session.scalars(query))
    for item in items:
        met.setdefault(item.path.rsplit("/", 1)[-1], []).append(item)
    lines, named = [], set()
    rows = session.scalars(select(DeliveredHash).where(DeliveredHash.batch_id == batch.id).order_by(DeliveredHash.path))
    for row in rows:
        found = [item for item in met.get(row.path.rsplit("/", 1)[-1], ()) if ends_with(item.path, row.path)]
        named |= {item.id for item in found}
        lines.append(_line(row, found))
    unlisted = [
        HashLine(item.path, "", "", item.sha256 or "", item.record_id) for item in items if item.id not in named
    ]
    return HashComparison(tuple(lines), tuple(unlisted) if lines else ())


def _line(row: DeliveredHash, found: Sequence[Item]) -> HashLine:
    if not found:
        return HashLine(row.path, NOT_DELIVERED, row.sha256, "")
    # A file taken in twice under one path is right only if each time it was: the worst is told.
    worst = next((item for item in found if item.sha256 != row.sha256), found[0])
    held = worst.sha256 or ""
    verdict = SAME if held == row.sha256 else DIFFERENT if held else NO_BYTES
    return HashLine(row.path, verdict, row.sha256, held, worst.record_id)
