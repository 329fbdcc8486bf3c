"""Handing files over in the browser, and watching them being taken in."""

from pathlib import Path
from typing import BinaryIO, cast

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from access.policy import Permission
from ingest.counting import batch_totals
from store.archive import Archive
from store.errors import InvalidInputError
from store.jobs import enqueue, recent_jobs
from store.uploads import discard_upload, new_upload_folder, save_upload
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.uploads import UploadForm
from web.jobs import find_job
from web.transactions import own_transaction

area = Blueprint("uploads", __name__)


@area.route("/upload", methods=["GET", "POST"])
@requires(Permission.INGEST)
@own_transaction
def upload() -> str | Response | tuple[str, int]:
    """Files are copied into the data folder and a worker is asked to take them in."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            job_id = _hand_over(current_archive(), form)
        except InvalidInputError as error:
            form.files.errors = [str(error)]
        else:
            return redirect(url_for("uploads.upload_progress", job_id=job_id))
    recent = [job for job in recent_jobs(current_session(), limit=20) if job.kind == "ingest"]
    return render_template("uploads/upload.html", form=form, recent=recent), 400 if form.errors else 200


def _hand_over(archive: Archive, form: UploadForm) -> int:
    folder = new_upload_folder(archive)
    try:
        _save(folder, form.files.data)
        payload = {
            "paths": [str(folder)],
            "batch": form.batch.data,
            "source": form.source.data,
            "custodian": form.custodian.data or "",
            "upload": str(folder),
        }
        with archive.writing() as session:
            return enqueue(session, "ingest", payload=payload, actor=current_actor().name).id
    except BaseException:
        discard_upload(archive, folder)
        raise


def _save(folder: Path, files: list[FileStorage]) -> None:
    for file in files:
        if file.filename:
            save_upload(folder, file.filename, cast(BinaryIO, file.stream))


@area.get("/uploads/<int:job_id>")
@requires(Permission.INGEST)
def upload_progress(job_id: int) -> str:
    """How far the worker is with one upload."""
    session = current_session()
    job = find_job(session, job_id, kind="ingest")
    listed = [
        each
        for each in batch_totals(session, actor=current_actor())
        if each.batch.name == " ".join(job.arguments["batch"].split())
    ]
    return render_template("uploads/progress.html", job=job, found=listed[0] if listed else None)
