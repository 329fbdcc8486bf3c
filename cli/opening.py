"""Opening the archive for a command, and knowing who acts."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """The file is there, whole, and the audit trail tells that it left; where the trail could not be written, neither.

    Killed at the very last step, the trail tells of a file that did not leave: never the other way round.

    Raises:
        InvalidInputError: It cannot be written there.
    """
    target = out.resolve()
    draft = target.with_name(f".candour-{secrets.token_hex(8)}")
    try:
        with opened.writing() as session:
            let_go(session, made, actor=actor.name)
            with _telling(out):
                _write_draft(draft, target, made.content)
        with _telling(out):
            draft.replace(target)
    finally:
        with suppress(FileNotFoundError, NotADirectoryError):
            draft.unlink()


@contextmanager
def _telling(out: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        told = f"{out} was not written ({error.strerror}): name a file in a folder that can be written to."
        raise InvalidInputError(told) from error


def _write_draft(draft: Path, target: Path, content: bytes) -> None:
    """The bytes are on the disk beside the file that they are to become, which only has to be renamed."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def actor_of(session: Session, email: str) -> Actor:
    """The user with this address, acting now."""
    return users.acting(session, email)
