"""Term reports: a list of terms run over the archive, version by version, with what each term found."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from retention.notices import categories
from retention.worklist import batch_names
from search import term_exports
from search import term_reports as reports
from search.term_lists import Fault, Term, UnreadableTermsError, read_file, read_lines
from search.term_models import TermReport
from search.term_running import Scope, check_scope
from store import jobs
from store.errors import InvalidInputError
from store.jobs import DONE, FAILED, Job
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.term_reports import ScopeForm, TermReportForm
from web.leaving import let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("term_reports", __name__)
area.add_app_template_filter(term_exports.not_reached_words, "not_reached_words")
KIND = "term-report"
LISTED_CHANGES = 200


@area.get("/term-reports")
@requires(Permission.SEARCH)
def term_reports_page() -> str:
    """Every report with its latest version."""
    session, actor = current_session(), current_actor()
    listed = reports.term_reports(session, actor=actor)
    return render_template("term_reports/term_reports.html", listed=listed, running=_running(session))


@area.route("/term-reports/new", methods=["GET", "POST"])
@requires(Permission.SEARCH)
def new_term_report() -> str | Answer | tuple[str, int]:
    """A list of terms is read whole, or every line that cannot be read is named; then it is run."""
    form = _with_batches(TermReportForm())
    if request.method == "GET":
        return _form(form)
    if not form.validate():
        return _form(form), 400
    try:
        terms, scope = _terms(form), _scope(form)
        check_scope(scope)
        report = reports.begin_report(current_session(), name=form.name.data, actor=current_actor())
    except UnreadableTermsError as error:
        return _form(form, faults=error.faults), 400
    except InvalidInputError as error:
        return _form(form, wrong=str(error)), 400
    _enqueue(current_session(), report, terms, scope)
    return redirect(url_for("term_reports.term_report", number=report.id))


def _with_batches(form: ScopeForm) -> ScopeForm:
    names = batch_names(current_session(), actor=current_actor())
    form.batch.choices = [("", "Any batch"), *((name, name) for name in names)]
    return form


def _terms(form: ScopeForm) -> list[Term]:
    file = request.files.get("file")
    typed = request.form.get("terms", "")
    if file is not None and file.filename:
        if typed.strip():
            raise InvalidInputError("There are terms in the box and in a file: give one or the other.")
        return read_file(file.filename, file.read())
    return read_lines(typed)


def _scope(form: ScopeForm) -> Scope:
    return Scope(form.scope.data or "", form.batch.data or "", form.first.data, form.last.data)


def _enqueue(session: "Session", report: TermReport, terms: list[Term], scope: Scope) -> None:
    days = {name: day.isoformat() if day else "" for name, day in (("first", scope.first), ("last", scope.last))}
    payload = {
        "report": report.id,
        "terms": [[each.line, each.text, each.note] for each in terms],
        "scope": asdict(scope) | days,
    }
    jobs.enqueue(session, KIND, payload=payload, actor=current_actor().name)


def _form(form: ScopeForm, *, faults: tuple[Fault, ...] = (), wrong: str = "") -> str:
    return render_template(
        "term_reports/new_term_report.html",
        form=form,
        faults=faults,
        wrong=wrong,
        typed=request.form.get("terms", ""),
    )


@area.get("/term-reports/<int:number>")
@requires(Permission.SEARCH)
def term_report(number: int) -> str:
    """One version of a report with its figures; while it is run, how far it is."""
    session, actor = current_session(), current_actor()
    report = reports.find_report(session, number, actor=actor)
    versions = reports.versions_of(session, report, actor=actor)
    wanted = request.args.get("version", type=int)
    shown = reports.show_version(session, report, wanted, actor=actor) if versions or wanted else None
    return render_template(
        "term_reports/term_report.html",
        report=report,
        versions=versions,
        shown=shown,
        method=term_exports.method_of(shown, actor=actor) if shown else [],
        titles=_titles(session),
        job=_latest_job(session, report),
        failed=FAILED,
    )


@area.get("/term-reports/<int:number>/compare")
@requires(Permission.SEARCH)
def compare(number: int) -> str:
    """Two versions, term by term."""
    session, actor = current_session(), current_actor()
    report = reports.find_report(session, number, actor=actor)
    versions = [each.version for each in reports.versions_of(session, report, actor=actor)]
    after = request.args.get("after", versions[-1] if versions else 0, type=int)
    before = request.args.get("before", max((each for each in versions if each < after), default=after), type=int)
    difference = reports.compare_versions(session, report, before, after, actor=actor)
    return render_template(
        "term_reports/compare.html", difference=difference, report=report, versions=versions, most=LISTED_CHANGES
    )


@area.post("/term-reports/<int:number>/run")
@requires(Permission.SEARCH)
def run_again(number: int) -> Answer:
    """The latest version's terms are run again in the same scope, as the next version."""
    session, actor = current_session(), current_actor()
    report = reports.find_report(session, number, actor=actor)
    versions = reports.versions_of(session, report, actor=actor)
    if not versions:
        raise InvalidInputError("The report has no version yet: wait until it was run, or make it anew.")
    _enqueue(session, report, reports.terms_of(session, versions[-1]), reports.scope_of(versions[-1]))
    flash("The terms are being run again.")
    return redirect(url_for("term_reports.term_report", number=number))


@area.post("/term-reports/<int:number>/export")
@requires(Permission.SEARCH)
@own_transaction
def export(number: int) -> Response:
    """The version leaves as a workbook or as CSV; that it did is in the audit trail."""
    session, actor = current_session(), current_actor()
    report = reports.find_report(session, number, actor=actor)
    shown = reports.show_version(session, report, request.form.get("version", type=int), actor=actor)
    name = f"term-report-{report.id}-version-{shown.version.version}"
    if request.form.get("form") == "csv":
        return let_go(term_exports.report_csv(session, shown, _titles(session), actor=actor), f"{name}.csv")
    house = current_archive().settings.authority
    return let_go(term_exports.report_xlsx(session, shown, _titles(session), actor=actor, house=house), f"{name}.xlsx")


@area.post("/term-reports/<int:number>/compare/export")
@requires(Permission.SEARCH)
@own_transaction
def export_difference(number: int) -> Response:
    """The difference leaves as CSV with every record that is new or gone."""
    session, actor = current_session(), current_actor()
    report = reports.find_report(session, number, actor=actor)
    before, after = (request.form.get(name, 0, type=int) for name in ("before", "after"))
    difference = reports.compare_versions(session, report, before, after, actor=actor)
    made = term_exports.difference_csv(session, difference, actor=actor)
    return let_go(made, f"term-report-{report.id}-versions-{before}-to-{after}.csv")


def _titles(session: "Session") -> dict[str, str]:
    return {each.code: each.title for each in categories(session)}


def _running(session: "Session") -> set[int]:
    return {
        job.arguments["report"]
        for job in jobs.recent_jobs(session)
        if job.kind == KIND and job.state not in (DONE, FAILED)
    }


def _latest_job(session: "Session", report: TermReport) -> Job | None:
    """The report's last job, unless it is done: its version then speaks for it."""
    for job in jobs.recent_jobs(session, limit=200):
        if job.kind == KIND and job.arguments["report"] == report.id:
            return None if job.state == DONE else job
    return None
