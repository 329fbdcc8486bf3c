"""What office files hide, strike out, note in the margin and carry inside: all of it searchable, and said to be so."""

import io
import struct
import zipfile
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pptx
import pytest
from pptx.util import Inches

from ingest.reading import UnreadableFile
from tests.ingest.archive_making import zipped
from tests.ingest.reading_here import all_text, read_here

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"),
    ]
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def word(folder: Path, body: str, **parts: str) -> Path:
    members = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>".encode(),
    }
    members |= {f"word/{name}.xml": content.encode() for name, content in parts.items()}
    path = folder / "a.docx"
    path.write_bytes(zipped(members))
    return path


def odf(folder: Path, kind: str, body: str, *, styles: str = "", **parts: bytes) -> Path:
    media = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation"}[kind]
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    path = folder / "a.odf"
    members = {"mimetype": f"application/vnd.oasis.opendocument.{media}".encode(), "content.xml": content.encode()}
    path.write_bytes(zipped(members | {name.replace("__", "/"): data for name, data in parts.items()}))
    return path


def test_hidden_words_and_changes_in_notes_of_a_word_document_are_marked(tmp_path):
    path = word(
        tmp_path,
        "<w:p><w:r><w:t>Seen. </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>not to be shown</w:t></w:r></w:p>",
        footnotes=f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:del w:author="A Clerk" w:date="1999-01-02">'
        "<w:r><w:delText>struck out</w:delText></w:r></w:del></w:p></w:footnote></w:footnotes>",
    )

    text = all_text(read_here(path))

    assert "Seen. [hidden text: not to be shown]" in text
    assert "Footnote 2: Deleted by A Clerk, 1999-01-02: struck out" in text


def test_a_macro_is_said_and_a_windows_drawing_in_a_document_is_a_member(tmp_path):
    with zipfile.ZipFile(word(tmp_path, "<w:p><w:r><w:t>Form</w:t></w:r></w:p>"), "a") as package:
        package.writestr("word/vbaProject.bin", b"macro")
        package.writestr("word/media/image1.emf", b"\x01\x00\x00\x00" + bytes(36) + b" EMF")

    reading = read_here(tmp_path / "a.docx")

    assert reading.label == "Word document with macros"
    assert "nothing here ever runs one" in " ".join(reading.notes)
    assert [member.name for member in reading.members] == ["image1.emf"]


def test_a_very_hidden_sheet_is_told_from_a_hidden_one(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.create_sheet("Apart").append(["kept apart"])
    workbook["Apart"].sheet_state = "veryHidden"
    workbook.active.append(["open"])
    workbook.save(tmp_path / "a.xlsx")

    assert "Sheet Apart (very hidden sheet)" in [page.heading for page in read_here(tmp_path / "a.xlsx").pages]


def test_notes_comments_and_hidden_slides_of_a_presentation_are_read_and_marked(tmp_path):
    deck = pptx.Presentation()
    for words in ("Budget", "Closures"):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = words
    deck.slides[0].notes_slide.notes_text_frame.text = "Do not mention the letter"
    deck.slides[1]._element.set("show", "0")
    plain = io.BytesIO()
    deck.save(plain)
    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(tmp_path / "a.pptx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "ppt/slides/_rels/slide1.xml.rels":
                data = data.replace(
                    b"</Relationships>",
                    b'<Relationship Id="rId99" Type="c" Target="../comments/comment1.xml"/></Relationships>',
                )
            target.writestr(name, data)
        target.writestr("ppt/commentAuthors.xml", f'<p:a {p}><p:cmAuthor id="0" name="B Manager"/></p:a>')
        target.writestr(
            "ppt/comments/comment1.xml",
            f'<p:cmLst {p}><p:cm authorId="0" dt="2003-04-05"><p:text>Ask legal first</p:text></p:cm></p:cmLst>',
        )

    first, second = read_here(tmp_path / "a.pptx").pages

    assert "Do not mention the letter" in first.text
    assert "Comment by B Manager, 2003-04-05: Ask legal first" in first.text
    assert second.heading == "Slide 2 (hidden slide)"


def test_an_opendocument_text_keeps_comments_deletions_notes_and_hidden_words(tmp_path):
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>A Clerk</dc:creator>"
        "<dc:date>1999-03-02</dc:date></office:change-info><text:p>struck out</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>The visit<office:annotation><dc:creator>B Manager</dc:creator><dc:date>2001-01-01</dc:date>"
        "<text:p>When?</text:p></office:annotation> took place<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>See the diary</text:p></text:note-body></text:note>.</text:p>"
        '<text:p>Plain <text:span text:style-name="H">out of sight</text:span></text:p>'
    )
    style = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'

    reading = read_here(odf(tmp_path, "text", body, styles=style, Pictures__a__png=b"x"))

    assert reading.pages[0].text == ("The visit took place [note See the diary].\nPlain [hidden text: out of sight]")
    assert {page.heading: page.text for page in reading.pages[1:]} == {
        "Comments": "Comment by B Manager, 2001-01-01: When?",
        "Tracked changes": "Deleted by A Clerk, 1999-03-02: struck out",
    }
    assert len(reading.members) == 1


def test_hidden_rows_columns_and_sheets_of_an_opendocument_spreadsheet_are_marked(tmp_path):
    body = (
        '<table:table table:name="Register" table:style-name="T"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/>'
        "<table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell>"
        "<table:table-cell><text:p>Secret</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:visibility="collapse"><table:table-cell><text:p>Gone</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    style = '<style:style style:name="T"><style:table-properties table:display="false"/></style:style>'

    (page,) = read_here(odf(tmp_path, "spreadsheet", body, styles=style)).pages

    assert page.heading == "Sheet Register (hidden sheet)"
    assert page.text == "Name\t[hidden column] Secret\n[hidden row] Gone"


def test_notes_and_hidden_slides_of_an_opendocument_presentation_are_marked(tmp_path):
    body = (
        '<draw:page draw:style-name="D"><draw:frame><text:p>Closures</text:p></draw:frame>'
        "<presentation:notes><text:p>Say nothing</text:p></presentation:notes></draw:page>"
    )
    style = (
        '<style:style style:name="D"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )

    (page,) = read_here(odf(tmp_path, "presentation", body, styles=style)).pages

    assert page.heading == "Slide 1 (hidden slide)"
    assert page.text == "Closures\n\nSpeaker's notes:\nSay nothing"


def rtf_package(name: str, content: bytes) -> bytes:
    label = name.encode() + b"\x00"
    native = b"\x02\x00" + label + b"C:\\" + label + struct.pack("<2I", 0x30000, 2) + b"x\x00"
    native += struct.pack("<I", len(content)) + content
    heads = b"".join(struct.pack("<I", len(text)) + text for text in (b"Package\x00", b"", b""))
    return struct.pack("<2I", 0x501, 2) + heads + struct.pack("<I", len(native)) + native


def test_files_and_pictures_set_into_a_rich_text_document_are_members(tmp_path):
    picture = b"\x89PNG\r\n\x1a\n" + bytes(20)
    (tmp_path / "a.rtf").write_bytes(
        b"{\\rtf1 A note\\par{\\object{\\*\\objdata " + rtf_package("list.txt", b"names").hex().encode() + b"}}"
        b"{\\*\\shppict{\\pict{\\*\\picprop{\\sp{\\sn abc}{\\sv 1}}}\\pngblip\\bliptag12{\\*\\blipuid 00ff}"
        + picture.hex().encode()
        + b"}}"
        + picture.hex().encode()
        + b"}}"
        b"{\\nonshppict{\\pict\\wmetafile8 d7cd}}}"
    )

    reading = read_here(tmp_path / "a.rtf")

    assert "A note" in all_text(reading)
    assert [(member.name, member.path.read_bytes()) for member in reading.members] == [
        ("list.txt", b"names"),
        ("picture 2.png", picture),
    ]


def test_an_object_of_another_program_in_a_document_gives_its_file(corpus, tmp_path):
    path = tmp_path / "a.rtf"
    path.write_bytes((corpus("files/office/tika") / "testRTFEmbeddedFiles.rtf").read_bytes())
    objects = [member for member in read_here(path).members if member.name.endswith("(Word.Document.12)")]

    (inner,) = read_here(objects[0].path).members

    assert inner.path.read_bytes().startswith(b"PK")


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    out = b"x\x9f>\x22\x01\x00"
    for attribute, value in attributes:
        level = 2 if attribute in (0x9002, 0x8010, 0x800F) else 1
        out += struct.pack("<BHHI", level, attribute, 0, len(value)) + value
        out += struct.pack("<H", sum(value) & 0xFFFF)
    return out


BUNDLE = tnef(
    (0x8004, b"The file\x00"), (0x800C, b"Please see what is attached.\x00"), (0x9002, bytes(14)),
    (0x8010, b"minutes.txt\x00"), (0x800F, b"Minutes of the committee"),
)  # fmt: skip


def test_the_bundle_outlook_puts_for_attachments_is_opened(tmp_path):
    (tmp_path / "winmail.dat").write_bytes(BUNDLE)

    reading = read_here(tmp_path / "winmail.dat")

    assert reading.pages[0].text == "Subject: The file\n\nPlease see what is attached."
    assert [(member.name, member.path.read_bytes()) for member in reading.members] == [
        ("minutes.txt", b"Minutes of the committee")
    ]


@pytest.mark.parametrize("cut", range(7, len(BUNDLE), 9))
def test_a_bundle_cut_off_anywhere_is_said_to_be(tmp_path, cut):
    (tmp_path / "winmail.dat").write_bytes(BUNDLE[:cut])

    try:
        reading = read_here(tmp_path / "winmail.dat")
    except UnreadableFile as refused:
        code = refused.code
    else:
        code = "said" if reading.pages[-1].unread else "silent"

    assert code in ("damaged", "said")


def test_a_message_shows_what_ties_it_to_those_it_answers(tmp_path):
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.org", "Re: The file"
    message["Message-ID"], message["In-Reply-To"] = "<2@example.org>", "<1@example.org>"
    message["References"] = "<0@example.org> <1@example.org>"
    message.set_content("It was sent on.")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())

    text = all_text(read_here(tmp_path / "a.eml"))

    assert (
        "Message-ID: <2@example.org>\nIn-Reply-To: <1@example.org>\nReferences: <0@example.org> <1@example.org>" in text
    )


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        ("The road is closed.".encode("utf-16-le"), "The road is closed.", "taken to be utf-16-le"),
        ("The road is closed.".encode("utf-16-be"), "The road is closed.", "taken to be utf-16-be"),
        (
            "Tŷ Gwŷr, Llŷn, Dŵr, Cŵn".encode() + b" \xff",
            "Tŷ Gwŷr, Llŷn, Dŵr, Cŵn \ufffd",
            "1 of its characters could not",
        ),
        (b"\x81 \xe9t\xe9", "\x81 été", "Latin-1"),
        ("café £5".encode("cp1252"), "café £5", "Windows-1252"),
    ],
)
def test_the_encoding_of_a_text_file_is_said_with_what_could_not_be_decoded(tmp_path, data, text, said):
    (tmp_path / "a.txt").write_bytes(data)

    reading = read_here(tmp_path / "a.txt")

    assert reading.label == "Plain text"
    assert all_text(reading) == text
    assert said in reading.notes[0]
