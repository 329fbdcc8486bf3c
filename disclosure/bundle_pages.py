"""The pages of the bundle as they stand in the file: their footers, their numbers, and the tree that holds them."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from disclosure.bundle_drawing import GREY, Drawing, wrap
from disclosure.bundle_fonts import FontSet
from disclosure.bundle_seal import seal_of_page
from disclosure.bundle_writer import PdfWriter, number_text

FOOTER_HEIGHT = 26.0
NARROWEST_PAGE = 240.0
_ONE_LINE_WIDTH = 460.0
_GROUP = 100
_LARGEST_SIDE = 14_400.0  # what readers accept without a user unit


@dataclass(frozen=True, slots=True)
class Link:
    """A rectangle of a page that leads to another page of the bundle."""

    rectangle: tuple[float, float, float, float]
    page: int


class PageBook:
    """Every page of the bundle by its number, put in any order, each once."""

    def __init__(self, writer: PdfWriter, fonts: FontSet, *, banner: str) -> None:
        self.writer = writer
        self.fonts = fonts
        self._banner = fonts.clean(banner)
        self._objects = array("L", [0])
        self._heights = array("f", [0])
        self._done = array("B", [1])
        self._groups: list[int] = []
        self._root = writer.reserve()
        self._font_entries = b" ".join(
            b"/F%s %d 0 R" % (key.encode(), number) for key, number in fonts.objects(writer).items()
        )
        self._strips = lru_cache(maxsize=64)(self._make_strip)

    def __len__(self) -> int:
        return len(self._objects) - 1

    def object_of(self, page: int) -> int:
        """The object number of a page, whether it has been put yet or not."""
        while len(self._objects) <= page:
            self._objects.append(self.writer.reserve())
            self._heights.append(0)
            self._done.append(0)
        return self._objects[page]

    def destination(self, page: int) -> bytes:
        """Where a link to the page leads: its top, at the zoom the reader has chosen."""
        return b"[%d 0 R /XYZ 0 %s null]" % (self.object_of(page), number_text(round(self._heights[page], 2)))

    def put(
        self,
        page: int,
        size: tuple[float, float],
        content: bytes,
        *,
        stamp: str = "",
        pictures: Sequence[tuple[bytes, int]] = (),
        links: Sequence[Link] = (),
        seal: bytes = b"",
    ) -> bytes:
        """The page stands in the file with its footer; `content` keeps clear of the footer's strip.

        `seal` is that of the picture it shows; gives the seal of the whole page.
        """
        number = self.object_of(page)
        width, height = size
        self._heights[page] = height
        self._done[page] = 1
        body = self.writer.reserve()
        drawn = content + b"\n" + self._footer(page, width, stamp)
        self.writer.put_stream(body, b"", drawn)
        shown = b" ".join(b"/%s %d 0 R" % picture for picture in pictures)
        notes = b" /Annots [%s]" % b" ".join(self._link(link) for link in links) if links else b""
        self.writer.put(
            number,
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources << /Font << %s >>%s >> "
            b"/Contents %d 0 R%s >>"
            % (
                self._group_of(page),
                number_text(width),
                number_text(height),
                self._font_entries,
                b" /XObject << %s >>" % shown if shown else b"",
                body,
                notes,
            ),
        )

        return seal_of_page(drawn, seal)

    def finish(self) -> int:
        """The tree of pages stands in the file; gives its root."""
        absent = [page for page, done in enumerate(self._done) if not done]
        if absent:
            raise RuntimeError(f"pages {absent[:5]} of the bundle were never put")
        nodes = []
        for place, group in enumerate(self._groups):
            kids = self._objects[1 + place * _GROUP : 1 + (place + 1) * _GROUP]
            listed = b" ".join(b"%d 0 R" % kid for kid in kids)
            self.writer.put(
                group,
                b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [%s] >>" % (self._root, len(kids), listed),
            )
            nodes.append(b"%d 0 R" % group)
        self.writer.put(self._root, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self), b" ".join(nodes)))
        return self._root

    def _group_of(self, page: int) -> int:
        place = (page - 1) // _GROUP
        while len(self._groups) <= place:
            self._groups.append(self.writer.reserve())
        return self._groups[place]

    def _link(self, link: Link) -> bytes:
        corners = b" ".join(number_text(round(value, 2)) for value in link.rectangle)
        return (
            b"<< /Type /Annot /Subtype /Link /F 4 /Border [0 0 0] /Rect [%s] /A << /Type /Action /S /GoTo /D %s >> >>"
            % (corners, self.destination(link.page))
        )

    def _footer(self, page: int, width: float, stamp: str) -> bytes:
        """The strip under every page: the banner, the bundle's page number, and the document's stamp."""
        strip = self._strips(width)
        drawing = Drawing()
        label = f"Bundle page {page}"
        if strip.one_line:
            drawing.centre(width / 2, strip.low, label, self.fonts.regular, 8 * strip.scale)
        else:
            drawing.text(strip.margin, strip.low, label, self.fonts.regular, 7 * strip.scale)
        if stamp:
            size = (9.5 if strip.one_line else 7.5) * strip.scale
            drawing.right(width - strip.margin, strip.low, stamp, self.fonts.bold, size)
        return strip.drawn + b"\n" + drawing.content()

    def _make_strip(self, width: float) -> "_Strip":
        """What the footers of all pages of one width have in common."""
        scale = footer_scale(width)
        margin = min(28.0, width / 20) * scale
        one_line = width / scale >= _ONE_LINE_WIDTH
        drawing = Drawing()
        drawing.rule(margin, (FOOTER_HEIGHT - 2) * scale, width - margin, weight=0.4 * scale)
        size, rows = self._fit_banner(width, margin, scale, one_line=one_line)
        middle = (9.0 if one_line else 15.5) * scale
        for place, row in enumerate(rows):
            y = middle + (len(rows) / 2 - place - 0.5) * size * 1.15 - size * 0.15
            drawing.text(margin, y, row, self.fonts.bold, size, colour=GREY)
        return _Strip(drawing.content(), scale, margin, (8.0 if one_line else 4.0) * scale, one_line)

    def _fit_banner(self, width: float, margin: float, scale: float, *, one_line: bool) -> tuple[float, list[str]]:
        room = (width / 2 - margin - 45 * scale) if one_line else width - 2 * margin
        for size in (6.6, 6.0, 5.4, 4.8):
            if self.fonts.bold.width(self._banner, size * scale) <= room:
                return size * scale, [self._banner]
        return 4.8 * scale, wrap(self._banner, self.fonts.bold, 4.8 * scale, room)


@dataclass(frozen=True, slots=True)
class _Strip:
    drawn: bytes
    scale: float
    margin: float
    low: float
    one_line: bool


def footer_scale(width: float) -> float:
    """How much larger the footer is on a page much wider than A4, so that a print made to fit can be read."""
    return max(1.0, width / 900)


@dataclass(frozen=True, slots=True)
class Placement:
    """The finished page's size, and how the original's corner coordinates become ours."""

    size: tuple[float, float]
    matrix: tuple[float, float, float, float, float, float]
    shrunk: bool
    inner: tuple[float, float, float, float]
    """Left, bottom, width and height of the original on the finished page."""


def place_page(box: tuple[float, float, float, float], *, turn: int, unit: float) -> Placement:
    """The original stands upright and unscaled above a strip of its own for the footer, so nothing is covered."""
    left, bottom, right, top = box
    wide, high = (right - left, top - bottom) if turn % 180 == 0 else (top - bottom, right - left)
    room = _LARGEST_SIDE - FOOTER_HEIGHT * footer_scale(_LARGEST_SIDE)
    shrunk = max(wide, high) * unit > room
    unit = min(unit, room / max(wide, high))
    wide, high = wide * unit, high * unit
    width = max(wide, NARROWEST_PAGE)
    strip = FOOTER_HEIGHT * footer_scale(width)
    shift = (width - wide) / 2
    a, b, c, d, e, f = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }[turn % 360]
    matrix = (a * unit, b * unit, c * unit, d * unit, e * unit + shift, f * unit + strip)
    return Placement((width, high + strip), matrix, shrunk, (shift, strip, wide, high))
