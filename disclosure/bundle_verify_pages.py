"""The promises a bundle keeps on its pages: the stamp, the page number and the banner that a reader sees."""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

from disclosure.bundle_index import PAGE_COLUMN
from disclosure.bundle_pages import FOOTER_HEIGHT, footer_scale
from disclosure.bundle_verify_report import Check, Manifest, verdict

_SAMPLED = 200
_ENOUGH = 20
_BUNDLE_PAGE = re.compile(r"Bundle page (\d+)")


@dataclass(slots=True)
class _Faults:
    stamps: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    banners: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)


def check_pages(pdf: pypdfium2.PdfDocument, manifest: Manifest) -> Iterator[Check]:
    """Each promise that shows on the pages themselves."""
    faults = _Faults()
    expected = manifest.stamps()
    rows: list[tuple[str, str]] = []
    for place in range(len(pdf)):
        page = pdf[place]
        text = page.get_textpage()
        try:
            rows += _check_page(page, text, place + 1, manifest, faults)
            footer = _footer(page, text, _strip(page))
        finally:
            text.close()
            page.close()
        wanted = expected[place] if place < len(expected) else "nothing"
        _check_footer(footer, place + 1, wanted, manifest, faults)
    _check_rows(manifest, rows, faults)
    if len(expected) != len(pdf):
        faults.stamps.append(f"{len(pdf)} pages where the manifest stamps {len(expected)}")
    yield verdict("each page bears its document's number and page", faults.stamps, f"{len(pdf)} pages")
    yield verdict("printed page numbers equal PDF page numbers", faults.numbers, f"{len(pdf)} pages")
    yield verdict("the banner is on the cover and in each footer", faults.banners, manifest.banner)
    yield verdict("each index row can be read", faults.rows, f"{len(manifest.documents)} rows")
    yield verdict("nothing reads upside down", faults.turned, "as far as the text shows")


def _check_page(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, number: int, manifest: Manifest, faults: _Faults
) -> list[tuple[str, str]]:
    """The page above its footer is as it should be; gives the rows of an index page."""
    if number == 1:
        _check_cover(_whole(text), _squeezed(manifest.banner), faults)
    elif manifest.cover_pages < number <= manifest.front_pages:
        return list(_rows(page, text))
    elif number > manifest.front_pages and _is_upside_down(text, _strip(page)):
        faults.turned.append(f"page {number} reads upside down")
    return []


def _check_footer(footer: str, number: int, wanted: str, manifest: Manifest, faults: _Faults) -> None:
    found = re.findall(re.escape(manifest.prefix) + r"\d+_\d+", footer)
    if found != ([wanted] if wanted else []):
        faults.stamps.append(f"page {number} bears {', '.join(found) or 'no stamp'}, not {wanted or 'none'}")
    printed = _BUNDLE_PAGE.findall(footer)
    if printed != [str(number)]:
        faults.numbers.append(f"page {number} is printed as {', '.join(printed) or 'nothing'}")
    if _squeezed(manifest.banner) not in _squeezed(footer):
        faults.banners.append(f"the footer of page {number} does not bear it")


def _strip(page: pypdfium2.PdfPage) -> float:
    return FOOTER_HEIGHT * footer_scale(float(page.get_width()))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _whole(text: pypdfium2.PdfTextPage) -> str:
    return str(text.get_text_range())


def _footer(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, strip: float) -> str:
    """The words of our own strip: an original page's words lie deeper, in its form, and are not taken for ours."""
    found = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1, textpage=text):
        if item.get_bounds()[3] <= strip and raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_FILL:
            found.append(str(item.extract()))
    return "\n".join(found)


def _check_cover(words: str, banner: str, faults: _Faults) -> None:
    """The cover says the banner twice: in its box and in its footer."""
    if _squeezed(words).count(banner) < 2:
        faults.banners.append("the cover does not bear it")


def _rows(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, str]]:
    """What stands in each linked row of an index page: its words, and what its last column says."""
    position, link, box = ctypes.c_int(0), raw.FPDF_LINK(), raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
        raw.FPDFLink_GetAnnotRect(link, ctypes.byref(box))
        whole = str(text.get_text_bounded(box.left, box.bottom, box.right, box.top))
        last = str(text.get_text_bounded(box.right - PAGE_COLUMN, box.bottom, box.right, box.top))
        yield whole, last


def _check_rows(manifest: Manifest, rows: list[tuple[str, str]], faults: _Faults) -> None:
    """Each row says its place, the document's number and the page that it begins on."""
    if len(rows) != len(manifest.documents):
        faults.rows.append(f"{len(rows)} rows for {len(manifest.documents)} documents")
    for place, (item, (whole, last)) in enumerate(zip(manifest.documents, rows, strict=False), start=1):
        if not _squeezed(whole).startswith(f"{place}{item.label}"):
            faults.rows.append(f"row {place} does not begin with {item.label}")
        if _squeezed(last) != str(item.first_page):
            faults.rows.append(f"the row of {item.label} says page {_squeezed(last) or 'nothing'}")


def _is_upside_down(text: pypdfium2.PdfTextPage, strip: float) -> bool:
    count = text.count_chars()
    step = max(1, count // _SAMPLED)
    turned = seen = 0
    for index in range(0, count, step):
        if text.get_charbox(index)[1] <= strip:
            continue
        angle = raw.FPDFText_GetCharAngle(text, index)
        seen += 1
        turned += abs(angle - math.pi) < 0.5
    return seen >= _ENOUGH and turned / seen > 0.8
