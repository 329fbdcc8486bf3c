"""The records an officer works through: the list, the queue of those to decide, and each record."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from records.register import CONTAINER, NOT_SEARCHABLE, PARTLY_READ, PURGED, READ, UNREAD
from retention.notices import categories
from retention.tagging import count_to_tag, records_to_tag, suggestions_of
from retention.worklist import (
    DATING,
    DECIDING,
    READING,
    RecordFilter,
    batch_names,
    count_filtered,
    filtered_records,
    standing_of,
)
from store.errors import NotFoundError
from web import record_words
from web.authorisation import requires
from web.context import current_actor, current_session
from web.record_forms import RecordForms
from web.record_page import grouped
from web.routes.record_showing import record_view
from web.viewing import viewed_record

area = Blueprint("records", __name__)
PAGE = 50
NEEDS = {
    DECIDING: "A decision on a suggestion",
    READING: "A page to be read by a person",
    DATING: "A date, because it has none",
}
STATE_WORDS = {
    state: record_words.STATES[state] for state in (READ, PARTLY_READ, UNREAD, NOT_SEARCHABLE, CONTAINER, PURGED)
}
area.add_app_template_filter(record_words.written)
area.add_app_template_filter(record_words.kind, "record_kind")
area.add_app_template_filter(record_words.reading)
area.add_app_template_filter(record_words.measures)
area.add_app_template_filter(record_words.why)
area.add_app_template_test(record_words.naming_what_is_missing)
area.add_app_template_filter(grouped)


@area.get("/records")
@requires(Permission.READ)
def records() -> str:
    """Records in order of registration, narrowed to what was asked for."""
    session, actor = current_session(), current_actor()
    wanted = RecordFilter(*(request.args.get(name, "").strip()[:200] for name in vars(RecordFilter())))
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_filtered(session, wanted, actor=actor)
    listed = filtered_records(session, wanted, actor=actor, offset=start, limit=PAGE)
    return render_template(
        "records/records.html",
        listed=listed,
        standing=standing_of(session, listed),
        total=total,
        start=start,
        wanted=wanted,
        filtered={name: value for name, value in vars(wanted).items() if value},
        waiting=count_to_tag(session, actor=actor),
        categories=categories(session),
        batches=batch_names(session, actor=actor),
        states=STATE_WORDS,
        needs=NEEDS,
        earlier=_address(wanted, max(start - PAGE, 0)) if start else "",
        later=_address(wanted, start + PAGE) if start + PAGE < total else "",
    )


@area.get("/records/to-decide")
@requires(Permission.TAG)
def to_decide() -> str:
    """Records with a suggestion still open, the strongest first."""
    session, actor = current_session(), current_actor()
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_to_tag(session, actor=actor)
    listed = records_to_tag(session, actor=actor, offset=start, limit=PAGE)
    return render_template(
        "records/to_decide.html",
        listed=[(record, suggestions_of(session, record)) for record in listed],
        total=total,
        start=start,
        earlier=url_for("records.to_decide", start=max(start - PAGE, 0)) if start else "",
        later=url_for("records.to_decide", start=start + PAGE) if start + PAGE < total else "",
    )


@area.get("/records/next")
@requires(Permission.TAG)
def read_next() -> Response:
    """The record at the head of the queue, or the empty queue."""
    waiting = records_to_tag(current_session(), actor=current_actor(), limit=1)
    if not waiting:
        return redirect(url_for("records.to_decide"))
    return redirect(url_for("records.record", reference=waiting[0].reference))


@area.get("/records/<reference>")
@requires(Permission.READ)
def record(reference: str) -> str:
    """One record: its page as an image beside its text, what is suggested and why, and what was decided."""
    asked = request.args.get("page", "")
    if asked and not asked.isdecimal():
        raise NotFoundError(f"{reference} has no page {asked[:20]}: give its number.")
    return record_view(viewed_record(reference), RecordForms())


def _address(wanted: RecordFilter, start: int) -> str:
    kept = {name: value for name, value in vars(wanted).items() if value}
    return f"{url_for('records.records')}?{urlencode({**kept, 'start': start})}"
