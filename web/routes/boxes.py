"""Paper: every box against its records, the box list, and all paper that is out."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from records import custody, movements, reconciling
from records.box_list import Parsed, parse
from records.box_list_applying import Comparison, applied_lists, apply_list, compare
from records.losses import losses
from store import clock
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.boxes import APPLY, ListForm
from web.leaving import let_go
from web.transactions import own_transaction

area = Blueprint("boxes", __name__)
COLOURS = {
    reconciling.WHOLE: "green",
    reconciling.GAPS: "orange",
    reconciling.NOTHING: "grey",
    reconciling.NOT_COUNTED: "blue",
    reconciling.GONE: "red",
}


@area.get("/boxes")
@requires(Permission.CUSTODY, Permission.READ)
def boxes() -> str:
    """Every box with what was counted, what is registered and what is missing; and what is out."""
    return _page(ListForm())


@area.post("/boxes/list")
@requires(Permission.CUSTODY)
def box_list() -> str | Answer | tuple[str, int]:
    """A box list is compared with what is known, or taken over whole; with a faulty line nothing is changed."""
    form, session = ListForm(), current_session()
    if not form.validate():
        return _page(form), 400
    content = form.file.data.stream.read()
    parsed = parse(content)
    if parsed.faults:
        form.file.errors = [f"Nothing was taken over: {len(parsed.faults)} lines of the list cannot be used"]
        return _page(form, parsed=parsed), 400
    if form.what.data != APPLY:
        return _page(form, parsed=parsed, compared=compare(session, parsed.rows))
    name = form.file.data.filename or "list.csv"
    kept, _ = apply_list(session, current_archive().files, content, name=name[:200], actor=current_actor())
    flash(f"The box list is taken over: {kept.rows} lines, {kept.added} places new, {kept.changed} changed.")
    return redirect(url_for("boxes.boxes"))


@area.post("/boxes/export")
@requires(Permission.CUSTODY, Permission.READ)
@own_transaction
def export() -> Response:
    """The reconciliation leaves as CSV or workbook; that it did is an event, kept before the file goes."""
    session = current_session()
    found = reconciling.account(session, actor=current_actor())
    form: reconciling.Form = "xlsx" if request.form.get("form") == "xlsx" else "csv"
    made = reconciling.export_account(session, found, form=form, authority=current_archive().settings.authority)
    return let_go(made, f"candour-paper-{clock.today().isoformat()}.{form}")


def _page(form: ListForm, *, parsed: Parsed | None = None, compared: Comparison | None = None) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "boxes/boxes.html",
        form=form,
        verdict_colours=COLOURS,
        faults=parsed.faults if parsed else (),
        compared=compared,
        account=reconciling.account(session, actor=actor),
        places=custody.children(session, None),
        out=movements.all_out(session),
        lists=applied_lists(session),
        gone=[loss for loss in losses(session) if loss.found_on is None],
        may_change=can(actor, Permission.CUSTODY),
        today=clock.today(),
    )
