"""A page as a picture for people, made in a confined child, standing as the boxes of its words stand."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest import kinds
from ingest.formats.registry import READERS
from ingest.limited_call import run_limited

SCREEN_DPI = 110
# An A4 page is 298 points wide at this, about twice what a row of small pictures shows.
SMALL_DPI = 36


@dataclass(frozen=True)
class PagePicture:
    """The bytes of the picture, their kind, and the size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def has_page_pictures(media_type: str) -> bool:
    """True of the kinds whose pages can be shown as they look: PDF, and the pictures that can be decoded here."""
    return media_type == kinds.PDF.media_type or READERS.get(media_type, "").startswith("ingest.formats.images:")


def render_page(
    path: Path,
    media_type: str,
    page_number: int,
    *,
    dpi: int = SCREEN_DPI,
    rotation: int = 0,
    folder: Path | None = None,
) -> PagePicture:
    """The page as a JPEG, turned clockwise by `rotation` (that of its reading), made in a confined child.

    Raises:
        UnreadableFile: The page cannot be shown; the sentence says why.
    """
    answer = run_limited(
        "ingest.formats.page_pictures:render_in_child",
        {
            "path": str(path.resolve()),
            "media_type": media_type,
            "page_number": page_number,
            "dpi": dpi,
            "rotation": rotation,
        },
        folder=folder,
    )
    return PagePicture(base64.b64decode(answer["data"]), "image/jpeg", answer["width"], answer["height"])


def render_small(
    path: Path, media_type: str, pages: Mapping[int, int], *, folder: Path | None = None
) -> dict[int, bytes]:
    """Small JPEGs of these pages, each by its number with its turn, all made in one confined child.

    A page that cannot be shown is left out: the others are not lost with it.

    Raises:
        UnreadableFile: The file cannot be opened, or breaks a limit.
    """
    answer = run_limited(
        "ingest.formats.page_pictures:render_small_in_child",
        {"path": str(path.resolve()), "media_type": media_type, "pages": sorted(pages.items()), "dpi": SMALL_DPI},
        folder=folder,
    )
    return {int(number): base64.b64decode(data) for number, data in answer["pictures"].items()}
