"""Writes papers of the office: Word, Excel, rich text and plain text, the same bytes each time."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from samples.papers import Made, Page
from samples.spec import Spec

ZIP_MOMENT = (2015, 7, 2, 9, 0, 0)
MOMENT = datetime.datetime(2015, 7, 2, 9, 0, tzinfo=datetime.UTC)


def plain(spec: Spec) -> str:
    """The paper's words without the signs that say how a line stands."""
    return re.sub(r"(?m)^[\^>_|]", "", spec.text).strip("\n")


def one_page(spec: Spec, data: bytes) -> Made:
    """A file that has no pages of its own counts as one."""
    return Made(data, [Page(plain(spec), "clean-text", "native")])


def make_docx(spec: Spec) -> Made:
    """Minutes in Word, with a reader's comment and a tracked change where the paper has them."""
    document = Document()
    document.styles["Normal"].font.name = "Liberation Serif"
    document.styles["Normal"].font.size = Pt(11)
    properties = document.core_properties
    properties.author, properties.title = "Democratic Services", spec.title
    properties.created = properties.modified = MOMENT.replace(tzinfo=None)
    for line in spec.text.strip("\n").split("\n"):
        if line.startswith(("^", "_")):
            document.add_heading(line[1:], level=1 if line[0] == "^" else 2)
        else:
            document.add_paragraph(line.lstrip(">|"))
    for comment in spec.extra.get("comments", []):
        paragraph = paragraph_with(document.paragraphs, comment["words"])
        note = document.add_comment(
            paragraph.runs, comment["text"], author=comment["author"], initials=comment["author"][:2]
        )
        note._comment_elm.set(qn("w:date"), "2002-03-14T10:30:00Z")
    for change in spec.extra.get("tracked", []):
        track(paragraph_with(document.paragraphs, change["insert"]), change)
    out = io.BytesIO()
    document.save(out)
    return one_page(spec, repacked(out.getvalue()))


def paragraph_with(paragraphs: Iterable[Paragraph], words: str) -> Paragraph:
    """The paragraph that has these words."""
    return next(paragraph for paragraph in paragraphs if words in paragraph.text)


def track(paragraph: Paragraph, change: dict[str, str]) -> None:
    """Show the words as inserted by an author in place of the words deleted."""
    before, after = paragraph.text.split(change["insert"], 1)
    for run in paragraph.runs[1:]:
        run._element.getparent().remove(run._element)
    paragraph.runs[0].text = before
    for tag, text_tag, words in (("w:del", "w:delText", change["delete"]), ("w:ins", "w:t", change["insert"])):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), "90" if tag == "w:del" else "91")
        mark.set(qn("w:author"), change["author"])
        mark.set(qn("w:date"), "2002-03-14T10:35:00Z")
        run = OxmlElement("w:r")
        text = OxmlElement(text_tag)
        text.set(qn("xml:space"), "preserve")
        text.text = words
        run.append(text)
        mark.append(run)
        paragraph._p.append(mark)
    paragraph.add_run(after)


def repacked(data: bytes) -> bytes:
    """The same Office file with a fixed moment on every part."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return packed([(name, source.read(name)) for name in source.namelist()])


def packed(members: list[tuple[str, bytes]]) -> bytes:
    """A ZIP with a fixed moment on every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name, ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def make_xlsx(spec: Spec) -> Made:
    """A register in Excel; a sheet may be hidden."""
    out = io.BytesIO()
    sheets: list[dict[str, Any]] = spec.extra["sheets"]
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": spec.title, "author": "Social Services", "created": MOMENT.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            leaf = book.add_worksheet(sheet["name"])
            for row, cells in enumerate(sheet["rows"]):
                leaf.write_row(
                    row, 0, [cell if isinstance(cell, int) else str(cell) for cell in cells], bold if row == 0 else None
                )
            leaf.set_column(0, len(sheet["rows"][0]) - 1, 22)
            if sheet.get("hidden"):
                leaf.hide()
    pages = [
        Page("\n".join("\t".join(str(cell) for cell in row) for row in sheet["rows"]), "clean-text", "native")
        for sheet in sheets
    ]
    return Made(repacked(out.getvalue()), pages)


def make_txt(spec: Spec) -> Made:
    """Plain text in the encoding its decade used, with the line ends of its machine."""
    return one_page(spec, (plain(spec) + "\n").replace("\n", "\r\n").encode(spec.extra["encoding"]))


def make_rtf(spec: Spec) -> Made:
    """Rich text, as a word processor of the 1990s saved it."""
    lines = []
    for line in spec.text.strip("\n").split("\n"):
        words = line.lstrip("^>_|").replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        words = "".join(letter if ord(letter) < 128 else f"\\u{ord(letter)}?" for letter in words)
        style = {"^": r"\qc\b ", "_": r"\ql\ul "}.get(line[:1], r"\ql ")
        end = {"^": r"\b0", "_": r"\ulnone"}.get(line[:1], "")
        lines.append(f"\\pard{style}{words}{end}\\par")
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman Times New Roman;}}\f0\fs24"
    return one_page(spec, "\r\n".join([head, *lines, "}"]).encode("ascii"))
