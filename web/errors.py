"""Errors as pages: one sentence that says what, why and what to do; never a traceback."""

import logging
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, g, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests

from store.errors import CandourError
from store.trouble import told
from web.received import TidyRequest
from web.unsent import SignedOutError, what_was_written

log = logging.getLogger(__name__)

HEADINGS = {
    400: "That could not be used",
    403: "You may not do this",
    404: "There is no such page",
    405: "That is not how this page is used",
    409: "This was refused",
    413: "That is too large",
    429: "Too many attempts",
    500: "Something went wrong",
}
SENTENCES = {
    404: "If you typed the address, check it. If you followed a link, what it pointed to may not be open to you.",
    405: "Go back, and use the buttons on the page.",
    500: "Nothing was changed. Try again; if it happens again, give the number below to whoever looks after Candour.",
}
Answer = tuple[str, int]


class CandourFlask(Flask):
    """A Flask application whose log names a fault without naming what was asked for."""

    request_class = TidyRequest

    def log_exception(self, exc_info: Any) -> None:
        """The fault is in the log under a number that the person is shown; the address is not, as it may be secret."""
        g.fault = secrets.token_hex(4)
        log.error("fault %s answering %s %s", g.fault, request.method, request.endpoint, exc_info=exc_info)


def _page(status: int, sentence: str, *, heading: str = "", written: Sequence[tuple[str, str]] = ()) -> Answer:
    heading = heading or HEADINGS.get(status) or HTTPStatus(status).phrase
    page = render_template(
        "errors/error.html", heading=heading, sentence=sentence, fault=g.get("fault"), written=written
    )
    return page, status


def _known(error: CandourError) -> Answer:
    return _page(error.status_code, str(error))


def _form_expired(_error: CSRFError) -> Answer:
    written = what_was_written()
    return _page(
        400,
        "The page was open for too long, or in another window: "
        + ("copy what you had written from below, and open the page again." if written else "open it again."),
        written=written,
    )


def _signed_out(error: SignedOutError) -> Answer:
    return _page(error.status_code, str(error), heading="You have been signed out", written=what_was_written())


def _too_large(_error: RequestEntityTooLarge) -> Answer:
    return _page(413, "Hand over fewer or smaller files at a time, or ask for them to be taken in on the server.")


def _too_many(_error: TooManyRequests) -> Answer:
    return _page(429, "To keep guesses out, signing in is paused for a while: wait fifteen minutes and try again.")


def _http(error: HTTPException) -> Answer:
    status = error.code or 500
    return _page(status, SENTENCES.get(status) or error.description or "")


def _fault(error: Exception) -> Answer:
    # Nobody may be left signed in by a request that failed half-way, such as one whose event could not be written.
    if request.endpoint == "security.login":
        session.clear()
    return _page(500, str(told(getattr(error, "original_exception", None) or error) or SENTENCES[500]))


def register(app: Flask) -> None:
    """Every error of this application becomes a page."""
    app.register_error_handler(CandourError, _known)
    app.register_error_handler(SignedOutError, _signed_out)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(TooManyRequests, _too_many)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _fault)
