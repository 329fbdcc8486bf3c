"""Where files were found, as far as an actor may know of the containers that they lay in.

The path of an attachment names the message around it, and a message from a lawyer says much by its name alone.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import OPEN, PRIVILEGED, RESTRICTED, Record, RecordFile
from store.chunks import chunks

INSIDE = "!/"
"""Stands in a path between a container and what lay in it."""
Found = tuple[str, str]
"""The batch that a file came in, and its path there."""


def known_paths(session: Session, found: Iterable[Found], *, compartments: Collection[str]) -> dict[Found, str]:
    """What may be said of each path; what lay in a container outside these compartments has its own name alone.

    A container that may not be known of leaves no trace: neither its name nor the folder it was in.
    """
    around = {each: _containers(each[1]) for each in found}
    hidden = _hidden(session, {path for paths in around.values() for path in paths}, compartments)
    return {
        each: next((each[1][len(path) + len(INSIDE) :] for path in paths if (each[0], path) in hidden), each[1])
        for each, paths in around.items()
    }


def place_of(file: RecordFile) -> Found:
    """What `known_paths` knows the file by."""
    return file.batch, file.path


def _containers(path: str) -> list[str]:
    """The paths of what it may lie in, the innermost first."""
    parts = path.split(INSIDE)
    return [INSIDE.join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def _hidden(session: Session, paths: set[str], compartments: Collection[str]) -> set[Found]:
    """Those of these paths, with their batches, at which a record outside the compartments was found."""
    closed = sorted({OPEN, RESTRICTED, PRIVILEGED} - set(compartments))
    if not closed:
        return set()
    # Few records are marked, and paths have no index: the marked ones are looked up, not the paths.
    query = select(RecordFile.batch, RecordFile.path).join(Record).where(Record.compartment.in_(closed))
    return {
        (row.batch, row.path)
        for some in chunks(sorted(paths), 500)
        for row in session.execute(query.where(RecordFile.path.in_(some)))
    }
