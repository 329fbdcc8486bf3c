"""What people decide on a record, each decision with its reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from disclosure.bundle_rules import bundles_with
from disclosure.marks import find_mark, lift_mark, mark, open_copies, open_inside
from disclosure.review import decide_relevance, paragraphs_offered
from records.models import Record
from records.register import find_record
from retention import holds
from retention.models import OPEN
from retention.notices import categories, current_notice, find_category
from retention.tagging import decide, suggestions_of
from store.errors import InvalidInputError, NotFoundError, RefusedError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.base import Form
from web.forms.records import (
    AddCategoryForm,
    DecisionForm,
    MarkForm,
    ReasonForm,
    RelevanceForm,
    SecondReaderForm,
)
from web.record_forms import ADD, CLEAR, HOLD, MARK, RELEVANCE, RecordForms, lift_name, release_name
from web.record_page import around_of, read_come
from web.routes.record_showing import record_view
from web.second_reader import NotSignedError, signed_second_reader
from web.transactions import own_transaction
from web.viewing import viewed_record
from web.way_through import next_result

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("record_decisions", __name__)
Page = Response | tuple[str, int]
Act = Callable[["Session", Record], object]
Then = Callable[["Session", str], str]
NONE_SAID = ""
# A notice that is no success: shown without the word Done.
IMPORTANT = "important"


@area.post("/records/<reference>/categories/<category>")
@requires(Permission.TAG)
@own_transaction
def decide_category(reference: str, category: str) -> Page:
    """A suggestion is confirmed or rejected."""
    form = DecisionForm(prefix=category).for_category(find_category(current_notice(current_session()), category))

    def act(session: "Session", record: Record) -> None:
        decide(
            session,
            record,
            category=category,
            outcome=form.outcome.data,
            reason=form.reason.data,
            paragraph=form.paragraph.data or NONE_SAID,
            substantiated=form.substantiated.data,
            actor=current_actor(),
        )

    return _decided(
        reference,
        category,
        form,
        act,
        said=f"{_outcome(form)}: {category}.",
        place="decisions",
        then=_next_once_decided,
    )


@area.post("/records/<reference>/categories")
@requires(Permission.TAG)
@own_transaction
def add_category(reference: str) -> Page:
    """A category that was not suggested is added by a reader."""
    form = AddCategoryForm(prefix=ADD).of(categories(current_session()))

    def act(session: "Session", record: Record) -> None:
        decide(
            session,
            record,
            category=form.category.data,
            outcome="added",
            reason=form.reason.data,
            paragraph=form.paragraph.data or NONE_SAID,
            substantiated=form.substantiated.data,
            actor=current_actor(),
        )

    return _decided(reference, ADD, form, act, said=f"Added: {form.category.data}.", place="decisions")


@area.post("/records/<reference>/relevance")
@requires(Permission.TAG)
@own_transaction
def answer_relevance(reference: str) -> Page:
    """Whether the inquiry would wish to be given it; nothing about what is held changes."""
    session = current_session()
    offered = paragraphs_offered(session, find_record(session, reference, actor=current_actor()))
    form = RelevanceForm(prefix=RELEVANCE).of(offered)

    def act(session: "Session", record: Record) -> None:
        decide_relevance(
            session,
            record,
            answer=form.answer.data,
            reason=form.reason.data,
            paragraphs=form.paragraphs.data,
            actor=current_actor(),
        )

    return _decided(
        reference, RELEVANCE, form, act, said="Your answer on relevance is kept.", place="relevance", then=_next
    )


@area.post("/records/<reference>/clearance")
@requires(Permission.TAG)
@own_transaction
def clear(reference: str) -> Page:
    """Two people decide that the record is outside the notice, each signing for themselves."""
    form = SecondReaderForm(prefix=CLEAR)

    def signed() -> Act:
        second = signed_second_reader(form)
        return lambda session, record: holds.clear(
            session, record, reason=form.reason.data, second=second, actor=current_actor()
        )

    said = "Decided: the record is outside the notice. Its holds under the notice have ended."
    return _kept(reference, CLEAR, form, signed, said=said, place="holds")


@area.post("/records/<reference>/holds")
@requires(Permission.HOLD)
@own_transaction
def place_hold(reference: str) -> Page:
    """The record is held for a reason of its own."""
    form = ReasonForm(prefix=HOLD)

    def act(session: "Session", record: Record) -> None:
        holds.place_hold(session, record, reason=form.reason.data, actor=current_actor())

    return _decided(reference, HOLD, form, act, said="The hold is placed.", place="holds")


@area.post("/records/<reference>/holds/<int:number>/release")
@requires(Permission.HOLD)
@own_transaction
def release_hold(reference: str, number: int) -> Page:
    """A hold placed by hand ends on the word of two people."""
    form = SecondReaderForm(prefix=release_name(number))

    def signed() -> Act:
        second = signed_second_reader(form)

        def act(session: "Session", record: Record) -> None:
            hold = holds.find_hold(session, number)
            if hold.record_id != record.id:
                raise NotFoundError(f"{record.reference} has no hold {number}.")
            holds.release_hold(session, hold, reason=form.reason.data, second=second, actor=current_actor())

        return act

    return _kept(reference, release_name(number), form, signed, said=f"Hold {number} has ended.", place="holds")


@area.post("/records/<reference>/marks")
@requires(Permission.MARK)
@own_transaction
def mark_record(reference: str) -> Page:
    """The record is privileged or restricted from now on."""
    form = MarkForm(prefix=MARK)

    def act(session: "Session", record: Record) -> None:
        mark(session, record, kind=form.kind.data, reason=form.reason.data, actor=current_actor())
        _tell_where_else(session, record)

    said = f"Marked {form.kind.data}: only those who may see such records know of it now."
    return _decided(reference, MARK, form, act, said=said, place="marks")


def _tell_where_else(session: "Session", record: Record) -> None:
    """Whoever marks a record learns which copies of it and what inside it are open still, and where it is bundled."""
    copies = [each.reference for each in open_copies(session, record, actor=current_actor())]
    if copies:
        have = "has its bytes or is like it, and is" if len(copies) == 1 else "have its bytes or are like it, and are"
        flash(f"{_first_ten(copies)} {have} not marked: look there too.", IMPORTANT)
    inside = [each.reference for each in open_inside(session, record)]
    if inside:
        came = "came out of it and is" if len(inside) == 1 else "came out of it and are"
        flash(f"{_first_ten(inside)} {came} not marked: look there too.", IMPORTANT)
    for each in bundles_with(session, record):
        flash(
            f"{record.reference} stands in bundle {each.id}, {each.title}: look at it before it leaves, and if it "
            "has left already, tell whoever has it at once.",
            IMPORTANT,
        )


def _first_ten(references: list[str]) -> str:
    return ", ".join(references[:10]) + (f" and {len(references) - 10} more" if len(references) > 10 else "")


@area.post("/records/<reference>/marks/<int:number>/lift")
@requires(Permission.MARK)
@own_transaction
def lift(reference: str, number: int) -> Page:
    """The mark no longer stands."""
    form = ReasonForm(prefix=lift_name(number))

    def act(session: "Session", record: Record) -> None:
        made = find_mark(session, number)
        if made.record_id != record.id:
            raise NotFoundError(f"{record.reference} has no mark {number}.")
        lift_mark(session, made, reason=form.reason.data, actor=current_actor())

    return _decided(reference, lift_name(number), form, act, said="The mark is lifted.", place="marks")


def _outcome(form: DecisionForm) -> str:
    return "Rejected" if form.outcome.data == "rejected" else "Confirmed"


def _stay(session: "Session", reference: str) -> str:
    return ""


def _next(session: "Session", reference: str) -> str:
    """Where the next of the results is that a person came from; nothing where there is none."""
    come, record = read_come(request.args), find_record(session, reference, actor=current_actor())
    around = around_of(current_archive(), session, record, come, current_actor())
    step = next_result(come.asked, around) if around else None
    return step.href if step else ""


def _next_once_decided(session: "Session", reference: str) -> str:
    record = find_record(session, reference, actor=current_actor())
    is_open = any(each.status == OPEN for each in suggestions_of(session, record))
    return "" if is_open else _next(session, reference)


def _decided(reference: str, name: str, form: Form, act: Act, *, said: str, place: str, then: Then = _stay) -> Page:
    return _kept(reference, name, form, lambda: act, said=said, place=place, then=then)


def _kept(
    reference: str,
    name: str,
    form: Form,
    prepared: Callable[[], Act],
    *,
    said: str,
    place: str,
    then: Then = _stay,
) -> Page:
    """What was decided is kept and the record shown again, or what comes next; or nothing is, and the form says why.

    `prepared` gives the act, after what is slow (a password) and before the write lock is taken.
    """
    find_record(current_session(), reference, actor=current_actor())
    if form.validate():
        try:
            act = prepared()
            with current_archive().writing() as session:
                act(session, find_record(session, reference, actor=current_actor()))
        except NotSignedError as error:
            form.password.errors = [str(error)]
        except (InvalidInputError, RefusedError) as error:
            form.reason.errors = [str(error)]
        else:
            # A new session: the request's own still reads what stood before the decision.
            with current_archive().reading() as session:
                onwards = then(session, reference)
            flash(f"{reference}: {said[:1].lower()}{said[1:]}" if onwards else said)
            carried = read_come(request.args).values
            here = url_for("records.record", reference=reference, page=_number(), **carried, _anchor=place)
            return redirect(onwards or here)
    return record_view(viewed_record(reference), RecordForms({name: form})), 400


def _number() -> int | None:
    return request.args.get("page", type=int)
