"""Finds every file under the given paths, in the same order each time, holding no more than one folder in memory."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.job import shown_name
from ingest.reading import UnreadableFile

_MAXIMUM_DEPTH = 200


@dataclass(frozen=True)
class Found:
    """One thing met on the way: a file to read, or something that cannot be read and why.

    `relative` is the path to show and store, with the name of the given path first and bytes that are no text as
    escapes; `path` opens the file.
    """

    path: Path
    relative: str
    size: int
    problem: UnreadableFile | None = None


def _ignore_nothing(path: Path) -> bool:
    return False


def walk(paths: Sequence[Path], *, ignore: Callable[[Path], bool] = _ignore_nothing) -> Iterator[Found]:
    """Everything under each path in turn; links are not followed, and nothing met is passed over in silence.

    `ignore` names what is the caller's own, such as its data folder, and is not part of what was handed over.
    """
    for path in paths:
        # Made absolute without following links: a link that was named by hand is still shown as a link.
        whole = Path(os.path.abspath(path))  # noqa: PTH100
        yield from _visit(whole, whole.name or "/", ignore, 0)


def _visit(path: Path, shown: str, ignore: Callable[[Path], bool], depth: int) -> Iterator[Found]:
    if ignore(path):
        return
    relative = shown_name(shown)
    try:
        status = path.lstat()
    except FileNotFoundError:
        yield Found(path, relative, 0, UnreadableFile("missing"))
        return
    except OSError:
        yield Found(path, relative, 0, UnreadableFile("unreadable-file"))
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _enter(path, shown, ignore, depth)
    elif stat.S_ISLNK(status.st_mode):
        yield Found(path, relative, 0, UnreadableFile("link"))
    elif not stat.S_ISREG(status.st_mode):
        yield Found(path, relative, 0, UnreadableFile("special-file"))
    elif not os.access(path, os.R_OK):
        yield Found(path, relative, status.st_size, UnreadableFile("unreadable-file"))
    else:
        yield Found(path, relative, status.st_size)


def _enter(folder: Path, shown: str, ignore: Callable[[Path], bool], depth: int) -> Iterator[Found]:
    if depth >= _MAXIMUM_DEPTH:
        yield Found(folder, shown_name(shown), 0, UnreadableFile("nested-too-deep"))
        return
    try:
        with os.scandir(folder) as entries:
            # By bytes: the order of names that are no text, and of capitals, is then the same on every machine.
            names = sorted((entry.name for entry in entries), key=os.fsencode)
    except OSError:
        yield Found(folder, shown_name(shown), 0, UnreadableFile("unreadable-folder"))
        return
    for name in names:
        yield from _visit(folder / name, f"{shown}/{name}", ignore, depth + 1)
