"""What of a record's text has to be read to mark some of its pages as they are marked in the whole of it.

What is asked for may begin on one page and end on another, and between them may be blank pages, or short ones.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from search.analysis import joined_words, words
from search.highlighting import text_parts
from search.language_tree import AnyOf, Asked, Fuzzy, Near, Phrase, Placed, Wildcard, Word

Read = Callable[[Collection[tuple[int, int]]], Iterable[tuple[int, int, str]]]
"""Those of the pages asked for, each by its record and its number, that there are, with their text."""

# The page beside a wanted one is nearly always enough. Where it is not, this many more are asked for on that side at a
# time, and fewer where that would be too many for one question to the database.
PAGES_AHEAD = 50
_AHEAD_IN_ALL = 1000


def read_with_beside(
    query: Asked, wanted: Mapping[int, Collection[int]], read: Read
) -> dict[int, list[tuple[int, str]]]:
    """The text of the wanted pages of each record, and of the pages beside them as far as the query reaches.

    The wanted pages are marked by it as by the whole text; those beside them may lack marks.
    """
    reach = max((_reach(part.placed) for part in text_parts(query)), default=0)
    sides = [_Side(each, number, step) for each, numbers in wanted.items() for number in numbers for step in (-1, 1)]
    reached = {(side.record_id, side.number) for side in sides}
    known: dict[tuple[int, int], str | None] = {}
    asked = reached.union(*(side.beyond(1) for side in sides))
    while asked:
        known.update(dict.fromkeys(asked))
        known.update(((record_id, number), text) for record_id, number, text in read(asked))
        sides = [side for side in sides if side.goes_on(known, reach, reached)]
        ahead = max(1, min(PAGES_AHEAD, _AHEAD_IN_ALL // max(1, len(sides))))
        asked = {page for side in sides for page in side.beyond(ahead)} - known.keys()
    # What was asked for ahead and not reached is left out.
    pages: dict[int, list[tuple[int, str]]] = {record_id: [] for record_id in wanted}
    for record_id, number in sorted(reached):
        text = known[record_id, number]
        if text is not None:
            pages[record_id].append((number, text))
    return pages


@dataclass
class _Side:
    """One side of a wanted page: the farthest page reached there, and the words passed on the way."""

    record_id: int
    number: int
    step: int
    passed: int = 0

    def beyond(self, count: int) -> list[tuple[int, int]]:
        """The next pages on this side."""
        return [(self.record_id, self.number + self.step * away) for away in range(1, count + 1)]

    def goes_on(self, known: Mapping[tuple[int, int], str | None], reach: int, reached: set[tuple[int, int]]) -> bool:
        """Goes on as far as pages are known, and says whether what is beyond them matters."""
        while (page := (self.record_id, self.number + self.step)) in known:
            self.number += self.step
            reached.add(page)
            text = known[page]
            if text is None:
                return False
            self.passed += len(words(text))
            # Which words a text breaks hangs on where it begins: it has to begin where that makes no difference.
            if self.passed >= reach and (self.step > 0 or _breaks_the_same(text)):
                return False
        return True


def _breaks_the_same(text: str) -> bool:
    """Whether the page breaks the same words, be its first one the rest of another or not."""
    return len(words(text)) != 1 and joined_words(text) == joined_words(text, goes_on=True)


def _reach(placed: Placed) -> int:
    """The most words that a match may be long; each word may be broken, and so be two."""
    match placed:
        case Word() | Wildcard() | Fuzzy():
            return 2
        case Phrase(parts):
            return 2 * len(parts)
        case AnyOf(alternatives):
            return max(map(_reach, alternatives))
        case Near(left, right, distance):
            return _reach(left) + _reach(right) + distance - 1
