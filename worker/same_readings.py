"""What was read of a member of a container, given to the next with the same bytes and the same name.

A letterhead in a thousand messages is a thousand records, each whole in its own family, and is read once: what is read,
and proposed, depends on nothing but the bytes, the name and the run's limits.
"""

from collections import OrderedDict
from dataclasses import replace

from ingest.reading_tasks import ReadResult
from records.unread import LIMIT
from worker.intake import Ready

MOST_PAGES_EACH = 4
MOST_PAGES = 400


class SameReadings:
    """The readings of one run that were met last, as many as have few pages and fit in the memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], ReadResult] = OrderedDict()
        self._pages = 0

    def keep(self, ready: Ready, result: ReadResult) -> None:
        """The reading may be given to others, where it is all there is to say of the file."""
        reading = result.reading
        if (
            reading is None
            or result.further is None
            or reading.members
            or reading.readable_copy
            or len(reading.pages) > MOST_PAGES_EACH
            # Another try may get by with the time and memory that this one had not.
            or result.attempts > 1
            or any(page.reason.startswith(LIMIT) for page in reading.pages)
            or (ready.sha256, ready.name) in self._kept
        ):
            return
        self._kept[ready.sha256, ready.name] = replace(result, reading=replace(reading, pages=list(reading.pages)))
        self._pages += len(reading.pages)
        while self._pages > MOST_PAGES:
            _, gone = self._kept.popitem(last=False)
            self._pages -= len(gone.reading.pages) if gone.reading else 0

    def find(self, ready: Ready) -> ReadResult | None:
        """The result as it would be if the member were read; None where it has to be.

        A loose file is always read: one with the same bytes as another is a copy of its record, and has none.
        """
        known = None if ready.is_loose else self._kept.get((ready.sha256, ready.name))
        if known is None or known.reading is None:
            return None
        self._kept.move_to_end((ready.sha256, ready.name))
        return replace(
            known,
            task_id=str(ready.number),
            reading=replace(known.reading, notes=list(known.reading.notes), metadata=dict(known.reading.metadata)),
            seconds=0.0,
        )
