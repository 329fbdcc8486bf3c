"""What a view may ask of the request it answers: the archive, the unit of work and who is acting."""

from typing import TYPE_CHECKING

from flask import current_app, g

from access.policy import Actor
from store.archive import Archive

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EXTENSION = "candour"


def current_archive() -> Archive:
    """The archive this application serves."""
    archive: Archive = current_app.extensions[EXTENSION]
    return archive


def current_session() -> "Session":
    """The request's unit of work: a view that changes nothing on GET, a writing one on POST."""
    session: Session = g.session
    return session


def current_actor() -> Actor:
    """Whoever is signed in, with the roles held now; somebody without a role where nobody is."""
    actor: Actor = g.get("actor") or Actor("visitor")
    return actor
