"""Help with searching: what can be written, and a form that writes it."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from retention.notices import categories
from search.examples import LESSONS
from search.language import parse_query
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_session
from web.query_building import FIELDS, JOINS, MOST_ROWS, WAYS, build_query, read_wanted
from web.routes.search import Mistake, mistake_in

area = Blueprint("search_help", __name__)


@area.get("/search/help")
@requires(Permission.SEARCH)
def syntax() -> str:
    """What can be written in the search box, by example; each example can be run."""
    return render_template("search/help.html", lessons=LESSONS)


@area.get("/search/build")
@requires(Permission.SEARCH)
def build() -> str | Response | tuple[str, int]:
    """The form; with “Search” what it says is run, with anything else the query it comes to is shown."""
    does = request.args.get("do", "")
    wanted = read_wanted(request.args, more=does == "more")
    query = build_query(wanted)
    mistake = _mistake(query) if query else None
    if does == "search" and query and mistake is None:
        return redirect(url_for("search.search", q=query))
    if does == "search" and not query:
        mistake = Mistake("Nothing to look for yet: write a word in one of the rows, a date, or tick a category.")
    page = render_template(
        "search/build.html",
        wanted=wanted,
        query=query,
        mistake=mistake,
        joins=JOINS,
        ways=WAYS,
        fields=FIELDS,
        may_add=len(wanted.rows) < MOST_ROWS,
        categories=categories(current_session()),
    )
    return (page, 400) if does == "search" else page


def _mistake(query: str) -> Mistake | None:
    try:
        parse_query(query)
    except InvalidInputError as error:
        return mistake_in(query, error)
    return None
