"""Records that are alike: side by side, answered by a person, and the list of decisions that disagree."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission, can
from disclosure.agreement import disagreeing_groups
from records.beside import pages_beside
from records.likenesses import answer_likeness, similar_records
from records.register import find_record
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.difference_page import lay_out
from web.forms.records import ReasonForm
from web.transactions import own_transaction
from web.viewing import viewed_record

area = Blueprint("alike", __name__)
PAGE = 30


@area.get("/records/disagreements")
@requires(Permission.TAG)
def disagreements() -> str:
    """Families and records that are alike, with decisions that disagree."""
    groups = disagreeing_groups(current_session(), actor=current_actor())
    start = max(request.args.get("start", 0, type=int), 0)
    return render_template(
        "alike/disagreements.html",
        groups=groups[start : start + PAGE],
        total=len(groups),
        earlier=url_for("alike.disagreements", start=max(start - PAGE, 0)) if start else "",
        later=url_for("alike.disagreements", start=start + PAGE) if start + PAGE < len(groups) else "",
    )


@area.get("/records/<reference>/difference/<other>")
@requires(Permission.READ)
def difference(reference: str, other: str) -> str:
    """Two records beside each other, a pair of pages at a time."""
    return _shown(reference, other, ReasonForm(formdata=None))


@area.post("/records/<reference>/difference/<other>")
@requires(Permission.TAG)
@own_transaction
def answer(reference: str, other: str) -> Response | tuple[str, int]:
    """A person says that the two are not alike, or that they are after all."""
    form, actor = ReasonForm(), current_actor()
    alike = request.form.get("answer") == "alike"
    find_record(current_session(), reference, actor=actor)
    find_record(current_session(), other, actor=actor)
    if not form.validate():
        return _shown(reference, other, form), 400
    try:
        with current_archive().writing() as session:
            ours, theirs = (find_record(session, each, actor=actor) for each in (reference, other))
            answer_likeness(session, ours, theirs, alike=alike, reason=form.reason.data, actor=actor)
    except InvalidInputError as error:
        form.reason.errors = [str(error)]
        return _shown(reference, other, form), 400
    flash(
        f"Kept: {other} is alike after all."
        if alike
        else f"Kept: {other} is not like this record, and is not shown beside it again."
    )
    return redirect(url_for("records.record", reference=reference))


def _shown(reference: str, other: str, form: ReasonForm) -> str:
    session, actor = current_session(), current_actor()
    ours, theirs = viewed_record(reference), viewed_record(other)
    found = lay_out(pages_beside(session, ours, theirs, actor=actor), at=request.args.get("at", 1, type=int))
    return render_template(
        "alike/difference.html",
        first=ours,
        second=theirs,
        found=found,
        form=form,
        likeness=next(
            (each for each in similar_records(session, ours, actor=actor) if each.record.id == theirs.id), None
        ),
        may_answer=can(actor, Permission.TAG),
    )
