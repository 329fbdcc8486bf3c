"""PDF: each page by its text layer, by OCR of the page as rendered, or by both, as the layer's quality demands."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from ingest.dictionary import known_share
from ingest.formats.pdf_extras import (
    attached_files,
    document_facts,
    holds_files,
    page_comments,
    page_fields,
    pinned_files,
)
from ingest.formats.pdf_layer import PageMakeup, PagePlane, TextLayer, page_makeup, read_layer
from ingest.formats.pdf_opening import open_pdf
from ingest.formats.pdf_tables import with_ruled_tables
from ingest.job import ReadingJob, Yielded
from ingest.ocr import PictureReading, combine, read_picture
from ingest.reading import PageReading, clean_text

OCR_DPI = 300
CAREFUL_DPI = 150
MAXIMUM_PIXELS = 40_000_000

# Chosen on the council and scan files of the test corpus: running text there has 0.85 and more of its words in the
# dictionary, registers of names 0.55 and more, layers in a shifted encoding 0.2 and less.
GOOD_HIDDEN_LAYER = 0.75
GOOD_VISIBLE_LAYER = 0.40
SHIFTED_LAYER = 0.20
ENOUGH_WORDS_TO_JUDGE = 20
GARBLED = 0.1  # of the characters, without a meaning
PICTURE_SHARE = 0.30
SMALL_PICTURE_SHARE = 0.08
FEW_WORDS = 30
_LEFT = "unreadable: some of what is drawn on this page is cut off in the file; only what is left of it was read"
_NOTHING_LEFT = (
    "unreadable: what is drawn on this page is cut off in the file, and nothing could be made out in the rest"
)
_DRAWS = re.compile(rb"[)>\]]\s*T[jJ]\b|[)>]\s*['\"]|/\S+\s+(?:Do|sh)\b|\bBI\b")


def read_pdf(job: ReadingJob) -> Iterator[Yielded]:
    """Each page as read, then the files that the PDF carries."""
    with closing(open_pdf(job)) as document:
        if job.facts.readable_copy:
            job = replace(job, path=job.spool / job.facts.readable_copy)
        total = len(document)
        job.announce(total)
        document_facts(document, job.facts)
        forms = document.get_formtype() != raw.FORMTYPE_NONE
        if forms and job.careful_page is None:
            document.init_forms()
        with_files: set[int] = set()
        for number in range(job.first_page, total + 1):
            yield _read_page(document, number, job, has_forms=forms and job.careful_page is None, with_files=with_files)
        for name, data in attached_files(document, job.facts):
            yield job.member(name, [data])
        if with_files or job.first_page > 1:  # what an earlier try saw on earlier pages is not known any more
            for name, data in pinned_files(job.path, job.facts):
                yield job.member(name, [data])


def _read_page(
    document: pdfium.PdfDocument, number: int, job: ReadingJob, *, has_forms: bool, with_files: set[int]
) -> PageReading:
    """The page; one that lacks some of what is drawn on it is not read, whatever the rest of it says."""
    reading = _as_shown(document, number, job, has_forms=has_forms, with_files=with_files)
    if number not in job.cut_pages:
        return reading
    return replace(reading, read_by="none", unread=True, reason=_LEFT if reading.text.strip() else _NOTHING_LEFT)


def _as_shown(
    document: pdfium.PdfDocument, number: int, job: ReadingJob, *, has_forms: bool, with_files: set[int]
) -> PageReading:
    try:
        page = document.get_page(number - 1)
    except pdfium.PdfiumError:
        return PageReading(number, "", "none", unread=True, reason="unreadable: this page is damaged in the file")
    with closing(page):
        plane = PagePlane(page)
        layer = read_layer(page, plane)
        makeup = page_makeup(page, plane)
        why_ocr = reason_for_ocr(layer, makeup)
        if why_ocr is None:
            reading = _from_layer(page, plane, layer, makeup, number, job)
        else:
            picture = read_picture(render(page, careful=job.careful_page == number), careful=job.careful_page == number)
            reading = _from_picture(page, layer, picture, number, why_ocr)
        if holds_files(page):
            with_files.add(number)
        reading = _with_measures(reading, layer, makeup)
        if job.careful_page == number:  # comments and form fields are where a malformed page may lead nowhere
            return reading
        return _with_extras(reading, page_comments(page), page_fields(document, page) if has_forms else [])


def _with_measures(reading: PageReading, layer: TextLayer, makeup: PageMakeup) -> PageReading:
    image_share = round(makeup.image_share, 3)
    if not layer.text:
        return replace(reading, image_share=image_share)
    share = round(layer.known_share, 3)
    return replace(
        reading, image_share=image_share, layer_word_share=share, layer_unnamed_share=round(layer.unnamed_share, 3)
    )


def reason_for_ocr(layer: TextLayer, makeup: PageMakeup) -> str | None:
    """Why the page must be read from its picture, in words; None where the layer is good enough by itself."""
    words = layer.letter_words
    if not layer.text:
        if makeup.image_share == 0 and not makeup.has_drawing:
            return None
        return "the page has no text layer"
    which = "the hidden text layer" if makeup.invisible_share > 0.5 else "the text layer"
    if not words and not clean_text(layer.text).strip():
        return f"{which} is poor: none of its characters has a meaning"
    share = layer.known_share
    enough = len(words) >= ENOUGH_WORDS_TO_JUDGE
    if layer.unnamed_share > GARBLED:
        return f"{which} is poor: {layer.unnamed_share:.0%} of its characters have no meaning"
    if enough and share < GOOD_VISIBLE_LAYER:
        return f"{which} is poor: {share:.0%} of its words are in the dictionary"
    if makeup.image_share >= PICTURE_SHARE and makeup.invisible_share > 0.5:
        if share >= GOOD_HIDDEN_LAYER and len(words) >= 5:
            return None
        return f"{which} is poor: {share:.0%} of its words are in the dictionary"
    if makeup.image_share >= PICTURE_SHARE:
        return f"pictures cover {makeup.image_share:.0%} of the page and may hold more text"
    if makeup.image_share >= SMALL_PICTURE_SHARE and len(words) < FEW_WORDS:
        return "the page has little text beside a picture"
    return None


def _from_layer(
    page: Any, plane: PagePlane, layer: TextLayer, makeup: PageMakeup, number: int, job: ReadingJob
) -> PageReading:
    width, height = page.get_size()
    if not layer.text:
        reason = _why_nothing(job, number)
        return PageReading(number, "", "none", width=width, height=height, unread=True, reason=reason)
    share = layer.known_share
    hidden = "hidden " if makeup.invisible_share > 0.5 else ""
    reason = f"the {hidden}text layer is good: {share:.0%} of its words are in the dictionary"
    has_tables = makeup.has_drawing and job.careful_page != number
    text = with_ruled_tables(job, page, plane, layer) if has_tables else layer.text
    return PageReading(
        number, text, "layer", confidence=None, layer_text=layer.text, words=layer.words, width=width, height=height,
        reason=reason,
    )  # fmt: skip


def _why_nothing(job: ReadingJob, number: int) -> str:
    """Whether a page on which PDFium sees nothing has instructions for drawing something all the same."""
    try:
        with pikepdf.open(job.path) as document:
            content = document.pages[number - 1].obj.get("/Contents")
            parts = content if isinstance(content, pikepdf.Array) else [content]
            written = b"".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        RuntimeError,
        OSError,
        IndexError,
        TypeError,
        AttributeError,
    ):
        return "unreadable: what should be on this page is damaged in the file"
    if _DRAWS.search(written):
        return "unreadable: the page has content, but nothing of it could be shown"
    return "blank: nothing is on the page"


def _from_picture(page: Any, layer: TextLayer, picture: PictureReading, number: int, why: str) -> PageReading:
    width, height = page.get_size()
    turned = (height, width) if picture.rotation in (90, 270) else (width, height)
    if not layer.text:
        return PageReading(
            number, picture.text, "none" if picture.unread else "ocr", picture.confidence, None, picture.words,
            *turned, picture.rotation, picture.unread, picture.reason if picture.unread else why,
        )  # fmt: skip
    made = PageReading(
        number, layer.text, "layer", None, layer.text, layer.words, width, height, reason=why, ocr_text=picture.text
    )
    if "poor" in why:
        return _instead_of_poor(made, layer, picture, turned)
    if picture.unread:
        return made
    if picture.rotation:  # its boxes stand on another plane than the layer's
        text, words = f"{layer.text}\n\n{picture.text}", layer.words
    else:
        text, words = combine(layer.text, layer.words, picture)
    if text == layer.text:
        return replace(made, reason=f"{why}; OCR found none")
    return replace(made, text=text, words=words, read_by="both", confidence=picture.confidence)


def _instead_of_poor(
    made: PageReading, layer: TextLayer, picture: PictureReading, turned: tuple[float, float]
) -> PageReading:
    """What OCR read in place of a poor layer, unless that is no better; unread where neither can be relied on."""
    ours, theirs = known_share(picture.text), layer.known_share
    if picture.unread:
        # Names and numbers drawn as text are what they are; letters under a picture, or without meaning, are a guess.
        if "hidden" not in made.reason and layer.unnamed_share <= GARBLED and theirs >= SHIFTED_LAYER:
            return replace(made, reason=f"{made.reason}, but OCR could read nothing in its place")
        # What is in the layer stays to be looked at, but nobody has read this page.
        reason = f"{picture.reason}; and {made.reason}"
        return replace(made, read_by="none", unread=True, reason=reason)
    if layer.unnamed_share <= GARBLED and theirs > ours:
        return replace(made, reason=f"{made.reason}, but of what OCR read only {ours:.0%} are")
    return replace(
        made,
        text=picture.text,
        words=picture.words,
        read_by="ocr",
        confidence=picture.confidence,
        width=turned[0],
        height=turned[1],
        rotation=picture.rotation,
        reason=f"{made.reason}; of what OCR read, {ours:.0%} are",
    )


def _with_extras(reading: PageReading, comments: list[str], form_fields: list[str]) -> PageReading:
    parts = [reading.text] if reading.text else []
    if form_fields:
        parts.append("Form fields:\n" + "\n".join(form_fields))
    if comments:
        parts.append("Comments:\n" + "\n".join(comments))
    if len(parts) == (1 if reading.text else 0):
        return reading
    values = reading.to_dict() | {"text": "\n\n".join(parts)}
    if reading.unread:
        values |= {"unread": False, "read_by": "layer", "reason": "only form fields or comments: " + reading.reason}
    return PageReading.from_dict(values)


def render(page: Any, *, careful: bool = False, dpi: float | None = None) -> Image.Image:
    """The page as it is shown, in grey, at the resolution OCR works best with, within the limit of pixels."""
    width, height = page.get_size()
    scale = (dpi or (CAREFUL_DPI if careful else OCR_DPI)) / 72
    pixels = max(1.0, width * height * scale * scale)
    limit = MAXIMUM_PIXELS / (4 if careful else 1)
    if pixels > limit:
        scale *= (limit / pixels) ** 0.5
    scale = max(scale, 2 / max(1.0, min(width, height)))
    bitmap = page.render(scale=scale, grayscale=True, fill_color=(255, 255, 255, 255))
    image: Image.Image = bitmap.to_pil().convert("L")
    return image
