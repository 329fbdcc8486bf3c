"""The steps of a statement: drawn again, submitted, sent back, signed, sealed, withdrawn; and proved."""

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from disclosure import statement_approval as approving
from disclosure import statement_sealing as sealing
from disclosure import statement_words
from disclosure import statements as drafting
from disclosure.statement_drawing import draw_now
from disclosure.statement_facts import DRAWN_OTHERWISE, NOT_COMPARABLE, TITLES, TRUTH, Difference, differences
from disclosure.statements import STATES
from store.errors import CandourError, InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.filters import count
from web.forms.statements import ReasonForm, SignForm
from web.routes.statements import asked_statement, back_to
from web.transactions import own_transaction

area = Blueprint("statement_approval", __name__)


@area.post("/statements/<int:number>/draw-again")
@requires(Permission.STATEMENTS)
@own_transaction
def draw_again(number: int) -> Answer:
    """The draft has the figures of now; what was written stays."""
    drawn = draw_now(current_session(), asked_statement(number).scope)
    with current_archive().writing() as work:
        found = drafting.find_statement(work, number, actor=current_actor())
        told = drafting.draw_again(work, found, drawn, actor=current_actor())
    said = NOT_COMPARABLE if told is None else f"{count(len(told), 'difference')}."
    flash(f"{found.reference} is drawn again: {said[:1].lower()}{said[1:]}")
    return back_to(found)


@area.post("/statements/<int:number>/submit")
@requires(Permission.STATEMENTS)
def submit(number: int) -> Answer:
    """The draft waits for the signatory."""
    found = asked_statement(number)
    approving.submit(current_session(), found, actor=current_actor())
    flash(f"{found.reference} waits for a signature.")
    return back_to(found)


@area.post("/statements/<int:number>/send-back")
@requires(Permission.STATEMENTS_SIGN)
def send_back(number: int) -> Answer:
    """The signatory wants something changed first."""
    found = asked_statement(number)
    approving.send_back(current_session(), found, why=_reason(), actor=current_actor())
    flash(f"{found.reference} is a draft again.")
    return back_to(found)


@area.post("/statements/<int:number>/withdraw")
@requires(Permission.STATEMENTS)
def withdraw(number: int) -> Answer:
    """It will not be sealed; its number stays."""
    found = asked_statement(number)
    approving.withdraw(current_session(), found, why=_reason(), actor=current_actor())
    flash(f"{found.reference} is withdrawn.")
    return back_to(found)


def _reason() -> str:
    form = ReasonForm()
    if not form.validate():
        raise InvalidInputError("Nothing was changed because there is no reason, or it is too long: say why.")
    return str(form.why.data)


@area.route("/statements/<int:number>/sign", methods=["GET", "POST"])
@requires(Permission.STATEMENTS_SIGN)
@own_transaction
def sign(number: int) -> str | Answer | tuple[str, int]:
    """The signatory sees what changed since it was drawn, and signs or does not."""
    found = asked_statement(number)
    now = draw_now(current_session(), found.scope)
    since = differences(drafting.facts_of(found), now.facts)
    if request.method == "GET":
        form = SignForm(formdata=None, acknowledging=approving.digest_of(since) if since else "")
        return _sign(form, number, since)
    form = SignForm()
    if form.validate():
        try:
            with current_archive().writing() as work:
                approving.sign(
                    work,
                    drafting.find_statement(work, number, actor=current_actor()),
                    now,
                    signatory=form.signatory.data,
                    office=form.office.data,
                    acknowledging=form.acknowledging.data if form.seen.data else "",
                    actor=current_actor(),
                )
        except CandourError as error:
            form.signatory.errors = [str(error)]
        else:
            flash(f"{found.reference} is signed. Legal seals it.")
            return back_to(found)
    form.acknowledging.data = approving.digest_of(since) if since else ""
    return _sign(form, number, since), 400


def _sign(form: SignForm, number: int, since: list[Difference] | None) -> str:
    found = asked_statement(number)
    added = drafting.texts_of(found).get(TRUTH, "")
    return render_template(
        "statements/sign.html",
        form=form,
        statement=found,
        since=since,
        titles=TITLES,
        states=STATES,
        drawn_otherwise=DRAWN_OTHERWISE,
        # The very words that are printed above the name.
        truth=[*statement_words.TRUTH, *([f"The authority says. {added}"] if added else [])],
    )


@area.post("/statements/<int:number>/seal")
@requires(Permission.STATEMENTS)
@own_transaction
def seal(number: int) -> Answer:
    """What was signed is closed, with its documents."""
    archive, actor = current_archive(), current_actor()
    signed = asked_statement(number)
    made = sealing.make_seal(current_session(), signed, authority=archive.settings.authority, actor=actor)
    with archive.writing() as work:
        found = drafting.find_statement(work, number, actor=actor)
        sealing.seal(work, archive.files, found, made, actor=actor)
    flash(f"{found.title} is sealed.")
    return back_to(found)


@area.get("/statements/<int:number>/proof")
@requires(Permission.STATEMENTS_READ)
def proof(number: int) -> str:
    """Whether a sealed statement is what was sealed, and what the register says otherwise now."""
    found = asked_statement(number)
    proved = sealing.prove(current_session(), current_archive().files, found, actor=current_actor())
    return render_template(
        "statements/proof.html",
        statement=found,
        proof=proved,
        titles=TITLES,
        drawn_otherwise=DRAWN_OTHERWISE,
    )
