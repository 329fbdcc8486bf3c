"""Protected files: opened with the password their holder gave, refused without it, and the password shown nowhere."""

import io
from pathlib import Path

import docx
import msoffcrypto.format.ooxml
import pikepdf
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from access.policy import OPERATOR
from disclosure import production
from ingest.reading import UnreadableFile
from ingest.rendering import render_page
from records.register import find_record, pages_of
from store import file_passwords
from store.audit import AuditEvent
from store.backup import back_up, restore
from store.errors import InvalidInputError
from store.settings import load_settings
from tests.ingest.archive_making import zip_with_locked
from tests.ingest.reading_here import all_text, read_here
from worker.taking_in import take_in

WORD = "correct horse"


def protected_pdf(path: Path, text: str = "Minutes of the committee of the second of May") -> Path:
    plain = io.BytesIO()
    canvas = Canvas(plain)
    canvas.drawString(72, 720, text)
    canvas.save()
    with pikepdf.open(plain) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="o", user=WORD))
    return path


def protected_docx(path: Path) -> Path:
    document, plain = docx.Document(), io.BytesIO()
    document.add_paragraph("A letter to the Director")
    document.save(plain)
    with path.open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(WORD, out)
    return path


def refusal(path: Path, *passwords: str) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        read_here(path, passwords=passwords)
    return refused.value


def test_a_pdf_is_opened_with_the_right_password_and_says_so(tmp_path):
    reading = read_here(protected_pdf(tmp_path / "a.pdf"), passwords=("wrong", WORD))

    assert "Minutes of the committee" in all_text(reading)
    assert "opened with one of those given" in reading.notes[0]
    assert WORD not in repr(reading.to_dict())


@pytest.mark.parametrize("make", [protected_pdf, protected_docx])
def test_without_the_right_password_it_is_refused(tmp_path, make):
    path = make(tmp_path / "a")

    assert refusal(path).code == refusal(path, "wrong").code == "encrypted"


def test_a_word_document_is_opened_with_the_right_password(tmp_path):
    reading = read_here(protected_docx(tmp_path / "a.docx"), passwords=("wrong", WORD))

    assert "A letter to the Director" in all_text(reading)
    assert reading.metadata["without its password"] == "Word document"


def test_real_protected_office_files_open_with_their_password(corpus, tmp_path):
    for name in ("testWORD_protected_passtika.docx", "testEXCEL_protected_passtika.xlsx"):
        path = tmp_path / name
        path.write_bytes((corpus("files/office/tika") / name).read_bytes())

        assert refusal(path).code == "encrypted"
        assert all_text(read_here(path, passwords=("tika",)))


def test_members_of_a_zip_open_with_one_of_the_passwords_and_the_others_are_named(tmp_path):
    members = {"open.txt": b"open", "locked.txt": b"locked with the first", "other.txt": b"locked with another"}
    (tmp_path / "a.zip").write_bytes(zip_with_locked(members, {"locked.txt": WORD, "other.txt": "another"}))

    without, with_one = read_here(tmp_path / "a.zip"), read_here(tmp_path / "a.zip", passwords=("wrong", WORD))

    assert [(each.name, each.position) for each in without.members] == [("open.txt", 1)]
    assert [(each.name, each.position) for each in with_one.members] == [("open.txt", 1), ("locked.txt", 2)]
    assert with_one.members[1].path.read_bytes() == b"locked with the first"
    assert "Protected by a password: other.txt" in all_text(with_one)
    assert with_one.pages[0].unread


def test_a_zip_wholly_under_a_password_is_refused_without_it(tmp_path):
    (tmp_path / "a.zip").write_bytes(zip_with_locked({"a.txt": b"a"}, {"a.txt": WORD}))

    assert refusal(tmp_path / "a.zip", "wrong").code == "encrypted"
    assert [member.name for member in read_here(tmp_path / "a.zip", passwords=(WORD,)).members] == ["a.txt"]


def test_only_how_many_passwords_there_are_is_ever_said(archive, notice):
    with archive.writing() as session:
        assert file_passwords.give_passwords(session, archive.settings, [WORD, "", WORD, "other"], actor="a") == 2
        assert file_passwords.give_passwords(session, archive.settings, [WORD], actor="a") == 0

    assert file_passwords.kept_passwords(archive.settings) == (WORD, "other")
    assert archive.settings.file_passwords.stat().st_mode & 0o777 == 0o600
    with archive.reading() as session:
        told = [repr(vars(event)) for event in session.scalars(select(AuditEvent))]
    assert not any(WORD in event for event in told)
    assert any("passwords-given" in event for event in told)


def test_what_is_no_list_of_passwords_is_refused(archive, notice):
    with archive.writing() as session:
        for lines in (["x" * 300], ["a\x00b"], [str(number) for number in range(501)]):
            with pytest.raises(InvalidInputError):
                file_passwords.give_passwords(session, archive.settings, lines, actor="a")
    assert file_passwords.kept_passwords(archive.settings) == ()


def test_passwords_can_be_forgotten(archive, notice):
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")

        assert file_passwords.forget_passwords(session, archive.settings, actor="a") == 1
    assert not archive.settings.file_passwords.exists()


def take(archive, path):
    return take_in(archive, [str(path)], batch="Box 1", source="Store", actor=OPERATOR)


@pytest.fixture
def opened(archive, notice, tmp_path) -> str:
    """A protected PDF that was set aside at first and registered once its password was given; its reference."""
    (tmp_path / "share").mkdir()
    protected_pdf(tmp_path / "share" / "a.pdf")
    first = take(archive, tmp_path / "share")
    assert [item.state for item in first.items] == ["quarantined"]
    with archive.writing() as session:
        file_passwords.give_passwords(session, archive.settings, [WORD], actor="a")
    (item,) = take(archive, tmp_path / "share").items
    assert item.state == "registered"
    return item.record or ""


def test_the_copy_without_the_password_lies_beside_the_untouched_original(archive, opened, tmp_path):
    with archive.reading() as session:
        record = find_record(session, opened, actor=OPERATOR)
        (page,) = pages_of(session, record)
        sha256 = record.sha256

    assert "Minutes of the committee" in page.text
    assert archive.files.original(sha256).read_bytes() == (tmp_path / "share" / "a.pdf").read_bytes()
    copy = archive.files.readable(sha256)
    assert copy != archive.files.original(sha256)
    assert render_page(copy, record.media_type, 1).data.startswith(b"\xff\xd8")


def test_its_pages_go_into_a_bundle(archive, opened, lawyer):
    built = production.build(archive, title="Minutes", prefix="ABC", references=(opened,), actor=lawyer)

    assert built.verification.ok


def test_a_backup_takes_the_copy_along(archive, opened, tmp_path):
    back_up(archive, tmp_path / "backup", actor="a")
    restored, _ = restore(tmp_path / "backup", load_settings({"CANDOUR_DATA": str(tmp_path / "second")}), actor="a")

    with restored.reading() as session:
        record = find_record(session, opened, actor=OPERATOR)
        assert restored.files.readable(record.sha256).read_bytes() == archive.files.readable(record.sha256).read_bytes()
    restored.close()


def test_a_damaged_pdf_is_read_from_a_repaired_copy_kept_beside_it(archive, notice, corpus):
    path = corpus("files/pdf-defects") / "opf__T04_009_trailer-no-opening-brackets.pdf"

    (item,) = take(archive, path).items

    with archive.reading() as session:
        record = find_record(session, item.record or "", actor=OPERATOR)
        sha256 = record.sha256
    assert "repaired copy is kept beside the untouched original" in record.note
    assert archive.files.original(sha256).read_bytes() == path.read_bytes()
    with pypdfium2.PdfDocument(archive.files.readable(sha256)) as document:
        assert len(document) == record.page_count
