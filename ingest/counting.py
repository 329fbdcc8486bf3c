"""The arithmetic of batches and runs: how many items were met, what became of each, how fast, and why not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest.models import CANCELLED, DUPLICATE, ENDED, OPENED, QUARANTINED, REGISTERED, Batch, Item, Run
from ingest.reading import SENTENCES
from records.models import Record
from records.parts import is_no_part
from store import clock

LATELY = timedelta(seconds=60)
_SUMMED = ("found", "pages", "ocr_pages", "unscanned")


@dataclass(frozen=True)
class Totals:
    """How many items were met and what became of each; pages of the registered ones.

    `cancelled` were listed and not taken in, because a person ended the run; `unscanned` have bytes that no virus
    scanner looked at; `opened` are folders that could be opened only when they were tried again, and are not counted
    among what was found, as no folder is: the files in them are.
    """

    found: int = 0
    registered: int = 0
    duplicates: int = 0
    quarantined: int = 0
    waiting: int = 0
    pages: int = 0
    ocr_pages: int = 0
    cancelled: int = 0
    unscanned: int = 0
    opened: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every item found has ended in exactly one state."""
        return self.found == self.registered + self.duplicates + self.quarantined + self.cancelled


@dataclass(frozen=True)
class BatchTotals:
    """A batch with its arithmetic over all its runs."""

    batch: Batch
    totals: Totals
    unread_pages: int
    runs: int
    unfinished_runs: int


@dataclass(frozen=True)
class SourceTotals:
    """A place that files came from, as it was named when they were taken in, with the arithmetic of all its runs."""

    source: str
    runs: int
    totals: Totals


@dataclass(frozen=True)
class ReasonCount:
    """How many items were set aside for one reason, and one sentence that says it."""

    code: str
    sentence: str
    count: int


@dataclass(frozen=True)
class Speed:
    """What was done in the last minute of work, and how long the rest would take at that pace."""

    files_per_second: float
    pages_per_second: float
    seconds_left: float | None


# What is said of all items of one reason, where the sentences of single ones say more.
_OF_SEVERAL = SENTENCES | {CANCELLED: "Not taken in: cancelled before their turn; each says by whom and when."}


def run_totals(session: Session, run: Run) -> Totals:
    """The arithmetic of one run."""
    return _sum(session, Item.run_id == run.id)


def totals_of_batch(session: Session, batch: Batch) -> Totals:
    """The arithmetic of one batch over all its runs."""
    return _sum(session, Item.run_id.in_(_runs_of(batch)))


def totals_of_everything(session: Session) -> Totals:
    """The arithmetic of every batch together."""
    return _sum(session)


def totals_of_sources(session: Session) -> list[SourceTotals]:
    """Every source that was named, in order, with what became of the files met there; also where there were none."""
    runs = session.execute(select(Run.source, func.count(Run.id)).group_by(Run.source).order_by(Run.source)).all()
    summed: dict[str, list[tuple[str, int, int, int, int]]] = {}
    by_run = _by_run()
    for source, *row in session.execute(
        select(Run.source, *_sums(by_run)).join(by_run, by_run.c.run_id == Run.id).group_by(Run.source, by_run.c.state)
    ):
        summed.setdefault(source, []).append((row[0], row[1], row[2], row[3], row[4]))
    return [SourceTotals(source, count, _totals(summed.get(source, []))) for source, count in runs]


def reasons_of_everything(session: Session) -> list[ReasonCount]:
    """Why files were set aside in any batch, the commonest first."""
    return _reasons(session, Item.state == QUARANTINED)


def _runs_of(batch: Batch) -> Select[int]:
    return select(Run.id).where(Run.batch_id == batch.id)


def _has_bytes() -> ColumnElement[bool]:
    return Item.state.in_((REGISTERED, DUPLICATE))


def _by_run(*conditions: ColumnElement[bool]) -> Subquery:
    """The sums of each run and state: in this order the index of items holds them, in any other all are sorted."""
    unscanned = case((_has_bytes() & Item.scanned.is_(False), 1), else_=0)
    sums = (func.count(), func.sum(Item.pages), func.sum(Item.ocr_pages), func.sum(unscanned))
    named = [each.label(name) for each, name in zip(sums, _SUMMED, strict=True)]
    return select(Item.run_id, Item.state, *named).where(*conditions).group_by(Item.run_id, Item.state).subquery()


def _sums(by_run: Subquery) -> list[ColumnElement[Any]]:
    return [by_run.c.state, *(func.sum(by_run.c[name]) for name in _SUMMED)]


def _sum(session: Session, *conditions: ColumnElement[bool]) -> Totals:
    by_run = _by_run(*conditions)
    rows = session.execute(select(*_sums(by_run)).group_by(by_run.c.state)).all()
    return _totals([(row[0], row[1], row[2], row[3], row[4]) for row in rows])


def _totals(rows: list[tuple[str, int, int, int, int]]) -> Totals:
    counts = {row[0]: row[1] for row in rows}
    return Totals(
        found=sum(count for state, count in counts.items() if state != OPENED),
        registered=counts.get(REGISTERED, 0),
        duplicates=counts.get(DUPLICATE, 0),
        quarantined=counts.get(QUARANTINED, 0),
        waiting=sum(count for state, count in counts.items() if state not in ENDED),
        pages=sum(row[2] for row in rows),
        ocr_pages=sum(row[3] for row in rows),
        cancelled=counts.get(CANCELLED, 0),
        unscanned=sum(row[4] for row in rows),
        opened=counts.get(OPENED, 0),
    )


def batch_totals(session: Session, *, actor: Actor) -> list[BatchTotals]:
    """Every batch with its arithmetic, the newest first, and its unread pages as far as this actor may know of them."""
    summed: dict[int, list[tuple[str, int, int, int, int]]] = {}
    by_run = _by_run()
    each_batch = select(Run.batch_id, *_sums(by_run)).join(by_run, by_run.c.run_id == Run.id)
    for batch_id, *row in session.execute(each_batch.group_by(Run.batch_id, by_run.c.state)):
        summed.setdefault(batch_id, []).append((row[0], row[1], row[2], row[3], row[4]))
    unread: dict[str, int] = {
        name: int(count or 0)
        for name, count in session.execute(
            select(Record.batch, func.sum(Record.unread_pages))
            .where(is_no_part(), Record.compartment.in_(actor.compartments))
            .group_by(Record.batch)
        )
    }
    runs: dict[int, tuple[int, int]] = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(Run.batch_id, func.count(Run.id), func.sum(case((Run.finished_at.is_(None), 1), else_=0))).group_by(
                Run.batch_id
            )
        )
    }
    return [
        BatchTotals(batch, _totals(summed.get(batch.id, [])), unread.get(batch.name, 0), *runs.get(batch.id, (0, 0)))
        for batch in session.scalars(select(Batch).order_by(Batch.id.desc()))
    ]


def one_batch(session: Session, batch: Batch, *, actor: Actor) -> BatchTotals:
    """This batch with its arithmetic, and its unread pages as far as this actor may know of them."""
    unread = select(func.sum(Record.unread_pages)).where(
        Record.batch == batch.name, is_no_part(), Record.compartment.in_(actor.compartments)
    )
    runs, unfinished = session.execute(
        select(func.count(Run.id), func.coalesce(func.sum(case((Run.finished_at.is_(None), 1), else_=0)), 0)).where(
            Run.batch_id == batch.id
        )
    ).one()
    return BatchTotals(batch, totals_of_batch(session, batch), session.scalar(unread) or 0, runs, unfinished)


def reasons(session: Session, batch: Batch) -> list[ReasonCount]:
    """Why items of the batch were set aside or not taken in, the commonest first."""
    return _reasons(session, Item.run_id.in_(_runs_of(batch)), Item.state.in_((QUARANTINED, CANCELLED)))


def _reasons(session: Session, *conditions: ColumnElement[bool]) -> list[ReasonCount]:
    """The reasons by their codes; where items of one code were told different things, one sentence true of all."""
    rows = session.execute(
        select(Item.reason_code, func.min(Item.reason), func.count(), func.count(Item.reason.distinct()))
        .where(*conditions)
        .group_by(Item.reason_code)
        .order_by(func.count().desc(), Item.reason_code)
    )
    return [
        ReasonCount(code, sentence if sentences == 1 else _OF_SEVERAL.get(code, sentence), count)
        for code, sentence, count, sentences in rows
    ]


def speed(session: Session, batch: Batch, *, waiting: int) -> Speed:
    """How fast the batch goes: items and pages ended within the last minute before the latest one that ended.

    Counted back from the latest item rather than from now, so that it says how fast work went while it went; time
    left is told only while something ended within the last minute. It is what the files left would take or, where
    that is longer, their bytes: a few long scans after many small files take more than their number says.
    """
    runs = list(session.scalars(_runs_of(batch)))
    latest = session.scalar(select(func.max(Item.ended_at)).where(Item.run_id.in_(runs)))
    if latest is None:
        return Speed(0.0, 0.0, None)
    first, items, pages, size = session.execute(
        select(func.min(Item.ended_at), func.count(), func.sum(Item.pages), func.sum(Item.size)).where(
            Item.run_id.in_(runs), Item.ended_at > latest - LATELY
        )
    ).one()
    seconds = max((latest - (first or latest)).total_seconds(), 1.0)
    files = items / seconds
    if clock.now() - latest >= LATELY or not waiting:
        return Speed(files, pages / seconds, None)
    size_left = session.scalar(select(func.sum(Item.size)).where(Item.run_id.in_(runs), Item.state.not_in(ENDED)))
    by_size = (size_left or 0) * seconds / size if size else 0.0
    return Speed(files, pages / seconds, max(waiting / files, by_size))
