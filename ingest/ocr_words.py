"""The words an OCR engine gives: which to keep, how two readings join, and the text they make."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.reading import Word

# Measured with bench/ocr.py: see docs/measurements.md.
SURE = 60.0  # a word read with this confidence is left alone,
SURE_UNKNOWN = 88.0  # one that is not in the dictionary with this: the engine is too sure of what is nearly a word
KEEP = 25.0
KEEP_KNOWN = 8.0  # a word in the dictionary is kept with less confidence than a string of letters,
KEEP_SHORT = 30.0  # one or two letters with more: rules, stains and ticks read as such
ADD = 50.0  # what only the second reading saw must be surer than what both saw,
ADD_KNOWN = 38.0  # less so where it is in the dictionary
SURER = 4.0
KNOWN_WORTH = 30.0  # in confidence, of being in the dictionary, where two readings differ
LIKELY_SHARE = 0.25
_OVER = 0.25  # of the narrower of two blocks, at least, one below the other; columns may touch
_EMPTY = re.compile(r"[\W_]+")
_COLUMNS = 12


@dataclass(frozen=True)
class OcrWord:
    """One word with its box in pixels, how sure the engine is, and the line it stands in."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    line: tuple[int, ...]

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """In square pixels."""
        return max(1.0, (self.right - self.left) * (self.bottom - self.top))

    def turned_left(self, width: float) -> "OcrWord":
        """The word on the page, so wide, once that is turned by a right angle anticlockwise."""
        return replace(self, left=self.top, right=self.bottom, top=width - self.right, bottom=width - self.left)

    def turned_right(self, height: float) -> "OcrWord":
        """The word on the page, so high, once that is turned by a right angle clockwise."""
        return replace(self, left=height - self.bottom, right=height - self.top, top=self.left, bottom=self.right)

    def moved(self, right: float, down: float) -> "OcrWord":
        """The word so many pixels further to the right and down."""
        return replace(
            self, left=self.left + right, right=self.right + right, top=self.top + down, bottom=self.bottom + down
        )

    def unfolded(self, rows: NDArray[np.intp]) -> "OcrWord":
        """The word of a page on which only these rows were left, where it stands on the whole page."""
        last = len(rows) - 1
        top, bottom = min(last, max(0, int(self.top))), min(last, max(0, round(self.bottom) - 1))
        return replace(self, top=float(rows[top]), bottom=float(rows[bottom]) + 1)

    @classmethod
    def from_row(cls, row: str, scale: float) -> "OcrWord | None":
        """The word of one row of the engine's table; None for the rows of blocks and lines, and for blank words."""
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != "5" or not cells[11].strip():
            return None
        left, top, width, height = (int(cell) / scale for cell in cells[6:10])
        line = tuple(int(cell) for cell in cells[2:5])
        return cls(cells[11].strip(), left, top, left + width, top + height, float(cells[10]), line)


def mean_confidence(words: Sequence[OcrWord]) -> float:
    """How sure the engine is of all these, letter by letter; 0 for none."""
    return sum(word.confidence * len(word.text) for word in words) / max(1, sum(len(word.text) for word in words))


def is_doubtful(word: OcrWord, is_known: Callable[[str], bool]) -> bool:
    """True of a word that is worth a second look."""
    return word.confidence < (SURE if _is_known_word(word, 2, is_known) else SURE_UNKNOWN)


def _is_known_word(word: OcrWord, letters: int, is_known: Callable[[str], bool]) -> bool:
    core = _EMPTY.sub("", word.text)
    return len(core) >= letters and core.isalpha() and is_known(core)


def overlap(one: OcrWord, other: OcrWord) -> float:
    """The share of the smaller of two boxes that lies in the other."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height) / min(one.area, other.area)


def covered(page: NDArray[np.uint8], words: Sequence[OcrWord]) -> NDArray[np.uint8]:
    """The page with these words painted over as white paper."""
    page = page.copy()
    for word in words:
        page[max(0, int(word.top) - 1) : int(word.bottom) + 2, max(0, int(word.left) - 1) : int(word.right) + 2] = 255
    return page


def join(first: Sequence[OcrWord], second: Sequence[OcrWord], is_known: Callable[[str], bool]) -> list[OcrWord]:
    """The first reading, with words of the second where they are surer or where the first has none."""
    kept_words: list[OcrWord | None] = list(first)
    added: list[OcrWord] = []
    for word in second:
        rivals = [index for index, old in enumerate(kept_words) if old is not None and overlap(old, word) > 0.3]
        if not rivals:
            if word.confidence >= (ADD_KNOWN if _is_known_word(word, 2, is_known) else ADD):
                added.append(word)
            continue
        rival_words = [old for index in rivals if (old := kept_words[index]) is not None]
        best = max(_worth(old, is_known) for old in rival_words)
        if _worth(word, is_known) > best + SURER and len(word.text) >= max(len(old.text) for old in rival_words) * 0.6:
            line = rival_words[0].line
            for index in rivals[1:]:
                kept_words[index] = None
            kept_words[rivals[0]] = OcrWord(
                word.text, word.left, word.top, word.right, word.bottom, word.confidence, line
            )
    remaining = [word for word in kept_words if word is not None]
    # Stains and show-through read as strings of letters; what is writing has words and numbers in it.
    likely = sum(_is_likely(word, is_known) for word in added)
    return _placed(remaining, added if likely >= len(added) * LIKELY_SHARE else [])


def _worth(word: OcrWord, is_known: Callable[[str], bool]) -> float:
    return word.confidence + (KNOWN_WORTH if _is_known_word(word, 3, is_known) else 0.0)


def _is_likely(word: OcrWord, is_known: Callable[[str], bool]) -> bool:
    core = _EMPTY.sub("", word.text)
    return core.isdigit() or _is_known_word(word, 3, is_known)


def _placed(words: list[OcrWord], added: Sequence[OcrWord]) -> list[OcrWord]:
    """The added words in the lines they stand on, or as lines of their own where they belong on the page."""
    for word in added:
        middle = (word.top + word.bottom) / 2
        on_line = [index for index, old in enumerate(words) if old.top <= middle <= old.bottom]
        if on_line:
            nearest = min(on_line, key=lambda index: abs((words[index].left + words[index].right) / 2 - word.left))
            old = words[nearest]
            placed = OcrWord(word.text, word.left, word.top, word.right, word.bottom, word.confidence, old.line)
            words.insert(nearest + (word.left > old.left), placed)
            continue
        # Lines of the second reading are numbered apart, so that they never run into a line of the first.
        own = OcrWord(word.text, word.left, word.top, word.right, word.bottom, word.confidence, (-1, *word.line))
        after = [index for index, old in enumerate(words) if old.bottom <= middle]
        words.insert(max(after) + 1 if after else 0, own)
    return words


def headings_first(words: Sequence[OcrWord]) -> list[OcrWord]:
    """The words with each block before those below it: the engine sometimes gives a heading after its columns."""
    blocks: list[list[OcrWord]] = []
    for word in words:
        if blocks and blocks[-1][-1].line[0] == word.line[0]:
            blocks[-1].append(word)
        else:
            blocks.append([word])
    ordered: list[list[OcrWord]] = []
    for block in blocks:
        place = len(ordered)
        while place and _is_over(block, ordered[place - 1]):
            place -= 1
        ordered.insert(place, block)
    return [word for block in ordered for word in block]


def _is_over(block: Sequence[OcrWord], other: Sequence[OcrWord]) -> bool:
    left, right = min(word.left for word in block), max(word.right for word in block)
    other_left, other_right = min(word.left for word in other), max(word.right for word in other)
    shared = min(right, other_right) - max(left, other_left)
    above = max(word.bottom for word in block) <= min(word.top for word in other)
    return above and shared > _OVER * min(right - left, other_right - other_left)


def kept(words: Sequence[OcrWord], is_known: Callable[[str], bool]) -> list[OcrWord]:
    """The words that are surer than noise: less is asked of one that is in the dictionary."""
    return [word for word in words if _is_kept(word, is_known)]


def _is_kept(word: OcrWord, is_known: Callable[[str], bool]) -> bool:
    core = _EMPTY.sub("", word.text)
    if not core:
        return False
    if _is_known_word(word, 3, is_known):
        return word.confidence >= KEEP_KNOWN
    return word.confidence >= (KEEP_SHORT if len(core) < 3 and not core.isdigit() else KEEP)


def as_text(words: Sequence[OcrWord]) -> str:
    """The words as lines of text, a blank line between blocks."""
    lines: list[str] = []
    last: tuple[int, ...] | None = None
    for word in words:
        if last is not None and word.line == last:
            lines[-1] += f" {word.text}"
        else:
            if last is not None and word.line[:2] != last[:2]:
                lines.append("")
            lines.append(word.text)
        last = word.line
    return "\n".join(lines)


def as_boxes(words: Sequence[OcrWord], size: tuple[int, int]) -> list[Word]:
    """The words with their boxes as fractions of the page."""
    width, height = size
    return [
        [
            *(round(min(1.0, max(0.0, value)), 5) for value in _fractions(word, width, height)),
            word.text,
            round(word.confidence, 1),
        ]
        for word in words
    ]


def _fractions(word: OcrWord, width: int, height: int) -> tuple[float, float, float, float]:
    return word.left / width, word.top / height, word.right / width, word.bottom / height
