"""What of a page's text is compared: runs of letters that survive a bad reading, and how alike two pages are.

Two machine readings of one typed paper share as little as a fifth of their runs of three words, so words are not
what is compared. The letters of the page are joined, those that machines confuse are made one, and every run of
six letters is a shingle. Shingles that very many pages have (a letterhead, the words of a form) count for almost
nothing: else every letter on one form would be a copy of every other. The choices were made by measuring:
`docs/measurements.md`, and `./run bench duplicates` makes the table again.
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.errors import InvalidInputError

Hashes = NDArray[np.uint64]
Counts = NDArray[np.uint32]

# Fewer letters than this on a page, and what two pages share says nothing: a cover, a stamp, a blank form.
FEWEST_LETTERS = 150
SHORT_RUN, LONG_RUN = 6, 12
SKETCHED = 64
# A shingle that more than so many pages have, as a share and at the least in number, is common.
COMMON_SHARE, COMMON_AT_LEAST = 0.005, 12
COMMON_WEIGHT = 0.05
# How alike two pages must be to be put before a person: see the measurements.
ALIKE = 0.08
COUNTERS = 1 << 20

_NOT_LETTERS = re.compile(r"[\W_]+")
# What readers of print take for one another; longer first. Both sides of a comparison are changed alike.
_PAIRS = (("rn", "m"), ("cl", "d"), ("ii", "u"), ("vv", "w"), ("li", "h"))
_SINGLE = str.maketrans("015862qcvti9j", "olsbbzgeuflgl")


def letters_of(text: str) -> str:
    """The page's letters and digits in one row, without accents, those that machines confuse made one."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    joined = _NOT_LETTERS.sub("", plain)
    for pair, letter in _PAIRS:
        joined = joined.replace(pair, letter)
    return joined.translate(_SINGLE)


@dataclass(frozen=True)
class PageShingles:
    """What is compared of one page: its short runs, each once and in order, and the sketch that finds candidates.

    The sketch is the 64 smallest of the hashed long runs: of two pages that share a part of their long runs, the
    sketches share about the same part (MinHash, one row in each band), whatever else is on either page.
    """

    short: Hashes
    sketch: Hashes

    @property
    def is_comparable(self) -> bool:
        """Whether there is enough on the page to compare it at all."""
        return len(self.sketch) > 0


def shingles_of(text: str) -> PageShingles:
    """The shingles of one page; none where it has too few letters to be compared."""
    joined = letters_of(text)
    if len(joined) < FEWEST_LETTERS:
        return PageShingles(np.empty(0, np.uint64), np.empty(0, np.uint64))
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    short = _runs(codes, SHORT_RUN)
    long = _mixed(short[:-SHORT_RUN] * np.uint64(0x9E3779B97F4A7C15) + short[SHORT_RUN:])
    return PageShingles(np.unique(short), np.unique(long >> np.uint64(32))[:SKETCHED])


def _runs(codes: Hashes, length: int) -> Hashes:
    hashed = np.zeros(len(codes) - length + 1, dtype=np.uint64)
    for place in range(length):
        hashed = hashed * np.uint64(1_000_003) + codes[place : place + len(hashed)]
    return _mixed(hashed)


def _mixed(hashed: Hashes) -> Hashes:
    # The finaliser of MurmurHash3: every bit of what goes in changes about half of what comes out.
    hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    mixed: Hashes = hashed ^ (hashed >> np.uint64(33))
    return mixed


class Commonness:
    """How many pages have each shingle, kept in a table of one size however many pages there are.

    Shingles share counters, so one may be taken for a little commoner than it is, never for rarer.
    """

    def __init__(self, counters: Counts | None = None, pages: int = 0) -> None:
        self.counters = np.zeros(COUNTERS, np.uint32) if counters is None else counters
        self.pages = pages
        if self.counters.shape != (COUNTERS,):
            raise InvalidInputError("The counts of shingles are of another version: make the signatures again.")

    def add(self, page: PageShingles) -> None:
        """One more page has these shingles."""
        if page.is_comparable:
            self.counters[page.short % np.uint64(COUNTERS)] += np.uint32(1)
            self.pages += 1

    def weights(self, shingles: Hashes) -> NDArray[np.float64]:
        """What each shingle counts for: 1, or almost nothing where it is common."""
        most = max(COMMON_AT_LEAST, COMMON_SHARE * self.pages)
        seen = self.counters[shingles % np.uint64(COUNTERS)]
        return np.where(seen > most, COMMON_WEIGHT, 1.0)


def likeness(first: PageShingles, second: PageShingles, common: Commonness) -> float:
    """How alike two pages are, from 0 to 1: the weight of the shingles both have, of those that either has.

    It is the same whichever page comes first, and 1 for the same text. A page too short to compare is like none.
    """
    if not (first.is_comparable and second.is_comparable):
        return 0.0
    shared = np.intersect1d(first.short, second.short, assume_unique=True)
    both = float(common.weights(shared).sum())
    either = float(common.weights(first.short).sum()) + float(common.weights(second.short).sum()) - both
    return min(1.0, both / either) if either > 0 else 0.0
