"""Statements to the inquiry: listed, drafted, written in, and shown with a list behind every number."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from disclosure import statements as drafting
from disclosure.statement_approval import acknowledged_in, authors_of, changed_since
from disclosure.statement_document import file_name, nested
from disclosure.statement_drawing import draw_now
from disclosure.statement_facts import NOT_COMPARABLE, TITLES, Difference, differences
from disclosure.statement_lists import count_of, list_behind
from disclosure.statement_models import Statement
from disclosure.statement_sealing import take_document
from disclosure.statements import KINDS, STATES, facts_of, find_statement, superseded_by, texts_of, to_explain
from inquiry.requests import all_requests
from store.errors import CandourError, NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.statements import DraftForm, ReasonForm, SayForm
from web.leaving import asked_form, let_go
from web.statement_links import list_address
from web.transactions import own_transaction

area = Blueprint("statements", __name__)
PAGE = 100


def asked_statement(number: int) -> Statement:
    """The statement of the address, if whoever is signed in may read statements."""
    return find_statement(current_session(), number, actor=current_actor())


def back_to(statement: Statement) -> Answer:
    """The page of the statement."""
    return redirect(url_for("statements.statement", number=statement.id))


@area.get("/statements")
@requires(Permission.STATEMENTS_READ)
def statements() -> str:
    """Every statement, and the form that drafts the next, for the request the reader comes from."""
    return _list(_prepared(DraftForm(formdata=None, request=request.args.get("request", ""))))


@area.post("/statements")
@requires(Permission.STATEMENTS)
@own_transaction
def draft() -> str | Answer | tuple[str, int]:
    """The next statement is drawn from the register, while others go on writing in it."""
    form, session = _prepared(DraftForm()), current_session()
    if not form.validate():
        return _list(form), 400
    try:
        drawn = draw_now(session, form.request.data)
        with current_archive().writing() as work:
            made = drafting.draft_statement(work, drawn, kind=form.kind.data, actor=current_actor())
    except CandourError as error:
        form.kind.errors = [str(error)]
        return _list(form), error.status_code
    flash(f"{made.title} is drafted, as {made.reference}.")
    return back_to(made)


def _prepared(form: DraftForm) -> DraftForm:
    listed = all_requests(current_session())
    form.request.choices = [("", "Every request"), *((each.reference, each.reference) for each in listed)]
    return form


def _list(form: DraftForm) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "statements/statements.html",
        form=form,
        listed=drafting.statements(session, actor=actor),
        states=STATES,
        kinds=KINDS,
        may_draft=can(actor, Permission.STATEMENTS),
    )


@area.get("/statements/<int:number>")
@requires(Permission.STATEMENTS_READ)
def statement(number: int) -> str:
    """One statement as it stands: each section with its figures, each number with its list."""
    found, actor = asked_statement(number), current_actor()
    return render_template(
        "statements/statement.html",
        statement=found,
        facts=facts_of(found),
        written=texts_of(found),
        explained={each.code for each in to_explain(facts_of(found))},
        titles=TITLES,
        states=STATES,
        nested=nested,
        address=lambda figure: list_address(found, figure),
        faults=drafting.faults_and_subjects(found),
        before=superseded_by(current_session(), found),
        since=acknowledged_in(found),
        may_draft=can(actor, Permission.STATEMENTS),
        may_sign=can(actor, Permission.STATEMENTS_SIGN) and actor.name not in authors_of(found),
        reason_form=ReasonForm(formdata=None),
    )


@area.route("/statements/<int:number>/write/<path:subject>", methods=["GET", "POST"])
@requires(Permission.STATEMENTS)
def write(number: int, subject: str) -> str | Answer | tuple[str, int]:
    """What the authority says on a section, or on a figure that has to be explained."""
    found, session = asked_statement(number), current_session()
    if subject not in drafting.subjects_of(found):
        raise NotFoundError(f"{found.reference} has nothing called {subject[:60]} to write on.")
    if request.method == "GET":
        form = SayForm(formdata=None, words=texts_of(found).get(subject, ""))
        return _write(form, found, subject)
    form = SayForm()
    if not form.validate():
        return _write(form, found, subject), 400
    try:
        drafting.write_text(session, found, subject, form.words.data or "", actor=current_actor())
    except CandourError as error:
        form.words.errors = [str(error)]
        return _write(form, found, subject), error.status_code
    flash("What the authority says is kept.")
    place = subject.replace(":", "-").replace(" ", "-")
    return redirect(url_for("statements.statement", number=found.id, _anchor=f"on-{place}"))


def _write(form: SayForm, found: Statement, subject: str) -> str:
    figure = next((each for each in to_explain(facts_of(found)) if each.code == subject), None)
    return render_template(
        "statements/write.html", form=form, statement=found, subject=subject, figure=figure, titles=TITLES
    )


@area.get("/statements/<int:number>/figures/<path:code>")
@requires(Permission.READ_RESTRICTED)
def figure(number: int, code: str) -> str:
    """What a figure counts, one by one, as it stands now, beside what was stated."""
    found, session, actor = asked_statement(number), current_session(), current_actor()
    stated = next((each for _, each in facts_of(found).figures() if each.code == code), None)
    if stated is None:
        raise NotFoundError(f"{found.reference} has no figure called {code[:60]}: choose one on its page.")
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_of(session, code, actor=actor)
    return render_template(
        "statements/figure.html",
        statement=found,
        stated=stated,
        total=total,
        start=start,
        listed=list_behind(session, code, actor=actor, offset=start, limit=PAGE),
        earlier=_page(found, code, max(start - PAGE, 0)) if start else "",
        later=_page(found, code, start + PAGE) if start + PAGE < total else "",
    )


def _page(found: Statement, code: str, start: int) -> str:
    return url_for("statements.figure", number=found.id, code=code, start=start)


@area.get("/statements/<int:number>/difference")
@requires(Permission.STATEMENTS_READ)
def difference(number: int) -> str:
    """What differs between a statement and the one before it, another one, or the register now."""
    found, session, wanted = asked_statement(number), current_session(), request.args.get("with", "")
    listed: list[Difference] | None
    if wanted == "now":
        listed, other = changed_since(session, found), None
    else:
        other = asked_statement(int(wanted)) if wanted.isdecimal() else superseded_by(session, found)
        listed = differences(facts_of(other), facts_of(found)) if other else []
    return render_template(
        "statements/difference.html",
        statement=found,
        other=other,
        now=wanted == "now",
        not_comparable=NOT_COMPARABLE,
        listed=listed,
        titles=TITLES,
        others=[each for each in drafting.statements(session, actor=current_actor()) if each.id != found.id],
    )


@area.post("/statements/<int:number>/document")
@requires(Permission.STATEMENTS_READ)
@own_transaction
def document(number: int) -> Response:
    """The statement leaves as a document: the sealed one's own bytes, or a marked draft; the trail tells it."""
    found, archive, form = asked_statement(number), current_archive(), asked_form()
    authority, session = archive.settings.authority, current_session()
    made = take_document(session, archive.files, found, form=form, authority=authority, actor=current_actor())
    return let_go(made, file_name(found, form))
