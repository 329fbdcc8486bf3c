"""How a batch was scanned and checked, and its delivered hashes against the bytes held."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from ingest import capture
from ingest.batches import batch_of
from ingest.capture import DIFFERENT, SAME, HashLine
from ingest.capture_counts import count_sheets
from ingest.capture_sidecars import capture_from, read_sidecar
from ingest.listing import HIDDEN, shown_path
from ingest.models import Batch
from records.found_at import known_paths
from records.register import visible_ids_of
from store.errors import CandourError, InvalidInputError, NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.captures import CaptureForm, HashesForm, SidecarForm

area = Blueprint("captures", __name__)
SHOWN = 200


@area.get("/batches/<int:number>/capture")
@requires(Permission.INGEST, Permission.READ)
def batch_capture(number: int) -> str:
    """How the batch was scanned, and each delivered hash that is not that of the bytes held."""
    return _page(_find(number), SidecarForm(prefix="sidecar"), HashesForm(prefix="hashes"))


@area.post("/batches/<int:number>/capture/sidecar")
@requires(Permission.INGEST)
def sidecar(number: int) -> str | Answer | tuple[str, int]:
    """What the supplier says is taken over, whole or not at all."""
    batch, form, session = _find(number), SidecarForm(prefix="sidecar"), current_session()
    if form.validate():
        content = form.file.data.stream.read()
        told_in = capture.told_in_file(form.file.data.filename or "sidecar", content)
        try:
            told = read_sidecar(content)
            capture.record_captures(session, batch, told, told_in=told_in, actor=current_actor())
        except CandourError as error:
            form.file.errors = [str(error)]
        else:
            flash("How the batch was scanned is recorded.")
            return redirect(url_for("captures.batch_capture", number=number))
    return _page(batch, form, HashesForm(formdata=None, prefix="hashes")), 400


@area.post("/batches/<int:number>/capture/hashes")
@requires(Permission.INGEST)
def hashes(number: int) -> str | Answer | tuple[str, int]:
    """The delivered hashes are kept, and compared with the bytes held."""
    batch, form, session = _find(number), HashesForm(prefix="hashes"), current_session()
    if form.validate():
        try:
            count = capture.record_hashes(session, batch, form.file.data.stream.read(), actor=current_actor())
        except CandourError as error:
            form.file.errors = [str(error)]
        else:
            flash(f"{count} hashes are kept and compared.")
            return redirect(url_for("captures.batch_capture", number=number))
    return _page(batch, SidecarForm(formdata=None, prefix="sidecar"), form), 400


@area.post("/batches/<int:number>/capture/by-hand")
@requires(Permission.INGEST)
def by_hand(number: int) -> str | Answer | tuple[str, int]:
    """What a person says of the scanning is kept; what was said before stays as history."""
    batch, form, session = _find(number), CaptureForm(prefix="hand"), current_session()
    if form.validate():
        try:
            capture.record_captures(session, batch, [capture_from(form.told())], actor=current_actor())
        except InvalidInputError as error:
            form.operator.errors = [_sentence(str(error))]
        else:
            flash("How the batch was scanned is recorded.")
            return redirect(url_for("captures.batch_capture", number=number))
    return _page(
        batch, SidecarForm(formdata=None, prefix="sidecar"), HashesForm(formdata=None, prefix="hashes"), form
    ), 400


def _sentence(fault: str) -> str:
    """What is wrong with an entry, which is told as what the entry "has", as a sentence of its own."""
    return fault if fault[:1].isupper() else f"What was typed {fault}."


def _find(number: int) -> Batch:
    found = batch_of(current_session(), number)
    if found is None:
        raise NotFoundError("There is no such batch: choose one from the list of batches.")
    return found


def _page(
    batch: Batch, sidecar_form: SidecarForm, hashes_form: HashesForm, hand_form: CaptureForm | None = None
) -> str:
    session, actor = current_session(), current_actor()
    found = capture.compare_hashes(session, batch)
    told = [*found.differing, *found.unlisted]
    seen = visible_ids_of(session, [line.record_id for line in told if line.record_id], actor=actor)
    data = current_archive().settings.data
    places = [(batch.name, line.path) for line in told]
    known = known_paths(session, places, compartments=actor.compartments)

    def path(line: HashLine) -> str:
        # The name of a restricted file can say as much as the file: only that it was counted is shown.
        if line.record_id and line.record_id not in seen:
            return HIDDEN
        return shown_path(known[batch.name, line.path], data)

    return render_template(
        "batches/capture.html",
        batch=batch,
        captures=capture.captures_of(session, batch),
        compared=found,
        differing=[(path(line), line) for line in found.differing[:SHOWN]],
        unlisted=[path(line) for line in found.unlisted[:SHOWN]],
        same=SAME,
        different=DIFFERENT,
        hand_form=hand_form or CaptureForm(formdata=None, prefix="hand"),
        counts={each.capture.id: each for each in count_sheets(session, batch)},
        sidecar_form=sidecar_form,
        hashes_form=hashes_form,
        may_change=can(actor, Permission.INGEST),
    )
