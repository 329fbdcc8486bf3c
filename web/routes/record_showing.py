"""The page of one record, as shown first and as shown again beside a form that could not be used."""

from urllib.parse import urlencode

from flask import render_template, request

from access.policy import Permission, can
from ingest.listing import shown_path
from records.found_at import known_paths, place_of
from records.models import Record
from web.context import current_actor, current_archive, current_session
from web.record_forms import RecordForms
from web.record_page import gather, read_come
from web.routes.reading_lists import current_reading


def record_view(record: Record, forms: RecordForms) -> str:
    """The record with the page asked for in the address; it opens at the form with faults, if there is one."""
    archive, actor = current_archive(), current_actor()
    number = request.args.get("page", type=int)
    come = read_come(request.args)
    found = gather(archive, current_session(), record, number=number, come=come, actor=actor)
    paths = known_paths(current_session(), [place_of(file) for file in record.files], compartments=actor.compartments)
    titles = {each.code: each.title for each in found.categories}
    return render_template(
        "records/record.html",
        found=found,
        record=record,
        shown=found.shown,
        number=found.shown.page.number if found.shown else None,
        record_forms=forms,
        titles=titles,
        by_code={each.code: each for each in found.categories},
        paths=[(shown_path(paths[place_of(file)], archive.settings.data), file) for file in record.files],
        people=[each for each in found.names if each.kind == "person"],
        places=[each for each in found.names if each.kind != "person"],
        carried=come.values,
        carried_query=urlencode(come.values, doseq=True),
        reading=current_reading(record),
        text_of=request.args.get("text", ""),
        full=request.args.get("image") == "full",
        may_tag=can(actor, Permission.TAG),
        may_hold=can(actor, Permission.HOLD),
        may_mark=can(actor, Permission.MARK),
    )
