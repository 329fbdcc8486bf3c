"""Pictures of pages: TIFF with one page or many, JPEG, PNG and the rest, turned upright and read by OCR."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from ingest.job import ReadingJob, Yielded
from ingest.ocr import PictureReading, read_picture
from ingest.reading import PageReading, UnreadableFile

MAXIMUM_PIXELS = 120_000_000
MAXIMUM_OCR_PIXELS = 40_000_000
MAXIMUM_FRAMES = 20_000
_ASSUMED_DPI = 200
_LEFT = "unreadable: the picture is damaged or cut off; only what is left of it was read"
_NOTHING_LEFT = "unreadable: the picture is damaged or cut off, and nothing could be made out in what is left of it"
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, KeyError, ZeroDivisionError)

# The limit is ours, counted before anything is decoded; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None


def read_image(job: ReadingJob) -> Iterator[Yielded]:
    """Each page of the picture file, read by OCR."""
    with open_image(job.path) as image:
        total = _count_frames(image)
        job.announce(total)
        _facts(image, job)
        if total > 1 and image.format in ("GIF", "PNG", "WEBP", "AVIF"):
            job.facts.note("The picture moves; its first image was read.")
            total = 1
        for number in range(job.first_page, total + 1):
            yield _read_frame(image, number, job)


def open_image(path: Path) -> Image.Image:
    """The picture, not yet decoded.

    Raises:
        UnreadableFile: It is damaged.
    """
    try:
        return Image.open(path)
    except (UnidentifiedImageError, *_DAMAGE) as error:
        raise UnreadableFile(
            "damaged", "The picture is damaged and could not be opened; ask its holder for another copy."
        ) from error


def _count_frames(image: Image.Image) -> int:
    try:
        return min(MAXIMUM_FRAMES, max(1, int(getattr(image, "n_frames", 1))))
    except _DAMAGE:
        return 1


def _facts(image: Image.Image, job: ReadingJob) -> None:
    job.facts.metadata["size in pixels"] = f"{image.width} x {image.height}"
    job.facts.metadata["colour"] = image.mode
    try:
        stated = image.getexif()
    except _DAMAGE:
        return
    for tag, name in ((306, "taken"), (271, "maker"), (272, "model"), (270, "description"), (315, "artist")):
        value = stated.get(tag)
        if isinstance(value, str) and value.strip():
            job.facts.metadata[name] = value.strip("\x00 ")[:500]
    job.facts.created = job.facts.metadata.get("taken")


def _read_frame(image: Image.Image, number: int, job: ReadingJob) -> PageReading:
    try:
        page, whole = decode_frame(image, number)
    except UnreadableFile as problem:
        if number == 1 and _count_frames(image) == 1:
            raise
        return PageReading(number, "", "none", unread=True, reason=f"unreadable: {problem.sentence}")
    if not whole:
        job.facts.note("The picture is damaged; what is left of it was read.")
    width, height = size_in_points(image, page)
    careful = job.careful_page == number
    limit = MAXIMUM_OCR_PIXELS // (8 if careful else 1)
    if page.width * page.height > limit:
        page = page.resize(_within(page, limit), Image.Resampling.BOX)
    found = read_picture(page, careful=careful)
    if found.rotation in (90, 270):
        width, height = height, width
    unread, reason = outcome(found, is_whole=whole, read="the file is a picture")
    return PageReading(
        number, found.text, "none" if unread else "ocr", found.confidence, None, found.words,
        width, height, found.rotation, unread, reason,
    )  # fmt: skip


def outcome(found: PictureReading, *, is_whole: bool, read: str) -> tuple[bool, str]:
    """Whether the page counts as unread, and why; `read` says of one that does not how it was read.

    Of a damaged picture what is grey or white now may have been writing: its page is neither blank nor read.
    """
    if not is_whole:
        return True, _LEFT if found.text.strip() else _NOTHING_LEFT
    return found.unread, found.reason if found.unread else read


def _within(page: Image.Image, limit: int) -> tuple[int, int]:
    shrink = (limit / (page.width * page.height)) ** 0.5
    return max(1, int(page.width * shrink)), max(1, int(page.height * shrink))


def decode_frame(image: Image.Image, number: int, *, colour: bool = False) -> tuple[Image.Image, bool]:
    """The page in grey (or colour), upright by its own tag, on white; and whether it was whole.

    Raises:
        UnreadableFile: It is damaged, or has more pixels than the limit.
    """
    whole = True
    try:
        image.seek(number - 1)
        if image.width * image.height > MAXIMUM_PIXELS:
            raise UnreadableFile("too-many-pixels")
        try:
            image.load()
        except _DAMAGE:
            whole = False
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            try:
                image.seek(number - 1)
                image.load()
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = False
        return _upright(flatten(image, colour=colour), image), whole
    except _DAMAGE as error:
        raise UnreadableFile(
            "damaged", "The picture is damaged and could not be decoded; ask its holder for another copy."
        ) from error


def _upright(page: Image.Image, source: Image.Image) -> Image.Image:
    """The page turned as its orientation tag says; a tag that cannot be read is no tag."""
    try:
        orientation = source.getexif().get(0x0112, 1)
    except _DAMAGE:
        return page
    if source.format == "TIFF":  # Pillow has already turned it while decoding
        return page
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return page if turn is None else page.transpose(turn)


def flatten(image: Image.Image, *, colour: bool = False) -> Image.Image:
    """The picture in 8-bit grey or colour, with what is transparent as white paper."""
    mode = "RGB" if colour else "L"
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image.convert("F"))
        low, high = float(values.min()), float(values.max())
        scale = 255.0 / (high - low) if high > low else 1.0
        return Image.fromarray(((values - low) * scale).astype(np.uint8)).convert(mode)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        picture = image.convert("RGBA")
        paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        paper.alpha_composite(picture)
        return paper.convert(mode)
    if image.mode in ("LAB", "HSV", "YCbCr", "CMYK"):
        return image.convert("RGB").convert(mode)
    return image.convert(mode)


def size_in_points(image: Image.Image, page: Image.Image) -> tuple[float, float]:
    """The size on paper, by the resolution the file states where it can be true, else by an assumed one."""
    dpi = image.info.get("dpi", (0, 0))
    try:
        stated = float(dpi[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        stated = 0.0
    # A page is between a postcard and A2: what the header says beyond that is a default left standing.
    if not stated > 0 or not 3.0 <= max(page.size) / stated <= 24.0:
        stated = max(_ASSUMED_DPI, max(page.size) / 24.0) if max(page.size) > 2400 else max(72.0, max(page.size) / 11.7)
    return round(page.width / stated * 72, 2), round(page.height / stated * 72, 2)
