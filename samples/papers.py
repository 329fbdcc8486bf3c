"""Writes papers made of pages: pictures in a PDF, a TIFF or a JPEG, and PDFs with a text layer."""

import io
import time
from dataclasses import dataclass

import pikepdf
from PIL import Image
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from samples.layout import Line, pages_of, text_of
from samples.spec import Spec
from samples.typist import DPI, FONTS, MACHINES, lay_pages, type_page
from samples.wear import WEARS

# Every file carries the same moment, so that the archive's bytes never change.
MOMENT = time.struct_time((2015, 7, 2, 9, 0, 0, 3, 183, 0))
LAYER_FONTS = {"serif": "LiberationSerif-Regular", "sans": "LiberationSans-Regular", "mono": "LiberationMono-Regular"}
POINTS = {"a4": A4, "a5": A5}
# Not a secret: it locks a made-up paper, so that what happens to a locked one can be seen.
PASSWORD = "wendbridge"  # noqa: S105


@dataclass(frozen=True)
class Page:
    """A page of the truth: its exact words, what state it is in and how it will be read."""

    text: str
    condition: str
    read_by: str


@dataclass(frozen=True)
class Made:
    """A finished file: its bytes and the truth of its pages."""

    data: bytes
    pages: list[Page]


def pictures(spec: Spec) -> tuple[list[Image.Image], list[Page]]:
    """Every page of the paper typed and worn, with its truth."""
    machine = MACHINES[spec.machine]
    images, truth = [], []
    for number, lines in enumerate(lay_pages(spec.text, machine, spec.paper)):
        random = spec.random(number)
        condition = spec.wear_of(number)
        images.append(WEARS[condition](type_page(lines, machine, spec.paper, random), random))
        truth.append(Page(text_of(lines), condition, "ocr"))
    return images, truth


def picture_pdf(images: list[Image.Image], spec: Spec) -> bytes:
    """The pictures as a PDF without any text: two-tone pages as Group 4, grey ones as JPEG."""
    with pikepdf.new() as whole:
        for image in images:
            out = io.BytesIO()
            # Pillow refuses a quality for a two-tone page, so each page is written by itself and then bound.
            quality = {} if image.mode == "1" else {"quality": 52}
            image.save(out, "PDF", resolution=DPI, creationDate=MOMENT, modDate=MOMENT, **quality)
            with pikepdf.open(out) as single:
                whole.pages.extend(single.pages)
        whole.docinfo["/Title"] = spec.title
        whole.docinfo["/Producer"] = "Records Office scanner"
        return saved(whole)


def make_scan(spec: Spec) -> Made:
    """An image-only PDF."""
    images, truth = pictures(spec)
    return Made(picture_pdf(images, spec), truth)


def make_tiff(spec: Spec) -> Made:
    """A TIFF of several pages, Group 4."""
    images, truth = pictures(spec)
    out = io.BytesIO()
    images[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="group4",
        dpi=(DPI, DPI),
        software="Records Office",
    )
    return Made(out.getvalue(), truth)


def make_photo(spec: Spec) -> Made:
    """A phone's JPEG, held sideways: only its EXIF says which way is up."""
    images, truth = pictures(spec)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Handset"
    out = io.BytesIO()
    images[0].convert("RGB").transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=72, exif=exif)
    return Made(out.getvalue(), truth[:1])


def canvas_for(out: io.BytesIO, spec: Spec) -> Canvas:
    """An empty PDF with fixed dates and names."""
    for font in LAYER_FONTS.values():
        if font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(font, str(FONTS / f"{font}.ttf")))
    canvas = Canvas(out, pagesize=POINTS.get(spec.paper, A4), invariant=1)
    canvas.setTitle(spec.title)
    canvas.setAuthor("Borough of Pellingford")
    return canvas


def layer_pages(spec: Spec, font: str, size: float) -> list[list[Line]]:
    """The words as the text PDF breaks them."""
    width, height = POINTS.get(spec.paper, A4)
    return pages_of(
        spec.text,
        lambda text: pdfmetrics.stringWidth(text, font, size) <= width - 130,
        lines_per_page=int((height - 120) / (size * 1.4)),
    )


def draw_text(canvas: Canvas, lines: list[Line], font: str, size: float, paper: tuple[float, float]) -> None:
    """Set one page's lines."""
    width, height = paper
    canvas.setFont(font, size)
    for row, line in enumerate(lines):
        y = height - 66 - row * size * 1.4
        length = pdfmetrics.stringWidth(line.text, font, size)
        if line.standing == "centre":
            canvas.drawCentredString(width / 2, y, line.text)
        elif line.standing == "right":
            canvas.drawRightString(width - 65, y, line.text)
        else:
            canvas.drawString(65, y, line.text)
        if line.standing == "underlined":
            canvas.line(65, y - 2, 65 + length, y - 2)


def make_text_pdf(spec: Spec) -> Made:
    """A PDF with a sound text layer."""
    out = io.BytesIO()
    canvas = canvas_for(out, spec)
    font, size = LAYER_FONTS[spec.extra.get("font", "serif")], float(spec.extra.get("size", 12))
    truth = []
    for lines in layer_pages(spec, font, size):
        draw_text(canvas, lines, font, size, POINTS.get(spec.paper, A4))
        canvas.showPage()
        truth.append(Page(text_of(lines), "clean-text", "layer"))
    canvas.save()
    return Made(out.getvalue(), truth)


def make_mixed(spec: Spec) -> Made:
    """A PDF of text pages followed by the scans appended to it."""
    front = make_text_pdf(spec)
    scans = [make_scan(part) for part in spec.inside]
    with pikepdf.open(io.BytesIO(front.data)) as whole:
        for made in scans:
            with pikepdf.open(io.BytesIO(made.data)) as part:
                whole.pages.extend(part.pages)
        return Made(saved(whole), front.pages + [page for made in scans for page in made.pages])


def make_poor_layer(spec: Spec) -> Made:
    """Scans over an unseen text layer that an early recogniser spoilt."""
    images, truth = pictures(spec)
    out = io.BytesIO()
    canvas = canvas_for(out, spec)
    width, height = POINTS[spec.paper]
    for image, page in zip(images, truth, strict=True):
        layer = canvas.beginText(65, height - 66)
        layer.setFont(LAYER_FONTS["mono"], 9)
        layer.setTextRenderMode(3)
        for line in page.text.translate(str.maketrans("aeilnrtsou", "@c1|~^+5°µ")).split("\n"):
            layer.textLine(line)
        canvas.drawText(layer)
        canvas.drawImage(ImageReader(image.convert("L")), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return Made(out.getvalue(), truth)


def make_damaged(spec: Spec) -> Made:
    """A text PDF whose end is lost: nothing says any more where its pages are."""
    whole = make_text_pdf(spec)
    return Made(whole.data[: len(whole.data) * 2 // 5], [])


def make_locked(spec: Spec) -> Made:
    """A text PDF that opens only with a password.

    The cipher is an old one because its bytes are the same each time; the newer ones draw random numbers.
    """
    with pikepdf.open(io.BytesIO(make_text_pdf(spec).data)) as whole:
        out = io.BytesIO()
        lock = pikepdf.Encryption(owner=PASSWORD + "-owner", user=PASSWORD, R=3, aes=False, metadata=False)
        whole.save(out, encryption=lock, static_id=True)
        return Made(out.getvalue(), [])


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The PDF's bytes with an identity taken from its content."""
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
