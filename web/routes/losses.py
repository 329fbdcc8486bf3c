"""What is known to be lost or destroyed: recorded, found again, and the statement of missing records."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from records import custody
from records.losses import NATURES, Loss, export_statement, find_loss, losses, place_in_words, record_found, record_loss
from store import clock
from store.errors import CandourError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.base import Form
from web.forms.boxes import FoundForm, LossForm
from web.leaving import let_go
from web.transactions import own_transaction

area = Blueprint("losses", __name__)


@area.get("/losses")
@requires(Permission.LOSSES, Permission.FAILINGS_READ)
def known_losses() -> str:
    """Everything known to be gone, what was found again included."""
    form = LossForm()
    form.place.data = request.args.get("place", "")[:80]
    return _page(form)


@area.post("/losses")
@requires(Permission.LOSSES)
def add_loss() -> str | Answer | tuple[str, int]:
    """A loss is recorded with how it is known."""
    form, session = LossForm(), current_session()
    if not form.validate():
        return _page(form), 400
    try:
        place = custody.find_place(session, form.place.data) if form.place.data else None
        made = record_loss(session, _told(form), place=place, actor=current_actor())
    except CandourError as error:
        form.what.errors = [str(error)]
        return _page(form), 400
    flash(f"{made.reference} is recorded. It is never deleted.")
    return redirect(url_for("losses.known_losses"))


def _told(form: LossForm) -> Loss:
    return Loss(
        what=form.what.data,
        nature=form.nature.data,
        known_on=form.known_on.data,
        known_by=form.known_by.data,
        evidence=form.evidence.data,
        happened=form.happened.data or "",
        authority=form.authority.data or "",
        search_made=form.search_made.data or "",
        substitutes=form.substitutes.data or "",
    )


@area.post("/losses/<reference>/found")
@requires(Permission.LOSSES)
def found_again(reference: str) -> str | Answer | tuple[str, int]:
    """What was thought gone was found; that it was missed stays."""
    session = current_session()
    loss, form = find_loss(session, reference), FoundForm(prefix=reference)
    if not form.validate():
        return _page(LossForm(formdata=None), found={reference: form}), 400
    record_found(session, loss, found_on=clock.today(), where=form.where.data, actor=current_actor())
    flash(f"{loss.reference} was found again.")
    return redirect(url_for("losses.known_losses"))


@area.post("/losses/statement")
@requires(Permission.LOSSES, Permission.FAILINGS_READ)
@own_transaction
def statement() -> Response:
    """The statement of missing records as CSV; that it left is an event, kept before the file goes."""
    return let_go(export_statement(current_session()), f"missing-records-{clock.today().isoformat()}.csv")


def _page(form: LossForm, found: dict[str, FoundForm] | None = None) -> str:
    session = current_session()
    listed = losses(session)
    faulty: Form | None = next(iter(found.values()), None) if found else form
    return render_template(
        "boxes/losses.html",
        form=form,
        faulty=faulty,
        listed=[(each, place_in_words(session, each)) for each in listed],
        found_forms={
            each.reference: (found or {}).get(each.reference) or FoundForm(formdata=None, prefix=each.reference)
            for each in listed
        },
        natures=NATURES,
        may_change=can(current_actor(), Permission.LOSSES),
    )
