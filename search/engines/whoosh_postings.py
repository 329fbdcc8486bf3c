"""Whoosh's posting lists as arrays: which documents hold a word, how often and where."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import TermNotFound

from search.engines.whoosh_files import reading_files
from search.engines.whoosh_wide import lie_together, read_lists
from search.language_fields import TEXT
from search.marking import Leaf

POSITION_BITS = 32
CACHE_BYTES = 96 * 2**20
_ENTRY_BYTES = 300
_BLOCK_READERS = (W3LeafMatcher,)


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of one segment that hold a word, in order; their positions packed one after the other."""

    docs: NDArray[np.int32]
    counts: NDArray[np.int32]
    packed: bytes
    is_wide: bool = False
    """The lists of many words one after the other: a document may come more than once, and in any order."""

    def add_counts(self, totals: NDArray[np.float64], base: int) -> None:
        """How often it stands in each document is added to the totals."""
        if self.is_wide:
            totals += np.bincount(self.docs + base, weights=self.counts, minlength=len(totals))
        else:
            totals[self.docs + base] += self.counts

    def keys(self, wanted: NDArray[np.bool_], base: int) -> NDArray[np.int64]:
        """Document and position in one number, for the wanted documents; in order unless it is wide."""
        chosen = np.flatnonzero(wanted[self.docs + base])
        if not len(chosen):
            return np.empty(0, dtype=np.int64)
        steps = np.frombuffer(self.packed, dtype="<u4")
        counts, docs = self.counts, self.docs
        if len(chosen) < len(docs):
            # A few documents of many: only their positions are unpacked.
            begins = (np.cumsum(counts, dtype=np.int64) - counts)[chosen]
            counts, docs = counts[chosen], docs[chosen]
            shift = begins - (np.cumsum(counts, dtype=np.int64) - counts)
            steps = steps[np.repeat(shift, counts) + np.arange(int(counts.sum()))]
        steps = steps.astype(np.int64)
        starts = np.cumsum(counts, dtype=np.int64) - counts
        running = np.cumsum(steps)
        # Each document's first number is its position itself: take off what the documents before it added up to.
        before = running[starts] - steps[starts]
        places = running - np.repeat(before, counts)
        numbers = np.repeat(docs.astype(np.int64) + base, counts)
        keys: NDArray[np.int64] = (numbers << POSITION_BITS) | places
        return keys


class PostingsCache:
    """Posting lists read from segments, which never change; the least recently used are let go."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str, str | Leaf], Postings | None] = OrderedDict()
        self._bytes = 0
        self._lexicons: dict[tuple[str, str], frozenset[bytes]] = {}

    def read(self, segment_id: str, reader: Any, field: str, word: str) -> Postings | None:
        """The postings of a word in a field of a segment, or None where it does not stand."""
        return self._keep((segment_id, field, word), lambda: _read(reader, field, word))

    def read_wide(self, segment_id: str, reader: Any, field: str, leaf: Leaf, words: Sequence[str]) -> Postings | None:
        """The postings of all the words that the leaf stands for, as one."""

        def read() -> Postings | None:
            known = sorted(words)
            # Words that do not lie together are looked up one by one, and few of thousands are in any title or name:
            # those are told apart without a look into the file for each.
            if field != TEXT and not lie_together(known):
                lexicon = self._lexicon(segment_id, reader, field)
                known = [word for word in known if word.encode() in lexicon]
            with reading_files():
                found = read_lists(reader, field, known)
                packed = b"".join(found.values)
            docs = np.frombuffer(found.docs, dtype=np.uint32).astype(np.int32)
            return Postings(docs, found.counts(), packed, is_wide=True) if len(docs) else None

        return self._keep((segment_id, field, leaf), read)

    def _keep(self, key: tuple[str, str, str | Leaf], read: Callable[[], Postings | None]) -> Postings | None:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        found = read()
        self._held[key] = found
        self._bytes += _size(found)
        while self._bytes > CACHE_BYTES and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._bytes -= _size(dropped)
        return found

    def _lexicon(self, segment_id: str, reader: Any, field: str) -> frozenset[bytes]:
        key = (segment_id, field)
        if key not in self._lexicons:
            with reading_files():
                self._lexicons[key] = frozenset(reader.lexicon(field))
        return self._lexicons[key]

    def keep_only(self, segment_ids: set[str]) -> None:
        """Forget what was read from segments that are no more."""
        for key in [key for key in self._held if key[0] not in segment_ids]:
            self._bytes -= _size(self._held.pop(key))
        self._lexicons = {key: words for key, words in self._lexicons.items() if key[0] in segment_ids}


def _size(postings: Postings | None) -> int:
    return _ENTRY_BYTES + (0 if postings is None else len(postings.packed) + 8 * len(postings.docs))


def _read(reader: Any, field: str, word: str) -> Postings | None:
    # Deleted documents are left in: a segment's postings never change then, and the mask takes them out.
    with reading_files():
        try:
            matcher = reader._terms.matcher(field, word.encode(), reader.schema[field].format)
        except TermNotFound:
            return None
        docs, values = _read_matcher(matcher)
    counts = np.fromiter((len(value) // 4 for value in values), dtype=np.int32, count=len(values))
    return Postings(np.array(docs, dtype=np.int32), counts, b"".join(values))


def _read_matcher(matcher: Any) -> tuple[list[int], list[bytes]]:
    docs: list[int] = []
    values: list[bytes] = []
    if type(matcher) in _BLOCK_READERS:
        # Block by block, ten times as fast as posting by posting; whoosh3 is pinned to an exact version.
        while matcher.is_active():
            matcher._read_ids()
            matcher._read_values()
            docs.extend(matcher._ids)
            values.extend(matcher._values)
            matcher._next_block()
    else:
        while matcher.is_active():
            docs.append(matcher.id())
            values.append(matcher.value())
            matcher.next()
    return docs, values
