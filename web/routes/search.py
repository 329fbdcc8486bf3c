"""Finding records: one box, what it found and out of how many, and the searches that are kept as evidence."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from ingest.batches import count_unread_pages
from retention.notices import categories
from search import language_fields as fields
from search.engine import Order, Snippet
from search.kept_searches import kept_searches, latest_of
from search.querying import Results, log_search
from search.querying import search as run_search
from store.errors import InvalidInputError
from web import record_words
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.search import KeepForm
from web.highlighting import Piece, Stretch, pieces_of
from web.query_building import Wanted, add_filter, build_query, filter_of, has_filter, remove_filter

area = Blueprint("search", __name__)
PAGE = 20
SHOWN_VALUES = 12
KEPT_SHOWN = 10
LONGEST = 2_100  # a little over the language's own limit, which says so in its own words
ORDERS = {
    Order.RELEVANCE: "Best match first",
    Order.OLDEST: "Oldest first",
    Order.NEWEST: "Newest first",
    Order.REFERENCE: "By reference",
}
FACET_LABELS = {
    fields.CATEGORY: "Category, decided or suggested",
    fields.YEAR: "Year",
    fields.TYPE: "Type",
    fields.BATCH: "Batch",
    fields.PERSON: "Person named",
    fields.PLACE: "Home or body named",
    fields.SOURCE: "Source",
    fields.STATE: "State",
}
OPEN_FACETS = {fields.CATEGORY, fields.YEAR}
FIELD_LABELS = {
    fields.TITLE: "Title",
    fields.PERSON: "Person named",
    fields.PLACE: "Home or body named",
    fields.FILE: "File name",
    fields.BATCH: "Batch",
    fields.BOX: "Box",
    fields.SOURCE: "Source",
    fields.REFERENCE: "Reference",
}


@dataclass(frozen=True)
class FacetLink:
    """One value of a facet: how many have it, and the search with it added or taken away."""

    label: str
    count: int
    href: str
    is_on: bool


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a query, and the query cut at the character it is about."""

    sentence: str
    before: str = ""
    at: str = ""
    after: str = ""


@area.get("/search")
@requires(Permission.SEARCH)
def search() -> str | tuple[str, int]:
    """What the query finds; that it was asked is in the audit trail before the answer is sent."""
    asked = request.args.get("q", "").strip()[:LONGEST]
    if not asked:
        return _page(asked)
    try:
        results = _run(asked)
    except InvalidInputError as error:
        return _page(asked, mistake=_mistake(asked, str(error))), 400
    log_search(current_archive(), results, actor=current_actor())
    return _page(asked, results=results)


@area.get("/search/build")
@requires(Permission.SEARCH)
def build() -> Response:
    """The query that the boxes say, run."""
    wanted = Wanted(**{name: request.args.get(name, "")[:500] for name in vars(Wanted())})
    return redirect(url_for("search.search", q=build_query(wanted)))


def _run(asked: str) -> Results:
    start = max(request.args.get("start", 0, type=int), 0)
    archive, session, actor = current_archive(), current_session(), current_actor()
    return run_search(archive, session, asked, actor=actor, limit=PAGE, offset=start, order=_order())


def _order() -> Order:
    try:
        return Order(request.args.get("order", Order.RELEVANCE.value))
    except ValueError:
        return Order.RELEVANCE


def _page(asked: str, *, results: Results | None = None, mistake: Mistake | None = None) -> str:
    session, actor = current_session(), current_actor()
    start, order = max(request.args.get("start", 0, type=int), 0), _order()
    return render_template(
        "search/search.html",
        asked=asked,
        results=results,
        mistake=mistake,
        start=start,
        order=order,
        orders=ORDERS,
        facets=_facets(asked, results, order) if results else [],
        snippets={hit.record.id: [_pieces(each) for each in hit.snippets] for hit in results.hits} if results else {},
        unread=count_unread_pages(session, actor=actor),
        kept=latest_of(session, kept_searches(session, actor=actor)[:KEPT_SHOWN], actor=actor),
        keep_form=KeepForm(formdata=None),
        categories=categories(session),
        fields=FIELD_LABELS,
        earlier=_address(asked, order, max(start - PAGE, 0)) if results and start else "",
        later=_address(asked, order, start + PAGE) if results and start + PAGE < results.total else "",
    )


def _facets(asked: str, results: Results, order: Order) -> list[tuple[str, str, list[FacetLink], int, bool]]:
    listed = []
    for name, label in FACET_LABELS.items():
        values = [_facet(asked, name, each.value, each.count, order) for each in results.facets.get(name, ())]
        shown = values if name == fields.YEAR else values[:SHOWN_VALUES]
        is_open = name in OPEN_FACETS or any(each.is_on for each in values)
        if values:
            listed.append((name, label, shown, len(values) - len(shown), is_open))
    return listed


def _facet(asked: str, name: str, value: str, count: int, order: Order) -> FacetLink:
    wanted = filter_of(name, value)
    is_on = has_filter(asked, wanted)
    changed = remove_filter(asked, wanted) if is_on else add_filter(asked, wanted)
    return FacetLink(_value_words(name, value), count, _address(changed, order, 0), is_on)


def _value_words(name: str, value: str) -> str:
    if name == fields.STATE:
        return record_words.STATES.get(value, value)
    return record_words.kind(value) if name in (fields.TYPE, fields.CATEGORY) else value


def _pieces(snippet: Snippet) -> tuple[int, list[Piece]]:
    stretches = [Stretch("", start, end, "found") for start, end in snippet.marks]
    return snippet.page, pieces_of(snippet.text, stretches)


def _mistake(asked: str, sentence: str) -> Mistake:
    at = re.match(r"At character (\d+)", sentence)
    if at is None:
        return Mistake(sentence)
    place = int(at[1]) - 1
    return Mistake(sentence, asked[:place], asked[place : place + 1], asked[place + 1 :])


def _address(asked: str, order: Order, start: int) -> str:
    values: dict[str, str | int] = {"q": asked}
    if order is not Order.RELEVANCE:
        values["order"] = order.value
    if start:
        values["start"] = start
    return f"{url_for('search.search')}?{urlencode(values)}"
