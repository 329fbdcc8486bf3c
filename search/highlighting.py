"""What to mark on a page, and the piece of it worth showing; worked out from the text, whatever the engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from search import language_fields as fields
from search.analysis import word_places, words
from search.engine import VALUE_GAP, Highlights, PageHits, Snippet
from search.language_tree import Asked, Fuzzy, Text, Word, meaning, placed_parts
from search.marking import Leaf, is_leaf, marked_places
from search.spans import Places

SNIPPET_LENGTH = 240
_NOWHERE: Places = np.empty(0, dtype=np.int64)


def text_parts(query: Asked) -> list[Text]:
    """The parts of the query that can be marked on a page."""
    return [part for part in placed_parts(meaning(query)) if part.field in (None, fields.TEXT)]


def highlight_pages(query: Asked, pages: Iterable[tuple[int, str]], *, snippet_limit: int = 3) -> Highlights:
    """The marks and snippets of these pages; pages that follow one another are read as one text."""
    parts = text_parts(query)
    if not parts:
        return Highlights()
    text = _PagedText(pages)
    marked = np.unique(np.concatenate([_NOWHERE, *(marked_places(part.placed, text.places) for part in parts)]))
    hits: list[PageHits] = []
    snippets: list[Snippet] = []
    marks: dict[int, tuple[tuple[int, int], ...]] = {}
    for page in text.pages:
        here = marked[(marked >= page.start) & (marked < page.start + page.count)] - page.start
        if not len(here):
            continue
        hits.append(PageHits(page.number, len(here)))
        places = word_places(page.text)
        marks[page.number] = tuple(places[i] for i in here)
        if len(snippets) < snippet_limit:
            snippets.append(best_snippet(page.number, page.text, marks[page.number]))
    return Highlights(tuple(hits), tuple(snippets), marks)


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    text: str
    start: int
    count: int


class _PagedText:
    """The words of some pages and where each stands."""

    def __init__(self, pages: Iterable[tuple[int, str]]) -> None:
        self.pages: list[_Page] = []
        self._places: dict[str, list[int]] = {}
        self._found: dict[Leaf, Places] = {}
        position = 0
        for number, text in pages:
            if self.pages and number != self.pages[-1].number + 1:
                position += VALUE_GAP
            found = words(text)
            self.pages.append(_Page(number, text, position, len(found)))
            for place, word in enumerate(found, start=position):
                if word in self._places:
                    self._places[word].append(place)
                else:
                    self._places[word] = [place]
            position += len(found)

    def places(self, leaf: Leaf) -> Places:
        """Where the words that the leaf stands for are, in order."""
        if leaf not in self._found:
            found = sorted(
                place for word in self._candidates(leaf) if is_leaf(leaf, word) for place in self._places[word]
            )
            self._found[leaf] = np.array(found, dtype=np.int64)
        return self._found[leaf]

    def _candidates(self, leaf: Leaf) -> Iterable[str]:
        """Words worth a closer look: all forms of a word begin with its first letter, and so does its stem."""
        begin = "" if isinstance(leaf, Fuzzy) else (leaf.text if isinstance(leaf, Word) else leaf.pattern)[:1]
        if begin in ("", "*", "?"):
            return self._places
        return [word for word in self._places if word[:1] == begin]


def best_snippet(number: int, text: str, marks: Sequence[tuple[int, int]]) -> Snippet:
    """The stretch of the page with the most marks in it, cut at spaces, with its line breaks made spaces."""
    starts = np.array([start for start, _ in marks])
    ends = np.array([end for _, end in marks])
    inside = np.searchsorted(ends, starts + SNIPPET_LENGTH, side="right") - np.arange(len(marks))
    best = int(np.argmax(inside))
    last = best + max(int(inside[best]), 1) - 1
    spare = max(0, SNIPPET_LENGTH - int(ends[last] - starts[best])) // 2
    begin = _cut_before(text, int(starts[best]) - spare)
    end = _cut_after(text, int(ends[last]) + spare)
    piece = "".join(" " if c.isspace() else c for c in text[begin:end])
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
