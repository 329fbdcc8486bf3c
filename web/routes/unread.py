"""Pages we could not read: the queue, why each page is in it, and how many were dealt with."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from access.policy import Permission, can
from ingest.rendering import has_page_pictures
from records.unread import (
    REASONS,
    UnreadFilter,
    batches_with_unread,
    count_unread_pages,
    reading_figures,
    reason_kind,
    unread_pages,
)
from web.authorisation import requires
from web.context import current_actor, current_session

area = Blueprint("unread", __name__)
PAGE = 24


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
    session, actor, wanted = current_session(), current_actor(), asked_filter()
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_unread_pages(session, wanted, actor=actor)
    listed = unread_pages(session, wanted, actor=actor, offset=start, limit=PAGE)
    return render_template(
        "unread/queue.html",
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


def _address(wanted: UnreadFilter, start: int) -> str:
    return f"{url_for('unread.queue')}?{urlencode({**filter_values(wanted), 'start': start})}"
