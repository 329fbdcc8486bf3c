"""A page taken out of a scan carries nothing of the pages beside it, however they share what they are drawn with."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from ingest.part_files import write_parts
from store.errors import DamagedError
from tests.ingest.borrowing import BORROWERS, borrowing_pdf

SQUARE = b"q 50 0 0 50 0 0 cm /Im1 Do Q "


def picture(pdf: pikepdf.Pdf, mark: str) -> pikepdf.Object:
    made = Stream(pdf, (mark.encode() * 300)[:300])
    made.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10, ColorSpace=Name.DeviceRGB, BitsPerComponent=8
    )
    return pdf.make_indirect(made)


def form(pdf: pikepdf.Pdf, content: bytes, **entries: object) -> pikepdf.Object:
    made = Stream(pdf, content)
    made.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 100, 100], **entries)
    return pdf.make_indirect(made)


def shared_resources(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """One list for both pages: what the first is drawn with, and in every other entry something of the second."""
    first, second = picture(pdf, "OURS"), picture(pdf, "SECRET-PICTURE")
    pattern = Stream(pdf, b"q 10 0 0 10 0 0 cm /I Do Q")
    pattern.stream_dict = Dictionary(
        Type=Name.Pattern,
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=[0, 0, 10, 10],
        XStep=10,
        YStep=10,
        Resources=Dictionary(XObject=Dictionary(I=picture(pdf, "SECRET-PATTERN"))),
    )
    mask = form(pdf, b"/I Do", Resources=Dictionary(XObject=Dictionary(I=picture(pdf, "SECRET-MASK"))))
    own = pdf.make_indirect(Dictionary(XObject=Dictionary(Im1=first, Im2=second)))
    return pdf.make_indirect(
        Dictionary(
            XObject=Dictionary(Im1=first, Im2=second, Own=form(pdf, SQUARE, Resources=own), Bare=form(pdf, SQUARE)),
            Pattern=Dictionary(P2=pdf.make_indirect(pattern)),
            ExtGState=Dictionary(G2=Dictionary(SMask=Dictionary(S=Name.Luminosity, G=mask))),
            Properties=Dictionary(M2=pdf.make_indirect(Dictionary(ActualText="SECRET-WORDS"))),
        )
    )


def pages_of_one_list(*contents: bytes) -> pikepdf.Pdf:
    """A page for each of the contents, all with the same list."""
    whole = pikepdf.new()
    shared = shared_resources(whole)
    for each in contents:
        page = whole.add_blank_page(page_size=(100, 100))
        page.Contents = Stream(whole, each)
        page.Resources = shared
    return whole


def with_names_not_utf8(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """The names Im1, Im2 and Bare become ones that are not UTF-8, as older programs wrote them."""
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    data = out.getvalue()
    for plain, old in ((b"/Im1", b"/#e9"), (b"/Im2", b"/#f6"), (b"/Bare", b"/B#fc")):
        data = data.replace(plain, old)
    return pikepdf.open(io.BytesIO(data))


def everything_in(file: Path) -> bytes:
    with pikepdf.open(file) as pdf:
        return b"".join(
            (each.read_bytes() if isinstance(each, Stream) else b"") + each.unparse(resolved=True)
            for each in pdf.objects
        )


@pytest.mark.parametrize(
    "content",
    [
        SQUARE,
        SQUARE + b"(a bracket that is never closed",
        SQUARE + b"<abz> >> ]",
        b"/Own Do",
        b"/Bare Do",
        b"q 50 0 0 50 0 0 cm /#49m1 Do Q",
    ],
    ids=["plain", "an open bracket", "nonsense", "a form with a list", "a form without", "an escaped name"],
)
def test_a_part_carries_nothing_that_only_another_page_is_drawn_with(tmp_path: Path, content: bytes) -> None:
    all_of_the_other = b"q 50 0 0 50 0 0 cm /Im2 Do Q /Pattern cs /P2 scn 0 0 9 9 re f /G2 gs /M /M2 BDC EMC"
    pages_of_one_list(content, all_of_the_other).save(tmp_path / "whole.pdf")
    assert everything_in(tmp_path / "whole.pdf").count(b"SECRET") > 4

    first, second = write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)

    assert b"SECRET" not in everything_in(first)
    assert b"OURS" in everything_in(first)
    for mark in (b"SECRET-PICTURE", b"SECRET-PATTERN", b"SECRET-MASK"):
        assert mark in everything_in(second)


@pytest.mark.parametrize("content", [SQUARE, b"/Bare Do"], ids=["a picture", "a form"])
def test_names_that_are_not_utf8_are_kept_or_left_like_any_other(tmp_path: Path, content: bytes) -> None:
    plain = pages_of_one_list(content, b"q 50 0 0 50 0 0 cm /Im2 Do Q")
    with_names_not_utf8(plain).save(tmp_path / "whole.pdf")

    first, second = write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)

    assert b"SECRET" not in everything_in(first)
    assert b"OURS" in everything_in(first)
    assert b"SECRET-PICTURE" in everything_in(second)
    assert b"OURS" not in everything_in(second)


@pytest.mark.parametrize("borrower", BORROWERS)
def test_what_has_no_list_of_its_own_keeps_what_it_uses_of_its_pages(tmp_path: Path, borrower: str) -> None:
    borrowing_pdf(borrower).save(tmp_path / "whole.pdf")

    # Refused where a page does not look the same in its part.
    first, second = write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)

    assert b"OURS" in everything_in(first)
    assert b"SECRET" not in everything_in(first)
    assert b"OURS" not in everything_in(second)


def test_a_form_that_draws_itself_is_not_split_off(tmp_path: Path) -> None:
    whole = pikepdf.new()
    lists = whole.make_indirect(Dictionary(XObject=Dictionary(Im1=picture(whole, "OURS"))))
    lists.XObject.Fm0 = form(whole, SQUARE + b"/Fm0 Do", Resources=lists)
    for _ in range(2):
        page = whole.add_blank_page(page_size=(100, 100))
        page.Contents = Stream(whole, b"/Fm0 Do")
        page.Resources = lists
    whole.save(tmp_path / "whole.pdf")

    with pytest.raises(DamagedError, match="could carry pictures of another"):
        write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)


def test_a_part_does_not_carry_what_was_typed_in_the_fields_of_another_page(tmp_path: Path) -> None:
    whole = pikepdf.new()
    group = whole.make_indirect(Dictionary(T="person", FT=Name.Tx, Kids=Array()))
    for words in ("OURS", "SECRET"):
        page = whole.add_blank_page(page_size=(100, 100))
        field = whole.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                Rect=[10, 10, 60, 30],
                T=words,
                V=words,
                Parent=group,
                AP=Dictionary(N=form(whole, b"")),
            )
        )
        group.Kids.append(field)
        page.obj.Annots = Array([field])
    whole.Root.AcroForm = Dictionary(Fields=Array([group]))
    whole.save(tmp_path / "whole.pdf")

    first, _ = write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)

    assert b"SECRET" not in everything_in(first)
    assert b"OURS" in everything_in(first)


def test_a_page_that_cannot_be_unpacked_is_not_split_off(tmp_path: Path) -> None:
    whole = pikepdf.new()
    shared = shared_resources(whole)
    for _ in range(2):
        page = whole.add_blank_page(page_size=(100, 100))
        page.Contents = Stream(whole, b"no compressed data at all", Filter=Name("/NoSuchFilter"))
        page.Resources = shared
    whole.save(tmp_path / "whole.pdf")

    with pytest.raises(DamagedError, match="could carry pictures of another"):
        write_parts(tmp_path / "whole.pdf", "application/pdf", [[1], [2]], folder=tmp_path)
