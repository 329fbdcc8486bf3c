"""What can be told of a scanned page before and after it is read: ink, ruling lines, slant, grey tones."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_BORDER = 0.03  # of each side: scanner shadows and punch holes live there
_BLANK_INK = 0.0006
_PATCH = 8
_WHITE = 245
_SPECK = 4  # pixels


@dataclass(frozen=True)
class Ink:
    """The dark part of a page."""

    threshold: int
    mask: Mask
    share: float  # of the page inside its border
    midtone_share: float  # neither paper nor ink: large on photographs

    @property
    def is_blank(self) -> bool:
        """True of a page with no more ink than dust makes."""
        return self.share < _BLANK_INK


def whitened(page: Image.Image) -> Image.Image:
    """The page with grey, yellowed and shaded paper as white; the page itself where its paper is white already.

    Never more than doubles the light, so that a dark bar stays dark and a photograph keeps its shapes.
    """
    if min(page.size) < 4 * _PATCH:
        return page
    paper = page.reduce(_PATCH).filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))
    if np.percentile(np.asarray(paper), 10) >= _WHITE:
        return page
    light = np.maximum(np.asarray(paper.resize(page.size, Image.Resampling.BILINEAR)), 128).astype(np.uint16)
    return Image.fromarray(np.minimum(np.asarray(page) * np.uint16(255) // light, 255).astype(np.uint8))


def solid_share(ink: Mask) -> float:
    """The share of the ink that lies in parts too thick for a pen or a letter: logos, drawings, photographs."""
    size = max(6, max(ink.shape) // 150)
    height, width = (side // size * size for side in ink.shape)
    patches = ink[:height, :width].reshape(height // size, size, width // size, size).all(axis=(1, 3))
    return float(patches.sum() * size * size / max(1, ink.sum()))


def find_ink(page: Grey) -> Ink:
    """The pixels darker than the paper, by Otsu's threshold, with the contrast of real ink asked for."""
    counts = np.bincount(page.ravel(), minlength=256).astype(np.float64)
    paper = float(np.average(np.arange(256)[128:], weights=counts[128:])) if counts[128:].sum() else 128.0
    threshold = min(_otsu(counts), int(paper) - 24)
    mask = page < max(1, threshold)
    height, width = page.shape
    top, side = int(height * _BORDER), int(width * _BORDER)
    inner = mask[top : height - top or None, side : width - side or None]
    neighbours = inner[1:-1, 1:-1] & (inner[:-2, 1:-1] | inner[2:, 1:-1]) & (inner[1:-1, :-2] | inner[1:-1, 2:])
    share = float(neighbours.mean()) if neighbours.size else 0.0
    low, high = threshold * 0.6, paper - 20
    middle = counts[int(low) : max(int(low) + 1, int(high))].sum() / max(1.0, counts.sum())
    return Ink(threshold, mask, share, float(middle))


def _otsu(counts: NDArray[np.float64]) -> int:
    shares = counts / max(1.0, counts.sum())
    below = np.cumsum(shares)
    mean_below = np.cumsum(shares * np.arange(256))
    mean = mean_below[-1]
    spread = below * (1 - below)
    between = np.divide((mean * below - mean_below) ** 2, spread, out=np.zeros(256), where=spread > 1e-9)
    return int(np.argmax(between)) + 1


def _along(mask: Mask, length: int) -> Mask:
    """The pixels that lie in a horizontal run of ink at least so long."""
    width = mask.shape[1]
    if width <= length:
        return np.zeros_like(mask)
    starts = _runs(mask, length)
    found = np.zeros_like(mask)
    found[:, : starts.shape[1]] = starts
    # Each start is spread over the length of its run by doubling: far fewer passes than one for each pixel.
    spread = 1
    while spread < length:
        step = min(spread, length - spread)
        found[:, step:] |= found[:, :-step]
        spread += step
    return found


def _runs(mask: Mask, length: int) -> Mask:
    """Where a horizontal run of that many inked pixels starts."""
    runs, reached = mask, 1
    while reached < length:
        step = min(reached, length - reached)
        runs = runs[:, :-step] & runs[:, step:]
        reached += step
    return runs


def _thin(mask: Mask, thickness: int) -> Mask:
    """Those pixels of the mask that do not belong to a part thicker than `thickness`."""
    height = mask.shape[0]
    if height <= thickness + 1:
        return mask
    full = mask[: height - thickness]
    for shift in range(1, thickness + 1):
        full = full & mask[shift : height - thickness + shift]
    thick = np.zeros_like(mask)
    for shift in range(thickness + 1):
        thick[shift : shift + full.shape[0]] |= full
    return mask & ~thick


def ruling_lines(ink: Mask, *, length: int, thickness: int) -> Mask:
    """The ink of ruled lines, boxes and fax streaks, except where a letter crosses it."""
    across = _lines_across(ink, length, thickness)
    down = _lines_across(np.ascontiguousarray(ink.T), length, thickness).T
    return across | down


def _lines_across(ink: Mask, length: int, thickness: int) -> Mask:
    line = _thin(_along(ink, length), thickness)
    above, below = np.zeros_like(line), np.zeros_like(line)
    above[1:] = ink[:-1] & ~line[:-1]
    below[:-1] = ink[1:] & ~line[1:]
    for _ in range(thickness):
        above[1:] |= above[:-1] & line[1:] & line[:-1]
        below[:-1] |= below[1:] & line[:-1] & line[1:]
    return line & ~(above & below)


def without(page: Grey, mask: Mask) -> Grey:
    """The page with those pixels, and the grey fringe beside them, as white paper."""
    fringe = mask.copy()
    fringe[1:] |= mask[:-1]
    fringe[:-1] |= mask[1:]
    fringe[:, 1:] |= mask[:, :-1]
    fringe[:, :-1] |= mask[:, 1:]
    cleaned: Grey = page.copy()
    cleaned[mask] = 255
    pale = fringe & (page > 110)
    cleaned[pale] = 255
    return cleaned


def inked_rows(ink: Mask, margin: int) -> NDArray[np.intp]:
    """The numbers of the rows with ink, and of those at most `margin` rows away from one."""
    height = ink.shape[0]
    until = np.concatenate(([0], np.cumsum(ink.any(axis=1))))
    rows = np.arange(height)
    inked = until[np.minimum(rows + margin + 1, height)] - until[np.maximum(rows - margin, 0)]
    return np.flatnonzero(inked)


def letter_height(ink: Mask) -> int:
    """How high most letters are, in pixels, without what rises or hangs; 0 where there are none.

    The same for lines that run up or down the page: measured both ways, because across its lines a page has runs of
    ink as high as its letters, and along them shorter ones.
    """
    return max(_height_of_rows(ink), _height_of_rows(np.ascontiguousarray(ink.T)))


def _height_of_rows(ink: Mask) -> int:
    height, width = ink.shape
    step = max(1, width // 150)
    columns = ink[:, : width // step * step].reshape(height, width // step, step).any(axis=2).T
    edges = np.diff(np.pad(columns.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    runs = np.nonzero(edges == -1)[1] - np.nonzero(edges == 1)[1]
    runs = np.sort(runs[(runs >= _SPECK) & (runs <= max(height, width) // 20)])
    if not len(runs):
        return 0
    until = np.cumsum(runs)
    return int(runs[np.searchsorted(until, until[-1] / 2)])


def slant(ink: Mask, *, limit: float = 12.0) -> float:
    """By how many degrees the lines of text lean, clockwise positive; 0 where they lean less than half a degree.

    The lines are level when the rows of the page differ most in ink; the page is sheared rather than turned, which is
    the same for small angles.
    """
    step = max(1, max(ink.shape) // 700)
    small = ink[: ink.shape[0] // step * step, : ink.shape[1] // step * step]
    small = small.reshape(ink.shape[0] // step, step, ink.shape[1] // step, step).mean(axis=(1, 3))
    best = max(np.arange(-limit, limit + 0.1, 1.0), key=lambda angle: _evenness(small, float(angle)))
    best = max(np.arange(best - 0.75, best + 0.8, 0.25), key=lambda angle: _evenness(small, float(angle)))
    return 0.0 if abs(best) < 0.5 or abs(best) >= limit else float(best)


def _evenness(small: NDArray[Any], angle: float) -> float:
    height, width = small.shape
    strips = 24
    edges = np.linspace(0, width, strips + 1).astype(int)
    drop = np.tan(np.radians(angle))
    rows = np.zeros(height)
    for start, end in pairwise(edges):
        shift = round(((start + end) / 2 - width / 2) * drop)
        rows += np.roll(small[:, start:end].sum(axis=1), -shift)
    return float(np.square(np.diff(rows)).sum())
