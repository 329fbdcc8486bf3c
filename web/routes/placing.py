"""Saying where paper is: a place added by hand, and records put in their places by batch or by their names."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from ingest.batches import all_batches
from records import custody, placing
from store.errors import CandourError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.boxes import APPLY, BatchPlaceForm, NamesPlaceForm, NewPlaceForm

area = Blueprint("placing", __name__)
SHOWN = 200


@area.get("/boxes/new")
@requires(Permission.CUSTODY)
def new_place() -> str:
    """What a place is, and in which it lies."""
    form = NewPlaceForm()
    form.within.data = request.args.get("within", "").strip()[:100]
    return render_template("boxes/new_place.html", form=form)


@area.post("/boxes/new")
@requires(Permission.CUSTODY)
def add_place() -> str | Answer | tuple[str, int]:
    """The place is known from now on."""
    form, session = NewPlaceForm(), current_session()
    if not form.validate():
        return render_template("boxes/new_place.html", form=form), 400
    try:
        within = custody.find_place(session, form.within.data) if form.within.data else None
    except CandourError as error:
        form.within.errors = [str(error)]
        return render_template("boxes/new_place.html", form=form), 400
    try:
        made = custody.add_place(
            session,
            form.kind.data,
            form.reference.data,
            within=within,
            title=form.title.data,
            dates=form.dates.data,
            actor=current_actor(),
        )
    except CandourError as error:
        form.reference.errors = [str(error)]
        return render_template("boxes/new_place.html", form=form), error.status_code
    flash(f"{made.heading} is known: {custody.way_in_words(session, made)}.")
    return redirect(url_for("places.place", code=made.code))


@area.get("/boxes/fill")
@requires(Permission.CUSTODY)
def fill() -> str:
    """Two ways of putting many records in their places."""
    by_batch = _batch_form()
    by_batch.place.data = request.args.get("place", "").strip()[:100]
    return _page(by_batch, _names_form())


@area.post("/boxes/fill/batch")
@requires(Permission.CUSTODY)
def fill_by_batch() -> str | Answer | tuple[str, int]:
    """Every record of the batch lies in the place, unless it is said to lie elsewhere."""
    form, session = _batch_form(), current_session()
    if form.validate():
        try:
            here = custody.find_place(session, form.place.data)
            done = placing.put_batch(session, form.batch.data, here, actor=current_actor())
        except CandourError as error:
            form.place.errors = [str(error)]
        else:
            flash(_in_words(done))
            return redirect(url_for("places.place", code=here.code))
    return _page(form, _names_form()), 400


@area.post("/boxes/fill/names")
@requires(Permission.CUSTODY)
def fill_by_names() -> str | Answer | tuple[str, int]:
    """Where each record would go by its path is shown; or each is put there, all of them or none."""
    form, session, actor = _names_form(), current_session(), current_actor()
    if not form.validate():
        return _page(_batch_form(), form), 400
    try:
        planned = placing.plan_by_path(session, form.pattern.data, batch=form.batch.data, actor=actor)
        if form.what.data == APPLY:
            flash(_in_words(placing.put_by_path(session, planned, actor=actor)))
            return redirect(url_for("boxes.boxes"))
    except CandourError as error:
        form.pattern.errors = [str(error)]
        return _page(_batch_form(), form), error.status_code
    return _page(_batch_form(), form, planned=planned)


def _in_words(done: placing.Put) -> str:
    told = f"{len(done.put)} put there, {len(done.there_already)} there already, {len(done.elsewhere)} left elsewhere"
    return f"{told}: {', '.join(done.elsewhere[:20])}." if done.elsewhere else f"{told}."


def _batches() -> list[str]:
    return [batch.name for batch in all_batches(current_session())]


def _batch_form() -> BatchPlaceForm:
    form = BatchPlaceForm(formdata=request.form if request.endpoint == "placing.fill_by_batch" else None, prefix="all")
    form.offer(_batches())
    return form


def _names_form() -> NamesPlaceForm:
    form = NamesPlaceForm(
        formdata=request.form if request.endpoint == "placing.fill_by_names" else None, prefix="names"
    )
    form.offer(_batches())
    return form


def _page(by_batch: BatchPlaceForm, by_names: NamesPlaceForm, *, planned: list[placing.Planned] | None = None) -> str:
    session = current_session()
    shown = [
        (each, custody.way_in_words(session, each.place) if each.place else "") for each in (planned or [])[:SHOWN]
    ]
    return render_template(
        "boxes/fill.html",
        by_batch=by_batch,
        by_names=by_names,
        faulty=by_names if by_names.errors else by_batch,
        planned=planned,
        shown=shown,
        unknown=sum(each.place is None for each in planned or []),
        most=SHOWN,
    )
