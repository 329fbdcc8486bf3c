"""The words of a list by their lengths, sorted out only as far as a misreading asks for them.

A word is never more letters away from another than their lengths differ, so of a list of millions few are compared.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from search.analysis import MISREAD_PAIRS, as_misread, misread_alike


class WordsByLength:
    """A list that only grows, in which a word may be left empty."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self._of_length: dict[int, tuple[int, list[str]]] = {}
        self._read: dict[int, list[str]] = {}
        # Words that are written shorter once confusions are one, by the length they then have.
        self._shortened: dict[int, tuple[list[str], list[str]]] = {}

    def within(self, text: str, edits: int) -> list[str]:
        """The words within so many letters of the text, a scanner's confusions counting as one; in order."""
        self._measure()
        found: set[str] = set()
        for length in range(len(text) - edits, len(text) + edits + 1):
            words = self._with_length(length)
            found.update(words[i] for i in _near(text, words, edits))
        alike = as_misread(text)
        for length in range(len(alike) - edits + 1, len(alike) + edits):
            for read, words in (self._read_with_length(length), self._shortened.get(length, ([], []))):
                found.update(words[i] for i in _near(alike, read, edits - 1))
        return sorted(found)

    def _measure(self) -> None:
        """Every word of the list has its length, and those that confusions shorten are among the shortened."""
        new = self._words[len(self._lengths) :]
        if not new:
            return
        lengths = np.fromiter(map(len, new), dtype=np.int16, count=len(new))
        self._lengths = np.concatenate([self._lengths, lengths])
        text = "\n".join(new)
        places = [place for pair in MISREAD_PAIRS for place in _places(text, pair)]
        ends = np.cumsum(lengths + np.int64(1))
        for i in np.unique(np.searchsorted(ends, places, side="right")).tolist():
            alike = as_misread(new[i])
            read, words = self._shortened.setdefault(len(alike), ([], []))
            read.append(alike)
            words.append(new[i])

    def _with_length(self, length: int) -> list[str]:
        if length < 1:
            return []
        measured, words = self._of_length.get(length, (0, []))
        words += [self._words[i] for i in (np.flatnonzero(self._lengths[measured:] == length) + measured).tolist()]
        self._of_length[length] = len(self._lengths), words
        return words

    def _read_with_length(self, length: int) -> tuple[list[str], list[str]]:
        """The words of this length as they are misread, and as they are."""
        words = self._with_length(length)
        read = self._read.setdefault(length, [])
        read += misread_alike(words[len(read) :])
        return read, words


def _places(text: str, piece: str) -> Iterator[int]:
    place = text.find(piece)
    while place >= 0:
        yield place
        place = text.find(piece, place + 1)


def _near(text: str, others: list[str], edits: int) -> list[int]:
    if not others:
        return []
    distances = process.cdist([text], others, scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.int32)[0]
    near: list[int] = np.flatnonzero(distances <= edits).tolist()
    return near
