"""A document's words as the numbers of a vocabulary: packed one document at a time, unpacked many at once."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.engines.errors import MENDED, IndexUnreadableError

Numbers = NDArray[np.int64]

_WIDTH = 4
"""Bytes of a number."""


def pack(pages: Sequence[int], values: Sequence[Sequence[Sequence[int]]], joined: Mapping[int, int]) -> bytes:
    """The numbers of the pages, and for each field of words, in their order, the words' numbers of each value.

    `joined`: the numbers of the words that the text breaks at the end of a line, by the position of their first half.
    """
    head = [len(pages), *pages, len(joined), *joined, *joined.values()]
    for found in values:
        head += [len(found), *map(len, found)]
    words = np.fromiter(chain.from_iterable(chain.from_iterable(values)), dtype="<u4")
    # Common words have small numbers: with the like bytes of all of them together the zeros pack to nothing.
    planes = words.view(np.uint8).reshape(-1, _WIDTH).T
    return np.array([len(head), *head], dtype="<u4").tobytes() + planes.tobytes()


class KeptFields(NamedTuple):
    """One field of some documents, one document after the other, and of each document one value after the other."""

    planes: tuple[NDArray[np.uint8], ...]
    """The words' numbers byte by byte: the lowest byte of each, then the next of each."""
    lengths: Numbers
    """How many words each value has."""
    owners: Numbers
    """The document of each value, counted from 0."""
    pages: Numbers
    """Of text the number of the page that each value is."""
    broken: Numbers
    """Of text the numbers of the words that are broken at the end of a line."""
    broken_at: Numbers
    """The position of the first half of each in its document."""
    broken_owners: Numbers
    """The document of each."""


def unpack(packed: Sequence[bytes], field: str) -> KeptFields:
    """One field of what was packed.

    Raises:
        IndexUnreadableError: Some bytes are not what `pack` made.
    """
    whole = b"".join(packed)
    sizes = np.array([len(each) for each in packed], dtype=np.int64)
    _require((sizes % _WIDTH == 0) & (sizes >= _WIDTH))
    numbers = np.frombuffer(whole, dtype="<u4")
    begins = (np.cumsum(sizes) - sizes) // _WIDTH
    heads = numbers[begins].astype(np.int64)
    counts = sizes // _WIDTH - 1 - heads
    _require(counts >= 0)

    head = _Cursor(numbers, begins + 1, begins + 1 + heads)
    page_counts = head.one()
    pages = head.stretch(page_counts)
    broken_counts = head.one()
    broken_at, broken = head.stretch(broken_counts), head.stretch(broken_counts)
    before = np.zeros(len(packed), dtype=np.int64)
    for _ in range(fields.WORD_FIELDS.index(field)):
        value_counts = head.one()
        before += _sums(head.stretch(value_counts), value_counts)
    value_counts = head.one()
    lengths = head.stretch(value_counts)
    totals = _sums(lengths, value_counts)
    _require(before + totals <= counts)

    documents = np.arange(len(packed))
    first = (begins + 1 + heads) * _WIDTH + before
    planes = tuple(_plane(whole, first + place * counts, totals) for place in range(_WIDTH))
    kept = KeptFields(
        planes,
        lengths,
        np.repeat(documents, value_counts),
        pages,
        broken,
        broken_at,
        np.repeat(documents, broken_counts),
    )
    if field == fields.TEXT:
        _require(page_counts == value_counts)
        return kept
    nothing = np.empty(0, dtype=np.int64)
    return kept._replace(pages=nothing, broken=nothing, broken_at=nothing, broken_owners=nothing)


class _Cursor:
    """Reads the heads of all documents together, each from its own place to its own end."""

    def __init__(self, numbers: NDArray[np.uint32], places: Numbers, ends: Numbers) -> None:
        self._numbers = numbers
        self._places = places
        self._ends = ends

    def one(self) -> Numbers:
        """The next number of each document."""
        _require(self._places < self._ends)
        found: Numbers = self._numbers[self._places].astype(np.int64)
        self._places = self._places + 1
        return found

    def stretch(self, lengths: Numbers) -> Numbers:
        """The next so many numbers of each document, one document after the other."""
        _require(self._places + lengths <= self._ends)
        # Where each number stands: as far behind the one before as in the answer, but for the first of a document.
        shifts = self._places - (np.cumsum(lengths) - lengths)
        found: Numbers = self._numbers[np.repeat(shifts, lengths) + np.arange(lengths.sum())].astype(np.int64)
        self._places = self._places + lengths
        return found


def _sums(values: Numbers, counts: Numbers) -> Numbers:
    """The sum of the next so many of the values, for each count."""
    sums = np.concatenate([[0], np.cumsum(values)])
    ends = np.cumsum(counts)
    added: Numbers = sums[ends] - sums[ends - counts]
    return added


def _plane(whole: bytes, starts: Numbers, lengths: Numbers) -> NDArray[np.uint8]:
    ends = starts + lengths
    pieces = [whole[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return np.frombuffer(b"".join(pieces), dtype=np.uint8)


def _require(holds: NDArray[np.bool_]) -> None:
    if not holds.all():
        raise IndexUnreadableError(f"The search index cannot be read: {MENDED}.")
