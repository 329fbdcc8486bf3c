"""Lists that are read one by one, and any list of records with who reviewed each."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from records.models import Record
from records.register import find_record, log_view
from retention.tagging import records_to_tag
from retention.worklist import RecordFilter, each_filtered
from search import reading_lists as lists
from search import reviewed_lists
from search.alerts import find_alert
from search.kept_searches import find_kept_search, latest_of
from search.packing import unpack
from search.querying import each_matching
from search.reading_lists import ListedRecord, ListProgress
from search.sight import records_of
from store import clock
from store.errors import InvalidInputError, NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.leaving import let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("reading_lists", __name__)
PAGE = 100
CURRENT = "reading_list"
LONGEST = 2_100


@area.get("/reading-lists")
@requires(Permission.SEARCH)
def reading_lists_page() -> str:
    """Every list with how far it is."""
    return render_template(
        "reading_lists/reading_lists.html", listed=lists.reading_lists(current_session(), actor=current_actor())
    )


@area.post("/reading-lists")
@requires(Permission.SEARCH)
@own_transaction
def make() -> Answer:
    """What a search, a kept search or the queue holds now is fixed as a list to be read."""
    records, origin, query = _wanted(current_session())
    some = list(islice(records, lists.MOST_RECORDS + 1))  # One too many is enough to be refused.
    with current_archive().writing() as work:
        name = request.form.get("name", "").strip() or origin[: lists.LONGEST_NAME]
        made = lists.make_list(work, some, name=name, origin=origin, query=query, actor=current_actor())
    return redirect(url_for("reading_lists.reading_list", number=made.id))


@area.get("/reading-lists/<int:number>")
@requires(Permission.SEARCH)
def reading_list(number: int) -> str:
    """The list with who read what of it."""
    work, actor = current_session(), current_actor()
    found = lists.find_list(work, number, actor=actor)
    start = max(request.args.get("start", 0, type=int), 0)
    progress = lists.progress_of(work, found, actor=actor)
    later = start + PAGE if start + PAGE < progress.total else None
    return render_template(
        "reading_lists/reading_list.html",
        found=found,
        progress=progress,
        listed=lists.listed_records(work, found, actor=actor, offset=start, limit=PAGE),
        earlier=url_for("reading_lists.reading_list", number=number, start=max(start - PAGE, 0)) if start else "",
        later=url_for("reading_lists.reading_list", number=number, start=later) if later else "",
    )


@area.post("/reading-lists/<int:number>/next")
@requires(Permission.SEARCH)
def go_on(number: int) -> Answer:
    """The record that was on the screen is read, or left for later, and the next unread one is opened."""
    work, actor = current_session(), current_actor()
    found = lists.find_list(work, number, actor=actor)
    reference = request.form.get("record", "")
    here = find_record(work, reference, actor=actor) if reference else None
    if here is not None and request.form.get("do") == "read":
        lists.mark_read(work, found, here, actor=actor)
    following = lists.next_unread(work, found, actor=actor, after=here)
    if following is None:
        session.pop(CURRENT, None)
        flash(f"Every record of “{found.name}” has been read.")
        return redirect(url_for("reading_lists.reading_list", number=number))
    log_view(work, following, actor=actor)
    session[CURRENT] = number
    return redirect(url_for("records.record", reference=following.reference, q=found.query or None))


@area.post("/reading-lists/leave")
@requires(Permission.SEARCH)
def leave() -> Answer:
    """The list is no longer shown beside its records; how far it is stays."""
    number = session.pop(CURRENT, None)
    if number is None:
        return redirect(url_for("reading_lists.reading_lists_page"))
    return redirect(url_for("reading_lists.reading_list", number=number))


def current_reading(record: Record) -> tuple[ListProgress, ListedRecord] | None:
    """The list being read and this record's place in it, if it is in it."""
    number = session.get(CURRENT)
    if not isinstance(number, int):
        return None
    work, actor = current_session(), current_actor()
    try:
        found = lists.find_list(work, number, actor=actor)
    except NotFoundError:
        return None
    place = lists.place_in(work, found, record, actor=actor)
    return (lists.progress_of(work, found, actor=actor), place) if place else None


@area.post("/record-lists/export")
@requires(Permission.SEARCH)
@own_transaction
def export() -> Response:
    """A list of records leaves with who reviewed each; that it did is in the audit trail."""
    actor, archive = current_actor(), current_archive()
    work = current_session()
    records, origin, _ = _wanted(work)
    name = f"records-reviewed-{clock.today().isoformat()}"
    if request.form.get("form") == "csv":
        return let_go(reviewed_lists.list_csv(work, records, origin=origin, actor=actor), f"{name}.csv")
    house = archive.settings.authority
    made = reviewed_lists.list_xlsx(work, records, origin=origin, actor=actor, house=house)
    return let_go(made, f"{name}.xlsx")


def _wanted(work: "Session") -> tuple[Iterable[Record], str, str]:
    """The records of the list that is named, where it comes from, and the query whose words are marked."""
    source, key, actor = request.form.get("source", ""), request.form.get("key", "")[:LONGEST], current_actor()
    if source == "search":
        return each_matching(current_archive(), work, key, actor=actor), f"Search: {key}", key
    if source == "queue":
        return records_to_tag(work, actor=actor, limit=lists.MOST_RECORDS), "Records with suggestions to decide", ""
    if source == "records":
        wanted = RecordFilter(*(request.form.get(name, "").strip()[:200] for name in vars(RecordFilter())))
        said = ", ".join(f"{name} {value}" for name, value in vars(wanted).items() if value)
        return each_filtered(work, wanted, actor=actor), f"Records: {said}" if said else "Every record", ""
    if not key.isdecimal():
        raise InvalidInputError("There is no such list of records: go back and choose one that is listed.")
    if source == "kept":
        kept = find_kept_search(work, int(key), actor=actor)
        ((_, latest),) = latest_of(work, [kept], actor=actor)
        ids = unpack(latest.run.found).tolist() if latest else []
        run = f", run {latest.run.number}" if latest else ""
        return records_of(work, ids, actor=actor), f"Kept search {kept.id}{run}: {kept.name}", kept.query
    if source == "alert":
        alert = find_alert(work, int(key), actor=actor)
        origin = f"New hits of kept search {alert.kept.id}: {alert.kept.name}"
        return [*alert.records, *alert.read_otherwise], origin, alert.kept.query
    if source == "list":
        found = lists.find_list(work, int(key), actor=actor)
        records = [each.record for each in lists.listed_records(work, found, actor=actor)]
        return records, f"Reading list {found.id}: {found.name}", found.query
    raise InvalidInputError("There is no such list of records: go back and choose one that is listed.")
