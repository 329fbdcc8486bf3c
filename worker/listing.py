"""The manifest of a run: everything under its paths listed before anything is read, from wherever it was left."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from access.policy import Actor
from ingest import batches
from ingest.models import Item, Run
from ingest.walking import Found, Place, walk
from store.archive import Archive
from store.chunks import chunks

LISTED_AT_ONCE = 5000


def list_everything(
    archive: Archive, run: Run, roots: Sequence[str], *, tell: Callable[[int], None], stopped: Callable[[], bool]
) -> bool:
    """Everything met has its item and the run is listed; False where a person stopped it on the way.

    A listing broken off at any moment goes on after the last thing it kept. `tell` hears how many things each step
    added.
    """
    if run.listed:
        return True
    after = Place(run.listed_root, run.listed_to) if run.listed_to else None
    wanted = [Path(root) for root in _apart(roots, archive.settings.data)]
    found = walk(
        wanted, ignore=lambda folder: folder == archive.settings.data and str(folder) not in roots, after=after
    )
    for chunk in chunks(found, LISTED_AT_ONCE):
        if stopped():
            return False
        last = chunk[-1]
        with archive.writing() as session:
            batches.add_items(session, run, map(_met, chunk), listed_to=Place(last.root, last.disk_path))
        tell(len(chunk))
    with archive.writing() as session:
        session.get_one(Run, run.id).listed = True
    run.listed = True
    return True


def list_folders_again(
    archive: Archive, run: Run, *, actor: Actor, tell: Callable[[int], None], stopped: Callable[[], bool]
) -> bool:
    """Each folder that is tried again and can be opened now has been listed; False where a person stopped it.

    One that still cannot be opened is set aside again. Broken off at any moment, it goes on after the last thing it
    kept, as every listing does.
    """
    with archive.reading() as session:
        waiting = [item for item in batches.tried_again(session, run) if _is_folder(item.disk_path)]
        places = {item.id: batches.last_listed_under(session, run, item.disk_path) for item in waiting}
    for item in waiting:
        folder, last = Path(os.fsdecode(item.disk_path)), places[item.id]
        after = Place(0, last) if last else None
        found = walk([folder], ignore=lambda inside: inside == archive.settings.data, after=after)
        for chunk in chunks(found, LISTED_AT_ONCE):
            if stopped():
                return False
            problem = chunk[0].problem
            with archive.writing() as session:
                if problem is not None and chunk[0].disk_path == item.disk_path:
                    batches.end_quarantined(session, session.get_one(Item, item.id), problem, actor=actor)
                    break
                batches.add_items(session, run, [_met_under(item.path, each) for each in chunk])
            tell(len(chunk))
        else:
            with archive.writing() as session:
                batches.end_opened(session, session.get_one(Item, item.id), actor=actor)
    return True


def _is_folder(path: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _met_under(folder: str, found: Found) -> batches.Met:
    """What was met, with the folder's own place as it was first met: the walk knows only the folder's name."""
    inside = found.relative.partition("/")[2]
    return _met(replace(found, relative=f"{folder}/{inside}"))


def _apart(roots: Sequence[str], data: Path) -> list[str]:
    """The paths without those that lie in another of them, so that nothing is met twice in one run.

    What lies in the archive's own folder, as an upload does, is passed over on the way down and so is kept.
    """
    kept: list[str] = []
    for root in dict.fromkeys(roots):
        above = [other for other in roots if other != root and Path(root).is_relative_to(other)]
        if not above or (
            Path(root).is_relative_to(data) and not any(Path(other).is_relative_to(data) for other in above)
        ):
            kept.append(root)
    return kept


def _met(found: Found) -> batches.Met:
    name = found.relative.rsplit("/", 1)[-1]
    return batches.Met(found.relative, name, found.disk_path, found.size, found.problem)


def as_given(paths: Sequence[str]) -> list[str]:
    """The paths made absolute without following links, as a run keeps them."""
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100
