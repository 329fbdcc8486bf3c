"""Every word that was ever indexed, kept beside the index, so that forms, patterns and misreadings can be found.

The list only grows. A word that no document holds any longer costs one fruitless look-up; a word that is missing
would hide documents, so the words of a commit are on the disk before the commit is.
"""

import os
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from search.analysis import as_misread, stem, wildcard_pattern
from search.language_tree import Fuzzy, Wildcard, Word
from search.marking import Leaf

FILE_NAME = "vocabulary.txt"


class Vocabulary:
    """The words of one index folder; `refresh` reads what another process has added since."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._offset = 0
        self._words: set[str] = set()
        self._forms: dict[str, list[str]] = {}
        self._sorted: list[str] = []
        self._misread: list[str] = []
        self._expanded: dict[tuple[Leaf, bool], list[str]] = {}

    def refresh(self) -> None:
        """Know every word that is in the file."""
        if not self._path.exists() or self._path.stat().st_size == self._offset:
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            added = file.read()
        # A line that was cut off by a crash is read as what it is: the writer starts its next word on a new line.
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode(errors="replace").split("\n"):
            word, _, root = line.partition("\t")
            if word and word not in self._words:
                self._words.add(word)
                self._forms.setdefault(root or word, []).append(word)
        self._sorted = []
        self._misread = []
        self._expanded.clear()

    def add(self, found: Iterable[str]) -> None:
        """Write the words that are new to the file, and wait until they are on the disk."""
        self.refresh()
        new = sorted(word for word in found if word not in self._words)
        if not new:
            return
        lines = (word if (root := stem(word)) == word else f"{word}\t{root}" for word in new)
        with self._path.open("ab") as file:
            torn = file.tell() > self._offset
            file.write(("\n" if torn else "").encode() + "".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        self.refresh()

    def expand(self, leaf: Leaf, *, stemmed: bool) -> list[str]:
        """The words that the leaf stands for, in a field whose words are found by their stem or not."""
        key = (leaf, stemmed)
        if key not in self._expanded:
            if len(self._expanded) > 200:
                self._expanded.clear()
            self._expanded[key] = self._expand(leaf, stemmed=stemmed)
        return self._expanded[key]

    def _expand(self, leaf: Leaf, *, stemmed: bool) -> list[str]:
        match leaf:
            case Word(text, exact):
                return [text] if exact or not stemmed else self._forms.get(stem(text), [])
            case Wildcard(pattern):
                return self._like(pattern)
            case Fuzzy(text, edits):
                return self.within(text, edits)

    def _in_order(self) -> list[str]:
        if not self._sorted:
            self._sorted = sorted(self._words)
        return self._sorted

    def _like(self, pattern: str) -> list[str]:
        ordered = self._in_order()
        prefix = pattern[: min(pattern.find(c) % (len(pattern) + 1) for c in "*?")]
        first = bisect_left(ordered, prefix)
        last = bisect_left(ordered, prefix + "\U0010ffff") if prefix else len(ordered)
        if pattern == f"{prefix}*":
            return ordered[first:last]
        test = wildcard_pattern(pattern).fullmatch
        return [word for word in ordered[first:last] if test(word)]

    def within(self, text: str, edits: int) -> list[str]:
        """The words within so many letters of the text, a scanner's confusions counting as one."""
        ordered = self._in_order()
        if not ordered:
            return []
        if not self._misread:
            self._misread = [as_misread(word) for word in ordered]
        plain = process.cdist([text], ordered, scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.int32)[0]
        misread = process.cdist(
            [as_misread(text)], self._misread, scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.int32
        )[0]
        return [ordered[i] for i in np.flatnonzero((plain <= edits) | (misread < edits))]
