"""Documents written into one index folder, in batches, each of which is one commit."""

from collections.abc import Iterable, Sequence
from math import log
from typing import Any

from search.engine import IndexDocument
from search.engines.batches import in_batches
from search.engines.whoosh_files import open_segment, open_writer
from search.engines.whoosh_schema import lay_down
from search.engines.whoosh_snapshot import SnapshotKeeper

TIER_SEGMENTS = 8


def write_documents(keeper: SnapshotKeeper, documents: Iterable[IndexDocument]) -> int:
    """Every document is in the index, in place of the one with its record id; the number written."""
    written = 0
    for batch in in_batches(documents):
        numbers = _numbers(keeper)
        writer = open_writer(keeper.storage)
        try:
            seen: set[str] = set()
            for record_id, document in batch.items():
                laid, found = lay_down(document)
                seen |= found
                if record_id in numbers:
                    writer.delete_document(numbers[record_id])
                writer.add_document(**laid)
            keeper.vocabulary.add(seen)
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=merge_tiers)
        written += len(batch)
    return written


def delete_records(keeper: SnapshotKeeper, record_ids: Iterable[int]) -> int:
    """None of the records is in the index; the number that were."""
    numbers = _numbers(keeper)
    gone = [numbers[record_id] for record_id in set(record_ids) if record_id in numbers]
    if not gone:
        return 0
    writer = open_writer(keeper.storage)
    for number in gone:
        writer.delete_document(number)
    writer.commit(mergetype=merge_tiers)
    return len(gone)


def merge_tiers(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Eight segments of about one size become one, and one that is a third deleted is written anew.

    Each document is then rewritten about log8(n) times in all. Whoosh's own rule leaves ever more segments.
    """
    tiers: dict[int, list[Any]] = {}
    stale: list[Any] = []
    for segment in segments:
        count, deleted = segment.doc_count_all(), segment.deleted_count()
        if count and deleted * 3 >= count:
            stale.append(segment)
        else:
            tiers.setdefault(int(log(max(count, 1), TIER_SEGMENTS)), []).append(segment)
    full = [segment for tier in tiers.values() if len(tier) >= TIER_SEGMENTS for segment in tier]
    merged = [segment for segment in segments if segment in stale or segment in full]
    for segment in merged:
        reader = open_segment(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in merged]


def _numbers(keeper: SnapshotKeeper) -> dict[int, int]:
    snapshot = keeper.latest()
    return snapshot.numbers if snapshot.segments else {}
