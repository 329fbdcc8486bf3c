"""Rich Text documents."""

import re
from collections.abc import Callable, Iterator

from striprtf import striprtf

from ingest.formats.plain import MAXIMUM_TEXT_BYTES, text_pages
from ingest.formats.rtf_objects import set_in
from ingest.job import ReadingJob, Yielded
from ingest.reading import UnreadableFile

_INFO = {name: re.compile(rb"\{\\" + name.encode() + rb" ([^{}\\]{1,300})\}") for name in ("title", "author")}


_convert: Callable[..., str] = striprtf.rtf_to_text


def rtf_text(data: bytes) -> str:
    """The text of a Rich Text document, without its formatting."""
    # RTF is ASCII with escapes; bytes above that are in the code page it names, most often this one.
    return _convert(data.decode("cp1252", "replace"), errors="replace")


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
    yield from text_pages(text, reason="the file is a Rich Text document")
    for name, content in set_in(data):
        yield job.member(name, [content])
