"""Word documents: body in order, tables row by row, headers, footers, notes, comments, tracked changes, text boxes."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError

from ingest.formats import vml
from ingest.formats.ooxml import (
    Element,
    core_facts,
    embedded_files,
    open_package,
    parse_xml,
    part_beside,
    read_part,
    tree_beside,
)
from ingest.formats.ooxml_beside import (
    DESCRIPTIONS,
    PROPERTIES,
    descriptions,
    diagram_lines,
    kept_pages,
    properties,
    property_lines,
    untold,
)
from ingest.formats.ooxml_charts import chart_parts, read_chart
from ingest.formats.plain import text_pages
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = (("word/footnotes.xml", "Footnote"), ("word/endnotes.xml", "Endnote"))
_MAXIMUM_DEPTH = 60
_DRAWN_IN = re.compile(r"word/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml")


def read_word(job: ReadingJob) -> Iterator[Yielded]:
    """The body as pages where the document marks its page breaks, then what stands beside the body."""
    with open_package(job) as package:
        core_facts(package, job)
        main = _main_part(package, job)
        flow = _Flow()
        body = parse_xml(main)
        for child in body.iter(f"{_W}body"):
            flow.block(child, 0)
        pages = [page for text in flow.pages() for page in text_pages(text, reason="the file is a Word document")]
        pages = [page for page in pages if page.text.strip()]
        pages += kept_pages(_beside(package, flow, job), "Word document", 1)
        if not pages:
            pages = [PageReading(1, "", "none", unread=True, reason="blank: the document has no text")]
        said = untold(properties(package, job), "\n".join(page.text for page in pages))
        described = (DESCRIPTIONS, _descriptions(package, job))
        pages += kept_pages([described, (PROPERTIES, property_lines(said))], "Word document", 1)
        for number, page in enumerate(pages, 1):
            yield PageReading.from_dict(page.to_dict() | {"number": number})
        yield from embedded_files(package, job, "word")


def read_unseen(job: ReadingJob) -> Iterator[Yielded]:
    """What no page of the document shows: comments, changes, hidden words; and the files set into it."""
    with open_package(job) as package:
        flow = _Flow()
        for child in parse_xml(_main_part(package, job)).iter(f"{_W}body"):
            flow.block(child, 0)
        flow.lines()
        unseen = (("Comments", _comment_lines(package, job)), ("Tracked changes", flow.changes))
        for heading, lines in (*unseen, ("Hidden text", flow.hidden)):
            if lines:
                reason = f"{heading.lower()} of the Word document"
                yield from text_pages("\n".join(lines), heading=heading, reason=reason)
        yield from embedded_files(package, job, "word", folders=("embeddings",))


def _main_part(package: ZipFile, job: ReadingJob) -> bytes:
    """The main part's bytes, found as Word finds it; where the package's own table is broken, by its usual name."""
    usual = read_part(package, "word/document.xml")
    if usual is not None:
        return usual
    if (other := read_part(package, "word/document2.xml")) is not None:
        return other
    if job.missing:
        raise UnreadableFile("damaged")
    try:
        document = docx.Document(BytesIO(job.path.read_bytes()))
    except (PackageNotFoundError, KeyError, ValueError):
        return b"<empty/>"
    return bytes(document.part.blob)


class _Flow:
    """Collects the text of a part in reading order."""

    def __init__(self) -> None:
        self._pages: list[list[str]] = [[]]
        self._line: list[str] = []
        self.boxes: list[str] = []
        self.changes: list[str] = []
        self.hidden: list[str] = []

    def pages(self) -> list[str]:
        self._end_line()
        return ["\n".join(lines) for lines in self._pages]

    def lines(self) -> list[str]:
        self._end_line()
        return [line for page in self._pages for line in page]

    def block(self, parent: Element, depth: int) -> None:
        if depth > _MAXIMUM_DEPTH:
            return
        for child in parent:
            tag = child.tag
            if tag == f"{_W}p":
                self._paragraph(child)
            elif tag == f"{_W}tbl":
                self._table(child, depth)
            elif tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}del", f"{_W}customXml", f"{_W}smartTag"):
                self.block(child, depth + 1)

    def _paragraph(self, paragraph: Element) -> None:
        self._inline(paragraph, "", 0)
        self._end_line()

    def _end_line(self) -> None:
        if self._line:
            self._pages[-1].append("".join(self._line))
            self._line = []

    def _table(self, table: Element, depth: int) -> None:
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue
            cells = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr")) is not row:
                    continue
                inner = _Flow()
                inner.block(cell, depth + 1)
                cells.append(" / ".join(line.strip() for line in inner.lines() if line.strip()))
                self._take_along(inner)
            self._pages[-1].append("\t".join(cells))

    def _inline(self, parent: Element, mark: str, depth: int) -> None:
        if depth > _MAXIMUM_DEPTH:
            return
        for child in parent:
            if child.tag == f"{_W}r" and _is_hidden(child):
                self._hidden(child, depth)
            else:
                self._piece(child, mark, depth)

    def _piece(self, child: Element, mark: str, depth: int) -> None:
        tag = child.tag
        if tag in (f"{_W}t", f"{_W}delText"):
            self._line.append(child.text or "")
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            self._line.append("\t")
        elif tag in (f"{_W}noBreakHyphen", f"{_W}softHyphen"):
            self._line.append("-" if tag.endswith("noBreakHyphen") else "")
        elif tag in (f"{_W}br", f"{_W}cr"):
            self._break(child)
        elif tag == f"{_W}lastRenderedPageBreak":
            self._new_page()
        elif tag in (f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo"):
            self._change(child, tag, depth)
        elif tag == f"{_W}txbxContent":
            inner = _Flow()
            inner.block(child, depth + 1)
            self.boxes += [line for line in inner.lines() if line.strip()]
            self._take_along(inner)
        elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
            self._line.append(f"[{child.get(f'{_W}id')}]")
        elif tag not in (_MC_FALLBACK, f"{_W}pPr", f"{_W}rPr"):
            self.boxes += _old_shape(child)
            self._inline(child, mark, depth + 1)

    def _hidden(self, run: Element, depth: int) -> None:
        """Words set as hidden, which Word shows only when asked to, stand in the text and are marked."""
        inner = _Flow()
        inner._inline(run, "", depth + 1)
        text = "\n".join(inner.lines())
        self._take_along(inner)
        if text.strip():
            self.hidden.append(text.strip())
            self._line.append(f"[hidden text: {text.strip()}]")

    def _take_along(self, inner: "_Flow") -> None:
        """What stands beside the text of a part of it stands beside this text."""
        self.boxes += inner.boxes
        self.changes += inner.changes
        self.hidden += inner.hidden

    def _break(self, child: Element) -> None:
        if child.get(f"{_W}type") == "page":
            self._new_page()
        else:
            self._line.append("\n")

    def _new_page(self) -> None:
        self._end_line()
        if any(line.strip() for line in self._pages[-1]):
            self._pages.append([])

    def _change(self, child: Element, tag: str, depth: int) -> None:
        """Inserted words stand in the text; words struck out are kept apart, so that neither is lost or confused."""
        inner = _Flow()
        inner._inline(child, "", depth + 1)
        text = "\n".join(inner.lines())
        self._take_along(inner)
        if not text.strip():
            return
        who, when = child.get(f"{_W}author") or "unknown", child.get(f"{_W}date") or "no date"
        deleted = tag in (f"{_W}del", f"{_W}moveFrom")
        self.changes.append(f"{'Deleted' if deleted else 'Inserted'} by {who}, {when}: {text}")
        if not deleted:
            self._line.append(text)


def _old_shape(element: Element) -> list[str]:
    """The words of a shape as Office drew it before 2007, where they are not those of paragraphs inside it."""
    if element.tag == vml.LETTERING or (element.tag == vml.TEXTBOX and element.find(f"{_W}txbxContent") is None):
        return list(filter(None, [vml.words_of(element)]))
    return []


def _is_hidden(run: Element) -> bool:
    hidden = run.find(f"{_W}rPr/{_W}vanish")
    return hidden is not None and hidden.get(f"{_W}val") not in ("0", "false", "off")


def _beside(package: ZipFile, body: _Flow, job: ReadingJob) -> Iterator[tuple[str, list[str]]]:
    """What stands beside the body, each kind under its own heading."""
    yield from ((heading, lines) for heading, lines in (("Text boxes", body.boxes),) if lines)
    edges = _header_and_footer_lines(package, job)
    if edges:
        yield "Headers and footers", edges
    for part, label in _NOTES:
        lines = [f"{label} {number}: {text}" for number, text in _numbered(package, part, job)]
        if lines:
            yield f"{label}s", lines
    comments = _comment_lines(package, job)
    if comments:
        yield "Comments", comments
    if body.changes:
        yield "Tracked changes", body.changes
    yield "Diagrams", diagram_lines(package, job)
    charts = (read_chart(package, part, job) for part in chart_parts(package) if part.startswith("word/"))
    yield "Charts", [line for chart in charts for line in chart.lines()]


def _text_of(element: Element) -> str:
    flow = _Flow()
    flow.block(element, 0)
    return "\n".join(line for line in [*flow.lines(), *flow.boxes, *flow.changes] if line.strip())


def _header_and_footer_lines(package: ZipFile, job: ReadingJob) -> list[str]:
    lines: list[str] = []
    for name in sorted(package.namelist()):
        if name.startswith(("word/header", "word/footer")) and name.endswith(".xml"):
            text = _text_of(tree_beside(package, name, job))
            label = "Header" if name.startswith("word/header") else "Footer"
            if text and f"{label}: {text}" not in lines:
                lines.append(f"{label}: {text}")
    return lines


def _descriptions(package: ZipFile, job: ReadingJob) -> list[str]:
    parts = [name for name in package.namelist() if _DRAWN_IN.fullmatch(name)]
    return list(dict.fromkeys(line for name in parts for line in descriptions(part_beside(package, name, job))))


def _numbered(package: ZipFile, part: str, job: ReadingJob) -> list[tuple[str, str]]:
    found = [(note.get(f"{_W}id") or "", _text_of(note)) for note in tree_beside(package, part, job)]
    return [(number, text) for number, text in found if text]


def _comment_lines(package: ZipFile, job: ReadingJob) -> list[str]:
    lines = []
    for comment in tree_beside(package, "word/comments.xml", job).iter(f"{_W}comment"):
        who, when = comment.get(f"{_W}author") or "unknown", comment.get(f"{_W}date") or "no date"
        lines.append(f"Comment by {who}, {when}: {_text_of(comment)}")
    return lines
