"""Correcting what is known about a record, a field at a time, each with its reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from records import corrections
from records.corrections import DATE, NAME, TITLE, TYPE
from records.models import Record
from records.register import find_record
from store.errors import InvalidInputError, NotFoundError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.base import Form
from web.forms.corrections import DateForm, NameForm, RemoveNameForm, TitleForm, TypeForm
from web.transactions import own_transaction
from web.viewing import viewed_record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("corrections", __name__)
Page = Response | tuple[str, int]
Act = Callable[["Session", Record], object]
KINDS: dict[str, type[Form]] = {TITLE: TitleForm, DATE: DateForm, TYPE: TypeForm, NAME: NameForm}


@area.get("/records/<reference>/correct")
@requires(Permission.TAG)
def correct(reference: str) -> str:
    """What is known, what was proposed, and a form for each."""
    return _shown(viewed_record(reference))


@area.post("/records/<reference>/correct/<field>")
@requires(Permission.TAG)
@own_transaction
def correct_field(reference: str, field: str) -> Page:
    """One field is corrected."""
    if field not in KINDS:
        raise NotFoundError(f"A record has no {field[:20]!r} to correct.")
    form, actor = KINDS[field](prefix=field), current_actor()

    def act(session: "Session", record: Record) -> None:
        reason = form["reason"].data
        if isinstance(form, TitleForm):
            corrections.correct_title(session, record, title=form.title.data, reason=reason, actor=actor)
        elif isinstance(form, DateForm):
            said = corrections.date_said(form.said, about=bool(form.about.data))
            corrections.correct_date(session, record, said=said, reason=reason, actor=actor)
        elif isinstance(form, TypeForm):
            corrections.correct_type(session, record, code=form.code.data or "", reason=reason, actor=actor)
        elif isinstance(form, NameForm):
            page = int(form.page.data) if form.page.data.isdecimal() else 0
            corrections.add_name(
                session, record, kind=form.kind.data, name=form.name.data, page=page, reason=reason, actor=actor
            )

    return _kept(reference, form, act, said=f"The {field} is kept as you gave it.")


@area.post("/records/<reference>/names/<int:number>/confirm")
@requires(Permission.TAG)
@own_transaction
def confirm(reference: str, number: int) -> Page:
    """A name is confirmed."""
    form = Form()

    def act(session: "Session", record: Record) -> None:
        corrections.confirm_name(session, record, number, actor=current_actor())

    return _kept(reference, form, act, said="The name is confirmed.")


@area.post("/records/<reference>/names/<int:number>/remove")
@requires(Permission.TAG)
@own_transaction
def remove(reference: str, number: int) -> Page:
    """A name is removed."""
    form = RemoveNameForm(prefix=f"remove-{number}")

    def act(session: "Session", record: Record) -> None:
        corrections.remove_name(session, record, number, reason=form.reason.data, actor=current_actor())

    return _kept(reference, form, act, said="The name is removed, and is not proposed again.")


def _kept(reference: str, form: Form, act: Act, *, said: str) -> Page:
    actor = current_actor()
    find_record(current_session(), reference, actor=actor)
    if form.validate():
        try:
            with current_archive().writing() as session:
                act(session, find_record(session, reference, actor=actor))
        except (InvalidInputError, RefusedError) as error:
            if "reason" not in form:
                raise
            form["reason"].errors = [str(error)]
        else:
            flash(said)
            return redirect(url_for("corrections.correct", reference=reference))
    return _shown(viewed_record(reference), form), 400


def _shown(record: Record, sent: Form | None = None) -> str:
    session = current_session()
    forms: dict[str, Form] = {
        field: sent if isinstance(sent, kind) else kind(formdata=None, prefix=field) for field, kind in KINDS.items()
    }
    kinds = forms[TYPE]
    assert isinstance(kinds, TypeForm)
    kinds.offering()
    names = corrections.names_of(session, record)
    proposed = corrections.proposals_of(session, record)
    removing = {each.id: RemoveNameForm(formdata=None, prefix=f"remove-{each.id}") for each in names}
    if isinstance(sent, RemoveNameForm):
        removing = {number: sent if form.reason.name == sent.reason.name else form for number, form in removing.items()}
    return render_template(
        "corrections/correct.html",
        record=record,
        record_forms=forms,
        sent=sent,
        names=names,
        removing=removing,
        proposed=proposed,
        proposed_date=corrections.kept_date(proposed[DATE]) if DATE in proposed else None,
        history=list(reversed(corrections.corrections_in_words(session, record))),
    )
