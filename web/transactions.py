"""One unit of work for each request: a GET only reads, a POST commits once, when its view has succeeded.

A POST is begun only after the person is known, permitted and the form is whole, because SQLite's
one write lock is held from then until the answer is ready.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, current_app, g, request

from web.context import current_archive

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

View = TypeVar("View", bound=Callable[..., Any])
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Flask-Security's own views only read; what they do is recorded in its own unit of work (`web.sign_in`).
READING_ENDPOINTS = frozenset({"security.login", "security.logout"})
WITHOUT_SESSION = frozenset({"static"})


class RolledBackError(Exception):
    """Ends a unit of work without keeping what was done in it; never leaves this module."""


def own_transaction(view: View) -> View:
    """The view's POST is given a reading session, and opens its short writing units of work by itself.

    For a view that first does something slow, such as copying uploaded bytes.
    """
    view.candour_own_transaction = True  # type: ignore[attr-defined]
    return view


def open_reading() -> None:
    """The request has a session that changes nothing."""
    if request.endpoint not in WITHOUT_SESSION:
        session_to_read()


def session_to_read() -> "Session":
    """The request's session, opened now where a page is made before its turn, as for an error."""
    if "work" not in g:
        g.work = ExitStack()
        g.session = g.work.enter_context(current_archive().reading())
    session: Session = g.session
    return session


def open_writing() -> None:
    """A POST has a writing session; it is committed when the view answers with success."""
    if request.method in READING_METHODS or request.endpoint in READING_ENDPOINTS | WITHOUT_SESSION:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "candour_own_transaction", False):
        return
    g.pop("work").close()
    g.work = ExitStack()
    g.session = g.work.enter_context(current_archive().writing())


def close_session(response: Response) -> Response:
    """What a successful POST did is kept; what any other request did is not."""
    work: ExitStack | None = g.pop("work", None)
    if work is None:
        return response
    if response.status_code < 400:
        work.close()
    else:
        _roll_back(work)
    return response


def abandon_session(_error: BaseException | None) -> None:
    """A request that never came to an answer leaves nothing behind."""
    work: ExitStack | None = g.pop("work", None)
    if work is not None:
        _roll_back(work)


def _roll_back(work: ExitStack) -> None:
    # The stack hands this to the unit of work, which rolls back; it does not raise what it was only handed.
    work.__exit__(RolledBackError, RolledBackError(), None)


def register(app: Flask) -> None:
    """Every request of this application has its unit of work, and it is always ended."""
    app.after_request(close_session)
    app.teardown_request(abandon_session)
