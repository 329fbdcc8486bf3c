"""Which reader reads which kind of file; a reader's libraries are loaded when the first such file comes."""

import importlib
from functools import cache

from ingest import identify as kinds
from ingest.identify import Identified
from ingest.job import Reader
from ingest.reading import UnreadableFile

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
    kinds.RTF.media_type: "ingest.formats.rich_text:read_rich_text",
    kinds.HTML.media_type: "ingest.formats.html:read_html",
    kinds.EML.media_type: "ingest.formats.email:read_email",
    kinds.MHTML.media_type: "ingest.formats.email:read_email",
    kinds.MBOX.media_type: "ingest.formats.email:read_mailbox",
    kinds.MSG.media_type: "ingest.formats.outlook:read_outlook",
    kinds.ZIP.media_type: "ingest.formats.containers:read_zip",
    kinds.TAR.media_type: "ingest.formats.containers:read_tar",
    kinds.GZIP.media_type: "ingest.formats.containers:read_compressed",
    kinds.BZIP2.media_type: "ingest.formats.containers:read_compressed",
    kinds.XZ.media_type: "ingest.formats.containers:read_compressed",
    kinds.TEXT.media_type: "ingest.formats.plain:read_plain",
    kinds.CSV.media_type: "ingest.formats.plain:read_plain",
    kinds.XML.media_type: "ingest.formats.plain:read_plain",
}
# LibreOffice, where it is installed, turns these into PDF in the same confined child.
for _kind in (kinds.DOC, kinds.XLS, kinds.PPT, kinds.WPD, kinds.PUB, kinds.XLSB):
    READERS[_kind.media_type] = "ingest.formats.legacy_office:read_legacy_office"

_WHY_NOT = {
    kinds.EMPTY.media_type: UnreadableFile("empty").sentence,
    kinds.ENCRYPTED_OFFICE.media_type: UnreadableFile("encrypted").sentence,
    kinds.HEIC.media_type: "not readable here: pictures of the HEIC kind need a codec that is not part of this "
    "installation; open it on the telephone or computer it came from and save it as JPEG.",
    kinds.PST.media_type: "not readable here: Outlook mail stores; export its messages from Outlook as single "
    "files and take those in.",
    kinds.SEVEN_ZIP.media_type: "not readable here: 7-Zip archives; unpack it and take in the folder.",
    kinds.RAR.media_type: "not readable here: RAR archives; unpack it and take in the folder.",
}


@cache
def reader_for(kind: Identified) -> Reader:
    """The function that reads files of this kind.

    Raises:
        UnreadableFile: No reader reads them; the sentence says what to do instead.
    """
    target = READERS.get(kind.media_type)
    if target is None:
        raise _refusal(kind)
    module_name, _, function_name = target.partition(":")
    reader: Reader = getattr(importlib.import_module(module_name), function_name)
    return reader


def _refusal(kind: Identified) -> UnreadableFile:
    code = {kinds.EMPTY.media_type: "empty", kinds.ENCRYPTED_OFFICE.media_type: "encrypted"}.get(
        kind.media_type, "unsupported"
    )
    sentence = _WHY_NOT.get(kind.media_type)
    if sentence is None and kind.media_type.startswith(("audio/", "video/")):
        sentence = (
            f"not readable here: {kind.label}; it is kept, but its words cannot be searched until it is transcribed."
        )
    if sentence is None:
        sentence = (
            f"not readable here: {kind.label}; it is kept as it is. Open it in the program that made it, save it as "
            "PDF, and take in the PDF as well."
        )
    return UnreadableFile(code, sentence)
