"""One generation of the index, opened: its segments, its columns, its words; read from, never changed."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.engines.broken_words import JOINED
from search.engines.vocabulary import Vocabulary
from search.engines.whoosh_columns import Columns, join_columns, read_columns
from search.engines.whoosh_files import latest_generation, open_segment, open_storage, read_contents, reading_files
from search.engines.whoosh_postings import Postings, PostingsCache
from search.engines.whoosh_schema import PAGES
from search.language_tree import Word
from search.marking import Leaf

WIDE = 24
"""Of so many words the posting lists are read and kept as one."""


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment and the number of its first document among all."""

    segment_id: str
    reader: Any
    columns: Columns
    base: int


class Snapshot:
    """The documents of one generation, numbered from 0 through all segments."""

    def __init__(
        self, generation: int, segments: list[OpenSegment], vocabulary: Vocabulary, cache: PostingsCache
    ) -> None:
        self.generation = generation
        self.segments = segments
        self.vocabulary = vocabulary
        self._cache = cache

    @cached_property
    def columns(self) -> Columns:
        """The facts of every document, deleted ones included."""
        return join_columns([segment.columns for segment in self.segments])

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """Which documents are not deleted."""
        live = np.ones(self.size, dtype=np.bool_)
        for segment in self.segments:
            gone = np.fromiter(segment.reader.segment().deleted_docs(), dtype=np.int64)
            live[gone + segment.base] = False
        return live

    @cached_property
    def size(self) -> int:
        """How many document numbers there are."""
        return sum(len(segment.columns) for segment in self.segments)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The document number of each record."""
        alive = np.flatnonzero(self.live)
        return dict(zip(self.columns.record_ids[alive].tolist(), alive.tolist(), strict=True))

    def in_compartments(self, compartments: frozenset[str]) -> NDArray[np.bool_]:
        """Which documents exist for somebody who may see these compartments."""
        column = self.columns.compartments
        allowed = np.array([value in compartments for value in column.values], dtype=np.bool_)
        return self.live & allowed[column.codes]

    def postings(self, field: str, word: str) -> list[tuple[int, Postings]]:
        """The postings of a word in each segment that has it, with the number of the segment's first document."""
        found = ((s.base, self._cache.read(s.segment_id, s.reader, field, word)) for s in self.segments)
        return [(base, postings) for base, postings in found if postings is not None]

    def leaf_postings(self, field: str, leaf: Leaf) -> list[tuple[int, Postings]]:
        """The postings of every word that the leaf stands for, each with the number of its segment's first document."""
        words = self.vocabulary.expand(leaf, stemmed=_is_stemmed(field))
        if len(words) < WIDE:
            return [found for word in words for found in self.postings(field, word)]
        read = ((s.base, self._cache.read_wide(s.segment_id, s.reader, field, leaf, words)) for s in self.segments)
        return [(base, postings) for base, postings in read if postings is not None]

    def holders(self, word: Word, allowed: NDArray[np.bool_]) -> int:
        """How many times over the allowed documents hold the word, or another form if it is not exact; 0 for none."""
        return sum(
            int(allowed[postings.docs + base].sum())
            for name in (*fields.PLAIN_FIELDS, JOINED)
            for form in self.vocabulary.expand(word, stemmed=_is_stemmed(name))
            for base, postings in self.postings(name, form)
        )

    def pages(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The page numbers of a document, and the position of the first word on each."""
        segment = next(s for s in reversed(self.segments) if s.base <= number)
        with reading_files():
            packed = segment.reader.stored_fields(number - segment.base)[PAGES]
        numbers, starts = np.frombuffer(packed, dtype="<i4").astype(np.int32).reshape(2, -1)
        return numbers, starts

    def close(self) -> None:
        """Let go of the files."""
        for segment in self.segments:
            if not segment.reader.is_closed:
                segment.reader.close()


def _is_stemmed(field: str) -> bool:
    return field == JOINED or field in fields.STEMMED_FIELDS


class SnapshotKeeper:
    """Opens the newest generation of one index folder, reading anew only the segments that are new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage = open_storage(folder)
        self.vocabulary = Vocabulary(folder)
        self._cache = PostingsCache()
        self._snapshot: Snapshot | None = None

    def latest(self) -> Snapshot:
        """The newest generation, as it is on the disk now."""
        generation = latest_generation(self.storage)
        if self._snapshot is None or self._snapshot.generation != generation:
            self._snapshot = self._open(self._snapshot)
        return self._snapshot

    def _open(self, old: Snapshot | None) -> Snapshot:
        toc = read_contents(self.storage)
        known = {segment.segment_id: segment.columns for segment in old.segments} if old else {}
        segments: list[OpenSegment] = []
        base = 0
        # The readers are opened anew even for a known segment: which of its documents are deleted may have changed.
        for segment in toc.segments:
            reader = open_segment(self.storage, toc.schema, segment)
            segment_id = str(segment.segment_id())
            columns = known.get(segment_id) or read_columns(reader)
            segments.append(OpenSegment(segment_id, reader, columns, base))
            base += len(columns)
        self.vocabulary.refresh()
        self._cache.keep_only({segment.segment_id for segment in segments})
        if old:
            old.close()
        return Snapshot(toc.generation, segments, self.vocabulary, self._cache)

    def close(self) -> None:
        """Let go of the files."""
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None
