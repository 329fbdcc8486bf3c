"""What of a record's text has to be read to mark some of its pages as they are marked in the whole of it.

What is asked for may begin on one page and end on another, and between them may be blank pages, or short ones.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from search.analysis import joined_words, words
from search.highlighting import text_parts
from search.language_tree import AnyOf, Asked, Fuzzy, Near, Phrase, Placed, Wildcard, Word

Read = Callable[[Collection[tuple[int, int]]], Iterable[tuple[int, int, str]]]
"""Those of the pages asked for, each by its record and its number, that there are, with their text."""


def read_with_beside(
    query: Asked, wanted: Mapping[int, Collection[int]], read: Read
) -> dict[int, list[tuple[int, str]]]:
    """The text of the wanted pages of each record, and of the pages beside them as far as the query reaches.

    The wanted pages are marked by it as by the whole text; those beside them may lack marks.
    """
    reach = max((_reach(part.placed) for part in text_parts(query)), default=0)
    known: dict[int, dict[int, str | None]] = {record_id: {} for record_id in wanted}
    asked = {(each, number + step) for each, numbers in wanted.items() for number in numbers for step in (-1, 0, 1)}
    while asked:
        for record_id, number in asked:
            known[record_id][number] = None
        for record_id, number, text in read(asked):
            known[record_id][number] = text
        asked = {
            (each, lacking)
            for each, numbers in wanted.items()
            for number in numbers
            for step in (-1, 1)
            if (lacking := _lacking(known[each], number, step, reach)) is not None
        }
    return {
        record_id: [(number, text) for number, text in sorted(pages.items()) if text is not None]
        for record_id, pages in known.items()
    }


def _lacking(known: Mapping[int, str | None], number: int, step: int, reach: int) -> int | None:
    """The next page to read on this side of a page, or None where nothing beyond what is known matters."""
    passed = 0
    while (number := number + step) in known:
        text = known[number]
        if text is None:
            return None
        passed += len(words(text))
        # Which words a text breaks hangs on where it begins: it has to begin where that makes no difference.
        if passed >= reach and (step > 0 or _breaks_the_same(text)):
            return None
    return number


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
