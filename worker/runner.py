"""The worker: takes jobs one after another, keeps the index in step, and lets no failure go unseen."""

import logging
import os
import socket
import threading
import time
from contextlib import suppress

from search import alerts, indexing
from search.engines.errors import IndexBusyError
from store import audit, jobs
from store.archive import Archive
from store.errors import CandourError
from store.trouble import told
from worker.comparing import compare_some
from worker.page_work import look_through_again
from worker.steps import JOBS

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
BEAT_EVERY = 10.0
# While a long batch is indexed piece by piece, watched searches are not run after every piece.
WATCH_EVERY = 20.0
COMPARE_EVERY = 300.0
# While somebody restricts record after record, the index is made anew so seldom that it takes a small part of the time.
RENEW_EVERY = 20.0
RENEW_SHARE = 0.05
# To ask whether the index is whole is to count every record.
COUNT_EVERY = 300.0
# Where somebody could not read it, it is looked at sooner.
DOUBTED_EVERY = 20.0
TELL_EVERY = 300.0


class Worker:
    """Runs in a thread of `candour serve`, or alone as `candour worker`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._stopping = threading.Event()
        self._watched = -WATCH_EVERY
        # Up to which event of the audit trail there was nothing to compare, and when that was asked.
        self._nothing_since = -1
        self._compared = -COMPARE_EVERY
        self._renew_next = 0.0
        self._counted = -COUNT_EVERY
        self._thread: threading.Thread | None = None
        self._trouble, self._told = "", 0.0

    def start(self) -> None:
        """The worker works in the background until `stop`."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self, *, wait_seconds: float = 5.0) -> None:
        """No further job is taken; the one at work is left to be taken up again if it does not end in time."""
        self._stopping.set()
        if self._thread:
            self._thread.join(wait_seconds)

    def run(self) -> None:
        """Works until stopped."""
        while not self._stopping.is_set():
            if not self.work_once():
                self._stopping.wait(LOOK_EVERY)

    def work_once(self) -> bool:
        """One job is done, the index brought up to date or some records compared; False if there was nothing to do."""
        try:
            with self._archive.reading() as session:
                waiting = jobs.any_waiting(session)
            if waiting:
                with self._archive.writing() as session:
                    job = jobs.take_next(session, worker=self._name)
                if job is not None:
                    self._do(job)
                    return True
            looked = look_through_again(self._archive)
            if indexing.bring_up_to_date(self._archive, in_passing=True) or self._compare() or looked:
                return True
            self._keep_index()
            self._watch_searches()
            return False
        except Exception as error:
            self._tell(error)
            return False

    def _tell(self, error: Exception) -> None:
        """The error is logged; the same again only once in a while: a log must not fill the disk."""
        trouble = f"{type(error).__name__}: {error}"
        if trouble != self._trouble or time.monotonic() - self._told >= TELL_EVERY:
            said = "the worker could not look for work; it will try again, and `candour doctor` says more"
            log.error(said, exc_info=error)
            self._trouble, self._told = trouble, time.monotonic()

    def _compare(self) -> bool:
        """Some records were compared; asked only after a change, because to ask is to count every record.

        Every change is an event. Once in a while it is asked all the same: a comparison that another process broke
        off leaves none.
        """
        with self._archive.reading() as session:
            newest = audit.newest(session)
        if newest == self._nothing_since and time.monotonic() - self._compared < COMPARE_EVERY:
            return False
        if compare_some(self._archive):
            return True
        self._nothing_since, self._compared = newest, time.monotonic()
        return False

    def _watch_searches(self) -> None:
        """New hits of kept searches are announced, once the index has settled; whoever changed it."""
        if time.monotonic() - self._watched >= WATCH_EVERY:
            alerts.raise_alerts(self._archive)
            self._watched = time.monotonic()

    def _keep_index(self) -> None:
        """What was lost of the index, or cannot be read, is there again; what left a compartment weighs nothing there.

        While a command writes it, neither is waited for.
        """
        with suppress(IndexBusyError):
            since = time.monotonic() - self._counted
            if since >= COUNT_EVERY or (since >= DOUBTED_EVERY and indexing.is_doubted(self._archive)):
                self._counted = time.monotonic()
                indexing.make_whole(self._archive, wait=False)
            self._renew_index()

    def _renew_index(self) -> None:
        began = time.monotonic()
        if began < self._renew_next or not indexing.is_to_be_renewed(self._archive):
            return
        try:
            indexing.renew(self._archive, wait=False)
        finally:  # one that fails is not tried again at once either
            ended = time.monotonic()
            self._renew_next = ended + max(RENEW_EVERY, (ended - began) / RENEW_SHARE)

    def _do(self, job: jobs.Job) -> None:
        log.info("job %s of kind %s begins", job.id, job.kind)
        with _Beating(self._archive, job.id) as beating:
            try:
                result = JOBS[job.kind](self._archive, job.arguments, job.asked_by, beating.tell)
            except CandourError as error:
                self._fail(job, str(error))
            except Exception as error:
                log.exception("job %s failed", job.id)
                unforeseen = f"Job {job.id} failed for a reason that is in the log: tell an administrator."
                self._fail(job, str(told(error) or unforeseen))
            else:
                with self._archive.writing() as session:
                    jobs.finish(session, job.id, result=result)

    def _fail(self, job: jobs.Job, message: str) -> None:
        with self._archive.writing() as session:
            jobs.fail(session, job.id, message=message)


class _Beating:
    """Keeps a job's heartbeat going from a thread of its own, so that a long step is not taken for a dead worker."""

    def __init__(self, archive: Archive, job_id: int) -> None:
        self._archive, self._job_id = archive, job_id
        self._ended = threading.Event()
        self._done, self._total = 0, 0
        self._written = 0.0
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{job_id}", daemon=True)

    def tell(self, done: int, total: int) -> None:
        """How far the job is; written at most once a second."""
        self._done, self._total = done, total
        if time.monotonic() - self._written > LOOK_EVERY:
            self._write()

    def __enter__(self) -> "_Beating":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._write()

    def _run(self) -> None:
        while not self._ended.wait(BEAT_EVERY):
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        with self._archive.writing() as session:
            jobs.heartbeat(session, self._job_id, done=self._done, total=self._total)
