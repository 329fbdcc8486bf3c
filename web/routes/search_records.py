"""Search records: drafted, signed, seconded, superseded; and the schedule of them that leaves the house."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from inquiry.requests import all_requests, find_request
from search import search_records as keeping
from search import term_reports
from search.record_models import SearchRecord
from search.search_record_figures import faults_of, figures_of_all, record_figures
from search.search_record_list import find_record_of_search, latest_records, versions_of_record
from search.search_records import CONTENT, METHODS, PLACES, SearchContent
from search.search_schedule import unreadable_words, write_schedule
from store import clock
from store.errors import CandourError, InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.search_records import SearchRecordForm, WhyForm
from web.leaving import asked_form, let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("search_records", __name__)


@area.get("/search-records")
@requires(Permission.SEARCH)
def search_records_page() -> str:
    """The latest version of every search record."""
    session, actor = current_session(), current_actor()
    listed = latest_records(session, actor=actor)[::-1]
    return render_template(
        "search_records/search_records.html",
        listed=list(zip(listed, figures_of_all(session, listed, actor=actor), strict=True)),
        cited=_cited(session),
        methods=METHODS,
        may_export=can(actor, Permission.REQUESTS) and any(each.signed_at for each in listed),
        requests=all_requests(session),
    )


@area.route("/search-records/new", methods=["GET", "POST"])
@requires(Permission.SEARCH)
def new_search_record() -> str | Answer | tuple[str, int]:
    """A search has its number and its draft."""
    form = _prepared(SearchRecordForm())
    if request.method == "GET":
        _suggest(form)
        return _form(form, None)
    if not form.validate():
        return _form(form, None), 400
    try:
        made = keeping.draft_record(
            current_session(),
            _content(form),
            paragraphs=form.paragraphs.data or [],
            term_report=_report(form),
            actor=current_actor(),
        )
    except CandourError as error:
        return _form(form, None, str(error)), error.status_code
    flash(f"{made.reference} is drafted.")
    return redirect(url_for("search_records.search_record", reference=made.reference))


@area.route("/search-records/<reference>/change", methods=["GET", "POST"])
@requires(Permission.SEARCH)
def change_search_record(reference: str) -> str | Answer | tuple[str, int]:
    """The draft says something else."""
    record = find_record_of_search(current_session(), reference, actor=current_actor())
    if request.method == "GET":
        return _form(_prepared(_form_of(record)), record, seen=keeping.said_by(record))
    form, seen = _prepared(SearchRecordForm()), request.form.get("seen")
    if not form.validate():
        return _form(form, record, seen=seen), 400
    try:
        keeping.change_draft(
            current_session(),
            record,
            _content(form),
            paragraphs=form.paragraphs.data or [],
            term_report=_report(form),
            seen=seen,
            actor=current_actor(),
        )
    except keeping.ChangedMeanwhileError:
        return _form(form, record, seen=keeping.said_by(record), meanwhile=True), 409
    except InvalidInputError as error:
        return _form(form, record, str(error), seen=seen), 400
    flash(f"The draft of {record.reference} is changed.")
    return redirect(url_for("search_records.search_record", reference=record.reference))


@area.get("/search-records/<reference>")
@requires(Permission.SEARCH)
def search_record(reference: str) -> str:
    """One search record as it stands, with what is still missing before it can be signed."""
    session, actor = current_session(), current_actor()
    record = find_record_of_search(session, reference, request.args.get("version", type=int), actor=actor)
    keeping.require_whole(session, record)
    figures = record_figures(session, record, actor=actor)
    versions = versions_of_record(session, reference, actor=actor)
    return render_template(
        "search_records/search_record.html",
        record=record,
        figures=figures,
        unreadable=unreadable_words(record, figures),
        versions=versions,
        is_latest=record.version == versions[-1].version,
        seen=keeping.said_by(record),
        faults=[] if record.signed_at else faults_of(session, record, actor=actor),
        cited=_cited(session),
        methods=METHODS,
        places=PLACES,
        may_second=can(actor, Permission.SECOND_READ) and actor.name != record.signed_by,
        why_form=WhyForm(formdata=None),
    )


@area.post("/search-records/<reference>/sign")
@requires(Permission.SEARCH)
def sign(reference: str) -> Answer:
    """The draft is signed and stays as it is."""
    record = find_record_of_search(current_session(), reference, actor=current_actor())
    keeping.sign_record(current_session(), record, seen=request.form.get("seen"), actor=current_actor())
    flash(f"{record.reference} version {record.version} is signed.")
    return redirect(url_for("search_records.search_record", reference=record.reference))


@area.post("/search-records/<reference>/second")
@requires(Permission.SECOND_READ)
def second(reference: str) -> Answer:
    """A second reader signs as well."""
    record = find_record_of_search(current_session(), reference, actor=current_actor())
    keeping.second_record(current_session(), record, actor=current_actor())
    flash(f"You are the second reader of {record.reference} version {record.version}.")
    return redirect(url_for("search_records.search_record", reference=record.reference))


@area.post("/search-records/<reference>/new-version")
@requires(Permission.SEARCH)
def new_version(reference: str) -> Answer:
    """A draft of the next version is begun; until it is signed, the signed one stands."""
    form = WhyForm()
    if not form.validate():
        raise InvalidInputError("The version was not begun because it has no reason: say what is to be corrected.")
    record = find_record_of_search(current_session(), reference, actor=current_actor())
    made = keeping.new_version(current_session(), record, why=form.why.data, actor=current_actor())
    flash(f"Version {made.version} of {made.reference} is a draft: the signed one stands until this is signed.")
    return redirect(url_for("search_records.search_record", reference=made.reference))


@area.post("/search-records/export")
@requires(Permission.REQUESTS)
@own_transaction
def export() -> Response:
    """The schedule of searches leaves, in Word or as a PDF; that it did is in the audit trail."""
    session, wanted = current_session(), request.form.get("request", "")
    asked = find_request(session, wanted) if wanted else None
    form, house = asked_form(), current_archive().settings.authority
    made = write_schedule(session, authority=house, actor=current_actor(), request=asked, form=form)
    return let_go(made.leaving, f"schedule-of-searches-{clock.today().isoformat()}.{form}")


def _prepared(form: SearchRecordForm) -> SearchRecordForm:
    session, actor = current_session(), current_actor()
    form.paragraphs.choices = [
        (paragraph.id, f"{asked.reference}, paragraph {paragraph.number}: {paragraph.text[:160]}")
        for asked in all_requests(session)
        for paragraph in asked.paragraphs
    ]
    versions = [
        (f"{report.id}:{version.version}", f"{report.name}, version {version.version} ({report.id})")
        for report, _ in term_reports.term_reports(session, actor=actor)
        for version in reversed(term_reports.versions_of(session, report, actor=actor))
    ]
    form.term_report.choices = [("", "None"), *versions]
    return form


def _suggest(form: SearchRecordForm) -> None:
    """What is known from where the person came, and who they are."""
    form.counted_as.data = form.counted_as.data or "documents"
    form.searched_by.data = form.searched_by.data or current_actor().name
    wanted = request.args.get("paragraph", type=int)
    form.paragraphs.data = [wanted] if wanted else []
    form.term_report.data = request.args.get("terms", "")
    if form.term_report.data:
        form.kind_of_place.data, form.method.data = "archive", "term"
        form.repository.data = f"The archive of {current_archive().settings.authority} in Candour"


def _form_of(record: SearchRecord) -> SearchRecordForm:
    form = SearchRecordForm(formdata=None, **{name: getattr(record, name) for name in CONTENT})
    form.paragraphs.data = [each.id for each in record.paragraphs]
    version = record.term_version
    form.term_report.data = f"{version.term_report_id}:{version.version}" if version else ""
    return form


def _content(form: SearchRecordForm) -> SearchContent:
    given: dict[str, Any] = {name: form[name].data for name in CONTENT}
    return SearchContent(**(given | {name: given[name] or "" for name in TEXTS}))


TEXTS = frozenset(name for name in CONTENT if isinstance(getattr(SearchContent(), name), str))


def _report(form: SearchRecordForm) -> tuple[int, int] | None:
    number, _, version = (form.term_report.data or "").partition(":")
    return (int(number), int(version)) if number else None


def _form(
    form: SearchRecordForm,
    record: SearchRecord | None,
    wrong: str = "",
    *,
    seen: str | None = None,
    meanwhile: bool = False,
) -> str:
    return render_template(
        "search_records/search_record_form.html", form=form, record=record, wrong=wrong, seen=seen, meanwhile=meanwhile
    )


def _cited(session: "Session") -> dict[int, str]:
    """Each paragraph as it is cited, by its id."""
    return {
        paragraph.id: f"{asked.reference}, paragraph {paragraph.number}"
        for asked in all_requests(session)
        for paragraph in asked.paragraphs
    }
