"""The posting lists of very many words of one field read in one pass, as one: what a wide pattern stands for.

Whoosh looks each word up by itself and opens a reader for its list, which for the thousands of words of `re*` takes a
second. Here the words are met in the order in which they lie in the file, and each list is unpacked as it lies there.
The layout read is that of whoosh3, which is pinned to an exact version.
"""

import pickle
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3TermInfo

_INFO_BYTES = W3TermInfo._struct.size
_INT = struct.Struct("!i")
_EXTENT = struct.Struct("!qi")


class Unpacked:
    """Posting lists in the making: a document, how many positions it has, and the positions' bytes, list after list."""

    def __init__(self) -> None:
        self.docs = array("I")
        self.values: list[bytes] = []

    def counts(self) -> Any:
        """How many positions each posting has."""
        return np.fromiter(map(len, self.values), dtype=np.int32, count=len(self.values)) // 4


def read_lists(reader: Any, field: str, words: Sequence[str]) -> Unpacked:
    """The posting lists of those of the words, given in order, that stand in the field of the segment.

    Raises:
        ValueError: The file is not laid out as it should be; or whatever unpacking a broken file raises.
    """
    terms = reader._terms
    unpacked = Unpacked()
    for info in _infos(terms, field, words):
        if info[0]:
            # Its postings lie in the table of words itself.
            docs, _, values = pickle.loads(info[_INFO_BYTES:])  # noqa: S301
            unpacked.docs.extend(docs)
            unpacked.values.extend(values)
        else:
            offset, length = _EXTENT.unpack_from(info, _INFO_BYTES)
            _unpack(terms._postfile.get(offset, length), unpacked)
    return unpacked


def lie_together(words: Sequence[str]) -> bool:
    """Whether the words, given in order, begin alike, so that they are near one another in the table of words."""
    return not words or words[0][:1] == words[-1][:1]


def _infos(terms: Any, field: str, words: Sequence[str]) -> Iterator[bytes]:
    """What the table of words says of each of the words that is in it."""
    if not words:
        return
    table = terms._tindex
    keys = [terms._keycoder(field, word.encode()) for word in words]
    if not lie_together(words):
        for key in keys:
            for start, length in table.ranges_for_key(key):
                yield table.dbfile.get(start, length)
        return
    wanted = set(keys)
    for key, info in table.items_from(keys[0]):
        if key > keys[-1]:
            return
        if key in wanted:
            yield info


def _unpack(packed: bytes, into: Unpacked) -> None:
    """One posting list, block by block, added to the others."""
    if packed[: len(WHOOSH3_HEADER_MAGIC)] != WHOOSH3_HEADER_MAGIC:
        raise ValueError("A posting list does not begin as one.")
    place, is_last = len(WHOOSH3_HEADER_MAGIC), False
    while not is_last:
        (length,) = _INT.unpack_from(packed, place)
        is_last = length < 0
        end = place + _INT.size + abs(length)
        block = BytesIO(packed[place + _INT.size : end])
        _, _, _, compression, *_ = pickle.load(block)  # noqa: S301
        data = block.read()
        steps, _, values = pickle.loads(zlib.decompress(data) if compression else data)  # noqa: S301
        if len(steps) != len(values):
            raise ValueError("A posting list has not as many values as documents.")
        into.docs.extend(accumulate(steps))
        into.values.extend(values)
        place = end
