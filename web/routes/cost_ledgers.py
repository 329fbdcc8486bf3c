"""Logging effort, spending and rates: entries are never changed unseen and never deleted, only withdrawn."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.policy import Permission, can
from costs import effort as efforts
from costs import rates as rate_card
from costs import spending as ledger
from costs.effort import ACTIVITIES, MACHINE_ACTIVITIES
from costs.models import Effort, Spending
from costs.rates import ROLES
from costs.spending import CATEGORIES, ORDER, STATUSES
from inquiry.models import Request
from inquiry.requests import all_requests, find_request
from store import clock
from store.errors import InvalidInputError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.filters import day, pounds
from web.forms.base import choices
from web.forms.costs import EffortForm, MoveForm, RateForm, SpendingForm, WithdrawForm, offer_requests

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Page = str | Response | tuple[str, int]
LISTED = 100
ZERO = Decimal(0)


def register(area: Blueprint) -> None:
    """These pages belong to the area of the costs."""
    both = ["GET", "POST"]
    for path, name, view in (
        ("/costs/effort", "effort", effort),
        ("/costs/effort/<int:number>/withdraw", "withdraw_effort", withdraw_effort),
        ("/costs/spending/new", "new_spending", new_spending),
        ("/costs/spending/<int:number>/move", "move_spending", move_spending),
        ("/costs/spending/<int:number>/withdraw", "withdraw_spending", withdraw_spending),
    ):
        area.add_url_rule(path, name, view, methods=both)
    area.add_url_rule("/costs/spending", "spending", spending, methods=["GET"])
    area.add_url_rule("/costs/rates", "rates", rates, methods=["GET"])
    area.add_url_rule("/costs/rates", "set_rate", set_rate, methods=["POST"])


@requires(Permission.LOG_EFFORT)
def effort() -> Page:
    """Time is logged, and each person sees what they themselves logged."""
    session, actor = current_session(), current_actor()
    known = [role.value for role in sorted(actor.roles) if role.value in ROLES]
    form = EffortForm(data={"day": clock.today(), "role": known[0] if known else None})
    offer_requests(form.request, _requests(session))
    if form.validate_on_submit():
        try:
            logged = _log_effort(form)
        except InvalidInputError as error:
            form.minutes.errors = [str(error)]
        else:
            flash(f"{logged.seconds // 60:,} minutes logged: {ACTIVITIES[logged.activity].lower()}.")
            return redirect(url_for("costs.effort"))
    own = efforts.own_effort(session, actor=actor)
    page = render_template("costs/effort.html", form=form, own=own, activities=ACTIVITIES, roles=ROLES)
    return page, 400 if form.errors else 200


def _log_effort(form: EffortForm) -> Effort:
    session = current_session()
    return efforts.log_effort(
        session,
        day=form.day.data,
        role=form.role.data,
        activity=form.activity.data,
        minutes=form.minutes.number,
        items=form.items.number,
        pages=form.pages.number,
        note=form.note.data,
        request=_request(session, form.request.data),
        actor=current_actor(),
    )


@requires(Permission.LOG_EFFORT)
def withdraw_effort(number: int) -> Page:
    """An entry of one's own no longer counts."""
    session, actor = current_session(), current_actor()
    found, form = efforts.find_effort(session, number, actor=actor), WithdrawForm()
    if form.validate_on_submit():
        try:
            efforts.withdraw_effort(session, found, reason=form.reason.data, actor=actor)
        except (InvalidInputError, RefusedError) as error:
            form.reason.errors = [str(error)]
        else:
            flash("The entry is withdrawn.")
            return redirect(url_for("costs.effort"))
    activity = (ACTIVITIES | MACHINE_ACTIVITIES).get(found.activity, found.activity)
    words = f"{found.seconds // 60:,} minutes, {activity.lower()}"
    return _withdrawing(
        form, words, found.day, url_for("costs.effort"), url_for("costs.withdraw_effort", number=number)
    )


@requires(Permission.COSTS_READ)
def spending() -> str:
    """What stands in the ledger, newest first."""
    actor = current_actor()
    return render_template(
        "costs/spending.html",
        listed=ledger.list_spending(current_session(), actor=actor, limit=LISTED),
        categories=CATEGORIES,
        statuses=STATUSES,
        last_status=ORDER[-1],
        redress=ledger.REDRESS,
        may_log=can(actor, Permission.COSTS),
        most=LISTED,
    )


@requires(Permission.COSTS)
def new_spending() -> Page:
    """Money is logged once, and moved on from there."""
    session = current_session()
    form = SpendingForm(data={"day": clock.today()})
    offer_requests(form.request, _requests(session))
    if form.validate_on_submit():
        try:
            made = _log_spending(form)
        except InvalidInputError as error:
            form.net.errors = [str(error)]
        else:
            flash(f"{pounds(made.net)} net logged as {STATUSES[made.status].lower()}.")
            return redirect(url_for("costs.spending"))
    return render_template("costs/new_spending.html", form=form), 400 if form.errors else 200


def _log_spending(form: SpendingForm) -> Spending:
    session = current_session()
    return ledger.log_spending(
        session,
        day=form.day.data,
        category=form.category.data,
        supplier=form.supplier.data,
        net=form.net.amount or ZERO,
        vat=form.vat.amount or ZERO,
        status=form.status.data,
        invoice=form.invoice.data,
        note=form.note.data,
        request=_request(session, form.request.data),
        actor=current_actor(),
    )


@requires(Permission.COSTS)
def move_spending(number: int) -> Page:
    """The same money is further on: committed, invoiced, paid."""
    session, actor = current_session(), current_actor()
    found = ledger.find_spending(session, number, actor=actor)
    later = ORDER[ORDER.index(found.status) + 1 :]
    form = MoveForm(data={"net": found.net, "vat": found.vat, "day": clock.today(), "invoice": found.invoice})
    form.status.choices = choices((status, STATUSES[status]) for status in later)
    if form.validate_on_submit():
        try:
            ledger.move_spending(
                session,
                found,
                status=form.status.data,
                day=form.day.data,
                net=form.net.amount,
                vat=form.vat.amount or ZERO,
                invoice=form.invoice.data,
                actor=actor,
            )
        except (InvalidInputError, RefusedError) as error:
            form.status.errors = [str(error)]
        else:
            flash(f"{found.supplier}: {STATUSES[found.status].lower()}, {pounds(found.net)} net.")
            return redirect(url_for("costs.spending"))
    page = render_template("costs/move_spending.html", form=form, found=found, statuses=STATUSES, later=later)
    return page, 400 if form.errors else 200


@requires(Permission.COSTS)
def withdraw_spending(number: int) -> Page:
    """An entry of the ledger no longer counts."""
    session, actor = current_session(), current_actor()
    found, form = ledger.find_spending(session, number, actor=actor), WithdrawForm()
    if form.validate_on_submit():
        try:
            ledger.withdraw_spending(session, found, reason=form.reason.data, actor=actor)
        except (InvalidInputError, RefusedError) as error:
            form.reason.errors = [str(error)]
        else:
            flash("The entry is withdrawn.")
            return redirect(url_for("costs.spending"))
    words = f"{pounds(found.net)} net to {found.supplier}, {STATUSES[found.status].lower()}"
    action = url_for("costs.withdraw_spending", number=number)
    return _withdrawing(form, words, found.day, url_for("costs.spending"), action)


def _withdrawing(form: WithdrawForm, words: str, on: date, back: str, action: str) -> Page:
    page = render_template("costs/withdraw.html", form=form, words=words, on=on, back=back, action=action)
    return page, 400 if form.errors else 200


@requires(Permission.COSTS_READ)
def rates() -> str:
    """What an hour of each role costs, and from when."""
    return _rates(RateForm(data={"valid_from": clock.today()}))


@requires(Permission.COSTS)
def set_rate() -> Page:
    """From a day on, an hour of a role costs this much."""
    form = RateForm()
    if form.validate():
        try:
            made = rate_card.set_rate(
                current_session(),
                role=form.role.data,
                hourly=form.hourly.amount or ZERO,
                valid_from=form.valid_from.data,
                actor=current_actor(),
            )
        except InvalidInputError as error:
            form.hourly.errors = [str(error)]
        else:
            flash(f"{ROLES[made.role]}: {pounds(made.hourly)} an hour from {day(made.valid_from)}.")
            return redirect(url_for("costs.rates"))
    return _rates(form), 400


def _rates(form: RateForm) -> str:
    actor = current_actor()
    return render_template(
        "costs/rates.html",
        form=form,
        listed=rate_card.all_rates(current_session(), actor=actor),
        roles=ROLES,
        may_set=can(actor, Permission.COSTS),
    )


def _requests(session: "Session") -> list[tuple[str, str]]:
    return [(each.reference, f"{each.reference}: {each.title}") for each in all_requests(session)]


def _request(session: "Session", reference: str) -> Request | None:
    return find_request(session, reference) if reference else None
