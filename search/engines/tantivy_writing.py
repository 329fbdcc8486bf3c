"""Documents written into the indexes of one folder, in batches, each of which is committed before the next begins."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
from search.engines.tantivy_schema import ID, lay_down
from search.engines.vocabulary import Vocabulary


class FolderWriter:
    """Writes into one folder; only one may at a time, of all processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        compartments_in(folder)
        self._vocabulary = Vocabulary(folder)
        self._indexes: dict[str, tantivy.Index] = {}
        self._writers: dict[str, tantivy.IndexWriter] = {}

    def write(self, documents: Iterable[IndexDocument]) -> int:
        """Every document is in the index of its compartment and in no other; the number written."""
        written = 0
        for batch in in_batches(documents):
            laid: dict[str, dict[int, tantivy.Document]] = {}
            seen: set[str] = set()
            for record_id, document in batch.items():
                made, found = lay_down(document)
                laid.setdefault(document.compartment, {})[record_id] = made
                seen |= found
            self._vocabulary.add(seen)
            # Out of where they may no longer be first: were this cut off here, a record would be missing until it is
            # indexed again, which its need in the database sees to; the other way round it would be shown.
            for compartment in compartments_in(self._folder):
                self._delete(compartment, batch.keys() - laid.get(compartment, {}).keys())
            for compartment, found_here in laid.items():
                self._put(compartment, found_here)
            written += len(batch)
        return written

    def remove(self, record_ids: Iterable[int]) -> int:
        """None of the records is in any index; the number that were."""
        wanted = set(record_ids)
        return sum(self._delete(compartment, wanted) for compartment in compartments_in(self._folder))

    def _delete(self, compartment: str, record_ids: set[int]) -> int:
        index = self._index(compartment)
        with reading_files():
            index.reload()
            held = _of_ids(index, record_ids)
            count = count_of(index.searcher(), held) if record_ids else 0
            if count:
                writer = self._writer(compartment)
                writer.delete_documents_by_query(held)
                writer.commit()
        return count

    def _put(self, compartment: str, documents: dict[int, tantivy.Document]) -> None:
        writer = self._writer(compartment)
        with reading_files():
            writer.delete_documents_by_query(_of_ids(self._index(compartment), documents.keys()))
            for document in documents.values():
                writer.add_document(document)
            writer.commit()
        known = compartments_in(self._folder)
        if compartment not in known:
            list_compartments(self._folder, [*known, compartment])

    def _index(self, compartment: str) -> tantivy.Index:
        if compartment not in self._indexes:
            # One that is listed and not there is damage, not a reason to begin an empty one.
            is_new = compartment not in compartments_in(self._folder)
            self._indexes[compartment] = open_index(self._folder, compartment, make=is_new)
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


def _of_ids(index: tantivy.Index, record_ids: Iterable[int]) -> tantivy.Query:
    # Deleting by term makes a signed number of the id and so finds nothing; a query keeps to the field's own kind.
    return tantivy.Query.term_set_query(index.schema, ID, sorted(record_ids))


@contextmanager
def writing_into(folder: Path) -> Iterator[FolderWriter]:
    """A writer into the folder, which lets go at the end whatever happened."""
    writer = FolderWriter(folder)
    try:
        yield writer
    except BaseException:
        writer.close(undo=True)
        raise
    writer.close(undo=False)
