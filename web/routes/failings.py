"""Where the institution fell short: recorded with evidence, reviewed, accepted by a second person, reported."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from access.policy import Permission, can
from failings import register
from failings.models import Failing
from failings.self_report import make_self_report
from failings.words import CERTAINTIES, KINDS, STATUSES
from store import clock
from store.errors import InvalidInputError, NotFoundError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.failings import (
    ROWS,
    EvidenceForm,
    EvidenceRow,
    FailingForm,
    ReportForm,
    WordsForm,
    citation,
    citations,
    evidence_rows,
)
from web.leaving import let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("failings", __name__)
Page = str | Response | tuple[str, int]
# The sentence before the colon is the word; what follows explains it.
CERTAINTY_WORDS = {code: words.partition(":")[0] for code, words in CERTAINTIES.items()}
STEP_WORDS = {
    "legal-reviewed": "Mark as reviewed by legal",
    "accepted": "Accept for the authority",
    "draft": "Return to draft",
}
FIELD_WORDS = {
    "title": "Title",
    "kind": "Kind",
    "body": "Body or service",
    "should_have_happened": "What should have happened",
    "policy_then": "The policy then in force",
    "did_happen": "What did happen",
    "certainty": "Certainty",
    "owner": "Who answers for it",
    "action": "What is being done",
}
REVISABLE = tuple(FIELD_WORDS)


@area.get("/failings")
@requires(Permission.FAILINGS_READ)
def failings() -> str:
    """Every failing with its status and certainty."""
    return _list(ReportForm(title="Self-report of institutional failings"))


@area.post("/failings/report")
@requires(Permission.FAILINGS)
@own_transaction
def report() -> FlaskResponse | tuple[str, int]:
    """The self-report leaves as a Word document, and that it did is in the audit trail."""
    form = ReportForm()
    if not form.validate():
        return _list(form), 400
    authority = current_archive().settings.authority
    try:
        made = make_self_report(current_session(), title=form.title.data, authority=authority, actor=current_actor())
    except InvalidInputError as error:
        form.title.errors = [str(error)]
        return _list(form), 400
    return let_go(made.document, f"self-report-{clock.today().isoformat()}-DRAFT.docx")


def _list(form: ReportForm) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "failings/failings.html",
        listed=register.all_failings(session, actor=actor),
        counts=register.failing_counts(session, actor=actor),
        form=form,
        **_words(),
    )


@area.route("/failings/new", methods=["GET", "POST"])
@requires(Permission.FAILINGS)
def new_failing() -> Page:
    """A failing is recorded with its evidence; "Add another" only gives the form one more row."""
    form = FailingForm()
    if request.method == "GET":
        return _new(form, [EvidenceRow()] * ROWS)
    posted = request.form
    rows = evidence_rows(
        posted.getlist("evidence-record"), posted.getlist("evidence-page"), posted.getlist("evidence-note")
    )
    if posted.get("do") == "another":
        return _new(form, [*rows, EvidenceRow()])
    rows = rows or [EvidenceRow()] * ROWS
    valid = form.validate()
    try:
        evidence = citations(rows)
        made = _add(form, evidence) if valid else None
    except (InvalidInputError, NotFoundError) as error:
        return _new(form, rows, str(error)), 400
    if made is None:
        return _new(form, rows), 400
    flash(f"{made.reference} is recorded as a draft.")
    return redirect(url_for("failings.failing", reference=made.reference))


def _add(form: FailingForm, evidence: list[tuple[str, int, str]]) -> Failing:
    return register.add_failing(
        current_session(),
        **{name: form[name].data for name in REVISABLE},
        period_from=form.period_from.data,
        period_to=form.period_to.data,
        action_due=form.action_due.data,
        evidence=evidence,
        actor=current_actor(),
    )


def _new(form: FailingForm, rows: list[EvidenceRow], wrong: str = "") -> str:
    return render_template("failings/new_failing.html", form=form, rows=rows, wrong=wrong)


@area.get("/failings/<reference>")
@requires(Permission.FAILINGS_READ)
def failing(reference: str) -> str:
    """One failing: what should have happened, what did, what shows it, and how its wording changed."""
    return _page(_find(current_session(), reference))


@area.route("/failings/<reference>/revise", methods=["GET", "POST"])
@requires(Permission.FAILINGS)
def revise(reference: str) -> Page:
    """Its words are replaced and it is a draft again; what they said before is kept beside it."""
    session = current_session()
    found = _find(session, reference)
    form = (
        WordsForm() if request.method == "POST" else WordsForm(data={name: getattr(found, name) for name in REVISABLE})
    )
    if request.method == "GET" or not form.validate():
        return render_template("failings/revise.html", found=found, form=form), 400 if form.errors else 200
    changes = {name: form[name].data for name in REVISABLE if form[name].data.strip() != getattr(found, name)}
    if changes:
        register.revise_failing(session, found, changes=changes, actor=current_actor())
        flash(f"{found.reference} is revised, and a draft again.")
    return redirect(url_for("failings.failing", reference=found.reference))


@area.post("/failings/<reference>/evidence")
@requires(Permission.FAILINGS)
def add_evidence(reference: str) -> Page:
    """The failing rests on one more page."""
    session = current_session()
    found, form = _find(session, reference), EvidenceForm()
    if not form.validate():
        return _page(found, evidence_form=form), 400
    try:
        cited = citation(EvidenceRow(form.reference.data, form.page.data, form.note.data))
        register.add_evidence(session, found, citation=cited, actor=current_actor())
    except (InvalidInputError, NotFoundError) as error:
        form.reference.errors = [str(error)]
        return _page(found, evidence_form=form), 400
    flash(f"{found.reference} rests on one more page.")
    return redirect(url_for("failings.failing", reference=found.reference))


@area.post("/failings/<reference>/status")
@requires(Permission.FAILINGS)
def change_status(reference: str) -> Page:
    """The failing goes one step on, or back to draft."""
    session = current_session()
    found = _find(session, reference)
    try:
        register.change_status(session, found, status=request.form.get("status", ""), actor=current_actor())
    except (InvalidInputError, RefusedError) as error:
        return _page(found, step_fault=str(error)), 409
    flash(f"{found.reference}: {STATUSES[found.status].lower()}.")
    return redirect(url_for("failings.failing", reference=found.reference))


def _page(found: Failing, *, evidence_form: EvidenceForm | None = None, step_fault: str = "") -> str:
    session, actor = current_session(), current_actor()
    may_write = can(actor, Permission.FAILINGS)
    evidence = register.evidence_of(session, found, actor=actor)
    return render_template(
        "failings/failing.html",
        found=found,
        evidence=[each for each in evidence if not each.is_withheld],
        withheld=sum(1 for each in evidence if each.is_withheld),
        revisions=register.revisions_of(session, found, actor=actor) if may_write else [],
        steps=[(status, STEP_WORDS[status]) for status in register.NEXT[found.status]] if may_write else [],
        is_own=found.added_by == actor.name,
        evidence_form=evidence_form or EvidenceForm(formdata=None),
        step_fault=step_fault,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "kinds": KINDS,
        "certainties": CERTAINTIES,
        "certainty_words": CERTAINTY_WORDS,
        "statuses": STATUSES,
        "fields": FIELD_WORDS,
        "may_write": can(current_actor(), Permission.FAILINGS),
    }


def _find(session: "Session", reference: str) -> Failing:
    return register.find_failing(session, reference, actor=current_actor())
