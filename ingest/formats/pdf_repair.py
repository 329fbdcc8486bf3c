"""A copy of a PDF that does not open, as qpdf repairs it, and what of it is lost all the same.

Where a file is cut off inside a picture, qpdf gives up the whole picture for want of its end; given one, it keeps what
is there of it.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf

_ENDING = b"\nendstream\nendobj\n%%EOF\n"
# What qpdf says of a stream whose end is not where its length puts it: where that is, where it begins, what was found.
_SAID = re.compile(r"\(object (\d+) (\d+), offset (\d+)\): (.*)$")
_NOT_THERE, _BEGINS, _FOUND, _NOTHING = (
    "expected endstream",
    "attempting to recover stream length",
    "recovered stream length: ",
    "unable to recover stream data",
)
# Our own mark in a page of the copy, which whoever reads that page again must know of.
_CUT = "/CandourCutOff"
_MOST_DEEP = 12
_LAST_BYTES = 2048
_AT_ONCE, _FILL = 64 * 1024, b"\0\t\n\r "
ObjectNumber = tuple[int, int]


@dataclass(frozen=True)
class Repaired:
    """How many pages the copy has, which of them lack some of what is drawn there, and whether the file is cut off."""

    pages: int
    is_encrypted: bool = False
    is_cut_off: bool = False
    cut_pages: frozenset[int] = field(default_factory=frozenset)


def save_repaired(source: Path, target: Path) -> Repaired:
    """The repaired copy is at the target, unless it has no page.

    Raises whatever pikepdf raises for what cannot be repaired.
    """
    repaired, lost = _save(source, target)
    if lost and repaired.pages:
        ended = target.with_suffix(".ended.pdf")
        try:
            shutil.copyfile(source, ended)
            with ended.open("ab") as out:
                out.write(_ENDING)
            repaired, _ = _save(ended, target, lost=lost)
        finally:
            ended.unlink(missing_ok=True)
    return repaired


def lacks_something(copy: Path, number: int) -> bool:
    """Whether the page of a repaired copy lacks some of what is drawn on it, as the copy itself says."""
    try:
        with pikepdf.open(copy) as document:
            return _CUT in document.pages[number - 1].obj
    except (pikepdf.PdfError, pikepdf.PasswordError, IndexError, ValueError, RuntimeError):
        return False  # not one of our copies, which all open


def _save(
    source: Path, target: Path, *, lost: frozenset[ObjectNumber] = frozenset()
) -> tuple[Repaired, frozenset[ObjectNumber]]:
    with pikepdf.open(source) as broken:
        pages, is_encrypted = len(broken.pages), broken.is_encrypted
        if not pages:
            return Repaired(0, is_encrypted), frozenset()
        broken.save(target)
        said = [found for warning in broken.get_warnings() if (found := _SAID.search(str(warning)))]
        short, nothing = _short_streams(said)
        damaged = {number for number, lacking in short.items() if _is_loss(broken, number, lacking)} | nothing | lost
        cut_pages = set()
        for number, page in enumerate(broken.pages if damaged else (), 1):
            if not damaged.isdisjoint(_drawn_with(page)):
                page.obj[_CUT] = True
                cut_pages.add(number)
        if cut_pages:
            broken.save(target)
    return Repaired(pages, is_encrypted, bool(lost | nothing) or not has_end(source), frozenset(cut_pages)), nothing


def _is_loss(document: pikepdf.Pdf, number: ObjectNumber, lacking: int) -> bool:
    """Whether more is gone from the stream than the second byte of each line end, which says nothing in plain text."""
    stream = document.get_object(number)
    if not isinstance(stream, pikepdf.Stream) or "/Filter" in stream:
        return True
    return lacking > stream.read_raw_bytes().count(b"\n")


def _short_streams(said: Iterable[re.Match[str]]) -> tuple[dict[ObjectNumber, int], frozenset[ObjectNumber]]:
    """The streams shorter than they say they are, and by how much, and those of which nothing was found."""
    short: dict[ObjectNumber, int] = {}
    nothing: set[ObjectNumber] = set()
    ends: dict[ObjectNumber, int] = {}
    begins: dict[ObjectNumber, int] = {}
    for each in said:
        number, place, told = (int(each[1]), int(each[2])), int(each[3]), each[4]
        if told == _NOT_THERE:
            ends[number] = place
        elif told == _BEGINS:
            begins[number] = place
        elif told.startswith(_FOUND) and number in ends:
            lacking = ends[number] - begins.get(number, ends[number]) - int(told.removeprefix(_FOUND))
            if lacking > 0:
                short[number] = lacking
        elif told.startswith(_NOTHING):
            nothing.add(number)
    return short, frozenset(nothing)


def _drawn_with(page: Any) -> Iterator[ObjectNumber]:
    """The objects that the page is drawn with: its instructions, pictures, forms and letters."""
    seen: set[ObjectNumber] = set()
    waiting: list[tuple[Any, int]] = [(page.obj.get("/Contents"), 0), (page.resources, 0)]
    while waiting:
        item, depth = waiting.pop()
        if not isinstance(item, pikepdf.Object) or depth > _MOST_DEEP:
            continue
        if item.objgen != (0, 0):
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
            yield item.objgen
        if isinstance(item, pikepdf.Array):
            waiting += [(each, depth + 1) for each in item]
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            waiting += [(each, depth + 1) for _, each in item.items() if not _is_in_tree(each)]


def _is_in_tree(item: Any) -> bool:
    """Whether the object is a page, or holds pages: from there all the others would be reached."""
    return isinstance(item, pikepdf.Dictionary) and item.get("/Type") in ("/Page", "/Pages")


def has_end(path: Path) -> bool:
    """Whether the file ends as a PDF does; what is cut off does not.

    A copy taken of whole sectors, or from a tape, is filled up behind its end.
    """
    end = path.stat().st_size
    with path.open("rb") as source:
        while end:
            begin = max(0, end - _AT_ONCE)
            source.seek(begin)
            end = begin + len(source.read(end - begin).rstrip(_FILL))
            if end > begin:
                break
        source.seek(max(0, end - _LAST_BYTES))
        return b"%%EOF" in source.read(_LAST_BYTES)
