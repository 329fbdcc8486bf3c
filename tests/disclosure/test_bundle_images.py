"""Pictures become pages without losing what they show, and without being blown up or thrown away."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageOps

from disclosure.bundle_build import build_bundle
from disclosure.bundle_images import physical_size
from disclosure.bundle_spec import A4, BundleError, PageText
from tests.disclosure.bundle_helpers import describe, picture_of, spec_of, words_of

MakePicture = Callable[..., Path]


def _ink_corner(page: Image.Image) -> tuple[int, int]:
    """Which corner of what is drawn above the footer is blackest: 0 or 1 across, 0 or 1 down."""
    dark = np.asarray(page)[:-30] < 60
    rows, columns = np.nonzero(dark)
    used = np.nonzero(np.asarray(page)[:-30] < 200)
    across = columns.mean() > (used[1].min() + used[1].max()) / 2
    down = rows.mean() > (used[0].min() + used[0].max()) / 2
    return int(across), int(down)


def test_a_jpeg_goes_in_byte_for_byte(tmp_path: Path, make_picture: MakePicture) -> None:
    path = make_picture("letter.jpg", size=(850, 1100), dpi=(100, 100))

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert path.read_bytes() in (tmp_path / "out.pdf").read_bytes()
    assert picture_of(tmp_path / "out.pdf", 3).size == (612, 842)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_shown_as_its_camera_was_held(
    tmp_path: Path, make_picture: MakePicture, orientation: int
) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path = make_picture("photo.jpg", size=(400, 500), exif=exif, dpi=(72, 72))
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("L")

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    page = picture_of(tmp_path / "out.pdf", 3)
    left, top = (page.width - upright.width) // 2, (page.height - 26 - upright.height) // 2
    shown = page.crop((left, top, left + upright.width, top + upright.height))
    difference = np.abs(np.asarray(shown, dtype=int) - np.asarray(upright, dtype=int)).mean()
    assert difference < 6


def test_a_page_known_to_be_upside_down_is_turned_for_the_reader(tmp_path: Path, make_picture: MakePicture) -> None:
    path = make_picture("letter.png")
    turned = describe(path, 2, pages=(PageText(1, "", turn=180),))

    build_bundle(spec_of(describe(path), turned), tmp_path / "out.pdf")

    assert _ink_corner(picture_of(tmp_path / "out.pdf", 3)) == (0, 0)
    assert _ink_corner(picture_of(tmp_path / "out.pdf", 4)) == (1, 1)


def test_each_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    frames = [Image.new("1", (200, 300), shade) for shade in (1, 0, 1)]
    path = tmp_path / "fax.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(100, 100))

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert result.pages == 5
    middles = [picture_of(tmp_path / "out.pdf", page).getpixel((297, 400)) for page in (3, 4, 5)]
    assert middles == [255, 0, 255]


def test_black_and_white_goes_in_as_fax_and_stays_exact(tmp_path: Path, make_picture: MakePicture) -> None:
    path = make_picture("plan.png", mode="1", dpi=(72, 72))
    with Image.open(path) as image:
        original = np.asarray(image.convert("L"))

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        picture = pdf.pages[2].obj.Resources.XObject.P
        assert picture.Filter == "/CCITTFaxDecode"
        shown = np.asarray(pikepdf.PdfImage(picture).as_pil_image().convert("L"))
    assert (shown == original).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_picture_shows_its_black_corner_top_left(
    tmp_path: Path, make_picture: MakePicture, mode: str
) -> None:
    path = make_picture("picture.tif" if mode == "CMYK" else "picture.png", mode=mode)
    if mode == "I;16":
        grey = np.asarray(Image.open(make_picture("grey.png")).convert("L")).astype(np.uint16) * 257
        Image.fromarray(grey).save(path)

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert _ink_corner(picture_of(tmp_path / "out.pdf", 3)) == (0, 0)


def test_what_is_see_through_is_shown_on_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(path)

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert picture_of(tmp_path / "out.pdf", 3).getpixel((297, 400)) == 255


def test_a_scan_finer_than_300_dots_an_inch_is_made_smaller_and_said_so(
    tmp_path: Path, make_picture: MakePicture
) -> None:
    path = make_picture("fine.png", size=(1200, 1200), dpi=(600, 600))

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.pages[2].obj.Resources.XObject.P.Width == 600
    assert any("more than 300 dots an inch" in warning for warning in result.warnings)


def test_a_photograph_gets_a_larger_page_before_it_loses_a_pixel() -> None:
    inches = physical_size(4000, 3000, (72, 72), page=A4)

    assert inches == pytest.approx((4000 / 300, 10.0))


def test_a_stamp_sized_picture_is_not_blown_up() -> None:
    assert physical_size(150, 150, None, page=A4) == (1.0, 1.0)


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png", "cut.tif"])
def test_half_a_picture_is_refused_by_name(tmp_path: Path, make_picture: MakePicture, name: str) -> None:
    path = make_picture(name, size=(600, 600))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(BundleError, match=rf"R000001 \(ABC000001, {name}\) cannot be put in the bundle"):
        build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")


def test_a_picture_of_absurd_size_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("1", (1, 1)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "bomb.png").write_bytes(data)

    with pytest.raises(BundleError, match="damaged, too large"):
        build_bundle(spec_of(describe(tmp_path / "bomb.png")), tmp_path / "out.pdf")


def test_words_read_on_a_scan_are_found_and_not_seen(tmp_path: Path, make_picture: MakePicture) -> None:
    path = make_picture("scan.png", dpi=(50, 50))
    words = ((0.1, 0.1, 0.4, 0.13, "Cofnodion"), (0.45, 0.1, 0.6, 0.13, "Tŷ"), (0.62, 0.1, 0.8, 0.13, "Gwŷr"))
    read = describe(path, pages=(PageText(1, "Cofnodion Tŷ Gwŷr", words=words),))

    build_bundle(spec_of(describe(path)), tmp_path / "plain.pdf")
    build_bundle(spec_of(read), tmp_path / "read.pdf")

    assert "Cofnodion Tŷ Gwŷr" in words_of(tmp_path / "read.pdf", 3)
    assert "Cofnodion" not in words_of(tmp_path / "plain.pdf", 3)
    plain, shown = picture_of(tmp_path / "plain.pdf", 3), picture_of(tmp_path / "read.pdf", 3)
    assert plain.tobytes() == shown.tobytes()


def test_text_without_word_boxes_can_be_found_too(tmp_path: Path, make_picture: MakePicture) -> None:
    read = describe(make_picture("scan.png"), pages=(PageText(1, "one line\nand another"),))

    build_bundle(spec_of(read), tmp_path / "read.pdf")

    assert "and another" in words_of(tmp_path / "read.pdf", 3)
