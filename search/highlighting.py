"""What to mark on a page, and the piece of it worth showing; worked out from the text, whatever the engine."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from search import language_fields as fields
from search.analysis import Joined, beginnings, joined_in_pages, places_of
from search.engine import VALUE_GAP, Highlights, PageHits, Snippet
from search.language_tree import Asked, Fuzzy, Text, Wildcard, Word, meaning, placed_parts
from search.marking import KnownWords, Leaf, is_one_word, leaves, marked_words
from search.sheet import Met, Sheet
from search.spans import Places, Spans, any_of, broken_words, single_words

SNIPPET_LENGTH = 240
_POSITION_BITS = 32
_SPACE = re.compile(r"\s")
_SPACES = {code: " " for code in range(0x3001) if chr(code).isspace()}


def text_parts(query: Asked) -> list[Text]:
    """The parts of the query that can be marked on a page."""
    return [part for part in placed_parts(meaning(query)) if part.field in (None, fields.TEXT)]


Characters = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    text: str
    marks: list[Characters]
    """The characters to mark, in order."""
    broken: list[Joined]
    """The words that are broken on it which may have to be marked."""


def highlight_pages(query: Asked, pages: Iterable[tuple[int, str]], *, snippet_limit: int = 3) -> Highlights:
    """The marks and snippets of these pages; pages that follow one another are read as one text."""
    return highlight_each(query, {0: pages}, snippet_limit=snippet_limit)[0]


def highlight_each(
    query: Asked, records: Mapping[int, Iterable[tuple[int, str]]], *, snippet_limit: int = 3
) -> dict[int, Highlights]:
    """The marks and snippets of these pages of each record, all worked out at once."""
    parts = tuple(text_parts(query))
    if not parts:
        return dict.fromkeys(records, Highlights())
    marked = _marker(parts).mark(records)
    return {record_id: _shown(marked[record_id], snippet_limit) for record_id in records}


def _shown(marked: Sequence[_Page], snippet_limit: int) -> Highlights:
    hits = tuple([PageHits(page.number, len(page.marks)) for page in marked])
    snippets = tuple([best_snippet(page.number, page.text, page.marks) for page in marked[:snippet_limit]])
    return Highlights(hits, snippets, {page.number: tuple(page.marks) for page in marked})


class _Marker:
    """Finds what a query points at in one text after another: what a word is to the query is worked out once."""

    def __init__(self, parts: Sequence[Text]) -> None:
        self._parts = [part.placed for part in parts]
        self._leaves = list(dict.fromkeys(leaf for placed in self._parts for leaf in leaves(placed)))
        self._known = KnownWords(self._leaves, stemmed=True)
        self._beginnings = _beginnings(self._leaves)
        # Where words stand among the others is only asked where that decides what is found.
        self._is_placed = not all(map(is_one_word, self._parts))

    def mark(self, records: Mapping[int, Iterable[tuple[int, str]]]) -> dict[int, list[_Page]]:
        """Of each record the pages with something to mark."""
        read = {
            record_id: [_Page(number, text, [], []) for number, text in pages] for record_id, pages in records.items()
        }
        pages = [page for row in read.values() for page in row]
        if pages:
            sheet = Sheet(page.text for page in pages)
            self._find_broken(read.values(), sheet.breaking(self._known, self._beginnings))
            met = sheet.meet(self._known, self._beginnings)
            if self._is_placed:
                self._mark_placed(pages, met, _positions(read.values(), sheet.counts))
            else:
                _mark_words(pages, met, slice(None))
                for number, page in enumerate(pages):
                    for whole in page.broken:
                        _mark_broken(pages, number, whole)
        return {record_id: [page for page in row if page.marks] for record_id, row in read.items()}

    def _find_broken(self, rows: Iterable[Sequence[_Page]], breaking: Set[int]) -> None:
        """Find the broken words that may have to be marked; only the pages with these numbers may have some."""
        first = 0
        for row in rows:
            if not breaking.isdisjoint(range(first, first + len(row))):
                joined = joined_in_pages([(page.number, page.text) for page in row])
                known = self._known.meet(each.word for found in joined for each in found)
                for page, found in zip(row, joined, strict=True):
                    page.broken.extend(each for each in found if each.word in known)
            first += len(row)

    def _mark_placed(self, pages: Sequence[_Page], met: Met, positions: Places) -> None:
        """Mark what stands where it has to stand; `positions` are those of the pages' first words."""
        places = positions[met.texts] + met.places
        broken = {
            position + place: (number, each)
            for number, (page, position) in enumerate(zip(pages, positions.tolist(), strict=True))
            for place, each in zip(places_of(page.text, page.broken), page.broken, strict=True)
        }
        words = marked_words(self._parts, self._spans(met.words, places, broken).__getitem__)
        is_whole = words.first == words.last
        _mark_words(pages, met, np.searchsorted(places, words.first[is_whole]))
        for position in words.first[~is_whole].tolist():
            _mark_broken(pages, *broken[position])

    def _spans(
        self, words: Sequence[str], places: Places, broken: Mapping[int, tuple[int, Joined]]
    ) -> dict[Leaf, Spans]:
        """Where each of the words stands."""
        standing: list[list[int]] = [[] for _ in self._leaves]
        parted: list[list[int]] = [[] for _ in self._leaves]
        known = self._known.meet([*words, *(each.word for _, each in broken.values())])
        for word, place in zip(words, places.tolist(), strict=True):
            for i in known[word]:
                standing[i].append(place)
        for place, (_, each) in broken.items():
            for i in known[each.word]:
                parted[i].append(place)
        return {
            leaf: any_of([single_words(np.array(one, dtype=np.int64)), broken_words(np.array(two, dtype=np.int64))])
            for leaf, one, two in zip(self._leaves, standing, parted, strict=True)
        }


def _mark_words(pages: Sequence[_Page], met: Met, which: Places | slice) -> None:
    """Mark these of the words that were met."""
    marks = list(zip(met.starts[which].tolist(), met.ends[which].tolist(), strict=True))
    bounds = np.searchsorted(met.texts[which], np.arange(len(pages) + 1)).tolist()
    for page, first, last in zip(pages, bounds, bounds[1:], strict=False):
        page.marks.extend(marks[first:last])


def _mark_broken(pages: Sequence[_Page], number: int, whole: Joined) -> None:
    """Mark a word that is broken on the page with this number: none of its halves is another."""
    over = [(pages[number + 1], whole.over)] if whole.over else []
    for page, (start, end) in ((pages[number], (whole.start, whole.end)), *over):
        others = [mark for mark in page.marks if mark[0] != start and mark[1] != end]
        page.marks[:] = sorted([*others, (start, end)])


def _positions(rows: Iterable[Sequence[_Page]], counts: Iterable[int]) -> Places:
    """For every page the position of its first word: pages that follow one another are one text."""
    positions: list[int] = []
    count = iter(counts)
    for owner, pages in enumerate(rows):
        position = owner << _POSITION_BITS
        before: int | None = None
        for page in pages:
            # Nothing reaches over a page that is missing, or into another record.
            if before is not None and page.number != before + 1:
                position += VALUE_GAP
            positions.append(position)
            before, position = page.number, position + next(count)
    return np.array(positions, dtype=np.int64)


def _beginnings(found: Iterable[Leaf]) -> frozenset[str]:
    """What all their words begin with; nothing where any word may have to be looked at."""
    all_of_them: set[str] = set()
    for leaf in found:
        begin = _beginning(leaf)
        if not begin:
            return frozenset()
        all_of_them |= begin
    return frozenset(all_of_them)


def _beginning(leaf: Leaf) -> frozenset[str]:
    match leaf:
        case Word(text, exact):
            return beginnings(text, stemmed=not exact)
        case Wildcard(pattern):
            return beginnings(re.split(r"[*?]", pattern)[0], stemmed=False)
        case Fuzzy():
            return frozenset()


@lru_cache(maxsize=32)
def _marker(parts: tuple[Text, ...]) -> _Marker:
    return _Marker(parts)


def best_snippet(number: int, text: str, marks: Sequence[Characters]) -> Snippet:
    """The stretch of the page with the most marks in it, cut at spaces, with its line breaks made spaces."""
    starts, ends = zip(*marks, strict=True)
    best, most, behind = 0, 0, 0
    for i, start in enumerate(starts):
        behind = bisect_right(ends, start + SNIPPET_LENGTH, behind)
        if behind - i > most:
            best, most = i, behind - i
        if behind == len(ends):
            break
    last = best + max(most, 1) - 1
    spare = max(0, SNIPPET_LENGTH - (ends[last] - starts[best])) // 2
    begin = _cut_before(text, starts[best] - spare)
    end = _cut_after(text, ends[last] + spare)
    piece = text[begin:end].translate(_SPACES)
    shown = marks[bisect_left(starts, begin) : bisect_right(ends, end)]
    return Snippet(number, piece, tuple([(start - begin, stop - begin) for start, stop in shown]))


def _cut_before(text: str, place: int) -> int:
    """The start of a word at the place or shortly after it."""
    if place <= 0:
        return 0
    space = _SPACE.search(text, place - 1, min(place + 30, len(text)) - 1)
    return space.end() if space else place


def _cut_after(text: str, place: int) -> int:
    """The end of a word at the place or shortly before it."""
    if place >= len(text):
        return len(text)
    for i in range(place, max(place - 30, 0), -1):
        if text[i].isspace():
            return i
    return place
