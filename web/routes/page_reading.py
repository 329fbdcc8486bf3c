"""One page to be read by a person: its image, why it is unread, and all that can be done about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from access.policy import Permission
from ingest.page_settings import PageSettings
from ingest.rendering import has_page_pictures
from records.models import Page, Record
from records.page_versions import choose_version, find_page, say_seen, standing_version, transcribe, versions_of
from records.same_pages import elsewhere
from records.unread import REASONS, place_of, reason_kind
from store.errors import InvalidInputError, NotFoundError, RefusedError
from store.jobs import DONE, FAILED, Job, enqueue, recent_jobs
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.base import Form
from web.forms.pages import ReadAgainForm, SeenForm, TranscriptForm
from web.routes.unread import asked_filter, filter_values
from web.transactions import own_transaction
from web.viewing import viewed_record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("page_reading", __name__)
READ_AGAIN = "read-again"
JOBS_LOOKED_AT = 200
Answer = Response | tuple[str, int]
Act = Callable[["Session"], object]


@area.get("/records/<reference>/pages/<int:number>")
@requires(Permission.TRANSCRIBE)
def page(reference: str, number: int) -> str:
    """The page with what the machine made of it and what a person can do: type it, say what it is, have it read."""
    return _shown(viewed_record(reference), number)


@area.post("/records/<reference>/pages/<int:number>/transcript")
@requires(Permission.TRANSCRIBE)
@own_transaction
def keep_transcript(reference: str, number: int) -> Answer:
    """What was typed is the page's text from now on."""
    form = TranscriptForm(prefix="transcript")
    base = request.form.get("base", type=int)

    def act(session: "Session") -> None:
        text, note = form.text.data or "", form.note.data
        transcribe(session, reference, number, text=text, note=note, base=base, actor=current_actor())

    return _done(reference, number, form, form.text, act, said="The transcript is kept, and can be searched.")


@area.post("/records/<reference>/pages/<int:number>/seen")
@requires(Permission.TRANSCRIBE)
@own_transaction
def keep_seen(reference: str, number: int) -> Answer:
    """What the person sees that the page is, is kept; it is no longer unread."""
    form = SeenForm(prefix="seen")

    def act(session: "Session") -> None:
        say_seen(session, reference, number, what=form.what.data, note=form.note.data, actor=current_actor())

    return _done(reference, number, form, form.what, act, said="Kept: the page was seen by you.")


@area.post("/records/<reference>/pages/<int:number>/read-again")
@requires(Permission.TRANSCRIBE)
@own_transaction
def read_again(reference: str, number: int) -> Answer:
    """The machine is asked to read the page with other settings; the better of the two readings will stand."""
    record, found = find_page(current_session(), reference, number, actor=current_actor())
    form = ReadAgainForm(prefix="again")
    if not has_page_pictures(record.media_type) or record.purged_at is not None:
        raise RefusedError(f"{record.reference} has no pictures of its pages, so there is nothing to read again.")
    if form.validate():
        try:
            settings = PageSettings(
                language=form.language.data,
                # Chosen from how the page is shown, kept from how it stands in the file.
                turn=(found.rotation + int(form.turn.data)) % 360,
                resolution=form.resolution.data,
                layout=form.layout.data,
                seconds=int(form.seconds.data),
            )
        except InvalidInputError as error:
            form.layout.errors = [str(error)]
            return _shown(viewed_record(reference), number, form), 400
        with current_archive().writing() as session:
            payload = {
                "record": record.reference,
                "page": number,
                "settings": settings.to_dict(),
                "insist": bool(form.insist.data),
            }
            enqueue(session, READ_AGAIN, payload=payload, actor=current_actor().name)
        return redirect(_address(record, number))
    return _shown(viewed_record(reference), number, form), 400


@area.post("/records/<reference>/pages/<int:number>/versions/<int:version>")
@requires(Permission.TRANSCRIBE)
@own_transaction
def choose(reference: str, number: int, version: int) -> Answer:
    """This version stands from now on; the others stay."""
    with current_archive().writing() as session:
        choose_version(session, reference, number, version, actor=current_actor())
    flash(f"Version {version} of page {number} stands now.")
    return redirect(_address(find_page(current_session(), reference, number, actor=current_actor())[0], number))


def _done(reference: str, number: int, form: Form, field: Field, act: Act, *, said: str) -> Answer:
    """What a person did is kept and the next page of the queue shown; or nothing is, and the form says why."""
    record, found = find_page(current_session(), reference, number, actor=current_actor())
    was_read = not found.unread
    if form.validate():
        try:
            with current_archive().writing() as session:
                act(session)
        except (InvalidInputError, RefusedError) as error:
            field.errors = [str(error)]
        else:
            flash(f"{record.reference}, page {number}: {said}")
            return redirect(_next_address(record, found, was_read=was_read))
    return _shown(viewed_record(reference), number, form), 400


def _next_address(record: Record, page: Page, *, was_read: bool) -> str:
    wanted = asked_filter()
    if request.args.get("then") == "stay":
        return _address(record, page.number)
    if was_read and not filter_values(wanted):
        # No page of the queue: whoever corrects it came from the record, and goes on where they were.
        return url_for("records.record", reference=record.reference, page=page.number, _anchor="page")
    after = place_of(current_session(), record, page, wanted, actor=current_actor()).after
    if after is None:
        return url_for("unread.queue", **filter_values(wanted))
    return _address(after[0], after[1].number)


def _address(record: Record, number: int) -> str:
    return url_for("page_reading.page", reference=record.reference, number=number, **filter_values(asked_filter()))


def _shown(record: Record, number: int, sent: Form | None = None) -> str:
    session, actor, wanted = current_session(), current_actor(), asked_filter()
    record, found = find_page(session, record.reference, number, actor=actor)
    asked_version = request.args.get("version", type=int)
    versions = versions_of(session, found)
    looked_at = next((each for each in versions if each.version == asked_version), None)
    if asked_version is not None and looked_at is None:
        raise NotFoundError(f"Page {number} of {record.reference} has no version {asked_version}.")
    transcript = sent if isinstance(sent, TranscriptForm) else TranscriptForm(formdata=None, prefix="transcript")
    if sent is not transcript and (not found.unread or request.args.get("start") == "machine"):
        transcript.text.data = found.text
    jobs = _jobs(session, record, number)
    also = elsewhere(session, found, actor=actor)
    return render_template(
        "page_reading/page.html",
        record=record,
        page=found,
        kind=reason_kind(found.reason),
        reasons=REASONS,
        has_picture=has_page_pictures(record.media_type) and record.purged_at is None,
        place=place_of(session, record, found, wanted, actor=actor),
        kept=filter_values(wanted),
        standing=standing_version(session, found),
        versions=versions,
        looked_at=looked_at,
        also=also,
        origins={record.reference for record, _ in also},
        transcript=transcript,
        seen=sent if isinstance(sent, SeenForm) else SeenForm(formdata=None, prefix="seen"),
        again=sent if isinstance(sent, ReadAgainForm) else ReadAgainForm(formdata=None, prefix="again"),
        faulty=sent if sent is not None and sent.errors else None,
        job=jobs[0] if jobs else None,
        under_way=any(job.state not in (DONE, FAILED) for job in jobs),
        here=url_for("page_reading.page", reference=record.reference, number=number, **filter_values(wanted)),
    )


def _jobs(session: "Session", record: Record, number: int) -> list[Job]:
    """The latest readings asked for of this page, the newest first."""
    return [
        job
        for job in recent_jobs(session, limit=JOBS_LOOKED_AT)
        if job.kind == READ_AGAIN and (job.arguments["record"], job.arguments["page"]) == (record.reference, number)
    ]
