"""What a paper as a PDF is set of: headings, lines of the contents, and tables that are cut between rows."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import Flowable, LongTable

from store.font_files import PLAIN
from store.pdf_tags import TaggedParagraph

MARGIN, BLACK = 2.2 * cm, HexColor("#0B0C0C")


class Entry(TaggedParagraph):
    """A line of the contents: what it leads to, and at the right on which page that is."""

    def __init__(self, words: str, style: ParagraphStyle, anchor: str) -> None:
        super().__init__(words, style)
        self.anchor, self.page = anchor, 0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Room is left for the page."""
        self._across = width
        wrapped: tuple[float, float] = super().wrap(width - 1.2 * cm, height)
        return wrapped

    def draw_words(self) -> None:
        """The words, and the page."""
        super().draw_words()
        self.canv.setFillColor(BLACK)
        self.canv.setFont(PLAIN, self.style.fontSize)
        self.canv.drawRightString(self._across, self.height - self.style.fontSize, f" {self.page}" if self.page else "")


class Rows(LongTable):
    """A table that is cut between rows; a row itself only where it is higher than a page."""

    _colWidths: list[float]  # noqa: N815 - the library's name
    _rowHeights: list[float]  # noqa: N815 - the library's name

    def head_and_first_row(self) -> float:
        """How high its heading row and the first row below it are, or a page, whichever is less."""
        self.wrap(sum(self._colWidths), 0)
        return min(sum(self._rowHeights[:2]), self._page() - 4 * cm)

    def _page(self) -> float:
        upright, across = A4[1] - 4.6 * cm, A4[0] - 4.6 * cm
        return float(across if sum(self._colWidths) > A4[0] - 2 * MARGIN else upright)

    def _drawBkgrnd(self) -> None:  # noqa: N802 - the library's name
        canvas: Any = self.canv
        library: Any = super()
        with canvas.marking(None):
            library._drawBkgrnd()

    def _drawLines(self) -> None:  # noqa: N802 - the library's name
        canvas: Any = self.canv
        library: Any = super()
        with canvas.marking(None):
            library._drawLines()

    def split(self, width: float, height: float) -> list[Flowable]:
        """The part that has room, and the rest."""
        self.wrap(width, height)
        self.splitInRow = int(sum(self._rowHeights[:2]) > self._page() - 4 * cm)
        parts: list[Flowable] = super().split(width, height)
        return parts


class Heading(TaggedParagraph):
    """A paragraph that has its place in the outline: words, bookmark and level."""

    outline: tuple[str, str, int] = ("", "", 0)


def height_of(heading: Flowable) -> float:
    """How high a heading is with the room around it, in points."""
    _, high = heading.wrap(A4[0] - 2 * MARGIN, A4[1])
    return float(high + heading.getSpaceBefore() + heading.getSpaceAfter())
