"""What to mark on a page, and the piece of it worth showing; worked out from the text, whatever the engine."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from search import language_fields as fields
from search.analysis import Joined, Reading, beginnings, joined_in_pages, places_of, tokens_beginning_with, word_starts
from search.engine import VALUE_GAP, Highlights, PageHits, Snippet
from search.language_tree import Asked, Fuzzy, Text, Wildcard, Word, meaning, placed_parts
from search.marking import KnownWords, Leaf, is_one_word, leaves, marked_words
from search.spans import Spans, any_of, broken_words, single_words

SNIPPET_LENGTH = 240
_POSITION_BITS = 32
_SPACE = re.compile(r"\s")
_OTHER_SPACE = re.compile(r"[^\S ]")


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
    hits = tuple(PageHits(page.number, len(page.marks)) for page in marked)
    snippets = tuple(best_snippet(page.number, page.text, page.marks) for page in marked[:snippet_limit])
    return Highlights(hits, snippets, {page.number: tuple(page.marks) for page in marked})


@dataclass(frozen=True, slots=True)
class _Read:
    """A page whose words that may have to be marked were found: their positions on it, and their characters."""

    page: _Page
    words: Sequence[str]
    places: Sequence[int]
    characters: Sequence[Characters]
    broken_at: Sequence[int]
    count: int
    """How many words the page has."""


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
        for pages in read.values():
            broken = joined_in_pages([(page.number, page.text) for page in pages])
            for page, joined in zip(pages, broken, strict=True):
                known = self._known.meet(each.word for each in joined) if joined else {}
                page.broken.extend(each for each in joined if each.word in known)
        if self._is_placed:
            self._mark_placed(read.values())
        else:
            for pages in read.values():
                self._mark_words(pages)
        return {record_id: [page for page in pages if page.marks] for record_id, pages in read.items()}

    def _mark_words(self, pages: Iterable[_Page]) -> None:
        """Mark every place where any of the words stands."""
        over: Characters | None = None
        for page in pages:
            marks = self._words_on(page.text)
            whole = [(each.start, each.end) for each in page.broken] + ([over] if over else [])
            if whole:
                # Of a broken word that is marked none of the halves is another.
                halves = {start for start, _ in whole} | {end for _, end in whole}
                marks = sorted([*whole, *(each for each in marks if halves.isdisjoint(each))])
            page.marks.extend(marks)
            over = page.broken[-1].over if page.broken else None

    def _words_on(self, text: str) -> list[Characters]:
        if self._beginnings:
            found = tokens_beginning_with(self._beginnings, text)
            known = self._known.meet(token.word for token in found)
            return [(token.start, token.end) for token in found if token.word in known]
        reading = Reading(text)
        known = self._known.meet(reading.words)
        places = [place for place, word in enumerate(reading.words) if word in known]
        return reading.characters(places, places)

    def _mark_placed(self, records: Iterable[Sequence[_Page]]) -> None:
        """Mark what stands where it has to stand, in all the records at once."""
        read = list(_in_a_row([self._read(page) for page in pages] for pages in records))
        words = marked_words(self._parts, self._spans(read).__getitem__)
        if not len(words):
            return
        ends = np.searchsorted(words.first, [position for position, _ in read[1:]]).tolist()
        over: Characters | None = None
        for (position, each), start, end in zip(read, [0, *ends], [*ends, len(words)], strict=True):
            marks = each.page.marks
            if over is not None:
                marks.append(over)
                over = None
            if start == end:
                continue
            whole = dict(zip(each.places, each.characters, strict=True))
            broken = dict(zip(each.broken_at, each.page.broken, strict=True))
            first, last = words.first[start:end] - position, words.last[start:end] - position
            for begin, stop in zip(first.tolist(), last.tolist(), strict=True):
                if begin == stop:
                    marks.append(whole[begin])
                else:
                    marks.append((broken[begin].start, broken[begin].end))
                    over = broken[begin].over

    def _read(self, page: _Page) -> _Read:
        broken_at = places_of(page.text, page.broken)
        if self._beginnings:
            begun = tokens_beginning_with(self._beginnings, page.text)
            known = self._known.meet(token.word for token in begun)
            found = [token for token in begun if token.word in known]
            starts = word_starts(page.text)
            places = np.searchsorted(starts, [token.start for token in found]).tolist() if found else []
            characters = [(token.start, token.end) for token in found]
            return _Read(page, [token.word for token in found], places, characters, broken_at, len(starts))
        reading = Reading(page.text)
        known = self._known.meet(reading.words)
        places = [place for place, word in enumerate(reading.words) if word in known]
        words = [reading.words[place] for place in places]
        return _Read(page, words, places, reading.characters(places, places), broken_at, len(reading.words))

    def _spans(self, read: Iterable[tuple[int, _Read]]) -> dict[Leaf, Spans]:
        """Where each of the words stands."""
        standing: list[list[int]] = [[] for _ in self._leaves]
        broken: list[list[int]] = [[] for _ in self._leaves]
        for position, each in read:
            joined = [whole.word for whole in each.page.broken]
            known = self._known.meet([*each.words, *joined])
            for found, words, places in ((standing, each.words, each.places), (broken, joined, each.broken_at)):
                for word, place in zip(words, places, strict=True):
                    for i in known[word]:
                        found[i].append(position + place)
        return {
            leaf: any_of([single_words(np.array(one, dtype=np.int64)), broken_words(np.array(two, dtype=np.int64))])
            for leaf, one, two in zip(self._leaves, standing, broken, strict=True)
        }


def _in_a_row(records: Iterable[Sequence[_Read]]) -> Iterator[tuple[int, _Read]]:
    """Every page with the position of its first word: pages that follow one another are one text."""
    for owner, pages in enumerate(records):
        position = owner << _POSITION_BITS
        before: _Read | None = None
        for each in pages:
            # Nothing reaches over a page that is missing, or into another record.
            if before is not None and each.page.number != before.page.number + 1:
                position += VALUE_GAP
            yield position, each
            before, position = each, position + each.count


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


def best_snippet(number: int, text: str, marks: Sequence[tuple[int, int]]) -> Snippet:
    """The stretch of the page with the most marks in it, cut at spaces, with its line breaks made spaces."""
    starts, ends = [start for start, _ in marks], [end for _, end in marks]
    inside = [bisect_right(ends, start + SNIPPET_LENGTH) - i for i, start in enumerate(starts)]
    best = inside.index(max(inside))
    last = best + max(inside[best], 1) - 1
    spare = max(0, SNIPPET_LENGTH - (ends[last] - starts[best])) // 2
    begin = _cut_before(text, starts[best] - spare)
    end = _cut_after(text, ends[last] + spare)
    piece = _OTHER_SPACE.sub(" ", text[begin:end])
    shown = tuple((start - begin, stop - begin) for start, stop in marks if start >= begin and stop <= end)
    return Snippet(number, piece, shown)


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
    return next((i for i in range(place, max(place - 30, 0), -1) if text[i].isspace()), place)
