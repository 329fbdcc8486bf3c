"""Many pages read again with other settings: of one record, or those unread for a reason, of a batch or a kind."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from ingest.page_settings import PageSettings
from ingest.pages_meant import Which, pages_meant
from records.unread import REASONS, batches_with_unread
from store.errors import CandourError
from store.jobs import DONE, FAILED, Job, enqueue, recent_jobs
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.pages import PagesAgainForm

area = Blueprint("reading_again", __name__)
PAGES_AGAIN = "pages-again"
SHOWN = 5


@area.get("/read-again")
@requires(Permission.TRANSCRIBE)
def read_again() -> str:
    """Which pages, with which settings; and how far those asked for before are."""
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("record", "batch", "reason", "kind")}
    form = _form()
    for name, value in asked.items():
        getattr(form, name).data = value
    return _page(form)


@area.post("/read-again")
@requires(Permission.TRANSCRIBE)
def ask() -> str | Response | tuple[str, int]:
    """A worker reads the pages again; of each page the better of the two readings will stand."""
    form, session, actor = _form(), current_session(), current_actor()
    if not form.validate():
        return _page(form), 400
    which = Which(form.record.data.upper(), form.batch.data, form.reason.data, form.kind.data)
    try:
        wanted = pages_meant(session, which, actor=actor)
        settings = PageSettings(
            form.language.data, int(form.turn.data), form.resolution.data, form.layout.data, int(form.seconds.data)
        )
    except CandourError as error:
        form.record.errors = [str(error)]
        return _page(form), 400
    if not wanted:
        form.record.errors = ["No page fits: none that has a picture was left unread for that reason, there"]
        return _page(form), 400
    payload = {"which": which.to_dict(), "settings": settings.to_dict(), "insist": bool(form.insist.data)}
    enqueue(session, PAGES_AGAIN, payload=payload, actor=actor.name)
    flash(f"{len(wanted):,} page{'' if len(wanted) == 1 else 's'} will be read again. You can go on with other work.")
    return redirect(url_for("reading_again.read_again", **{k: v for k, v in which.to_dict().items() if v}))


def _form() -> PagesAgainForm:
    form = PagesAgainForm()
    form.offer(batches_with_unread(current_session(), actor=current_actor()))
    return form


def _page(form: PagesAgainForm) -> str:
    mine = [
        job
        for job in recent_jobs(current_session(), limit=200)
        # What others asked for may name a record that is not open to this person.
        if job.kind == PAGES_AGAIN and job.asked_by == current_actor().name
    ][:SHOWN]
    return render_template(
        "page_reading/many.html",
        form=form,
        jobs=[(job, _in_words(job)) for job in mine],
        under_way=any(job.state not in (DONE, FAILED) for job in mine),
        here=url_for("reading_again.read_again"),
    )


def _in_words(job: Job) -> str:
    which = Which.from_dict(job.arguments["which"])
    parts = [f"pages {REASONS[which.reason]}" if which.reason in REASONS else "every page"]
    if which.record:
        parts.append(f"of {which.record}")
    if which.batch:
        parts.append(f"of {which.batch}")
    return " ".join(parts)
