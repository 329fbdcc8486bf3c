"""Separator sheets: printed by us, laid between documents, and found again by what their barcodes say."""

import io
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ingest.limited_call import run_limited
from store.errors import InvalidInputError
from store.font_files import BOLD, PLAIN, register_fonts

# What scanning programs agree on for "the next document begins", and our own beside it.
PATCH_T = "PATCHT"
OURS = "CANDOUR-NEXT-DOCUMENT"
MOST_SHEETS = 500
SECONDS_A_PAGE = 3.0


@dataclass(frozen=True)
class SeparatorPages:
    """The pages that are separator sheets, and those on which a separator's code stands among other words."""

    separators: tuple[int, ...]
    doubtful: tuple[int, ...]


def separator_sheets(count: int) -> bytes:
    """A PDF of that many separator sheets, each with a large QR code and a Patch-T barcode.

    Raises:
        InvalidInputError: The number is not from 1 to 500.
    """
    if not 1 <= count <= MOST_SHEETS:
        raise InvalidInputError(f"Print 1 to {MOST_SHEETS} separator sheets at a time: {count} is not that.")
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle("Separator sheets")
    for _ in range(count):
        _draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas) -> None:
    width, height = A4
    canvas.setFont(BOLD, 24)
    canvas.drawCentredString(width / 2, height - 42 * mm, "A new document begins after this sheet")
    side = 95 * mm
    code = QrCodeWidget(OURS, barLevel="H")
    left, bottom, right, top = code.getBounds()
    drawing = Drawing(side, side, transform=[side / (right - left), 0, 0, side / (top - bottom), 0, 0])
    drawing.add(code)
    drawing.drawOn(canvas, (width - side) / 2, height - 62 * mm - side)
    barcode = Code128(PATCH_T, barHeight=22 * mm, barWidth=0.8 * mm)
    barcode.drawOn(canvas, (width - barcode.width) / 2, 78 * mm)
    canvas.setFont(PLAIN, 11)
    lines = (
        "Lay one of these before each document of a pile, printed side up, and scan the pile in one go.",
        "Candour finds the sheets, proposes where each document begins, and a person decides.",
        "The sheet is kept with the scan as it was made and is left out of the parts by name.",
    )
    for number, line in enumerate(lines):
        canvas.drawCentredString(width / 2, 56 * mm - number * 6 * mm, line)


def find_separators(path: Path, media_type: str, *, words: dict[int, int], folder: Path) -> SeparatorPages:
    """The separator sheets among the pages, looked for in a confined child.

    Args:
        path: The original, read only.
        media_type: Its kind.
        words: How many words were read on each page.
        folder: Where the child may work.

    Raises:
        UnreadableFile: The pages cannot be looked at within the limits.
    """
    answer = run_limited(
        "ingest.formats.separator_reading:read_in_child",
        {"path": str(path.resolve()), "media_type": media_type, "pages": len(words)},
        seconds=60 + SECONDS_A_PAGE * len(words),
        folder=folder,
    )
    coded = [int(number) for number in answer["separators"]]
    # A sheet of ours has about fifty words on it; a page with many more is a document that shows such a code.
    doubtful = tuple(number for number in coded if words.get(number, 0) > MOST_WORDS)
    return SeparatorPages(tuple(number for number in coded if number not in doubtful), doubtful)


MOST_WORDS = 120
