"""Taking files in: list first, then store, hold, read and register each, wherever it was left.

Short transactions, each of a few files whole. A run stopped at any moment goes on from the rows: bytes stored are not
stored again, a file registered is not read again, a member is never met twice. Items go through in the order they
were met, members after everything loose, so that an interrupted run ends as an undisturbed one would.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from access.policy import Actor
from costs import effort
from ingest import batches, control, counting
from ingest.limits import ReaderPool
from ingest.locking import only_one
from ingest.malware import scanner_at
from ingest.models import CANCEL, ENDED, Batch, Item, Run
from ingest.page_journal import PageJournal, belonging
from ingest.reading_tasks import ReadResult
from retention import notices
from search import indexing
from store import audit, clock
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import CandourError, InvalidInputError, NotFoundError
from store.file_passwords import kept_passwords
from worker.collecting import seldom_collecting
from worker.intake import Intake, Ready
from worker.keeping import Keeping
from worker.listing import as_given, list_everything, list_folders_again
from worker.proposing import PROPOSE, READY
from worker.same_readings import SameReadings

INDEX_EVERY = 400
OFFERED_AT_ONCE = 500
# Files that go through one transaction together, and how long the first of them waits for the others.
TOGETHER = 32
PAGES_TOGETHER = 500
PATIENCE_SECONDS = 0.5
LOOK_EVERY_SECONDS = 1.0
# How long the files being read may go on after a person asked for a pause; what is broken off is read again.
GRACE_SECONDS = 10.0


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
    """What became of a run; `stopped` is "pause" or "cancel" where a person stopped it."""

    batch: str
    totals: counting.Totals
    seconds: float
    resumed: bool
    stopped: str
    archive: Archive = field(repr=False)
    run: Run = field(repr=False)

    def each_item(self) -> Iterator[ItemOutcome]:
        """What became of each item, in the order they were met, a few in memory at a time."""
        last = 0
        with self.archive.reading() as session:
            while listed := batches.items(session, run=self.run, after=last, limit=1000):
                references = batches.record_references(session, listed)
                for item in listed:
                    yield ItemOutcome(item.path, item.state, item.reason, references.get(item.record_id or 0))
                last = listed[-1].id
                session.expunge_all()

    @property
    def items(self) -> list[ItemOutcome]:
        """What became of each item."""
        return list(self.each_item())


Report = Callable[[Progress], None]


def _quiet(_progress: Progress) -> None:
    return


def take_in(
    archive: Archive,
    paths: Sequence[str],
    *,
    batch: str,
    source: str,
    custodian: str = "",
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
    roots = as_given(paths)
    missing = [path for path, root in zip(paths, roots, strict=True) if not Path(root).exists()]
    if missing or not roots:
        raise InvalidInputError(f"There is nothing at {', '.join(missing) or 'no path'}: check the path and try again.")
    with only_one(archive.settings.data, wait=wait):
        settle_cancelled(archive)
        with archive.writing() as session:
            notices.current_notice(session)
            kept, run, resumed = batches.open_run(
                session, roots, batch=batch, source=source, custodian=custodian, actor=actor
            )
        return _Taking(archive, kept, run, actor=actor, report=report, resumed=resumed).work()


def go_on(
    archive: Archive,
    batch: str,
    *,
    actor: Actor,
    report: Report = _quiet,
    wait: bool = False,
    lifting_pauses: bool = True,
) -> list[Outcome]:
    """Every unfinished run of the batch, paused, interrupted or tried again, has gone on to its end.

    Without `lifting_pauses` a run that is paused is left so: for a job, which may be taken up long after it was asked
    for, when somebody has paused the batch since.

    Raises:
        NotFoundError: There is no such batch, or every one of its runs has finished.
        RefusedError: Files are being taken in already.
    """
    with only_one(archive.settings.data, wait=wait):
        settle_cancelled(archive)
        outcomes: list[Outcome] = []
        while True:
            with archive.writing() as session:
                found = batches.find_batch(session, batch)
                may_lift = lifting_pauses and not outcomes
                runs = [run for run in batches.unfinished_runs(session, found) if not run.is_paused or may_lift]
                if lifting_pauses and runs and not any(outcome.stopped for outcome in outcomes):
                    batches.go_on(session, found, runs[0], actor=actor)
            if not runs or any(outcome.stopped for outcome in outcomes):
                break
            outcomes.append(_Taking(archive, found, runs[0], actor=actor, report=report, resumed=True).work())
    if not outcomes:
        raise NotFoundError(f"Everything found in batch {batch} has been taken in: there is nothing to go on with.")
    return outcomes


def settle_cancelled(archive: Archive) -> int:
    """Each cancelled run has come to its end; how many items were not taken in. Holds the place for taking in."""
    settled = 0
    with archive.writing() as session:
        for batch, run in control.cancelled_runs(session):
            settled += control.conclude(session, batch, run)
    return settled


class _Stopped(Exception):  # noqa: N818 - nothing failed: a person asked for it
    """A person asked for the run to stop."""


@dataclass
class _Taking:
    archive: Archive
    batch: Batch
    run: Run
    actor: Actor
    report: Report
    resumed: bool
    queue: deque[int] = field(default_factory=deque)
    # Items that wait for the reading of the same bytes, and members that wait for their container.
    same_bytes: dict[str, list[int]] = field(default_factory=dict)
    parked: dict[int, list[int]] = field(default_factory=dict)
    reading: dict[int, Ready] = field(default_factory=dict)
    journals: dict[int, PageJournal] = field(default_factory=dict)
    known: SameReadings = field(default_factory=SameReadings)
    results: list[ReadResult] = field(default_factory=list)
    first_result_at: float = 0.0
    last_offered: int = 0
    looked_at: float = 0.0
    done: int = 0
    found: int = 0
    pages: int = 0
    unindexed: int = 0

    @seldom_collecting()
    def work(self) -> Outcome:
        """The run from listing to the last item, or to where a person stopped it, timed."""
        started = time.monotonic()
        self.archive.files.sweep_spool()
        self._sweep_journals()
        stopped = ""
        try:
            if not list_everything(
                self.archive, self.run, json.loads(self.run.paths), tell=self._listed, stopped=self._is_stopped
            ) or not list_folders_again(
                self.archive, self.run, actor=self.actor, tell=self._listed, stopped=self._is_stopped
            ):
                raise _Stopped
            self._count()
            self._work()
        except _Stopped:
            with self.archive.reading() as session:
                stopped = control.stop_asked(session, self.run)
        finally:
            for journal in self.journals.values():
                journal.close()
        indexing.bring_up_to_date(self.archive, in_passing=True)
        return self._finish(time.monotonic() - started, stopped)

    def _sweep_journals(self) -> None:
        """Pages kept of files that have ended since, or that were given up, are gone."""
        files = self.archive.files
        kept = files.page_journals()
        with self.archive.reading() as session:
            ended = set(kept) - batches.awaited(session, kept)
        for sha256 in ended:
            files.page_journal(sha256).unlink(missing_ok=True)

    def _listed(self, added: int) -> None:
        self.found += added
        self._tell("listing")

    def _count(self) -> None:
        with self.archive.reading() as session:
            totals = counting.run_totals(session, self.run)
        self.found, self.pages, self.done = totals.found, totals.pages, totals.found - totals.waiting

    def _is_stopped(self) -> bool:
        """Whether a person asked for the run to stop; looked for at most once a second."""
        now = time.monotonic()
        if now - self.looked_at < LOOK_EVERY_SECONDS:
            return False
        self.looked_at = now
        with self.archive.reading() as session:
            return bool(control.stop_asked(session, self.run))

    def _work(self) -> None:
        settings, run = self.archive.settings, self.run
        file_seconds = run.file_seconds or settings.file_seconds
        self.intake = Intake(self.archive, self.batch, run, self.actor, scanner_at(settings.clamd))
        self.keeping = Keeping(self.archive, self.batch, run, self.actor, settings.notice_file, file_seconds)
        with ReaderPool(
            settings.processes,
            spool=self.archive.files.spool,
            memory_bytes=(run.memory_mb or settings.reader_memory_mb) * 1024 * 1024,
            page_seconds=run.page_seconds or settings.page_seconds,
            file_seconds=file_seconds,
            then=PROPOSE,
            then_settings={"notice_file": str(settings.notice_file)},
            ready=READY,
            passwords=kept_passwords(settings),
        ) as self.pool:
            while self._feed() or self.pool.is_busy or self.results:
                self._collect()
                if self._is_stopped():
                    self._let_go()

    def _collect(self) -> None:
        """What has been read is taken, and kept once enough of it is there or has waited long enough."""
        if self.pool.is_busy:
            found = self.pool.poll(PATIENCE_SECONDS)
            if found and not self.results:
                self.first_result_at = time.monotonic()
            self.results += found
        is_enough = (
            len(self.results) >= TOGETHER
            or sum(len(each.reading.pages) for each in self.results if each.reading) >= PAGES_TOGETHER
            or time.monotonic() - self.first_result_at > PATIENCE_SECONDS
        )
        if self.results and (is_enough or not self.pool.is_busy):
            self._keep()

    def _let_go(self) -> None:
        """A person asked for a stop: what is all but read is kept, the rest is left where it is."""
        until = time.monotonic() + GRACE_SECONDS
        while self.pool.is_reading and time.monotonic() < until:
            self.results += self.pool.poll(PATIENCE_SECONDS, begin=False)
        self._keep()
        raise _Stopped

    def _feed(self) -> bool:
        """Files are handed to the pool while few wait there; False once nothing is left to hand over."""
        while len(self.reading) <= TOGETHER // 2:
            numbers = list(self._next(TOGETHER))
            if not numbers:
                return False
            ready, ended = self.intake.take(numbers)
            for each in ready:
                self._offer(each)
            for number in set(numbers) - {each.number for each in ready}:
                self.queue.extend(self.parked.pop(number, []))
            self._ended(ended)
        return True

    def _next(self, most: int) -> Iterator[int]:
        for _ in range(most):
            if not self.queue:
                self._look_up()
            if not self.queue:
                return
            yield self.queue.popleft()

    def _look_up(self) -> None:
        """The next items that wait are queued; a member whose container has not ended waits for it."""
        while not self.queue:
            with self.archive.reading() as session:
                waiting = batches.waiting_items(session, self.run, after=self.last_offered, limit=OFFERED_AT_ONCE)
                for item in waiting:
                    if item.parent_id is None or session.get_one(Item, item.parent_id).state in ENDED:
                        self.queue.append(item.id)
                    else:
                        self.parked.setdefault(item.parent_id, []).append(item.id)
            if not waiting:
                return
            self.last_offered = waiting[-1].id

    def _offer(self, ready: Ready) -> None:
        if (known := self.known.find(ready)) is not None:
            self.reading[ready.number] = ready
            self.pool.give_back(known)
            return
        if ready.sha256 in self.same_bytes:
            self.same_bytes[ready.sha256].append(ready.number)
            return
        self.same_bytes[ready.sha256] = []
        self.reading[ready.number] = ready
        self.journals[ready.number] = journal = self._journal(ready)
        self.pool.submit(str(ready.number), self.archive.files.path(ready.sha256), name=ready.name, journal=journal)

    def _journal(self, ready: Ready) -> PageJournal:
        settings = self.archive.settings
        return PageJournal(
            self.archive.files.page_journal(ready.sha256),
            belongs_to=belonging(
                ready.sha256,
                name=ready.name,
                page_seconds=self.run.page_seconds or settings.page_seconds,
                memory_bytes=(self.run.memory_mb or settings.reader_memory_mb) * 1024 * 1024,
            ),
        )

    def _keep(self) -> None:
        if not self.results:
            return
        results, self.results = self.results, []
        kept = self.keeping.keep(results)
        for result in results:
            self.pool.discard(result.task_id)
            ready = self.reading.pop(int(result.task_id))
            if ready.number in self.journals:  # it was read, and not known already
                self.known.keep(ready, result)
                self.journals.pop(ready.number).remove()
                self.queue.extendleft(reversed(self.same_bytes.pop(ready.sha256, [])))
            self.queue.extend(self.parked.pop(ready.number, []))
        self.pages += kept.pages
        self.found += kept.members
        self.unindexed += kept.registered
        if self.unindexed >= INDEX_EVERY:
            indexing.bring_up_to_date(self.archive, in_passing=True)
            self.unindexed = 0
        self._ended(kept.ended)

    def _ended(self, count: int) -> None:
        self.done += count
        self._tell("reading")

    def _tell(self, current: str) -> None:
        self.report(Progress(self.done, self.found, self.pages, current))

    def _finish(self, seconds: float, stopped: str) -> Outcome:
        with self.archive.writing() as session:
            run = session.get_one(Run, self.run.id)
            run.seconds += seconds
            if stopped == CANCEL:
                control.conclude(session, self.batch, run)
            totals = counting.run_totals(session, run)
            if not totals.adds_up and not stopped:
                raise CandourError(
                    f"{totals.waiting} of {totals.found} items have not ended: run the same command again to go on."
                )
            effort.log_automatic(
                session,
                activity="machine-reading",
                seconds=seconds,
                items=self.done,
                pages=self.pages,
                actor=self.actor,
            )
            if not stopped:
                run.finished_at = clock.now()
                audit.record(
                    session,
                    AuditAction.RUN_FINISHED,
                    actor=self.actor.name,
                    subject=f"batch:{self.batch.name}",
                    detail={"run": run.id, **{key: value for key, value in vars(totals).items() if key != "waiting"}},
                )
            return Outcome(
                self.batch.name, totals, round(run.seconds, 2), self.resumed, stopped, archive=self.archive, run=run
            )
