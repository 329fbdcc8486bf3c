"""The cover and the linked index: what the bundle is, and where each document begins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from disclosure.bundle_drawing import GREY, Drawing, wrap
from disclosure.bundle_fonts import FontSet
from disclosure.bundle_pages import Link
from disclosure.bundle_spec import BundleDocument, BundleSpec

PAGE_COLUMN = 40.0
_MARGIN = 56.0
_TOP = 64.0
_BOTTOM = 56.0
_SIZE = 9.0
_LEADING = 12.0
_SMALL = 7.2
_SMALL_LEADING = 9.4
_GAP = 7.0
_LONGEST_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class FrontPage:
    """A finished page of the cover or the index."""

    content: bytes
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """What the cover says of the whole."""

    pages: int
    attachments: int
    first_label: str
    last_label: str


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One document's row, broken into lines that fit its columns."""

    place: int
    label: str
    date: tuple[str, ...]
    title: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def height(self) -> float:
        """How much of the page the row takes."""
        title = len(self.title) * _LEADING + len(self.source) * _SMALL_LEADING
        return max(title, len(self.date) * _LEADING) + _GAP


class Index:
    """The index laid out before the pages it points to are known; their numbers are filled in at the end."""

    def __init__(self, spec: BundleSpec, fonts: FontSet) -> None:
        self._spec = spec
        self._fonts = fonts
        self._width, self._height = spec.page_size
        label = max(fonts.regular.width(spec.label(document), _SIZE) for document in spec.documents)
        self._number_x = _MARGIN
        self._label_x = _MARGIN + 32
        self._date_x = self._label_x + max(label, 60) + 12
        self._title_x = self._date_x + 76
        self._page_x = self._width - _MARGIN
        self._pages = list(self._paginate())

    def __len__(self) -> int:
        return len(self._pages)

    def pages(self, starts: Sequence[int]) -> Iterator[FrontPage]:
        """The finished pages; `starts` gives the bundle page each document begins on."""
        for number, rows in enumerate(self._pages, start=1):
            yield self._page(number, rows, starts)

    def _rows(self) -> Iterator[IndexRow]:
        room = self._page_x - PAGE_COLUMN - 4 - self._title_x
        for place, document in enumerate(self._spec.documents):
            clean = self._fonts.clean
            title = clean(" ".join((document.title or document.file_name).split()))
            yield IndexRow(
                place,
                self._spec.label(document),
                tuple(wrap(clean(document.date_text or "Undated"), self._fonts.regular, _SIZE, 68)),
                tuple(wrap(_cut(title), self._fonts.regular, _SIZE, room)),
                tuple(wrap(clean(_source(document)), self._fonts.regular, _SMALL, room)),
            )

    def _paginate(self) -> Iterator[list[IndexRow]]:
        page: list[IndexRow] = []
        room = self._height - _TOP - 64 - _BOTTOM
        for row in self._rows():
            if page and row.height > room:
                yield page
                page, room = [], self._height - _TOP - 46 - _BOTTOM
            page.append(row)
            room -= row.height
        yield page

    def _page(self, number: int, rows: list[IndexRow], starts: Sequence[int]) -> FrontPage:
        drawing = Drawing()
        bold, regular = self._fonts.bold, self._fonts.regular
        y = self._height - _TOP
        if number == 1:
            drawing.text(_MARGIN, y, "Index", bold, 17)
            y -= 30
        else:
            drawing.text(_MARGIN, y, f"Index, page {number} of {len(self._pages)}", regular, _SMALL + 1, colour=GREY)
            y -= 20
        for x, head in (
            (self._number_x, "No."),
            (self._label_x, "Document"),
            (self._date_x, "Date"),
            (self._title_x, "Title"),
        ):
            drawing.text(x, y, head, bold, 8)
        drawing.right(self._page_x, y, "Page", bold, 8)
        drawing.rule(_MARGIN, y - 6, self._page_x, weight=0.9, colour=(0, 0, 0))
        y -= 19
        links = []
        for row in rows:
            self._row(drawing, row, y, starts[row.place])
            low = y - row.height + _LEADING - 1
            links.append(Link((_MARGIN - 2, low, self._page_x + 2, y + _LEADING - 2), starts[row.place]))
            drawing.rule(_MARGIN, low, self._page_x, weight=0.35)
            y -= row.height
        return FrontPage(drawing.content(), tuple(links))

    def _row(self, drawing: Drawing, row: IndexRow, y: float, start: int) -> None:
        regular = self._fonts.regular
        drawing.text(self._number_x, y, str(row.place + 1), regular, _SIZE)
        drawing.text(self._label_x, y, row.label, regular, _SIZE)
        drawing.lines(self._date_x, y, list(row.date), regular, _SIZE, leading=_LEADING)
        drawing.lines(self._title_x, y, list(row.title), regular, _SIZE, leading=_LEADING)
        drawing.right(self._page_x, y, str(start), regular, _SIZE)
        below = y - len(row.title) * _LEADING + 1.5
        for place, line in enumerate(row.source):
            drawing.text(self._title_x, below - place * _SMALL_LEADING, line, regular, _SMALL, colour=GREY)


def _source(document: BundleDocument) -> str:
    """The file's own name and where it was found: an inquiry asks for both beside each document."""
    return " · ".join(" ".join(part.split()) for part in (document.file_name, document.source_location) if part.strip())


def _cut(title: str) -> str:
    """A title that would fill a page by itself is cut, visibly; the manifest has it whole."""
    return title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE].rstrip() + " …"


class Cover:
    """The first page, and as many more as the request's paragraphs need."""

    def __init__(self, spec: BundleSpec, fonts: FontSet) -> None:
        self._spec = spec
        self._fonts = fonts
        self._width, self._height = spec.page_size
        self._done: list[bytes] = []
        self._drawing = Drawing()
        self._y = 0.0

    def pages(self, totals: Totals) -> list[FrontPage]:
        """The finished pages; how many there are does not depend on the totals."""
        self._done = []
        self._begin()
        self._head()
        self._banner()
        self._counts(totals)
        if self._spec.request is not None:
            self._request()
        self._done.append(self._drawing.content())
        return [FrontPage(content) for content in self._done]

    def _begin(self) -> None:
        self._drawing = Drawing()
        self._y = self._height - 96

    def _break(self, needed: float) -> None:
        if self._y - needed < _BOTTOM:
            self._done.append(self._drawing.content())
            self._begin()

    def _lines(self, text: str, size: float, leading: float, *, x: float = _MARGIN + 14, bold: bool = False) -> None:
        face = self._fonts.bold if bold else self._fonts.regular
        for row in wrap(self._fonts.clean(text), face, size, self._width - _MARGIN - 14 - x):
            self._break(leading)
            self._drawing.text(x, self._y, row, face, size)
            self._y -= leading

    def _head(self) -> None:
        self._lines(self._spec.authority, 11.5, 16)
        self._y -= 26
        self._lines(self._spec.title, 23, 30, bold=True)
        self._y -= 2
        self._drawing.rule(_MARGIN + 14, self._y, self._width - _MARGIN - 14, weight=1.2, colour=(0, 0, 0))
        self._y -= 34

    def _banner(self) -> None:
        x, width = _MARGIN + 14, self._width - 2 * (_MARGIN + 14)
        rows = wrap(self._fonts.clean(self._spec.banner), self._fonts.bold, 11, width - 28)
        height = len(rows) * 16 + 16
        self._break(height + 20)
        self._drawing.frame(x, self._y - height + 16, width, height, weight=1.1)
        for row in rows:
            self._y -= 3
            self._drawing.centre(self._width / 2, self._y, row, self._fonts.bold, 11)
            self._y -= 13
        self._y -= 36

    def _counts(self, totals: Totals) -> None:
        spec = self._spec
        numbers = totals.first_label
        if totals.last_label != totals.first_label:
            numbers = f"{totals.first_label} to {totals.last_label}"
        self._fact("Documents", f"{len(spec.documents):,}")
        self._fact("Document numbers", numbers)
        self._fact("Pages", f"{totals.pages:,}, this cover and the index included")
        self._fact("Originals attached", f"{totals.attachments:,}")
        self._fact("Made", f"{spec.made_at.day} {spec.made_at:%B %Y, %H:%M} {spec.made_at.tzname() or ''}".strip())
        self._y -= 8
        example = spec.stamp(spec.documents[0], 1)
        self._lines(
            "Each page bears its document's number and page at the foot on the right "
            f"({example} is page 1 of {spec.label(spec.documents[0])}) and the bundle's page number in the middle, "
            "which is the page number a PDF reader shows. A manifest with the SHA-256 of every original is attached.",
            8.5,
            12.5,
        )
        self._y -= 18

    def _fact(self, name: str, value: str, *, bold: bool = False) -> None:
        x = _MARGIN + 14
        rows = wrap(self._fonts.clean(value), self._fonts.regular, 9.5, self._width - x - _MARGIN - 14 - 128)
        self._break(15)
        self._drawing.text(x, self._y, name, self._fonts.bold if bold else self._fonts.regular, 9.5, colour=GREY)
        for row in rows:
            self._break(14)
            self._drawing.text(x + 128, self._y, row, self._fonts.regular, 9.5)
            self._y -= 14
        self._y -= 2

    def _request(self) -> None:
        request = self._spec.request
        if request is None:
            return
        self._break(60)
        self._lines("The inquiry's request", 12, 22, bold=True)
        self._fact("Reference", request.reference)
        for name, day in (("Received", request.received), ("Answer due", request.due)):
            if day is not None:
                self._fact(name, f"{day.day} {day:%B %Y}")
        self._y -= 6
        for number, text in request.paragraphs:
            self._paragraph(number, text)

    def _paragraph(self, number: str, text: str) -> None:
        x = _MARGIN + 14
        rows = wrap(self._fonts.clean(text), self._fonts.regular, 9.5, self._width - x - _MARGIN - 14 - 40)
        self._break(min(len(rows), 3) * 13.5)
        self._drawing.text(x, self._y, self._fonts.clean(number), self._fonts.bold, 9.5)
        for row in rows:
            self._break(13.5)
            self._drawing.text(x + 40, self._y, row, self._fonts.regular, 9.5)
            self._y -= 13.5
        self._y -= 5
