"""Words that run up or down the page beside text that does not: page stamps and file numbers in the margin.

The engine takes such a strip for a line and reads it one way only, which is as often upside down, or letter by letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import tesserocr
from PIL import Image

from ingest.ocr_engine import first_scale, read_words
from ingest.ocr_words import SURE, SURER, OcrWord, mean_confidence

_SLIM = 1.6  # how much higher than wide a single word has to be to run up the page
_SLENDER = 3.5  # and a pile of letters
_PILE = 5  # words, at least
_PILED_SURE = 40.0
_GAP = 0.7  # of the width of the strip, at most, between two letters of a pile: lines of text stand further apart
_MOST = 8  # strips on a page; a page with more of them is a drawing


@dataclass(frozen=True)
class _Strip:
    members: tuple[OcrWord, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        return (
            min(word.left for word in self.members),
            min(word.top for word in self.members),
            max(word.right for word in self.members),
            max(word.bottom for word in self.members),
        )

    @property
    def stands(self) -> bool:
        left, top, right, bottom = self.box
        if len(self.members) == 1:
            return len(self.members[0].text) > 2 and bottom - top > _SLIM * (right - left)
        return len(self.members) >= _PILE and bottom - top > _SLENDER * (right - left)

    def is_gone_on_by(self, word: OcrWord) -> bool:
        last = self.members[-1]
        width = min(last.right - last.left, word.right - word.left)
        shared = min(last.right, word.right) - max(last.left, word.left)
        return shared > 0.5 * width and -0.5 * width < word.top - last.bottom <= _GAP * width


def with_standing_words(page: Image.Image, words: Sequence[OcrWord], language: str) -> list[OcrWord]:
    """The words, those of standing strips read along the strip, whichever way is the surer; at the end of the page."""
    strips = _strips(words)
    if not strips or len(strips) > _MOST:
        return list(words)
    kept = list(words)
    added: list[OcrWord] = []
    for number, strip in enumerate(strips):
        found = _read_along(page, strip, language)
        if _is_better(found, strip):
            kept = [word for word in kept if word not in strip.members]
            added += [replace(word, line=(-2, number, *word.line)) for word in found]
    return kept + added


def _is_better(found: Sequence[OcrWord], strip: _Strip) -> bool:
    sure = mean_confidence(found)
    if len(strip.members) > 1:  # each letter of a pile was sure of itself alone
        return sure >= _PILED_SURE and any(len(word.text) >= _PILE for word in found)
    return sure >= SURE and sure > mean_confidence(strip.members) + SURER


def _strips(words: Sequence[OcrWord]) -> list[_Strip]:
    strips: list[_Strip] = []
    for word in sorted(words, key=lambda word: word.top):
        if word.right - word.left > 2.5 * word.height:
            continue
        before = next((strip for strip in reversed(strips) if strip.is_gone_on_by(word)), None)
        if before is None:
            strips.append(_Strip((word,)))
        else:
            strips[strips.index(before)] = _Strip((*before.members, word))
    return [strip for strip in strips if strip.stands]


def _read_along(page: Image.Image, strip: _Strip, language: str) -> list[OcrWord]:
    left, top, right, bottom = strip.box
    edge = round((right - left) * 0.35) + 1
    box = (
        max(0, int(left) - edge),
        max(0, int(top) - edge),
        min(page.width, int(right) + edge),
        min(page.height, int(bottom) + edge),
    )
    cut = page.crop(box)
    readings = []
    for quarter in (90, -90):  # Pillow turns anticlockwise
        along = cut.rotate(quarter, expand=True)
        found = read_words(along, first_scale(page), layout=tesserocr.PSM.SINGLE_LINE, language=language)
        turned = [word.turned_right(along.height) if quarter == 90 else word.turned_left(along.width) for word in found]
        readings.append([word.moved(box[0], box[1]) for word in turned])
    return max(readings, key=mean_confidence)
