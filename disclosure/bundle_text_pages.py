"""The text of a file as read, set as pages: what it says, where it was in the file, and tables that can be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from disclosure.bundle_drawing import BLACK, GREY, Colour, Drawing, wrap
from disclosure.bundle_fonts import Face, FontSet
from disclosure.bundle_spec import PageText
from disclosure.bundle_tables import Table, TableLayout, as_rows, fit_table, is_aligned, split_blocks

MARGIN = 62.0
_BOTTOM = 58.0
_TOP = 60.0
_BODY = 9.5
_LEADING = 13.2
_TABLE_GAP = 8.0
_NARROW_HEAD = 40.0
_MONO = 7.6

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SetPage:
    """One finished page of text, and the number of the page as read that begins on it (0 if none)."""

    size: Size
    content: bytes
    begins: int


class TextSetter:
    """Sets text on page after page; each page of the file as read begins a page of its own."""

    def __init__(self, fonts: FontSet, *, page_size: Size, headline: str, detail: str) -> None:
        self._fonts = fonts
        self._portrait = page_size
        self._sideways = (max(page_size), min(page_size))
        self._headline = fonts.clean(headline)
        self._detail = fonts.clean(detail)
        self._drawing = Drawing()
        self._size = page_size
        self._y = 0.0
        self._begins = 0
        self._is_first = True
        self._is_open = False
        self._done: list[SetPage] = []

    def pages(self, texts: tuple[PageText, ...]) -> Iterator[SetPage]:
        """The finished pages in order."""
        for text in texts:
            blocks = list(split_blocks(self._fonts.clean(text.text)))
            self._begin_page(self._first_size(blocks), begins=text.number)
            if text.heading:
                self._paragraph(self._fonts.clean(text.heading), self._fonts.bold, 10.5, 15.0)
                self._y -= 4
            for block in blocks:
                if isinstance(block, Table):
                    self._table(block)
                elif is_aligned(block) and self._fonts.mono.has_all(block.replace("\n", "").replace("\t", "")):
                    self._aligned(block)
                else:
                    self._paragraph(block, self._fonts.regular, _BODY, _LEADING)
                yield from self._take()
            if not text.text.strip():
                self._paragraph("No text was read here.", self._fonts.regular, _BODY, _LEADING, colour=GREY)
        self._end_page()
        yield from self._take()

    def _take(self) -> list[SetPage]:
        done, self._done = self._done, []
        return done

    def _begin_page(self, size: Size, *, begins: int = 0) -> None:
        self._end_page()
        self._drawing = Drawing()
        self._size = size
        self._begins = begins
        self._is_open = True
        width, height = size
        self._y = height - _TOP
        rows = wrap(self._headline, self._fonts.bold, 8.5, width - 2 * MARGIN)
        for row in rows if self._is_first else rows[:1]:
            self._drawing.text(MARGIN, self._y, row, self._fonts.bold, 8.5)
            self._y -= 11
        if self._is_first and self._detail:
            for row in wrap(self._detail, self._fonts.regular, 7.5, width - 2 * MARGIN):
                self._drawing.text(MARGIN, self._y, row, self._fonts.regular, 7.5, colour=GREY)
                self._y -= 10
        self._drawing.rule(MARGIN, self._y + 3, width - MARGIN)
        self._y -= 16
        self._is_first = False

    def _end_page(self) -> None:
        if self._is_open:
            self._done.append(SetPage(self._size, self._drawing.content(), self._begins))
            self._is_open = False

    def _aligned(self, text: str) -> None:
        """Typed columns keep their places: one width for every letter, and no space is lost."""
        columns = int((self._size[0] - 2 * MARGIN) / self._fonts.mono.width("n", _MONO))
        rows = []
        for line in text.expandtabs(8).split("\n"):
            rows += [line[at : at + columns] for at in range(0, len(line), columns)] or [""]
        self._flow(rows, self._fonts.mono, _MONO, 10.6, BLACK)

    def _paragraph(self, text: str, face: Face, size: float, leading: float, *, colour: Colour = BLACK) -> None:
        rows = wrap(text.replace("\t", "    "), face, size, self._size[0] - 2 * MARGIN)
        self._flow(rows, face, size, leading, colour)

    def _flow(self, rows: list[str], face: Face, size: float, leading: float, colour: Colour) -> None:
        at = 0
        while at < len(rows):
            room = int((self._y - _BOTTOM) // leading) + 1
            if room <= 0:
                self._begin_page(self._size)
                continue
            part = rows[at : at + room]
            self._drawing.lines(MARGIN, self._y, part, face, size, leading=leading, colour=colour)
            self._y -= leading * len(part)
            at += len(part)

    def _table(self, table: Table) -> None:
        layout = self._fit(table, self._size)
        if layout is None and self._size != self._sideways:
            layout = self._fit(table, self._sideways)
            if layout is not None:
                self._begin_page(self._sideways)
        if layout is None:
            self._paragraph(as_rows(table), self._fonts.regular, _BODY, _LEADING)
            return
        self._y -= _TABLE_GAP / 2
        head = table.rows[0]
        self._row(head, layout, self._fonts.bold)
        for row in table.rows[1:]:
            self._row(row, layout, self._fonts.regular, head=head)
        self._y -= _TABLE_GAP

    def _fit(self, table: Table, size: Size) -> TableLayout | None:
        return fit_table(table, self._fonts.regular, self._fonts.bold, size[0] - 2 * MARGIN)

    def _first_size(self, blocks: list[str | Table]) -> Size:
        """A page that begins with a table too wide for it is turned on its side from the start."""
        if blocks and isinstance(blocks[0], Table):
            table = blocks[0]
            if self._fit(table, self._portrait) is None and self._fit(table, self._sideways) is not None:
                return self._sideways
        return self._portrait

    def _row(self, row: tuple[str, ...], layout: TableLayout, face: Face, *, head: tuple[str, ...] = ()) -> None:
        """A row stands, carried over to the next page if it must be; `head` is set again on each new page."""
        cells = [wrap(cell, face, layout.size, width - 6) for cell, width in zip(row, layout.widths, strict=True)]
        while any(cells):
            room = int((self._y - _BOTTOM) // layout.leading)
            tallest = max(map(len, cells))
            if room < min(4, tallest):
                self._begin_page(self._size)
                if head and len(wrap(max(head, key=len), self._fonts.bold, layout.size, _NARROW_HEAD)) <= 6:
                    self._row(head, layout, self._fonts.bold)
                continue
            tall = min(room, tallest)
            self._cells([cell[:tall] for cell in cells], layout, face, tall)
            cells = [cell[tall:] for cell in cells]

    def _cells(self, cells: list[list[str]], layout: TableLayout, face: Face, tall: int) -> None:
        x = MARGIN
        top = self._y + layout.size * 1.1
        bottom = self._y - (tall - 1) * layout.leading - 4
        for cell, width in zip(cells, layout.widths, strict=False):
            if any(cell):
                self._drawing.lines(x + 3, self._y, cell, face, layout.size, leading=layout.leading)
            self._drawing.upright(x, bottom, top)
            x += width
        self._drawing.upright(x, bottom, top)
        self._drawing.rule(MARGIN, top, x)
        self._drawing.rule(MARGIN, bottom, x)
        self._y = bottom - layout.size * 1.1
