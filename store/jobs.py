"""Work asked for and not yet done: the row is the truth, and a worker looks for it.

A worker that dies leaves a stale heartbeat; the next one takes the job up again. Every kind of job
must therefore be one that may run twice.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store import clock
from store.database import Base, Moment

STALE_AFTER = timedelta(seconds=60)
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


class Job(Base):
    """One piece of background work and how far it is."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="{}")
    worker: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    heartbeat_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the job was asked with."""
        loaded: dict[str, Any] = json.loads(self.payload)
        return loaded

    @property
    def outcome(self) -> dict[str, Any]:
        """What the job answered."""
        loaded: dict[str, Any] = json.loads(self.result)
        return loaded


def enqueue(session: Session, kind: str, *, payload: dict[str, Any], actor: str) -> Job:
    """The work is asked for; a worker takes it once this transaction is committed."""
    job = Job(kind=kind, payload=json.dumps(payload), asked_by=actor, state=WAITING, asked_at=clock.now())
    session.add(job)
    session.flush()
    return job


def any_waiting(session: Session) -> bool:
    """Whether there is a job to take: asked by reading, so that an idle worker holds no write lock."""
    return session.scalar(select(Job.id).where(_takeable()).limit(1)) is not None


def _takeable() -> ColumnElement[bool]:
    return or_(Job.state == WAITING, (Job.state == RUNNING) & (Job.heartbeat_at < clock.now() - STALE_AFTER))


def take_next(session: Session, *, worker: str) -> Job | None:
    """The oldest job that waits, or whose worker has gone silent, now belongs to this worker."""
    job = session.scalar(select(Job).where(_takeable()).order_by(Job.id).limit(1))
    if job:
        job.state, job.worker, job.heartbeat_at = RUNNING, worker, clock.now()
        session.flush()
    return job


def heartbeat(session: Session, job_id: int, *, done: int | None = None, total: int | None = None) -> None:
    """The job is known to be alive, and how far it is."""
    job = session.get_one(Job, job_id)
    job.heartbeat_at = clock.now()
    job.done = job.done if done is None else done
    job.total = job.total if total is None else total


def finish(session: Session, job_id: int, *, result: dict[str, Any]) -> None:
    """The job is done and its answer kept."""
    job = session.get_one(Job, job_id)
    job.state, job.result, job.finished_at = DONE, json.dumps(result), clock.now()


def fail(session: Session, job_id: int, *, message: str) -> None:
    """The job failed, and the sentence that says why is kept where a person will see it."""
    job = session.get_one(Job, job_id)
    job.state, job.message, job.finished_at = FAILED, message, clock.now()


def recent_jobs(session: Session, *, limit: int = 50) -> list[Job]:
    """The latest jobs, newest first."""
    return list(session.scalars(select(Job).order_by(Job.id.desc()).limit(limit)))
