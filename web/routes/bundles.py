"""Bundles: those that were built, and the work of building one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, send_file

from access.policy import Actor, Permission
from disclosure.bundle_spec import UNREDACTED_BANNER
from disclosure.models import Bundle
from disclosure.production import bundles as built_bundles
from disclosure.production import find_bundle, require_may_leave
from inquiry.models import Request
from inquiry.requests import all_requests
from records.models import Record
from records.register import visible
from store import audit
from store.audit_actions import AuditAction
from store.errors import RefusedError
from store.jobs import DONE, Job, recent_jobs
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.jobs import find_job
from web.routes import bundle_builder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("bundles", __name__)
bundle_builder.register(area)
# The warnings of a build stand in its job; older ones are in the manifest attached to the PDF.
JOBS_LOOKED_AT = 500


@dataclass(frozen=True)
class DocumentRow:
    """One document of a bundle, as this actor may see it."""

    label: str
    reference: str
    title: str
    first_page: int
    page_count: int


@area.get("/bundles")
@requires(Permission.BUNDLE)
def bundles() -> str:
    """Every bundle, newest first, and the builds under way."""
    session = current_session()
    return render_template(
        "bundles/bundles.html",
        listed=built_bundles(session),
        requests={each.id: each for each in all_requests(session)},
        jobs=[job for job in recent_jobs(session) if job.kind == "bundle" and job.state != DONE],
    )


@area.get("/bundles/jobs/<int:job_id>")
@requires(Permission.BUNDLE)
def build_progress(job_id: int) -> str:
    """How far the worker is with one bundle."""
    job = find_job(current_session(), job_id, kind="bundle")
    return render_template("bundles/progress.html", job=job)


@area.get("/bundles/<int:number>")
@requires(Permission.BUNDLE)
def bundle(number: int) -> str:
    """One bundle: its file, its proof and its documents."""
    session, actor = current_session(), current_actor()
    found = find_bundle(session, number, actor=actor)
    job = _job_of(session, found)
    return render_template(
        "bundles/bundle.html",
        found=found,
        banner=UNREDACTED_BANNER,
        size=current_archive().files.original(found.sha256).stat().st_size,
        rows=_rows(session, found, actor),
        refusal=_refusal(session, found, actor),
        answers=_request_of(session, found),
        warnings=job.outcome.get("warnings", []) if job else None,
    )


@area.get("/bundles/<int:number>/download")
@requires(Permission.BUNDLE)
def download(number: int) -> Response:
    """The bundle leaves as a file; that it did is recorded before the first byte goes."""
    archive, actor = current_archive(), current_actor()
    found = find_bundle(current_session(), number, actor=actor)
    require_may_leave(current_session(), found, actor=actor)
    archive.files.verify(found.sha256)
    with archive.writing() as session:
        audit.record(
            session,
            AuditAction.BUNDLE_DOWNLOADED,
            actor=actor.name,
            subject=f"bundle:{found.id}",
            detail={"sha256": found.sha256},
        )
    return send_file(
        archive.files.original(found.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.file_name,
        # In one piece and never from a cache: each download is an event of its own.
        conditional=False,
        etag=False,
        max_age=0,
    )


def _rows(session: "Session", found: Bundle, actor: Actor) -> list[DocumentRow]:
    rows = []
    for each in found.documents:
        record = session.get_one(Record, each.record_id)
        seen = visible(record, actor)
        rows.append(
            DocumentRow(
                each.label,
                record.reference if seen else "",
                record.title if seen else "A record that is not open to you",
                each.first_page,
                each.page_count,
            )
        )
    return rows


def _refusal(session: "Session", found: Bundle, actor: Actor) -> str:
    try:
        require_may_leave(session, found, actor=actor)
    except RefusedError as error:
        return str(error)
    return ""


def _request_of(session: "Session", found: Bundle) -> Request | None:
    return next((each for each in all_requests(session) if each.id == found.request_id), None)


def _job_of(session: "Session", found: Bundle) -> Job | None:
    listed = recent_jobs(session, limit=JOBS_LOOKED_AT)
    return next((job for job in listed if job.kind == "bundle" and job.outcome.get("bundle") == found.id), None)
