"""Every real file beside this checkout ends in exactly one state, with no crash and no hang."""

from pathlib import Path

import pytest

from ingest.formats.legacy_office import libreoffice
from ingest.limits import ReaderPool
from ingest.reading_tasks import ReadResult
from ingest.walking import walk

PARTS = ["files/pdf-defects", "files/email", "files/office", "files/council", "files/scans", "ocr"]
SET_ASIDE_FOR = {"encrypted", "damaged", "no-pages", "empty", "bomb", "too-many-pixels"}
# One of each kind of thing that can be wrong, and what must be said of it.
_KNOWN = {
    "testWORD_protected_passtika.docx": "encrypted",
    "testEXCEL_protected_passtika.xlsx": "encrypted",
    "testWORD_truncated.docx": "damaged",
    "decompression_bomb.gif": "too-many-pixels",
    "pikepdf__newline-buffer-test.pdf": "no-pages",
    "opf__simple-open-nocopy-password.pdf": "encrypted",
    "invalid.pdf": "damaged",
}
_NOT_SEARCHABLE = {
    "testPST.pst": "Outlook mail store: ",
    "sndhdr.wav": "Sound recording (WAV): ",
    "sndhdr.aiff": "Sound recording (AIFF): ",
    "python.exr": "High-range picture (OpenEXR): ",
}

# Sound ones of the usual kinds; the first needs LibreOffice.
_READ = {
    "testComment.doc", "testWORD_various.docx", "testEXCEL.xlsx", "testOpenOffice2.odt", "testRTF.rtf", "testMSG.msg",
    "testRFC822_base64", "testTIFF_multipage.tif", "Resolution-2024-189.pdf", "Lettre243.jpg",
}  # fmt: skip


def _read(files: list[Path], spool: Path, *, page_seconds: float, file_seconds: float) -> dict[Path, ReadResult]:
    with ReaderPool(2, spool=spool, page_seconds=page_seconds, file_seconds=file_seconds) as pool:
        for path in files:
            pool.submit(str(path), path)
        return {Path(result.task_id): result for result in pool.results()}


def _check(files: list[Path], results: dict[Path, ReadResult]) -> None:
    assert sorted(results) == sorted(files)
    for path, result in results.items():
        assert (result.reading is None) != (result.problem is None), path
        # What no reader foresaw is called damage as well; on these files nothing is left unforeseen.
        assert not result.detail, (path, result.detail)
        if result.reading is not None:
            reading = result.reading
            assert [page.number for page in reading.pages] == list(range(1, len(reading.pages) + 1)), path
            assert all(page.text.strip() or (page.unread and page.reason) for page in reading.pages), path
            assert reading.pages or reading.members, path
        expected = _KNOWN.get(path.name)
        assert expected in (None, result.problem.code if result.problem else ""), path
        if path.name == "testComment.doc" and libreoffice():  # confined as it is, LibreOffice must still do its work
            assert result.reading, path
            assert any(page.text.strip() for page in result.reading.pages), path
        named = _NOT_SEARCHABLE.get(path.name)
        assert named is None or (result.reading and result.reading.not_searchable.startswith(named)), path
    codes = {result.problem.code for result in results.values() if result.problem}
    assert codes <= SET_ASIDE_FOR


@pytest.mark.slow
def test_each_kind_of_trouble_is_named(corpus, tmp_path):
    """One of each; the marked run reads every file there is."""
    named = {*_KNOWN, *_NOT_SEARCHABLE, *_READ}
    files = [found.path for part in PARTS for found in walk([corpus(part)]) if found.path.name in named]

    assert {path.name for path in files} == named
    _check(files, _read(files, tmp_path, page_seconds=20, file_seconds=40))


@pytest.mark.corpus
@pytest.mark.parametrize("part", PARTS)
def test_every_file_ends_in_a_reading_or_a_reason(corpus, tmp_path, part):
    files = [found.path for found in walk([corpus(part)])]

    _check(files, _read(files, tmp_path, page_seconds=60, file_seconds=180))
