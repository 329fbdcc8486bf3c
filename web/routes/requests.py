"""The inquiry's requests: what it asks, by when, and which bundles answer it."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission, can
from disclosure.models import Bundle
from disclosure.production import bundles
from disclosure.statement_models import Statement
from disclosure.statements import STATES, statements
from inquiry import requests as asked
from inquiry.models import Request
from search.record_models import SearchRecord
from search.search_record_list import records_for
from search.searches_made import searches_made
from store import clock
from store.errors import InvalidInputError, NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.requests import (
    ROWS,
    STATUS_WORDS,
    ParagraphRow,
    RequestForm,
    StatusForm,
    empty_rows,
    paragraph_rows,
    paragraphs_in,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("requests", __name__)
SECTION_21 = "section-21"


@area.get("/requests")
@requires(Permission.REQUESTS_READ)
def requests() -> str:
    """Every request, those still open first, the soonest due at the top."""
    listed = asked.all_requests(current_session())
    standing = [each for each in listed if each.status == "open"]
    return render_template(
        "requests/requests.html",
        standing=standing,
        settled=[each for each in listed if each.status != "open"],
        overdue=sum(1 for each in standing if each.due < clock.today()),
        kinds=asked.KINDS,
        status_words=STATUS_WORDS,
        today=clock.today(),
        section_21=SECTION_21,
        may_log=can(current_actor(), Permission.REQUESTS),
    )


@area.get("/requests/searches")
@requires(Permission.STATEMENTS_READ)
def searches() -> str:
    """Which paragraphs were searched, and what the searches left out."""
    return render_template("requests/searches.html", made=searches_made(current_session(), actor=current_actor()))


@area.route("/requests/new", methods=["GET", "POST"])
@requires(Permission.REQUESTS)
def new_request() -> str | Response | tuple[str, int]:
    """A request is logged with each of its paragraphs; "Add another" only gives the form one more row."""
    form = RequestForm()
    if request.method == "GET":
        return _form(form, empty_rows(1, ROWS))
    rows = paragraph_rows(request.form.getlist("paragraph-number"), request.form.getlist("paragraph-text"))
    if request.form.get("do") == "another":
        return _form(form, [*rows, *empty_rows(len(rows) + 1, 1)])
    wrong = "" if paragraphs_in(rows) else "Give at least one paragraph, in the inquiry’s own words"
    if not form.validate() or wrong:
        return _form(form, rows or empty_rows(1, ROWS), wrong), 400
    try:
        made = _add(form, rows)
    except InvalidInputError as error:
        return _form(form, rows, str(error)), 400
    flash(f"Request {made.reference} is logged.")
    return redirect(url_for("requests.inquiry_request", number=made.id))


def _add(form: RequestForm, rows: list[ParagraphRow]) -> Request:
    return asked.add_request(
        current_session(),
        form.reference.data,
        kind=form.kind.data,
        title=form.title.data,
        received=form.received.data,
        due=form.due.data,
        paragraphs=paragraphs_in(rows),
        actor=current_actor(),
    )


def _form(form: RequestForm, rows: list[ParagraphRow], wrong: str = "") -> str:
    return render_template("requests/new_request.html", form=form, rows=rows, wrong=wrong)


@area.get("/requests/<int:number>")
@requires(Permission.REQUESTS_READ)
def inquiry_request(number: int) -> str:
    """One request with its paragraphs and the bundles that answer it."""
    found = _find(current_session(), number)
    return _page(found, StatusForm(status=found.status))


@area.post("/requests/<int:number>/status")
@requires(Permission.REQUESTS)
def change_status(number: int) -> str | Response | tuple[str, int]:
    """The request is open, answered or withdrawn."""
    session = current_session()
    found, form = _find(session, number), StatusForm()
    if not form.validate():
        return _page(found, form), 400
    if form.status.data != found.status:
        asked.change_status(session, found, status=form.status.data, actor=current_actor())
        flash(f"Request {found.reference}: {STATUS_WORDS[found.status].lower()}.")
    return redirect(url_for("requests.inquiry_request", number=number))


def _stated(found: Request) -> list[Statement]:
    """The statements made for it, for whoever may read statements."""
    if not can(current_actor(), Permission.STATEMENTS_READ):
        return []
    return [each for each in statements(current_session(), actor=current_actor()) if each.scope == found.reference]


def _page(found: Request, form: StatusForm) -> str:
    return render_template(
        "requests/request.html",
        found=found,
        form=form,
        kinds=asked.KINDS,
        status_words=STATUS_WORDS,
        answering=_answering(current_session(), found),
        searches=_searches(current_session(), found),
        stated=_stated(found),
        states=STATES,
        is_section_21=found.kind == SECTION_21,
        is_overdue=found.status == "open" and found.due < clock.today(),
        may_change=can(current_actor(), Permission.REQUESTS),
    )


def _answering(session: "Session", found: Request) -> list[Bundle]:
    return [each for each in bundles(session) if each.request_id == found.id]


def _searches(session: "Session", found: Request) -> dict[int, list[SearchRecord]]:
    """The searches recorded for each paragraph; nothing is said to somebody who may not search."""
    if not can(current_actor(), Permission.SEARCH):
        return {}
    return records_for(session, [each.id for each in found.paragraphs], actor=current_actor())


def _find(session: "Session", number: int) -> Request:
    for each in asked.all_requests(session):
        if each.id == number:
            return each
    raise NotFoundError("There is no such request: choose one from the list of requests.")
