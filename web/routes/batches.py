"""What was taken in, counted so that it always adds up, and what could not be read."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from ingest import batches as ingested
from ingest import control, counting, listing, reconciling
from ingest.batches import WAITING
from ingest.counting import BatchTotals
from ingest.custodians import name_custodian
from ingest.models import CANCELLED, DUPLICATE, OPENED, QUARANTINED, REGISTERED, Batch, Item
from records.unread import REASONS, reading_figures
from store import clock
from store.errors import NotFoundError, RefusedError
from store.jobs import DONE, FAILED, Job, enqueue, recent_jobs
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.batches import FILES, CustodianForm, RereadForm, RetryForm
from web.leaving import let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("batches", __name__)
PAGE = 100
STATES = {
    REGISTERED: "Registered",
    DUPLICATE: "Duplicates",
    QUARANTINED: "Quarantined",
    CANCELLED: "Not taken in",
    OPENED: "Folders opened since",
    WAITING: "Waiting to be read",
}
KINDS = ("ingest", "batch-go-on", "batch-settle", "batch-reread", "files-again")
# The work whose progress the counts of files do not show.
BESIDE = {"batch-reread": "One step of reading is done again", "files-again": "Files held unread are tried again"}


@area.get("/batches")
@requires(Permission.INGEST, Permission.READ)
def batches() -> str:
    """Every batch with its arithmetic, and the work under way."""
    session = current_session()
    return render_template(
        "batches/batches.html", listed=counting.batch_totals(session, actor=current_actor()), jobs=_under_way(session)
    )


@area.get("/batches/<int:number>")
@requires(Permission.INGEST, Permission.READ)
def batch(number: int) -> str:
    """One batch: its arithmetic, how fast it goes, and what could not be read, with reasons."""
    return _batch_page(number, RetryForm(), refused="")


def _batch_page(number: int, form: RetryForm, *, refused: str, custodian: CustodianForm | None = None) -> str:
    session = current_session()
    found = _find(session, number)
    jobs = [job for job in _under_way(session) if job.arguments.get("batch") == found.batch.name]
    runs = [(run, ingested.state_of(run)) for run in ingested.runs_of(session, found.batch)]
    reasons = counting.reasons(session, found.batch)
    form.offer(reasons)
    quarantined = ingested.items(session, batch=found.batch, state=QUARANTINED, limit=20)
    return render_template(
        "batches/batch.html",
        found=found,
        jobs=jobs,
        beside=[(BESIDE[job.kind], job) for job in jobs if job.kind in BESIDE],
        runs=runs,
        speed=counting.speed(session, found.batch, waiting=found.totals.waiting),
        is_moving=any(state == "not finished" for _, state in runs) or bool(jobs),
        is_paused=any(state == "paused" for _, state in runs),
        is_ending=any(state == "being cancelled" for _, state in runs),
        reasons=reasons,
        quarantined=_rows(session, quarantined),
        form=form,
        reread_form=RereadForm(formdata=None),
        custodian_form=custodian or CustodianForm(formdata=None, custodian=found.batch.custodian),
        refused=refused,
        figures=reading_figures(session, actor=current_actor(), batch=found.batch.name),
        unread_reasons=REASONS,
    )


@area.get("/batches/<int:number>/items")
@requires(Permission.INGEST, Permission.READ)
def batch_items(number: int) -> str:
    """The files of a batch, all of them or those that ended in one way or were set aside for one reason."""
    session = current_session()
    found = _find(session, number)
    state, reason = _chosen()
    start = max(request.args.get("start", 0, type=int), 0) // PAGE * PAGE
    listed = ingested.items(session, batch=found.batch, state=state, reason=reason, offset=start, limit=PAGE)
    total = ingested.count_items(session, batch=found.batch, state=state, reason=reason)
    return render_template(
        "batches/items.html",
        found=found,
        state=state or "",
        reason=reason or "",
        states=STATES,
        rows=_rows(session, listed),
        start=start,
        total=total,
        starts=_starts(start, total),
        earlier=max(start - PAGE, 0) if start else None,
        later=start + PAGE if start + PAGE < total else None,
    )


def _starts(start: int, total: int) -> list[int | None]:
    """Where the pages worth a link begin: the first, the last and those around; none for a gap."""
    last = max(total - 1, 0) // PAGE * PAGE
    near = sorted({0, last, *(place for place in range(start - PAGE, start + PAGE + 1, PAGE) if 0 <= place <= last)})
    shown: list[int | None] = []
    for place in near:
        if shown and shown[-1] is not None and place - shown[-1] > PAGE:
            shown.append(None)
        shown.append(place)
    return shown


def _chosen() -> tuple[str | None, str | None]:
    state, reason = request.values.get("state", "") or None, request.values.get("reason", "") or None
    if state and state not in STATES:
        raise NotFoundError("A file ends registered, as a duplicate or in quarantine: follow the links of the batch.")
    return state, reason


@area.get("/batches/<int:number>/proof")
@requires(Permission.INGEST, Permission.READ)
def proof(number: int) -> str:
    """Whether everything of the batch is accounted for, compared now."""
    session = current_session()
    found = _find(session, number)
    made = reconciling.prove_batch(session, found.batch, current_archive().files)
    return render_template("batches/proof.html", found=found, proof=made, at=clock.now())


@area.post("/batches/<int:number>/custodian")
@requires(Permission.INGEST)
def custodian(number: int) -> Answer | tuple[str, int]:
    """Who kept the papers is said, or said better."""
    form = CustodianForm()
    if not form.validate_on_submit():
        return _batch_page(number, RetryForm(formdata=None), refused="", custodian=form), 400
    found = _find(current_session(), number)
    name_custodian(current_session(), found.batch, form.custodian.data, actor=current_actor())
    flash(f"{form.custodian.data} kept these papers. The records are found so once the index is up to date.")
    return redirect(url_for("batches.batch", number=number))


@area.post("/batches/<int:number>/pause")
@requires(Permission.INGEST)
def pause(number: int) -> Answer | tuple[str, int]:
    """Whoever takes the batch in stops after the files now being read."""
    return _ask(number, "pause", "")


@area.post("/batches/<int:number>/resume")
@requires(Permission.INGEST)
def resume(number: int) -> Answer | tuple[str, int]:
    """A worker goes on with the batch."""
    return _ask(number, "resume", "batch-go-on")


@area.post("/batches/<int:number>/cancel")
@requires(Permission.INGEST)
def cancel(number: int) -> Answer | tuple[str, int]:
    """The batch ends: what is done stays, the rest is listed as not taken in."""
    return _ask(number, "cancel", "batch-settle")


def _ask(number: int, what: str, job: str) -> Answer | tuple[str, int]:
    session = current_session()
    found = _find(session, number)
    try:
        getattr(control, what)(session, found.batch, actor=current_actor())
    except RefusedError as error:
        return _batch_page(number, RetryForm(formdata=None), refused=str(error)), 409
    if job:
        _enqueue(job, found.batch)
    return redirect(url_for("batches.batch", number=number))


@area.post("/batches/<int:number>/retry")
@requires(Permission.INGEST)
def retry(number: int) -> Answer | tuple[str, int]:
    """What was set aside is tried again, under the limits given."""
    session = current_session()
    found = _find(session, number)
    form = RetryForm()
    form.offer(counting.reasons(session, found.batch))
    if not form.validate_on_submit():
        return _batch_page(number, form, refused=""), 400
    try:
        control.retry(
            session,
            found.batch,
            reasons=[form.reason.data] if form.reason.data else [],
            limits=form.limits(),
            actor=current_actor(),
        )
    except RefusedError as error:
        return _batch_page(number, form, refused=str(error)), 409
    _enqueue("batch-go-on", found.batch)
    return redirect(url_for("batches.batch", number=number))


@area.post("/batches/<int:number>/reread")
@requires(Permission.INGEST)
def reread(number: int) -> Answer | tuple[str, int]:
    """A worker does one step of reading again for every record of the batch."""
    found = _find(current_session(), number)
    form = RereadForm()
    if not form.validate_on_submit():
        return _batch_page(number, RetryForm(formdata=None), refused="Choose which step is to be done again."), 400
    if form.step.data == FILES:
        _enqueue("files-again", found.batch)
    else:
        _enqueue("batch-reread", found.batch, step=form.step.data)
    return redirect(url_for("batches.batch", number=number))


def _enqueue(kind: str, found: Batch, **further: str) -> None:
    enqueue(current_session(), kind, payload={"batch": found.name, **further}, actor=current_actor().name)


@area.post("/batches/<int:number>/export")
@requires(Permission.INGEST, Permission.READ)
@own_transaction
def export(number: int) -> Response:
    """The files asked for leave as a CSV file; that they did is itself an event, recorded before they go."""
    state, reason = _chosen()
    found = _find(current_session(), number)
    made = listing.export_items(
        current_session(),
        found.batch,
        state=state,
        reason=reason,
        actor=current_actor(),
        data=current_archive().settings.data,
    )
    return let_go(made, f"batch-{number}-{clock.today().isoformat()}.csv")


def _find(session: "Session", number: int) -> BatchTotals:
    found = ingested.batch_of(session, number)
    if found is None:
        raise NotFoundError("There is no such batch: choose one from the list of batches.")
    return counting.one_batch(session, found, actor=current_actor())


def _under_way(session: "Session") -> list[Job]:
    return [job for job in recent_jobs(session) if job.kind in KINDS and job.state not in (DONE, FAILED)]


def _rows(session: "Session", listed: list[Item]) -> list[listing.ShownItem]:
    return listing.shown_items(session, listed, actor=current_actor(), data=current_archive().settings.data)
