"""Documents written into the indexes of one folder; whatever a call was given is committed when it returns."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import tantivy

from search.engine import IndexDocument
from search.engines.batches import in_batches
from search.engines.tantivy_files import (
    compartments_in,
    count_of,
    list_compartments,
    open_index,
    open_writer,
    reading_files,
)
from search.engines.tantivy_schema import Tokens, joined_of, lay_down, of_ids, tokens_of
from search.engines.vocabulary import Vocabulary

COMMIT_DOCUMENTS = 20_000
"""About as many wait for one commit: each commit makes a segment, and segments have to be put together again."""


class FolderWriter:
    """Writes into one folder; only one may at a time, of all processes."""

    def __init__(self, folder: Path, leaving: Callable[[int], None]) -> None:
        self._folder = folder
        self._leaving = leaving
        compartments_in(folder)
        self._vocabulary = Vocabulary(folder)
        self._indexes: dict[str, tantivy.Index] = {}
        self._writers: dict[str, tantivy.IndexWriter] = {}
        self._waiting: set[int] = set()

    def write(self, documents: Iterable[IndexDocument]) -> int:
        """Every document is in the index of its compartment and in no other; the number written."""
        written = 0
        for batch in in_batches(documents):
            tokens = {record_id: tokens_of(document) for record_id, document in batch.items()}
            joined = {record_id: joined_of(document, tokens[record_id]) for record_id, document in batch.items()}
            seen = {word for each in tokens.values() for found in each.values() for word in chain(*found)}
            self._vocabulary.add(seen.union(*(each.values() for each in joined.values())))
            if not self._waiting.isdisjoint(batch) or len(self._waiting) >= COMMIT_DOCUMENTS:
                self._commit()
            # Out of where they may no longer be first: were this cut off here, a record would be missing until it is
            # indexed again, which its need in the database sees to; the other way round it would be shown.
            for compartment in compartments_in(self._folder):
                moved = [each for each, document in batch.items() if document.compartment != compartment]
                self._delete(compartment, moved)
            self._put(batch, tokens, joined)
            written += len(batch)
        self._commit()
        return written

    def remove(self, record_ids: Iterable[int]) -> int:
        """None of the records is in any index; the number that were."""
        wanted = set(record_ids)
        return sum(self._delete(compartment, wanted) for compartment in compartments_in(self._folder))

    def _delete(self, compartment: str, record_ids: Collection[int]) -> int:
        """The records are in no commit of this compartment; what waits to be committed is not looked at."""
        index = self._index(compartment)
        with reading_files():
            index.reload()
            held = of_ids(index.schema, record_ids)
            count = count_of(index.searcher(), held) if record_ids else 0
            if count:
                # Tantivy reckons with a document that is gone until its segment is merged: written down first, so that
                # no crash comes between.
                self._leaving(count)
                writer = self._writer(compartment)
                # Not by term, which makes a signed number of the id and so finds nothing.
                writer.delete_documents_by_query(held)
                writer.commit()
        return count

    def _put(
        self,
        batch: Mapping[int, IndexDocument],
        tokens: Mapping[int, Tokens],
        joined: Mapping[int, Mapping[int, str]],
    ) -> None:
        """The documents wait for the next commit."""
        numbers = self._vocabulary.numbers
        for compartment in sorted({document.compartment for document in batch.values()}):
            here = [each for each, document in batch.items() if document.compartment == compartment]
            writer = self._writer(compartment)
            with reading_files():
                writer.delete_documents_by_query(of_ids(self._index(compartment).schema, here))
                for record_id in here:
                    writer.add_document(lay_down(batch[record_id], tokens[record_id], joined[record_id], numbers))
        self._waiting |= batch.keys()

    def _commit(self) -> None:
        for writer in self._writers.values():
            with reading_files():
                writer.commit()
        self._waiting.clear()

    def _index(self, compartment: str) -> tantivy.Index:
        if compartment not in self._indexes:
            # One that is listed and not there is damage, not a reason to begin an empty one. A new one is listed before
            # anything is in it, so that whatever is ever in it is looked through when a record moves.
            known = compartments_in(self._folder)
            self._indexes[compartment] = open_index(self._folder, compartment, make=compartment not in known)
            if compartment not in known:
                list_compartments(self._folder, [*known, compartment])
        return self._indexes[compartment]

    def _writer(self, compartment: str) -> tantivy.IndexWriter:
        if compartment not in self._writers:
            self._writers[compartment] = open_writer(self._index(compartment))
        return self._writers[compartment]

    def close(self, *, undo: bool) -> None:
        """Let go of the writers and their locks, once the merges they began are done; take back what is uncommitted."""
        writers, self._writers = self._writers, {}
        for writer in writers.values():
            with reading_files():
                if undo:
                    writer.rollback()
                writer.wait_merging_threads()


@contextmanager
def writing_into(folder: Path, *, leaving: Callable[[int], None] = lambda _count: None) -> Iterator[FolderWriter]:
    """A writer into the folder, which lets go at the end whatever happened.

    `leaving` is told how many documents go out of the index of a compartment, before they do.
    """
    writer = FolderWriter(folder, leaving)
    try:
        yield writer
    except BaseException:
        writer.close(undo=True)
        raise
    writer.close(undo=False)
