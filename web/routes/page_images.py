"""Pages as pictures, and originals as downloads: never as anything a browser would run."""

from flask import Blueprint, Response, send_file

from access.policy import Permission
from ingest.rendering import has_page_pictures
from records.families import require_whole_visible
from records.models import Page, Record
from records.register import find_record, pages_of
from store import audit
from store.audit_actions import AuditAction
from store.errors import NotFoundError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.download_names import download_name
from web.page_pictures import page_picture, small_picture
from web.viewing import viewed_record

area = Blueprint("page_images", __name__)


@area.get("/records/<reference>/pages/<int:number>.jpg")
@requires(Permission.READ)
def page_image(reference: str, number: int) -> Response:
    """The page as it looks, made once from the original in a confined child and kept beside it."""
    record, pages = _pictured(reference)
    # "no-store" is set for every answer (`web.security`): no copy stays in the browser.
    return Response(page_picture(current_archive().files, record, _page(record, pages, number)), mimetype="image/jpeg")


@area.get("/records/<reference>/pages/<int:number>-small.jpg")
@requires(Permission.READ)
def page_thumbnail(reference: str, number: int) -> Response:
    """The page as a small picture, for lists of many: made once, with its neighbours, and kept beside the original."""
    record, pages = _pictured(reference)
    picture = small_picture(current_archive().files, record, _page(record, pages, number), pages)
    return Response(picture, mimetype="image/jpeg")


def _pictured(reference: str) -> tuple[Record, list[Page]]:
    record = viewed_record(reference)
    if not has_page_pictures(record.media_type):
        raise NotFoundError(f"{record.reference} has no pictures of its pages: its text is all there is to see.")
    return record, pages_of(current_session(), record)


def _page(record: Record, pages: list[Page], number: int) -> Page:
    page = next((each for each in pages if each.number == number), None)
    if page is None:
        raise NotFoundError(f"{record.reference} has no page {number}.")
    return page


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
        download_name=download_name(record.file_name),
        conditional=False,
        etag=False,
    )
