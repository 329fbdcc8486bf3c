"""Messages between the pool and its children: a length and JSON, so that a child can hand over data but never code."""

import json
import os
import struct
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

_HEADER = struct.Struct(">I")
_NUMBERS_OF_A_WORD = 5  # the four sides of its box, and how sure it is
# Between a parent and its starter: messages of one packet each, and the status of a child that nobody knows of.
LARGEST_PACKET = 256 * 1024
GONE = -1
MAXIMUM_FRAME_BYTES = 256 * 1024 * 1024


def write_frame(descriptor: int, message: dict[str, Any]) -> None:
    """The message is in the pipe, whole."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    view = memoryview(_HEADER.pack(len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


def read_frame(descriptor: int) -> dict[str, Any] | None:
    """The next message, waiting for it; None when the other side has gone."""
    header = _read_exactly(descriptor, _HEADER.size)
    if header is None:
        return None
    body = _read_exactly(descriptor, _HEADER.unpack(header)[0])
    return None if body is None else json.loads(body)


def _read_exactly(descriptor: int, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def columns_of(words: Sequence[list[Any]]) -> list[Any]:
    """The words of a page as JSON carries them quickest: their texts, and the rest as numbers in columns."""
    if not words:
        return []
    x0, y0, x1, y1, texts, sure = zip(*words, strict=True)
    return [texts, b64encode(array("d", chain(x0, y0, x1, y1, sure)).tobytes()).decode("ascii")]


def words_of(columns: Any) -> list[list[Any]]:
    """The words that `columns_of` was given, to the last bit.

    Raises:
        ValueError: These are no columns of words, whatever else JSON has made of them.
    """
    if columns == []:
        return []
    if not isinstance(columns, list) or len(columns) != 2:
        raise ValueError("words from a child are not in two columns")
    texts, numbers = columns
    if not isinstance(texts, list) or not isinstance(numbers, str) or not all(isinstance(text, str) for text in texts):
        raise ValueError("words from a child are no texts with numbers")
    values, count = array("d"), len(texts)
    values.frombytes(b64decode(numbers, validate=True))
    if len(values) != _NUMBERS_OF_A_WORD * count:
        raise ValueError("words from a child have other numbers than they need")
    x0, y0, x1, y1, sure = (values[place * count : (place + 1) * count] for place in range(_NUMBERS_OF_A_WORD))
    return [list(word) for word in zip(x0, y0, x1, y1, texts, sure, strict=True)]


class FrameBuffer:
    """Puts messages together from whatever pieces have arrived, without ever waiting."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, piece: bytes) -> Iterator[dict[str, Any]]:
        """Each message that is whole with what arrived now.

        Raises:
            ValueError: What follows is no message of ours; the child is not to be trusted any more.
        """
        self._bytes += piece
        while len(self._bytes) >= _HEADER.size:
            (size,) = _HEADER.unpack_from(self._bytes)
            if size > MAXIMUM_FRAME_BYTES:
                raise ValueError("a message from a child is larger than the limit")
            if len(self._bytes) < _HEADER.size + size:
                return
            body = bytes(self._bytes[_HEADER.size : _HEADER.size + size])
            del self._bytes[: _HEADER.size + size]
            try:
                message = json.loads(body)
            except RecursionError as error:
                raise ValueError("a message from a child is nested without end") from error
            if not isinstance(message, dict):
                raise ValueError("a message from a child is not an object")
            yield message
