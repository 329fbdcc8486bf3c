"""Outlook messages: headers with blind copies, the body, attachments as members, attached messages as pages."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import olefile

from ingest.formats.compound_files import CUT_OFF, is_cut_off
from ingest.formats.html import html_text
from ingest.formats.plain import decode_text, text_pages
from ingest.formats.rich_text import rtf_text
from ingest.formats.rtf_compressed import decompress_rtf
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_HEADERS = (("From", "0C1A"), ("To", "0E04"), ("Cc", "0E03"), ("Bcc", "0E02"))
_THREAD = (("Message-ID", "1035"), ("In-Reply-To", "1042"), ("References", "1039"))
_SENDER_ADDRESSES = ("5D01", "0C1F")
_SENT, _DELIVERED = 0x0039, 0x0E06
_MAXIMUM_NESTING = 8
_MAXIMUM_STREAM_BYTES = 512 * 1024**2
_OLE_DAMAGE = (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError, struct.error)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Store:
    """The streams of one message inside the file."""

    container: olefile.OleFileIO
    folder: tuple[str, ...] = ()

    def bytes_of(self, name: str) -> bytes | None:
        path = [*self.folder, name]
        if not self.container.exists(path) or self.container.get_type(path) != olefile.STGTY_STREAM:
            return None
        if self.container.get_size(path) > _MAXIMUM_STREAM_BYTES:
            raise UnreadableFile("too-large")
        with self.container.openstream(path) as stream:
            return bytes(stream.read())

    def text(self, tag: str) -> str:
        wide = self.bytes_of(f"__substg1.0_{tag}001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\x00")
        narrow = self.bytes_of(f"__substg1.0_{tag}001E")
        return "" if narrow is None else narrow.decode("cp1252", "replace").rstrip("\x00")

    def binary(self, tag: str) -> bytes | None:
        return self.bytes_of(f"__substg1.0_{tag}0102")

    def time(self, wanted: int) -> str:
        properties = self.bytes_of("__properties_version1.0") or b""
        for offset in range(24 if self.folder else 32, len(properties) - 15, 16):
            kind, name, _, value = struct.unpack_from("<HHIQ", properties, offset)
            if kind == 0x0040 and name == wanted and 0 < value < 3_000_000_000_000_000_000:
                return (_EPOCH + timedelta(microseconds=value // 10)).isoformat(timespec="seconds")
        return ""

    def folders(self, prefix: str) -> list[str]:
        depth = len(self.folder)
        found = {
            path[depth]
            for path in self.container.listdir(streams=True, storages=True)
            if len(path) > depth and tuple(path[:depth]) == self.folder and path[depth].startswith(prefix)
        }
        return sorted(found)

    def inside(self, *names: str) -> "_Store":
        return _Store(self.container, (*self.folder, *names))


def read_outlook(job: ReadingJob) -> Iterator[Yielded]:
    """The message as pages, its attachments as members."""
    try:
        container = olefile.OleFileIO(str(job.path))
    except _OLE_DAMAGE as error:
        raise UnreadableFile("damaged") from error
    if is_cut_off(job.path):
        job.miss(CUT_OFF)
    with container:
        try:
            yield from _message(_Store(container), job, number=1, depth=0)
        except _OLE_DAMAGE as error:
            raise UnreadableFile("damaged") from error


def _message(store: _Store, job: ReadingJob, *, number: int, depth: int) -> Iterator[Yielded]:
    headers = _headers(store)
    if depth == 0:
        _facts(store, headers, job)
    text = "\n".join([*(f"{name}: {value}" for name, value in headers.items()), "", _body(store)])
    if depth == 0 and job.missing and not text.strip():
        raise UnreadableFile("damaged")
    heading = "Message" if depth == 0 else f"Attached message: {headers.get('Subject', 'no subject')}"
    for page in text_pages(text, heading=heading, first_number=number, reason="the file is an Outlook message"):
        yield page
        number = page.number + 1
    for folder in store.folders("__attach_version1.0_"):
        for found in _attachment(store.inside(folder), job, number=number, depth=depth):
            if isinstance(found, PageReading):
                number = found.number + 1
            yield found


def _headers(store: _Store) -> dict[str, str]:
    headers = {name: store.text(tag).strip() for name, tag in _HEADERS}
    address = next(filter(None, (store.text(tag).strip() for tag in _SENDER_ADDRESSES)), "")
    if address and "@" in address and address not in headers["From"]:
        headers["From"] = f"{headers['From']} <{address}>".strip()
    headers["Date"] = store.time(_SENT) or store.time(_DELIVERED)
    headers["Subject"] = store.text(_SUBJECT).strip()
    headers |= {name: " ".join(store.text(tag).split()) for name, tag in _THREAD}
    return {name: value for name, value in headers.items() if value}


def _facts(store: _Store, headers: dict[str, str], job: ReadingJob) -> None:
    job.facts.title, job.facts.author = headers.get("Subject"), headers.get("From")
    job.facts.created = headers.get("Date")
    job.facts.metadata.update({name.lower(): value[:4000] for name, value in headers.items()})
    for name, tag in (("thread-topic", "0070"), ("headers", "007D")):
        if value := store.text(tag).strip():
            job.facts.metadata[name] = value[:8000]


def _body(store: _Store) -> str:
    plain = store.text(_BODY)
    if plain.strip():
        return plain
    page = store.binary(_HTML)
    if page:
        return html_text(decode_text(page)[0])[0]
    packed = store.binary(_RTF)
    if packed:
        return rtf_text(decompress_rtf(packed))
    return ""


def _attachment(store: _Store, job: ReadingJob, *, number: int, depth: int) -> Iterator[Yielded]:
    name = store.text("3707") or store.text("3704") or store.text("3001") or "attachment"
    data = store.binary("3701")
    if data:
        yield job.member(name, [data])
    elif store.container.exists([*store.folder, "__substg1.0_3701000D", "__properties_version1.0"]):
        if depth >= _MAXIMUM_NESTING:
            raise UnreadableFile("nested-too-deep")
        yield from _message(store.inside("__substg1.0_3701000D"), job, number=number, depth=depth + 1)
    elif store.container.exists([*store.folder, "__substg1.0_3701000D"]):
        job.facts.note(f"The attachment {name!r} is an object of another program and was not taken out.")
    else:
        job.facts.note(f"The attachment {name!r} holds nothing.")
