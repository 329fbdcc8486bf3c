"""Searches that are kept: each time they were run, what changed between two times, and what is new since."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from search import alerts as watching
from search import kept_searches as keeping
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.filters import count
from web.forms.search import KeepForm
from web.transactions import own_transaction

area = Blueprint("kept_searches", __name__)
LONGEST = 2_100  # a little over the language's own limit, which says so in its own words


@area.get("/kept-searches")
@requires(Permission.SEARCH)
def kept_searches_page() -> str:
    """New hits still to be looked at, and every search that is kept."""
    session, actor = current_session(), current_actor()
    kept = keeping.kept_searches(session, actor=actor)
    return render_template(
        "kept_searches/kept_searches.html",
        alerts=watching.alerts_of(session, actor=actor),
        kept=keeping.latest_of(session, kept, actor=actor),
        troubles={each.id: trouble for each in kept if (trouble := keeping.trouble_of(each))},
    )


@area.post("/kept-searches")
@requires(Permission.SEARCH)
@own_transaction
def keep() -> Response:
    """The search is run again and kept with its terms, its day and what it found."""
    form, actor, archive = KeepForm(), current_actor(), current_archive()
    if not form.validate():
        raise InvalidInputError(f"The search was not kept: {form.name.errors[0].lower()}.")
    query = request.form.get("q", "").strip()[:LONGEST]
    asked = keeping.ask(archive, current_session(), query, actor=actor)
    with archive.writing() as session:
        number = keeping.keep_search(session, asked, name=form.name.data or "", actor=actor).id
    flash(f"The search is kept: {len(asked.found):,} of {count(len(asked.searched), 'record')}.")
    return redirect(url_for("kept_searches.kept_search", number=number))


@area.get("/kept-searches/<int:number>")
@requires(Permission.SEARCH)
def kept_search(number: int) -> str:
    """One search: each time it was run, and what is new and what is gone between two of those times."""
    session, actor = current_session(), current_actor()
    kept = keeping.find_kept_search(session, number, actor=actor)
    runs = keeping.runs_of(session, kept, actor=actor)
    before, after = _two_runs([each.run.number for each in runs])
    compared = keeping.compare_runs(session, kept, before, after, actor=actor) if len(runs) > 1 else None
    return render_template(
        "kept_searches/kept_search.html",
        kept=kept,
        runs=runs,
        compared=compared,
        trouble=keeping.trouble_of(kept),
        alerts=[each for each in watching.alerts_of(session, actor=actor) if each.kept.id == kept.id],
        own=kept.kept_by == actor.name,
    )


def _two_runs(numbers: list[int]) -> tuple[int, int]:
    last = numbers[-1] if numbers else 0
    before = numbers[-2] if len(numbers) > 1 else 0
    return request.args.get("before", before, type=int), request.args.get("after", last, type=int)


@area.post("/kept-searches/<int:number>/run")
@requires(Permission.SEARCH)
@own_transaction
def run_again(number: int) -> Response:
    """The search is run again, and what it finds now is kept beside what it found before."""
    actor, archive = current_actor(), current_archive()
    kept = keeping.find_kept_search(current_session(), number, actor=actor)
    asked = keeping.ask(archive, current_session(), kept.query, actor=actor)
    with archive.writing() as session:
        keeping.run_again(session, keeping.find_kept_search(session, number, actor=actor), asked, actor=actor)
    flash(f"Run again: {len(asked.found):,} of {count(len(asked.searched), 'record')}.")
    return redirect(url_for("kept_searches.kept_search", number=number))


@area.post("/kept-searches/<int:number>/watch")
@requires(Permission.SEARCH)
def watch(number: int) -> Response:
    """New hits are announced from now on, or no longer."""
    session, actor = current_session(), current_actor()
    kept = keeping.find_kept_search(session, number, actor=actor)
    wanted = request.form.get("watched") == "yes"
    keeping.watch(session, kept, watched=wanted, actor=actor)
    flash("New hits will be announced on your home page." if wanted else "New hits are no longer announced.")
    return redirect(url_for("kept_searches.kept_search", number=number))


@area.post("/kept-searches/alerts/<int:number>/looked-at")
@requires(Permission.SEARCH)
def look_at(number: int) -> Response:
    """New hits were looked at: they are no longer announced."""
    watching.look_at(current_session(), number, actor=current_actor())
    flash("Marked as looked at.")
    return redirect(url_for("kept_searches.kept_searches_page"))
