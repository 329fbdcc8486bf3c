"""Office files of before 2007, WordPerfect, Publisher and Windows drawings, through LibreOffice where there is one.

Workbooks become newer workbooks: set as pages, a cell loses the words that its column is too narrow for, and hidden
rows, columns and sheets and all comments are left out. Everything else becomes pages; what the pages of a document do
not show is taken from a newer document that LibreOffice makes of it.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import olefile

from ingest.formats.compound_files import CUT_OFF, is_cut_off
from ingest.formats.excel import read_excel
from ingest.formats.old_documents import may_hide_words
from ingest.formats.old_workbooks import mended
from ingest.formats.pdf import read_pdf
from ingest.formats.protected_office import unlock
from ingest.formats.word import read_unseen
from ingest.job import ReadingJob, Yielded
from ingest.kinds import DOC, DOCX, PDF, XLS, XLSB, XLSX
from ingest.reading import MemberFound, PageReading, UnreadableFile

_SECONDS = 120
_MEMORY_BYTES = 6 * 1024**3
_OPEN_FILES = 1024
_SUFFIXES = {
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.wordperfect": ".wpd",
    "application/x-mspublisher": ".pub",
    "image/emf": ".emf",
    "image/wmf": ".wmf",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": ".xlsb",
}
_NOT_HERE = (
    "Files of this kind are read through LibreOffice, which is not installed on this machine; install it and have "
    "the file read again, or save it as PDF in the program that made it and take in the PDF as well."
)

_WORKBOOKS = {XLS.media_type, XLSB.media_type}
_AS_WORKBOOK, _AS_PAGES = "turned into a newer workbook", "set as pages"
_NOTES = {
    True: "it turned the workbook into a newer one, and what is set into it stands as it wrote that.",
    False: "the pages are as it sets them, not as they were printed.",
}
_DRAWN = {"application/vnd.ms-powerpoint", "application/x-mspublisher", "image/emf", "image/wmf"}
_NO_IMPRESS = (
    "Slides, drawings and Publisher files are read through LibreOffice Impress, which this machine's LibreOffice has "
    "not; install it and have the file read again, or save it as PDF in the program that made it and take in the PDF "
    "as well."
)
# Programs and the kinds that they have been tried on in vain, for want of Impress: each trial takes some seconds, and a
# document may hold a hundred drawings. Known to one child alone, so that the next finds what was installed since.
_IN_VAIN: set[tuple[str, str]] = set()


def libreoffice() -> str | None:
    """Where LibreOffice is on this machine; None where it is not."""
    return shutil.which("soffice", path=os.defpath) or shutil.which("libreoffice", path=os.defpath)


def read_legacy_office(job: ReadingJob) -> Iterator[Yielded]:
    """The file's pages, as LibreOffice sets them; a workbook by its sheets."""
    program = libreoffice()
    if program is None:
        raise UnreadableFile("unsupported", _NOT_HERE)
    opened = unlock(job) or job.path
    is_workbook = job.media_type in _WORKBOOKS
    if job.media_type == XLS.media_type:
        opened = mended(opened, job) or opened
    produced = _convert(program, job, opened, into="xlsx" if is_workbook else "pdf")
    if olefile.isOleFile(str(job.path)) and is_cut_off(job.path):
        job.miss(CUT_OFF)
    total = 0

    def announce(pages: int) -> None:
        nonlocal total
        total = pages
        job.announce(pages)

    kind, read, how = (XLSX, read_excel, _AS_WORKBOOK) if is_workbook else (PDF, read_pdf, _AS_PAGES)
    try:
        for found in read(replace(job, path=produced, media_type=kind.media_type, announce=announce)):
            if isinstance(found, PageReading):
                yield PageReading.from_dict(found.to_dict() | {"reason": f"{how} by LibreOffice; {found.reason}"})
            elif isinstance(found, MemberFound):
                yield found
    finally:
        produced.unlink(missing_ok=True)
    if job.media_type == DOC.media_type and may_hide_words(opened):
        yield from _unseen(program, job, opened, after=total)
    # Those facts are LibreOffice's about its own file, except for what it carries over.
    for name in ("producer", "creator", "modified"):
        job.facts.metadata.pop(name, None)
    job.facts.created = None
    job.facts.note(f"Read through LibreOffice; {_NOTES[is_workbook]}")


def _unseen(program: str, job: ReadingJob, path: Path, *, after: int) -> Iterator[Yielded]:
    """What the pages of an old document do not show, after its last page; named as missing where it cannot be read."""
    try:
        produced = _convert(program, job, path, into="docx")
        found = list(read_unseen(replace(job, path=produced, media_type=DOCX.media_type)))
    except UnreadableFile as problem:
        if problem.code not in ("damaged", "timeout"):
            raise
        job.miss("comments, changes and hidden words of the document, which could not be looked for")
        return
    pages = [each for each in found if isinstance(each, PageReading)]
    for number, page in enumerate(pages, after + 1):
        if number >= job.first_page:
            yield PageReading.from_dict(page.to_dict() | {"number": number})
    yield from (each for each in found if isinstance(each, MemberFound))


def _convert(program: str, job: ReadingJob, path: Path, *, into: str) -> Path:
    """The file in another format, made by a LibreOffice that keeps nothing, runs no macro and reaches no network."""
    if (program, job.media_type) in _IN_VAIN:
        raise UnreadableFile("unsupported", _NO_IMPRESS)
    folder = job.spool / "libreoffice"
    folder.mkdir(exist_ok=True)
    source = folder / f"document{_SUFFIXES[job.media_type]}"
    shutil.copyfile(path, source)
    command = [
        program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to", into, "--outdir", str(folder), str(source),
    ]  # fmt: skip
    try:
        subprocess.run(  # noqa: S603 - a program of the system, with a file name of our own
            command, timeout=_SECONDS, capture_output=True, check=False, preexec_fn=_allow_more
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("timeout") from error
    produced = source.with_suffix(f".{into}")
    if not produced.exists():
        if job.media_type in _DRAWN and not _has_impress(program):
            _IN_VAIN.add((program, job.media_type))
            raise UnreadableFile("unsupported", _NO_IMPRESS)
        raise UnreadableFile(
            "damaged", "LibreOffice could not open the file, which is damaged; ask its holder for another copy.",
        )  # fmt: skip
    return produced


def _has_impress(program: str) -> bool:
    """Distributions cut LibreOffice into packages: without Impress, slides fail to open as if they were damaged."""
    return any((Path(program).resolve().parent).glob("libsdlo.*"))


def _allow_more() -> None:
    """LibreOffice reserves far more address space than it uses, and opens many small files of its own."""
    for kind, value in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_NOFILE, _OPEN_FILES)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
