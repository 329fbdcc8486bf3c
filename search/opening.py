"""The engine of this archive, opened once in a process and shared by its threads."""

import importlib
import threading
from pathlib import Path
from typing import cast

from search.engine import SearchEngine
from store.archive import Archive

# Loaded by name: an engine that is not chosen costs neither time nor memory.
ENGINES = {
    "whoosh": ("search.engines.whoosh", "open_engine"),
    "tantivy": ("search.engines.tantivy", "open_engine"),
    "opensearch+https": ("search.engines.opensearch", "open_engine"),
    "opensearch+http": ("search.engines.opensearch", "open_engine"),
}
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


def close_engine(archive: Archive) -> None:
    """The index's files are let go, before the folder is replaced or removed."""
    with _lock:
        engine = _open.pop(archive.settings.index, None)
    if engine is not None:
        engine.close()
