"""What to mark on a page, and the piece of it worth showing; worked out from the text, whatever the engine."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from search import language_fields as fields
from search.analysis import Joined, Token, beginnings, joined_in_pages, tokens, tokens_beginning_with, word_counts
from search.engine import VALUE_GAP, Highlights, PageHits, Snippet
from search.language_tree import Asked, Fuzzy, Text, Wildcard, Word, meaning, placed_parts
from search.marking import KnownWords, Leaf, leaves, marked_words
from search.spans import any_of, broken_words, single_words

SNIPPET_LENGTH = 240
_OTHER_SPACE = re.compile(r"[^\S ]")


def text_parts(query: Asked) -> list[Text]:
    """The parts of the query that can be marked on a page."""
    return [part for part in placed_parts(meaning(query)) if part.field in (None, fields.TEXT)]


def highlight_pages(query: Asked, pages: Iterable[tuple[int, str]], *, snippet_limit: int = 3) -> Highlights:
    """The marks and snippets of these pages; pages that follow one another are read as one text."""
    parts = tuple(text_parts(query))
    if not parts:
        return Highlights()
    hits: list[PageHits] = []
    snippets: list[Snippet] = []
    marks: dict[int, tuple[tuple[int, int], ...]] = {}
    for page, here in _marker(parts).mark(pages):
        hits.append(PageHits(page.number, len(here)))
        marks[page.number] = here
        if len(snippets) < snippet_limit:
            snippets.append(best_snippet(page.number, page.text, here))
    return Highlights(tuple(hits), tuple(snippets), marks)


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    text: str
    marks: dict[tuple[int, int], tuple[int, int]]
    """The characters of each word that may have to be marked, by where it stands among the words of all the pages."""


class _Marker:
    """Finds what a query points at in one text after another: what a word is to the query is worked out once."""

    def __init__(self, parts: Sequence[Text]) -> None:
        self._parts = parts
        self._leaves = list(dict.fromkeys(leaf for part in parts for leaf in leaves(part.placed)))
        self._known = KnownWords(self._leaves, stemmed=True)
        self._beginnings = _beginnings(self._leaves)
        # Where words stand among the others is only asked where that decides what is found.
        self._is_placed = not all(isinstance(part.placed, Word | Wildcard | Fuzzy) for part in parts)

    def mark(self, pages: Iterable[tuple[int, str]]) -> Iterator[tuple[_Page, tuple[tuple[int, int], ...]]]:
        """The pages with something to mark, and the characters to mark on each."""
        read: list[_Page] = []
        standing: list[list[int]] = [[] for _ in self._leaves]
        broken: list[list[int]] = [[] for _ in self._leaves]
        position = 0
        given = list(pages)
        over: Joined | None = None
        for (number, text), joined in zip(given, joined_in_pages(given), strict=True):
            if read and number != read[-1].number + 1:
                position += VALUE_GAP
            found = list(tokens_beginning_with(self._beginnings, text) if self._beginnings else tokens(text))
            known = self._known.meet([*(token.word for token in found), *(each.word for each in joined)])
            asked = [token for token in found if token.word in known]
            asked_joined = [each for each in joined if each.word in known]
            page = _Page(number, text, {})
            if over is not None and over.over is not None:
                page.marks[position - 1, position] = over.over
            places, count = self._positions(text, asked, asked_joined, is_begun=over is not None)
            for place, token in zip(places, asked, strict=True):
                page.marks[position + place, position + place] = (token.start, token.end)
                for i in known[token.word]:
                    standing[i].append(position + place)
            for each in asked_joined:
                page.marks[position + each.place, position + each.place + 1] = (each.start, each.end)
                for i in known[each.word]:
                    broken[i].append(position + each.place)
            over = asked_joined[-1] if asked_joined and asked_joined[-1].over else None
            read.append(page)
            position += count
        spans = {
            leaf: any_of([single_words(np.array(one, dtype=np.int64)), broken_words(np.array(two, dtype=np.int64))])
            for leaf, one, two in zip(self._leaves, standing, broken, strict=True)
        }
        words = marked_words([part.placed for part in self._parts], spans.__getitem__)
        marked = set(zip(words.first.tolist(), words.last.tolist(), strict=True))
        for page in read:
            here = tuple(sorted(characters for place, characters in page.marks.items() if place in marked))
            if here:
                yield page, here

    def _positions(
        self, text: str, found: Sequence[Token], joined: Sequence[Joined], *, is_begun: bool
    ) -> tuple[Sequence[int], int]:
        """The positions of these words among those of the text, and how many there are.

        `is_begun`: the text begins with the second half of a word that is asked for.
        """
        if not self._is_placed and not joined and not is_begun:
            return range(len(found)), len(found)
        counts = word_counts(text)
        places: list[int] = (counts[[token.start for token in found]] - 1).tolist()
        return places, int(counts[-1]) if len(counts) else 0


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
    return next((i for i in range(place, min(place + 30, len(text))) if text[i - 1].isspace()), place)


def _cut_after(text: str, place: int) -> int:
    """The end of a word at the place or shortly before it."""
    if place >= len(text):
        return len(text)
    return next((i for i in range(place, max(place - 30, 0), -1) if text[i].isspace()), place)
