"""What the file of a picture tells beside the picture: it leaves with it, because a bundle is complete, and unseen.

A photograph goes into a bundle as the bytes it is. Those may say where it was taken and whose camera took it, and may
hold a small picture of what was in sight before it was cropped. Whoever builds the bundle is told.
"""

import io
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

_BEGIN = b"Exif\x00\x00"
_PLACE = (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude)
_THUMBNAIL = (ExifTags.Base.JpegIFOffset, ExifTags.Base.JpegIFByteCount)
_OWNERS = (ExifTags.Base.Artist, ExifTags.Base.XPAuthor, ExifTags.Base.Copyright)
# What Windows lets a person write beside a picture; cameras fill in the other places for words by themselves.
_TYPED = (ExifTags.Base.XPTitle, ExifTags.Base.XPComment, ExifTags.Base.XPKeywords, ExifTags.Base.XPSubject)
# Of "(c) ????" nobody learns who it was.
_NAME = re.compile(r"[^\W\d_]{2}")
_CAMERA_OWNER = 0xA430
_ODD = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, EOFError, AttributeError)
# Thumbnails of the same picture, with black bars or in other colours, stay above; others fall far below.
_ALIKE = 0.8
_SIDE = 24
_PLAIN = 3.0


def told_beside(frame: Image.Image) -> list[str]:
    """What the file of this picture tells beside it, in words; nothing where it tells nothing of a person or place."""
    try:
        return list(_told(frame, frame.getexif()))
    except _ODD:
        return ["notes of its camera that could not be read"]


def _told(frame: Image.Image, notes: Image.Exif) -> Iterator[str]:
    place = notes.get_ifd(ExifTags.IFD.GPSInfo)
    xmp = frame.info.get("xmp", b"")
    if all(place.get(tag) for tag in _PLACE) or (isinstance(xmp, bytes) and b"GPSLatitude" in xmp):
        yield "the place where it was taken"
    owners = [*(notes.get(tag) for tag in _OWNERS), notes.get_ifd(ExifTags.IFD.Exif).get(_CAMERA_OWNER)]
    if any(_NAME.search(_words(owner)) for owner in owners):
        yield "a name of whoever took it or owns the camera"
    if any(_words(notes.get(tag)) for tag in _TYPED):
        yield "words that somebody wrote beside it"
    offset, length = (notes.get_ifd(ExifTags.IFD.IFD1).get(tag) for tag in _THUMBNAIL)
    if isinstance(offset, int) and isinstance(length, int) and length:
        data = frame.info.get("exif", b"").removeprefix(_BEGIN)[offset : offset + length]
        if not _shows_the_same(frame, data):
            yield "a small picture of itself that shows something else, such as what was cut away"


def _words(value: object) -> str:
    text = value.decode("utf-16-le", "ignore") if isinstance(value, bytes) else str(value or "")
    return text.strip("\0 ")


def _shows_the_same(frame: Image.Image, thumbnail: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(thumbnail), formats=("JPEG",)) as small:
            small.load()
            return _likeness(frame, small) >= _ALIKE
    except _ODD:
        return False


def _likeness(frame: Image.Image, small: Image.Image) -> float:
    """How the light and dark of both go together, from -1 to 1; bars that fill up the small one are left out."""
    wide, high = small.size
    if frame.width * high > frame.height * wide:
        kept = max(1, round(wide * frame.height / frame.width))
        box = (0, (high - kept) // 2, wide, (high - kept) // 2 + kept)
    else:
        kept = max(1, round(high * frame.width / frame.height))
        box = ((wide - kept) // 2, 0, (wide - kept) // 2 + kept, high)
    one, other = _light(frame), _light(small.crop(box))
    if min(one.std(), other.std()) < _PLAIN:
        return (
            1.0 if abs(float(one.mean() - other.mean())) < 2 * _PLAIN and max(one.std(), other.std()) < _PLAIN else 0.0
        )
    return float(np.corrcoef(one, other)[0, 1])


def _light(picture: Image.Image) -> NDArray[np.float64]:
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64).ravel()
