"""Which reader reads which kind of file; a reader's libraries are loaded when the first such file comes."""

import importlib
from collections.abc import Iterator
from functools import cache

from ingest import kinds
from ingest.dictionary import word_graph
from ingest.job import Reader, ReadingJob, Yielded
from ingest.kinds import Identified
from ingest.reading import MISSING, NOT_SEARCHABLE, PageReading, UnreadableFile

READERS: dict[str, str] = {
    kinds.PDF.media_type: "ingest.formats.pdf:read_pdf",
    **{
        kind.media_type: "ingest.formats.images:read_image"
        for kind in (
            kinds.TIFF,
            kinds.JPEG,
            kinds.PNG,
            kinds.GIF,
            kinds.BMP,
            kinds.WEBP,
            kinds.JP2,
            kinds.AVIF,
            kinds.PNM,
            kinds.PCX,
            kinds.DCX,
            kinds.SUN_RASTER,
            kinds.SGI,
            kinds.PSD,
        )
    },
    kinds.DOCX.media_type: "ingest.formats.word:read_word",
    kinds.DOCM.media_type: "ingest.formats.word:read_word",
    kinds.XLSX.media_type: "ingest.formats.excel:read_excel",
    kinds.XLSM.media_type: "ingest.formats.excel:read_excel",
    kinds.PPTX.media_type: "ingest.formats.powerpoint:read_powerpoint",
    kinds.PPTM.media_type: "ingest.formats.powerpoint:read_powerpoint",
    kinds.ODT.media_type: "ingest.formats.opendocument:read_opendocument",
    kinds.ODS.media_type: "ingest.formats.opendocument:read_opendocument",
    kinds.ODP.media_type: "ingest.formats.opendocument:read_opendocument",
    kinds.ENCRYPTED_OFFICE.media_type: "ingest.formats.protected_office:read_protected_office",
    kinds.RTF.media_type: "ingest.formats.rich_text:read_rich_text",
    kinds.HTML.media_type: "ingest.formats.html:read_html",
    kinds.EML.media_type: "ingest.formats.email:read_email",
    kinds.MHTML.media_type: "ingest.formats.email:read_email",
    kinds.MBOX.media_type: "ingest.formats.email:read_mailbox",
    kinds.MSG.media_type: "ingest.formats.outlook:read_outlook",
    kinds.OLE.media_type: "ingest.formats.ole_objects:read_ole_object",
    kinds.TNEF.media_type: "ingest.formats.tnef:read_tnef",
    kinds.ZIP.media_type: "ingest.formats.containers:read_zip",
    kinds.TAR.media_type: "ingest.formats.containers:read_tar",
    kinds.GZIP.media_type: "ingest.formats.containers:read_compressed",
    kinds.BZIP2.media_type: "ingest.formats.containers:read_compressed",
    kinds.XZ.media_type: "ingest.formats.containers:read_compressed",
    kinds.SEVEN_ZIP.media_type: "ingest.formats.containers:read_archive",
    kinds.RAR.media_type: "ingest.formats.containers:read_archive",
    kinds.CAB.media_type: "ingest.formats.containers:read_archive",
    kinds.ISO.media_type: "ingest.formats.containers:read_archive",
    kinds.TEXT.media_type: "ingest.formats.plain:read_plain",
    kinds.CSV.media_type: "ingest.formats.plain:read_plain",
    kinds.XML.media_type: "ingest.formats.plain:read_plain",
}
# LibreOffice, where it is installed, turns these into PDF in the same confined child.
for _kind in (kinds.DOC, kinds.XLS, kinds.PPT, kinds.WPD, kinds.PUB, kinds.XLSB, kinds.EMF, kinds.WMF):
    READERS[_kind.media_type] = "ingest.formats.legacy_office:read_legacy_office"

# Files of these kinds are set aside until somebody has done something about them.
_REFUSED = {kinds.EMPTY.media_type: "empty"}
# What a person can do about a kind that nothing here reads. Everything else has the general sentence.
_WHY_NOT = {
    kinds.HEIC.media_type: "reading such pictures needs a codec that may not be handed on with this program; open it "
    "on the telephone or computer it came from, save it as JPEG, and take in the JPEG as well",
    kinds.PST.media_type: "what is in it has no record of its own yet; open it in Outlook, save its messages as files "
    "or as a mailbox, and take those in as well",
    "application/x-outlook-express": "what is in it has no record of its own yet; save its messages as files and take "
    "those in as well",
}
_RECORDING = "a recording holds no text; its words can be found once a person has listened to it and typed them in"
_PROGRAM = "a program holds nothing to read, and is never run here"
_OTHERWISE = (
    "nothing here reads files of this kind; open a copy in the program that made it, save it as PDF, and take in the "
    "PDF as well, or type in what it says"
)


# How many things the page names that says what is lost of a damaged file.
_NAMED = 500

# What most archives are made of; the libraries of the others are loaded when the first such file comes.
_USUAL = (kinds.PDF, kinds.TIFF, kinds.DOCX, kinds.EML, kinds.ZIP, kinds.TEXT)


def get_ready() -> None:
    """The readers of the usual kinds of file, and the dictionaries, are loaded."""
    for kind in _USUAL:
        importlib.import_module(READERS[kind.media_type].partition(":")[0])
    for language in ("eng", "cym"):
        word_graph(language)


@cache
def reader_for(kind: Identified) -> Reader:
    """The function that reads files of this kind.

    Raises:
        UnreadableFile: No reader reads them ("unsupported"), or it is "empty".
    """
    if kind.media_type in _REFUSED:
        raise UnreadableFile(_REFUSED[kind.media_type])
    target = READERS.get(kind.media_type)
    if target is None:
        raise UnreadableFile("unsupported", f"{kind.label}: {_why_not(kind)}.")
    module_name, _, function_name = target.partition(":")
    reader: Reader = getattr(importlib.import_module(module_name), function_name)
    return reader


def read(kind: Identified, job: ReadingJob) -> Iterator[Yielded]:
    """What the file's reader gives; of a kind that nothing here reads, one unread page that says so.

    Of a file that is damaged in places, an unread page at the end names what is missing.
    A file that nothing reads is not damaged: it is registered and held like any other, and a person has to look at it.
    A reader that finds out only as it begins that it cannot read the kind here says "unsupported" before it gives
    anything.

    Raises:
        UnreadableFile: It is damaged, protected, hostile or empty.
    """
    number = job.first_page - 1  # a file may be gone on with after its last page
    try:
        for found in reader_for(kind)(job):
            number = found.number if isinstance(found, PageReading) else number
            yield found
    except UnreadableFile as problem:
        if problem.code != "unsupported":
            raise
        job.facts.note(f"Nobody has read this file: {problem.sentence}")
        yield PageReading(1, "", "none", unread=True, reason=f"{NOT_SEARCHABLE}: {problem.sentence}")
        return
    yield from _missing(job, number + 1)


def _missing(job: ReadingJob, number: int) -> Iterator[PageReading]:
    """The page that names what is lost of the file; none where nothing is."""
    if not job.missing:
        return
    lines, count = job.missing[:_NAMED], len(job.missing)
    job.facts.note(f"Parts of the file are damaged, missing or not read; the last page of the record names {count}.")
    job.missing.clear()  # one reader may have handed the file to another, which has said so already
    reason = "unreadable: parts of the file are damaged, missing or not read; each is named here"
    yield PageReading(number, "\n".join(lines), "none", unread=True, reason=reason, heading=MISSING)


def _why_not(kind: Identified) -> str:
    if kind.media_type.startswith(("audio/", "video/")):
        return _RECORDING
    if kind.label.startswith("Program"):
        return _PROGRAM
    return _WHY_NOT.get(kind.media_type, _OTHERWISE)
