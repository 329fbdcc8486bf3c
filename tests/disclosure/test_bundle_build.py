"""A bundle is whole, numbered, findable and still, or it is not made."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from disclosure import bundle_incoming
from disclosure.bundle_build import build_bundle
from disclosure.bundle_manifest import manifest_path
from disclosure.bundle_spec import BundleError, PageText, bundle_file_name
from disclosure.bundle_verify import verify_bundle
from store.errors import InvalidInputError
from tests.disclosure.bundle_helpers import describe, picture_of, spec_of, words_of

MakePdf = Callable[..., Path]


def test_a_bundle_of_every_kind_keeps_each_promise(tmp_path: Path, make_pdf: MakePdf, make_picture) -> None:
    word = tmp_path / "Cofnodion Tŷ Gwŷr.docx"
    word.write_bytes(b"not really Word")
    text = describe(word, 3, pages=(PageText(1, "Cyfarfod yn Nhŷ Gwŷr"),), attach_original=True)
    documents = (describe(make_pdf(pages=3)), describe(make_picture("letter.jpg"), 2), text)
    out = tmp_path / "out.pdf"
    told: list[tuple[int, int]] = []

    result = build_bundle(spec_of(*documents), out, progress=lambda done, total: told.append((done, total)))

    assert verify_bundle(out).failed() == ()
    assert (result.pages, result.documents) == (7, 3)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert "ABC000001_002" in words_of(out, 4)
    assert "Bundle page 4" in words_of(out, 4)


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path, make_pdf: MakePdf) -> None:
    spec = spec_of(describe(make_pdf(pages=2)))

    first = build_bundle(spec, tmp_path / "one.pdf")
    second = build_bundle(spec, tmp_path / "two.pdf")

    assert first.sha256 == second.sha256
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_the_manifest_beside_the_bundle_holds_its_hash_and_each_originals(tmp_path: Path, make_pdf: MakePdf) -> None:
    document = describe(make_pdf(pages=2))

    result = build_bundle(spec_of(document), tmp_path / "out.pdf")

    beside = json.loads(manifest_path(tmp_path / "out.pdf").read_text("utf-8"))
    assert beside["bundle_sha256"] == result.sha256
    (entry,) = beside["documents"]
    assert (entry["sha256"], entry["first_page"], entry["last_page"]) == (document.sha256, 3, 4)


def test_only_the_owner_may_read_a_bundle(tmp_path: Path, make_pdf: MakePdf) -> None:
    build_bundle(spec_of(describe(make_pdf())), tmp_path / "out.pdf")

    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "out.pdf", manifest_path(tmp_path / "out.pdf"))}

    assert modes == {0}


def test_an_original_that_changed_since_it_was_registered_stops_the_bundle(tmp_path: Path, make_pdf: MakePdf) -> None:
    document = replace(describe(make_pdf()), sha256="0" * 64)
    out = tmp_path / "out.pdf"
    out.write_bytes(b"the bundle of yesterday")

    with pytest.raises(BundleError, match=r"R000001 \(ABC000001, minutes.pdf\) is not the file that was registered"):
        build_bundle(spec_of(document), out)

    assert out.read_bytes() == b"the bundle of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["minutes.pdf", "out.pdf"]


def test_a_document_with_fewer_pages_than_were_registered_is_never_let_through(
    tmp_path: Path, make_pdf: MakePdf
) -> None:
    document = describe(make_pdf(pages=2), expected_pages=3)

    with pytest.raises(BundleError, match="2 pages can be copied and 3 were registered"):
        build_bundle(spec_of(document), tmp_path / "out.pdf")


def test_a_document_that_needs_a_password_is_named(tmp_path: Path, make_pdf: MakePdf) -> None:
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(make_pdf()) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))

    with pytest.raises(BundleError, match=r"locked\.pdf\) cannot be put in the bundle because it needs a password"):
        build_bundle(spec_of(describe(locked)), tmp_path / "out.pdf")


def test_a_document_that_only_forbids_printing_is_included(tmp_path: Path, make_pdf: MakePdf) -> None:
    guarded = tmp_path / "guarded.pdf"
    with pikepdf.open(make_pdf()) as pdf:
        pdf.save(guarded, encryption=pikepdf.Encryption(owner="owner", user=""))

    build_bundle(spec_of(describe(guarded)), tmp_path / "out.pdf")

    assert "Minutes of the committee, page 1" in words_of(tmp_path / "out.pdf", 3)


def test_what_is_not_a_pdf_at_all_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7 and then nothing")

    with pytest.raises(BundleError, match=r"broken\.pdf\) cannot be put in the bundle because it cannot be read"):
        build_bundle(spec_of(describe(path)), tmp_path / "out.pdf")


def test_two_documents_with_one_number_are_refused(tmp_path: Path, make_pdf: MakePdf) -> None:
    first = describe(make_pdf())

    with pytest.raises(InvalidInputError, match="R000001 and R000002 bear the same number ABC000001"):
        build_bundle(spec_of(first, replace(first, reference="R000002")), tmp_path / "out.pdf")


def test_a_number_too_long_for_its_width_is_refused(tmp_path: Path, make_pdf: MakePdf) -> None:
    with pytest.raises(InvalidInputError, match="does not fit 2 digits"):
        build_bundle(spec_of(describe(make_pdf(), 100), number_width=2), tmp_path / "out.pdf")


def test_a_bundle_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no documents"):
        build_bundle(spec_of(), tmp_path / "out.pdf")


def test_numbers_given_to_other_bundles_are_named_as_absent(tmp_path: Path, make_pdf: MakePdf) -> None:
    path = make_pdf()

    result = build_bundle(spec_of(describe(path, 7), describe(path, 3)), tmp_path / "out.pdf")

    assert result.manifest["numbers_not_in_this_bundle"] == [[4, 6]]
    assert verify_bundle(tmp_path / "out.pdf").ok


def test_the_file_name_says_that_nothing_is_redacted(make_pdf: MakePdf) -> None:
    name = bundle_file_name(spec_of(describe(make_pdf()), title="Minutes: Tŷ Gwŷr / 1987"))

    assert name == "ABC-Minutes-T-Gw-r-1987-COMPLETE-AND-UNREDACTED-FOR-THE-INQUIRY-ONLY.pdf"


def _make_lively(pdf: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS="app.alert('here')")
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["start", script])))
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
    pdf.attachments["inside.txt"] = b"a file inside"
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="http://x"))
    start = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.Launch, F="x.exe"))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link), pdf.make_indirect(start)])
    pdf.pages[0].obj.AA = Dictionary(O=script)
    # An action hidden where the page's own resources reach it must not come along either.
    pdf.pages[0].obj.Resources.Properties = Dictionary(MC0=pdf.make_indirect(Dictionary(script)))


def test_everything_that_acts_is_left_behind_and_counted(tmp_path: Path, make_pdf: MakePdf) -> None:
    result = build_bundle(spec_of(describe(make_pdf(change=_make_lively))), tmp_path / "out.pdf")

    data = (tmp_path / "out.pdf").read_bytes()
    (entry,) = result.manifest["documents"]  # type: ignore[misc]
    assert not [word for word in (b"/JavaScript", b"/Launch", b"/URI", b"/XFA", b"/AA", b"x.exe") if word in data]
    assert entry["taken_out"]["links"] == 2
    assert entry["taken_out"]["embedded files"] == 1
    assert any("files embedded in it are not in the bundle: 1" in warning for warning in result.warnings)
    assert "Minutes of the committee, page 1" in words_of(tmp_path / "out.pdf", 3)
    assert verify_bundle(tmp_path / "out.pdf").ok


def _leave_notes(pdf: pikepdf.Pdf) -> None:
    seen = pdf.make_stream(b"1 0 0 rg 0 0 40 40 re f")
    seen.Type, seen.Subtype, seen.BBox = Name.XObject, Name.Form, Array([0, 0, 40, 40])
    common = {"Type": Name.Annot, "T": "A. Clerk", "M": "D:19990304"}
    drawn = Dictionary(**common, Subtype=Name.Stamp, Rect=[300, 300, 340, 340], AP=Dictionary(N=seen), F=4)
    note = Dictionary(**common, Subtype=Name.Text, Rect=[10, 10, 20, 20], Contents="Ask for the missing card")
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(drawn), pdf.make_indirect(note)])


def test_comments_are_printed_after_the_document_and_marks_stay_on_the_page(tmp_path: Path, make_pdf: MakePdf) -> None:
    result = build_bundle(spec_of(describe(make_pdf(change=_leave_notes))), tmp_path / "out.pdf")

    (entry,) = result.manifest["documents"]  # type: ignore[misc]
    assert (entry["pages"], entry["comments"], entry["comment_pages"]) == (2, 1, 1)
    assert "Page 1, note, A. Clerk, 1999-03-04 (not drawn on the page): Ask for the missing" in words_of(
        tmp_path / "out.pdf", 4
    )
    assert picture_of(tmp_path / "out.pdf", 3).getpixel((320, 600 - 320)) == pytest.approx(76, abs=8)
    assert "ABC000001_002" in words_of(tmp_path / "out.pdf", 4)


def test_what_was_typed_into_a_form_is_still_seen(tmp_path: Path, make_pdf: MakePdf) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="Area Officer", DA="/Helv 12 Tf 0 g", F=4,
            Rect=[60, 300, 260, 320],
        )  # fmt: skip
        helvetica = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        held = pdf.make_indirect(field)
        pdf.Root.AcroForm = Dictionary(
            Fields=Array([held]), NeedAppearances=True, DR=Dictionary(Font=Dictionary(Helv=helvetica)),
            DA="/Helv 12 Tf 0 g",
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([held])

    build_bundle(spec_of(describe(make_pdf(change=fill))), tmp_path / "out.pdf")

    assert "Area Officer" in words_of(tmp_path / "out.pdf", 3)


def test_layers_that_were_hidden_stay_hidden(tmp_path: Path, make_pdf: MakePdf) -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        page = pdf.pages[0]
        page.obj.Resources.Properties = Dictionary(L0=layer)
        page.contents_add(b"/OC /L0 BDC 0 g 300 300 60 60 re f EMC")

    result = build_bundle(spec_of(describe(make_pdf(change=hide))), tmp_path / "out.pdf")

    assert picture_of(tmp_path / "out.pdf", 3).getpixel((330, 600 - 330)) == 255
    assert any("layers that its maker hid" in warning for warning in result.warnings)


def test_two_pages_that_share_one_stream_are_both_whole(tmp_path: Path, make_pdf: MakePdf) -> None:
    def share(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].obj.Contents = pdf.pages[0].obj.Contents
        pdf.pages[1].obj.MediaBox = Array([0, 0, 300, 550])

    build_bundle(spec_of(describe(make_pdf(pages=2, change=share))), tmp_path / "out.pdf")

    for page in (3, 4):
        assert "Minutes of the committee, page 1" in words_of(tmp_path / "out.pdf", page)
    assert picture_of(tmp_path / "out.pdf", 4).size == (300, 576)


def test_a_documents_own_bookmarks_hang_beneath_it(tmp_path: Path, make_pdf: MakePdf) -> None:
    def mark(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Apologies", 1))
            outline.root[0].children.append(pikepdf.OutlineItem("Matters arising", 2))

    build_bundle(spec_of(describe(make_pdf(pages=3, change=mark), title="Minutes")), tmp_path / "out.pdf")

    with pikepdf.open(tmp_path / "out.pdf") as pdf, pdf.open_outline() as outline:
        (document,) = outline.root[2:]
        assert document.title == "ABC000001 Minutes (p. 3)"
        assert document.children[0].title == "Apologies (p. 4)"
        assert document.children[0].children[0].title == "Matters arising (p. 5)"


def test_a_disk_that_fills_up_leaves_nothing_behind(
    tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    spec = spec_of(describe(make_pdf()))
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="No space left"):
        build_bundle(spec, tmp_path / "out.pdf")

    assert [path.name for path in tmp_path.iterdir()] == ["minutes.pdf"]


def test_a_large_file_is_prepared_on_the_disk_and_comes_out_the_same(
    tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_of(describe(make_pdf(pages=3)))
    build_bundle(spec, tmp_path / "in-memory.pdf")
    monkeypatch.setattr(bundle_incoming, "_IN_MEMORY", 0)

    build_bundle(spec, tmp_path / "on-disk.pdf")

    assert (tmp_path / "on-disk.pdf").read_bytes() == (tmp_path / "in-memory.pdf").read_bytes()
