"""A child or person at risk now: raised from the record it was found in, in one short form."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from failings.escalations import DUE, KINDS, raise_escalation
from records.models import Record
from records.register import find_record
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive
from web.forms.records import EscalationForm
from web.transactions import own_transaction
from web.viewing import viewed_record

area = Blueprint("escalation_raise", __name__)
HINTS = {code: f"Told: {' and '.join(kind.tell)}. {DUE[kind.due_hours]}." for code, kind in KINDS.items()}


@area.route("/records/<reference>/risk", methods=["GET", "POST"])
@requires(Permission.ESCALATE)
@own_transaction
def raise_risk(reference: str) -> str | Response | tuple[str, int]:
    """The risk is on the list of those who act on it; the person is told that a telephone call comes next."""
    record = viewed_record(reference)
    form = EscalationForm()
    if request.method == "GET":
        form.page.data = request.args.get("page", "")
    elif form.validate():
        try:
            tellings = _raise(record, form)
        except InvalidInputError as error:
            form.facts.errors = [str(error)]
        else:
            flash(f"The risk is on the list. Now telephone: {'; '.join(tellings)}. Then note there whom you spoke to.")
            return redirect(url_for("records.record", reference=record.reference))
    return render_template("records/risk.html", form=form, record=record, hints=HINTS), 400 if form.errors else 200


def _raise(record: Record, form: EscalationForm) -> list[str]:
    with current_archive().writing() as session:
        raised = raise_escalation(
            session,
            find_record(session, record.reference, actor=current_actor()),
            kind=form.kind.data,
            facts=form.facts.data,
            tell=form.tell.data or "",
            due_hours=int(form.due.data) if form.due.data else None,
            page=int(form.page.data) if form.page.data else None,
            actor=current_actor(),
        )
        return [telling.body for telling in raised.tellings]
