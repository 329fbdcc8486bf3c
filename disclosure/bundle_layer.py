"""The words OCR read, laid invisibly over the picture they were read from, so that a search finds the place."""

from disclosure.bundle_fonts import FontSet
from disclosure.bundle_spec import PageText
from disclosure.bundle_writer import number_text

Rectangle = tuple[float, float, float, float]
_UNKNOWN = "\ufffd"


def invisible_text(page: PageText, inner: Rectangle, fonts: FontSet) -> bytes:
    """Content that draws nothing and can be found; `inner` is where the picture stands on the page."""
    boxes = page.words or tuple(_boxes_of_lines(page.text))
    if not boxes:
        return b""
    left, bottom, width, height = inner
    face = fonts.regular
    parts = [b"BT 3 Tr"]
    for x0, y0, x1, y1, word in boxes:
        text = "".join(letter if face.has(letter) else _UNKNOWN for letter in " ".join(word.split()))
        if not text:
            continue
        size = max(1.0, min((y1 - y0) * height, 144.0))
        natural = face.width(text, size)
        stretch = 100 * max(0.5, (x1 - x0) * width) / natural if natural else 100.0
        parts.append(
            b"/FR %s Tf %s Tz 1 0 0 1 %s %s Tm %s Tj"
            % (
                number_text(round(size, 2)),
                number_text(round(stretch, 2)),
                number_text(round(left + x0 * width, 2)),
                number_text(round(bottom + (1 - y1) * height + 0.2 * size, 2)),
                face.encode(text + " "),
            )
        )
    parts.append(b"0 Tr 100 Tz ET")
    return b"\n".join(parts) if len(parts) > 2 else b""


def _boxes_of_lines(text: str) -> list[tuple[float, float, float, float, str]]:
    """Where nobody knows where a line stood, the lines share the page evenly: found, if not at the very place."""
    rows = [row for row in text.splitlines() if row.strip()]
    step = 0.9 / max(len(rows), 1)
    tall = min(step * 0.8, 0.02)
    return [(0.06, 0.05 + place * step, 0.94, 0.05 + place * step + tall, row) for place, row in enumerate(rows)]
