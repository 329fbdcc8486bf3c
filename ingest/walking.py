"""Finds every file under the given paths, in the same order each time, in flat memory, from any place on the way.

The order is that of the bytes of the names, folder by folder, so a listing that was broken off goes on after the last
thing it met. No link is followed, so nothing can be walked for ever.
"""

import errno
import heapq
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from ingest.job import shown_name
from ingest.reading import UnreadableFile

MAXIMUM_DEPTH = 200
NAMES_IN_MEMORY = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """One thing met on the way: a file to read, or something that cannot be read and why.

    `relative` is the path to show and store, with the name of the given path first and bytes that are no text as
    escapes; `disk_path` opens the file; `root` is the number of the given path it lies under, from 0.
    """

    disk_path: bytes
    relative: str
    size: int
    problem: UnreadableFile | None = None
    root: int = 0

    @property
    def path(self) -> Path:
        """The path that opens the file."""
        return Path(os.fsdecode(self.disk_path))


@dataclass(frozen=True)
class Place:
    """How far a walk has come: the last thing met, and the number of the given path it lies under."""

    root: int
    disk_path: bytes


@dataclass
class _Folder:
    path: bytes
    shown: str
    names: Iterator[bytes]
    # The names on the way to the last thing met, where this folder lies on that way.
    way: list[bytes]


def _ignore_nothing(path: Path) -> bool:
    return False


def walk(
    paths: Sequence[Path], *, ignore: Callable[[Path], bool] = _ignore_nothing, after: Place | None = None
) -> Iterator[Found]:
    """Everything under each path in turn; links are not followed, and nothing met is passed over in silence.

    `ignore` names folders that are the caller's own, such as its data folder, and are not part of what was handed
    over. With `after` only what comes later than that place is met.
    """
    for number, path in enumerate(paths):
        if after is not None and number < after.root:
            continue
        # Made absolute without following links: a link that was named by hand is still shown as a link.
        whole = os.fsencode(os.path.abspath(path))  # noqa: PTH100
        way = _way_to(whole, after.disk_path) if after is not None and number == after.root else []
        if way is None:
            continue
        yield from _Walk(number, ignore).under(whole, way)


def _way_to(root: bytes, last: bytes) -> list[bytes] | None:
    """The names from the root to the last thing met; none where that was the root itself."""
    if last == root:
        return None
    return last[len(root.rstrip(b"/")) + 1 :].split(b"/") if last else []


@dataclass
class _Walk:
    """On the way under one given path: the folders that are open, the innermost last."""

    root: int
    ignore: Callable[[Path], bool]
    open_folders: list[_Folder] = field(default_factory=list)

    def under(self, path: bytes, way: list[bytes]) -> Iterator[Found]:
        name = os.path.basename(path)  # noqa: PTH119
        met = self._visit(path, _shown(name) or "/", way)
        if met is not None:
            yield met
        while self.open_folders:
            met = self._step(self.open_folders[-1])
            if met is not None:
                yield met

    def _step(self, folder: _Folder) -> Found | None:
        name = next(folder.names, None)
        if name is None:
            self.open_folders.pop()
            return None
        further: list[bytes] = []
        if folder.way:
            if name < folder.way[0] or folder.way == [name]:
                return None
            further = folder.way[1:] if name == folder.way[0] else []
        return self._visit(_joined(folder.path, name), f"{folder.shown}/{_shown(name)}", further)

    def _visit(self, path: bytes, shown: str, way: list[bytes]) -> Found | None:
        """The thing at the path; a folder that can be is opened instead."""
        status, problem = _look(path)
        if status is None or not stat.S_ISDIR(status.st_mode):
            return Found(path, shown, status.st_size if status else 0, problem, self.root)
        if self.ignore(Path(os.fsdecode(path))):
            return None
        if len(self.open_folders) >= MAXIMUM_DEPTH:
            return Found(path, shown, 0, UnreadableFile("nested-too-deep"), self.root)
        try:
            names = _names_in_order(path)
        except OSError as error:
            return Found(path, shown, 0, _why(error, "unreadable-folder"), self.root)
        self.open_folders.append(_Folder(path, shown, names, way))
        return None


def _joined(folder: bytes, name: bytes) -> bytes:
    return folder + name if folder.endswith(b"/") else folder + b"/" + name


def _shown(name: bytes) -> str:
    text = os.fsdecode(name)
    return text if text.isprintable() else shown_name(text)


def _look(path: bytes) -> tuple[os.stat_result | None, UnreadableFile | None]:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None, UnreadableFile("missing")
    except OSError as error:
        return None, _why(error, "unreadable-file")
    if stat.S_ISLNK(status.st_mode):
        return status, UnreadableFile("link")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        return status, UnreadableFile("special-file")
    if stat.S_ISREG(status.st_mode) and not os.access(path, os.R_OK):
        return status, UnreadableFile("unreadable-file")
    return status, None


def _why(error: OSError, otherwise: str) -> UnreadableFile:
    return UnreadableFile("path-too-long" if error.errno == errno.ENAMETOOLONG else otherwise)


def _names_in_order(folder: bytes) -> Iterator[bytes]:
    """The names in the folder, sorted; of a folder with more than are held in memory, sorted through files.

    By bytes: the order of names that are no text, and of capitals, is then the same on every machine.

    Raises:
        OSError: The folder cannot be read, or not to its end.
    """
    with os.scandir(folder) as entries:
        names = (entry.name for entry in entries)
        held = sorted(islice(names, NAMES_IN_MEMORY))
        if len(held) < NAMES_IN_MEMORY:
            return iter(held)
        spilled: list[IO[bytes]] = []
        while held:
            spilled.append(_spill(held))
            held = sorted(islice(names, NAMES_IN_MEMORY))
    return heapq.merge(*map(_spilled, spilled))


def _spill(names: list[bytes]) -> IO[bytes]:
    """The names in a file without a name of its own, a line each: a name may hold a newline, but never a slash."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - read later, and gone once it is read
    file.writelines(name.replace(b"\n", b"/") + b"\n" for name in names)
    file.seek(0)
    return file


def _spilled(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        for line in file:
            yield line[:-1].replace(b"/", b"\n")
