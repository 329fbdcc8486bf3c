"""The bundle winmail.dat that Outlook puts in the place of a message's attachments ([MS-OXTNEF])."""

import struct
from collections.abc import Iterator

from ingest.formats.html import html_text
from ingest.formats.plain import decode_text, text_pages
from ingest.formats.rich_text import rtf_text
from ingest.formats.rtf_compressed import decompress_rtf
from ingest.job import ReadingJob, Yielded
from ingest.reading import NOT_TAKEN_OUT, PageReading, UnreadableFile

_MAXIMUM_BYTES = 256 * 1024**2
_SUBJECT, _BODY, _MESSAGE_PROPERTIES = 0x8004, 0x800C, 0x9003
_RENDER, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_HTML, _RTF, _LONG_NAME, _OBJECT = 0x1013, 0x1009, 0x3707, 0x3701
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 0x40: 8, 0x48: 16}
_COUNTED = (0x1E, 0x1F, 0x0D, 0x0102)
_MANY = 0x1000
_NAMED_FROM = 0x8000


def read_tnef(job: ReadingJob) -> Iterator[Yielded]:
    """The message's subject and body as pages where the bundle has them, its attachments as members.

    Raises:
        UnreadableFile: It is damaged before anything could be taken out.
    """
    if job.path.stat().st_size > _MAXIMUM_BYTES:
        raise UnreadableFile("too-large")
    subject, body, cut_off = "", "", False
    attachments: list[tuple[str, bytes]] = []
    try:
        for attribute, value in _attributes(job.path.read_bytes()):
            if attribute == _SUBJECT:
                subject = _narrow(value)
            elif attribute == _BODY:
                body = _narrow(value)
            elif attribute == _MESSAGE_PROPERTIES and not body:
                body = _body(value)
            elif attribute == _RENDER:
                attachments.append(("", b""))
            elif attachments:
                attachments[-1] = _with(attachments[-1], attribute, value)
    except (struct.error, ValueError):
        cut_off = True
    yield from _found(job, subject, body, attachments, cut_off=cut_off)


def _found(
    job: ReadingJob, subject: str, body: str, attachments: list[tuple[str, bytes]], *, cut_off: bool
) -> Iterator[Yielded]:
    job.facts.title = subject or None
    text = "\n\n".join(part for part in (f"Subject: {subject}" if subject else "", body) if part.strip())
    pages = text_pages(text, heading="Message", reason="the file is an Outlook attachment bundle") if text else []
    yield from pages
    taken = 0
    for position, (name, data) in enumerate(attachments, 1):
        if data:
            taken += 1
            yield job.member(name or f"attachment {position}", [data])
    if cut_off:
        reason = "unreadable: the bundle is cut off or damaged after what could be taken out of it"
        yield PageReading(len(pages) + 1, "", "none", unread=True, reason=reason, heading=NOT_TAKEN_OUT)
    if not pages and not taken:
        raise UnreadableFile("damaged" if cut_off else "no-pages")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute with its value, as long as the sums under them are right."""
    at = 6
    while at < len(data):
        _, attribute, _, size = struct.unpack_from("<BHHI", data, at)
        value = data[at + 9 : at + 9 + size]
        (checked,) = struct.unpack_from("<H", data, at + 9 + size)
        if sum(value) & 0xFFFF != checked:
            raise ValueError("the sum under an attribute is wrong")
        yield attribute, value
        at += 9 + size + 2


def _with(attachment: tuple[str, bytes], attribute: int, value: bytes) -> tuple[str, bytes]:
    name, data = attachment
    if attribute == _TITLE:
        return name or _narrow(value), data
    if attribute == _DATA:
        return name, value
    if attribute == _ATTACHMENT_PROPERTIES:
        found = dict(_properties(value))
        # An attached message is an object: sixteen bytes that name its interface, then a bundle of its own.
        return _wide(found.get(_LONG_NAME, b"")) or name, data or found.get(_OBJECT, b"")[16:]
    return attachment


def _body(value: bytes) -> str:
    found = dict(_properties(value))
    if _RTF in found:
        return rtf_text(decompress_rtf(found[_RTF]))
    return html_text(decode_text(found.get(_HTML, b""))[0])[0]


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each property of the list with its bytes; what is fixed in size is passed over."""
    (count,) = struct.unpack_from("<I", data, 0)
    at = 4
    for _ in range(count):
        kind, tag = struct.unpack_from("<HH", data, at)
        at += 4
        if tag >= _NAMED_FROM:
            at = _past_name(data, at)
        single = kind & ~_MANY
        values = 1
        if kind & _MANY or single in _COUNTED:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(values):
            if single in _COUNTED:
                (size,) = struct.unpack_from("<I", data, at)
                yield tag, data[at + 4 : at + 4 + size]
                at += 4 + size + -size % 4
            else:
                at += _FIXED[single] if single in _FIXED else _unknown(single)


def _past_name(data: bytes, at: int) -> int:
    (is_text,) = struct.unpack_from("<I", data, at + 16)
    (number,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + (number + -number % 4 if is_text else 0)


def _unknown(kind: int) -> int:
    raise ValueError(f"a property of the unknown kind {kind:#x}")


def _narrow(value: bytes) -> str:
    return value.rstrip(b"\x00").decode("cp1252", "replace")


def _wide(value: bytes) -> str:
    if value[1:2] == b"\x00":
        return value.decode("utf-16-le", "replace").rstrip("\x00")
    return _narrow(value)
