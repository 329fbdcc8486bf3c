"""The engine of this archive, opened once in a process and shared by its threads."""

import importlib
import threading
from pathlib import Path
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.models import IndexNeed, Record
from search.engine import SearchEngine
from search.engines.errors import IndexUnreadableError
from store.archive import Archive
from store.errors import DamagedError

# Loaded by name: an engine that is not chosen costs neither time nor memory.
ENGINES = {
    "whoosh": ("search.engines.whoosh", "open_engine"),
    "tantivy": ("search.engines.tantivy", "open_engine"),
    "opensearch+https": ("search.engines.opensearch", "open_engine"),
    "opensearch+http": ("search.engines.opensearch", "open_engine"),
}
_WAITING = select(IndexNeed.record_id).limit(1)

_open: dict[Path, SearchEngine] = {}
_lock = threading.Lock()


def engine_of(archive: Archive) -> SearchEngine:
    """The engine that the settings choose, over the archive's index folder."""
    folder = archive.settings.index
    with _lock:
        if folder not in _open:
            module, name = ENGINES[archive.settings.search_url.split(":")[0]]
            _open[folder] = cast(SearchEngine, getattr(importlib.import_module(module), name)(archive.settings))
        return _open[folder]


def is_behind(session: Session) -> bool:
    """Whether any record waits to be put into the index, or out of it."""
    return session.scalar(_WAITING) is not None


def is_lost(session: Session, engine: SearchEngine) -> bool:
    """Whether the index is empty although more records are held than wait to be put into it."""
    return not engine.document_count and is_incomplete(session, engine)


def is_incomplete(session: Session, engine: SearchEngine) -> bool:
    """Whether the index holds fewer records than are held and wait for nothing; it counts every record.

    Sure only while nobody else writes the index.
    """
    settled = Record.purged_at.is_(None) & Record.id.not_in(select(IndexNeed.record_id))
    return engine.document_count < (session.scalar(select(func.count(Record.id)).where(settled)) or 0)


def is_unreadable(engine: SearchEngine) -> bool:
    """Whether the files of the index cannot be read: now, or by somebody who needed more of them since it was made."""
    try:
        _ = engine.document_count
    except IndexUnreadableError:
        return True
    return engine.is_doubted


def refuse_if_lost(session: Session, engine: SearchEngine) -> None:
    """Returns unless the index has lost what it had: whatever it finds then would be silently empty.

    Raises:
        DamagedError: It is lost.
    """
    if is_lost(session, engine):
        # Without a number: it would count what whoever asks may not see.
        raise DamagedError(
            "Nothing was searched, because the search index is empty although the archive holds records: have "
            "`candour index rebuild` run, which makes it anew from the database. Nothing is lost."
        )


def close_engine(archive: Archive) -> None:
    """The index's files are let go, before the folder is replaced or removed."""
    with _lock:
        engine = _open.pop(archive.settings.index, None)
    if engine is not None:
        engine.close()
