"""Words as numbers: which words of a page mean nearly the same, so that wording nobody listed is understood too.

Each word piece has one vector, made once from a language model (see learning_model/README.md). A word unknown as a
whole is first tried as a misreading of one that is known, then cut into the longest pieces that are.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

FOLDER = Path(__file__).parent / "learning_model"
WORDS_FILE = FOLDER / "words.npz"

_INSIDE = "##"
_SHORTEST_MENDED, _LONGEST_MENDED = 4, 24
_SHORTEST_HALF = 3
_MOST_REMEMBERED = 16_000
_DIGITS = (str.maketrans("015836", "olsbeb"), str.maketrans("015836", "oisbeb"))
_MISREADINGS = (
    ("tb", "th"), ("rn", "m"), ("m", "rn"), ("vv", "w"), ("c", "e"), ("e", "c"), ("b", "h"), ("h", "b"), ("l", "i"),
    ("i", "l"), ("cl", "d"), ("ii", "u"), ("li", "h"), ("n", "u"), ("u", "n"), ("f", "t"), ("t", "f"), ("tl", "d"),
)  # fmt: skip


class WordVectors:
    """The vectors of words, weighted so that common words say little; remembers each word it has met."""

    def __init__(self, pieces: list[str], vectors: Numbers) -> None:
        self._number = {piece: number for number, piece in enumerate(pieces)}
        self._longest = max(map(len, pieces))
        self._pieces = vectors
        self._known = {piece for piece in pieces if len(piece) >= _SHORTEST_HALF and not piece.startswith(_INSIDE)}
        # Each word met with how it should read (`canonical`).
        self.remembered: dict[str, tuple[str, ...]] = {}
        self._row: dict[str, int] = {}
        self._rows = np.zeros((_MOST_REMEMBERED, vectors.shape[1]), np.float32)

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self._pieces.shape[1])

    def know(self, words: Iterable[str]) -> None:
        """Take these words as they are: the words of the taught examples."""
        self._known.update(word for word in words if len(word) >= _SHORTEST_HALF)

    def canonical(self, word: str) -> tuple[str, ...]:
        """The word as it should read: mended where one or two letters were misread, cut where a space was lost."""
        found = self.remembered.get(word)
        if found is None:
            if len(self.remembered) > _MOST_REMEMBERED:
                self.remembered.clear()
            found = self.remembered[word] = self._mend(word)
        return found

    def rows(self, words: list[str]) -> Numbers:
        """One vector for each of these words, in their order."""
        missing = [word for word in words if word not in self._row]
        if missing:
            if len(self._row) + len(missing) > _MOST_REMEMBERED:
                self._row.clear()
                missing = list(dict.fromkeys(words))[:_MOST_REMEMBERED]
            for word in dict.fromkeys(missing):
                self._rows[len(self._row)] = self._vector(word)
                self._row[word] = len(self._row)
        return self._rows[[self._row[word] for word in words]]

    def _mend(self, word: str) -> tuple[str, ...]:
        if word in self._known or word.isdigit() or not _SHORTEST_MENDED <= len(word) <= _LONGEST_MENDED:
            return (word,)
        bases = [word, *(word.translate(table) for table in _DIGITS)] if not word.isalpha() else [word]
        for base in bases:
            if base in self._known:
                return (base,)
            for wrong, right in _MISREADINGS:
                at = base.find(wrong)
                while at >= 0:
                    attempt = base[:at] + right + base[at + len(wrong) :]
                    if attempt in self._known:
                        return (attempt,)
                    at = base.find(wrong, at + 1)
        for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
            if word[:at] in self._known and word[at:] in self._known:
                return (word[:at], word[at:])
        return (word,)

    def _vector(self, word: str) -> Numbers:
        total = np.zeros(self.width, np.float32)
        start, before = 0, ""
        while start < len(word):
            # No piece is longer, and trying every length would take the square of a word without end.
            end = min(len(word), start + self._longest)
            while end > start and before + word[start:end] not in self._number:
                end -= 1
            if end == start:
                start += 1
            else:
                total += self._pieces[self._number[before + word[start:end]]]
                start = end
            before = _INSIDE
        return total


@lru_cache(maxsize=1)
def word_vectors() -> WordVectors:
    """The vectors that come with the product, read once."""
    with np.load(WORDS_FILE, allow_pickle=False) as stored:
        pieces = stored["pieces"].tobytes().decode("utf-8").split("\n")
        vectors = stored["vectors"].astype(np.float32) * stored["scales"].astype(np.float32)[:, None]
    # The pieces stand in order of how common they are, so the place says how little a piece tells.
    weights = np.log1p(np.arange(len(pieces), dtype=np.float64)).astype(np.float32)
    return WordVectors(pieces, vectors * weights[:, None])
