"""The same paper as a PDF for signature: headings in the outline, links, running heads, "page 3 of 20".

It is written by the same calls as the Word document (`store.word_paper.Paper`), so that both say the same. The text
is text, in an embedded font that covers Welsh; the language is told, and every piece is tagged as what it is
(`store.pdf_tags`), for those who listen to it.
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)

from store.font_files import BOLD, PLAIN, register_fonts, require_printable
from store.pdf_flowables import BLACK, MARGIN, Entry, Heading, Rows, height_of
from store.pdf_tags import Node, TaggedCanvas, TaggedParagraph, put_tags
from store.word_paper import DARK, LINK, Link, Mark, Part, clean, paragraph_anchor

INDENT = 1.6 * cm
GREY, BLUE = HexColor("#3D3D3D"), HexColor(f"#{DARK}")
STYLES = {
    "Normal": ParagraphStyle(
        "Normal", fontName=PLAIN, fontSize=9.5, leading=13.5, spaceAfter=6, textColor=BLACK, allowWidows=0,
        allowOrphans=0,
    ),
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
RIGHT = {each: ParagraphStyle(f"{each} Right", parent=STYLES[each], alignment=TA_RIGHT) for each in ("Cell", "Head")}
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
        self._entries: list[Entry] = []
        self._root = Node("Document")
        self._running = ("", "", "")

    def heading(self, words: str, level: int, *, anchor: str = "") -> None:
        """A heading, which the outline knows too."""
        made = Heading(_named(words, anchor), STYLES[f"Heading {level}"])
        made.outline = (clean(words), anchor or f"heading_{len(self._flowables)}", level - 1)
        made.node = self._root.add(f"H{level + 1}", words=clean(words))
        self._flowables.append(made)

    def title(self, words: str) -> None:
        """The title of the document."""
        self._flowables.append(_paragraph(_text(words), STYLES["Title"], self._root.add("H1")))

    def line(self, words: str, *, style: str = "Normal") -> None:
        """A paragraph without a number."""
        self._flowables.append(_paragraph(_text(words), STYLES[style], self._root.add("P")))

    def linked_line(self, parts: Sequence[Part]) -> None:
        """A paragraph without a number, of words and links."""
        self._flowables.append(_paragraph(_marked_up(parts), STYLES["Normal"], self._root.add("P")))

    def contents(self, listed: Sequence[Link]) -> None:
        """What the document has, each leading to its place, with its page: on paper a link leads nowhere."""
        listing = self._root.add("TOC")
        made = [Entry(_marked_up([link]), STYLES["Normal"], link.anchor) for link in listed]
        for each in made:
            each.node = listing.add("TOCI").add("P")
        self._entries += made
        self._flowables += made

    def numbered(self, number: str, parts: Sequence[Part], *, lead: str = "") -> None:
        """A paragraph with its number in the margin, which can be linked to and cited."""
        before = f'<font name="{BOLD}">{_text(lead)}</font> ' if lead else ""
        words = f'<a name="{paragraph_anchor(number)}"/>{before}{_marked_up(parts)}'
        self._flowables.append(_paragraph(words, NUMBERED, self._root.add("P"), number=number))

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[Sequence[Part]]],
        *,
        widths: Sequence[float],
        caption: str,
        description: str,
        right: Sequence[int] = (),
        row_height: float | None = None,
    ) -> None:
        """A table whose heading row repeats on every page; widths and height in centimetres."""
        heads, bodies = (
            [RIGHT[name] if place in right else STYLES[name] for place in range(len(headings))]
            for name in ("Head", "Cell")
        )
        node = self._root.add("Table", title=clean(caption), summary=clean(description))
        line = node.add("TR")
        cells = [
            [_paragraph(_text(words), style, line.add("TH")) for words, style in zip(headings, heads, strict=True)]
        ]
        for row in rows:
            line = node.add("TR")
            cells.append(
                [_paragraph(_marked_up(parts), style, line.add("TD")) for parts, style in zip(row, bodies, strict=True)]
            )
        heights = [None, *([row_height * cm] * len(rows))] if row_height else None
        made = Rows(
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
        self._keep_headings_with_tables()
        pages: dict[str, int] = {}
        out = io.BytesIO()
        # Set once to learn on which page everything is, and again with those pages, until they are where they are said.
        for _ in range(4):
            out = io.BytesIO()
            document = self._set(out)
            if not self._entries or document.pages == pages:
                break
            pages = document.pages
            for entry in self._entries:
                entry.page = pages.get(entry.anchor, 0)
        return put_tags(out.getvalue(), self._root, language="en-GB")

    def _keep_headings_with_tables(self) -> None:
        """No heading stands at the foot of a page whose table begins on the next."""
        kept: list[Flowable] = []
        headings: list[Heading] = []
        for made in self._flowables:
            if isinstance(made, Rows) and headings:
                for each in headings:
                    # Not tied to all of the table, as to a paragraph: its first row is enough.
                    each.style = each.style.clone(each.style.name, keepWithNext=0)
                room = made.head_and_first_row() + sum(map(height_of, headings))
                kept.insert(len(kept) - len(headings), CondPageBreak(room))
            headings = [*headings, made] if isinstance(made, Heading) else []
            kept.append(made)
        self._flowables = kept

    def _set(self, out: io.BytesIO) -> "_Document":
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

        self._root.forget()
        document.build(list(self._flowables), canvasmaker=Numbered)
        for made in self._flowables:
            # The library's marks on what was moved and kept together: it is set again as if for the first time.
            for mark in ("_postponed", "keepWithNext"):
                vars(made).pop(mark, None)
        return document


class _Document(BaseDocTemplate):
    """Keeps the outline, and on which page each heading stands, as headings are set."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.pages: dict[str, int] = {}

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        if isinstance(flowable, Heading):
            words, anchor, level = flowable.outline
            self.pages[anchor] = self.page
            self.canv.bookmarkPage(anchor)
            self.canv.addOutlineEntry(words, anchor, level=level, closed=level > 0)


class _NumberedCanvas(TaggedCanvas):
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
        self._next_mark = 0

    def save(self) -> None:
        """Every page with its number out of how many."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            with self.marking(None):
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


def _paragraph(words: str, style: ParagraphStyle, node: Node, *, number: str = "") -> TaggedParagraph:
    made = TaggedParagraph(words, style, bulletText=number or None)
    made.node = node
    node.words = f"{number} {made.getPlainText()}".strip()
    return made
