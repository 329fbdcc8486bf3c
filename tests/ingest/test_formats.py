import email.message
import gzip
import zipfile
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pytest
from openpyxl.comments import Comment
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.formats import legacy_office, registry
from ingest.formats.plain import decode_text, paginate
from ingest.formats.rtf_compressed import decompress_rtf
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.reading import FileReading, MemberFound, PageReading, UnreadableFile


def read(path: Path) -> FileReading:
    """The file as the child reads it, without the child: its pages, members and facts."""
    kind = identify(path)
    spool = path.parent / f"{path.name}-spool"
    spool.mkdir()
    job = ReadingJob(path=path, media_type=kind.media_type, name=path.name, spool=spool)
    found = list(registry.read(kind, job))
    return FileReading(
        kind.media_type,
        kind.label,
        pages=[one for one in found if isinstance(one, PageReading)],
        members=[one for one in found if isinstance(one, MemberFound)],
        **job.facts.to_dict(),
    )


def text_of(reading: FileReading) -> str:
    return "\n".join(page.text for page in reading.pages)


def test_a_reading_survives_the_way_through_json(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Tŷ Gwŷr")
    reading = read(path)

    assert FileReading.from_dict(reading.to_dict()) == reading


def test_word_body_tables_and_comments_are_read_in_order(tmp_path):
    document = docx.Document()
    first = document.add_paragraph("Minutes of the Placements Panel")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Home", "Beds"
    document.add_paragraph("The panel closed at noon.")
    document.sections[0].header.paragraphs[0].text = "CONFIDENTIAL"
    document.add_comment(first.runs, text="Was this sent on?", author="A Clerk", initials="AC")
    document.save(tmp_path / "a.docx")

    text = text_of(read(tmp_path / "a.docx"))

    assert text.index("Placements Panel") < text.index("Home\tBeds") < text.index("closed at noon")
    assert "Header: CONFIDENTIAL" in text
    assert "Comment by A Clerk" in text
    assert "Was this sent on?" in text


def test_tracked_changes_keep_both_readings_with_author_and_date(tmp_path):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>The visit was </w:t></w:r>'
        '<w:del w:author="B Manager" w:date="1999-03-02T00:00:00Z"><w:r><w:delText>not made</w:delText></w:r></w:del>'
        '<w:ins w:author="B Manager" w:date="1999-03-02T00:00:00Z"><w:r><w:t>made in April</w:t></w:r></w:ins>'
        "</w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", body)

    reading = read(tmp_path / "a.docx")

    assert reading.pages[0].text == "The visit was made in April"
    assert "Deleted by B Manager, 1999-03-02T00:00:00Z: not made" in reading.pages[1].text
    assert reading.pages[1].heading == "Tracked changes"


def test_hidden_parts_of_a_workbook_are_read_and_marked(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Register"
    sheet.append(["Name", "Placed on"])
    sheet.append(["Hidden child", "1 May 1983"])
    sheet.row_dimensions[2].hidden = True
    sheet["A1"].comment = Comment("Check the spelling", "A Clerk")
    workbook.create_sheet("Notes").append(["kept apart"])
    workbook["Notes"].sheet_state = "hidden"
    workbook.save(tmp_path / "a.xlsx")

    reading = read(tmp_path / "a.xlsx")

    assert "[hidden row] Hidden child\t1 May 1983" in text_of(reading)
    assert "A1, by A Clerk: Check the spelling" in text_of(reading)
    assert "Sheet Notes (hidden sheet)" in [page.heading for page in reading.pages]


def test_a_long_sheet_is_several_pages(tmp_path):
    workbook = openpyxl.Workbook()
    for number in range(130):
        workbook.active.append([f"row {number}"])
    workbook.save(tmp_path / "a.xlsx")

    reading = read(tmp_path / "a.xlsx")

    assert [page.number for page in reading.pages] == [1, 2, 3]
    assert "row 129" in reading.pages[2].text


def test_mail_keeps_blind_copies_and_gives_its_attachments_as_members(tmp_path):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Bcc"] = "a@example.org", "b@example.org", "c@example.org"
    message["Subject"] = "Returned file"
    message.set_content("Please find it attached.")
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="../../etc/file.pdf")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())

    reading = read(tmp_path / "a.eml")

    assert "Bcc: c@example.org" in reading.pages[0].text
    assert "Please find it attached." in reading.pages[0].text
    (member,) = reading.members
    assert member.name == "../../etc/file.pdf"
    assert member.path.parent == tmp_path / "a.eml-spool"
    assert member.path.read_bytes() == b"%PDF-1.4 x"


def test_members_of_an_archive_come_out_whole_and_inside_the_spool(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../outside.txt", "one")
        archive.writestr("inner/two.txt", "two")

    reading = read(tmp_path / "a.zip")

    assert [(member.name, member.path.read_text()) for member in reading.members] == [
        ("../../outside.txt", "one"),
        ("inner/two.txt", "two"),
    ]
    assert all(member.path.parent == tmp_path / "a.zip-spool" for member in reading.members)


def test_a_bomb_is_refused(tmp_path):
    with gzip.open(tmp_path / "a.gz", "wb") as out:
        for _ in range(100):
            out.write(bytes(1 << 20))

    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / "a.gz")

    assert caught.value.code == "bomb"


def test_form_fields_comments_and_attachments_of_a_pdf_are_read(tmp_path):
    canvas = Canvas(str(tmp_path / "plain.pdf"), pagesize=A4)
    canvas.drawString(72, 720, "Application for a foster carer's licence, to be filled in by the applicant")
    canvas.acroForm.textfield(name="surname", value="Example", x=72, y=600)
    canvas.textAnnotation("Seen by the panel", Rect=[72, 500, 90, 520])
    canvas.save()
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.attachments["list.txt"] = b"names"
        pdf.save(tmp_path / "a.pdf")

    reading = read(tmp_path / "a.pdf")

    assert "surname: Example" in reading.pages[0].text
    assert "Seen by the panel" in reading.pages[0].text
    assert [member.name for member in reading.members] == ["list.txt"]


def test_word_boxes_of_a_layer_stand_where_the_page_is_shown(tmp_path):
    for turn in (0, 90, 180, 270):
        path = tmp_path / f"{turn}.pdf"
        canvas = Canvas(str(path), pagesize=(600, 800))
        canvas.drawString(60, 720, "Roads")
        canvas.save()
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.pages[0].rotate(turn, relative=True)
            pdf.save(path)

        (word,) = read(path).pages[0].words

        x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
        upright = (0.13, 0.10)
        shown = {0: upright, 90: (0.90, 0.13), 180: (0.87, 0.90), 270: (0.10, 0.87)}[turn]
        assert (x, y) == pytest.approx(shown, abs=0.03)


def test_a_protected_pdf_asks_for_its_password(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(UnreadableFile, match="protected by a password") as caught:
        read(tmp_path / "a.pdf")

    assert caught.value.code == "encrypted"


def test_a_pdf_that_opens_without_a_password_is_read_though_encrypted(corpus):
    path = corpus("files/pdf-defects") / "opf__encryption_noprinting.pdf"
    kind = identify(path)
    job = ReadingJob(path=path, media_type=kind.media_type, name=path.name, spool=Path("/nonexistent"))

    pages = list(registry.reader_for(kind)(job))

    assert pages[0].read_by == "layer"
    assert "encrypted" in job.facts.notes[0]


def test_a_page_with_nothing_on_it_is_blank_and_never_a_success(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf")

    (page,) = read(tmp_path / "a.pdf").pages

    assert page.unread
    assert page.reason.startswith("blank")


def test_rows_of_a_ruled_table_are_kept_together(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for x in (72, 200, 330, 460):
        canvas.line(x, 600, x, 720)
    for y in (600, 640, 680, 720):
        canvas.line(72, y, 460, y)
    cells = [["Name", "Home", "Placed"], ["Ann Example", "Elm House", "1979"], ["Ben Sample", "Oak Lodge", "1981"]]
    for column in range(3):  # written column by column, as report programs do
        for row in range(3):
            canvas.drawString(80 + column * 128, 700 - row * 40, cells[row][column])
    canvas.save()

    assert "Ann Example\tElm House\t1979" in text_of(read(tmp_path / "a.pdf"))


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        ("Tŷ Gwŷr".encode(), "Tŷ Gwŷr", "UTF-8"),
        ("Tŷ Gwŷr".encode("utf-16"), "Tŷ Gwŷr", "utf-16"),
        ("café £5".encode("cp1252"), "café £5", "Windows-1252"),
        (b"plain", "plain", "ASCII"),
    ],
)
def test_the_encoding_of_plain_text_is_said(data, text, said):
    decoded, sentence = decode_text(data)

    assert decoded.lstrip("\ufeff") == text
    assert said in sentence


def test_pages_of_text_lose_nothing():
    text = "\n".join(f"line {number}" for number in range(500)) + "\x0c" + "long " * 5000

    joined = " ".join(" ".join(paginate(text)).split())

    assert joined == " ".join(text.split())


def test_the_compressed_rich_text_of_the_published_example_is_unpacked():
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert decompress_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_slides_are_not_called_damaged_where_libreoffice_lacks_the_part_that_opens_them(tmp_path, monkeypatch):
    program = tmp_path / "soffice"
    tried = tmp_path / "tried"
    program.write_text(f"#!/bin/sh\necho once >> {tried}\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setattr(legacy_office, "libreoffice", lambda: str(program))
    (tmp_path / "spool").mkdir()
    path = tmp_path / "a.ppt"
    path.write_bytes(b"slides")
    job = ReadingJob(path=path, media_type="application/vnd.ms-powerpoint", name="a.ppt", spool=tmp_path / "spool")

    for _ in range(2):
        with pytest.raises(UnreadableFile, match="Impress") as refused:
            list(legacy_office.read_legacy_office(job))
        assert refused.value.code == "unsupported"

    assert tried.read_text() == "once\n"  # and not for each of a hundred drawings
