"""Finding records: one box, what it found and out of how many, and the searches that are kept as evidence."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from access.policy import Permission
from ingest.listing import shown_path
from records.found_at import known_paths, place_of
from records.unread import count_unread_pages, read_by_eye
from search.engine import Order, Snippet
from search.kept_searches import kept_searches, latest_of
from search.language_lexer import QueryMistakeError, pointed_at
from search.querying import Results, log_search
from search.querying import search as run_search
from store.errors import InvalidInputError
from web.asked import PAGE, Asked, read_asked
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.facets import chips_of, facets_of
from web.forms.search import KeepForm
from web.found_pages import pages_of
from web.highlighting import Piece, Stretch, pieces_of
from web.record_words import is_uncertain

area = Blueprint("search", __name__)
area.add_app_template_test(is_uncertain, "uncertain")
KEPT_SHOWN = 10
ORDERS = {
    Order.RELEVANCE: "Best match first",
    Order.OLDEST: "Oldest first",
    Order.NEWEST: "Newest first",
    Order.REFERENCE: "By reference",
}


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a query; the query round the character it is about, and a caret beneath that."""

    sentence: str
    line: str = ""
    caret: str = ""


@area.get("/search")
@requires(Permission.SEARCH)
def search() -> str | Response | tuple[str, int]:
    """What the query finds; that it was asked is in the audit trail before the answer is sent."""
    asked = read_asked(request.args)
    if asked.is_empty:
        return _page(asked)
    try:
        results = _run(asked)
    except InvalidInputError as error:
        return _page(asked, mistake=mistake_in(asked.words, error)), 400
    listed = results.total if results.families is None else results.families
    if asked.start and asked.start >= listed:
        # A page past the last would say that records were found, and show none.
        return redirect(asked.at((listed - 1) // PAGE * PAGE).address)
    log_search(current_archive(), results, actor=current_actor())
    return _page(asked, results=results)


def mistake_in(written: str, error: InvalidInputError) -> Mistake:
    """The mistake as a page shows it."""
    if not isinstance(error, QueryMistakeError):
        return Mistake(str(error))
    return Mistake(str(error), *pointed_at(written, error.at))


def _run(asked: Asked) -> Results:
    return run_search(
        current_archive(),
        current_session(),
        asked.words,
        actor=current_actor(),
        chosen=asked.chosen,
        limit=PAGE,
        offset=asked.start,
        order=asked.order,
        by_family=asked.by_family,
    )


def _page(asked: Asked, *, results: Results | None = None, mistake: Mistake | None = None) -> str:
    session, actor, settings = current_session(), current_actor(), current_archive().settings
    copies = [file for hit in results.hits for file in hit.copies] if results else []
    paths = known_paths(session, [place_of(file) for file in copies], compartments=actor.compartments)
    listed = 0 if results is None else results.total if results.families is None else results.families
    return render_template(
        "search/search.html",
        asked=asked,
        results=results,
        listed=listed,
        mistake=mistake,
        orders=ORDERS,
        facets=facets_of(asked, results) if results else [],
        chips=chips_of(asked),
        snippets={hit.record.id: [_pieces(each) for each in hit.snippets] for hit in results.hits} if results else {},
        copies={
            hit.record.id: [shown_path(paths[place_of(file)], settings.data) for file in hit.copies]
            for hit in (results.hits if results else ())
        },
        unread=count_unread_pages(session, actor=actor),
        by_eye=read_by_eye(session, [hit.record.id for hit in results.hits]) if results else set(),
        kept=latest_of(session, kept_searches(session, actor=actor)[:KEPT_SHOWN], actor=actor),
        keep_form=KeepForm(formdata=None),
        pages=pages_of(asked, listed),
    )


def _pieces(snippet: Snippet) -> tuple[int, list[Piece]]:
    stretches = [Stretch("", start, end, "found") for start, end in snippet.marks]
    return snippet.page, pieces_of(snippet.text, stretches)
