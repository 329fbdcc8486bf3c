"""The proof that nothing was lost: every item in one state, every sum equal, rows and files agreeing both ways.

It reads and changes nothing. Each check says what it compared and how many it compared, so that a check of nothing
is never taken for a check passed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from ingest import batches, counting
from ingest.models import CANCELLED, DUPLICATE, ENDED, FOUND, QUARANTINED, REGISTERED, STORED, Batch, Item, Run
from records.models import Record, RecordFile
from records.parts import is_no_part
from store.errors import CandourError
from store.files import FileStore
from store.files_models import StoredFile

KNOWN = (FOUND, *ENDED, STORED)
SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One thing that was compared: how many there were, and what does not agree (at most `SHOWN` are named)."""

    name: str
    compared: int
    wrong: int
    named: tuple[str, ...] = ()
    # What is right but not at its end yet: work still to be done, not a fault.
    unfinished: int = 0

    @property
    def is_right(self) -> bool:
        """Whether everything compared agrees."""
        return self.wrong == 0


@dataclass(frozen=True)
class Proof:
    """What was compared for one batch, or, with no name, for the whole archive."""

    batch: str
    sum_in_words: str
    checks: tuple[Check, ...]

    @property
    def is_right(self) -> bool:
        """Whether every check agrees."""
        return bool(self.checks) and all(check.is_right for check in self.checks)

    @property
    def is_finished(self) -> bool:
        """Whether nothing waits any more."""
        return not any(check.unfinished for check in self.checks)


def sum_in_words(totals: counting.Totals) -> str:
    """The arithmetic as a line: found = registered + duplicates + quarantined, and what else there is."""
    copies = "duplicate" if totals.duplicates == 1 else "duplicates"
    parts = [f"{totals.registered} registered", f"{totals.duplicates} {copies}", f"{totals.quarantined} quarantined"]
    if totals.cancelled:
        parts.append(f"{totals.cancelled} not taken in")
    if totals.waiting:
        parts.append(f"{totals.waiting} waiting")
    return f"{totals.found} found = {' + '.join(parts)}"


def prove_batch(session: Session, batch: Batch, files: FileStore) -> Proof:
    """The batch compared with itself, with its records, and with the bytes in the store (that they are there)."""
    totals = counting.totals_of_batch(session, batch)
    runs = batches.runs_of(session, batch)
    of_batch = Item.run_id.in_(select(Run.id).where(Run.batch_id == batch.id))
    checks = (
        _one_state(session, of_batch, totals),
        _sums(session, runs, totals),
        _ended_runs(session, runs),
        _registered(session, of_batch),
        _duplicates(session, of_batch),
        _reasons(session, of_batch),
        _records(session, batch, totals),
        _bytes(session, of_batch, files),
    )
    return Proof(batch.name, sum_in_words(totals), checks)


def prove_store(session: Session, files: FileStore, *, fixity: bool = False) -> Proof:
    """Rows against files both ways over the whole archive; with `fixity` every original is read and hashed again."""
    count = session.scalar(select(func.count()).select_from(StoredFile).where(StoredFile.removed_at.is_(None))) or 0
    missing, unknown = files.reconcile(session)
    found = count - len(missing) + len(unknown)
    checks = [
        Check("bytes are there for every row", count, len(missing), tuple(missing[:SHOWN])),
        Check("a row is there for all bytes", found, len(unknown), tuple(unknown[:SHOWN])),
    ]
    if fixity:
        changed = list(_changed(session, files, set(missing)))
        checks.append(
            Check("bytes are the ones that were stored", count - len(missing), len(changed), tuple(changed[:SHOWN]))
        )
    return Proof("", f"{count} originals", tuple(checks))


def _changed(session: Session, files: FileStore, missing: set[str]) -> Iterator[str]:
    for sha256 in session.scalars(
        select(StoredFile.sha256).where(StoredFile.removed_at.is_(None)).order_by(StoredFile.sha256)
    ):
        if sha256 in missing:
            continue
        try:
            files.verify(sha256)
        except CandourError:
            yield sha256


def _named(session: Session, condition: ColumnElement[bool]) -> tuple[int, tuple[str, ...]]:
    count = session.scalar(select(func.count(Item.id)).where(condition)) or 0
    listed = session.scalars(select(Item.id).where(condition).order_by(Item.id).limit(SHOWN)) if count else ()
    return count, tuple(f"item {number}" for number in listed)


def _one_state(session: Session, of_batch: ColumnElement[bool], totals: counting.Totals) -> Check:
    wrong, named = _named(session, of_batch & Item.state.not_in(KNOWN))
    return Check("every item is in exactly one known state", totals.found, wrong, named, totals.waiting)


def _sums(session: Session, runs: Sequence[Run], totals: counting.Totals) -> Check:
    each = [counting.run_totals(session, run) for run in runs]
    ended = totals.registered + totals.duplicates + totals.quarantined + totals.cancelled
    off = abs(totals.found - ended - totals.waiting) + abs(totals.found - sum(run.found for run in each))
    return Check("the states add up to what was found, over all runs", totals.found, off)


def _ended_runs(session: Session, runs: Sequence[Run]) -> Check:
    wrong = []
    for run in runs:
        if run.finished_at is None:
            continue
        waits = session.scalar(select(func.count(Item.id)).where(Item.run_id == run.id, Item.state.not_in(ENDED)))
        if waits or not (run.listed or run.is_cancelled):
            wrong.append(f"run {run.id}")
    unfinished = sum(run.finished_at is None for run in runs)
    return Check("no finished run has an item that waits", len(runs), len(wrong), tuple(wrong), unfinished)


def _registered(session: Session, of_batch: ColumnElement[bool]) -> Check:
    of_state = of_batch & (Item.state == REGISTERED)
    compared = session.scalar(select(func.count(Item.id)).where(of_state)) or 0
    own = select(RecordFile.id).where(RecordFile.record_id == Item.record_id, RecordFile.sha256 == Item.sha256).exists()
    wrong, named = _named(session, of_state & (Item.record_id.is_(None) | ~own))
    return Check("every registered item has its record, with its bytes", compared, wrong, named)


def _duplicates(session: Session, of_batch: ColumnElement[bool]) -> Check:
    of_state = of_batch & (Item.state == DUPLICATE)
    compared = session.scalar(select(func.count(Item.id)).where(of_state)) or 0
    kept = (
        select(RecordFile.id)
        .where(RecordFile.record_id == Item.record_id, RecordFile.sha256 == Item.sha256, RecordFile.path == Item.path)
        .exists()
    )
    wrong, named = _named(session, of_state & (Item.record_id.is_(None) | ~kept))
    return Check("every duplicate is kept as a path of the record with the same bytes", compared, wrong, named)


def _reasons(session: Session, of_batch: ColumnElement[bool]) -> Check:
    of_state = of_batch & Item.state.in_((QUARANTINED, CANCELLED))
    compared = session.scalar(select(func.count(Item.id)).where(of_state)) or 0
    wrong, named = _named(session, of_state & ((Item.reason == "") | (Item.reason_code == "")))
    return Check("everything set aside says why", compared, wrong, named)


def _records(session: Session, batch: Batch, totals: counting.Totals) -> Check:
    """Records of the batch that no item of it accounts for."""
    accounted = (
        select(Item.id)
        .join(Run, Run.id == Item.run_id)
        .where(Item.record_id == Record.id, Item.state == REGISTERED, Run.batch_id == batch.id)
        .exists()
    )
    # The parts of a split scan were met by no item: their pages are the scan's, which has its own.
    of_batch = and_(Record.batch == batch.name, is_no_part())
    lost = session.scalars(select(Record.reference).where(of_batch, ~accounted).order_by(Record.id))
    named = tuple(lost)
    compared = session.scalar(select(func.count(Record.id)).where(of_batch)) or 0
    return Check(
        "records and registered items are equally many",
        compared,
        max(len(named), abs(compared - totals.registered)),
        named[:SHOWN],
    )


def _bytes(session: Session, of_batch: ColumnElement[bool], files: FileStore) -> Check:
    """Every item that has bytes has them in the store, except what two people let go."""
    compared, wrong, last = 0, [], ""
    query = (
        select(Item.sha256)
        .join(StoredFile, StoredFile.sha256 == Item.sha256)
        .where(of_batch, StoredFile.removed_at.is_(None))
        .distinct()
        .order_by(Item.sha256)
        .limit(10_000)
    )
    while listed := [sha256 for sha256 in session.scalars(query.where(Item.sha256 > last)) if sha256]:
        compared += len(listed)
        wrong += [sha256 for sha256 in listed if not files.path(sha256).is_file()]
        last = listed[-1]
    return Check("the bytes of every item are in the store", compared, len(wrong), tuple(wrong[:SHOWN]))
