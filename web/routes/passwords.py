"""Passwords of protected files: given by the batch that has such files, tried on them, and shown nowhere again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from ingest import control, counting
from ingest.batches import batch_of
from ingest.models import Batch
from store.errors import InvalidInputError, NotFoundError
from store.file_passwords import forget_passwords, give_passwords, kept_passwords
from store.jobs import enqueue
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.batches import PasswordsForm

area = Blueprint("passwords", __name__)
PROTECTED = "encrypted"


@area.get("/batches/<int:number>/passwords")
@requires(Permission.INGEST)
def passwords(number: int) -> str:
    """How many files of the batch are set aside for want of a password, and a place to give some."""
    return _page(_find(number), PasswordsForm())


@area.post("/batches/<int:number>/passwords")
@requires(Permission.INGEST)
def give(number: int) -> str | Answer | tuple[str, int]:
    """The passwords are kept, and a worker tries them on the batch's protected files."""
    batch, form, session = _find(number), PasswordsForm(), current_session()
    if form.validate():
        try:
            # As they were typed: a password may begin or end with a blank.
            new = give_passwords(
                session, current_archive().settings, (form.words.data or "").splitlines(), actor=current_actor().name
            )
        except InvalidInputError as error:
            form.words.errors = [str(error)]
        else:
            _try(batch)
            flash(f"{new} new: they are tried on the protected files of this batch, and on every one read from now on.")
            return redirect(url_for("batches.batch", number=number))
    return _page(batch, form), 400


@area.post("/batches/<int:number>/passwords/forget")
@requires(Permission.INGEST)
def forget(number: int) -> Answer:
    """No password is kept any more; what they opened stays as it was read."""
    batch = _find(number)
    gone = forget_passwords(current_session(), current_archive().settings, actor=current_actor().name)
    flash(f"{gone} forgotten. What they opened stays as it was read.")
    return redirect(url_for("passwords.passwords", number=batch.id))


def _try(batch: Batch) -> None:
    session, actor = current_session(), current_actor()
    if _protected(batch):
        control.retry(session, batch, reasons=[PROTECTED], actor=actor)
        enqueue(session, "batch-go-on", payload={"batch": batch.name}, actor=actor.name)
    # Archives some of whose members are locked are registered, and tried again by themselves.
    enqueue(session, "files-again", payload={"batch": batch.name}, actor=actor.name)


def _protected(batch: Batch) -> int:
    return sum(each.count for each in counting.reasons(current_session(), batch) if each.code == PROTECTED)


def _find(number: int) -> Batch:
    found = batch_of(current_session(), number)
    if found is None:
        raise NotFoundError("There is no such batch: choose one from the list of batches.")
    return found


def _page(batch: Batch, form: PasswordsForm) -> str:
    # What was typed is not sent back, not even where it could not be used.
    form.words.data = ""
    return render_template(
        "batches/passwords.html",
        batch=batch,
        form=form,
        protected=_protected(batch),
        kept=len(kept_passwords(current_archive().settings)),
    )
