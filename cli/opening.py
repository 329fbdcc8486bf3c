"""Opening the archive for a command, and knowing who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from access import users
from access.policy import Actor
from cli.drafts import drafted
from store import schema
from store.archive import Archive, open_archive
from store.leaving import Leaving, LongLeaving, let_go
from store.settings import load_settings


@contextmanager
def archive() -> Iterator[Archive]:
    """The archive of the settings, closed afterwards.

    Raises:
        RefusedError: There is none yet, or it is of another version.
    """
    settings = load_settings()
    opened = open_archive(settings)
    try:
        schema.require_current(opened.engine)
        yield opened
    finally:
        opened.close()


def write_out(
    opened: Archive, made: Leaving | LongLeaving, out: Path, *, actor: Actor, is_private: bool = False
) -> None:
    """The file is there, whole, and the audit trail tells that it left; where the trail could not be written, neither.

    Killed at the very last step, the trail tells of a file that did not leave: never the other way round. A pipe or a
    device is written into, once the trail is kept. A private one is for its owner alone, whatever it replaces.

    Raises:
        InvalidInputError: It cannot be written there.
    """
    with drafted(out, made.pieces, is_private=is_private) as put:
        with opened.writing() as session:
            let_go(session, made, actor=actor.name)
        put()


def actor_of(session: Session, email: str) -> Actor:
    """The user with this address, acting now."""
    return users.acting(session, email)
