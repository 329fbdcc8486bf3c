"""More like this: the records that share the words which set one apart."""

from flask import Blueprint, render_template

from access.policy import Permission
from search.querying import Results, log_search
from search.similar import similar_to
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.viewing import viewed_record

area = Blueprint("similar", __name__)


@area.get("/records/<reference>/similar")
@requires(Permission.SEARCH)
def similar(reference: str) -> str:
    """The records most like this one, with the words that made them so; that it was asked is in the audit trail."""
    archive, actor = current_archive(), current_actor()
    record = viewed_record(reference)
    found = similar_to(archive, current_session(), record, actor=actor)
    if found.words:
        log_search(archive, Results(found.query, found.total, found.searched, 0.0, ()), actor=actor)
    return render_template("search/similar.html", record=record, found=found)
