"""Texts read in one go for the words that are looked for in them: what a look at a text costs is spent once for all."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

import numpy as np

from search.analysis import BEGINNING_LENGTH, WORD_LENGTH_LIMIT, fold_each, plain_signs, word_bounds
from search.marking import KnownWords
from search.spans import Places

_APOSTROPHE, _HYPHEN, _SPACE, _NOT_ASCII = b"'- ?"


class Met(NamedTuple):
    """Words that were met in texts, folded: text after text, and in each as they stand."""

    words: Sequence[str]
    texts: Places
    """The number of the text that each stands in."""
    places: Places
    """Its number among all the words of that text."""
    starts: Places
    ends: Places


class Sheet:
    """Texts one below the other; the ends of lines, which are part of no word, part them."""

    def __init__(self, texts: Iterable[str]) -> None:
        plain = [plain_signs(text) for text in texts]
        self._whole = "\n".join(plain)
        self._offsets = np.array([0, *accumulate(len(text) + 1 for text in plain)][: len(plain)], dtype=np.int64)
        self._starts, self._ends = word_bounds(self._whole) if self._whole.isascii() else _bounds_in(plain)
        self._firsts = self._starts.searchsorted(self._offsets)
        # What is not in ASCII is one `?` a character.
        characters = self._whole.encode("ascii", "replace").lower()
        self._codes = np.frombuffer(characters + bytes(BEGINNING_LENGTH), dtype=np.uint8)

    @property
    def counts(self) -> list[int]:
        """How many words each text has."""
        bounds = [*self._firsts.tolist(), len(self._starts)]
        return [end - start for start, end in pairwise(bounds)]

    def meet(self, known: KnownWords, begins: frozenset[str]) -> Met:
        """The words that are known.

        `begins`: each known word begins with one of these, which are small letters of ASCII or figures, at most
        `BEGINNING_LENGTH` of them; nothing where it may be any word.
        """
        numbers = self._beginning_with(begins) if begins else np.arange(len(self._starts))
        words = self._words(numbers)
        leaves = known.meet(words)
        met = [i for i, word in enumerate(words) if word in leaves]
        numbers = numbers[met]
        texts = self._texts(numbers)
        offsets = self._offsets[texts]
        return Met(
            [words[i] for i in met],
            texts,
            numbers - self._firsts[texts],
            self._starts[numbers] - offsets,
            self._ends[numbers] - offsets,
        )

    def breaking(self, known: KnownWords, begins: frozenset[str]) -> set[int]:
        """The numbers of the texts that may break a known word at the end of a line, or at their own; no others do."""
        if not self._whole.isascii():
            return set(range(len(self._offsets)))  # there are many more kinds of hyphens and of spaces
        broken = np.flatnonzero(self._codes[self._ends] == _HYPHEN)
        broken = broken[self._codes[self._ends[broken] + 1] <= _SPACE]
        if begins:
            # How the first half begins, of which there may be only two letters.
            letters = {ord(begin[0]) for begin in begins}
            firsts = self._codes[self._starts[broken]].tolist()
            broken = broken[[i for i, letter in enumerate(firsts) if letter in letters]]
        broken = broken[broken + 1 < len(self._starts)]
        if not len(broken):
            return set()
        halves = zip(self._words(broken), self._words(broken + 1), strict=True)
        words = [(one + other)[:WORD_LENGTH_LIMIT] for one, other in halves]
        leaves = known.meet(words)
        return set(self._texts(broken[[i for i, word in enumerate(words) if word in leaves]]).tolist())

    def _texts(self, numbers: Places) -> Places:
        """Which text each of these words stands in."""
        texts: Places = self._firsts.searchsorted(numbers, side="right") - 1
        return texts

    def _words(self, numbers: Places) -> list[str]:
        bounds = zip(self._starts[numbers].tolist(), self._ends[numbers].tolist(), strict=True)
        return fold_each([self._whole[start:end] for start, end in bounds])

    def _beginning_with(self, begins: frozenset[str]) -> Places:
        """The numbers of the words that may begin so once they are folded."""
        firsts = self._codes[self._starts]
        may = np.zeros(len(firsts), dtype=np.bool_)
        for begin in begins:
            found = np.flatnonzero(firsts == ord(begin[0]))
            for i, letter in enumerate(begin[1:], start=1):
                found = found[self._codes[self._starts[found] + i] == ord(letter)]
            may[found] = True
        # Of `O'Brien` the apostrophe goes when it is folded, of `é` the accent: such words are all looked at.
        for sign, is_there in ((_APOSTROPHE, "'" in self._whole), (_NOT_ASCII, not self._whole.isascii())):
            if is_there and len(may):
                signs = np.flatnonzero(self._codes == sign)
                words = self._starts.searchsorted(signs, side="right") - 1
                may[words[signs - self._starts[words] < BEGINNING_LENGTH]] = True
        return np.flatnonzero(may)


def _bounds_in(plain: Sequence[str]) -> Places:
    """As `word_bounds`, of texts one below the other: those in ASCII are many times as quick to read alone."""
    found, offset = [], 0
    for _, alike in groupby(plain, key=str.isascii):
        part = "\n".join(alike)
        found.append(word_bounds(part) + np.int64(offset))
        offset += len(part) + 1
    return np.concatenate(found, axis=1)
