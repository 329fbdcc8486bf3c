"""Every call into Tantivy that opens, makes or commits something; what goes wrong with its files, one error."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from search.engines.errors import MENDED, IndexBusyError, IndexUnreadableError, require_room
from search.engines.tantivy_schema import KEPT, make_schema
from search.engines.vocabulary import Vocabulary
from store.errors import DamagedError
from store.trouble import DISK, NO_ROOM

_WRITER_BYTES = 96 * 2**20
_PREFIX = "in-"
_CONTENTS = "meta.json"
_LIST = "compartments.json"
_SETTINGS = "index_settings"
_NOT_WRITTEN = ("index writer was killed", *map(os.strerror, NO_ROOM))
"""What Tantivy says where a file could not be written, or a thread of its writer, which only makes new ones, could not.
"""
_BLOCK_BYTES = 1_024
"""So much of what is kept is unpacked for one document that is read; Tantivy's own 16 KB took two and a half times as
long, and saved a fifteenth of the room."""

Mark = tuple[tuple[str, int, int], ...]


@contextmanager
def reading_files() -> Iterator[None]:
    """Whatever Tantivy raises on a broken index is one error. Only calls into Tantivy belong in the block.

    Raises:
        IndexBusyError: The system has no room to read them just now.
        DamagedError: What was to be written could not be; what was there before stands.
        IndexUnreadableError: The files cannot be read.
    """
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        require_room(error)
        if any(said in str(error) for said in _NOT_WRITTEN):
            raise DamagedError(DISK) from error
        raise IndexUnreadableError(f"The search index cannot be read: {MENDED}.") from error
    except BaseException as error:
        # What a broken file makes Tantivy's own code give up with is no Exception and has no name to import.
        if type(error).__name__ == "PanicException":
            raise IndexUnreadableError(f"The search index cannot be read: {MENDED}.") from error
        raise


def compartment_folder(folder: Path, compartment: str) -> Path:
    """Where the documents of one compartment lie; a compartment's name is data, never part of a path."""
    return folder / f"{_PREFIX}{compartment.encode().hex()}"


def list_compartments(folder: Path, compartments: list[str]) -> None:
    """The folder says that these compartments have an index in it, so that one that is lost is missed."""
    _write(folder / _LIST, sorted(compartments))


def compartments_in(folder: Path) -> list[str]:
    """The compartments that have an index in the folder, in order."""
    with reading_files():
        return [str(name) for name in json.loads((folder / _LIST).read_text(encoding="utf-8"))]


class FolderMark:
    """What changes whenever something in the folder is committed; looked at for every question that is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._list = folder / _LIST
        self._listed: tuple[int, int] | None = None
        self._contents: list[tuple[str, Path]] = []

    def read(self) -> Mark:
        """The mark as it is now."""
        with reading_files():
            state = self._list.stat()
            # The list is only ever replaced by a new file, so the same file says the same.
            if self._listed != (state.st_ino, state.st_mtime_ns):
                names = compartments_in(self._folder)
                self._contents = [(name, compartment_folder(self._folder, name) / _CONTENTS) for name in names]
                self._listed = (state.st_ino, state.st_mtime_ns)
            states = [(name, contents.stat()) for name, contents in self._contents]
        return tuple((name, found.st_ino, found.st_mtime_ns) for name, found in states)


def _write(path: Path, content: Any) -> None:
    """The file says this, or after a crash what it said before."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def unused_files(folder: Path) -> list[Path]:
    """The files in the indexes of the folder that are no part of their last commits."""
    found: list[Path] = []
    for compartment in compartments_in(folder):
        inside = compartment_folder(folder, compartment)
        with reading_files():
            segments = json.loads((inside / _CONTENTS).read_text(encoding="utf-8"))["segments"]
            used = {str(segment["segment_id"]).replace("-", "") for segment in segments}
        own = (path for path in sorted(inside.iterdir()) if path.name != _CONTENTS and not path.name.startswith("."))
        found += [path for path in own if path.name.split(".")[0] not in used]
    return found


def open_index(folder: Path, compartment: str, *, make: bool = False) -> tantivy.Index:
    """The index of one compartment, made where there is none yet if that is wished."""
    path = compartment_folder(folder, compartment)
    with reading_files():
        if make and not (path / _CONTENTS).exists():
            _make_index(path)
        index = tantivy.Index.open(str(path))
        # Opened anew by us when a commit shows, not by a thread that looks now and then.
        index.config_reader("manual")
        return index


def _make_index(path: Path) -> None:
    path.mkdir(exist_ok=True)
    tantivy.Index(make_schema(), path=str(path))
    # The binding has no way to ask for this; Tantivy reads it (`IndexSettings`) when the index is opened, and keeps it.
    contents = json.loads((path / _CONTENTS).read_text(encoding="utf-8"))
    contents[_SETTINGS]["docstore_blocksize"] = _BLOCK_BYTES
    _write(path / _CONTENTS, contents)


def open_writer(index: tantivy.Index) -> tantivy.IndexWriter:
    """The one writer of the index.

    Raises:
        IndexBusyError: Something that does not keep to our own lock writes it.
    """
    with reading_files():
        try:
            return index.writer(_WRITER_BYTES, 1)
        except ValueError as error:
            if "lock" not in str(error).lower():
                raise
            raise IndexBusyError("The search index is being written elsewhere: try again shortly.") from error


def count_of(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """The exact number of documents that the query matches."""
    # The binding's own list of types leaves the count out.
    found: Any = searcher.search(query, limit=1)
    return int(found.count)


@dataclass(frozen=True, slots=True)
class View:
    """One generation of the index of one compartment."""

    compartment: str
    schema: tantivy.Schema
    searcher: tantivy.Searcher


def kept_of(view: View, addresses: Iterable[tantivy.DocAddress]) -> Iterator[bytes]:
    """The packed words of the documents, one after the other."""
    return (bytes(view.searcher.doc(address).get_first(KEPT) or b"") for address in addresses)


class OpenFolder:
    """The indexes of one folder, one for each compartment, as of their newest commits.

    A document that somebody may not see is in an index that is not asked for them: nothing about it can be in a
    count, a score or a suggestion.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.vocabulary = Vocabulary(folder)
        self._indexes: dict[str, tantivy.Index] = {}
        self._views: list[View] = []
        self._folder_mark = FolderMark(folder)
        self._mark: Mark | None = None

    def views(self) -> list[View]:
        """The newest generation of each compartment's index."""
        mark = self._folder_mark.read()
        if mark != self._mark:
            views = []
            for compartment, *_ in mark:
                if compartment not in self._indexes:
                    self._indexes[compartment] = open_index(self.path, compartment)
                index = self._indexes[compartment]
                with reading_files():
                    index.reload()
                    views.append(View(compartment, index.schema, index.searcher()))
            self.vocabulary.refresh()
            self._views, self._mark = views, mark
        return self._views
