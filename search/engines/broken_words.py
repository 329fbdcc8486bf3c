"""The words that a document's pages break at the end of a line, whole, as engines keep them beside its words."""

from collections.abc import Sequence

from search.analysis import joined_words
from search.engine import IndexDocument

JOINED = "joined"
"""The field of an index that holds them, each at the position of its first half in the text."""


def joined_in(document: IndexDocument, lengths: Sequence[int]) -> dict[int, str]:
    """Each of them by the position of its first half, in order; `lengths` are the words of each page."""
    found: dict[int, str] = {}
    start = 0
    for (_, text), length in zip(document.pages, lengths, strict=True):
        found |= {start + each.place: each.word for each in joined_words(text)}
        start += length
    return found
