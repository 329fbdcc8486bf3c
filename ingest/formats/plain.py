"""Plain text, tables of text and XML, in whatever encoding they were written; the encoding is said, never hidden."""

import codecs
import re
from collections.abc import Iterator

from ingest.encodings import wide_without_mark
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

MAXIMUM_TEXT_BYTES = 64 * 1024**2
PAGE_LINES = 60
PAGE_CHARACTERS = 6000
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")


def decode_text(data: bytes) -> tuple[str, str]:
    """The text and a sentence that says in which encoding it was taken to be, and what of it could not be decoded."""
    text, sentence = _decoded(data)
    if count := text.count("\0"):
        sentence += f" {count} zero bytes, as a damaged disk leaves, were passed over: words may be missing there."
    return text, sentence


def miss_zeros(job: ReadingJob, text: str) -> None:
    """What stood where the text has zeros is named as lost; one alone at its very end is how some programs end it."""
    if "\0" in text.removesuffix("\0"):
        job.miss("what stood where the file now holds zero bytes")


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return text, f"The text is {encoding.removesuffix('-sig')}, by its own mark.{_replaced(text)}"
    declared = _XML_ENCODING.match(data)
    if declared:
        name = declared[1].decode("ascii")
        try:
            return data.decode(name), f"The text is {name.lower()}, as it declares."
        except (LookupError, UnicodeDecodeError):
            pass
    if wide := wide_without_mark(data):
        text = data.decode(wide, "replace")
        return text, f"The text has no mark and was taken to be {wide}, by where its zero bytes stand.{_replaced(text)}"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _broken_or_western(data)
    return (
        text,
        "The text is plain ASCII." if text.isascii() else "The text is UTF-8: every byte of it is valid as such.",
    )


def _broken_or_western(data: bytes) -> tuple[str, str]:
    """What is not wholly UTF-8: UTF-8 with faults where most of its long characters are whole, else an older kind."""
    text = data.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    whole = sum(not letter.isascii() for letter in text) - faults
    if whole > 4 * faults:
        return text, f"The text is UTF-8 with faults.{_replaced(text)}"
    try:
        text = data.decode("cp1252")
        name = "Windows-1252 (Western European)"
    except UnicodeDecodeError:  # five of its codes are no letters; in Latin-1 every code is one
        text, name = data.decode("latin-1"), "Latin-1 (Western European)"
    return text, f"The text is not UTF-8 and was taken to be {name}."


def _replaced(text: str) -> str:
    count = text.count("\ufffd")
    return f" {count} of its characters could not be decoded and stand as \ufffd." if count else ""


def paginate(text: str) -> list[str]:
    """The text in pieces of about a page, broken at form feeds, else between lines; always at least one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces: list[str] = []
    for sheet in text.split("\x0c"):
        lines: list[str] = []
        length = 0
        for line in sheet.split("\n"):
            for part in _short_parts(line):
                if lines and (len(lines) >= PAGE_LINES or length + len(part) > PAGE_CHARACTERS):
                    pieces.append("\n".join(lines))
                    lines, length = [], 0
                lines.append(part)
                length += len(part) + 1
        pieces.append("\n".join(lines))
    while len(pieces) > 1 and not pieces[-1].strip():
        pieces.pop()
    return pieces


def _short_parts(line: str) -> list[str]:
    if len(line) <= PAGE_CHARACTERS:
        return [line]
    parts: list[str] = []
    while len(line) > PAGE_CHARACTERS:
        cut = line.rfind(" ", PAGE_CHARACTERS // 2, PAGE_CHARACTERS)
        cut = cut if cut > 0 else PAGE_CHARACTERS
        parts.append(line[:cut])
        line = line[cut:].lstrip(" ")
    return [*parts, line]


def text_pages(text: str, *, heading: str | None = None, first_number: int = 1, reason: str = "") -> list[PageReading]:
    """The text as pages that were read as they stand."""
    pages = []
    for number, piece in enumerate(paginate(text), first_number):
        blank = not piece.strip()
        why = "blank: the file has no text here" if blank else reason
        pages.append(
            PageReading(number, piece, "none" if blank else "native", unread=blank, reason=why, heading=heading)
        )
    return pages


def read_plain(job: ReadingJob) -> Iterator[Yielded]:
    """The text of the file, page by page."""
    if job.path.stat().st_size > MAXIMUM_TEXT_BYTES:
        raise UnreadableFile("too-large")
    text, encoding = decode_text(job.path.read_bytes())
    job.facts.note(encoding)
    miss_zeros(job, text)
    yield from text_pages(text, reason="the file is text")
