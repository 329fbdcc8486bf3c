"""Documents gathered into batches, each of which becomes one commit."""

from collections.abc import Iterable, Iterator

from search.engine import IndexDocument

BATCH_DOCUMENTS = 2_000
BATCH_CHARACTERS = 32 * 2**20


def in_batches(documents: Iterable[IndexDocument]) -> Iterator[dict[int, IndexDocument]]:
    """Batches by record id, the last document of an id winning; ended by number or by amount of text."""
    batch: dict[int, IndexDocument] = {}
    characters = 0
    for document in documents:
        batch[document.record_id] = document
        characters += sum(len(text) for _, text in document.pages)
        if len(batch) >= BATCH_DOCUMENTS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = {}, 0
    if batch:
        yield batch
