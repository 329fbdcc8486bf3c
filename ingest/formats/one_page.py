"""The child's half of reading one page again: the page as a picture, read in the way a person asked for."""

from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from ingest import kinds
from ingest.formats.images import MAXIMUM_OCR_PIXELS, decode_frame, open_image, outcome, size_in_points
from ingest.formats.pdf import CAREFUL_DPI, OCR_DPI, render
from ingest.formats.pdf_opening import open_for_rendering
from ingest.formats.pdf_repair import lacks_something
from ingest.ocr import read_as_asked
from ingest.page_settings import PageSettings
from ingest.reading import PageReading, UnreadableFile, clean_text

_HIGH_DPI = 400


def read_in_child(path: str, media_type: str, page_number: int, asked: dict[str, Any]) -> dict[str, Any]:
    """The page as `ingest.reading.PageReading.to_dict` describes it; for `ingest.limited_call.run_limited`."""
    settings = PageSettings.from_dict(asked)
    if media_type == kinds.PDF.media_type:
        picture, width, height = _pdf_page(Path(path), page_number, settings)
        whole = not lacks_something(Path(path), page_number)
    elif media_type.startswith("image/"):
        picture, width, height, whole = _image_page(Path(path), page_number, settings)
    else:
        raise UnreadableFile(
            "unsupported", "Only pages of PDF files and pictures can be read again: this one is text already."
        )
    found = read_as_asked(picture, settings)
    if found.rotation in (90, 270):
        width, height = height, width
    text = clean_text(found.text)
    unread, reason = outcome(found, is_whole=whole, read="read again as a person asked")
    return PageReading(
        page_number, text, "none" if unread else "ocr", found.confidence, None,
        [[*word[:4], clean_text(word[4]), *word[5:]] for word in found.words],
        width, height, found.rotation, unread, reason,
    ).to_dict()  # fmt: skip


def _pdf_page(path: Path, number: int, settings: PageSettings) -> tuple[Image.Image, float, float]:
    with closing(open_for_rendering(path, Path.cwd())) as document:
        if not 1 <= number <= len(document):
            raise UnreadableFile("no-pages", f"The file has no page {number}.")
        with closing(document.get_page(number - 1)) as page:
            dpi = {"low": CAREFUL_DPI, "normal": OCR_DPI, "high": _HIGH_DPI}[settings.resolution]
            picture = render(page, careful=settings.resolution == "low", dpi=dpi)
            return picture, *page.get_size()


def _image_page(path: Path, number: int, settings: PageSettings) -> tuple[Image.Image, float, float, bool]:
    with open_image(path) as image:
        if not 1 <= number <= max(1, int(getattr(image, "n_frames", 1))):
            raise UnreadableFile("no-pages", f"The file has no page {number}.")
        page, whole = decode_frame(image, number)
        width, height = size_in_points(image, page)
    limit = MAXIMUM_OCR_PIXELS // (8 if settings.resolution == "low" else 1)
    if page.width * page.height > limit:
        shrink = (limit / (page.width * page.height)) ** 0.5
        size = max(1, int(page.width * shrink)), max(1, int(page.height * shrink))
        page = page.resize(size, Image.Resampling.BOX)
    return page, width, height, whole
