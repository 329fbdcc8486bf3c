"""The pictures and files set into a Rich Text document, written there in hexadecimal or as they are."""

import re
import struct
from collections.abc import Iterator

_START = re.compile(rb"\{\\pict\b|\{\\\*\\objdata\b")
_PICTURES = {b"\\pngblip": ".png", b"\\jpegblip": ".jpg", b"\\emfblip": ".emf", b"\\wmetafile": ".wmf"}
_MAXIMUM = 2000
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")


def set_in(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each picture and embedded file with a name of its own; one whose bytes make no sense is passed over."""
    number = 0
    for start in _START.finditer(data):
        before = data[max(0, start.start() - 12) : start.start()]
        if before.rstrip() == b"{\\nonshppict":  # the same picture once more, for older programs
            continue
        number += 1
        if number > _MAXIMUM:
            return
        group = _group(data, start.start())
        if start[0].startswith(b"{\\pict"):
            suffix = next((suffix for word, suffix in _PICTURES.items() if word in group[:2000]), ".picture")
            content, name = _bytes_in(group), f"picture {number}{suffix}"
        else:
            name, content = _object(_bytes_in(group), number)
        if content:
            yield name, content


def _group(data: bytes, at: int) -> bytes:
    """From the brace to the one that closes it, or to the end of what there is."""
    depth, position = 0, at
    for brace in re.finditer(rb"[{}]", data[at:]):
        position = at + brace.end()
        depth += 1 if brace[0] == b"{" else -1
        if depth == 0:
            break
    return data[at:position]


def _bytes_in(group: bytes) -> bytes:
    raw = re.search(rb"\\bin(\d{1,9}) ", group)
    if raw:
        return group[raw.end() : raw.end() + int(raw[1])]
    # Inner groups and words come before the digits; what follows the last of them are the bytes.
    words, inner = group[1:].rstrip(b"}"), 1
    while inner:
        words, inner = re.subn(rb"\{[^{}]*\}", b" ", words)
    digits = _NOT_HEX.sub(b"", re.sub(rb"\\[a-z*]+-?\d* ?", b"", words))
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))


def _object(data: bytes, number: int) -> tuple[str, bytes]:
    """The file in an OLE 1.0 object ([MS-OLEDS] 2.2.5): its own name where it was packed as a file."""
    try:
        at = 8
        names = []
        for _ in range(3):
            (size,) = struct.unpack_from("<I", data, at)
            names.append(data[at + 4 : at + 4 + size].rstrip(b"\x00"))
            at += 4 + size
        (size,) = struct.unpack_from("<I", data, at)
        native = data[at + 4 : at + 4 + size]
        if names[0].lower() == b"package":
            return packed_file(native)
    except (struct.error, ValueError):
        return f"object {number}.bin", data
    return f"object {number} ({names[0].decode('cp1252', 'replace')})", native


def packed_file(data: bytes) -> tuple[str, bytes]:
    """A file that was dragged into the document: its label, where it came from, and its bytes."""
    label, _, rest = data[2:].partition(b"\x00")
    _, _, rest = rest.partition(b"\x00")
    (size,) = struct.unpack_from("<I", rest, 4)
    at = 8 + size
    (length,) = struct.unpack_from("<I", rest, at)
    return label.decode("cp1252", "replace") or "file", rest[at + 4 : at + 4 + length]
