"""Files that a command writes: each is under its name whole, or not at all."""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.errors import InvalidInputError

# What no exception of its own stands for: a file mounted in its place, another or a read-only file system, a socket.
NOT_THERE = frozenset({errno.EBUSY, errno.EXDEV, errno.EROFS, errno.ENXIO})
_OPEN_FILES = Path("/proc/self/fd")


@contextmanager
def drafted(
    out: Path, pieces: Callable[[], Iterable[bytes]], *, is_private: bool = False
) -> Iterator[Callable[[], None]]:
    """The bytes are on the disk beside the file they are to become, which is what calling what is given makes of them.

    Where it is not called, nothing of them is left. A pipe or a device is only written into once it is called; it is
    never replaced by a file. A private file is for its owner alone; another is open as the one it replaces is.

    Raises:
        InvalidInputError: It cannot be written there.
    """
    target = out.resolve()
    draft = _beside(target)
    try:
        with _telling(out):
            _require_writable(out)
            # What /dev/stdout leads to has no name of its own where it is a pipe: only `out` finds it.
            stays = out.exists() and not target.is_file()
            if not stays:
                _write_draft(draft, target, pieces(), is_private=is_private)

        def put() -> None:
            with _telling(out):
                if not stays:
                    draft.replace(target)
                    return
                with out.open("wb") as file:
                    file.writelines(pieces())

        yield put
    finally:
        with suppress(OSError):  # mostly there is none, and why it could not be made is told already
            draft.unlink()


def link(out: Path, name: str) -> None:
    """The file leads to the one of this name beside it, whatever it was before."""
    draft = _beside(out)
    with _telling(out):
        draft.symlink_to(name)
        try:
            draft.replace(out)
        except OSError:
            draft.unlink()
            raise


def _beside(target: Path) -> Path:
    return target.with_name(f".candour-{secrets.token_hex(8)}")


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


def _write_draft(draft: Path, target: Path, pieces: Iterable[bytes], *, is_private: bool) -> None:
    """The bytes are on the disk beside the file that they are to become, which only has to be renamed.

    They have a name only once all of them are there, where the file system allows that: whoever ends the program while
    it writes leaves nothing of them.
    """
    replaced = target.stat() if target.exists() and not is_private else None
    mode = 0o600 if is_private or replaced is not None else 0o666
    with os.fdopen(_opened(draft, mode), "wb") as file:
        if replaced is not None:
            _open_to_the_same(file.fileno(), replaced)
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
        if not os.fstat(file.fileno()).st_nlink:
            _name(file.fileno(), draft)


def _opened(draft: Path, mode: int) -> int:
    try:
        if _OPEN_FILES.is_dir():
            return os.open(draft.parent, os.O_WRONLY | os.O_TMPFILE, mode)
    except OSError:  # not on this file system; or nothing can be written there, which is told next
        pass
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)


def _name(nameless: int, draft: Path) -> None:
    folder = os.open(_OPEN_FILES, os.O_RDONLY)
    try:
        # Given a folder, the system follows what stands there to the file itself.
        os.link(str(nameless), draft, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


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
