"""Risks to people now: who must be told, by when, and that it was done; to leaders, how many."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.policy import Permission, can
from failings import escalations as risks
from failings.models import Escalation
from records.models import Record
from store.errors import InvalidInputError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.escalations import DoneForm, ToldForm

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("escalations", __name__)
Page = str | Response | tuple[str, int]


@area.get("/escalations")
@requires(Permission.ESCALATIONS_READ, Permission.ESCALATION_COUNTS)
def escalations() -> str:
    """What is open, the soonest due first; to whoever may only know the counts, the counts."""
    session, actor = current_session(), current_actor()
    reads = can(actor, Permission.ESCALATIONS_READ)
    counts = risks.overdue_counts(session, actor=actor) if can(actor, Permission.ESCALATION_COUNTS) else []
    return render_template(
        "escalations/escalations.html",
        listed=risks.open_escalations(session, actor=actor) if reads else [],
        counts=counts,
        standing=sum(each.open for each in counts),
        overdue=sum(each.overdue for each in counts),
        reads=reads,
    )


@area.get("/escalations/<int:number>")
@requires(Permission.ESCALATIONS_READ)
def escalation(number: int) -> str:
    """One escalation: the facts, who was told and who is still to be."""
    found = _find(current_session(), number)
    return _page(found, _told_form(found), DoneForm())


@area.post("/escalations/<int:number>/told")
@requires(Permission.ESCALATE)
def told(number: int) -> Page:
    """That somebody was told is on record."""
    session = current_session()
    found = _find(session, number)
    form = _told_form(found)
    if not form.validate():
        return _page(found, form, DoneForm()), 400
    try:
        risks.told(session, found, whom=form.whom.data, body=form.body.data, actor=current_actor())
    except InvalidInputError as error:
        form.whom.errors = [str(error)]
        return _page(found, form, DoneForm()), 400
    flash(f"Recorded: {form.body.data} was told.")
    return redirect(url_for("escalations.escalation", number=number))


@area.post("/escalations/<int:number>/done")
@requires(Permission.ESCALATE)
def done(number: int) -> Page:
    """The escalation is closed with what came of it."""
    session = current_session()
    found, form = _find(session, number), DoneForm()
    if not form.validate():
        return _page(found, _told_form(found), form), 400
    try:
        risks.done(session, found, outcome=form.outcome.data, actor=current_actor())
    except (InvalidInputError, RefusedError) as error:
        form.outcome.errors = [str(error)]
        return _page(found, _told_form(found), form), 400
    flash(f"Escalation {number} is closed.")
    return redirect(url_for("escalations.escalations"))


def _find(session: "Session", number: int) -> Escalation:
    return risks.find_escalation(session, number, actor=current_actor())


def _told_form(found: Escalation) -> ToldForm:
    form = ToldForm()
    form.offer(found.untold)
    return form


def _page(found: Escalation, telling: ToldForm, closing: DoneForm) -> str:
    return render_template(
        "escalations/escalation.html",
        found=found,
        kind=risks.KINDS[found.kind].label,
        record=current_session().get_one(Record, found.record_id),
        is_overdue=risks.is_overdue(found),
        telling=telling,
        closing=closing,
        may_act=can(current_actor(), Permission.ESCALATE) and found.done_at is None,
    )
