"""A PDF opened as it is, from a copy that qpdf repaired, or from one without its password."""

import logging
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.formats.pdf_repair import has_end, save_repaired
from ingest.job import ReadingJob
from ingest.reading import UnreadableFile

log = logging.getLogger(__name__)

READABLE = "readable.pdf"
_QPDF_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, OSError, TypeError, KeyError)


def open_pdf(job: ReadingJob) -> pdfium.PdfDocument:
    """The document, opened as it is or, where that fails or shows no page, from a copy that qpdf repaired.

    Raises:
        UnreadableFile: It needs a password, cannot be repaired, or has no page.
    """
    opened_empty = False
    try:
        document = pdfium.PdfDocument(job.path)
        if len(document) > 0 and _first_page_opens(document):
            if raw.FPDF_GetSecurityHandlerRevision(document) > 0:
                job.facts.note("The PDF is encrypted, but opens without a password.")
            if has_end(job.path) or not _lacks_something(job):
                return document
        opened_empty = len(document) == 0
        document.close()
    except pdfium.PdfiumError:
        # Not asked why: PDFium answers with the reason of an earlier file where it has none for this one.
        log.debug("PDFium does not open the file; qpdf is asked")
    return _open_repaired(job, opened_empty=opened_empty)


def _lacks_something(job: ReadingJob) -> bool:
    """Whether pages of a file that PDFium opens without its end lack some of what is drawn on them."""
    tried = job.spool / "tried.pdf"
    try:
        return bool(save_repaired(job.path, tried).cut_pages)
    except _QPDF_ERRORS:
        return False
    finally:
        tried.unlink(missing_ok=True)


def _open_unlocked(job: ReadingJob) -> pdfium.PdfDocument:
    """The document opened with one of the passwords given, from a copy without it; the original stays as it is."""
    for password in job.passwords:
        try:
            with pikepdf.open(job.path, password=password) as locked:
                locked.save(job.spool / READABLE, encryption=False)
            document = pdfium.PdfDocument(job.spool / READABLE)
        except pikepdf.PasswordError:
            continue
        except (*_QPDF_ERRORS, pdfium.PdfiumError) as error:
            raise _beyond_repair() from error
        job.facts.readable_copy = READABLE
        job.facts.note(
            "The PDF is protected by a password and was opened with one of those given. A copy without it is kept "
            "beside the untouched original, and the pages are read and shown from that copy."
        )
        return document
    raise _protected()


def _first_page_opens(document: pdfium.PdfDocument) -> bool:
    try:
        document.get_page_size(0)  # opening the page would read everything on it, and again when its turn comes
    except pdfium.PdfiumError:
        return False
    return True


def _protected() -> UnreadableFile:
    return UnreadableFile(
        "encrypted", "The PDF is protected by a password; ask the holder for it and read the file again with it."
    )


def _beyond_repair() -> UnreadableFile:
    return UnreadableFile("damaged", "The PDF is damaged beyond what can be repaired; ask its holder for another copy.")


def _open_repaired(job: ReadingJob, *, opened_empty: bool) -> pdfium.PdfDocument:
    repaired = job.spool / READABLE
    try:
        found = save_repaired(job.path, repaired)
    except pikepdf.PasswordError:
        return _open_unlocked(job)
    except _QPDF_ERRORS as error:
        if "encrypt" in str(error).lower():
            raise UnreadableFile(
                "encrypted",
                "The PDF is encrypted in a way that is not readable here; ask its holder for a copy that is not.",
            ) from error
        if opened_empty:
            raise UnreadableFile("no-pages") from error
        raise _beyond_repair() from error
    if not found.pages:
        raise UnreadableFile("no-pages")
    try:
        document = pdfium.PdfDocument(repaired)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(
            "damaged",
            "The PDF is damaged, and the repaired copy does not open either; ask its holder for another copy.",
        ) from error
    if len(document) == 0:
        document.close()
        raise UnreadableFile("no-pages")
    if found.is_cut_off:
        job.miss("what lay beyond the end of the file: it is cut off")
    job.cut_pages |= found.cut_pages
    job.facts.readable_copy = READABLE
    how = "encrypted, opens without a password" if found.is_encrypted else "damaged"
    job.facts.note(
        f"The PDF is {how} and does not open whole as it is. A repaired copy is kept beside the untouched original, "
        "and the pages are read and shown from that copy."
    )
    return document


def open_for_rendering(path: Path, spool: Path) -> pdfium.PdfDocument:
    """The document as `read_pdf` saw it: repaired where it had to be."""
    return open_pdf(ReadingJob(path=path, media_type="application/pdf", name=path.name, spool=spool))
