"""A digest of what a page shows, so that a page redrawn under its old number is noticed even without the file's hash.

It covers the instructions that draw the page and the pictures and forms they draw, not how the file stores them, so
a bundle that another program has merely saved again usually still agrees; one that stores its pictures anew does not.
"""

import hashlib

import pikepdf
from pikepdf import Dictionary, Name, Object, Stream

_DEEPEST = 12
Known = dict[tuple[int, int], bytes]


def seal_of_page(content: bytes, pictures: bytes) -> bytes:
    """The seal of a page from its own instructions and the seal of what it shows."""
    return hashlib.sha256(content + pictures).digest()


def seal_of(stream: Object, known: Known, depth: int = 0) -> bytes:
    """The seal of a form or picture, with everything drawn inside it; `known` saves reading a letterhead twice."""
    if stream.objgen in known:
        return known[stream.objgen]
    known[stream.objgen] = b""  # a form that draws itself ends here
    digest = hashlib.sha256(_data(stream))
    if stream.get("/Subtype") != Name.Image and depth < _DEEPEST:
        for part in _drawn_in(stream):
            digest.update(seal_of(part, known, depth + 1))
    known[stream.objgen] = digest.digest()
    return known[stream.objgen]


def _drawn_in(stream: Object) -> list[Object]:
    resources = stream.get("/Resources")
    inside = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not isinstance(inside, Dictionary):
        return []
    return [inside[name] for name in sorted(inside.keys()) if isinstance(inside[name], Stream)]


def _data(stream: Object) -> bytes:
    """A picture as stored (unpacking a scan would take longer than all the rest), instructions as they read."""
    if stream.get("/Subtype") == Name.Image and "/Filter" in stream:
        return stream.read_raw_bytes()
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError):
        return stream.read_raw_bytes()
