"""Writes one PDF from front to back, so that memory does not grow with the number of pages.

A PDF library that holds the whole document needs memory for every page. Here each document is prepared by qpdf on
its own, its objects are copied across with new numbers, and it is forgotten; what stays is eight bytes per object.
"""

import hashlib
import re
import zlib
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from disclosure.bundle_own_digest import MARK
from disclosure.bundle_spec import BundleError

_FLUSH_AT = 1 << 20
_CHUNK = 1 << 20
_LARGEST_FILE = 9_999_999_999  # offsets have ten digits
# qpdf escapes parentheses inside a literal string, so a string ends at the first bare one.
_ACTIONS = (
    rb"JavaScript|Launch|URI|GoToR|GoToE|GoTo|SubmitForm|ImportData|ResetForm|Rendition|Movie|Sound|Hide|Named|Thread|"
    rb"SetOCGState|RichMediaExecute|GoTo3DView"
)
_REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|\b(\d+) 0 R\b|/S /(?:%s)\b" % _ACTIONS, re.DOTALL)
_STREAM_AT = b"\nstream\n"


def number_text(value: float) -> bytes:
    """A number as PDF wants it: no exponent, no needless digits."""
    whole = int(value)
    if value == whole:
        return b"%d" % whole
    return (b"%.4f" % value).rstrip(b"0").rstrip(b".")


def pdf_text(value: str) -> bytes:
    """A text string object that carries any character."""
    return b"<FEFF" + value.encode("utf-16-be", "replace").hex().upper().encode("ascii") + b">"


def pdf_bytes(value: bytes) -> bytes:
    """A literal string object for bytes."""
    escaped = value.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r")
    return b"(" + escaped + b")"


class PdfWriter:
    """Objects go out in any order, each once; the table of where they lie is written at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self._position = 0
        self._offsets = array("Q", [0])
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self, count: int = 1) -> int:
        """The first of `count` new object numbers in a row."""
        first = len(self._offsets)
        self._offsets.extend(array("Q", bytes(8 * count)))
        return first

    def put(self, number: int, body: bytes) -> None:
        """The object stands in the file under its number."""
        self._start(number)
        self._write(body + b"\nendobj\n")

    def put_stream(self, number: int, entries: bytes, data: bytes, *, compress: bool = True) -> None:
        """The stream stands in the file; `entries` are its dictionary's further entries."""
        if compress:
            data = _compressed(data)
            entries += b" /Filter /FlateDecode"
        self._start(number)
        self._write(b"<< %s /Length %d >>\nstream\n" % (entries, len(data)))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def put_file(self, number: int, entries: bytes, path: Path, *, sha256: str) -> int:
        """A file's bytes stand in the bundle unaltered, and were what they should be; gives their count."""
        size = path.stat().st_size
        digest = hashlib.sha256()
        copied = 0
        self._start(number)
        self._write(b"<< %s /Length %d >>\nstream\n" % (entries, size))
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                copied += len(chunk)
                self._write(chunk)
        self._write(b"\nendstream\nendobj\n")
        if copied != size or digest.hexdigest() != sha256:
            raise BundleError(f"{path.name} changed while it was being attached: check the store and make it again.")
        return size

    def adopt(self, source: BinaryIO) -> "Adopted":
        """Every object of a PDF just written by qpdf is copied, but for its catalogue, whose lists are read out."""
        table = _read_table(source)
        base = self.reserve(len(table.offsets) - 1) - 1
        catalogue = b""
        for old, start in enumerate(table.offsets[1:], start=1):
            stop = table.offsets[old + 1] if old + 1 < len(table.offsets) else table.end
            if old == table.root:
                source.seek(start)
                catalogue = source.read(stop - start)
            else:
                self._copy_object(source, base + old, start, stop, base)
        return Adopted(*(_listed(catalogue, key, base) for key in (b"Forms", b"Layers", b"Hidden")))

    def finish(self, root: int, info: int, identity: bytes) -> str:
        """The table and trailer are written; gives the SHA-256 of the whole file."""
        table_at = self._position
        if table_at > _LARGEST_FILE:
            raise BundleError("The bundle would be larger than 10 GB, which PDF cannot hold: divide it in volumes.")
        size = len(self._offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for offset in self._offsets[1:]:
            # A number reserved and never used is free, not a hole that readers stumble on.
            self._write(b"%010d 00000 n \n" % offset if offset else b"0000000000 65535 f \n")
        mark = identity.hex().encode("ascii")
        self._write(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\n" % (size, root, info, mark, mark)
        )
        self._write(MARK)
        self._flush()
        end = b"\nstartxref\n%d\n%%%%EOF\n" % table_at
        own = self._digest.copy()
        own.update(end)
        self._write(own.hexdigest().encode("ascii") + end)
        self._flush()
        return self._digest.hexdigest()

    def _copy_object(self, source: BinaryIO, number: int, start: int, stop: int, base: int) -> None:
        source.seek(start)
        # The dictionary of a stream is short; its data may be hundreds of megabytes and is passed through in pieces.
        first = source.read(min(stop - start, _CHUNK))
        body = first[first.index(b"obj\n") + 4 :]
        cut = body.find(_STREAM_AT)
        while cut < 0 and len(first) < stop - start:
            more = source.read(min(stop - start - len(first), _CHUNK))
            first += more
            body += more
            cut = body.find(_STREAM_AT)
        head, rest = (body, b"") if cut < 0 else (body[:cut], body[cut:])
        self._start(number)
        self._write(renumber(head, base))
        self._write(rest)
        left = stop - start - len(first)
        while left > 0:
            chunk = source.read(min(left, _CHUNK))
            if not chunk:
                raise BundleError("A document's prepared copy ended early: check the disk and make the bundle again.")
            left -= len(chunk)
            self._write(chunk)

    def _start(self, number: int) -> None:
        if self._offsets[number]:
            raise BundleError(f"Object {number} of the bundle was written twice: this is a fault in Candour.")
        self._offsets[number] = self._position
        self._write(b"%d 0 obj\n" % number)

    def _write(self, data: bytes) -> None:
        self._position += len(data)
        self._pending += data
        if len(self._pending) >= _FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        self._digest.update(self._pending)
        self._stream.write(self._pending)
        self._pending.clear()


def renumber(head: bytes, base: int) -> bytes:
    """Every reference in the text of an object is raised by `base`, and no action is left; strings are left alone.

    Nothing that could start an action is copied (pages are redrawn as pictures of content alone), so an action here
    could only be an orphan; taking its name away costs nothing and leaves nothing to argue about.
    """

    def raised(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return b"%d 0 R" % (int(match[1]) + base)
        return b"/S /Removed" if match[0].startswith(b"/S") else match[0]

    return _REFERENCE.sub(raised, head)


def _compressed(data: bytes) -> bytes:
    """Small streams get a small window: setting up the usual one takes longer than compressing a footer."""
    if len(data) > 4096:
        return zlib.compress(data, 5)
    packer = zlib.compressobj(5, zlib.DEFLATED, 12, 4)
    return packer.compress(data) + packer.flush()


@dataclass(frozen=True, slots=True)
class Adopted:
    """The new numbers of what a prepared PDF listed: its pages as forms, its layers, and those its maker hid."""

    forms: tuple[int, ...]
    layers: tuple[int, ...]
    hidden: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    offsets: list[int]
    end: int
    root: int


def _listed(catalogue: bytes, key: bytes, base: int) -> tuple[int, ...]:
    found = re.search(rb"/Candour" + key + rb" \[([^\]]*)\]", catalogue)
    return tuple(int(number) + base for number in re.findall(rb"(\d+) 0 R", found[1])) if found else ()


def _read_table(source: BinaryIO) -> _Table:
    source.seek(0, 2)
    size = source.tell()
    source.seek(max(0, size - 2048))
    tail = source.read()
    at = int(tail[tail.rindex(b"startxref\n") + 10 :].split(b"\n", 1)[0])
    source.seek(at)
    table = source.read(size - at)
    header, count_line, _ = table.split(b"\n", 2)
    first, count = (int(part) for part in count_line.split())
    root = re.search(rb"/Root (\d+) 0 R", table)
    if header != b"xref" or first != 0 or root is None:
        raise BundleError("A document's prepared copy has an unexpected layout: this is a fault in Candour.")
    begin = len(header) + len(count_line) + 2
    offsets = [int(table[begin + 20 * n : begin + 20 * n + 10]) for n in range(count)]
    return _Table(offsets, at, int(root[1]))
