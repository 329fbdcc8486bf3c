"""The pages of one file as they are read, kept on disk until its record is registered: a killed run loses none of them.

A journal belongs to the bytes it was read from, to the limits it was read under, and to the code that read it; one that
belongs to anything else is not gone on with. Each page is sealed with what stands before it, so that a torn end, or a
page from elsewhere, is seen and read again.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO, overload

from ingest.reading import PageReading

# A file of few pages is read again sooner than a journal of it is written; a long one must not fill the memory.
IN_MEMORY = 8
_FRAME = struct.Struct(">I16s")
_MAGIC = b"candour pages 1\n"


class PageJournal(Sequence[PageReading]):
    """Pages from the first on, without gaps; the first few in memory, and from then on all of them on disk."""

    def __init__(self, path: Path, *, belongs_to: str) -> None:
        """Goes on with what the file at `path` holds, as far as it is whole and belongs to the same."""
        self._path = path
        self._seed = hashlib.sha256(belongs_to.encode()).digest()[:16]
        self._held: list[PageReading] = []
        self._places: list[int] = []
        self._end = len(_MAGIC) + len(self._seed)
        self._seal = self._seed
        self._file: BinaryIO | None = None
        self.notes: list[str] = []
        if path.exists():
            self._go_on()

    def __len__(self) -> int:
        return len(self._places) or len(self._held)

    @overload
    def __getitem__(self, index: int) -> PageReading: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PageReading]: ...
    def __getitem__(self, index: int | slice) -> PageReading | Sequence[PageReading]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if self._file is None:
            return self._held[index]
        self._file.seek(self._places[index])
        size, _ = _FRAME.unpack(self._file.read(_FRAME.size))
        return _page(self._file.read(size))

    def __iter__(self) -> Iterator[PageReading]:
        for index in range(len(self)):
            yield self[index]

    def add(self, page: PageReading, notes: Sequence[str] = ()) -> None:
        """The page is kept after those before it, with what is to be said of the file so far.

        Raises:
            ValueError: It is not the page that follows.
            OSError: It cannot be written.
        """
        if page.number != len(self) + 1:
            raise ValueError(f"page {page.number} does not follow page {len(self)}")
        self.notes = [*self.notes, *(note for note in notes if note not in self.notes)]
        if self._file is None:
            self._held.append(page)
            if len(self._held) > IN_MEMORY:
                self._spill()
            return
        self._write(page)

    def remove(self) -> None:
        """Nothing of it is left on disk: its record is registered, or its file set aside."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """The file is closed; what it holds stays, to be gone on with."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        held, self._held = self._held, []
        self._file = self._path.open("w+b", buffering=0)
        self._path.chmod(0o600)
        self._file.write(_MAGIC + self._seed)
        for page in held:
            self._write(page)

    def _write(self, page: PageReading) -> None:
        assert self._file is not None
        plain = json.dumps({"page": page.to_dict(), "notes": self.notes}, separators=(",", ":"))
        body = zlib.compress(plain.encode("utf-8", "surrogatepass"), 1)
        seal = hashlib.blake2b(self._seal + body, digest_size=16).digest()
        frame = _FRAME.pack(len(body), seal) + body
        self._file.seek(self._end)
        # Unbuffered: once this returns, the page outlives this process.
        self._file.write(frame)
        self._places.append(self._end)
        self._end += len(frame)
        self._seal = seal

    def _go_on(self) -> None:
        file = self._path.open("r+b", buffering=0)
        if file.read(len(_MAGIC)) != _MAGIC or file.read(len(self._seed)) != self._seed:
            file.close()
            self._path.unlink()
            return
        size_on_disk = self._path.stat().st_size
        while self._end + _FRAME.size <= size_on_disk:
            file.seek(self._end)
            size, seal = _FRAME.unpack(file.read(_FRAME.size))
            if self._end + _FRAME.size + size > size_on_disk:
                break
            body = file.read(size)
            if hashlib.blake2b(self._seal + body, digest_size=16).digest() != seal:
                break
            self._places.append(self._end)
            self._end += _FRAME.size + size
            self._seal = seal
            self.notes = json.loads(zlib.decompress(body))["notes"]
        file.truncate(self._end)
        if self._places:
            self._file = file
        else:
            file.close()
            self._path.unlink()


def _page(body: bytes) -> PageReading:
    return PageReading.from_dict(json.loads(zlib.decompress(body))["page"])


def belonging(sha256: str, *, name: str, page_seconds: float, memory_bytes: int) -> str:
    """What a journal belongs to: the bytes, the kind their name says, the limits, and the code that reads."""
    kind = Path(name).suffix.lower()
    return f"{sha256} {kind} {page_seconds} {memory_bytes} {reading_code()}"


@cache
def reading_code() -> str:
    """The digest of everything in this package: pages read by another version of it are read again."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(here.rglob("*.py")):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
