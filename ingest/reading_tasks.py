"""A file that is being read, page by page, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.page_journal import PageJournal
from ingest.reading import FileReading, MemberFound, PageReading, UnreadableFile


@dataclass(frozen=True)
class ReadResult:
    """What became of one submitted file: a reading, or the reason why there is none; never both, never neither."""

    task_id: str
    reading: FileReading | None
    problem: UnreadableFile | None
    seconds: float
    detail: str = ""
    media_type: str = ""
    # What the pool's `then` answered about the reading; none where it was not read in one go.
    further: dict[str, Any] | None = None
    # How often it was begun: what broke a limit or a reader at first was read again with less care, or left out.
    attempts: int = 1


@dataclass
class ReadingTask:
    """One file on its way through the pool: what was read of it so far, and how often it was begun."""

    task_id: str
    path: Path
    name: str
    first_page: int = 1
    careful_page: int | None = None
    total: int | None = None
    media_type: str = ""
    label: str = ""
    pages: list[PageReading] = field(default_factory=list)
    journal: PageJournal | None = None
    members: list[MemberFound] = field(default_factory=list)
    # What the child told of the whole file, while what comes after the reading is still awaited.
    facts: dict[str, Any] | None = None
    asked_further: bool = False
    lost: int = 0
    attempts: int = 0
    started: float = 0.0
    seconds: float = 0.0

    @property
    def kept(self) -> Sequence[PageReading]:
        """The pages read so far: in the journal where the file says how many it has, else in memory."""
        return self.journal if self.journal is not None and not self.pages else self.pages

    def awaits(self, page: PageReading) -> bool:
        """Whether this page may come now: those of a journal follow one another."""
        journal = self._journal_now
        return journal is None or page.number == len(journal) + 1

    @property
    def _journal_now(self) -> PageJournal | None:
        """Where the next page is kept; only a reader that says how many there are can go on in the middle."""
        return self.journal if self.total is not None and not self.pages else None

    def begin_again(self) -> None:
        """What was told of the file is forgotten; pages that a reader which says how many there are gave are kept."""
        self.members.clear()
        if self.total is None and self.pages:
            self.pages.clear()
            self.first_page = 1

    def keep(self, page: PageReading, notes: Sequence[str]) -> None:
        """The page is kept, in the journal or in memory."""
        journal = self._journal_now
        if journal is not None:
            journal.add(page, notes)
        else:
            self.pages.append(page)
        self.first_page = page.number + 1
