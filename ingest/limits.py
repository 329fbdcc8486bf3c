"""Untrusted files are read in child processes with limits; a child that breaks one is a reason, never a crash."""

import selectors
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest import starting
from ingest.children import Child
from ingest.limited_call import DEFAULT_MEMORY_BYTES, DEFAULT_PAGE_SECONDS, START_SECONDS
from ingest.page_journal import PageJournal
from ingest.reading import FileFacts, FileReading, MemberFound, PageReading, UnreadableFile
from ingest.reading_tasks import ReadingTask, ReadResult
from store.errors import RefusedError

DEFAULT_FILE_SECONDS = 180.0
READERS_READY = "ingest.formats.registry:get_ready"
_FILES_PER_CHILD = 500  # then a fresh one: what a native library leaks is given back
_PAGE_ENDINGS = frozenset({"timeout", "memory", "crashed", "damaged"})
_MAXIMUM_LOST_PAGES = 20
_LOST_PAGE = {
    "timeout": "limit: reading this page took longer than the time allowed, at a lower resolution too",
    "memory": "limit: reading this page needed more memory than is allowed, at a lower resolution too",
    "crashed": "limit: the program that reads pages stopped on this one, at a lower resolution too",
    "damaged": "unreadable: this page is damaged in the file",
}
_NOT_TRIED = "limit: not tried, because too many pages before it in the file could not be read"
_NO_ROOM = (
    "No process that reads files could be started on this machine ({why}), so no more is read and nothing was lost: "
    "end what else runs here, or give Candour more room, and run the same command again."
)
_LOST = frozenset({*_LOST_PAGE.values(), _NOT_TRIED})


@dataclass
class _Place:
    """One seat in the pool: the child that sits there, what it is doing, and until when."""

    child: Child
    task: ReadingTask | None = None
    deadline: float = 0.0
    served: int = 0


class ReaderPool:
    """Reads files in a few confined processes that keep their models loaded; use it as a context manager.

    The time limit is per page once a file has said how many pages it has, so that a long scan is never cut short;
    before that, and for files without pages, it is per file. A page that breaks a limit is tried once more at a lower
    resolution, then set down as unread with its reason, and the rest of the file is read.
    """

    def __init__(
        self,
        processes: int,
        *,
        spool: Path,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        page_seconds: float = DEFAULT_PAGE_SECONDS,
        file_seconds: float = DEFAULT_FILE_SECONDS,
        on_page: Callable[[str, PageReading], None] | None = None,
        then: str = "",
        then_settings: dict[str, Any] | None = None,
        ready: str = "",
        passwords: Sequence[str] = (),
    ) -> None:
        """`then` names a `module:function` the child calls with each whole reading and `then_settings`.

        Its answer, plain values that JSON can carry, comes with the result as `further`. `ready` names one that is
        called with the same settings once, before any child is started, to load what they all need.
        """
        starting.load([], [(READERS_READY, {}), *([(ready, then_settings or {})] if ready else [])])
        self._then = {"function": then, "settings": then_settings or {}} if then else None
        self._passwords = list(passwords)
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._spool = Path(tempfile.mkdtemp(prefix="readers-", dir=spool))
        self._memory_bytes = memory_bytes
        self._page_seconds = page_seconds
        self._file_seconds = file_seconds
        self._on_page = on_page
        self._waiting: deque[ReadingTask | ReadResult] = deque()
        self._finished: deque[ReadResult] = deque()
        self._folders: dict[str, list[Path]] = {}
        self._selector = selectors.DefaultSelector()
        self._places: list[_Place] = []
        self._sandbox: dict[str, bool] = {}
        self._processes = max(1, processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Every child is gone, and with it everything it had left in the spool folder."""
        for place in self._places:
            self._selector.unregister(place.child.replies)
            place.child.end()
        self._places.clear()
        self._selector.close()
        shutil.rmtree(self._spool, ignore_errors=True)

    @property
    def wants_more(self) -> bool:
        """True while fewer files wait than would keep every child busy; submit until it turns False."""
        return len(self._waiting) < self._processes

    @property
    def pids(self) -> list[int]:
        """The process ids of the children."""
        return [place.child.pid for place in self._places]

    def sandbox_report(self) -> dict[str, bool]:
        """Which confinements the system allowed; empty until the first child has started."""
        return dict(self._sandbox)

    def submit(
        self, task_id: str, path: Path, *, name: str = "", first_page: int = 1, journal: PageJournal | None = None
    ) -> None:
        """Queue one file under an id of the caller's; `name` is what a person calls it, and is never used as a path.

        `first_page` goes on with a file whose earlier pages are already kept; with a `journal` its pages are kept there
        as they come, and it is gone on with after the last that the journal holds. The caller removes it.
        """
        task = ReadingTask(task_id=task_id, path=path.resolve(), name=name or path.name, first_page=first_page)
        if journal is not None:
            task.journal = journal
            task.first_page = max(first_page, len(journal) + 1)
            task.lost = sum(page.reason in _LOST for page in journal)
        self._waiting.append(task)

    def give_back(self, result: ReadResult) -> None:
        """The result of a file that need not be read comes when its turn would: after those submitted before it."""
        self._waiting.append(result)

    def results(self) -> Iterator[ReadResult]:
        """Each result as it comes, until nothing submitted is left; more may be submitted while it runs."""
        while True:
            while self._finished:
                yield self._finished.popleft()
            self._assign()
            if self._finished:
                continue
            if not any(place.task for place in self._places):
                return
            self._wait()

    @property
    def is_busy(self) -> bool:
        """Whether a file waits or is being read."""
        return bool(self._waiting) or self.is_reading

    @property
    def is_reading(self) -> bool:
        """Whether a file is being read at this moment."""
        return any(place.task for place in self._places)

    def poll(self, seconds: float, *, begin: bool = True) -> list[ReadResult]:
        """The results that have come, after waiting at most so long for the first; none when none has come yet.

        Without `begin` no file that waits is begun.
        """
        if begin:
            self._assign()
        if not self._finished and self.is_reading:
            self._wait(at_most=seconds)
            if begin:
                self._assign()
        found = list(self._finished)
        self._finished.clear()
        return found

    def discard(self, task_id: str) -> None:
        """The members of this file are gone from the spool folder; call it once they are stored."""
        for folder in self._folders.pop(task_id, []):
            shutil.rmtree(folder, ignore_errors=True)

    def _assign(self) -> None:
        while self._waiting:
            place = next((place for place in self._places if place.task is None), None)
            if place is None and len(self._places) >= self._processes:
                return
            waiting = self._waiting[0]
            if isinstance(waiting, ReadResult):
                self._finished.append(waiting)
                self._waiting.popleft()
                continue
            if place is None:
                if not self._has_room():
                    return
                place = self._places[-1]
            elif place.served >= _FILES_PER_CHILD:
                self._unseat(place)
                place = self._seat()
            self._waiting.popleft()
            self._give(place, waiting)

    def _has_room(self) -> bool:
        """Whether one more child could be seated; where the system has no room, those there are go on alone.

        Raises:
            RefusedError: There is room for none at all.
        """
        try:
            self._seat()
        except OSError as error:
            if self._places:
                return False
            raise RefusedError(_NO_ROOM.format(why=error.strerror)) from error
        return True

    def _seat(self) -> _Place:
        place = _Place(Child(memory_bytes=self._memory_bytes, folder=self._spool))
        self._places.append(place)
        self._selector.register(place.child.replies, selectors.EVENT_READ, place)
        return place

    def _unseat(self, place: _Place) -> str:
        self._selector.unregister(place.child.replies)
        self._places.remove(place)
        return place.child.end()

    def _give(self, place: _Place, task: ReadingTask) -> None:
        folder = Path(tempfile.mkdtemp(dir=self._spool))
        self._folders.setdefault(task.task_id, []).append(folder)
        now = time.monotonic()
        task.started = now
        task.attempts += 1
        task.asked_further = task.first_page == 1 and not task.kept
        place.task = task
        place.served += 1
        starting = 0.0 if place.child.sandbox is not None else START_SECONDS
        place.deadline = now + self._file_seconds + starting
        place.child.send(
            {
                "kind": "read",
                "path": str(task.path),
                "name": task.name,
                "spool": str(folder),
                "passwords": self._passwords,
                "first_page": task.first_page,
                "careful_page": task.careful_page,
                "page_seconds": self._page_seconds,
                "file_seconds": self._file_seconds,
                "then": self._then if task.asked_further else None,
            }
        )

    def _wait(self, at_most: float | None = None) -> None:
        now = time.monotonic()
        soonest = min(place.deadline for place in self._places if place.task)
        patience = max(0.0, soonest - now)
        for key, _ in self._selector.select(patience if at_most is None else min(patience, at_most)):
            place: _Place = key.data
            messages = place.child.receive()
            if messages is None:
                self._lose(place, None)
                continue
            for message in messages:
                self._hear(place, message)
        now = time.monotonic()
        for place in [place for place in self._places if place.task and place.deadline <= now]:
            self._lose(place, "timeout")

    def _lose(self, place: _Place, code: str | None) -> None:
        # What it has said beside that is for nobody: the task goes to another child, or has ended.
        task, place.task = place.task, None
        ended = self._unseat(place)
        if task is not None:
            task.seconds += time.monotonic() - task.started
            self._fail(task, code or ended, None, "")

    def _hear(self, place: _Place, message: dict[str, Any]) -> None:
        task, kind, now = place.task, message["kind"], time.monotonic()
        if kind == "ready":
            self._sandbox = place.child.sandbox = message["sandbox"]
            place.deadline = now + self._file_seconds
        if task is None or kind == "ready":
            return
        if kind == "identified":
            task.media_type, task.label = message["media_type"], message["label"]
        elif kind == "begin":
            task.total = message["total"]
            place.deadline = now + self._page_seconds
        elif kind == "page":
            if not task.awaits(message["page"]):  # nonsense: this child is not to be trusted any more
                self._lose(place, None)
                return
            self._keep(task, message["page"], message["notes"])
            place.deadline = now + (self._page_seconds if task.total is not None else self._file_seconds)
        elif kind == "member":
            member: MemberFound = message["member"]
            task.members.append(replace(member, path=self._folders[task.task_id][-1] / member.path.name))
            place.deadline = now + self._file_seconds
        else:
            self._conclude(place, task, message)

    def _conclude(self, place: _Place, task: ReadingTask, message: dict[str, Any]) -> None:
        if message["kind"] == "done" and self._asks_further(task):
            task.facts = message["facts"]
            place.deadline = time.monotonic() + self._file_seconds
            return
        place.task = None
        task.seconds += time.monotonic() - task.started
        if message["kind"] in ("done", "further"):
            self._finish(task, task.facts or message["facts"], message.get("value"))
            return
        if message["code"] == "memory":
            place.served = _FILES_PER_CHILD  # its heap is in pieces: the next file gets a fresh child
        self._fail(task, message["code"], message["sentence"], message.get("detail", ""))

    def _asks_further(self, task: ReadingTask) -> bool:
        """Whether the child goes on to the pool's `then`: only with the whole text before it."""
        return self._then is not None and task.asked_further

    def _keep(self, task: ReadingTask, page: PageReading, notes: Sequence[str] = ()) -> None:
        task.keep(page, notes)
        if self._on_page is not None:
            self._on_page(task.task_id, page)

    def _finish(self, task: ReadingTask, facts: dict[str, Any], further: dict[str, Any] | None = None) -> None:
        if task.journal is not None:
            # What was said of the pages read before an interruption.
            facts["notes"] = list(dict.fromkeys([*task.journal.notes, *facts["notes"]]))
        if task.lost:
            facts["notes"].append(f"{task.lost} of {task.total} pages could not be read; each says why.")
        # A name alone, in a folder of our own making: what a child says is never a path.
        copy = Path(facts["readable_copy"]).name
        facts["readable_copy"] = str(self._folders[task.task_id][-1] / copy) if copy else ""
        reading = FileReading(
            media_type=task.media_type, label=task.label, pages=task.kept, members=task.members, **facts
        )
        self._finished.append(
            ReadResult(
                task.task_id,
                reading,
                None,
                task.seconds,
                media_type=task.media_type,
                further=further,
                attempts=task.attempts,
            )
        )

    def _fail(self, task: ReadingTask, code: str, sentence: str | None, detail: str) -> None:
        """Go on after the page that broke a limit, or, where there is no such page, quarantine the file."""
        if task.facts is not None:
            self._finish(task, task.facts)
            return
        page = task.first_page
        on_a_page = task.total is not None and page <= task.total
        if code == "crashed" and task.attempts == 1 and not on_a_page:
            # It may have been another's doing: whoever makes room on a full machine ends what is largest.
            task.begin_again()
            self._waiting.appendleft(task)
            return
        nothing_read = task.lost == len(task.kept)
        if code not in _PAGE_ENDINGS or task.total is None or not on_a_page or (nothing_read and task.lost >= 3):
            problem = UnreadableFile(code, sentence)
            self._finished.append(
                ReadResult(task.task_id, None, problem, task.seconds, detail, media_type=task.media_type)
            )
            return
        if task.lost >= _MAXIMUM_LOST_PAGES:
            self._give_up_rest(task, task.total)
            return
        if task.careful_page == page:
            task.lost += 1
            self._keep(task, PageReading(page, "", "none", unread=True, reason=_LOST_PAGE[code]))
        else:
            task.careful_page = page
        self._waiting.appendleft(task)

    def _give_up_rest(self, task: ReadingTask, total: int) -> None:
        for number in range(task.first_page, total + 1):
            task.lost += 1
            self._keep(task, PageReading(number, "", "none", unread=True, reason=_NOT_TRIED))
        self._finish(task, FileFacts().to_dict())
