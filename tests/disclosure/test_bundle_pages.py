"""Nothing of an original page is covered, moved out of sight or left lying on its side."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array

from disclosure.bundle_build import build_bundle
from disclosure.bundle_pages import place_page
from disclosure.bundle_spec import PageText
from tests.disclosure.bundle_helpers import describe, picture_of, spec_of, words_of
from tests.ingest.borrowing import borrowing_pdf

MakePdf = Callable[..., Path]


def _same_above_the_footer(original: Path, bundle: Path) -> None:
    theirs, ours = picture_of(original, 1), picture_of(bundle, 3)
    assert ours.height == theirs.height + 26
    left = (ours.width - theirs.width) // 2
    shown = ours.crop((left, 0, left + theirs.width, theirs.height))
    assert np.abs(np.asarray(shown, dtype=int) - np.asarray(theirs, dtype=int)).mean() < 1.0


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_shown_as_before_and_stamped_upright(tmp_path: Path, make_pdf: MakePdf, turn: int) -> None:
    path = make_pdf(change=lambda pdf: pdf.pages[0].rotate(turn, relative=False))

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    _same_above_the_footer(path, tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert "/Rotate" not in pdf.pages[2].obj
    assert "ABC000001_001" in words_of(tmp_path / "out.pdf", 3)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_cropped_page_shows_what_was_shown_and_no_more(tmp_path: Path, make_pdf: MakePdf, turn: int) -> None:
    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([-20, -30, 400, 600])
        pdf.pages[0].obj.CropBox = Array([40, 60, 380, 560])
        pdf.pages[0].rotate(turn, relative=False)

    path = make_pdf(change=crop)

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    _same_above_the_footer(path, tmp_path / "out.pdf")


def test_a_page_measured_in_larger_units_keeps_its_size(tmp_path: Path, make_pdf: MakePdf) -> None:
    def enlarge(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.UserUnit = 2

    build_bundle(spec_of(describe(make_pdf(change=enlarge))), tmp_path / "out.pdf")

    assert picture_of(tmp_path / "out.pdf", 3).size == (800, 1226)


def test_a_very_narrow_page_is_widened_for_its_stamp_and_not_shrunk(tmp_path: Path, make_pdf: MakePdf) -> None:
    def narrow(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([60, 60, 160, 560])

    path = make_pdf(change=narrow)

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    _same_above_the_footer(path, tmp_path / "out.pdf")
    assert "ABC000001_001" in words_of(tmp_path / "out.pdf", 3)


def test_content_that_leaves_its_graphics_state_in_disorder_does_not_touch_the_stamp(
    tmp_path: Path, make_pdf: MakePdf
) -> None:
    def disorder(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"Q Q Q 3 0 0 3 700 700 cm 1 g q q")

    build_bundle(spec_of(describe(make_pdf(change=disorder))), tmp_path / "out.pdf")

    footer = picture_of(tmp_path / "out.pdf", 3).crop((250, 602, 400, 626))
    assert min(footer.tobytes()) < 60


def test_a_page_that_reads_upside_down_can_be_turned(tmp_path: Path, make_pdf: MakePdf) -> None:
    path = make_pdf(change=lambda pdf: pdf.pages[0].rotate(180, relative=False))
    turned = describe(path, pages=(PageText(1, "", turn=180),))

    build_bundle(spec_of(turned), tmp_path / "out.pdf")

    _same_above_the_footer(make_pdf("upright.pdf"), tmp_path / "out.pdf")


boxes = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(1, 9000), st.floats(1, 9000)).map(
    lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3])
)


@settings(deadline=None)
@given(box=boxes, turn=st.sampled_from([0, 90, 180, 270]), unit=st.floats(0.1, 20))
def test_every_corner_of_the_original_lands_on_the_page_above_the_footer(
    box: tuple[float, float, float, float], turn: int, unit: float
) -> None:
    placed = place_page(box, turn=turn, unit=unit)

    a, b, c, d, e, f = placed.matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    shown = [(a * x + c * y + e, b * x + d * y + f) for x, y in corners]
    left, bottom, wide, _ = placed.inner
    assert max(placed.size) <= 14_400.01
    assert bottom >= 26
    assert min(x for x, _ in shown) == pytest.approx(left, abs=0.01)
    assert max(x for x, _ in shown) == pytest.approx(left + wide, abs=0.01)
    assert min(y for _, y in shown) == pytest.approx(bottom, abs=0.01)
    assert max(y for _, y in shown) == pytest.approx(placed.size[1], abs=0.01)
    assert a * d - b * c > 0  # never mirrored


def test_what_no_page_is_drawn_with_does_not_leave(tmp_path: Path, make_pdf) -> None:
    """As a part of a scan that was split by an earlier version carries the pictures of its other parts."""

    def carry_along(pdf: pikepdf.Pdf) -> None:
        hidden = pikepdf.Stream(pdf, b"SECRET" * 50)
        hidden.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=10,
            Height=10,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Im2=hidden)
        pdf.pages[0].Resources.Properties = pikepdf.Dictionary(M2=pikepdf.Dictionary(ActualText="SECRET"))

    path = make_pdf(change=carry_along)
    with pikepdf.open(path) as pdf:
        assert any(b"SECRET" in each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream))

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        for each in pdf.objects:
            assert b"SECRET" not in each.unparse(resolved=True)
            assert not isinstance(each, pikepdf.Stream) or b"SECRET" not in each.read_bytes()


@pytest.mark.parametrize(
    "borrower", ["font", "letter in a form", "note", "mask", "form with a list", "form with a list in a form"]
)
def test_what_uses_the_list_of_its_page_is_drawn_as_before(tmp_path: Path, borrower: str) -> None:
    path = tmp_path / "scan.pdf"
    borrowing_pdf(borrower).save(path)

    build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert np.asarray(picture_of(path, 1)).min() < 250
    _same_above_the_footer(path, tmp_path / "out.pdf")


def test_a_page_of_which_cannot_be_told_what_it_is_drawn_with_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with borrowing_pdf("form with a list") as scan:
        lists = scan.pages[0].obj.Resources
        bad = pikepdf.Stream(scan, b"no compressed data at all", Filter=pikepdf.Name("/NoSuchFilter"))
        bad.Type, bad.Subtype, bad.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, Array([0, 0, 9, 9])
        lists.XObject.Fm1 = scan.make_indirect(bad)
        scan.pages[0].obj.Contents = pikepdf.Stream(scan, b"/Fm0 Do /Fm1 Do")
        scan.save(path)

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    named = [each for each in result.warnings if "cannot be told" in each]
    assert len(named) == 1
    assert "on page 1 cannot" in named[0]
    with borrowing_pdf("form with a list") as scan:
        scan.save(path)
    assert not build_bundle(spec_of(describe(path)), tmp_path / "whole.pdf").warnings


def test_a_mask_that_two_pages_lend_different_pictures_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with borrowing_pdf("mask") as scan:
        first, second = (page.obj for page in scan.pages)
        other = Array([first.Resources.XObject.Im9])
        second.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im0=other[0]), ExtGState=first.Resources.ExtGState
        )
        second.Contents = first.Contents
        scan.save(path)

    result = build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")

    assert [each for each in result.warnings if "page 2 may not look as in the original" in each]
    assert not [each for each in result.warnings if "page 1" in each]
    with borrowing_pdf("mask") as scan:
        scan.pages[1].obj.Contents = scan.pages[0].obj.Contents
        scan.save(path)
    assert not build_bundle(spec_of(describe(path)), tmp_path / "alike.pdf").warnings
