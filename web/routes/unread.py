"""Pages we could not read: the queue, why each page is in it, and how many were dealt with."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission, can
from ingest.rendering import has_page_pictures
from records.page_versions import say_seen, take_back
from records.unread import (
    REASONS,
    UnreadFilter,
    batches_with_unread,
    count_unread_pages,
    reading_figures,
    reason_kind,
    seen_pages,
    unread_pages,
)
from store.errors import NotFoundError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.pages import SeenForm

area = Blueprint("unread", __name__)
PAGE = 48
SHOWN_SEEN = 200


def asked_filter() -> UnreadFilter:
    """What the address narrows the queue to; a reason that is none narrows nothing."""
    reason = request.args.get("reason", "")
    return UnreadFilter(reason if reason in REASONS else "", request.args.get("batch", "").strip()[:200])


def filter_values(wanted: UnreadFilter) -> dict[str, Any]:
    """The filter as the address carries it."""
    return {name: value for name, value in vars(wanted).items() if value}


@area.get("/unread-pages")
@requires(Permission.READ)
def queue() -> str:
    """The pages nobody has read, each with its image and the reason, and the figures of all reading."""
    return _queue_page(SeenForm(formdata=None, prefix="seen"))


def _queue_page(form: SeenForm) -> str:
    session, actor, wanted = current_session(), current_actor(), asked_filter()
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_unread_pages(session, wanted, actor=actor)
    listed = unread_pages(session, wanted, actor=actor, offset=start, limit=PAGE)
    return render_template(
        "unread/queue.html",
        form=form,
        ticked={*request.form.getlist("page")},
        all_ticked=request.args.get("tick") == "all",
        here=_address(wanted, start),
        listed=listed,
        pictured={record.id for record, _ in listed if has_page_pictures(record.media_type)},
        kind_of=reason_kind,
        total=total,
        start=start,
        wanted=wanted,
        kept=filter_values(wanted),
        reasons=REASONS,
        batches=batches_with_unread(session, actor=actor),
        figures=reading_figures(session, actor=actor, batch=wanted.batch),
        may_transcribe=can(actor, Permission.TRANSCRIBE),
        earlier=_address(wanted, max(start - PAGE, 0)) if start else "",
        later=_address(wanted, start + PAGE) if start + PAGE < total else "",
    )


@area.post("/unread-pages/seen")
@requires(Permission.TRANSCRIBE)
def keep_seen() -> Response | tuple[str, int]:
    """What the person sees that the pages chosen are, is kept of each; each can be taken back by itself."""
    session, actor, wanted = current_session(), current_actor(), asked_filter()
    form = SeenForm(prefix="seen")
    chosen = _chosen()
    if not chosen:
        form.what.errors = ["Choose the pages first: tick each of them"]
        return _queue_page(form), 400
    if not form.validate():
        return _queue_page(form), 400
    kept, left = 0, []
    for reference, number in chosen:
        try:
            say_seen(session, reference, number, what=form.what.data, note=form.note.data, actor=actor)
            kept += 1
        except (NotFoundError, RefusedError) as error:
            left.append(str(error))
    flash(f"{kept} page{'' if kept == 1 else 's'} kept as seen by you. {' '.join(left)}".strip())
    return redirect(url_for("unread.queue", **filter_values(wanted)))


@area.get("/unread-pages/seen")
@requires(Permission.TRANSCRIBE)
def seen() -> str:
    """The pages of which this person has said what they are, the latest first, each to be taken back."""
    listed = seen_pages(current_session(), actor=current_actor(), limit=SHOWN_SEEN)
    return render_template(
        "unread/seen.html",
        listed=listed,
        most=SHOWN_SEEN,
        pictured={record.id for record, _, _ in listed if has_page_pictures(record.media_type)},
    )


@area.post("/unread-pages/seen/back")
@requires(Permission.TRANSCRIBE)
def take_back_seen() -> Response:
    """The pages chosen are unread again, as they were before this was said of them."""
    chosen = _chosen()
    for reference, number in chosen:
        take_back(current_session(), reference, number, actor=current_actor())
    flash(f"{len(chosen)} page{'' if len(chosen) == 1 else 's'} taken back: unread again.")
    return redirect(url_for("unread.seen"))


def _chosen() -> list[tuple[str, int]]:
    """The pages ticked, each as its record and its number; what is no such thing is passed over."""
    found = []
    for value in request.form.getlist("page"):
        reference, _, number = value.rpartition("/")
        if reference and number.isascii() and number.isdecimal() and len(number) < 7:
            found.append((reference, int(number)))
    return found


def _address(wanted: UnreadFilter, start: int) -> str:
    return f"{url_for('unread.queue')}?{urlencode({**filter_values(wanted), 'start': start})}"
