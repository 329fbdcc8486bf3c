"""Opening the archive for a command, and knowing who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from access import users
from access.policy import Actor
from store import schema
from store.archive import Archive, open_archive
from store.errors import InvalidInputError
from store.leaving import Leaving, let_go
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


def write_out(opened: Archive, made: Leaving, out: Path, *, actor: Actor) -> None:
    """The file is there, and the audit trail tells that it left: both or neither.

    Raises:
        InvalidInputError: It cannot be written there.
    """
    with opened.writing() as session:
        let_go(session, made, actor=actor.name)
        try:
            out.write_bytes(made.content)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
            told = f"{out} was not written ({error.strerror}): name a file in a folder that can be written to."
            raise InvalidInputError(told) from error


def actor_of(session: Session, email: str) -> Actor:
    """The user with this address, acting now."""
    return users.acting(session, email)
