"""The embedded fonts of whatever pages we make: they cover Welsh, and a missing letter is an error."""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile

from store.errors import InvalidInputError

FOLDER = Path(__file__).parent / "fonts"
PLAIN, BOLD = "CandourSans", "CandourSansBold"
_FILES = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """A reportlab canvas may write with `PLAIN` and `BOLD`."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(FOLDER / file)))


@lru_cache(maxsize=2)
def _glyphs(font: str) -> frozenset[int]:
    return frozenset(TTFontFile(str(FOLDER / _FILES[font])).charToGlyph)


def require_printable(text: str, font: str = PLAIN) -> None:
    """Returns only if every letter of the text has a glyph: one without would be printed as nothing.

    Raises:
        InvalidInputError: One has none.
    """
    known = _glyphs(font)
    missing = sorted({letter for letter in text if ord(letter) not in known and letter not in "\n\t"})
    if missing:
        raise InvalidInputError(
            f"{text[:60]!r} cannot be printed because its font has no {', '.join(missing)}: write it in other letters."
        )


def fitted(text: str, font: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it is wider than `width` points at this size.

    Raises:
        InvalidInputError: A letter of it has no glyph in the font: it would be printed as nothing.
    """
    register_fonts()
    require_printable(text, font)
    shown = text
    while shown and pdfmetrics.stringWidth(shown, font, size) > width:
        shown = f"{shown.removesuffix('…')[:-1].rstrip()}…"
        if shown == "…":
            break
    return shown
