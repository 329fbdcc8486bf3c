"""Pages as pictures, and originals as downloads: never as anything a browser would run."""

import os
import tempfile
from pathlib import Path

from flask import Blueprint, Response, send_file

from access.policy import Permission
from ingest.rendering import has_page_pictures, render_page
from records.families import require_whole_visible
from records.models import Page, Record
from records.register import find_record, pages_of
from store import audit
from store.audit_actions import AuditAction
from store.errors import NotFoundError
from store.files import FileStore
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.viewing import viewed_record

area = Blueprint("page_images", __name__)


@area.get("/records/<reference>/pages/<int:number>.jpg")
@requires(Permission.READ)
def page_image(reference: str, number: int) -> Response:
    """The page as it looks, made once from the original in a confined child and kept beside it."""
    record = viewed_record(reference)
    page = next((each for each in pages_of(current_session(), record) if each.number == number), None)
    if page is None:
        raise NotFoundError(f"{record.reference} has no page {number}.")
    if not has_page_pictures(record.media_type):
        raise NotFoundError(f"{record.reference} has no pictures of its pages: its text is all there is to see.")
    # "no-store" is set for every answer (`web.security`): no copy stays in the browser.
    return Response(_picture(current_archive().files, record, page), mimetype="image/jpeg")


@area.get("/records/<reference>/original")
@requires(Permission.READ)
def original(reference: str) -> Response:
    """The original's bytes, as a download under the name they came with; that they left is recorded first."""
    actor = current_actor()
    record = find_record(current_session(), reference, actor=actor)
    require_whole_visible(current_session(), record, actor=actor)
    path = current_archive().files.original(record.sha256)
    with current_archive().writing() as session:
        audit.record(
            session,
            AuditAction.FILE_DOWNLOADED,
            actor=actor.name,
            subject=f"record:{record.reference}",
            detail={"sha256": record.sha256, "compartment": record.compartment},
        )
    return send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=record.file_name,
        conditional=False,
        etag=False,
    )


def _picture(files: FileStore, record: Record, page: Page) -> bytes:
    # The turn is part of the name: a page that is read again the other way up has another picture.
    turned = f"-{page.rotation}" if page.rotation else ""
    kept = files.derivative(record.sha256, f"page-{page.number:05d}{turned}.jpg")
    if kept.is_file():
        return kept.read_bytes()
    with files.scratch() as folder:
        made = render_page(
            files.readable(record.sha256), record.media_type, page.number, rotation=page.rotation, folder=folder
        )
    _write_whole(kept, made.data)
    return made.data


def _write_whole(target: Path, data: bytes) -> None:
    """The file is there with all its bytes, or not at all, whoever else is writing it."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix="making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
