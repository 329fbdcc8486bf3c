"""Lines that a scanner or a fax machine drew over a page, from edge to edge: they cut what stands on it in columns."""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_DARKER = 40  # than the paper on both sides
_SHARE = 0.75  # of the page's length; the rest is text that crosses, and lines the machine lost
_END_SHARE = 0.5  # of the first and last part of the page, where a ruled table has its margin
_END = 0.04
_THICK = 350  # a streak is at most this part of the page's width
_EVERY = 4  # rows looked at


def without_streaks(page: Grey) -> Grey:
    """The page without the dust lines that run straight along or across the whole of it; the page itself without any.

    A speck on the glass of a feeder, or on the drum of a fax, draws a thin line from one edge of the page to the
    other, margins included, which no ruled table does. What crosses it stays: each of its pixels becomes what lies
    between the pixels on both sides.
    """
    cleaned = _without_upright(page)
    turned = np.ascontiguousarray(cleaned.T)
    cleaned_across = _without_upright(turned)
    return cleaned if cleaned_across is turned else np.ascontiguousarray(cleaned_across.T)


def _without_upright(page: Grey) -> Grey:
    streaks = _streaks(page)
    if not streaks:
        return page
    cleaned = page.copy()
    for first, end in streaks:
        left, right = page[:, first - 1].astype(np.float32), page[:, end].astype(np.float32)
        steps = np.arange(1, end - first + 1, dtype=np.float32) / (end - first + 1)
        cleaned[:, first:end] = np.round(left[:, None] * (1 - steps) + right[:, None] * steps).astype(np.uint8)
    return cleaned


def _streaks(page: Grey) -> list[tuple[int, int]]:
    """The first column of each streak and the one after its last, the fringe of half tones included."""
    height, width = page.shape
    thickest = max(2, width // _THICK)
    reach = thickest + 2
    if width < 8 * reach or height < 8 * _EVERY / _END:
        return []
    rows = page[::_EVERY].astype(np.int16)
    inner = rows[:, reach : width - reach]
    beside = np.minimum(rows[:, : width - 2 * reach], rows[:, 2 * reach :])
    darker = beside - inner > _DARKER
    ends = max(1, round(len(rows) * _END))
    found = (
        (darker.mean(axis=0) >= _SHARE)
        & (darker[:ends].mean(axis=0) >= _END_SHARE)
        & (darker[-ends:].mean(axis=0) >= _END_SHARE)
    )
    edges = np.diff(np.concatenate(([0], found.astype(np.int8), [0])))
    firsts, afters = np.flatnonzero(edges == 1) + reach, np.flatnonzero(edges == -1) + reach
    return [
        (int(first) - 1, int(after) + 1)
        for first, after in zip(firsts, afters, strict=True)
        if after - first <= thickest
    ]
