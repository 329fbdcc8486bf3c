"""Pictures of pages, made once in a confined child and kept beside the original."""

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.rendering import render_page, render_small
from records.models import Page, Record
from store.files import FileStore

# Small pictures are made some together, because starting the child costs more than drawing one.
TOGETHER = 8
_at_work: dict[str, tuple[threading.Lock, int]] = {}
_guard = threading.Lock()


def page_picture(files: FileStore, record: Record, page: Page) -> bytes:
    """The page's picture at the size of a screen.

    Raises:
        UnreadableFile: The page cannot be shown; the sentence says why.
    """
    kept = _place(files, record, page, "page")
    if kept.is_file():
        return kept.read_bytes()
    with files.scratch() as folder:
        made = render_page(
            files.readable(record.sha256), record.media_type, page.number, rotation=page.rotation, folder=folder
        )
    _write_whole(kept, made.data)
    return made.data


def small_picture(files: FileStore, record: Record, page: Page, pages: Sequence[Page]) -> bytes:
    """The page's small picture; those of its neighbours among `pages` are made with it.

    Raises:
        UnreadableFile: The page cannot be shown; the sentence says why.
    """
    kept = _place(files, record, page, "small")
    if kept.is_file():
        return kept.read_bytes()
    block = (page.number - 1) // TOGETHER
    # A browser asks for all pictures of a list at once: one of the requests draws, the others wait for what it drew.
    with _alone(f"{record.sha256}:{block}"):
        if not kept.is_file():
            wanted = {
                each.number: each
                for each in pages
                if (each.number - 1) // TOGETHER == block and not _place(files, record, each, "small").is_file()
            }
            with files.scratch() as folder:
                made = render_small(
                    files.readable(record.sha256),
                    record.media_type,
                    {number: each.rotation for number, each in wanted.items()},
                    folder=folder,
                )
            for number, data in made.items():
                _write_whole(_place(files, record, wanted[number], "small"), data)
    # A page that could not be drawn small says why when it is asked for by itself.
    return kept.read_bytes() if kept.is_file() else page_picture(files, record, page)


def _place(files: FileStore, record: Record, page: Page, size: str) -> Path:
    # The turn is part of the name: a page that is read again the other way up has another picture.
    turned = f"-{page.rotation}" if page.rotation else ""
    return files.derivative(record.sha256, f"{size}-{page.number:05d}{turned}.jpg")


@contextmanager
def _alone(key: str) -> Iterator[None]:
    """One thread at a time for each key; a key that nobody waits for is forgotten."""
    with _guard:
        lock, waiting = _at_work.get(key, (threading.Lock(), 0))
        _at_work[key] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, waiting = _at_work[key]
            if waiting == 1:
                del _at_work[key]
            else:
                _at_work[key] = (lock, waiting - 1)


def _write_whole(target: Path, data: bytes) -> None:
    """The file is there with all its bytes, or not at all, whoever else is writing it."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix="making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
