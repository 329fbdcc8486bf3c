"""The child's half of `ingest.rendering`: one page of a PDF or a picture file as a JPEG."""

import base64
import io
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from ingest import kinds
from ingest.formats.images import decode_frame, open_image, size_in_points
from ingest.formats.pdf_opening import open_for_rendering
from ingest.reading import UnreadableFile

MAXIMUM_SIDE = 6000


def render_in_child(path: str, media_type: str, page_number: int, dpi: int, rotation: int) -> dict[str, Any]:
    """The page's picture as base64 with its size; `ingest.rendering.render_page` calls it in a child."""
    picture = page_picture(Path(path), media_type, page_number, dpi)
    return _encoded(picture, rotation)


def render_small_in_child(path: str, media_type: str, pages: list[tuple[int, int]], dpi: int) -> dict[str, Any]:
    """The pictures of these pages, each given with its turn; `ingest.rendering.render_small` calls it in a child."""
    made = {}
    for number, rotation in pages:
        try:
            made[str(number)] = _encoded(page_picture(Path(path), media_type, number, dpi), rotation)["data"]
        except UnreadableFile:
            continue
    return {"pictures": made}


def _encoded(picture: Image.Image, rotation: int) -> dict[str, Any]:
    if rotation % 360:
        picture = picture.rotate(-rotation, expand=True)  # Pillow turns anticlockwise
    picture.thumbnail((MAXIMUM_SIDE, MAXIMUM_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return {"data": base64.b64encode(out.getvalue()).decode("ascii"), "width": picture.width, "height": picture.height}


def page_picture(path: Path, media_type: str, page_number: int, dpi: int) -> Image.Image:
    """The page as it looks, not turned; for use in a confined child alone.

    Raises:
        UnreadableFile: The file has no such page, or is of a kind without pictures of its pages.
    """
    if media_type == kinds.PDF.media_type:
        return _pdf_page(path, page_number, dpi)
    if media_type.startswith("image/"):
        return _image_page(path, page_number, dpi)
    raise UnreadableFile("unsupported", "Only PDF files and pictures have pages that can be shown as they look.")


def _no_such_page(number: int) -> UnreadableFile:
    return UnreadableFile("no-pages", f"The file has no page {number}.")


def _pdf_page(path: Path, page_number: int, dpi: int) -> Image.Image:
    with closing(open_for_rendering(path, Path.cwd())) as document:
        if not 1 <= page_number <= len(document):
            raise _no_such_page(page_number)
        if document.get_formtype() != 0:
            document.init_forms()
        with closing(document.get_page(page_number - 1)) as page:
            scale = min(dpi / 72, MAXIMUM_SIDE / max(1.0, *page.get_size()))
            picture: Image.Image = page.render(scale=max(scale, 0.01)).to_pil().convert("RGB")
    return picture


def _image_page(path: Path, page_number: int, dpi: int) -> Image.Image:
    with open_image(path) as image:
        if not 1 <= page_number <= max(1, int(getattr(image, "n_frames", 1))):
            raise _no_such_page(page_number)
        page, _ = decode_frame(image, page_number, colour=True)
        width_in_points, _ = size_in_points(image, page)
    wanted = max(1, round(width_in_points / 72 * dpi))
    if wanted < page.width:
        page = page.resize((wanted, max(1, round(page.height * wanted / page.width))), Image.Resampling.LANCZOS)
    return page
