"""Finding a piece of background work for the page that shows how far it is."""

from typing import TYPE_CHECKING

from store.errors import NotFoundError
from store.jobs import Job

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def find_job(session: "Session", number: int, *, kind: str) -> Job:
    """The job of this number, if it is of this kind.

    Raises:
        NotFoundError: It is not, or there is none.
    """
    job = session.get(Job, number)
    if job is None or job.kind != kind:
        raise NotFoundError("There is no such piece of work: go back and choose one that is listed.")
    return job
