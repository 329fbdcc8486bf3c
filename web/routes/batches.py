"""What was taken in, counted so that it always adds up, and what could not be read."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from access.policy import Actor, Permission
from ingest import batches as ingested
from ingest import counting
from ingest.counting import BatchTotals
from ingest.models import DUPLICATE, QUARANTINED, REGISTERED, Item
from records.register import find_record
from store.errors import NotFoundError
from store.jobs import DONE, FAILED, Job, recent_jobs
from store.settings import Settings
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("batches", __name__)
PAGE = 100
STATES = {REGISTERED: "Registered", DUPLICATE: "Duplicates", QUARANTINED: "Quarantined"}
HIDDEN = "A record that is not open to you"


@dataclass(frozen=True)
class ItemRow:
    """One file met, as this actor may see it."""

    path: str
    state: str
    reason: str
    record: str | None
    pages: int


@area.get("/batches")
@requires(Permission.INGEST, Permission.READ)
def batches() -> str:
    """Every batch with its arithmetic, and the work under way."""
    session = current_session()
    return render_template("batches/batches.html", listed=counting.batch_totals(session), jobs=_under_way(session))


@area.get("/batches/<int:number>")
@requires(Permission.INGEST, Permission.READ)
def batch(number: int) -> str:
    """One batch: its arithmetic, and what could not be read, with reasons."""
    session = current_session()
    found = _find(session, number)
    quarantined = ingested.items(session, batch=found.batch, state=QUARANTINED, limit=PAGE)
    jobs = [job for job in _under_way(session) if job.arguments.get("batch") == found.batch.name]
    return render_template("batches/batch.html", found=found, quarantined=_rows(session, quarantined), jobs=jobs)


@area.get("/batches/<int:number>/items")
@requires(Permission.INGEST, Permission.READ)
def batch_items(number: int) -> str:
    """The files of a batch, all of them or those that ended in one way."""
    session = current_session()
    found = _find(session, number)
    state = request.args.get("state", "")
    if state and state not in STATES:
        raise NotFoundError("A file ends registered, as a duplicate or in quarantine: follow the links of the batch.")
    start = max(request.args.get("start", 0, type=int), 0)
    listed = ingested.items(session, batch=found.batch, state=state or None, offset=start, limit=PAGE + 1)
    return render_template(
        "batches/items.html",
        found=found,
        state=state,
        states=STATES,
        rows=_rows(session, listed[:PAGE]),
        start=start,
        earlier=max(start - PAGE, 0) if start else None,
        later=start + PAGE if len(listed) > PAGE else None,
    )


@area.get("/unread-pages")
@requires(Permission.READ)
def unread_pages() -> str:
    """The pages nobody and nothing has read, with the reason for each."""
    session, actor = current_session(), current_actor()
    start = max(request.args.get("start", 0, type=int), 0)
    listed = ingested.unread_pages(session, actor=actor, offset=start, limit=PAGE + 1)
    return render_template(
        "batches/unread_pages.html",
        listed=listed[:PAGE],
        total=ingested.count_unread_pages(session, actor=actor),
        earlier=max(start - PAGE, 0) if start else None,
        later=start + PAGE if len(listed) > PAGE else None,
    )


def _find(session: "Session", number: int) -> BatchTotals:
    for found in counting.batch_totals(session):
        if found.batch.id == number:
            return found
    raise NotFoundError("There is no such batch: choose one from the list of batches.")


def _under_way(session: "Session") -> list[Job]:
    return [job for job in recent_jobs(session) if job.kind == "ingest" and job.state not in (DONE, FAILED)]


def _rows(session: "Session", listed: list[Item]) -> list[ItemRow]:
    references = ingested.record_references(session, listed)
    settings, actor = current_archive().settings, current_actor()
    return [_row(session, item, references.get(item.record_id or 0), settings, actor) for item in listed]


def _row(session: "Session", item: Item, reference: str | None, settings: Settings, actor: Actor) -> ItemRow:
    if reference is not None:
        try:
            find_record(session, reference, actor=actor)
        except NotFoundError:
            # The name of a restricted file can say as much as the file: only that it was counted is shown.
            return ItemRow(HIDDEN, item.state, "", None, item.pages)
    return ItemRow(shown_path(item.path, settings), item.state, item.reason, reference, item.pages)


def shown_path(path: str, settings: Settings) -> str:
    """The path as the person who handed it over knew it: an upload's folder is ours and says nothing."""
    uploads = settings.data / "uploads"
    if not path.startswith(f"{uploads}/"):
        return path
    parts = Path(path).relative_to(uploads).parts
    return "/".join(parts[1:]) or path
