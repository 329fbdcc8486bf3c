"""What a photograph's file tells beside it is said to whoever builds the bundle, and the bytes stay as they are."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageDraw

from disclosure.bundle_build import build_bundle
from disclosure.bundle_picture_facts import told_beside
from tests.disclosure.bundle_helpers import describe, spec_of

ANOTHER = "a small picture of itself that shows something else, such as what was cut away"


def scene(size: tuple[int, int] = (900, 600)) -> Image.Image:
    """A light room with a dark door on the left and somebody's coat on the right."""
    made = Image.new("RGB", size, (220, 215, 200))
    draw = ImageDraw.Draw(made)
    wide, high = size
    draw.rectangle((wide // 10, high // 4, wide // 4, high), fill=(60, 40, 30))
    draw.ellipse((wide * 7 // 10, high // 2, wide * 9 // 10, high * 9 // 10), fill=(20, 30, 120))
    return made


def photograph(
    path: Path, picture: Image.Image, *, thumbnail: Image.Image | bytes | None = None, **notes: object
) -> Path:
    exif = Image.Exif()
    if "artist" in notes:
        exif[ExifTags.Base.Artist] = notes["artist"]
    if "place" in notes:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: notes["place"], 3: "W", 4: notes["place"]})
    for tag in set(notes) & set(ExifTags.Base.__members__):
        exif[ExifTags.Base[tag]] = notes[tag]
    data = exif.tobytes()
    if thumbnail is not None:
        small = thumbnail if isinstance(thumbnail, bytes) else io.BytesIO()
        if isinstance(small, io.BytesIO):
            thumbnail.save(small, "JPEG", quality=60)
            small = small.getvalue()
        data = with_thumbnail(small)
    picture.save(path, "JPEG", quality=85, exif=data)
    return path


def with_thumbnail(small: bytes) -> bytes:
    """Camera notes that hold nothing but a small picture (Exif 2.3, 4.5.4: the second directory)."""
    number = lambda value, size: value.to_bytes(size, "little")  # noqa: E731
    entry = lambda tag, value: number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4)  # noqa: E731
    second = 8 + 2 + 4
    at = second + 2 + 2 * 12 + 4
    head = b"II*\0" + number(8, 4) + number(0, 2) + number(second, 4)
    return b"Exif\0\0" + head + number(2, 2) + entry(513, at) + entry(514, len(small)) + number(0, 4) + small


def told(path: Path) -> list[str]:
    with Image.open(path) as picture:
        picture.load()
        return told_beside(picture)


def test_a_place_and_a_name_are_told(tmp_path):
    path = photograph(tmp_path / "a.jpg", scene(), place=(52.0, 5.0, 11.0), artist="M. Lowe")

    assert told(path) == ["the place where it was taken", "a name of whoever took it or owns the camera"]


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        ("Copyright", "M. Lowe", ["a name of whoever took it or owns the camera"]),
        ("Copyright", "  ", []),
        ("Copyright", "(c) ?????? 2009", []),
        ("XPComment", "Ask M. Lowe\0".encode("utf-16-le"), ["words that somebody wrote beside it"]),
        ("XPKeywords", "M. Lowe; the home\0".encode("utf-16-le"), ["words that somebody wrote beside it"]),
        ("XPTitle", "\0".encode("utf-16-le"), []),
        ("ImageDescription", "DIGITAL CAMERA", []),
    ],
)
def test_names_and_words_of_people_are_told_and_those_of_cameras_are_not(tmp_path, tag, value, said):
    assert told(photograph(tmp_path / "a.jpg", scene(), **{tag: value})) == said


@pytest.mark.parametrize(
    "thumbnail",
    [scene().resize((160, 107)), scene((160, 107)), scene().convert("L").resize((96, 64))],
)
def test_a_small_picture_of_the_same_is_not_told(tmp_path, thumbnail):
    assert told(photograph(tmp_path / "a.jpg", scene(), thumbnail=thumbnail)) == []


def test_a_small_picture_that_a_camera_filled_up_with_bars_is_not_told(tmp_path):
    barred = Image.new("RGB", (160, 120))
    barred.paste(scene().resize((160, 107)), (0, 6))

    assert told(photograph(tmp_path / "a.jpg", scene(), thumbnail=barred)) == []


@pytest.mark.parametrize(
    "thumbnail", [scene().resize((160, 107)), b"no picture at all", Image.new("RGB", (160, 107), "black")]
)
def test_a_small_picture_of_what_was_cut_away_is_told(tmp_path, thumbnail):
    cropped = scene().crop((0, 0, 450, 600))

    assert told(photograph(tmp_path / "a.jpg", cropped, thumbnail=thumbnail)) == [ANOTHER]


def test_a_picture_without_notes_tells_nothing(tmp_path, corpus):
    scene().save(tmp_path / "a.jpg", "JPEG")

    assert told(tmp_path / "a.jpg") == []
    assert told(next(corpus("files/office/tika").rglob("testJPEG_EXIF.jpg"))) == []


def test_whoever_builds_a_bundle_is_told_and_the_bytes_stay(tmp_path):
    path = photograph(tmp_path / "a.jpg", scene(), place=(52.0, 5.0, 11.0))

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    (warning,) = (each for each in result.warnings if "photograph" in each)
    assert "page 1 is a photograph whose file tells the place where it was taken" in warning
    assert path.read_bytes() in (tmp_path / "out.pdf").read_bytes()


def test_a_picture_that_is_drawn_anew_leaves_without_its_notes_and_nothing_is_told(tmp_path):
    path = photograph(tmp_path / "a.jpg", scene((4200, 6000)), place=(52.0, 5.0, 11.0))

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert not any("photograph" in each for each in result.warnings)
    assert b"Exif\0\0" not in (tmp_path / "out.pdf").read_bytes()
