"""One file on its way through a reader: what the reader is given, and how it reports that it is alive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path

from ingest.reading import FileFacts, MemberFound, PageReading, UnreadableFile

Yielded = PageReading | MemberFound
Reader = Callable[["ReadingJob"], Iterator[Yielded]]

MAXIMUM_MEMBERS = 50_000
MAXIMUM_MEMBER_BYTES = 2 * 1024**3
MAXIMUM_SPOOLED_BYTES = 8 * 1024**3
# Ordinary office files pack 20 to 1, empty scans 200 to 1; what packs a thousand to one was made to.
MAXIMUM_RATIO = 400
RATIO_FREE_BYTES = 64 * 1024**2


def _no_total(total: int) -> None:
    return


@dataclass
class ReadingJob:
    """What a reader is given: the file, its kind, where members go, which page to start at, and whom to tell."""

    path: Path
    media_type: str
    name: str
    spool: Path
    # Tried on what is protected; never written anywhere, in no note and no reason.
    passwords: tuple[str, ...] = ()
    first_page: int = 1
    careful_page: int | None = None
    facts: FileFacts = field(default_factory=FileFacts)
    announce: Callable[[int], None] = _no_total
    # What should be in the file and is not, because it is cut off or damaged, and what of it nothing reads: an unread
    # page names it at the end, in these lines.
    missing: list[str] = field(default_factory=list)
    # Pages of a repaired PDF that lack some of what is drawn on them.
    cut_pages: set[int] = field(default_factory=set)
    # What looking for ruled tables has taken of this file so far.
    table_seconds: float = 0.0
    _members: int = 0
    _spooled_bytes: int = 0

    def miss(self, what: str, *, because: str = "Damaged") -> None:
        """Something of the file is lost, in words that follow “Damaged:”; its record says so on an unread page."""
        line = f"{because}: {what}"
        if line not in self.missing:
            self.missing.append(line)

    def skip_member(self) -> None:
        """A member that cannot be taken out now keeps its place, so that later the others still have theirs."""
        self._members += 1

    def member(
        self, name: str, chunks: Iterator[bytes] | list[bytes], *, packed_bytes: int | None = None
    ) -> MemberFound:
        """The member's bytes are in the spool folder, unless they break a limit.

        Raises:
            UnreadableFile: There are too many members, or they unpack to too much.
        """
        self._members += 1
        if self._members > MAXIMUM_MEMBERS:
            raise UnreadableFile("bomb", "The file holds more members than the limit; it was not unpacked further.")
        target = self.spool / f"{self._members:06d}"
        written = 0
        limit = max(RATIO_FREE_BYTES, (packed_bytes or 0) * MAXIMUM_RATIO)
        # Members can share the packed bytes they are made from, so that no single one of them looks like a bomb.
        in_all = min(MAXIMUM_SPOOLED_BYTES, max(RATIO_FREE_BYTES, self.path.stat().st_size * MAXIMUM_RATIO))
        with target.open("xb", buffering=0) as out:
            for chunk in chunks:
                written += len(chunk)
                self._spooled_bytes += len(chunk)
                if (packed_bytes is not None and written > limit) or self._spooled_bytes > in_all:
                    raise UnreadableFile("bomb")
                if written > MAXIMUM_MEMBER_BYTES:
                    raise UnreadableFile("too-large", "A member of the file is larger than the limit for one file.")
                _write(out, chunk)
        target.chmod(0o600)
        return MemberFound(name=shown_name(name), path=target, position=self._members)


def _write(out: RawIOBase, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        try:
            view = view[out.write(view) or 0 :]
        except OSError as error:  # the disk's fault, which must never be taken for damage in the file
            raise UnreadableFile("no-room") from error


def shown_name(name: str) -> str:
    """A name as it can be shown and stored: bytes that are no text are written as escapes, never dropped."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in name)


def _escaped(letter: str) -> str:
    code = ord(letter)
    # Python carries a byte that is no UTF-8 as a lone surrogate from U+DC80 on; show the byte it stands for.
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\x{code:02x}"
