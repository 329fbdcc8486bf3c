"""What a file is, told from its bytes; its name is asked only to choose among the kinds of plain text."""

import re
import tarfile
import zipfile
import zlib
from pathlib import Path

import olefile

from ingest.encodings import wide_without_mark
from ingest.kinds import (
    AVIF,
    BMP,
    BZIP2,
    CAB,
    CSV,
    DCX,
    DOC,
    DOCM,
    DOCX,
    EMF,
    EML,
    EMPTY,
    ENCRYPTED_OFFICE,
    GIF,
    GZIP,
    HEIC,
    HTML,
    ISO,
    JP2,
    JPEG,
    MBOX,
    MHTML,
    MSG,
    ODP,
    ODS,
    ODT,
    OLE,
    PCX,
    PDF,
    PNG,
    PNM,
    PPT,
    PPTM,
    PPTX,
    PSD,
    PST,
    PUB,
    RAR,
    RTF,
    SEVEN_ZIP,
    SGI,
    SUN_RASTER,
    TAR,
    TEXT,
    TIFF,
    TNEF,
    UNKNOWN,
    WEBP,
    WMF,
    WPD,
    XLS,
    XLSB,
    XLSM,
    XLSX,
    XML,
    XZ,
    ZIP,
    Identified,
)
from ingest.other_kinds import PROGRAM, other_kind
from ingest.zip_errors import CANNOT_UNPACK
from ingest.zip_fill import says_anything

_HEAD_BYTES = 8192
# The sixteen first sectors of a disc are left to the system; the seventeenth begins with this mark.
_ISO_MARK_AT = 16 * 2048 + 1


_MAGIC: list[tuple[bytes, Identified]] = [
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51\xff\x52", JP2),
    (b"{\\rtf", RTF),
    (b"\xffWPC", WPD),
    (b"!BDN", PST),
    (b"\x1f\x8b", GZIP),
    (b"BZh", BZIP2),
    (b"\xfd7zXZ\x00", XZ),
    (b"7z\xbc\xaf'\x1c", SEVEN_ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"MSCF\x00\x00\x00\x00", CAB),
    (b"\xb1h\xde:", DCX),
    (b"Y\xa6j\x95", SUN_RASTER),
    (b"\x01\xda\x00\x01", SGI),
    (b"\x01\xda\x01\x01", SGI),
    (b"\x01\xda\x00\x02", SGI),
    (b"\x01\xda\x01\x02", SGI),
    (b"8BPS\x00\x01", PSD),
    (b"\xd7\xcd\xc6\x9a", WMF),
    (b"\x01\x00\t\x00\x00\x03", WMF),
    (b'x\x9f>"', TNEF),
]
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS: list[tuple[str, Identified]] = [
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", MSG),
    ("PowerPoint Document", PPT),
    ("Workbook", XLS),
    ("Book", XLS),
    ("Quill", PUB),
    ("WordDocument", DOC),
]
_ZIP_PARTS: list[tuple[str, Identified, Identified]] = [
    ("word/document.xml", DOCX, DOCM),
    ("word/document2.xml", DOCX, DOCM),
    ("xl/workbook.xml", XLSX, XLSM),
    ("xl/workbook.bin", XLSB, XLSB),
    ("ppt/presentation.xml", PPTX, PPTM),
]
_ODF = {kind.media_type: kind for kind in (ODT, ODS, ODP)}
_LONG_PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{40,}")
_PDF_OBJECT = re.compile(rb"(?:^|[\r\n])\d{1,7} \d{1,5} obj\s*(?:<<|[\r\n])")
_HEADER_LINE = re.compile(rb"^[A-Za-z][A-Za-z0-9-]{1,60}[ \t]*:")
_MAIL_HEADERS = frozenset(
    b"from to cc bcc subject date received message-id return-path mime-version content-type delivered-to x-mailer "
    b"reply-to sender content-transfer-encoding references in-reply-to x-from_".split()
)
_TEXT_BY_SUFFIX = {".csv": CSV, ".tsv": CSV, ".htm": HTML, ".html": HTML, ".xml": XML}


def identify(path: Path, *, name: str | None = None) -> Identified:
    """The kind of the file, from its bytes; `name` is asked only where the bytes say no more than 'text'."""
    with path.open("rb") as source:
        head = source.read(_HEAD_BYTES)
        source.seek(_ISO_MARK_AT)
        after = source.read(5)
        source.seek(0, 2)
        size = source.tell()
    if size == 0:
        return EMPTY
    kind = _by_magic(head) or _by_container(path, head) or (ISO if after == b"CD001" else None)
    kind = kind or _by_pdf_further_in(head) or other_kind(head) or _by_text(head, name or path.name)
    # An archive that unpacks itself is a program with its members behind it, and other things are set before a ZIP too.
    # Never a document, unless only fill is set before it: a disk image that ends in one is not that document.
    behind = _zip_behind(path) if kind == UNKNOWN or kind.media_type == PROGRAM else None
    return behind or kind


def _by_magic(head: bytes) -> Identified | None:
    if head.startswith(b"%PDF-"):
        return PDF
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _by_inner_mark(head)


def _by_inner_mark(head: bytes) -> Identified | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and (kind := _by_brand(head[8:12])):
        return kind
    if head[:2] == b"BM" and len(head) > 26 and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return BMP
    if re.match(rb"P[1-6]\s", head):
        return PNM
    if head[:4] == b"\x01\x00\x00\x00" and head[40:44] == b" EMF":
        return EMF
    if re.match(rb"\n[\x00\x02-\x05]\x01[\x01\x02\x04\x08]", head):
        return PCX
    return TAR if head[257:262] == b"ustar" or _is_old_tar(head) else None


def _is_old_tar(head: bytes) -> bool:
    # Before 1988 an archive of this kind had no mark; the sum over its first block proves it.
    try:
        return bool(tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape").name)
    except tarfile.HeaderError:
        return False


def _by_pdf_further_in(head: bytes) -> Identified | None:
    # Asked after every mark at the very beginning: an archive that packs without compressing shows its first PDF so.
    if _looks_like_mail(head):
        return None
    # Readers accept a PDF header anywhere in the first kilobyte, so mail gateways and scanners put things before it.
    # A PDF whose first line is lost still has its numbered objects; qpdf finds them.
    return PDF if b"%PDF-" in head[:1100] or _PDF_OBJECT.search(head) else None


def _by_brand(brand: bytes) -> Identified | None:
    if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"):
        return HEIC
    if brand in (b"avif", b"avis"):
        return AVIF
    return JP2 if brand in (b"jp2 ", b"jpx ") else None


def _by_container(path: Path, head: bytes) -> Identified | None:
    if head.startswith(_OLE_MAGIC):
        return _ole_kind(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(path)
    return None


def _ole_kind(path: Path) -> Identified:
    try:
        with olefile.OleFileIO(str(path)) as container:
            for stream, kind in _OLE_STREAMS:
                if container.exists(stream):
                    return kind
    # A broken compound file makes olefile raise whatever the broken table leads to.
    except (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError):
        return OLE
    return OLE


def _zip_kind(path: Path) -> Identified:
    try:
        with zipfile.ZipFile(path) as archive:
            return _zip_kind_by_parts(archive)
    except (*CANNOT_UNPACK, RuntimeError):
        return _zip_kind_by_bytes(path)


def _zip_behind(path: Path) -> Identified | None:
    """What the file is by the ZIP that it ends in; None where it ends in none that holds anything."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as source:
            if not archive.namelist():
                return None
            begins = min(info.header_offset for info in archive.infolist())
            return ZIP if says_anything(source, 0, begins) else _zip_kind_by_parts(archive)
    except (*CANNOT_UNPACK, RuntimeError):
        return None


def _zip_kind_by_parts(archive: zipfile.ZipFile) -> Identified:
    names = set(archive.namelist())
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = _ODF.get(archive.read("mimetype").decode("ascii", "replace").strip().removesuffix("-template"))
        if kind:
            return kind
    for part, plain, with_macros in _ZIP_PARTS:
        if part in names:
            has_macros = any(name.endswith("vbaProject.bin") for name in names)
            return with_macros if has_macros else plain
    return ZIP


def _zip_kind_by_bytes(path: Path) -> Identified:
    """A ZIP cut off before its table of contents still says by its first parts what it was."""
    with path.open("rb") as source:
        start = source.read(65536)
    # Stored as it is, and first, so that it can be read here (OpenDocument 1.2, part 3, 3.3).
    if start[30:38] == b"mimetype":
        told = re.match(rb"[a-z.+/-]+", start[38 + int.from_bytes(start[28:30], "little") :])
        return _ODF.get(told[0].decode("ascii").removesuffix("-template"), ZIP) if told else ZIP
    for part, kind in ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)):
        if part in start:
            return kind
    return _by_content_types(start)


def _by_content_types(start: bytes) -> Identified:
    """What the first part of an office file says of the others, as far as it is there."""
    name = b"[Content_Types].xml"
    if start[30 : 30 + len(name)] != name:
        return ZIP
    packed = start[30 + len(name) + int.from_bytes(start[28:30], "little") :]
    try:
        types = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _HEAD_BYTES)
    except zlib.error:
        return ZIP
    told = ((b"wordprocessingml", DOCX), (b"spreadsheetml", XLSX), (b"presentationml", PPTX))
    return next((kind for word, kind in told if word in types), ZIP)


def _by_text(head: bytes, name: str) -> Identified:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _by_markup(head.decode("utf-16", "replace").encode("utf-8", "replace"), name)
    if wide := wide_without_mark(head):
        return _by_markup(head.decode(wide, "replace").encode("utf-8", "replace"), name)
    # A message may carry its attachments as they are, so what follows its header lines need not be text.
    if not _looks_like_text(head) and not _opens_as_mail(head):
        return UNKNOWN
    if head.startswith(b"From ") and _looks_like_mail(head.partition(b"\n")[2]):
        return MBOX if re.match(rb"From \S+.*\d{2}:\d{2}", head) else EML
    if _looks_like_mail(head):
        is_page = re.search(rb"(?im)^content-type:\s*multipart/related", head) and b"Blink" in head[:400]
        return MHTML if is_page else EML
    return _by_markup(head, name)


def _by_markup(head: bytes, name: str) -> Identified:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:2048].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (b"<html" in start and start[:1] == b"<"):
        return HTML
    if start.startswith(b"<?xml"):
        return XML
    return _TEXT_BY_SUFFIX.get(Path(name).suffix.lower(), TEXT)


def _looks_like_text(head: bytes) -> bool:
    """True of bytes with few zero bytes and next to no control codes, in any encoding that keeps ASCII.

    A text file of which a disk lost a sector has zeros in that place, and its other words are still to be found. What
    holds programs or pictures has control codes as well.
    """
    controls = sum(head.count(bytes([code])) for code in range(1, 32) if code not in (8, 9, 10, 12, 13, 26, 27))
    zeros = head.count(0)
    return controls <= (len(head) - zeros) * 0.02 and (not zeros or _is_words(head))


def _is_words(head: bytes) -> bool:
    """Whether what stands between the zero bytes is for the most part long lines of printable ASCII."""
    printable = sum(len(each) for each in _LONG_PRINTABLE.findall(head))
    return printable > len(head) / 2


def _opens_as_mail(head: bytes) -> bool:
    """Whether the file begins with the header lines of a message, whatever comes after them."""
    return _looks_like_mail(head.partition(b"\n")[2] if head.startswith(b"From ") else head)


def _looks_like_mail(head: bytes) -> bool:
    """True when the file opens with header lines, of which two at least are those of a message."""
    known = 0
    for line in head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()[:60]:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        if not _HEADER_LINE.match(line):
            return known >= 3
        known += line.partition(b":")[0].strip().lower() in _MAIL_HEADERS
    return known >= 2
