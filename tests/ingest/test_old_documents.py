"""Word documents of before 2007, through LibreOffice: what no page shows is read all the same."""

import subprocess

import docx
import pytest
from docx.oxml import parse_xml

from ingest.formats import registry
from ingest.formats.legacy_office import libreoffice
from ingest.formats.old_documents import may_hide_words
from ingest.job import ReadingJob
from ingest.kinds import DOC
from tests.ingest.reading_here import all_text, put, read_here

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
needs_libreoffice = pytest.mark.skipif(libreoffice() is None, reason="NOT RUN: LibreOffice is not installed here")


@pytest.fixture(scope="module")
def old(tmp_path_factory) -> bytes:
    """A document with hidden words, words struck out and a comment."""
    folder = tmp_path_factory.mktemp("old")
    document = docx.Document()
    line = document.add_paragraph("The minutes of the panel. ")
    line.add_run("Not for the family.").font.hidden = True
    deleted = f'<w:del {W} w:id="9" w:author="A Clerk" w:date="1998-05-04T10:00:00Z"><w:r><w:delText>'
    document.add_paragraph("Kept. ")._p.append(parse_xml(f"{deleted}The matron knew.</w:delText></w:r></w:del>"))
    document.add_comment(line.runs[0], text="Ask the chair first", author="M. Lowe")
    document.save(folder / "a.docx")
    command = [libreoffice(), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "doc", "--outdir", str(folder), str(folder / "a.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "a.doc").read_bytes()


@needs_libreoffice
def test_comments_words_struck_out_and_hidden_words_are_read_after_the_pages(tmp_path, old):
    path = put(tmp_path, old, "a.doc")

    reading = read_here(path)

    text = all_text(reading)
    for words in ("The minutes of the panel", "Ask the chair first", "Deleted by A Clerk", "The matron knew."):
        assert words in text
    assert reading.pages[-1].heading == "Hidden text"
    assert reading.pages[-1].text == "Not for the family."
    assert [page.number for page in reading.pages] == list(range(1, len(reading.pages) + 1))
    assert [page.heading for page in reading.pages][-3:] == ["Comments", "Tracked changes", "Hidden text"]


@pytest.mark.long
@needs_libreoffice
def test_a_document_gone_on_with_after_its_pages_gives_only_what_was_not_kept(tmp_path, old):
    path = put(tmp_path, old, "a.doc")
    pages = read_here(path).pages
    job = ReadingJob(path, DOC.media_type, "a.doc", tmp_path / "spool", first_page=len(pages))
    job.spool.mkdir()

    assert list(registry.read(DOC, job)) == [pages[-1]]


@pytest.mark.long
@needs_libreoffice
def test_the_comment_of_a_real_document_is_read(tmp_path, corpus):
    path = put(tmp_path, (corpus("files/office/tika") / "testComment.doc").read_bytes(), "a.doc")

    assert "Comment by Michael McCandless, 2011-09-17T08:32:00Z: Here is a comment" in all_text(read_here(path))


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("testComment.doc", True),
        ("test_recursive_embedded.doc", True),
        ("testWORD6.doc", True),
        ("testWORD.doc", False),
    ],
)
def test_only_documents_that_may_hide_something_are_looked_into_twice(corpus, name, may):
    assert may_hide_words(corpus("files/office/tika") / name) is may


def test_of_what_is_no_document_nothing_can_be_told(tmp_path):
    assert may_hide_words(put(tmp_path, b"\xd0\xcf\x11\xe0 cut off"))
