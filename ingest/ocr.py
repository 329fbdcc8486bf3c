"""Reading a picture of a page: words with their places and how sure each is, or the reason why there are none."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import tesserocr
from PIL import Image

from ingest import scan_quality
from ingest.dictionary import is_word, tokens, word_share
from ingest.ocr_engine import degrees_turned, first_scale, read_words
from ingest.ocr_margins import with_standing_words
from ingest.ocr_words import (
    SURE,
    OcrWord,
    as_boxes,
    as_text,
    covered,
    headings_first,
    is_doubtful,
    join,
    kept,
    mean_confidence,
)
from ingest.page_settings import PageSettings
from ingest.reading import Word
from ingest.scan_streaks import without_streaks

# Measured with bench/ocr.py: see docs/measurements.md.
POOR = (
    62.0  # a page below this, or with fewer known words than POOR_SHARE, is looked at again: is it upright, straight?
)
POOR_SHARE = 0.50
HANDWRITTEN = 45.0  # print reads at 75 and more, faint carbon copies at 65, handwriting as if it were print at 0 to 40
DOUBTFUL_SHARE = 0.08
UPSIDE_DOWN_SHARE = 0.40  # of known words: English upside down reads as 0.1 to 0.3
SOLID_SHARE = 0.30  # of the ink in parts thicker than any stroke of a pen
INKED_SHARE = 0.25
SMALLEST_HANDWRITING = 120  # pixels
STANDING_SHARE = 0.6  # of the words of three letters and more, taller than wide: their lines run up or down the page
MISSED_SHARE = 0.15  # of the ink, where no word was read: a stamp over text, a column left out
LOOKED_CLOSER = 1.15  # times the first enlargement, for what was read with doubt
_SMALLEST_SIDE = 12
NO_INK = "blank: there is no ink on the page beyond specks"


@dataclass(frozen=True)
class PictureReading:
    """The words of one picture; boxes are fractions of the picture once it is turned clockwise by `rotation`."""

    text: str
    words: list[Word] = field(default_factory=list)
    confidence: float | None = None
    rotation: int = 0
    unread: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Page:
    """A page on its way: its grey pixels, its ink, what was read, and how far it was turned to be read."""

    image: Image.Image
    ink: scan_quality.Ink
    words: list[OcrWord]
    rotation: int = 0
    language: str = "eng"
    first_confidence: float = 0.0

    @property
    def confidence(self) -> float:
        return mean_confidence(self.words)

    @property
    def known_share(self) -> float:
        return word_share(_tokens(self.words), "cym" if "cym" in self.language else "eng")

    def is_known(self, word: str) -> bool:
        """True of a word in the dictionary of a language the page was read in."""
        return is_word(word) or ("cym" in self.language and is_word(word, "cym"))

    @property
    def worth(self) -> float:
        """How good the reading is, to set beside another of the same page."""
        return self.confidence * (0.2 + self.known_share)

    @property
    def is_poor(self) -> bool:
        return self.confidence < POOR or self.known_share < POOR_SHARE or len(_tokens(self.words)) < 4


def _tokens(words: Iterable[OcrWord]) -> list[str]:
    return [token for word in words for token in tokens(word.text)]


def read_picture(image: Image.Image, *, careful: bool = False) -> PictureReading:
    """The words of the picture, or the reason why there are none: blank, picture, handwriting or unreadable.

    `careful` reads once, at a lower resolution: for a page that broke a limit before.
    """
    shown = image if image.mode == "L" else image.convert("L")
    if min(shown.size) < _SMALLEST_SIDE:
        return PictureReading("", unread=True, reason="picture: too small to hold a line of text")
    grey = _cleaned(shown)
    ink = scan_quality.find_ink(np.asarray(grey))
    if ink.is_blank:
        return PictureReading("", unread=True, reason=NO_INK)
    page = _laid_upright(_Page(grey, ink, read_words(grey, first_scale(grey) * (0.5 if careful else 1.0))))
    if not careful:
        if page.is_poor:
            page = _straightened(_turned(page))
        page = _in_welsh(page)
        page = _reread(replace(page, first_confidence=page.confidence))
    else:
        page = replace(page, first_confidence=page.confidence)
    return _judge(page, shown)


def _cleaned(shown: Image.Image) -> Image.Image:
    """The page on white paper, without the streaks of the machine that scanned it."""
    grey = scan_quality.whitened(shown)
    pixels = np.asarray(grey)
    cleaned = without_streaks(pixels)
    return grey if cleaned is pixels else Image.fromarray(cleaned)


_ASKED_LAYOUT = {
    "auto": tesserocr.PSM.AUTO,
    "sparse": tesserocr.PSM.SPARSE_TEXT,
    "column": tesserocr.PSM.SINGLE_COLUMN,
    "block": tesserocr.PSM.SINGLE_BLOCK,
}
_ASKED_SCALE = {"normal": 1.0, "low": 0.5, "high": 1.5}


def read_as_asked(image: Image.Image, asked: PageSettings) -> PictureReading:
    """The words of the picture read in the way a person asked for, and judged like any other reading."""
    # Pillow turns anticlockwise.
    shown = (image if image.mode == "L" else image.convert("L")).rotate(-asked.turn, expand=True)
    if min(shown.size) < _SMALLEST_SIDE:
        return PictureReading("", unread=True, reason="picture: too small to hold a line of text")
    grey = _cleaned(shown)
    ink = scan_quality.find_ink(np.asarray(grey))
    if ink.is_blank:
        return PictureReading("", rotation=asked.turn, unread=True, reason=NO_INK)
    language = {"auto": "eng", "eng": "eng", "cym": "cym+eng"}[asked.language]
    scale = first_scale(grey) * _ASKED_SCALE[asked.resolution]
    words = read_words(grey, scale, layout=_ASKED_LAYOUT[asked.layout], language=language)
    page = _laid_upright(_Page(grey, ink, words, asked.turn, language))
    if asked.resolution != "low":
        if asked.layout == "auto":
            page = _straightened(page)
        page = _in_welsh(page) if asked.language == "auto" else page
        page = _reread(replace(page, first_confidence=page.confidence))
    else:
        page = replace(page, first_confidence=page.confidence)
    return _judge(page, shown)


def worth_of(text: str, confidence: float | None) -> float:
    """How good a reading of a whole page is, to set beside another of the same page; 0 for none."""
    return (confidence or 0.0) * (0.2 + max(word_share(tokens(text)), word_share(tokens(text), "cym")))


def _laid_upright(page: _Page) -> _Page:
    """The page as its lines run: the engine reads lines that run down or up the page, but leaves it lying."""
    long = [word for word in page.words if len(word.text) > 2]
    standing = sum(word.height > 1.2 * (word.right - word.left) for word in long)
    if len(long) < 3 or standing < STANDING_SHARE * len(long):
        return page
    steps = sum(
        (after.top > word.top) - (after.top < word.top)
        for word, after in pairwise(page.words)
        if after.line == word.line
    )
    anticlockwise = steps >= 0  # lines that run down the page lead upright when it is turned to the left
    image = page.image.rotate(90 if anticlockwise else -90, expand=True)
    width, height = page.image.size
    words = [word.turned_left(width) if anticlockwise else word.turned_right(height) for word in page.words]
    rotation = (page.rotation + (270 if anticlockwise else 90)) % 360
    ink = scan_quality.find_ink(np.asarray(image))
    return replace(page, image=image, ink=ink, words=words, rotation=rotation)


def _turned(page: _Page) -> _Page:
    """The page upright, where the reading is better for it."""
    for turn in _turns(page):
        # Pillow turns anticlockwise.
        image = page.image.rotate(turn, expand=True)
        ink = scan_quality.find_ink(np.asarray(image))
        again = _Page(image, ink, read_words(image, first_scale(image)), (page.rotation + 360 - turn) % 360)
        if again.worth > page.worth * 1.15:
            return again
    return page


def _turns(page: _Page) -> list[int]:
    """By how many degrees anticlockwise the page may have to be turned, the likeliest first."""
    found = degrees_turned(page.image)
    turns = [found] if found else []
    # The engine for orientation has no answer for short pages; where hardly a word is known, upside down is tried.
    looks_wrong = page.confidence < HANDWRITTEN or page.known_share < UPSIDE_DOWN_SHARE
    if page.words and looks_wrong and 180 not in turns:
        turns.append(180)
    return turns


def _straightened(page: _Page) -> _Page:
    """The page with its lines level, where they lean and the reading is better for it."""
    if not page.is_poor:
        return page
    angle = scan_quality.slant(page.ink.mask)
    if angle == 0.0:
        return page
    image = page.image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    straight = read_words(image, first_scale(image))
    again = replace(page, image=image, ink=scan_quality.find_ink(np.asarray(image)), words=straight)
    return again if again.worth > page.worth * 1.1 else page


def _in_welsh(page: _Page) -> _Page:
    """The page read again with the Welsh model beside the English one, where it looks Welsh."""
    words = _tokens(page.words)
    if len(words) < 15 or word_share(words, "cym") < word_share(words) + 0.08:
        return page
    return replace(page, words=read_words(page.image, first_scale(page.image), language="cym+eng"), language="cym+eng")


def _reread(page: _Page) -> _Page:
    """What was read with doubt, not at all, or across its run, is read once more."""
    page = _reread_doubtful(replace(page, words=headings_first(page.words)))
    return replace(page, words=with_standing_words(page.image, page.words, page.language))


def _reread_doubtful(page: _Page) -> _Page:
    """What was read with doubt or not at all is read once more, alone on the page, without the ruled lines."""
    sure = [word for word in page.words if word.confidence >= SURE]
    few_doubtful = len(page.words) - len(sure) < DOUBTFUL_SHARE * len(page.words)
    if page.words and few_doubtful and _missed_share(page) < MISSED_SHARE:
        return page
    height = statistics.median([word.height for word in sure]) if len(sure) >= 5 else page.image.height / 70
    grey = np.asarray(page.image)
    lines = scan_quality.ruling_lines(
        page.ink.mask, length=max(30, round(height * 4)), thickness=max(2, round(height * 0.3))
    )
    rest = scan_quality.without(grey, lines)
    rest = covered(rest, [word for word in page.words if not is_doubtful(word, page.is_known)])
    # With most of the ink gone, the grain of the paper would pass for writing.
    rest[rest > (page.ink.threshold + 255) // 2] = 255
    left = rest < page.ink.threshold
    if float(left.sum()) < max(height * height * 2, 0.03 * float(page.ink.mask.sum())):
        return page
    scale = first_scale(page.image)
    if scale > 1.0:
        scale *= LOOKED_CLOSER
    rows = scan_quality.inked_rows(left, round(height * 1.2))
    extra = read_words(Image.fromarray(rest[rows]), scale, layout=tesserocr.PSM.SPARSE_TEXT, language=page.language)
    extra = [word.unfolded(rows) for word in extra]
    return replace(page, words=join(page.words, extra, page.is_known))


def _missed_share(page: _Page) -> float:
    """The share of the ink on which no word was read."""
    missed = page.ink.mask.copy()
    for word in page.words:
        missed[max(0, int(word.top) - 1) : int(word.bottom) + 2, max(0, int(word.left) - 1) : int(word.right) + 2] = 0
    return float(missed.sum()) / max(1.0, float(page.ink.mask.sum()))


def _judge(page: _Page, shown: Image.Image) -> PictureReading:
    """The page with what can be trusted of it, and what it is where that is nothing."""
    words = kept(page.words, page.is_known)
    text = as_text(words)
    boxes = as_boxes(words, page.image.size)
    judged = replace(page, words=words)
    confidence = round(judged.confidence, 1)
    reason = _why_unread(page, judged, shown)
    return PictureReading(text, boxes, confidence if words else None, page.rotation, bool(reason), reason)


def _why_unread(page: _Page, judged: _Page, shown: Image.Image) -> str:
    """Why the page counts as not read; empty where it was read."""
    letters = sum(len(token) for token in _tokens(judged.words))
    trusted = bool(judged.words) and page.first_confidence >= HANDWRITTEN
    if letters < 30 and _is_picture(page, shown, trusted=trusted):
        return "picture: the page shows a picture and no text that could be read"
    if not judged.words:
        if page.ink.share < 0.003:
            return "blank: there are marks on the page, but no text"
        return "handwriting: there is writing or drawing on the page, but no printed word could be read"
    if not trusted:
        return "handwriting: the writing does not look printed, and the words read from it cannot be trusted"
    return ""


def _is_picture(page: _Page, shown: Image.Image, *, trusted: bool) -> bool:
    """True of tones, and of shapes that no pen draws where no word was read with confidence."""
    if scan_quality.find_ink(np.asarray(shown)).midtone_share > 0.35:
        return True
    if trusted:
        return False
    is_small = max(shown.size) < SMALLEST_HANDWRITING
    return is_small or page.ink.share > INKED_SHARE or scan_quality.solid_share(page.ink.mask) > SOLID_SHARE


def combine(text: str, words: list[Word], picture: PictureReading) -> tuple[str, list[Word]]:
    """The text with what the picture shows beside it: the picture's words that lie where the text has none."""
    taken = np.zeros((200, 200), bool)
    for x0, y0, x1, y1, *_ in words:
        taken[int(y0 * 200) : int(y1 * 200) + 1, int(x0 * 200) : int(x1 * 200) + 1] = True
    beside = [
        word
        for word in picture.words
        if not taken[min(199, int((word[1] + word[3]) * 100)), min(199, int((word[0] + word[2]) * 100))]
    ]
    if not beside:
        return text, words
    added: list[str] = []
    bottom = -1.0
    for word in beside:
        new_line = (word[1] + word[3]) / 2 > bottom or not added
        added.append(("\n" if new_line and added else " " if added else "") + word[4])
        bottom = max(bottom, word[3]) if not new_line else word[3]
    return f"{text}\n\n{''.join(added)}".strip(), [*words, *beside]
