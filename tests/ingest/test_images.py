"""Pictures of every kind a council holds: each is known by its bytes, decoded whole, upright, page by page."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ingest.formats import images
from ingest.formats.images import decode_frame, open_image
from ingest.identify import identify
from ingest.ocr import PictureReading
from ingest.reading import UnreadableFile
from tests.ingest.reading_here import read_here

WIDTH, HEIGHT = 240, 320


def page(mark: tuple[int, int] = (20, 20), size: tuple[int, int] = (WIDTH, HEIGHT), mode: str = "L") -> Image.Image:
    """White paper with one black square, whose place tells which way up the page is."""
    made = Image.new(mode, size, "white")
    ImageDraw.Draw(made).rectangle((*mark, mark[0] + 40, mark[1] + 40), fill="black")
    return made


def mark_is_top_left(decoded: Image.Image) -> bool:
    grey = decoded.convert("L")
    return grey.getpixel((40, 40)) < 90 and grey.getpixel((grey.width - 30, grey.height - 30)) > 160


def big_tiff(data: bytes, width: int, height: int) -> bytes:
    """One grey page in the TIFF for files over four gigabytes (8-byte offsets), uncompressed."""
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 16, 16), (277, 3, 1),
        (278, 4, height), (279, 16, len(data)),
    ]  # fmt: skip
    directory = struct.pack("<Q", len(tags)) + b"".join(
        struct.pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in tags
    )
    return struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16 + len(data)) + data + directory + bytes(8)


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("g3.tif", "1", {"compression": "group3"}),
        ("g4.tif", "1", {"compression": "group4"}),
        ("lzw.tif", "L", {"compression": "tiff_lzw"}),
        ("deflate.tif", "L", {"compression": "tiff_adobe_deflate"}),
        ("packbits.tif", "L", {"compression": "packbits"}),
        ("jpeg.tif", "RGB", {"compression": "jpeg", "quality": 90}),
        ("plain.jpg", "RGB", {"quality": 90}),
        ("cmyk.jpg", "CMYK", {"quality": 90}),
        ("plain.png", "L", {}),
        ("plain.bmp", "RGB", {}),
        ("plain.gif", "P", {}),
        ("plain.webp", "RGB", {"lossless": True}),
        ("plain.jp2", "L", {}),
        ("plain.pcx", "L", {}),
        ("plain.ppm", "RGB", {}),
    ],
)
def test_a_picture_of_each_kind_is_known_and_decoded(tmp_path, name, mode, options):
    page().convert(mode).save(tmp_path / name, **options)

    with open_image(tmp_path / name) as image:
        decoded, whole = decode_frame(image, 1)

    assert identify(tmp_path / name, name="scan").media_type.startswith("image/")
    assert (decoded.size, whole) == ((WIDTH, HEIGHT), True)
    assert mark_is_top_left(decoded)


def test_a_big_endian_tiff_and_one_of_the_large_form_are_decoded(tmp_path):
    page().save(tmp_path / "plain.tif")
    grey = page().tobytes()
    tags = [(256, 4, WIDTH), (257, 4, HEIGHT), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
            (278, 4, HEIGHT), (279, 4, len(grey))]  # fmt: skip
    directory = struct.pack(">H", len(tags)) + b"".join(
        struct.pack(">HHI", tag, kind, 1) + (struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value))
        for tag, kind, value in tags
    )
    (tmp_path / "motorola.tif").write_bytes(
        struct.pack(">2sHI", b"MM", 42, 8 + len(grey)) + grey + directory + bytes(4)
    )
    (tmp_path / "big.tif").write_bytes(big_tiff(grey, WIDTH, HEIGHT))

    for name in ("motorola.tif", "big.tif"):
        with open_image(tmp_path / name) as image:
            assert mark_is_top_left(decode_frame(image, 1)[0]), name
        assert identify(tmp_path / name).label == "TIFF image"


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_a_photograph_is_turned_as_its_tag_says(tmp_path, orientation, stored):
    exif = Image.Exif()
    exif[0x0112] = orientation
    taken = page() if stored is None else page().transpose(stored)
    taken.save(tmp_path / "a.jpg", exif=exif, quality=95)

    with open_image(tmp_path / "a.jpg") as image:
        decoded, _ = decode_frame(image, 1)

    assert decoded.size == (WIDTH, HEIGHT)
    assert mark_is_top_left(decoded)


@pytest.fixture
def seen(monkeypatch) -> list[tuple[int, int]]:
    """The sizes of the pictures handed to OCR, which is not what is tested here."""
    sizes: list[tuple[int, int]] = []

    def look(picture: Image.Image, **_options) -> PictureReading:
        sizes.append(picture.size)
        return PictureReading(text=f"Page {len(sizes)}", words=[], confidence=90.0)

    monkeypatch.setattr(images, "read_picture", look)
    return sizes


def test_pages_of_mixed_sizes_and_kinds_in_one_tiff_are_all_read(tmp_path, seen):
    first, *others = page(mode="1"), page(size=(500, 300)), page(size=(300, 700), mode="RGB")
    first.save(tmp_path / "a.tif", save_all=True, append_images=others)

    reading = read_here(tmp_path / "a.tif")

    assert [one.number for one in reading.pages] == [1, 2, 3]
    assert seen == [(WIDTH, HEIGHT), (500, 300), (300, 700)]


def test_of_a_moving_picture_the_first_image_is_read_and_that_is_said(tmp_path, seen):
    page().save(tmp_path / "a.gif", save_all=True, append_images=[page((100, 200)), page((60, 60))])

    reading = read_here(tmp_path / "a.gif")

    assert len(reading.pages) == 1
    assert reading.notes == ["The picture moves; its first image was read."]


def test_a_picture_cut_off_is_read_as_far_as_it_goes_and_said_to_be(tmp_path, seen):
    whole = io.BytesIO()
    page(mode="RGB").save(whole, "JPEG", quality=95)
    (tmp_path / "a.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) * 3 // 4])

    assert "damaged" in read_here(tmp_path / "a.jpg").notes[0]


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path):
    header = struct.pack(">IIBBBBB", 200_000, 200_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)

    with pytest.raises(UnreadableFile) as refused:
        read_here(tmp_path / "a.png")

    assert refused.value.code in ("too-many-pixels", "damaged")


def test_a_heic_picture_is_held_and_says_what_to_do(tmp_path: Path):
    (tmp_path / "a.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")

    assert "save it as JPEG" in read_here(tmp_path / "a.heic").not_searchable
