"""Rich Text documents."""

import re
from collections.abc import Callable, Iterator

from striprtf import striprtf

from ingest.formats.plain import MAXIMUM_TEXT_BYTES, text_pages
from ingest.formats.rtf_objects import set_in
from ingest.job import ReadingJob, Yielded
from ingest.reading import UnreadableFile

_INFO = {name: re.compile(rb"\{\\" + name.encode() + rb" ([^{}\\]{1,300})\}") for name in ("title", "author")}


# Bytes set in as they are may be braces too, and a brace of the text has a stroke before it.
_BRACE = re.compile(rb"\\bin(\d{1,9}) ?|\\.|[{}]", re.DOTALL)

_convert: Callable[..., str] = striprtf.rtf_to_text


def rtf_text(data: bytes) -> str:
    """The text of a Rich Text document, without its formatting."""
    # RTF is ASCII with escapes; bytes above that are in the code page it names, most often this one.
    return _convert(data.decode("cp1252", "replace"), errors="replace")


def _end(data: bytes) -> int:
    """Where the brace that opens the document is closed; 0 where it is not."""
    depth = at = 0
    while found := _BRACE.search(data, at):
        at = found.end() + int(found[1] or 0)
        depth += (found[0] == b"{") - (found[0] == b"}")
        if depth == 0 and found[0] == b"}":
            return at
    return 0


def read_rich_text(job: ReadingJob) -> Iterator[Yielded]:
    """The text of the document, without its formatting, then the pictures and files set into it."""
    if job.path.stat().st_size > MAXIMUM_TEXT_BYTES:
        raise UnreadableFile("too-large")
    data = job.path.read_bytes()
    for name, pattern in _INFO.items():
        if found := pattern.search(data):
            setattr(job.facts, name, found[1].decode("cp1252", "replace"))
    try:
        text = rtf_text(data)
    except (ValueError, LookupError, IndexError, TypeError, KeyError) as error:
        raise UnreadableFile(
            "damaged", "The Rich Text document is damaged and could not be read; ask its holder for another copy."
        ) from error
    inside = list(set_in(data))
    end = _end(data)
    if not end:
        job.miss("what may follow: the document has no proper end")
        if not text.strip() and not inside:
            raise UnreadableFile("damaged")
    if b"\0" in data[: end or None].rstrip(b"\0") and b"\\bin" not in data:
        job.miss("what stood where the file now holds zero bytes")
    yield from text_pages(text, reason="the file is a Rich Text document")
    for name, content in inside:
        yield job.member(name, [content])
