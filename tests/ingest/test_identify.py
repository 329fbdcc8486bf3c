import io
import tarfile
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest import kinds
from ingest.identify import identify
from tests.ingest.archive_making import stored, tarred
from tests.ingest.reading_here import put, read_here


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n", kinds.PDF),
        (b"junk from a mail gateway\n\n%PDF-1.7\n", kinds.PDF),
        (b"%PXF-1.4\n1 0 obj\n<< /Type /Catalog >>", kinds.PDF),
        (b"", kinds.EMPTY),
        (b"\x00\x01\x02\x03" * 50, kinds.UNKNOWN),
        (b"{\\rtf1 hello}", kinds.RTF),
        (b"\xffWPC\x00\x00", kinds.WPD),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", kinds.WEBP),
        (b"\x00\x00\x00\x18ftypheic", kinds.HEIC),
        (b"<!DOCTYPE html><p>x", kinds.HTML),
        (b"<?xml version='1.0'?><a/>", kinds.XML),
        (b"Dear Sir,\nthe road is closed.\n", kinds.TEXT),
        (b"From: a@example.org\nTo: b@example.org\nSubject: Minutes\n\nHello", kinds.EML),
        (b"From a@example.org Mon Jan  1 10:00:00 1990\nFrom: a@example.org\nDate: x\n\nHi", kinds.MBOX),
        ("Tŷ Gwŷr".encode("utf-16"), kinds.TEXT),
        (b"MZ Jones came to see me about the road.\n", kinds.TEXT),
        (b"\x01\x00\x00\x00" + bytes(36) + b" EMF", kinds.EMF),
        (b"\n\x05\x01\x08" + bytes(60), kinds.PCX),
        (b'x\x9f>"' + bytes(8), kinds.TNEF),
    ],
)
def test_a_file_is_known_by_its_bytes(tmp_path, data, kind):
    assert identify(put(tmp_path, data)) == kind


def test_a_name_never_overrules_the_bytes(tmp_path):
    assert identify(put(tmp_path, b"%PDF-1.4\n", "minutes.docx")) == kinds.PDF


def test_a_name_chooses_among_the_kinds_of_plain_text(tmp_path):
    assert identify(put(tmp_path, b"a,b\n1,2\n", "register.csv")) == kinds.CSV
    assert identify(put(tmp_path, b"a,b\n1,2\n", "register.txt")) == kinds.TEXT


def test_a_letter_with_a_colon_in_its_first_line_is_no_email(tmp_path):
    assert identify(put(tmp_path, b"MEMORANDUM\nTo: the Director\nFrom: the Clerk\n\nRoads\n")) == kinds.TEXT


def test_office_files_are_told_apart_by_their_parts(tmp_path):
    docx.Document().save(tmp_path / "a")
    openpyxl.Workbook().save(tmp_path / "b")

    assert identify(tmp_path / "a") == kinds.DOCX
    assert identify(tmp_path / "b") == kinds.XLSX


def test_archives_and_pictures(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("note.txt", "x")
    with tarfile.open(tmp_path / "b", "w") as tar:
        tar.addfile(tarfile.TarInfo("note.txt"), io.BytesIO())
    Image.new("L", (4, 4)).save(tmp_path / "c.tif")

    assert identify(tmp_path / "a") == kinds.ZIP
    assert identify(tmp_path / "b") == kinds.TAR
    assert identify(tmp_path / "c.tif") == kinds.TIFF


PDF_AT_ONCE = {"minutes.pdf": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", "letter.txt": b"Dear Sir"}
PDF_FURTHER_IN = {"letter.txt": b"Dear Sir, the road is closed.\n" * 60, **PDF_AT_ONCE}


def old_tar(members: dict[str, bytes]) -> bytes:
    """As `tar` wrote it before there was a mark for it."""
    blocks = b""
    for name, data in members.items():
        head = bytearray(512)
        fields = ((0, name.encode()), (100, b"0000644\0"), (124, b"%011o\0" % len(data)), (148, b" " * 8))
        for at, field in fields:
            head[at : at + len(field)] = field
        head[148:155] = b"%06o\0" % sum(head)
        blocks += bytes(head) + data + bytes(-len(data) % 512)
    return blocks + bytes(1024)


@pytest.mark.parametrize("members", [PDF_AT_ONCE, PDF_FURTHER_IN])
@pytest.mark.parametrize(("pack", "kind"), [(stored, kinds.ZIP), (tarred, kinds.TAR), (old_tar, kinds.TAR)])
def test_an_archive_that_packs_a_pdf_without_compressing_it_is_an_archive_and_gives_every_member(
    tmp_path, pack, kind, members
):
    path = put(tmp_path, pack(members))

    assert identify(path) == kind
    assert {member.name: member.path.read_bytes() for member in read_here(path).members} == members


def test_a_pdf_with_an_old_tar_head_spoilt_before_it_is_no_archive(tmp_path):
    spoilt_head = b"x" + old_tar(PDF_AT_ONCE)[1:]

    assert identify(put(tmp_path, spoilt_head)) == kinds.PDF


def test_compound_files_are_told_apart_by_their_streams(corpus):
    office = corpus("files/office/tika")

    assert identify(office / "testWORD.doc") == kinds.DOC
    assert identify(office / "testEXCEL.xls") == kinds.XLS
    assert identify(office / "testPPT.ppt") == kinds.PPT
    assert identify(office / "testMSG.msg") == kinds.MSG
    assert identify(office / "testEXCEL_protected_passtika.xlsx") == kinds.ENCRYPTED_OFFICE


@given(data=st.binary(max_size=400))
def test_any_bytes_at_all_are_some_kind(tmp_path_factory, data):
    path = put(tmp_path_factory.mktemp("any"), data)

    assert identify(path).label
