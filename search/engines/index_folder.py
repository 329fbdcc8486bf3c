"""Where the index lies: a pointer file that names the folder in use, and the lock that lets one writer in."""

import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from search.engines.errors import MENDED, REBUILD, IndexBusyError, IndexUnreadableError, require_room
from store.errors import DamagedError

POINTER = "current.json"
LOCK = "writer.lock"
LEFT = "left-behind"
DOUBTED = "unreadable"
TOLD_AFTER = 1.0
LOOK_EVERY = 0.05
"""Seconds between two tries to be let in."""

log = logging.getLogger(__name__)


@contextmanager
def alone(lock: Path, wait_seconds: float) -> Iterator[None]:
    """Nobody else is in a block with this lock, of all threads and processes; the system frees it if we are killed.

    Whoever has to wait longer than a second is told so.

    Raises:
        IndexBusyError: Another did not leave it in time.
    """
    with lock.open("a") as file:
        began = time.monotonic()
        is_told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                waited = time.monotonic() - began
                if waited >= wait_seconds:
                    raise IndexBusyError(
                        "The search index is being written by another process that did not finish in"
                        f" {wait_seconds:g} seconds: try again when it has."
                    ) from error
                if waited >= TOLD_AFTER and not is_told:
                    is_told = True
                    log.warning(
                        "The search index is being written by another process: waiting up to %g seconds.", wait_seconds
                    )
                time.sleep(LOOK_EVERY)
        yield


class IndexFolder:
    """The outer folder. Inside it lie the folder of the index in use and, during a rebuild, the next one.

    The layout is the name or number of the engine's own layout of its files: an index of another one is refused.
    """

    def __init__(self, path: Path, layout: int | str) -> None:
        self.path = path
        self._pointer = path / POINTER
        self._layout = layout
        self._known: tuple[tuple[int, int, int], Path] | None = None

    def current(self) -> Path | None:
        """The folder of the index in use, or None before the first document.

        Raises:
            IndexBusyError: The system has no room to read it just now.
            IndexUnreadableError: The pointer cannot be read.
            DamagedError: It was written for another layout of the index.
        """
        try:
            # The pointer is only ever replaced by a new file, so the same file says the same.
            state = self._pointer.stat()
            mark = (state.st_ino, state.st_mtime_ns, state.st_size)
            if self._known is not None and self._known[0] == mark:
                return self._known[1]
            found = json.loads(self._pointer.read_text(encoding="utf-8"))
            name, layout = str(found["folder"]), found["schema"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            require_room(error)
            raise IndexUnreadableError(f"The search index's pointer {POINTER} cannot be read: {MENDED}.") from error
        if layout != self._layout:
            raise DamagedError(
                f"The search index was made by another version of the program or another engine: {REBUILD}."
            )
        self._known = (mark, self.path / Path(name).name)
        return self._known[1]

    @property
    def layout(self) -> str:
        """The engine's own name or number of the layout of its files."""
        return str(self._layout)

    def new(self) -> Path:
        """An empty folder for an index, not in use yet; what an interrupted rebuild left is cleared away first."""
        self.path.mkdir(parents=True, exist_ok=True)
        used = self._pointed_name()
        for left in self.path.glob("index-*"):
            if left.name != used:
                shutil.rmtree(left, ignore_errors=True)
        numbers = [
            int(part) for path in self.path.glob("index-*") if (part := path.name.removeprefix("index-")).isdigit()
        ]
        folder = self.path / f"index-{max(numbers, default=0) + 1:06}"
        folder.mkdir()
        return folder

    def switch_to(self, folder: Path) -> None:
        """Make this folder the index in use, in one step that a crash cannot halve; the old one is removed."""
        draft = self.path / f"{POINTER}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"folder": folder.name, "schema": self._layout}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / POINTER)
        for old in self.path.glob("index-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
        self.leave_nothing_behind()
        (self.path / DOUBTED).unlink(missing_ok=True)

    def leave_behind(self, count: int) -> None:
        """So many more records have left their compartment, whose index may go on reckoning with their words."""
        written = str(self.left_behind + count)
        draft = self.path / f"{LEFT}.new"
        with draft.open("w", encoding="ascii") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / LEFT)

    def leave_nothing_behind(self) -> None:
        """The index was made anew."""
        (self.path / LEFT).unlink(missing_ok=True)

    @property
    def left_behind(self) -> int:
        """How many records have left their compartment since the index was made."""
        try:
            return int((self.path / LEFT).read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0
        except (OSError, ValueError):
            return 1  # whatever it said, there were some

    def doubt(self) -> None:
        """That the index in use could not be read stands here until another is, for whoever may make it anew.

        Where that cannot be written, whoever asked is refused all the same.
        """
        with suppress(OSError):
            (self.path / DOUBTED).write_text(self._pointed_name() or "", encoding="utf-8")

    @property
    def is_doubted(self) -> bool:
        """Whether somebody could not read the index in use."""
        try:
            return (self.path / DOUBTED).read_text(encoding="utf-8") == (self._pointed_name() or "")
        except (OSError, ValueError):
            return False

    def _pointed_name(self) -> str | None:
        # Whatever its layout: a server that was not restarted yet may still answer from it.
        try:
            return Path(json.loads((self.path / POINTER).read_text(encoding="utf-8"))["folder"]).name
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def unused_bytes(self, unused: Callable[[Path], Iterable[Path]]) -> int:
        """What lies here and no document needs, left by a writer or a rebuild that was cut off; 0 while one writes.

        `unused` says which files of the folder in use are no part of its index.
        """
        if not self.path.exists():
            return 0
        try:
            with self._alone(0.0):
                folder = self.current()
                files = [path for left in self._left_over() for path in left.rglob("*")]
                files += unused(folder) if folder else []
                return sum(path.stat().st_size for path in files if path.is_file())
        except IndexBusyError:
            return 0

    def _left_over(self) -> list[Path]:
        """Folders of rebuilds that were cut off. None where the pointer cannot be read: any may be the one in use."""
        used = self._pointed_name()
        return [folder for folder in sorted(self.path.glob("index-*")) if used and folder.name != used]

    @contextmanager
    def writing(self, wait_seconds: float) -> Iterator[None]:
        """Be the only writer, of all processes, until the block ends; the system frees the lock if we are killed.

        What a rebuild that was cut off left behind is cleared away first.

        Raises:
            IndexBusyError: Another writer did not finish in time.
        """
        with self._alone(wait_seconds):
            for left in self._left_over():
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextmanager
    def _alone(self, wait_seconds: float) -> Iterator[None]:
        self.path.mkdir(parents=True, exist_ok=True)
        with alone(self.path / LOCK, wait_seconds):
            yield
