"""Opening the archive for a command, and knowing who acts."""

import errno
import os
import secrets
import stat
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

# What no exception of its own stands for: a file mounted in its place, another or a read-only file system, a socket.
NOT_THERE = frozenset({errno.EBUSY, errno.EXDEV, errno.EROFS, errno.ENXIO})


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

    Killed at the very last step, the trail tells of a file that did not leave: never the other way round. A pipe or a
    device is written into, once the trail is kept; it is never replaced by a file.

    Raises:
        InvalidInputError: It cannot be written there.
    """
    target = out.resolve()
    draft = target.with_name(f".candour-{secrets.token_hex(8)}")
    try:
        with opened.writing() as session:
            let_go(session, made, actor=actor.name)
            with _telling(out):
                _require_writable(out)
                # What /dev/stdout leads to has no name of its own where it is a pipe: only `out` finds it.
                stays = out.exists() and not target.is_file()
                if not stays:
                    _write_draft(draft, target, made.content)
        with _telling(out):
            if stays:
                out.write_bytes(made.content)
            else:
                draft.replace(target)
    finally:
        with suppress(OSError):  # mostly there is none, and why it could not be made is told already
            draft.unlink()


@contextmanager
def _telling(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        named = FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError
        if not isinstance(error, named) and error.errno not in NOT_THERE:
            raise
        told = f"{out} was not written ({error.strerror}): name a file in a folder that can be written to."
        raise InvalidInputError(told) from error


def _require_writable(out: Path) -> None:
    if out.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if out.exists() and not os.access(out, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _write_draft(draft: Path, target: Path, content: bytes) -> None:
    """The bytes are on the disk beside the file that they are to become, which only has to be renamed."""
    replaced = target.stat() if target.exists() else None
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if replaced is None else 0o600)
    with os.fdopen(opened, "wb") as file:
        if replaced is not None:
            _open_to_the_same(file.fileno(), replaced)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _open_to_the_same(draft: int, replaced: os.stat_result) -> None:
    """Whoever could read the file that is replaced can read this one, and nobody else, before it holds a byte."""
    mode = stat.S_IMODE(replaced.st_mode)
    try:
        os.fchown(draft, -1, replaced.st_gid)
    except OSError:  # not permitted, or a group unknown in this container
        mode &= ~stat.S_IRWXG  # what that group might do is not for another
    os.fchmod(draft, mode)
    with suppress(OSError):
        os.fchown(draft, replaced.st_uid, -1)


def actor_of(session: Session, email: str) -> Actor:
    """The user with this address, acting now."""
    return users.acting(session, email)
