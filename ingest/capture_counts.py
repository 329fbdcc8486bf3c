"""The sheets somebody counted against the pages that were read of them: what is missing is named."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.capture import captures_of, fits
from ingest.capture_models import ScanCapture
from ingest.models import DUPLICATE, REGISTERED, Batch, Item, Run
from records.models import Record


@dataclass(frozen=True)
class SheetCount:
    """What one word on the scanning says was counted, and how many files and pages were read of it."""

    capture: ScanCapture
    files: int
    pages: int

    @property
    def most_pages(self) -> int:
        """The pages so many sheets have at the most: two each, unless only one side was scanned."""
        return (self.capture.sheets or 0) * (1 if self.capture.sides == "one" else 2)

    @property
    def gap(self) -> str:
        """What does not agree, as a sentence; empty where the pages can be those of the sheets."""
        sheets = self.capture.sheets or 0
        if self.pages < sheets:
            return (
                f"{_many(sheets, 'sheet')} counted and {_many(self.pages, 'page')} read: at least "
                f"{_many(sheets - self.pages, 'sheet')} {'is' if sheets - self.pages == 1 else 'are'} missing."
            )
        if self.pages > self.most_pages:
            return (
                f"{_many(sheets, 'sheet')} counted and {_many(self.pages, 'page')} read: "
                f"{self.pages - self.most_pages:,} more than so many sheets have. Something was scanned twice, or "
                "counted wrongly."
            )
        return ""

    @property
    def in_words(self) -> str:
        """How the pages agree with the sheets, where they do."""
        sheets, backs = self.capture.sheets or 0, self.most_pages - self.pages
        told = f"{_many(sheets, 'sheet')} counted, {_many(self.pages, 'page')} read of {_many(self.files, 'file')}"
        if self.capture.sides == "one" or not backs:
            return f"{told}: none is missing."
        if self.capture.sides == "two":
            return f"{told}: no sheet is missing, if {_many(backs, 'back')} {'was' if backs == 1 else 'were'} left out."
        return f"{told}: no sheet is missing. Which sides were scanned was not said, so a missing back would not show."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def count_sheets(session: Session, batch: Batch) -> list[SheetCount]:
    """Each standing word on the batch that counts sheets, with what was read; the newest first.

    A file belongs to the newest word whose pattern fits its path, as everywhere. Files met twice count each time,
    because each was scanned.
    """
    captures = _standing(captures_of(session, batch))
    files, pages = dict.fromkeys(captures, 0), dict.fromkeys(captures, 0)
    query = (
        select(Item.path, Record.page_count)
        .join(Run, Run.id == Item.run_id)
        .join(Record, Record.id == Item.record_id)
        .where(Run.batch_id == batch.id, Item.state.in_((REGISTERED, DUPLICATE)), Item.parent_id.is_(None))
    )
    for path, count in session.execute(query):
        told = next((each for each in captures if fits(path, each.pattern)), None)
        if told is not None:
            files[told] += 1
            pages[told] += count
    return [SheetCount(each, files[each], pages[each]) for each in captures if each.sheets is not None]


def _standing(captures: Sequence[ScanCapture]) -> list[ScanCapture]:
    """The newest word of each pattern: an earlier one on the very same files is history."""
    newest: dict[str, ScanCapture] = {}
    for each in captures:
        newest.setdefault(each.pattern, each)
    return list(newest.values())
