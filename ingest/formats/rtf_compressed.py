"""Unpacks the compressed Rich Text in which Outlook keeps some bodies ([MS-OXRTFCP])."""

import struct

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_COMPRESSED = b"LZFu"
_PLAIN = b"MELA"
_MAXIMUM_BYTES = 64 * 1024**2


def decompress_rtf(data: bytes) -> bytes:
    """The Rich Text inside; what is cut off is returned as far as it goes.

    Raises:
        ValueError: It is no compressed Rich Text.
    """
    if len(data) < 16:
        raise ValueError("too short for compressed Rich Text")
    raw_size, kind = struct.unpack_from("<I4s", data, 4)
    if kind == _PLAIN:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED:
        raise ValueError("not compressed Rich Text")
    window = bytearray(_START.ljust(_WINDOW, b" "))
    write = len(_START)
    out = bytearray()
    position = 16
    limit = min(raw_size, _MAXIMUM_BYTES)
    while position < len(data) and len(out) < limit:
        flags = data[position]
        position += 1
        for bit in range(8):
            reference = bool(flags >> bit & 1)
            if position + reference >= len(data):
                return bytes(out[:raw_size])
            if not reference:
                piece = data[position : position + 1]
                position += 1
            else:
                token = data[position] << 8 | data[position + 1]
                position += 2
                if token >> 4 == write:
                    return bytes(out[:raw_size])
                piece = _copy(window, token >> 4, (token & 15) + 2, write)
            for value in piece:
                window[write] = value
                write = (write + 1) % _WINDOW
            out += piece
    return bytes(out[:raw_size])


def _copy(window: bytearray, start: int, length: int, write: int) -> bytes:
    """The bytes a reference stands for; it may reach into what it is itself writing."""
    piece = bytearray()
    for step in range(length):
        at = (start + step) % _WINDOW
        ahead = (at - write) % _WINDOW
        piece.append(piece[ahead] if ahead < len(piece) else window[at])
    return bytes(piece)
