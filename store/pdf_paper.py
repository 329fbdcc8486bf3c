"""The same paper as a PDF for signature: headings in the outline, links, running heads, "page 3 of 20".

It is written by the same calls as the Word document (`store.word_paper.Paper`), so that both say the same. The text
is text, in an embedded font that covers Welsh, and the language is told; but the PDF is not tagged: who listens to a
document is better served by the Word one.
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)

from store.font_files import BOLD, PLAIN, register_fonts, require_printable
from store.word_paper import DARK, LINK, Link, Mark, Part, clean, paragraph_anchor

MARGIN, INDENT = 2.2 * cm, 1.6 * cm
GREY, BLACK, BLUE = HexColor("#3D3D3D"), HexColor("#0B0C0C"), HexColor(f"#{DARK}")
STYLES = {
    "Normal": ParagraphStyle("Normal", fontName=PLAIN, fontSize=9.5, leading=13.5, spaceAfter=6, textColor=BLACK),
    "Title": ParagraphStyle("Title", fontName=BOLD, fontSize=20, leading=25, spaceAfter=6, textColor=BLUE),
    "Subtitle": ParagraphStyle("Subtitle", fontName=PLAIN, fontSize=11.5, leading=15, spaceAfter=5, textColor=GREY),
    "Marking": ParagraphStyle("Marking", fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=5, spaceAfter=10),
    "Heading 1": ParagraphStyle(
        "Heading 1", fontName=BOLD, fontSize=14, leading=18, spaceBefore=14, spaceAfter=6, keepWithNext=1,
        textColor=BLUE,
    ),
    "Heading 2": ParagraphStyle(
        "Heading 2", fontName=BOLD, fontSize=11, leading=14, spaceBefore=10, spaceAfter=5, keepWithNext=1,
        textColor=BLUE,
    ),
    "Cell": ParagraphStyle("Cell", fontName=PLAIN, fontSize=8, leading=10.5, splitLongWords=1),
    "Head": ParagraphStyle("Head", fontName=BOLD, fontSize=8, leading=10.5, textColor=white),
}  # fmt: skip
NUMBERED = ParagraphStyle(
    "Numbered", parent=STYLES["Normal"], leftIndent=INDENT, bulletIndent=0, bulletFontName=PLAIN, bulletFontSize=9.5
)


class PdfPaper:
    """A PDF under construction."""

    def __init__(self, *, title: str, subject: str, author: str, day: date) -> None:
        del day  # its bytes carry no moment: the day stands in the words
        register_fonts()
        self._title, self._subject, self._author = clean(title), clean(subject), clean(author)
        self._flowables: list[Flowable] = []
        self._running = ("", "", "")

    def heading(self, words: str, level: int, *, anchor: str = "") -> None:
        """A heading, which the outline knows too."""
        made = _Heading(_named(words, anchor), STYLES[f"Heading {level}"])
        made.outline = (clean(words), anchor or f"heading_{len(self._flowables)}", level - 1)
        self._flowables.append(made)

    def title(self, words: str) -> None:
        """The title of the document."""
        self._flowables.append(_paragraph(_text(words), STYLES["Title"]))

    def line(self, words: str, *, style: str = "Normal") -> None:
        """A paragraph without a number."""
        self._flowables.append(_paragraph(_text(words), STYLES[style]))

    def linked_line(self, parts: Sequence[Part]) -> None:
        """A paragraph without a number, of words and links."""
        self._flowables.append(_paragraph(_marked_up(parts), STYLES["Normal"]))

    def numbered(self, number: str, parts: Sequence[Part], *, lead: str = "") -> None:
        """A paragraph with its number in the margin, which can be linked to and cited."""
        before = f'<font name="{BOLD}">{_text(lead)}</font> ' if lead else ""
        words = f'<a name="{paragraph_anchor(number)}"/>{before}{_marked_up(parts)}'
        self._flowables.append(_paragraph(words, NUMBERED, number=number))

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[Sequence[Part]]],
        *,
        widths: Sequence[float],
        caption: str,
        description: str,
        row_height: float | None = None,
    ) -> None:
        """A table whose heading row repeats on every page; widths and height in centimetres."""
        cells = [[_paragraph(_text(words), STYLES["Head"]) for words in headings]]
        cells += [[_paragraph(_marked_up(parts), STYLES["Cell"]) for parts in row] for row in rows]
        heights = [None, *([row_height * cm] * len(rows))] if row_height else None
        made = LongTable(
            cells, colWidths=[width * cm for width in widths], rowHeights=heights, repeatRows=1, hAlign="LEFT",
            splitInRow=1,
        )  # fmt: skip
        made.setStyle(
            TableStyle(
                [
                    ("BACKGROUND", (0, 0), (-1, 0), HexColor(f"#{DARK}")),
                    ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#B1B4B6")),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 4),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), 3),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
                ]
            )
        )
        self._flowables += [made, Spacer(1, 8)]

    def new_section(self, *, landscape: bool) -> None:
        """What follows begins on a new page, upright or across."""
        self._flowables += [NextPageTemplate("across" if landscape else "upright"), PageBreak()]

    def header_and_footer(self, header: str, marking: str, footer: str) -> None:
        """On every page: what this is, its marking, its day, and its page number out of how many."""
        for words in (header, marking, footer):
            require_printable(clean(words))
        self._running = (clean(header), clean(marking), clean(footer))

    def content(self) -> bytes:
        """The PDF's bytes: the same content on the same day gives the same bytes."""
        out = io.BytesIO()
        document = _Document(
            out, title=self._title, subject=self._subject, author=self._author, lang="en-GB", invariant=1,
            creator="Candour", pageCompression=1,
        )  # fmt: skip
        sizes = {"upright": A4, "across": landscape(A4)}
        document.addPageTemplates(
            [
                PageTemplate(
                    name,
                    [Frame(MARGIN, 2 * cm, wide - 2 * MARGIN, high - 4.6 * cm, 0, 0, 0, 0)],
                    pagesize=(wide, high),
                )
                for name, (wide, high) in sizes.items()
            ]
        )
        running = self._running

        class Numbered(_NumberedCanvas):
            words = running

        document.build(self._flowables, canvasmaker=Numbered)
        return out.getvalue()


class _Heading(Paragraph):
    """A paragraph that has its place in the outline: words, bookmark and level."""

    outline: tuple[str, str, int] = ("", "", 0)


class _Document(BaseDocTemplate):
    """Keeps the outline as headings are set."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        if isinstance(flowable, _Heading):
            words, anchor, level = flowable.outline
            self.canv.bookmarkPage(anchor)
            self.canv.addOutlineEntry(words, anchor, level=level, closed=level > 0)


class _NumberedCanvas(Canvas):
    """Writes the running words when the number of pages is known."""

    words = ("", "", "")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pages: list[dict[str, Any]] = []
        self.showOutline()

    def showPage(self) -> None:  # noqa: N802 - the library's name
        """The page is set aside until the last is known."""
        self._pages.append(dict(self.__dict__))
        canvas: Any = self
        canvas._startPage()

    def save(self) -> None:
        """Every page with its number out of how many."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._run(number, len(self._pages))
            super().showPage()
        super().save()

    def _run(self, number: int, pages: int) -> None:
        canvas: Any = self
        wide, high = canvas._pagesize
        header, marking, footer = self.words
        self.setFillColor(GREY)
        self.setFont(PLAIN, 8)
        self.drawString(MARGIN, high - 1.3 * cm, header)
        self.setFont(BOLD, 8)
        self.drawString(MARGIN, high - 1.75 * cm, marking)
        self.setFont(PLAIN, 8)
        self.drawString(MARGIN, 1.2 * cm, footer)
        self.drawRightString(wide - MARGIN, 1.2 * cm, f"Page {number} of {pages}")


def _text(words: str) -> str:
    cleaned = clean(words)
    require_printable(cleaned)
    return escape(cleaned).replace("\n", "<br/>")


def _named(words: str, anchor: str) -> str:
    return f'<a name="{anchor}"/>{_text(words)}' if anchor else _text(words)


def _marked_up(parts: Sequence[Part]) -> str:
    made = []
    for part in parts:
        if isinstance(part, Link):
            made.append(f'<a href="#{part.anchor}" color="#{LINK}"><u>{_text(part.words)}</u></a>')
        elif isinstance(part, Mark):
            made.append(_named(part.words, part.anchor))
        else:
            made.append(_text(part))
    return "".join(made)


def _paragraph(words: str, style: ParagraphStyle, *, number: str = "") -> Paragraph:
    return Paragraph(words, style, bulletText=number or None)
