"""Damaged, cut off and half-zeroed files: what is left is read, what is lost is named, and the reason given is true."""

import gzip
import io
import struct
import zipfile

import olefile
import openpyxl
import pptx
import pytest
from PIL import Image

from ingest.formats.compound_files import is_cut_off
from ingest.formats.libarchive import is_here
from ingest.formats.protected_office import unlock
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.kinds import DOCX, ODT, PPT, XLSX, ZIP
from ingest.reading import UnreadableFile
from tests.ingest.archive_making import rewritten, spoilt, zipped
from tests.ingest.reading_here import all_text, missing, put, read_here, refusal

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORDS = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
needs_libarchive = pytest.mark.skipif(not is_here(), reason="LIBARCHIVE IS NOT HERE: damaged ZIPs were not tried")


def word(**parts: str) -> bytes:
    members = {"[Content_Types].xml": b"<Types><x wordprocessingml='y'/></Types>"}
    members["word/document.xml"] = (
        f"<w:document {W}><w:body>{WORDS.format('The minutes')}</w:body></w:document>".encode()
    )
    members |= {f"word/{name}.xml": content.encode() for name, content in parts.items()}
    return zipped(members)


def test_a_small_packed_file_that_is_cut_off_gives_what_there_is(tmp_path):
    whole = gzip.compress(b"".join(b"line %d of the register\n" % number for number in range(900)))

    reading = read_here(put(tmp_path, whole[: len(whole) // 2], "register.txt.gz"))

    assert reading.members[0].path.read_bytes().startswith(b"line 0 of the register")
    assert "what follows the first" in all_text(reading)


@pytest.mark.parametrize("part", ["word/document.xml", "word/comments.xml"])
def test_damage_in_a_table_of_contents_is_not_called_a_bomb(tmp_path, part):
    data = bytearray(word(comments=f"<w:comments {W}/>"))
    at = data.index(part.encode(), data.index(b"PK\x01\x02")) - 46 + 24
    struct.pack_into("<I", data, at, 0x7000_0000)

    document = read_here(put(tmp_path, bytes(data), "a.docx"))
    archive = read_here(put(tmp_path, bytes(data).replace(b"word/", b"werd/"), "a.zip"))

    assert all_text(document) == "The minutes"
    assert len(archive.members) == 3


def test_a_damaged_part_beside_the_body_is_named_and_the_body_is_read(tmp_path):
    comments = f"<w:comments {W}>" + f"<w:comment w:author='M'>{WORDS.format('Ask the matron')}</w:comment>" * 9
    whole = word(comments=comments + "</w:comments>")
    assert "Ask the matron" in all_text(read_here(put(tmp_path, whole)))

    reading = read_here(put(tmp_path, spoilt(whole, "word/comments.xml"), "spoilt"))

    assert "The minutes" in reading.pages[0].text
    assert missing(reading) == "Damaged: word/comments.xml"
    assert refusal(put(tmp_path, spoilt(whole, "word/document.xml"), "worse")).code == "damaged"


@pytest.mark.parametrize("part", ["word/comments.xml", "word/header1.xml", "word/footnotes.xml", "docProps/core.xml"])
def test_a_part_beside_the_body_that_is_no_markup_costs_only_itself(tmp_path, part):
    """A copy that another program made of a damaged file has whole members whose bytes mean nothing."""
    path = put(tmp_path, word(), "a.docx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(part, bytes(500))

    reading = read_here(path)

    assert "The minutes" in reading.pages[0].text
    assert missing(reading) == f"Damaged: {part}"


@needs_libarchive
def test_a_document_without_its_table_of_contents_is_read_from_the_front(tmp_path):
    whole = word(comments=f"<w:comments {W}>{WORDS.format('x' * 400)}</w:comments>")
    directory = whole.index(b"PK\x01\x02")

    cut = read_here(put(tmp_path, whole[:directory]))
    zeroed = read_here(put(tmp_path, whole[:directory] + bytes(60) + whole[directory + 60 :], "zeroed"))

    for reading in (cut, zeroed):
        assert "The minutes" in reading.pages[0].text
        assert "table of contents" in missing(reading)
    assert refusal(put(tmp_path, whole[:120], "only a beginning")).code == "damaged"


@needs_libarchive
def test_a_workbook_that_is_cut_off_is_read_or_damaged_at_every_place(tmp_path):
    book = openpyxl.Workbook()
    for number in range(40):
        book.active.append([f"Payment {number} to the home", number * 1.5])
    book.save(tmp_path / "a.xlsx")
    whole = (tmp_path / "a.xlsx").read_bytes()

    read = 0
    for percent in range(2, 100, 3):
        try:
            reading = read_here(put(tmp_path, whole[: len(whole) * percent // 100], f"{percent}.xlsx"))
        except UnreadableFile as problem:
            if problem.code != "damaged":
                raise
        else:
            read += 1
            assert reading.pages[-1].unread

    assert read


@needs_libarchive
def test_an_archive_whose_table_of_contents_is_zeroed_gives_its_members(tmp_path):
    whole = zipped({"a.txt": b"One note.\n" * 50, "b.txt": b"Another note.\n" * 50})
    directory = whole.index(b"PK\x01\x02")

    reading = read_here(put(tmp_path, whole[:directory] + bytes(50) + whole[directory + 50 :]))

    assert [member.name for member in reading.members] == ["a.txt", "b.txt"]
    assert "table of contents" in all_text(reading)


@pytest.mark.parametrize("spoil", [spoilt, lambda deck, part: rewritten(deck, {part: bytes(500)})])
def test_a_damaged_slide_is_one_unread_page_and_the_others_are_read(tmp_path, spoil):
    deck = pptx.Presentation()
    for words in ("The first slide", "The second slide"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = words
    made = io.BytesIO()
    deck.save(made)

    reading = read_here(put(tmp_path, spoil(made.getvalue(), "ppt/slides/slide1.xml")))

    assert [page.unread for page in reading.pages] == [True, False, True]
    assert "damaged" in reading.pages[0].reason
    assert "The second slide" in reading.pages[1].text
    assert "ppt/slides/slide1.xml" in missing(reading)


def test_what_a_cut_off_office_file_was_is_told_from_its_first_part(tmp_path):
    types = "<Types><Override ContentType='application/vnd.openxmlformats-officedocument.{}.main+xml'/></Types>"
    odt = io.BytesIO()
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    for name, kind in (("wordprocessingml", DOCX), ("spreadsheetml", XLSX)):
        whole = zipped({"[Content_Types].xml": types.format(name).encode()})
        assert identify(put(tmp_path, whole[: whole.index(b"PK\x01\x02")], name)) == kind
    assert identify(put(tmp_path, odt.getvalue()[:100])) == ODT


def test_what_is_set_before_an_archive_does_not_hide_it(tmp_path):
    program = b"MZ" + bytes(200) + b"This program unpacks itself." + bytes(range(256)) * 40
    archive = zipped({"letter.txt": b"A letter of the committee.\n"})

    reading = read_here(put(tmp_path, program + archive, "files.exe"))

    assert [member.name for member in reading.members] == ["letter.txt"]
    assert missing(reading) == f"Not read: the {len(program):,} bytes before the archive in the file"
    assert identify(put(tmp_path, program)).label == "Program (Windows or DOS)"
    assert identify(put(tmp_path, program + archive[:-30])).label == "Program (Windows or DOS)"
    assert identify(put(tmp_path, program + zipped({}))).label == "Program (Windows or DOS)"


def test_a_disk_image_that_ends_in_a_document_is_not_that_document_and_the_rest_of_it_is_named(tmp_path):
    disk = bytes(range(1, 256)) * 600 + bytes(100)

    reading = read_here(put(tmp_path, disk + word() + bytes(20_000), "disk.img"))

    assert reading.media_type == ZIP.media_type
    assert "word/document.xml" in [member.name for member in reading.members]
    assert missing(reading) == "Not read: the 153,100 bytes before the archive in the file"


@pytest.mark.parametrize("fill", [b"\r\n", b"\n", bytes(4), bytes(512), b"PK00"])
def test_a_document_with_only_fill_before_it_is_that_document(tmp_path, fill):
    reading = read_here(put(tmp_path, fill + word()))

    assert reading.media_type == DOCX.media_type
    assert reading.pages[0].text == "The minutes"
    assert not reading.pages[-1].unread


def test_what_stands_before_or_after_the_parts_of_a_document_is_named_and_fill_is_not(tmp_path):
    whole = word()

    for fill in (bytes(300), b"\r\n"):
        assert not read_here(put(tmp_path, whole + fill, "filled")).pages[-1].unread
    after = read_here(put(tmp_path, whole + b"The other letter", "after"))
    before = read_here(put(tmp_path, whole + word(), "two"))

    assert after.pages[0].text == before.pages[0].text == "The minutes"
    assert missing(after) == "Not read: the 16 bytes after the archive in the file"
    assert missing(before) == f"Not read: the {len(whole):,} bytes before the archive in the file"


def test_what_is_said_of_an_archive_is_said_once_whatever_comment_it_ends_in(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("letter.txt", "A letter of the committee.")
        archive.comment = b"Packed by the registry. PK"

    assert not read_here(put(tmp_path, made.getvalue(), "a.zip")).pages
    assert not read_here(put(tmp_path, b"PK00" + made.getvalue(), "b.zip")).pages
    reading = read_here(put(tmp_path, made.getvalue() + b"more", "c.zip"))
    assert missing(reading) == "Not read: the 4 bytes after the archive in the file"


def test_a_cut_off_rich_text_document_names_what_is_missing(tmp_path):
    whole = rb"{\rtf1\ansi {\b The minutes} of the \{committee\} \bin3 }}} met at ten.}"

    assert all_text(read_here(put(tmp_path, whole))).startswith("The minutes of the {committee}")
    assert not read_here(put(tmp_path, whole + b"\x00junk")).pages[-1].unread
    assert "no proper end" in missing(read_here(put(tmp_path, whole[:-8], "cut")))
    assert "zero bytes" in missing(read_here(put(tmp_path, whole.replace(rb"\bin3 }}}", b"\0\0"), "zeroed")))
    assert refusal(put(tmp_path, rb"{\rtf1\ansi {\fonttbl", "beginning")).code == "damaged"


def test_of_a_cut_off_picture_nothing_is_called_blank_or_read(tmp_path):
    whole = io.BytesIO()
    Image.effect_noise((600, 900), 5).point(lambda value: 255 if value > 100 else value).save(whole, "JPEG", quality=95)

    (page,) = read_here(put(tmp_path, whole.getvalue()[: len(whole.getvalue()) // 2])).pages

    assert page.unread
    assert page.reason.startswith("unreadable: the picture is damaged or cut off")


@pytest.mark.parametrize("name", ["testMSG.msg", "testMSG_att_msg.msg", "testWORD.doc", "testPPT.ppt", "testEXCEL.xls"])
def test_a_compound_file_is_cut_off_where_its_own_table_goes_on(corpus, tmp_path, name):
    whole = (corpus("files/office/tika") / name).read_bytes()

    assert not is_cut_off(put(tmp_path, whole))
    assert not is_cut_off(put(tmp_path, whole + b"something after it"))
    for tenths in range(1, 10):
        cut = put(tmp_path, whole[: len(whole) * tenths // 10], "cut")
        assert is_cut_off(cut), tenths


def test_a_large_compound_file_keeps_its_table_in_a_list_that_goes_on(tmp_path):
    sectors = 109 * 128 + 200  # more than the header has room for
    table = -(-sectors // 128)
    header = bytearray(512)
    header[:8], header[30:32] = olefile.MAGIC, b"\x09\x00"
    struct.pack_into("<II", header, 68, sectors - 1, 1)
    struct.pack_into("<109I", header, 76, *range(109))
    body = bytearray(512 * sectors)
    struct.pack_into(
        "<128I", body, 512 * (sectors - 1), *range(109, table), *[0xFFFFFFFF] * (127 - table + 109), 0xFFFFFFFE
    )
    struct.pack_into(f"<{128 * table - sectors}I", body, 4 * sectors, *[0xFFFFFFFF] * (128 * table - sectors))
    whole = bytes(header + body)

    assert not is_cut_off(put(tmp_path, whole))
    assert is_cut_off(put(tmp_path, whole[:-600]))


def test_a_protected_file_that_is_cut_off_does_not_ask_for_a_password_alone(corpus, tmp_path):
    whole = (corpus("files/office/tika") / "testWORD_protected_passtika.docx").read_bytes()

    assert refusal(put(tmp_path, whole)).code == "encrypted"
    problem = refusal(put(tmp_path, whole[: len(whole) // 2]))
    assert problem.code == "damaged"
    assert "the password alone would not help" in problem.sentence


@needs_libarchive
def test_a_presentation_cut_off_before_its_first_slide_is_damaged_and_not_without_pages(tmp_path):
    whole = zipped(
        {"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>", "ppt/slides/slide1.xml": b"<s/>"}
    )

    assert refusal(put(tmp_path, whole[: whole.index(b"ppt/slides/slide1.xml")])).code == "damaged"


@pytest.mark.parametrize("at", [3690, 3652])
def test_a_protected_file_whose_key_is_damaged_is_damaged(corpus, tmp_path, at):
    whole = (corpus("files/office/tika") / "testEXCEL_protected_passtika.xlsx").read_bytes()

    for data in (whole[:at], whole[:at] + bytes(64) + whole[at + 64 :]):
        assert refusal(put(tmp_path, data)).code in ("damaged", "encrypted")


def test_slides_of_before_2007_with_a_lost_sector_are_no_surprise_to_what_looks_for_a_password(corpus, tmp_path):
    whole = bytearray((corpus("files/office/tika") / "testPPT.ppt").read_bytes())
    whole[-600:-88] = bytes(512)
    path = put(tmp_path, bytes(whole))

    job = ReadingJob(path=path, media_type=PPT.media_type, name="a.ppt", spool=tmp_path)

    assert unlock(job) is None
