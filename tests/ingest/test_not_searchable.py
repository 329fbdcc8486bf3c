"""Files of kinds that nothing here reads: named, registered with one unread page, and never called a success."""

import pytest

from ingest import kinds
from ingest.formats import registry
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.reading import FileReading, PageReading, UnreadableFile

HELD_AS_THEY_ARE = [
    (b"RIFF\x00\x00\x00\x00WAVEfmt ", "Sound recording (WAV)"),
    (b"FORM\x00\x00\x00\x20AIFFCOMM", "Sound recording (AIFF)"),
    (b"\xff\xfb\x90\x64" + bytes(400), "Sound recording (MP3)"),
    (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", "Sound recording (M4A)"),
    (b"\x02dss" + bytes(60), "Dictation (DSS)"),
    (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "Video recording (MP4)"),
    (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "Video recording (QuickTime)"),
    (b"RIFF\x00\x00\x00\x00AVI LIST", "Video recording (AVI)"),
    ((b"G" + bytes(187)) * 5, "Video recording (transport stream)"),
    (b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(40), "Access database"),
    (b"SQLite format 3\x00" + bytes(40), "SQLite database"),
    (b"AC1015\x00\x00\x00\x00\x00\x06", "CAD drawing (DWG)"),
    (b"MZ\x90\x00\x03\x00\x00\x00", "Program (Windows or DOS)"),
    (b"\x7fELF\x02\x01\x01" + bytes(9), "Program (Linux)"),
    (
        b"0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + bytes(20),
        "Digital signature or sealed message (S/MIME)",
    ),
    (b"\xcf\xad\x12\xfe" + bytes(40), "Outlook Express mail folder"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC image"),
    (b"!BDN" + bytes(40), "Outlook mail store"),
    (b"\x00\x01\x02\x03" * 50, "File of unknown kind"),
]


def read(path) -> FileReading:
    kind = identify(path)
    job = ReadingJob(path=path, media_type=kind.media_type, name=path.name, spool=path.parent)
    pages = [found for found in registry.read(kind, job) if isinstance(found, PageReading)]
    return FileReading(kind.media_type, kind.label, pages=pages, **job.facts.to_dict())


@pytest.mark.parametrize(("data", "label"), HELD_AS_THEY_ARE, ids=[label for _, label in HELD_AS_THEY_ARE])
def test_a_file_of_a_kind_that_nothing_reads_is_named_and_has_one_unread_page(tmp_path, data, label):
    (tmp_path / "file").write_bytes(data)

    reading = read(tmp_path / "file")

    (page,) = reading.pages
    assert (reading.label, page.text, page.unread, page.read_by) == (label, "", True, "none")
    assert reading.not_searchable.startswith(f"{label}: ")
    assert reading.not_searchable.endswith(".")


def test_an_empty_file_is_set_aside_all_the_same(tmp_path):
    job = ReadingJob(path=tmp_path / "file", media_type=kinds.EMPTY.media_type, name="file", spool=tmp_path)

    with pytest.raises(UnreadableFile) as refused:
        list(registry.read(kinds.EMPTY, job))

    assert refused.value.code == "empty"


def test_a_blank_page_of_a_kind_that_is_read_is_not_called_unsearchable():
    blank = PageReading(1, "", "none", unread=True, reason="blank: nothing is on the page")

    assert FileReading("application/pdf", "PDF document", pages=[blank]).not_searchable == ""
