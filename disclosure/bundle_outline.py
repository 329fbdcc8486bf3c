"""A PDF's own bookmarks, read where they are sound: a loop, a lost page or a flood of them is left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, Object, Pdf, String

_MOST_ITEMS = 2_000
_DEEPEST = 8
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """A bookmark: how deep it lies (from 0), its words, and the page it leads to (from 0)."""

    depth: int
    title: str
    page: int


def read_outline(pdf: Pdf, pages: Sequence[tuple[int, int]]) -> list[OutlineItem]:
    """The bookmarks that lead to a page of this document, in order."""
    places = {objgen: index for index, objgen in enumerate(pages)}
    top = pdf.Root.get("/Outlines")
    if not isinstance(top, Dictionary):
        return []
    found: list[OutlineItem] = []
    seen: set[tuple[int, int]] = set()
    # A stack, not recursion: a hostile file nests as deep as it likes.
    waiting: list[tuple[int, Object | None]] = [(0, top.get("/First"))]
    while waiting and len(found) < _MOST_ITEMS:
        depth, item = waiting.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        page = _page_of(pdf, item, places)
        title = " ".join(str(item.get("/Title", "")).split())[:_LONGEST]
        if page is not None and title:
            found.append(OutlineItem(depth, title, page))
        waiting.append((depth, item.get("/Next")))
        if depth < _DEEPEST:
            waiting.append((depth + 1, item.get("/First")))
    return found


def _page_of(pdf: Pdf, item: Dictionary, places: dict[tuple[int, int], int]) -> int | None:
    target = item.get("/Dest")
    action = item.get("/A")
    if target is None and isinstance(action, Dictionary) and action.get("/S") == Name.GoTo:
        target = action.get("/D")
    if isinstance(target, (String, Name)):
        target = _named(pdf, target)
    if isinstance(target, Dictionary):
        target = target.get("/D")
    if not isinstance(target, Array) or not len(target):
        return None
    page = target[0]
    return places.get(page.objgen) if isinstance(page, Dictionary) else None


def _named(pdf: Pdf, name: Object) -> Object | None:
    try:
        if isinstance(name, Name):
            found: Object | None = pdf.Root.get("/Dests", Dictionary()).get(str(name))
            return found
        tree = pdf.Root.get("/Names", Dictionary()).get("/Dests")
        return NameTree(tree).get(str(name)) if tree is not None else None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError):
        return None
