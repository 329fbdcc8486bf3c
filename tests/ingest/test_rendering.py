import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest.reading import UnreadableFile
from ingest.rendering import has_page_pictures, render_page


def test_a_page_of_a_pdf_is_a_picture_of_its_size(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(200, 400))
    canvas.rect(0, 0, 200, 100, fill=1)
    canvas.save()

    picture = render_page(tmp_path / "a.pdf", "application/pdf", 1, dpi=72)

    image = Image.open(io.BytesIO(picture.data)).convert("L")
    assert (picture.width, picture.height) == image.size == (200, 400)
    assert image.getpixel((100, 390)) < 40
    assert image.getpixel((100, 10)) > 215


def test_a_page_that_was_read_upside_down_is_shown_upright(tmp_path):
    page = Image.new("L", (100, 200), 255)
    page.paste(0, (0, 0, 100, 50))
    page.save(tmp_path / "a.png")

    picture = render_page(tmp_path / "a.png", "image/png", 1, rotation=180)

    image = Image.open(io.BytesIO(picture.data)).convert("L")
    assert image.getpixel((image.width // 2, image.height - 3)) < 40


def test_a_page_that_is_not_there_is_refused(tmp_path):
    Image.new("L", (10, 10)).save(tmp_path / "a.png")

    with pytest.raises(UnreadableFile, match="no page 7"):
        render_page(tmp_path / "a.png", "image/png", 7)


def test_only_kinds_with_a_look_have_pictures():
    assert has_page_pictures("image/tiff")
    assert not has_page_pictures("message/rfc822")
