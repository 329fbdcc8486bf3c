"""The words that a document breaks at the end of a line or of a page, whole, as engines keep them beside its words."""

from collections.abc import Sequence

from search.analysis import joined_in_pages, places_of
from search.engine import IndexDocument

JOINED = "joined"
"""The field of an index that holds them, each at the position of its first half in the text."""


def joined_in(document: IndexDocument, lengths: Sequence[int]) -> dict[int, str]:
    """Each of them by the position of its first half, in order; `lengths` are the words of each page."""
    found: dict[int, str] = {}
    start = 0
    for (_, text), joined, length in zip(document.pages, joined_in_pages(document.pages), lengths, strict=True):
        found |= {start + place: each.word for place, each in zip(places_of(text, joined), joined, strict=True)}
        start += length
    return found
