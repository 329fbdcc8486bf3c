"""Every view declares who may open it; a view that does not is closed to everyone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from access.policy import Actor, Permission, require
from access.users import actor_for
from store.errors import NotPermittedError
from web.unsent import SignedOutError, what_was_written

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may open a view: everyone, anyone signed in, or whoever has one of the permissions."""

    public: bool = False
    permissions: tuple[Permission, ...] = ()


PUBLIC = Access(public=True)
SIGNED_IN = Access()
# Views that are not ours and so cannot carry the stamp.
FOREIGN = {"static": PUBLIC, "security.login": PUBLIC, "security.logout": SIGNED_IN}


def public(view: View) -> View:
    """Anyone may open the view, signed in or not."""
    return _stamp(view, PUBLIC)


def signed_in(view: View) -> View:
    """Anyone who is signed in may open the view."""
    return _stamp(view, SIGNED_IN)


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Whoever has at least one of these permissions may open the view."""
    if not permissions:
        raise ValueError("requires() needs a permission: use signed_in for a view that any user may open")

    def stamp(view: View) -> View:
        return _stamp(view, Access(permissions=permissions))

    return stamp


def _stamp(view: View, access: Access) -> View:
    view.candour_access = access  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Who may open this endpoint, or None where nobody has said."""
    declared: Access | None = getattr(app.view_functions.get(endpoint), "candour_access", None)
    return declared or FOREIGN.get(endpoint)


def may_open(app: Flask, endpoint: str, actor: Actor) -> bool:
    """Whether a link to this endpoint would open for this actor."""
    access = access_of(app, endpoint)
    if access is None:
        return False
    return access.public or not access.permissions or bool(actor.permissions & set(access.permissions))


def authorise(app: Flask) -> Response | None:
    """Returns None if the request may go on; a visitor is sent to sign in.

    Raises:
        SignedOutError: Somebody who is not signed in sent a form with words in it.
        NotPermittedError: The person's roles do not allow it, or the view says nothing about access.
    """
    if request.endpoint == "static":
        return None
    known = current_user.is_authenticated
    g.actor = actor_for(current_user) if known else None
    if request.endpoint is None:
        return None  # no such address: routing answers with its own 404 or 405
    access = access_of(app, request.endpoint)
    if access is None:
        raise NotPermittedError(
            "Nobody has said who may open this page, so it stays closed: tell whoever looks after Candour."
        )
    if access.public:
        return None
    if not known:
        if what_was_written():
            raise SignedOutError
        wanted = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
        return redirect(url_for("security.login", next=wanted))
    if access.permissions and not g.actor.permissions & set(access.permissions):
        require(g.actor, access.permissions[0])
    return None
