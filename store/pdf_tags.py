"""Tags for a PDF that reportlab draws: what each piece is, in the order in which it is read, for those who hear it.

reportlab writes no structure tree. So while it draws, every piece of a page is marked with what it belongs to
(marked content), and the tree of ISO 32000-1, 14.7 is put into the finished file with pikepdf: headings, paragraphs,
tables with their heading cells, links. What only frames a page (running heads, rules, a heading row repeated) is an
artifact, which a reader passes over.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph


@dataclass(eq=False)
class Node:
    """One thing in the tree: its standard type, what is in it, and the pieces of pages and the links it consists of."""

    tag: str
    children: list["Node"] = field(default_factory=list)
    title: str = ""
    summary: str = ""
    # What it says without the breaks of its lines: words that go over a line would be heard as one, a hash as two.
    words: str = ""
    # Page from 1 and number of the marked piece on it; page and place among the page's annotations.
    marked: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)

    def add(self, tag: str, *, title: str = "", summary: str = "", words: str = "") -> "Node":
        """A new thing at its end."""
        made = Node(tag, title=title, summary=summary, words=words)
        self.children.append(made)
        return made

    def forget(self) -> None:
        """Nothing is drawn yet."""
        self.marked.clear()
        self.links.clear()
        for each in self.children:
            each.forget()


class TaggedCanvas(Canvas):
    """Marks what is drawn on it."""

    _next_mark = 0

    @contextmanager
    def marking(self, node: Node | None) -> Iterator[None]:
        """What is drawn within belongs to this; to nothing where there is none, so that it is an artifact.

        A heading cell that is drawn once more, over the rest of its table, is one as well.
        """
        own: Any = self
        again = node is not None and node.tag == "TH" and bool(node.marked)
        if node is None or again:
            own._code.append("/Artifact BMC")
            yield
        else:
            page, before = self.getPageNumber(), len(own._annotationrefs)
            node.marked.append((page, self._next_mark))
            own._code.append(f"/{node.tag} <</MCID {self._next_mark}>> BDC")
            self._next_mark += 1
            yield
            node.links += [(page, place) for place in range(before, len(own._annotationrefs))]
        own._code.append("EMC")


class TaggedParagraph(Paragraph):
    """A paragraph, or a part of one that goes on over the page, that knows what it is."""

    node: Node | None = None

    def split(self, width: float, height: float) -> list[Any]:
        """The part that has room and the rest, both of the same thing."""
        parts: list[Any] = super().split(width, height)
        for part in parts:
            part.node = self.node
        return parts

    def draw(self) -> None:
        """Its words, marked as what they are."""
        canvas: Any = self.canv
        with canvas.marking(self.node):
            self.draw_words()

    def draw_words(self) -> None:
        """Its words."""
        super().draw()


def put_tags(content: bytes, root: Node, *, language: str) -> bytes:
    """The same PDF with its structure tree; the same content always gives the same bytes."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        _Tagging(pdf).tag(root)
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = String(language)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7")
    return out.getvalue()


class _Tagging:
    """The tree under construction, with the table that leads from each piece of a page to where it belongs."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.pages = [page.obj for page in pdf.pages]
        self.marks: list[dict[int, Any]] = [{} for _ in self.pages]
        self.linked: list[Any] = []

    def tag(self, root: Node) -> None:
        """The document has its tree."""
        tree = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        tree.K = self._element(root, tree)
        numbers: list[Any] = []
        for place, marks in enumerate(self.marks):
            self.pages[place].StructParents = place
            self.pages[place].Tabs = Name.S
            numbers += [place, self.pdf.make_indirect(Array([marks[each] for each in sorted(marks)]))]
        for place, element in enumerate(self.linked, start=len(self.pages)):
            numbers += [place, element]
        tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        tree.ParentTreeNextKey = len(self.pages) + len(self.linked)
        self.pdf.Root.StructTreeRoot = tree

    def _element(self, node: Node, parent: Any) -> Any:
        element = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{node.tag}"), P=parent))
        if node.title:
            element.T = String(node.title)
        if node.words and not node.links:
            element.ActualText = String(node.words)
        if node.tag == "TH":
            element.A = Dictionary(O=Name.Table, Scope=Name.Column)
        if node.summary:
            element.A = Dictionary(O=Name.Table, Summary=String(node.summary))
        kids = []
        for page, number in node.marked:
            self.marks[page - 1][number] = element
            kids.append(Dictionary(Type=Name.MCR, Pg=self.pages[page - 1], MCID=number))
        kids += [self._link(page, place, element) for page, place in node.links]
        kids += [self._element(child, element) for child in node.children]
        element.K = Array(kids)
        return element

    def _link(self, page: int, place: int, parent: Any) -> Any:
        sheet = self.pages[page - 1]
        annotation = sheet.Annots[place]
        annotation.StructParent = len(self.pages) + len(self.linked)
        annotation.Contents = String("Goes to that part of this document")
        reference = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=sheet)
        element = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Link, P=parent, K=Array([reference])))
        self.linked.append(element)
        return element
