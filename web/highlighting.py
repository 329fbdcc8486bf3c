"""Where evidence stands on a page: in its text as stretches, on its image as boxes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from records.words import Box, Word, locate

# In heights of the page: a line above and below the words, and what is still a strip and not the page again.
AROUND = 0.012
TALLEST = 0.22


@dataclass(frozen=True)
class Stretch:
    """Characters of the page's text that something points at; `anchor` is what a link to it names."""

    anchor: str
    start: int
    end: int
    kind: str = "evidence"


@dataclass(frozen=True)
class Piece:
    """A piece of the text, the anchors that begin with it, and what it is marked as ("" for nothing)."""

    text: str
    anchors: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class MarkedBox:
    """A box on the page's image in fractions of the page, and what it is marked as."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Strip:
    """The part of a page's picture where some marked words stand, as wide as the page; in the page's own units."""

    top: float
    height: float
    width: float
    page_height: float
    boxes: list[MarkedBox]


def strip_of(boxes: Sequence[MarkedBox], *, width: float, height: float) -> Strip | None:
    """The lines of the picture around these boxes; None where there are none, or they lie too far apart for one."""
    if not boxes or width <= 0 or height <= 0:
        return None
    top = max(min(box.y for box in boxes) - AROUND, 0)
    bottom = min(max(box.y + box.height for box in boxes) + AROUND, 1)
    if bottom - top > TALLEST:
        return None
    return Strip(round(top * height, 1), round((bottom - top) * height, 1), width, height, list(boxes))


def pieces_of(text: str, stretches: Sequence[Stretch]) -> list[Piece]:
    """The whole text in pieces that each are or are not marked; where two marks overlap, evidence is shown."""
    within = [each for each in stretches if 0 <= each.start < each.end <= len(text)]
    cuts = sorted({0, len(text), *(each.start for each in within), *(each.end for each in within)})
    pieces = []
    for start, end in pairwise(cuts):
        kinds = {each.kind for each in within if each.start <= start and end <= each.end}
        anchors = tuple(each.anchor for each in within if each.start == start and each.anchor)
        pieces.append(Piece(text[start:end], anchors, min(kinds, default="")))
    return pieces


def boxes_of(text: str, words: Sequence[Word], stretches: Iterable[Stretch]) -> list[MarkedBox]:
    """The boxes of the marked words on the page's image; none for words whose place is not known."""
    return [_marked(box, each.kind) for each in stretches for box in locate(text, words, each.start, each.end)]


def _marked(box: Box, kind: str) -> MarkedBox:
    # A little air, so that the letters under the frame stay readable.
    return MarkedBox(
        round(box.x0 - 0.004, 4),
        round(box.y0 - 0.003, 4),
        round(box.x1 - box.x0 + 0.008, 4),
        round(box.y1 - box.y0 + 0.006, 4),
        kind,
    )
