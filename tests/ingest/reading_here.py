"""Reads a file as the child does, without the child, for tests of single formats."""

import tempfile
from pathlib import Path

import pytest

from ingest.formats import registry
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.reading import FileReading, MemberFound, PageReading, UnreadableFile


def read_here(path: Path, *, name: str = "", passwords: tuple[str, ...] = ()) -> FileReading:
    """The file's pages, members and facts; its members lie in a new folder beside it."""
    kind = identify(path, name=name or path.name)
    spool = Path(tempfile.mkdtemp(prefix=f"{path.name}-spool-", dir=path.parent))
    job = ReadingJob(path=path, media_type=kind.media_type, name=name or path.name, spool=spool, passwords=passwords)
    found = list(registry.read(kind, job))
    return FileReading(
        kind.media_type,
        kind.label,
        pages=[one for one in found if isinstance(one, PageReading)],
        members=[one for one in found if isinstance(one, MemberFound)],
        **job.facts.to_dict(),
    )


def all_text(reading: FileReading) -> str:
    return "\n".join(page.text for page in reading.pages)


def put(folder: Path, data: bytes, name: str = "file") -> Path:
    """A file of these bytes."""
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(path: Path) -> UnreadableFile:
    """Why the file is not read."""
    with pytest.raises(UnreadableFile) as refused:
        read_here(path)
    return refused.value


def missing(reading: FileReading) -> str:
    """What the last page names as lost; that page is unread."""
    last = reading.pages[-1]
    assert last.heading == "Missing from the file"
    assert last.unread
    assert last.number == len(reading.pages)
    return last.text
