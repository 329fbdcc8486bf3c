"""The default engine: Whoosh keeps the words, arrays made once per generation answer.

Whoosh's own collectors, facets and filters walk documents one by one in Python; here its posting lists are read as
arrays, so a total is exact, a permission is a mask, and a facet is one count over a column.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from search.engine import EVERY_DOCUMENT, Found, Highlights, IndexDocument, Order, PageHits
from search.engines.errors import IndexUnreadableError
from search.engines.index_folder import IndexFolder
from search.engines.spelling import suggest
from search.engines.whoosh_facets import best_hits, count_facets
from search.engines.whoosh_files import create_index, unused_files
from search.engines.whoosh_match import Matched, marked_positions, match_query
from search.engines.whoosh_schema import SCHEMA_VERSION, make_schema
from search.engines.whoosh_snapshot import Snapshot, SnapshotKeeper
from search.engines.whoosh_writing import delete_records, write_documents
from search.highlighting import highlight_pages, text_parts
from search.language_tree import Asked, Node, Query, meaning
from search.spans import Spans, words_on_pages
from store.settings import Settings

WAIT_SECONDS = 30.0

_NOTHING = Found(0, (), {})
_Answer = TypeVar("_Answer")


class WhooshEngine:
    """The search index in one folder. One engine may serve many threads; many processes may share the folder."""

    def __init__(self, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._folder = IndexFolder(folder, SCHEMA_VERSION)
        self._wait_seconds = wait_seconds
        self._keeper: SnapshotKeeper | None = None
        self._writer: SnapshotKeeper | None = None
        # Whoosh's readers share one place in the file between all who read, so one thread reads at a time.
        self._reading = threading.RLock()

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put the documents in, each in place of the one with its record id; the number put in."""
        with self._writing() as keeper:
            return write_documents(keeper, documents)

    def remove(self, record_ids: Iterable[int]) -> int:
        """Take the documents out; the number that were there."""
        with self._writing() as keeper:
            return delete_records(keeper, record_ids)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Make the index anew in a folder beside the old one, which answers until the new one is whole."""
        with self._folder.writing(self._wait_seconds):
            folder = self._folder.new()
            try:
                written = _fill(folder, documents)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._folder.switch_to(folder)
            return written

    def find(
        self,
        query: Asked,
        *,
        compartments: frozenset[str],
        limit: int = 10,
        offset: int = 0,
        order: Order = Order.RELEVANCE,
        without: frozenset[int] = frozenset(),
    ) -> Found:
        """What the query finds: the exact number, one page of hits, the facets of all."""

        def answer(snapshot: Snapshot, matched: Matched) -> Found:
            columns = snapshot.columns
            hits = best_hits(columns, matched, order, offset=offset, limit=limit)
            return Found(int(matched.mask.sum()), hits, count_facets(columns, matched.mask))

        return self._match(query, compartments, answer, _NOTHING, without=without)

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""

        def answer(snapshot: Snapshot, matched: Matched) -> tuple[int, ...]:
            return tuple(np.sort(snapshot.columns.record_ids[matched.mask]).tolist())

        return self._match(query, compartments, answer, ())

    def count(self, query: Asked, *, compartments: frozenset[str]) -> int:
        """How many records the query finds."""
        return self._match(query, compartments, lambda _, matched: int(matched.mask.sum()), 0)

    def locate(
        self, query: Asked, record_ids: Iterable[int], *, compartments: frozenset[str]
    ) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand, from the index alone."""
        wanted = list(record_ids)

        def answer(snapshot: Snapshot) -> Mapping[int, tuple[PageHits, ...]]:
            allowed = snapshot.in_compartments(compartments)
            known = {record_id: snapshot.numbers.get(record_id) for record_id in wanted}
            numbers = {each: number for each, number in known.items() if number is not None and allowed[number]}
            places = marked_positions(text_parts(query), snapshot, list(numbers.values()))
            return {each: _page_hits(snapshot, number, places[number]) for each, number in numbers.items()}

        return self._read(answer, {})

    def highlight(
        self,
        query: Asked,
        record_id: int,
        pages: Iterable[tuple[int, str]],
        *,
        compartments: frozenset[str],
        snippet_limit: int = 3,
    ) -> Highlights:
        """The marks and snippets of these pages; nothing for a record that may not be seen."""

        def may_see(snapshot: Snapshot) -> bool:
            number = snapshot.numbers.get(record_id)
            return number is not None and bool(snapshot.in_compartments(compartments)[number])

        if not self._read(may_see, otherwise=False):
            return Highlights()
        return highlight_pages(query, pages, snippet_limit=snippet_limit)

    def suggest_spelling(
        self, query: Query, *, compartments: frozenset[str], among: Node = EVERY_DOCUMENT
    ) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better."""

        def answer(snapshot: Snapshot) -> str | None:
            allowed = match_query(among, snapshot, snapshot.in_compartments(compartments)).mask
            return suggest(query, snapshot.vocabulary, lambda word: snapshot.holders(word, allowed))

        return self._read(answer, None)

    @property
    def generation(self) -> str:
        """The folder in use and Whoosh's own number of its last commit."""

        def answer(snapshot: Snapshot) -> str:
            folder = self._keeper.folder.name if self._keeper else ""
            return f"{folder}:{snapshot.generation}"

        return self._read(answer, "", even_empty=True)

    @property
    def layout(self) -> str:
        """The name of how records are read into the index."""
        return f"whoosh-{self._folder.layout}"

    @property
    def left_behind(self) -> int:
        """None: the arithmetic is done anew for what may be seen."""
        return 0

    def forget(self) -> bool:
        """Nothing has to be forgotten."""
        return True

    @property
    def is_doubted(self) -> bool:
        """Whether somebody could not read the index's files since it was made."""
        return self._folder.is_doubted

    @property
    def document_count(self) -> int:
        """How many documents the index holds, in all compartments."""
        return self._read(lambda snapshot: int(snapshot.live.sum()), 0)

    @property
    def unused_bytes(self) -> int:
        """What lies in the index's folder and no document needs; 0 while somebody writes."""
        return self._folder.unused_bytes(unused_files)

    def close(self) -> None:
        """Let go of the index's files; the next call opens them again."""
        self._close_reader()
        self._close_writer()

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _close_reader(self) -> None:
        with self._reading:
            if self._keeper is not None:
                self._keeper.close()
                self._keeper = None

    def _match(
        self,
        query: Asked,
        compartments: frozenset[str],
        answer: Callable[[Snapshot, Matched], _Answer],
        otherwise: _Answer,
        *,
        without: frozenset[int] = frozenset(),
    ) -> _Answer:
        def matched(snapshot: Snapshot) -> _Answer:
            allowed = snapshot.in_compartments(compartments)
            if without:
                allowed &= ~np.isin(snapshot.columns.record_ids, list(without))
            return answer(snapshot, match_query(meaning(query), snapshot, allowed))

        return self._read(matched, otherwise)

    def _read(self, answer: Callable[[Snapshot], _Answer], otherwise: _Answer, *, even_empty: bool = False) -> _Answer:
        """The answer of the newest generation.

        Another process may put a new index in place while this one opens the old: that looks like damage, so it is
        tried again from the pointer before damage is what it is called.
        """
        with self._reading:
            for last_try in (False, False, True):
                try:
                    keeper = self._open_keeper()
                    snapshot = keeper.latest() if keeper else None
                    if snapshot is None or not (snapshot.segments or even_empty):
                        return otherwise
                    return answer(snapshot)
                except IndexUnreadableError:
                    self._close_reader()
                    if last_try:
                        self._folder.doubt()
                        raise
        return otherwise

    def _open_keeper(self) -> SnapshotKeeper | None:
        folder = self._folder.current()
        if self._keeper is not None and self._keeper.folder != folder:
            self._close_reader()
        if self._keeper is None and folder is not None:
            self._keeper = SnapshotKeeper(folder)
        return self._keeper

    @contextmanager
    def _writing(self) -> Iterator[SnapshotKeeper]:
        """The keeper of the folder in use, made where there is none yet, while no other process writes."""
        with self._folder.writing(self._wait_seconds):
            folder = self._folder.current()
            if folder is None:
                folder = self._folder.new()
                create_index(folder, make_schema())
                self._folder.switch_to(folder)
            # Kept between calls, so that a small change does not read the facts of every document again.
            if self._writer is None or self._writer.folder != folder:
                self._close_writer()
                self._writer = SnapshotKeeper(folder)
            try:
                yield self._writer
            except BaseException as error:
                self._close_writer()
                if isinstance(error, IndexUnreadableError):
                    self._folder.doubt()
                raise


def _page_hits(snapshot: Snapshot, number: int, words: Spans) -> tuple[PageHits, ...]:
    if not len(words):
        return ()
    pages, starts = snapshot.pages(number)
    counts = words_on_pages(words, starts)
    return tuple(PageHits(int(pages[i]), int(counts[i])) for i in np.flatnonzero(counts))


def _fill(folder: Path, documents: Iterable[IndexDocument]) -> int:
    create_index(folder, make_schema())
    keeper = SnapshotKeeper(folder)
    try:
        return write_documents(keeper, documents)
    finally:
        keeper.close()


def open_engine(settings: Settings) -> WhooshEngine:
    """The engine over the archive's index folder."""
    return WhooshEngine(settings.index)
