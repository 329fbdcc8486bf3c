"""Every word that was ever indexed, kept beside the index, so that forms, patterns and misreadings can be found.

The list only grows, and a word's number is its line. A word that no document holds any longer costs one fruitless
look-up; a word that is missing would hide documents, so the words of a commit are on the disk before the commit is.
"""

import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis import stem, wildcard_pattern
from search.engines.words_by_length import WordsByLength
from search.language_tree import Fuzzy, Wildcard, Word
from search.marking import Leaf

FILE_NAME = "vocabulary.txt"

_EXPANDED_KEPT = 200


class Vocabulary:
    """The words of one index folder; `refresh` reads what another process has added since.

    Many threads may ask while one refreshes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._offset = 0
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        # Only words that are not their own stem: a list for each of the others would be a million objects to keep.
        self._forms: dict[str, list[str]] = {}
        self._sorted: list[str] = []
        self._put_in_order = 0
        self._lines = ""
        self._by_length = WordsByLength(self._words)
        self._expanded: dict[tuple[Leaf, bool], list[str]] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._words)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each word; a word keeps it as long as the index stands."""
        return self._numbers

    def refresh(self) -> None:
        """Know every word that is in the file."""
        if not self._path.exists() or self._path.stat().st_size == self._offset:
            return
        with self._lock:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
            # A line that was cut off by a crash is not a word: the next writer takes it away.
            whole = added[: added.rfind(b"\n") + 1]
            if not whole:
                return
            self._offset += len(whole)
            for line in whole[:-1].decode(errors="replace").split("\n"):
                word, _, root = line.partition("\t")
                is_new = word not in self._numbers
                if word and is_new:
                    self._numbers[word] = len(self._words)
                    if root:
                        self._forms.setdefault(root, []).append(word)
                self._words.append(word if is_new else "")
            self._lines = ""
            self._expanded.clear()

    def add(self, found: Iterable[str]) -> None:
        """Write the words that are new to the file, and wait until they are on the disk."""
        self.refresh()
        new = sorted(word for word in found if word and word not in self._numbers)
        if not new:
            return
        lines = (word if (root := stem(word)) == word else f"{word}\t{root}" for word in new)
        with self._path.open("ab") as file:
            if file.tell() > self._offset:
                file.truncate(self._offset)
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        self.refresh()

    def expand(self, leaf: Leaf, *, stemmed: bool) -> list[str]:
        """The words that the leaf stands for, in a field whose words are found by their stem or not."""
        with self._lock:
            key = (leaf, stemmed)
            if key not in self._expanded:
                if len(self._expanded) > _EXPANDED_KEPT:
                    self._expanded.clear()
                self._expanded[key] = self._expand(leaf, stemmed=stemmed)
            return self._expanded[key]

    def expand_to_numbers(self, leaf: Leaf, *, stemmed: bool) -> NDArray[np.int64]:
        """The numbers of the words that the leaf stands for."""
        found = [self._numbers[word] for word in self.expand(leaf, stemmed=stemmed) if word in self._numbers]
        return np.array(found, dtype=np.int64)

    def _expand(self, leaf: Leaf, *, stemmed: bool) -> list[str]:
        match leaf:
            case Word(text, exact):
                return [text] if exact or not stemmed else self._with_stem(stem(text))
            case Wildcard(pattern):
                return self._like(pattern)
            case Fuzzy(text, edits):
                return self.within(text, edits)

    def _with_stem(self, root: str) -> list[str]:
        others = self._forms.get(root, [])
        return [root, *others] if root in self._numbers and stem(root) == root else others

    def _in_order(self) -> list[str]:
        if len(self._sorted) < len(self._numbers):
            # Two runs, each in order, are put together in one pass.
            self._sorted += sorted(word for word in self._words[self._put_in_order :] if word)
            self._sorted.sort()
            self._put_in_order = len(self._words)
        return self._sorted

    def _like(self, pattern: str) -> list[str]:
        pieces = pattern.replace("?", "*").split("*")
        prefix = pieces[0]
        test = wildcard_pattern(pattern).fullmatch
        longest = max(pieces, key=len)
        if not prefix and longest:
            return self._with_piece(longest, pattern)
        ordered = self._in_order()
        first = bisect_left(ordered, prefix)
        last = bisect_left(ordered, prefix + "\U0010ffff") if prefix else len(ordered)
        if pattern == f"{prefix}*":
            return ordered[first:last]
        return [word for word in ordered[first:last] if test(word)]

    def _with_piece(self, piece: str, pattern: str) -> list[str]:
        """The words that hold the piece and match the pattern, found without a look at each word."""
        if not self._lines:
            self._lines = "\n".join(["", *self._words, ""])
        test = wildcard_pattern(pattern).fullmatch
        lines, found = self._lines, set()
        place = lines.find(piece)
        while place >= 0:
            end = lines.index("\n", place)
            word = lines[lines.rindex("\n", 0, place) + 1 : end]
            if test(word):
                found.add(word)
            place = lines.find(piece, end)
        return sorted(found)

    def within(self, text: str, edits: int) -> list[str]:
        """The words within so many letters of the text, a scanner's confusions counting as one."""
        with self._lock:
            return self._by_length.within(text, edits)
