"""The text layer of a PDF page: its words with their places, and what there is to know about how far to trust it."""

import ctypes
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from ingest.dictionary import known_share_of, tokens
from ingest.formats.pdfium_calls import (
    address_of,
    form_object,
    kind_of,
    loose_box,
    object_at,
    page_object,
    render_mode_of,
)
from ingest.reading import Word

_WORD = re.compile(r"\S+")
_MAXIMUM_OBJECTS = 20_000
_INVISIBLE = 3
_TEXT = raw.FPDF_PAGEOBJ_TEXT
# PDFium writes the hyphen at the end of a line as one of these, and U+FFFE for a letter it cannot name.
_LINE_HYPHEN = re.compile(r"[\x02\ufffe](?:\r\n)?")
_NOT_TEXT = re.compile(r"[\ufffd\ue000-\uf8ff\x00]")


@dataclass(frozen=True)
class TextLayer:
    """The words a page carries as text."""

    text: str
    words: list[Word] = field(default_factory=list)
    unnamed_share: float = 0.0  # of characters that the file gives no meaning

    @cached_property
    def letter_words(self) -> list[str]:
        """Its words that are made of letters, two letters long or longer."""
        return tokens(self.text)

    @cached_property
    def known_share(self) -> float:
        """The share of its words that are in the dictionary."""
        return known_share_of(self.letter_words)


@dataclass(frozen=True)
class PageMakeup:
    """What a page is made of."""

    image_share: float  # of the page's area, all images together, never more than 1
    invisible_share: float  # of the text objects: a layer that somebody's OCR laid under or over a picture
    has_drawing: bool


class PagePlane:
    """Turns points of the page's own plane into fractions of the page as shown: rotated, cropped, origin top left."""

    _SIZE = 100_000

    def __init__(self, page: Any) -> None:
        origin, right, up = (self._device(page, *point) for point in ((0, 0), (1000, 0), (0, 1000)))
        scale = self._SIZE * 1000
        self._x = (origin[0] / self._SIZE, (right[0] - origin[0]) / scale, (up[0] - origin[0]) / scale)
        self._y = (origin[1] / self._SIZE, (right[1] - origin[1]) / scale, (up[1] - origin[1]) / scale)

    def _device(self, page: Any, x: float, y: float) -> tuple[int, int]:
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, self._SIZE, self._SIZE, 0, x, y, device_x, device_y)
        return device_x.value, device_y.value

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """The box in fractions of the page as shown, kept inside it."""
        x0 = self._x[0] + left * self._x[1] + bottom * self._x[2]
        x1 = self._x[0] + right * self._x[1] + top * self._x[2]
        y0 = self._y[0] + left * self._y[1] + bottom * self._y[2]
        y1 = self._y[0] + right * self._y[1] + top * self._y[2]
        return _inside(min(x0, x1)), _inside(min(y0, y1)), _inside(max(x0, x1)), _inside(max(y0, y1))

    def boxes(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """`box` for many at once: a row for each, its columns left, bottom, right, top."""
        left, bottom, right, top = corners.T
        x0 = self._x[0] + left * self._x[1] + bottom * self._x[2]
        x1 = self._x[0] + right * self._x[1] + top * self._x[2]
        y0 = self._y[0] + left * self._y[1] + bottom * self._y[2]
        y1 = self._y[0] + right * self._y[1] + top * self._y[2]
        sides = (np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1))
        return np.asarray(np.round(np.clip(np.stack(sides, axis=1), 0.0, 1.0), 5))


def _inside(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)


def read_layer(page: Any, plane: PagePlane) -> TextLayer:
    """The text of the page's layer with the place of each word."""
    text_page = raw.FPDFText_LoadPage(page)
    if not text_page:
        return TextLayer("")
    try:
        return _layer_of(text_page, plane)
    finally:
        raw.FPDFText_ClosePage(text_page)


def _layer_of(text_page: Any, plane: PagePlane) -> TextLayer:
    count = raw.FPDFText_CountChars(text_page)
    if count <= 0:
        return TextLayer("")
    buffer = (ctypes.c_ushort * (count * 2 + 2))()
    written = raw.FPDFText_GetText(text_page, 0, count, buffer)
    plain = bytes(buffer)[: max(0, written - 1) * 2].decode("utf-16-le", "replace")
    found = [(match.group(), match.start(), match.end() - 1) for match in _WORD.finditer(plain)]
    # Where PDFium left letters out of the text (or one letter took two places) the two counts part company.
    if len(plain) != count:
        index = raw.FPDFText_GetCharIndexFromTextIndex
        found = [(word, index(text_page, first), index(text_page, last)) for word, first, last in found]
    words = _placed(text_page, found, plane)
    unnamed = len(_NOT_TEXT.findall(plain)) / max(1, len(plain))
    return TextLayer(_LINE_HYPHEN.sub("-\n", plain).replace("\r\n", "\n").strip(), words, unnamed)


def _placed(text_page: Any, found: list[tuple[str, int, int]], plane: PagePlane) -> list[Word]:
    """The words, each from its first letter to its last, with their boxes; without those that have none."""
    letters = (raw.FS_RECTF * (2 * len(found)))()
    here, place, step = address_of(text_page), ctypes.addressof(letters), ctypes.sizeof(raw.FS_RECTF)
    texts = list[str]()
    for text, first, last in found:
        if first >= 0 and last >= 0 and loose_box(here, first, place) and loose_box(here, last, place + step):
            texts.append(text)
            place += 2 * step
    if not texts:
        return []
    sides = np.frombuffer(letters, np.float32, len(texts) * 8).astype(np.float64).reshape(-1, 2, 4)
    least, most = sides.min(axis=1), sides.max(axis=1)
    # As PDFium lays them out: left, top, right, bottom.
    boxes = plane.boxes(np.stack([least[:, 0], least[:, 3], most[:, 2], most[:, 1]], axis=1)).tolist()
    if _LINE_HYPHEN.search("".join(texts)):
        texts = [_LINE_HYPHEN.sub("-", text) for text in texts]
    return [[*box, text, 100.0] for box, text in zip(boxes, texts, strict=True)]


def page_makeup(page: Any, plane: PagePlane) -> PageMakeup:
    """How much of the page is picture, how much of its text is invisible, and whether anything is drawn."""
    counts = _Makeup(plane)
    total = raw.FPDFPage_CountObjects(page)
    here = address_of(page.raw)
    for index in range(min(total, _MAXIMUM_OBJECTS)):
        counts.add(page_object(here, index), depth=0)
    return PageMakeup(
        image_share=counts.image_share(),
        invisible_share=counts.invisible / counts.texts if counts.texts else 0.0,
        has_drawing=counts.drawings > 0,
    )


class _Makeup:
    _GRID = 24

    def __init__(self, plane: PagePlane) -> None:
        self._plane = plane
        self._covered: set[tuple[int, int]] = set()
        self._seen = 0
        self.texts = 0
        self.invisible = 0
        self.drawings = 0

    def add(self, item: int | None, *, depth: int) -> None:
        """Count the object at this address."""
        self._seen += 1
        if not item or self._seen > _MAXIMUM_OBJECTS:
            return
        kind = kind_of(item)
        if kind == _TEXT:
            self.texts += 1
            self.invisible += render_mode_of(item) == _INVISIBLE
        elif kind == raw.FPDF_PAGEOBJ_IMAGE and depth == 0:
            self._cover(object_at(item))
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            self._add_form(item, depth)
        elif kind != raw.FPDF_PAGEOBJ_TEXT:
            self.drawings += 1

    def _add_form(self, item: int, depth: int) -> None:
        holds_image = False
        if depth < 3:
            for index in range(min(raw.FPDFFormObj_CountObjects(object_at(item)), _MAXIMUM_OBJECTS)):
                inner = form_object(item, index)
                holds_image = holds_image or (bool(inner) and kind_of(inner) == raw.FPDF_PAGEOBJ_IMAGE)
                self.add(inner, depth=depth + 1)
        if holds_image and depth == 0:
            self._cover(object_at(item))

    def _cover(self, item: Any) -> None:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return
        x0, y0, x1, y1 = self._plane.box(left.value, bottom.value, right.value, top.value)
        grid = self._GRID
        for column in range(round(x0 * grid), round(x1 * grid)):
            for row in range(round(y0 * grid), round(y1 * grid)):
                self._covered.add((column, row))

    def image_share(self) -> float:
        return len(self._covered) / self._GRID**2
