"""What a PDF carries with it: portfolios, attached files, files pinned to a page, and what people filled in."""

import io

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.reading import UnreadableFile
from tests.ingest.reading_here import all_text, read_here


@pytest.fixture
def plain() -> pikepdf.Pdf:
    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 720, "Minutes of the committee with what was tabled at it")
    canvas.save()
    return pikepdf.open(made)


def test_every_file_of_a_portfolio_is_a_member(tmp_path, plain):
    plain.attachments["letter.txt"] = b"A letter"
    plain.attachments["plan.txt"] = b"A plan"
    plain.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.T)
    plain.save(tmp_path / "a.pdf")

    reading = read_here(tmp_path / "a.pdf")

    assert "what was tabled" in all_text(reading)
    assert {member.name: member.path.read_bytes() for member in reading.members} == {
        "letter.txt": b"A letter",
        "plan.txt": b"A plan",
    }


def test_a_file_pinned_to_a_page_is_a_member(tmp_path, plain):
    plain.pages[0].Annots = plain.make_indirect(
        pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.FileAttachment,
                    Rect=[10, 10, 30, 30],
                    Contents="See the register",
                    FS=pikepdf.AttachedFileSpec(plain, b"names", filename="register.txt").obj,
                )
            ]
        )
    )
    plain.save(tmp_path / "a.pdf")

    reading = read_here(tmp_path / "a.pdf")

    assert "Attached file: See the register" in all_text(reading)
    assert [(member.name, member.path.read_bytes()) for member in reading.members] == [("register.txt", b"names")]


def test_an_encrypted_pdf_that_opens_without_a_password_is_read_and_says_so(tmp_path, plain):
    plain.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="owner", user=""))

    reading = read_here(tmp_path / "a.pdf")

    assert "what was tabled" in all_text(reading)
    assert reading.notes == ["The PDF is encrypted, but opens without a password."]
    assert reading.readable_copy == ""


def test_the_reason_of_one_file_is_never_that_of_the_file_before_it(tmp_path, corpus):
    """PDFium keeps its last reason: a file without a page, read after a protected one, was once called protected."""
    with pikepdf.new() as locked:
        locked.add_blank_page()
        locked.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    (tmp_path / "empty.pdf").write_bytes(
        (corpus("files/pdf-defects") / "pikepdf__newline-buffer-test.pdf").read_bytes()
    )

    codes = []
    for name in ("locked.pdf", "empty.pdf"):
        with pytest.raises(UnreadableFile) as refused:
            read_here(tmp_path / name)
        codes.append(refused.value.code)

    assert codes == ["encrypted", "no-pages"]
