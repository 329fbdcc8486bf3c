"""Pictures as pages: a JPEG goes in byte for byte where it can, everything else without loss where that is small."""

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageSequence

from disclosure.bundle_pages import FOOTER_HEIGHT, footer_scale
from disclosure.bundle_picture_facts import told_beside
from disclosure.bundle_spec import BundleDocument, BundleError
from disclosure.bundle_writer import PdfWriter

HIGHEST_DPI = 300
_TOLERANCE = 1.02
_ASSUMED_DPI = 150
_LONGEST_INCHES = 17.0
_SMALLEST_INCHES = 1.0
_QUALITY = 90
_PAGED_FORMATS = frozenset({"TIFF"})
_DIRECT_FORMATS = frozenset({"JPEG", "MPO"})
_SPACES = {"1": b"/DeviceGray", "L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": b"/DeviceCMYK"}
_PROFILE_MARKS = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
_PICTURE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
    OverflowError,
    MemoryError,
    EOFError,
    Image.DecompressionBombError,
)
Matrix = tuple[float, float, float, float, float, float]
Stored = tuple[int, bytes]
"""A picture's object number and its seal."""

# Where the corners of the stored picture go for each EXIF orientation, on a square of side one.
_ORIENTATIONS: dict[int, Matrix] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


@dataclass(frozen=True, slots=True)
class PicturePage:
    """A picture placed on a page: the picture's object, the page's size, and where and how the picture stands."""

    number: int
    size: tuple[float, float]
    matrix: Matrix
    inner: tuple[float, float, float, float]
    was_resampled: bool
    seal: bytes
    # What the file tells beside the picture, where its bytes stand in the bundle as they are.
    told_beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """An open picture file and how many of its frames are pages."""

    image: Image.Image
    frames: int
    note: str


@contextmanager
def open_picture(document: BundleDocument, label: str) -> Iterator[PictureFile]:
    """The picture is open, its frames counted.

    Raises:
        BundleError: It is not a picture, or is damaged, or is too large to be opened safely.
    """
    with _refusing(document, label), Image.open(document.original) as image:
        frames = int(getattr(image, "n_frames", 1))
        paged = image.format in _PAGED_FORMATS
        note = "" if paged or frames == 1 else f"it is an animation or holds {frames} pictures; the first is shown"
        yield PictureFile(image, frames if paged else 1, "" if image.format in _DIRECT_FORMATS else note)


@contextmanager
def _refusing(document: BundleDocument, label: str) -> Iterator[None]:
    with warnings.catch_warnings():
        # Pillow warns of odd metadata in old scans; what matters is whether the pixels can be read, and that raises.
        warnings.simplefilter("ignore")
        try:
            yield
        except BundleError:
            raise
        except _PICTURE_ERRORS as error:
            raise BundleError(
                f"{document.reference} ({label}, {document.file_name}) cannot be put in the bundle because the picture "
                "is damaged, too large or of an unknown format: look at the original, or leave it out and say so."
            ) from error


def put_pictures(
    writer: PdfWriter, document: BundleDocument, file: PictureFile, *, turns: dict[int, int], page: tuple[float, float]
) -> Iterator[PicturePage]:
    """Each frame in turn stands in the file; `turns` says how far a page must be turned for a reader."""
    for place, frame in enumerate(ImageSequence.Iterator(file.image), start=1):
        if place > file.frames:
            return
        # Loading first: Pillow turns a TIFF upright itself while loading, and says so by dropping the tag.
        frame.load()
        orientation = _orientation(frame)
        unit = _turned(_ORIENTATIONS[orientation], turns.get(place, 0))
        swapped = unit[0] == 0
        wide, high = (frame.height, frame.width) if swapped else frame.size
        inches = physical_size(wide, high, _resolution(frame, swapped=swapped), page=page)
        shrink = max(wide / inches[0], high / inches[1]) / HIGHEST_DPI
        is_direct = file.image.format in _DIRECT_FORMATS and shrink <= _TOLERANCE and frame.mode in _PROFILE_MARKS
        if is_direct:
            stored = _put_jpeg(writer, document.original.read_bytes(), frame)
        else:
            stored = _put_pixels(writer, frame, shrink)
        placed = _placed(stored, unit, inches, page, was_resampled=shrink > _TOLERANCE)
        yield replace(placed, told_beside=tuple(told_beside(frame))) if is_direct else placed


def physical_size(
    wide: int, high: int, dpi: tuple[float, float] | None, *, page: tuple[float, float]
) -> tuple[float, float]:
    """How large the picture is in inches: as its maker says where that is credible, else as fits the page.

    A photograph with more pixels than the page can hold at 300 dpi gets a larger page before it loses any pixel.
    """
    if dpi is not None:
        inches = (wide / dpi[0], high / dpi[1])
        if max(inches) <= _LONGEST_INCHES and min(inches) >= _SMALLEST_INCHES:
            return inches
    room = (page[0] / 72, page[1] / 72) if high >= wide else (page[1] / 72, page[0] / 72)
    room = (room[0] - 0.8, room[1] - 0.8)
    density = max(_ASSUMED_DPI, wide / room[0], high / room[1])
    density = min(density, max(HIGHEST_DPI, max(wide, high) / _LONGEST_INCHES))
    return (wide / density, high / density)


def _placed(
    stored: Stored, unit: Matrix, inches: tuple[float, float], page: tuple[float, float], *, was_resampled: bool
) -> PicturePage:
    wide, high = inches[0] * 72, inches[1] * 72
    least = page if high >= wide else (page[1], page[0])
    width = max(wide, least[0])
    strip = FOOTER_HEIGHT * footer_scale(width)
    height = max(high + strip, least[1])
    left, bottom = (width - wide) / 2, strip + (height - strip - high) / 2
    a, b, c, d, e, f = unit
    matrix = (a * wide, b * high, c * wide, d * high, e * wide + left, f * high + bottom)
    return PicturePage(stored[0], (width, height), matrix, (left, bottom, wide, high), was_resampled, stored[1])


def _turned(matrix: Matrix, turn: int) -> Matrix:
    for _ in range(turn // 90 % 4):
        a, b, c, d, e, f = matrix
        matrix = (b, -a, d, -c, f, 1 - e)
    return matrix


def _orientation(frame: Image.Image) -> int:
    try:
        value = int(frame.getexif().get(274, 1))
    except _PICTURE_ERRORS:
        return 1
    return value if value in _ORIENTATIONS else 1


def _resolution(frame: Image.Image, *, swapped: bool) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in frame.info["dpi"])
    except _PICTURE_ERRORS:
        return None
    if not (30 <= across <= 2400 and 30 <= down <= 2400):
        return None
    return (down, across) if swapped else (across, down)


def _profile(writer: PdfWriter, frame: Image.Image) -> bytes:
    """The picture's colour space: its own profile where it fits the pixels."""
    space = _SPACES[frame.mode]
    profile = frame.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) < 128 or profile[16:20] != _PROFILE_MARKS.get(frame.mode):
        return space
    number = writer.reserve()
    writer.put_stream(number, b"/N %d /Alternate %s" % (len(frame.getbands()), space), profile)
    return b"[/ICCBased %d 0 R]" % number


def _put_jpeg(writer: PdfWriter, data: bytes, frame: Image.Image) -> Stored:
    space = _profile(writer, frame)
    # Adobe's programs store CMYK upside down and say so only by their marker.
    turned = b" /Decode [1 0 1 0 1 0 1 0]" if frame.mode == "CMYK" and "adobe" in frame.info else b""
    return _stored(writer, _header(frame, space, 8) + turned + b" /Filter /DCTDecode", data)


def _stored(writer: PdfWriter, entries: bytes, data: bytes) -> Stored:
    number = writer.reserve()
    writer.put_stream(number, entries, data, compress=False)
    return number, hashlib.sha256(data).digest()


def _header(frame: Image.Image, space: bytes, bits: int) -> bytes:
    return b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d" % (
        *frame.size,
        space,
        bits,
    )


def _put_pixels(writer: PdfWriter, frame: Image.Image, shrink: float) -> Stored:
    is_lossy = frame.info.get("compression") in ("jpeg", "tiff_jpeg") or frame.format in _DIRECT_FORMATS
    image = _plain(frame)
    if shrink > _TOLERANCE:
        size = (max(1, round(image.width / shrink)), max(1, round(image.height / shrink)))
        if image.mode == "1":
            image = (
                image.convert("L").resize(size, Image.Resampling.LANCZOS).point(lambda v: 255 if v > 140 else 0, "1")
            )
        else:
            profile = image.info.get("icc_profile")
            image = image.resize(size, Image.Resampling.LANCZOS)
            image.info["icc_profile"] = profile
            is_lossy = is_lossy or frame.mode not in ("P", "L")
    if image.mode == "1":
        return _put_bilevel(writer, image)
    if is_lossy and image.mode in ("L", "RGB"):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
        return _put_jpeg(writer, buffer.getvalue(), image)
    return _put_lossless(writer, image)


def _plain(frame: Image.Image) -> Image.Image:
    """The frame in one of four plain modes; what was see-through is shown on white, as paper would."""
    if frame.mode in _SPACES:
        return frame if "transparency" not in frame.info else _on_white(frame)
    if frame.mode in ("I", "F", "I;16", "I;16B", "I;16L", "I;16N"):
        values = np.asarray(frame).astype(np.float64)
        top = 65535.0 if frame.mode.startswith("I;16") else max(float(values.max(initial=0.0)), 1.0)
        return Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8))
    if frame.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in frame.info:
        return _on_white(frame)
    return frame.convert("RGB")


def _on_white(frame: Image.Image) -> Image.Image:
    clear = frame.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    paper.alpha_composite(clear)
    return paper.convert("L" if frame.mode in ("LA", "La", "L", "1") else "RGB")


def _put_bilevel(writer: PdfWriter, image: Image.Image) -> Stored:
    """Black and white goes in as fax group 4: small, and without loss."""
    buffer = io.BytesIO()
    strip = (image.width + 7) // 8 * image.height + 8
    image.save(buffer, "TIFF", compression="group4", strip_size=strip, tiffinfo={262: 0, 278: image.height})
    with Image.open(buffer) as encoded:
        tags = encoded.tag_v2  # type: ignore[attr-defined]
        offsets, counts, white_is_zero = tags[273], tags[279], tags[262] == 0
    data = b"".join(buffer.getvalue()[at : at + size] for at, size in zip(offsets, counts, strict=True))
    if len(offsets) != 1:
        return _put_lossless(writer, image.convert("L"))
    parameters = b"/DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 %s >>" % (
        *image.size,
        b"false" if white_is_zero else b"true",
    )
    entries = _header(image, b"/DeviceGray", 1) + b" /Filter /CCITTFaxDecode " + parameters
    return _stored(writer, entries, data)


def _put_lossless(writer: PdfWriter, image: Image.Image) -> Stored:
    space = _profile(writer, image)
    if image.mode == "CMYK":
        return _stored(writer, _header(image, space, 8) + b" /Filter /FlateDecode", zlib.compress(image.tobytes(), 6))
    # A PNG's own compressed rows are what PDF calls predictor 15: far smaller than plain deflate.
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6, icc_profile=None)
    parameters = (
        b" /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors %d /BitsPerComponent 8 /Columns %d >>"
        % (
            len(image.getbands()),
            image.width,
        )
    )
    entries = _header(image, space, 8) + parameters
    return _stored(writer, entries, _png_rows(buffer.getvalue()))


def _png_rows(png: bytes) -> bytes:
    rows = []
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            rows.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(rows)
