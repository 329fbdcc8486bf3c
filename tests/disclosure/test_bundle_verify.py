"""A bundle changed after it was made is found out, and by the promise that was broken."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from disclosure.bundle_build import build_bundle
from disclosure.bundle_manifest import MANIFEST_NAME, manifest_path
from disclosure.bundle_own_digest import MARK
from disclosure.bundle_spec import PageText
from disclosure.bundle_verify import verify_bundle
from store.errors import InvalidInputError
from tests.disclosure.bundle_helpers import describe, spec_of

Change = Callable[[pikepdf.Pdf], None]
SHOWN = "each document's pages show what was put there"


@pytest.fixture
def bundle(tmp_path: Path, make_pdf) -> Path:
    register = tmp_path / "register.xlsx"
    register.write_bytes(b"the register as it was kept")
    text = describe(register, 3, pages=(PageText(1, "Ref\tName\n1\tTŷ Gwŷr"),), attach_original=True)
    out = tmp_path / "made.pdf"
    build_bundle(spec_of(describe(make_pdf(pages=3)), describe(make_pdf("agenda.pdf"), 2), text), out)
    return out


@pytest.fixture
def broken_by(bundle: Path, tmp_path: Path) -> Callable[[Change], set[str]]:
    """The names of the promises that a change breaks, in a copy that travels without its manifest beside."""

    def broken(change: Change) -> set[str]:
        altered = tmp_path / "altered.pdf"
        with pikepdf.open(bundle) as pdf:
            change(pdf)
            pdf.save(altered)
        verification = verify_bundle(altered)
        assert not verification.ok
        return {check.name for check in verification.failed()}

    return broken


def test_a_bundle_as_made_keeps_every_promise(bundle: Path) -> None:
    verification = verify_bundle(bundle)

    assert verification.failed() == ()
    assert verification.ok
    assert verification.notes == ()
    assert (verification.pages, verification.documents) == (7, 3)


def test_a_bundle_merely_saved_again_keeps_its_promises_and_says_what_it_cannot_know(
    bundle: Path, tmp_path: Path
) -> None:
    with pikepdf.open(bundle) as pdf:
        pdf.save(tmp_path / "again.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)

    verification = verify_bundle(tmp_path / "again.pdf")

    assert verification.ok
    assert "could not be compared" in verification.notes[0]


def test_a_single_changed_byte_is_found_by_the_manifest_beside(bundle: Path) -> None:
    data = bytearray(bundle.read_bytes())
    data[-2] ^= 1
    bundle.write_bytes(data)

    assert "unchanged since it was made" in {check.name for check in verify_bundle(bundle).failed()}


def test_any_changed_byte_is_found_in_a_bundle_that_travels_alone(bundle: Path) -> None:
    manifest_path(bundle).unlink()
    data = bundle.read_bytes()
    own = data.rindex(MARK)
    # Spread over the file, fonts and front pages included; without the words that announce the digest themselves.
    places = [*range(1100, own, len(data) // 25), own - 2, own + len(MARK), len(data) - 8]

    for place in places:
        altered = bytearray(data)
        altered[place] ^= 1
        bundle.write_bytes(altered)
        with suppress(InvalidInputError):  # it may be so broken that it is nobody's bundle
            assert not verify_bundle(bundle).ok, place


def test_what_is_added_after_the_end_of_a_bundle_is_found(bundle: Path) -> None:
    manifest_path(bundle).unlink()
    with bundle.open("ab") as file:
        file.write(b"\n% a note\n" + b" " * 5000)

    assert "unchanged by its own digest" in {check.name for check in verify_bundle(bundle).failed()}


def test_a_bundle_saved_again_is_said_to_carry_no_digest_of_itself(bundle: Path, tmp_path: Path) -> None:
    with pikepdf.open(bundle) as pdf:
        pdf.save(tmp_path / "again.pdf")

    verification = verify_bundle(tmp_path / "again.pdf")

    assert verification.ok
    assert any("carries no digest of itself" in words for words in verification.notes)


def test_a_removed_page_is_found(broken_by) -> None:
    def remove(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[3]

    broken = broken_by(remove)

    assert "page count equals the manifest" in broken
    assert "each page bears its document's number and page" in broken


def test_an_added_page_is_found(broken_by) -> None:
    assert "page count equals the manifest" in broken_by(lambda pdf: pdf.add_blank_page())


def test_swapped_pages_are_found(broken_by) -> None:
    def swap(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[3]
        del pdf.pages[3]
        pdf.pages.insert(4, page)

    broken = broken_by(swap)

    assert "each page bears its document's number and page" in broken
    assert "printed page numbers equal PDF page numbers" in broken
    assert "page count equals the manifest" not in broken


def _rewrite(old: str, new: str, page: int) -> Change:
    def rewrite(pdf: pikepdf.Pdf) -> None:
        stream = pdf.pages[page].obj.Contents
        before = stream.read_bytes()
        after = before.replace(old.encode("utf-16-be"), new.encode("utf-16-be"))
        assert after != before
        stream.write(after)

    return rewrite


def test_an_altered_stamp_is_found(broken_by) -> None:
    broken = broken_by(_rewrite("ABC000001_002", "ABC000001_001", 3))

    assert broken == {"each page bears its document's number and page", SHOWN}


def test_an_altered_page_number_is_found(broken_by) -> None:
    assert broken_by(_rewrite("Bundle page 4", "Bundle page 3", 3)) == {
        "printed page numbers equal PDF page numbers",
        SHOWN,
    }


def test_a_removed_banner_is_found(broken_by) -> None:
    assert broken_by(_rewrite("UNREDACTED", "COPIED----", 3)) == {
        "the banner is on the cover and in each footer",
        SHOWN,
    }


def test_a_cover_without_the_banner_is_found(broken_by) -> None:
    broken = broken_by(_rewrite("FOR THE INQUIRY ONLY", "FOR ALL WHO WANT IT!", 0))

    assert broken == {"the banner is on the cover and in each footer"}


def test_an_index_row_that_says_another_page_is_found(broken_by) -> None:
    def rewrite(pdf: pikepdf.Pdf) -> None:
        stream = pdf.pages[1].obj.Contents
        lines = stream.read_bytes().split(b"\n")
        place = next(n for n, line in enumerate(lines) if "ABC000002".encode("utf-16-be") in line)
        page = next(n for n in range(place, len(lines)) if b"(\x006)" in lines[n])
        lines[page] = lines[page].replace(b"(\x006)", b"(\x005)")
        stream.write(b"\n".join(lines))

    assert broken_by(rewrite) == {"each index row can be read"}


def test_an_index_link_that_leads_elsewhere_is_found(broken_by) -> None:
    def redirect(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].obj.Annots[1].A.D[0] = pdf.pages[0].obj

    assert broken_by(redirect) == {"each index row leads to its page"}


def test_a_missing_index_link_is_found(broken_by) -> None:
    def remove(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[1].obj.Annots[1]

    assert broken_by(remove) == {"each index row leads to its page", "each index row can be read"}


def test_a_bookmark_that_leads_elsewhere_is_found(broken_by) -> None:
    def redirect(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Outlines.First.Next.Next.Dest[0] = pdf.pages[5].obj

    assert broken_by(redirect) == {"each bookmark leads to the page in its title"}


def test_two_pages_that_changed_places_under_their_stamps_are_found(broken_by) -> None:
    def swap(pdf: pikepdf.Pdf) -> None:
        first, second = (pdf.pages[place].obj.Resources.XObject for place in (2, 3))
        first.P, second.P = second.P, first.P

    assert broken_by(swap) == {SHOWN}


def test_a_word_changed_on_an_original_page_is_found(broken_by) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        form = pdf.pages[2].obj.Resources.XObject.P
        form.write(form.read_bytes().replace(b"Minutes", b"Letters"))

    assert broken_by(change) == {SHOWN}


def test_a_scan_exchanged_for_another_is_found(tmp_path: Path, make_picture) -> None:
    build_bundle(spec_of(describe(make_picture("letter.jpg"))), tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        other = make_picture("other.jpg", size=(301, 400)).read_bytes()
        pdf.pages[2].obj.Resources.XObject.P.write(other, filter=Name.DCTDecode)
        pdf.save(tmp_path / "altered.pdf")

    assert {check.name for check in verify_bundle(tmp_path / "altered.pdf").failed()} == {SHOWN}


def test_labels_that_start_elsewhere_are_found(broken_by) -> None:
    def relabel(pdf: pikepdf.Pdf) -> None:
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))

    assert broken_by(relabel) == {"page labels equal page numbers"}


def test_another_opening_zoom_is_found(broken_by) -> None:
    def zoom(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction[4] = 2

    assert broken_by(zoom) == {"opens at 100 % on the first page"}


def test_an_altered_attachment_is_found(broken_by) -> None:
    def alter(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["ABC000003 register.xlsx"].get_file().obj.write(b"another register")

    assert broken_by(alter) == {"each original promised is attached and unaltered"}


def test_a_removed_attachment_is_found(broken_by) -> None:
    def remove(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments["ABC000003 register.xlsx"]

    assert broken_by(remove) == {"each original promised is attached and unaltered"}


def test_a_slipped_in_attachment_is_found(broken_by) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["other.txt"] = b"slipped in"

    assert broken_by(add) == {"each original promised is attached and unaltered"}


def test_a_script_is_found(broken_by) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.pages[3].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="1"))

    assert broken_by(add) == {"nothing acts: no scripts, actions, forms or links outside"}


def test_a_link_outside_is_found(broken_by) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="http://example.org"))
        pdf.pages[3].obj.Annots = Array([pdf.make_indirect(link)])

    assert broken_by(add) == {"nothing acts: no scripts, actions, forms or links outside"}


def test_a_font_taken_out_is_found(broken_by) -> None:
    def remove(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[0].obj.Resources.Font.FR.DescendantFonts[0].FontDescriptor.FontFile2

    assert "our fonts are embedded and no glyph is missing" in broken_by(remove)


def test_another_title_is_found(broken_by) -> None:
    def rename(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "Something else"

    assert broken_by(rename) == {"title and language are set"}


def test_a_page_turned_upside_down_is_found(broken_by) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        stream = pdf.pages[3].obj.Contents
        stream.write(stream.read_bytes().replace(b"q 1 0 0 1 0 26 cm", b"q -1 0 0 -1 400 626 cm"))

    assert broken_by(turn) == {"nothing reads upside down", SHOWN}


def test_a_manifest_that_hides_a_number_is_found(broken_by) -> None:
    def renumber(pdf: pikepdf.Pdf) -> None:
        file = pdf.attachments[MANIFEST_NAME].get_file()
        manifest = json.loads(file.read_bytes())
        manifest["documents"][1]["number"] = 9
        manifest["documents"][1]["document"] = "ABC000009"
        file.obj.write(json.dumps(manifest).encode())

    assert "numbers are unique and gap-free" in broken_by(renumber)


def test_an_altered_manifest_attached_differs_from_the_one_beside(bundle: Path) -> None:
    beside = manifest_path(bundle)
    manifest = json.loads(beside.read_text("utf-8"))
    manifest["documents"][0]["title"] = "Another"
    beside.write_text(json.dumps(manifest), "utf-8")

    assert {check.name for check in verify_bundle(bundle).failed()} == {"both manifests agree"}


def test_a_pdf_that_candour_did_not_make_is_refused(make_pdf) -> None:
    with pytest.raises(InvalidInputError, match=r"minutes\.pdf carries no manifest of Candour's"):
        verify_bundle(make_pdf())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="There is no file"):
        verify_bundle(tmp_path / "absent.pdf")


def test_half_a_bundle_is_not_a_bundle(bundle: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.pdf"
    half.write_bytes(bundle.read_bytes()[: bundle.stat().st_size // 2])

    try:
        outcome = verify_bundle(half)
    except InvalidInputError:
        return
    assert not outcome.ok
