"""Text, lines and boxes on a page we make, in the order they are drawn."""

from disclosure.bundle_fonts import Face
from disclosure.bundle_writer import number_text

Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)
GREY: Colour = (0.35, 0.35, 0.35)
FAINT: Colour = (0.72, 0.72, 0.72)


class Drawing:
    """A content stream in the making."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def text(self, x: float, y: float, text: str, face: Face, size: float, *, colour: Colour = BLACK) -> None:
        """A line of text stands with its baseline starting at (x, y)."""
        ink = b"" if colour == BLACK else b"%s rg " % _numbers(*colour)
        reset = b" 0 g" if ink else b""
        self._parts.append(
            b"%sBT /F%s %s Tf %s Td %s Tj ET%s"
            % (ink, face.key.encode(), number_text(size), _numbers(x, y), face.encode(text), reset)
        )

    def lines(
        self, x: float, y: float, rows: list[str], face: Face, size: float, *, leading: float, colour: Colour = BLACK
    ) -> None:
        """Several lines stand one under the other, the first at (x, y), in one piece."""
        ink, reset = (b"%s rg " % _numbers(*colour), b" 0 g") if colour != BLACK else (b"", b"")
        shown = b" T* ".join(face.encode(row) + b" Tj" for row in rows)
        self._parts.append(
            b"%sBT /F%s %s Tf %s TL %s Td %s ET%s"
            % (ink, face.key.encode(), number_text(size), number_text(leading), _numbers(x, y), shown, reset)
        )

    def right(self, x: float, y: float, text: str, face: Face, size: float, *, colour: Colour = BLACK) -> None:
        """A line of text ends at x."""
        self.text(x - face.width(text, size), y, text, face, size, colour=colour)

    def centre(self, x: float, y: float, text: str, face: Face, size: float, *, colour: Colour = BLACK) -> None:
        """A line of text stands centred on x."""
        self.text(x - face.width(text, size) / 2, y, text, face, size, colour=colour)

    def rule(self, x0: float, y: float, x1: float, *, weight: float = 0.5, colour: Colour = FAINT) -> None:
        """A level line runs from x0 to x1."""
        self._parts.append(
            b"%s RG %s w %s m %s l S 0 G" % (_numbers(*colour), number_text(weight), _numbers(x0, y), _numbers(x1, y))
        )

    def upright(self, x: float, y0: float, y1: float, *, weight: float = 0.5, colour: Colour = FAINT) -> None:
        """A standing line runs from y0 to y1."""
        self._parts.append(
            b"%s RG %s w %s m %s l S 0 G" % (_numbers(*colour), number_text(weight), _numbers(x, y0), _numbers(x, y1))
        )

    def frame(self, x: float, y: float, width: float, height: float, *, weight: float = 0.8) -> None:
        """A box is outlined."""
        self._parts.append(b"%s w %s re S" % (number_text(weight), _numbers(x, y, width, height)))

    def fill(self, x: float, y: float, width: float, height: float, *, colour: Colour) -> None:
        """A box is filled."""
        self._parts.append(b"%s rg %s re f 0 g" % (_numbers(*colour), _numbers(x, y, width, height)))

    def content(self) -> bytes:
        """Everything drawn so far."""
        return b"\n".join(self._parts)


def _numbers(*values: float) -> bytes:
    return b" ".join([number_text(value) for value in values])


def wrap(text: str, face: Face, size: float, width: float) -> list[str]:
    """The text broken into lines no wider than `width`; a word that is too long is broken too, never cut off."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, face, size, width))
    return lines


def _wrap_paragraph(paragraph: str, face: Face, size: float, width: float) -> list[str]:
    lines: list[str] = []
    current: list[str] = []
    used = 0.0
    space = face.width(" ", size)
    # Kept: the indentation of a typed line says something about what it belongs to.
    indent = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))][:40]
    for word in paragraph.split():
        for piece in _pieces(word, face, size, width):
            wide = face.width(piece, size)
            if current and used + space + wide > width:
                lines.append(" ".join(current))
                current, used = [], 0.0
            if not current and not lines and indent and wide + len(indent) * space <= width:
                piece, wide = indent + piece, wide + len(indent) * space
            used += wide + (space if current else 0.0)
            current.append(piece)
    lines.append(" ".join(current))
    return lines


def _pieces(word: str, face: Face, size: float, width: float) -> list[str]:
    if face.width(word, size) <= width:
        return [word]
    pieces: list[str] = []
    current, used = "", 0.0
    for character in word:
        wide = face.width(character, size)
        if current and used + wide > width:
            pieces.append(current)
            current, used = "", 0.0
        current += character
        used += wide
    return [*pieces, current]
