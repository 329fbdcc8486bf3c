"""A file that leaves by the browser: made in the request's reading view, told in the trail, and only then sent."""

from collections.abc import Iterator
from pathlib import PurePath

from flask import Response, request

from store import leaving
from store.leaving import Leaving, LongLeaving
from store.papers import Form
from web.context import current_actor, current_archive

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
}


def let_go(made: Leaving | LongLeaving, name: str) -> Response:
    """The file as a download under this name, once it is kept that it leaves; the view opens no transaction itself."""
    with current_archive().writing() as work:
        leaving.let_go(work, made, actor=current_actor().name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if isinstance(made, LongLeaving):
        # With its length, a download that breaks off is known to be no whole file.
        headers["Content-Length"] = str(made.size)
        return Response(_sent(made), mimetype=TYPES[PurePath(name).suffix], headers=headers)
    return Response(made.content, mimetype=TYPES[PurePath(name).suffix], headers=headers)


def _sent(made: LongLeaving) -> Iterator[bytes]:
    with made.file:
        yield from made.pieces()


def asked_form() -> Form:
    """Whether a PDF is asked for, or else a Word document."""
    return "pdf" if request.form.get("form") == "pdf" else "docx"
