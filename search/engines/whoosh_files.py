"""Every call into Whoosh that opens or makes something, in one place; what it raises on a broken index, one error."""

import pickle
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError
from whoosh.index import TOC, FileIndex, LockError
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import CorruptIndexError, ReaderClosed, SegmentReader
from whoosh.writing import SegmentWriter

from search.engines.errors import MENDED, IndexBusyError, IndexUnreadableError, require_room
from search.engines.vocabulary import FILE_NAME

INDEX_NAME = "records"
_MEMORY_MB = 256
_LOCK_SECONDS = 5.0
_BROKEN = (
    CorruptIndexError,
    FileFormatError,
    WhooshIndexError,
    ReaderClosed,
    OSError,
    EOFError,
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


@contextmanager
def reading_files() -> Iterator[None]:
    """Whatever reading a broken index raises is one error. Only Whoosh's own reading belongs in the block.

    Whoosh unpickles what it finds, so a broken file can raise nearly anything.

    Raises:
        IndexBusyError: The system has no room to read them just now.
        IndexUnreadableError: The files cannot be read.
    """
    try:
        yield
    except _BROKEN as error:
        require_room(error)
        raise IndexUnreadableError(f"The search index cannot be read: {MENDED}.") from error


def open_storage(folder: Path) -> Any:
    """The folder as Whoosh sees it."""
    return FileStorage(str(folder))  # type: ignore[no-untyped-call]


def create_index(folder: Path, schema: Any) -> None:
    """An index without documents lies in the folder."""
    FileIndex.create(open_storage(folder), schema, INDEX_NAME)  # type: ignore[no-untyped-call]


def latest_generation(storage: Any) -> int:
    """The number of the last commit; -1 where there is no index."""
    return int(TOC._latest_generation(storage, INDEX_NAME))  # type: ignore[no-untyped-call]


def read_contents(storage: Any) -> Any:
    """The segments of the newest generation, its number and its schema."""
    with reading_files():
        return TOC.read(storage, INDEX_NAME)  # type: ignore[no-untyped-call]


def unused_files(folder: Path) -> list[Path]:
    """The files in the folder that are no part of the newest generation of the index."""
    contents = read_contents(open_storage(folder))
    used = {str(segment.segment_id()) for segment in contents.segments}
    used |= {f"_{INDEX_NAME}_{contents.generation}", f"{INDEX_NAME}_WRITELOCK", Path(FILE_NAME).stem}
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.split(".")[0] not in used]


def open_segment(storage: Any, schema: Any, segment: Any) -> Any:
    """A reader of one segment."""
    with reading_files():
        return SegmentReader(storage, schema, segment)


def open_writer(storage: Any) -> Any:
    """The one writer of the index.

    Raises:
        IndexBusyError: Something that does not keep to our own lock holds Whoosh's.
    """
    with reading_files():
        index = FileIndex(storage, indexname=INDEX_NAME)  # type: ignore[no-untyped-call]
        try:
            return SegmentWriter(index, timeout=_LOCK_SECONDS, limitmb=_MEMORY_MB)  # type: ignore[no-untyped-call]
        except LockError as error:
            raise IndexBusyError("The search index is being written elsewhere: try again shortly.") from error
