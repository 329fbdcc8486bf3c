"""One place of paper: what lies in it, what was counted, who has it, its seals and labels."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from records import custody, movements, reconciling
from records.custody_models import Place
from records.labels import SHEETS, print_labels
from records.losses import loss_of
from records.register import find_record
from store import clock
from store.errors import CandourError, InvalidInputError, NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.base import Form
from web.forms.boxes import BreakForm, CountForm, PutForm, ReturnForm, SealForm, TakeForm
from web.leaving import let_go
from web.transactions import own_transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("places", __name__)
KINDS: dict[str, type[Form]] = {
    "count": CountForm,
    "take": TakeForm,
    "return": ReturnForm,
    "seal": SealForm,
    "break": BreakForm,
    "put": PutForm,
}
Made = TypeVar("Made", bound=Form)


@area.get("/places/<code>")
@requires(Permission.CUSTODY, Permission.READ)
def place(code: str) -> str:
    """The place as it stands."""
    return _page(_find(code), {})


@area.post("/places/<code>/count")
@requires(Permission.CUSTODY)
def count(code: str) -> str | Answer | tuple[str, int]:
    """What was counted in it by hand."""

    def act(session: "Session", here: Place, form: CountForm) -> str:
        custody.count_place(
            session,
            here,
            pages=form.pages.data,
            folios=_folios(form.first.data, form.last.data),
            counted_by=form.by.data,
            counted_on=clock.today(),
            actor=current_actor(),
        )
        return f"{form.pages.data} pages counted."

    return _act(code, "count", CountForm, act)


@area.post("/places/<code>/take")
@requires(Permission.CUSTODY)
def take(code: str) -> str | Answer | tuple[str, int]:
    """It goes out."""

    def act(session: "Session", here: Place, form: TakeForm) -> str:
        movements.take_out(
            session,
            here,
            taken_by=form.by.data,
            taken_to=form.to.data,
            purpose=form.why.data,
            taken_on=clock.today(),
            due_on=form.due.data,
            actor=current_actor(),
        )
        return f"It is out with {form.by.data}."

    return _act(code, "take", TakeForm, act)


@area.post("/places/<code>/return")
@requires(Permission.CUSTODY)
def bring_back(code: str) -> str | Answer | tuple[str, int]:
    """It came back."""

    def act(session: "Session", here: Place, form: ReturnForm) -> str:
        movements.bring_back(session, here, returned_on=clock.today(), note=form.note.data or "", actor=current_actor())
        return "It is back."

    return _act(code, "return", ReturnForm, act)


@area.post("/places/<code>/seal")
@requires(Permission.CUSTODY)
def seal(code: str) -> str | Answer | tuple[str, int]:
    """It is sealed."""

    def act(session: "Session", here: Place, form: SealForm) -> str:
        number, by = form.number.data, form.by.data
        movements.put_seal(session, here, number=number, put_on_by=by, put_on=clock.today(), actor=current_actor())
        return f"It bears seal {number}."

    return _act(code, "seal", SealForm, act)


@area.post("/places/<code>/break")
@requires(Permission.CUSTODY)
def break_seal(code: str) -> str | Answer | tuple[str, int]:
    """Its seal was broken."""

    def act(session: "Session", here: Place, form: BreakForm) -> str:
        whole = movements.whole_seal(session, here)
        if whole is None:
            raise InvalidInputError("It bears no whole seal, so none can be broken: nothing was changed.")
        by, why, today = form.by.data, form.why.data, clock.today()
        movements.break_seal(session, whole.number, broken_by=by, broken_on=today, why=why, actor=current_actor())
        return f"Seal {whole.number} is recorded as broken."

    return _act(code, "break", BreakForm, act)


@area.post("/places/<code>/put")
@requires(Permission.CUSTODY)
def put(code: str) -> str | Answer | tuple[str, int]:
    """A record lies in it."""

    def act(session: "Session", here: Place, form: PutForm) -> str:
        record = find_record(session, form.record.data, actor=current_actor())
        folios = _folios(form.first.data, form.last.data)
        custody.put_record(session, record, here, folios=folios, actor=current_actor())
        return f"{record.reference} lies here."

    return _act(code, "put", PutForm, act)


@area.post("/places/<code>/labels")
@requires(Permission.CUSTODY)
@own_transaction
def labels(code: str) -> Response:
    """Its label, and those of everything in it, as a PDF."""
    session, here = current_session(), _find(code)
    chosen = custody.everything_in(session, here) if request.form.get("inside") else [here]
    made = print_labels(
        session,
        chosen,
        sheet=request.form.get("sheet", "14"),
        skip=request.form.get("skip", type=int) or 0,
        authority=current_archive().settings.authority,
        actor=current_actor(),
    )
    return let_go(made, f"labels-{here.code}.pdf")


def _act(
    code: str, name: str, kind: type[Made], act: Callable[["Session", Place, Made], str]
) -> str | Answer | tuple[str, int]:
    here, form = _find(code), kind(prefix=name)
    if form.validate():
        try:
            flash(act(current_session(), here, form))
        except CandourError as error:
            next(iter(form)).errors = [str(error)]
            return _page(here, {name: form}), error.status_code
        return redirect(url_for("places.place", code=here.code))
    return _page(here, {name: form}), 400


def _folios(first: int | None, last: int | None) -> tuple[int, int] | None:
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InvalidInputError("Folios need the first and the last: give both, or neither.")
    return first, last


def _find(code: str) -> Place:
    found = custody.find_place(current_session(), code)
    if found.code != code:
        raise NotFoundError(f"There is no place {code[:20]}: choose one from the list of boxes.")
    return found


def _page(here: Place, sent: dict[str, Form]) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "boxes/place.html",
        place=here,
        way=custody.way_to(session, here),
        inside=custody.children(session, here),
        account=reconciling.account(session, within=here, actor=actor),
        records=custody.records_at(session, here, actor=actor),
        count=custody.latest_count(session, here),
        movements=movements.movements_of(session, here),
        out=movements.out_now(session, here),
        seals=movements.seals_of(session, here),
        whole_seal=movements.whole_seal(session, here),
        loss=loss_of(session, here),
        forms_of={name: sent.get(name) or kind(formdata=None, prefix=name) for name, kind in KINDS.items()},
        faulty=next(iter(sent.values()), None),
        faulty_name=next(iter(sent), ""),
        sheets=SHEETS,
        may_change=can(actor, Permission.CUSTODY),
        today=clock.today(),
    )
