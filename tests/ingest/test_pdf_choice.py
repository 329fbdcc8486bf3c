"""Which text of a page is chosen, by what is measured of its layer; and that both are kept where both were read."""

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.formats import registry
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.reading import PageReading

LINES = [
    "Minutes of the meeting of the children's committee",
    "The members considered the report of the inspector",
    "and resolved that the house should be painted again",
    "before the winter, and that the garden be made larger",
]
BAD_LAYER = [" ".join(word[::-1] + "q" for word in line.split()) for line in LINES]
INVISIBLE = 3


def picture_of(lines: list[str]) -> Image.Image:
    page = Image.new("L", (1240, 900), 255)
    font = ImageFont.load_default(size=38)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((110, 120 + number * 130), line, fill=0, font=font)
    return page


def scribble() -> Image.Image:
    """Loops as a pen makes them, and no letter."""
    page = Image.new("L", (1240, 900), 255)
    draw = ImageDraw.Draw(page)
    for row in range(5):
        points = [
            (100 + step * 4, 150 + row * 140 + 34 * math.sin(step / 3) + 20 * math.cos(step / 1.7 + row))
            for step in range(250)
        ]
        draw.line(points, fill=30, width=3)
    return page


def read_page(tmp_path: Path, picture: Image.Image, layer: list[str]) -> PageReading:
    path = tmp_path / "hybrid.pdf"
    canvas = Canvas(str(path), pagesize=(620, 450))
    canvas.drawImage(ImageReader(picture), 0, 0, 620, 450)
    for number, line in enumerate(layer):
        text = canvas.beginText(55, 450 - 60 - number * 65)
        text.setTextRenderMode(INVISIBLE)
        text.textLine(line)
        canvas.drawText(text)
    canvas.save()
    spool = tmp_path / "spool"
    spool.mkdir()
    kind = identify(path)
    (page,) = registry.read(kind, ReadingJob(path=path, media_type=kind.media_type, name=path.name, spool=spool))
    assert isinstance(page, PageReading)
    return page


def test_a_bad_hidden_layer_is_chosen_against_and_kept_beside_what_was_read(tmp_path):
    page = read_page(tmp_path, picture_of(LINES), BAD_LAYER)

    assert page.read_by == "ocr"
    assert not page.unread
    assert "resolved that the house should be painted" in page.text
    assert page.layer_text is not None
    assert "setuniMq" in page.layer_text
    assert page.ocr_text == page.text
    assert page.layer_word_share is not None
    assert page.layer_word_share < 0.3
    assert page.image_share is not None
    assert page.image_share > 0.95
    assert page.reason.startswith("the hidden text layer is poor")
    assert page.words
    assert "painted" in [word[4] for word in page.words]


def test_a_good_hidden_layer_is_taken_without_reading_the_picture(tmp_path):
    page = read_page(tmp_path, picture_of(LINES), LINES)

    assert (page.read_by, page.ocr_text) == ("layer", None)
    assert page.layer_word_share is not None
    assert page.layer_word_share > 0.9
    assert page.reason.startswith("the hidden text layer is good")


def test_a_bad_hidden_layer_under_handwriting_does_not_make_the_page_read(tmp_path):
    page = read_page(tmp_path, scribble(), BAD_LAYER)

    assert page.unread
    assert page.read_by == "none"
    assert page.reason.split(":")[0] in ("handwriting", "picture")
    assert "hidden text layer is poor" in page.reason
    assert page.layer_text


def test_a_welsh_layer_is_not_called_poor(tmp_path):
    welsh = [
        "Cofnodion cyfarfod y pwyllgor plant a gynhaliwyd yn y dref",
        "Penderfynwyd bod y tŷ yn cael ei beintio cyn y gaeaf nesaf",
        "ac y dylai yr ardd fod yn fwy nag yr oedd hi y llynedd",
    ]

    page = read_page(tmp_path, picture_of(welsh), welsh)

    assert page.read_by == "layer"
