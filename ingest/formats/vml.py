"""Words in shapes of the Vector Markup Language, in which Office drew before 2007 and still draws some things.

Text boxes, form controls and lettering of a workbook stand in a part of their own beside the sheet (ECMA-376, part 4,
14.1), whose markup older programs wrote as loosely as HTML; in Word they stand in the body.
"""

from collections.abc import Iterator
from typing import Any

_V = "{urn:schemas-microsoft-com:vml}"
TEXTBOX, LETTERING = f"{_V}textbox", f"{_V}textpath"
_LINES = ("div", "p", "br")


def words_of_shapes(root: Any) -> Iterator[str]:
    """The words of each text box and each lettering under the element, in their order."""
    yield from filter(None, map(words_of, root.iter(TEXTBOX, LETTERING)))


def words_of(shape: Any) -> str:
    """The words of a text box, its lines parted by strokes, or those drawn along a line, as watermarks are."""
    if shape.tag == LETTERING:
        return " ".join((shape.get("string") or "").split())
    lines = [""]
    for event, element in _walk(shape):
        if isinstance(element.tag, str) and element.tag.lower() in _LINES:
            lines.append("")
        lines[-1] += (element.text if event == "start" else element.tail) or ""
    return " / ".join(filter(None, (" ".join(line.split()) for line in lines)))


def _walk(parent: Any) -> Iterator[tuple[str, Any]]:
    """Each element inside as it begins and as it ends, so that what stands after it is met in its place."""
    for child in parent:
        yield "start", child
        yield from _walk(child)
        yield "end", child
