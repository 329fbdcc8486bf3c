"""A Word document made with care: real headings, citable paragraph numbers, tables that say their headings.

Paragraph numbers are written out, not left to Word's automatic lists: a number cited in a letter must not
change because somebody adds a paragraph later. Each is a bookmark, so that it can be linked to.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FONT = "Arial"
DARK, LINK = "12436D", "1D4F91"
INDENT = Cm(1.6)
# What XML cannot hold: a control character in a note must not stop the report.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Link:
    """Words that lead to a bookmark of the same document."""

    words: str
    anchor: str


@dataclass(frozen=True)
class Mark:
    """Words that can be linked to."""

    words: str
    anchor: str


Part = str | Link | Mark


class Paper:
    """A document under construction."""

    def __init__(self, *, title: str, subject: str, author: str, day: date) -> None:
        self.document: DocumentType = Document()
        self._bookmarks = 0
        properties = self.document.core_properties
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        properties.title, properties.subject, properties.author = clean(title), clean(subject), clean(author)
        properties.last_modified_by, properties.comments, properties.keywords = clean(author), "", ""
        properties.language, properties.revision = "en-GB", 1
        properties.created = properties.modified = moment
        self._set_language()
        self._set_styles()
        self._turn(landscape=False)

    def _set_language(self) -> None:
        styles = self.document.styles.element
        for language in styles.iter(qn("w:lang")):
            language.set(qn("w:val"), "en-GB")
        for language in self.document.settings.element.iter(qn("w:themeFontLang")):
            language.set(qn("w:val"), "en-GB")

    def _set_styles(self) -> None:
        normal = self._style("Normal", 11, after=8)
        normal.paragraph_format.line_spacing = 1.15
        self._style("Title", 24, bold=True, colour=DARK, after=4)
        self._style("Subtitle", 13, colour="3D3D3D", after=6).font.italic = False
        self._style("Heading 1", 17, bold=True, colour=DARK, before=20, after=8)
        self._style("Heading 2", 13, bold=True, colour=DARK, before=16, after=6)
        self._style("Header", 9, colour="3D3D3D", after=0)
        self._style("Footer", 9, colour="3D3D3D", after=0)
        numbered = self._add_style("Numbered Paragraph")
        numbered.paragraph_format.left_indent = INDENT
        numbered.paragraph_format.first_line_indent = Emu(-INDENT)
        numbered.paragraph_format.tab_stops.add_tab_stop(INDENT)
        small = self._add_style("Table Text")
        small.font.size = Pt(9.5)
        small.paragraph_format.space_after, small.paragraph_format.line_spacing = Pt(2), 1.0
        marking = self._add_style("Marking")
        marking.font.bold, marking.font.size = True, Pt(12)
        marking.paragraph_format.space_before, marking.paragraph_format.space_after = Pt(6), Pt(12)
        link = self.document.styles.add_style("Internal Link", WD_STYLE_TYPE.CHARACTER)
        link.font.underline, link.font.color.rgb = True, RGBColor.from_string(LINK)

    def _add_style(self, name: str) -> ParagraphStyle:
        style = self.document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.document.styles["Normal"]
        style.quick_style = True
        assert isinstance(style, ParagraphStyle)
        return style

    def _style(
        self,
        name: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = "0B0C0C",
        before: float = 0,
        after: float = 0,
    ) -> ParagraphStyle:
        style = self.document.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
        style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # A theme font named here would win over the font itself.
        for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[attribute]
        # The template draws a line beneath its title and sets both titles apart letter by letter.
        for decoration in [*style.element.iter(qn("w:pBdr")), *style.element.get_or_add_rPr().iter(qn("w:spacing"))]:
            decoration.getparent().remove(decoration)
        for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(attribute), FONT)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        return style

    def _turn(self, *, landscape: bool) -> None:
        section = self.document.sections[-1]
        short, long = Cm(21.0), Cm(29.7)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)

    def new_section(self, *, landscape: bool) -> None:
        """What follows begins on a new page, upright or across; header and footer go on."""
        self.document.add_section(WD_SECTION.NEW_PAGE)
        self._turn(landscape=landscape)
        section = self.document.sections[-1]
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = True

    def heading(self, words: str, level: int, *, anchor: str = "") -> None:
        """A heading that navigation and screen readers know as one."""
        paragraph = self.document.add_heading(level=level)
        self._marked(paragraph, words, anchor)

    def title(self, words: str) -> None:
        """The title of the document."""
        self.document.add_paragraph(clean(words), style="Title")

    def line(self, words: str, *, style: str = "Normal") -> None:
        """A paragraph without a number."""
        self.document.add_paragraph(clean(words), style=style)

    def linked_line(self, parts: Sequence[Part]) -> None:
        """A paragraph without a number, of words and links."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(3)
        self._fill(paragraph, parts)

    def contents(self, listed: Sequence[Link]) -> None:
        """What the document has, each leading to its place."""
        for link in listed:
            self.linked_line([link])

    def numbered(self, number: str, parts: Sequence[Part], *, lead: str = "") -> None:
        """A paragraph with its number in the margin, which can be linked to and cited."""
        paragraph = self.document.add_paragraph(style="Numbered Paragraph")
        self._marked(paragraph, number, paragraph_anchor(number))
        paragraph.add_run("\t")
        if lead:
            paragraph.add_run(clean(lead) + " ").bold = True
        self._fill(paragraph, parts)

    def _fill(self, paragraph: Paragraph, parts: Sequence[Part]) -> None:
        for part in parts:
            if isinstance(part, Link):
                link = _element("w:hyperlink", {"w:anchor": part.anchor, "w:history": "1"})
                link.append(paragraph.add_run(clean(part.words), style="Internal Link")._r)
                paragraph._p.append(link)
            elif isinstance(part, Mark):
                self._marked(paragraph, part.words, part.anchor)
            else:
                paragraph.add_run(clean(part))

    def _marked(self, paragraph: Paragraph, words: str, anchor: str) -> None:
        self._bookmarks += 1
        number = str(self._bookmarks)
        if anchor:
            paragraph._p.append(_element("w:bookmarkStart", {"w:id": number, "w:name": anchor}))
        paragraph.add_run(clean(words))
        if anchor:
            paragraph._p.append(_element("w:bookmarkEnd", {"w:id": number}))

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
        """A table whose heading row repeats on every page and whose rows are never cut in two.

        Args:
            headings: The words over each column.
            rows: The parts of each cell, row by row.
            widths: The width of each column in centimetres.
            caption: Its name, for those who hear it.
            description: What it holds, for those who hear it.
            right: The columns of numbers, which stand at the right; counted from 0.
            row_height: At least this high, in centimetres: room to sign.
        """
        table = self.document.add_table(rows=1, cols=len(headings), style="Table Grid")
        table.autofit = False
        _describe(table, caption, description)
        for cell, words in zip(table.rows[0].cells, headings, strict=True):
            run = self._cell(cell, [words]).runs[0]
            run.bold, run.font.color.rgb = True, RGBColor(255, 255, 255)
            cell._tc.get_or_add_tcPr().append(_element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": DARK}))
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", {}))
        for row in rows:
            added = table.add_row()
            if row_height:
                added.height = Cm(row_height)
            for cell, parts in zip(added.cells, row, strict=True):
                self._cell(cell, parts)
        for row_ in table.rows:
            for place in right:
                row_.cells[place].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            row_._tr.get_or_add_trPr().insert(0, _element("w:cantSplit", {}))
            for cell, width in zip(row_.cells, widths, strict=True):
                cell.width = Cm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)

    def _cell(self, cell: _Cell, parts: Sequence[Part]) -> Paragraph:
        paragraph: Paragraph = cell.paragraphs[0]
        paragraph.style = self.document.styles["Table Text"]
        paragraph.paragraph_format.space_before = Pt(2)
        self._fill(paragraph, parts)
        return paragraph

    def header_and_footer(self, header: str, marking: str, footer: str) -> None:
        """On every page: what this is, its marking, its day, and its page number out of how many."""
        section = self.document.sections[0]
        section.header.paragraphs[0].text = clean(header)
        line = section.header.add_paragraph(style="Header")
        line.add_run(clean(marking)).bold = True
        paragraph = section.footer.paragraphs[0]
        paragraph.add_run(f"{clean(footer)}   |   Page ")
        _field(paragraph, "PAGE")
        paragraph.add_run(" of ")
        _field(paragraph, "NUMPAGES")

    def content(self) -> bytes:
        """The document's bytes: the same content on the same day gives the same bytes."""
        made, settled = io.BytesIO(), io.BytesIO()
        self.document.save(made)
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                # The moment of writing would otherwise stand in the archive beside each part.
                entry = zipfile.ZipInfo(name, ZIP_MOMENT)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                target.writestr(entry, source.read(name))
        return settled.getvalue()


def clean(words: str) -> str:
    """The words without what a document cannot hold."""
    return UNPRINTABLE.sub("", words)


def paragraph_anchor(number: str) -> str:
    """The bookmark of a numbered paragraph."""
    return "paragraph_" + re.sub(r"[^0-9A-Za-z]", "_", number)


def _element(name: str, attributes: dict[str, str]) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element


def _describe(table: Table, caption: str, description: str) -> None:
    properties = table._tbl.tblPr
    properties.append(_element("w:tblCaption", {"w:val": clean(caption)}))
    properties.append(_element("w:tblDescription", {"w:val": clean(description)}))


def _field(paragraph: Paragraph, instruction: str) -> None:
    field = _element("w:fldSimple", {"w:instr": instruction})
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)
