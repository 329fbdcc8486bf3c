"""The engine for large archives: Tantivy matches, ranks and counts; the language's meaning is exactly the same.

Each compartment has an index of its own. Whoever may see two of them is answered from both, put together.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import tantivy

from search.engine import EVERY_DOCUMENT, Found, Highlights, IndexDocument, Order, PageHits
from search.engines.errors import IndexUnreadableError
from search.engines.index_folder import IndexFolder
from search.engines.kept_numbers import batches, page_hits
from search.engines.spelling import suggest
from search.engines.tantivy_facets import Ranked, count_facets, every_id, ranked_hits
from search.engines.tantivy_files import (
    FolderMark,
    OpenFolder,
    View,
    count_of,
    kept_of,
    list_compartments,
    reading_files,
    unused_files,
)
from search.engines.tantivy_queries import QueryMaker
from search.engines.tantivy_schema import ID, LAYOUT, of_ids
from search.engines.tantivy_writing import FolderWriter, writing_into
from search.engines.vocabulary import Vocabulary
from search.highlighting import highlight_pages, text_parts
from search.language_tree import And, AnyOf, Asked, Everything, Node, Query, Text, Word, meaning, placed_parts
from store.settings import Settings

WAIT_SECONDS = 30.0
_LOCATED_AT_ONCE = 1_000
_RANKED_WHILE_COUNTED = 50_000
"""Of so many documents hits are ranked while they are counted; of fewer, to start a thread takes too much of it."""

_Answer = TypeVar("_Answer")
_Asked = TypeVar("_Asked")


class TantivyEngine:
    """The search index in one folder. One engine may serve many threads; many processes may share the folder."""

    def __init__(self, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._folder = IndexFolder(folder, LAYOUT)
        self._wait_seconds = wait_seconds
        self._open: OpenFolder | None = None
        # Held while the newest generation is opened; answering needs no lock.
        self._opening = threading.Lock()

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put the documents in, each in place of the one with its record id; the number put in."""
        with self._writer() as writer:
            return writer.write(documents)

    def remove(self, record_ids: Iterable[int]) -> int:
        """Take the documents out; the number that were there."""
        with self._writer() as writer:
            return writer.remove(record_ids)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Make the index anew in a folder beside the old one, which answers until the new one is whole."""
        with self._folder.writing(self._wait_seconds):
            folder = self._folder.new()
            list_compartments(folder, [])
            try:
                with writing_into(folder) as writer:
                    written = writer.write(documents)
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
        scored = placed_parts(meaning(query))

        def answer(asked: list[tuple[View, tantivy.Query]]) -> Found:
            if not asked:
                return Found(0, (), {})
            searched = sum(view.searcher.num_docs for view, _ in asked)

            def rank(total: int) -> list[Ranked]:
                wanted = min(offset + limit, total) if limit > 0 else 0
                hits = (
                    ranked_hits(view, made, order, wanted=wanted, total=total, parts=scored) for view, made in asked
                )
                return sorted(chain.from_iterable(hits), key=lambda hit: hit[0])

            # Tantivy holds no lock of Python's while it counts: an answer takes as long as the longer of the two.
            with _beside(count_facets, asked, wished=searched > _RANKED_WHILE_COUNTED) as counting:
                if counting is None:
                    total, facets = count_facets(asked)
                    ranked = rank(total)
                else:
                    ranked = rank(searched)
                    total, facets = counting.result()
            return Found(total, tuple(hit for _, hit in ranked[offset : offset + limit]), facets)

        return self._ask(query, compartments, answer)

    def matching(self, query: Asked, *, compartments: frozenset[str]) -> tuple[int, ...]:
        """The id of every record that the query finds, in order of id."""

        def answer(asked: list[tuple[View, tantivy.Query]]) -> tuple[int, ...]:
            return tuple(sorted(number for view, made in asked for number in every_id(view, made)))

        return self._ask(query, compartments, answer)

    def count(self, query: Asked, *, compartments: frozenset[str]) -> int:
        """How many records the query finds."""
        if isinstance(meaning(query), Everything):
            return self._read(lambda views, _: sum(view.searcher.num_docs for view in _only(views, compartments)))

        def answer(asked: list[tuple[View, tantivy.Query]]) -> int:
            return sum(count_of(view.searcher, made) for view, made in asked)

        return self._ask(query, compartments, answer)

    def locate(
        self, query: Asked, record_ids: Iterable[int], *, compartments: frozenset[str]
    ) -> Mapping[int, tuple[PageHits, ...]]:
        """For each of the records the pages on which the query's words stand, from the index alone."""
        parts = text_parts(query)
        wanted = list(record_ids)
        found: dict[int, tuple[PageHits, ...]] = {}
        for start in range(0, len(wanted), _LOCATED_AT_ONCE):
            found |= self._read(partial(_located, parts, wanted[start : start + _LOCATED_AT_ONCE], compartments))
        return found

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
        if not self._read(lambda views, _: any(_holds(view, record_id) for view in _only(views, compartments))):
            return Highlights()
        return highlight_pages(query, pages, snippet_limit=snippet_limit)

    def suggest_spelling(
        self, query: Query, *, compartments: frozenset[str], among: Node = EVERY_DOCUMENT
    ) -> str | None:
        """The query with its unknown words changed to known ones, or None where there is nothing better."""

        def answer(views: list[View], vocabulary: Vocabulary) -> str | None:
            allowed = _only(views, compartments)
            makers = [(view, QueryMaker(view, vocabulary)) for view in allowed]

            def holders(word: Word) -> int:
                asked = And((Text(AnyOf((word,))), among))
                return sum(count_of(view.searcher, maker.make(asked)) for view, maker in makers)

            return suggest(query, vocabulary, holders)

        return self._read(answer)

    @property
    def generation(self) -> str:
        """The folder in use and the last commit of each index in it."""
        folder = self._folder.current()
        return "" if folder is None else f"{folder.name}:{FolderMark(folder).read()}"

    @property
    def layout(self) -> str:
        """The name of how records are read into the index."""
        return self._folder.layout

    @property
    def left_behind(self) -> int:
        """How many records have left a compartment and still weigh in the order there."""
        return self._folder.left_behind

    def forget(self) -> bool:
        """Nothing is: what is gone weighs until its segment is merged, which cannot be asked for."""
        return not self.left_behind

    @property
    def is_doubted(self) -> bool:
        """Whether somebody could not read the index's files since it was made."""
        return self._folder.is_doubted

    @property
    def document_count(self) -> int:
        """How many documents the index holds, in all compartments."""
        return self._read(lambda views, _: sum(view.searcher.num_docs for view in views))

    @property
    def unused_bytes(self) -> int:
        """What lies in the index's folder and no document needs; 0 while somebody writes."""
        return self._folder.unused_bytes(unused_files)

    def close(self) -> None:
        """Let go of the index's files; the next call opens them again."""
        with self._opening:
            self._open = None

    @contextmanager
    def _writer(self) -> Iterator[FolderWriter]:
        with self._folder.writing(self._wait_seconds):
            try:
                with writing_into(self._current_or_new(), leaving=self._folder.leave_behind) as writer:
                    yield writer
            except IndexUnreadableError:
                self._folder.doubt()
                raise

    def _current_or_new(self) -> Path:
        folder = self._folder.current()
        if folder is None:
            folder = self._folder.new()
            list_compartments(folder, [])
            self._folder.switch_to(folder)
        return folder

    def _ask(
        self,
        query: Asked,
        compartments: frozenset[str],
        answer: Callable[[list[tuple[View, tantivy.Query]]], _Answer],
    ) -> _Answer:
        node = meaning(query)

        def asked(views: list[View], vocabulary: Vocabulary) -> _Answer:
            allowed = _only(views, compartments)
            return answer([(view, QueryMaker(view, vocabulary).make(node)) for view in allowed])

        return self._read(asked)

    def _read(self, answer: Callable[[list[View], Vocabulary], _Answer]) -> _Answer:
        """The answer of the newest generation.

        Another process may put a new index in place while this one opens the old: that looks like damage, so it is
        tried again from the pointer before damage is what it is called.
        """
        for _ in range(2):
            try:
                return self._read_once(answer)
            except IndexUnreadableError:
                self.close()
        try:
            return self._read_once(answer)
        except IndexUnreadableError:
            self._folder.doubt()
            raise

    def _read_once(self, answer: Callable[[list[View], Vocabulary], _Answer]) -> _Answer:
        with self._opening:
            folder = self._folder.current()
            if folder is None:
                views, vocabulary = [], Vocabulary(self._folder.path)
            else:
                if self._open is None or self._open.path != folder:
                    self._open = OpenFolder(folder)
                views, vocabulary = self._open.views(), self._open.vocabulary
        with reading_files():
            return answer(views, vocabulary)


@contextmanager
def _beside(work: Callable[[_Asked], _Answer], asked: _Asked, *, wished: bool) -> Iterator[Future[_Answer] | None]:
    """The work goes on in a thread beside the block, or is nothing where none is wished or to be had.

    A process that is ending, or that may have no more threads, is not given one; that says nothing about the index.
    """
    with ExitStack() as stack:
        begun = None
        if wished:
            with suppress(RuntimeError):
                begun = stack.enter_context(ThreadPoolExecutor(1)).submit(work, asked)
        yield begun


def _only(views: list[View], compartments: frozenset[str]) -> list[View]:
    return [view for view in views if view.compartment in compartments]


def _holds(view: View, record_id: int) -> bool:
    query = tantivy.Query.term_query(view.schema, ID, record_id, index_option="basic")
    return bool(count_of(view.searcher, query))


def _located(
    parts: Sequence[Text],
    record_ids: list[int],
    compartments: frozenset[str],
    views: list[View],
    vocabulary: Vocabulary,
) -> dict[int, tuple[PageHits, ...]]:
    found: dict[int, tuple[PageHits, ...]] = {}
    for some in batches(_kept(_only(views, compartments), record_ids), lambda each: len(each[1])):
        found |= page_hits(parts, dict(some), vocabulary)
    return found


def _kept(views: list[View], record_ids: list[int]) -> Iterator[tuple[int, bytes]]:
    """The packed words of each of the records, one after the other."""
    for view in views:
        these = view.searcher.search(of_ids(view.schema, record_ids), limit=len(record_ids), count=False)
        addresses = [address for _, address in these.hits]
        numbers = view.searcher.fast_field_values(ID, addresses)
        for number, packed in zip(numbers, kept_of(view, addresses), strict=True):
            yield int(number or 0), packed


def open_engine(settings: Settings) -> TantivyEngine:
    """The engine over the archive's index folder."""
    return TantivyEngine(settings.index)
