"""What a file is, told from its bytes; its name is asked only to choose among the kinds of plain text."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import olefile

_HEAD_BYTES = 8192


@dataclass(frozen=True)
class Identified:
    """A media type for programs and a label for people."""

    media_type: str
    label: str


_OOXML = "application/vnd.openxmlformats-officedocument"
PDF = Identified("application/pdf", "PDF document")
DOCX = Identified(f"{_OOXML}.wordprocessingml.document", "Word document")
XLSX = Identified(f"{_OOXML}.spreadsheetml.sheet", "Excel workbook")
PPTX = Identified(f"{_OOXML}.presentationml.presentation", "PowerPoint presentation")
DOCM = Identified("application/vnd.ms-word.document.macroenabled.12", "Word document with macros")
XLSM = Identified("application/vnd.ms-excel.sheet.macroenabled.12", "Excel workbook with macros")
PPTM = Identified("application/vnd.ms-powerpoint.presentation.macroenabled.12", "PowerPoint presentation with macros")
XLSB = Identified("application/vnd.ms-excel.sheet.binary.macroenabled.12", "Excel binary workbook")
ODT = Identified("application/vnd.oasis.opendocument.text", "OpenDocument text")
ODS = Identified("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet")
ODP = Identified("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation")
DOC = Identified("application/msword", "Word document (before 2007)")
XLS = Identified("application/vnd.ms-excel", "Excel workbook (before 2007)")
PPT = Identified("application/vnd.ms-powerpoint", "PowerPoint presentation (before 2007)")
PUB = Identified("application/x-mspublisher", "Publisher document")
MSG = Identified("application/vnd.ms-outlook", "Outlook message")
OLE = Identified("application/x-ole-storage", "Microsoft compound file")
ENCRYPTED_OFFICE = Identified("application/x-encrypted-office", "Office document protected by a password")
WPD = Identified("application/vnd.wordperfect", "WordPerfect document")
RTF = Identified("application/rtf", "Rich Text document")
EML = Identified("message/rfc822", "E-mail message")
MBOX = Identified("application/mbox", "Mailbox")
PST = Identified("application/vnd.ms-outlook-pst", "Outlook mail store")
HTML = Identified("text/html", "Web page")
MHTML = Identified("multipart/related", "Saved web page")
XML = Identified("application/xml", "XML file")
CSV = Identified("text/csv", "CSV table")
TEXT = Identified("text/plain", "Plain text")
ZIP = Identified("application/zip", "ZIP archive")
TAR = Identified("application/x-tar", "TAR archive")
GZIP = Identified("application/gzip", "GZIP file")
BZIP2 = Identified("application/x-bzip2", "BZIP2 file")
XZ = Identified("application/x-xz", "XZ file")
SEVEN_ZIP = Identified("application/x-7z-compressed", "7-Zip archive")
RAR = Identified("application/vnd.rar", "RAR archive")
TIFF = Identified("image/tiff", "TIFF image")
JPEG = Identified("image/jpeg", "JPEG image")
PNG = Identified("image/png", "PNG image")
GIF = Identified("image/gif", "GIF image")
BMP = Identified("image/bmp", "BMP image")
WEBP = Identified("image/webp", "WebP image")
JP2 = Identified("image/jp2", "JPEG 2000 image")
HEIC = Identified("image/heic", "HEIC image")
AVIF = Identified("image/avif", "AVIF image")
PNM = Identified("image/x-portable-anymap", "Portable anymap image")
EMPTY = Identified("application/x-empty", "Empty file")
UNKNOWN = Identified("application/octet-stream", "File of unknown kind")

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
    (b"ID3", Identified("audio/mpeg", "Sound recording (MP3)")),
    (b"\xff\xfb", Identified("audio/mpeg", "Sound recording (MP3)")),
    (b"OggS", Identified("audio/ogg", "Sound recording (Ogg)")),
    (b"fLaC", Identified("audio/flac", "Sound recording (FLAC)")),
    (b".snd", Identified("audio/basic", "Sound recording (AU)")),
    (b"#!AMR", Identified("audio/amr", "Sound recording (AMR)")),
    (b"0&\xb2u\x8ef\xcf\x11", Identified("video/x-ms-asf", "Windows Media recording")),
    (b"\x1aE\xdf\xa3", Identified("video/x-matroska", "Video recording (Matroska)")),
    (b"\x00\x00\x01\xba", Identified("video/mpeg", "Video recording (MPEG)")),
    (b"FLV\x01", Identified("video/x-flv", "Video recording (Flash)")),
    (b"MZ", Identified("application/x-dosexec", "Windows program")),
    (b"\x7fELF", Identified("application/x-executable", "Linux program")),
    (b"%!PS", Identified("application/postscript", "PostScript file")),
    (b"SQLite format 3\x00", Identified("application/vnd.sqlite3", "SQLite database")),
]
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RIFF = {
    b"WEBP": WEBP,
    b"WAVE": Identified("audio/wav", "Sound recording (WAV)"),
    b"AVI ": Identified("video/x-msvideo", "Video recording (AVI)"),
}
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
        source.seek(0, 2)
        size = source.tell()
    if size == 0:
        return EMPTY
    return _by_magic(head) or _by_container(path, head) or _by_text(head, name or path.name)


def _by_magic(head: bytes) -> Identified | None:
    if head.startswith(b"%PDF-"):
        return PDF
    # Readers accept a PDF header anywhere in the first kilobyte, so mail gateways and scanners put things before it.
    at = head.find(b"%PDF-", 0, 1100)
    if at > 0 and not _looks_like_mail(head):
        return PDF
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _by_inner_mark(head)


def _by_inner_mark(head: bytes) -> Identified | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Identified("audio/aiff", "Sound recording (AIFF)")
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if head[:2] == b"BM" and len(head) > 26 and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return BMP
    if re.match(rb"P[1-6]\s", head):
        return PNM
    if head[257:262] == b"ustar":
        return TAR
    # A PDF whose first line is lost still has its numbered objects; qpdf finds them.
    return PDF if _PDF_OBJECT.search(head) and not _looks_like_mail(head) else None


def _by_brand(brand: bytes) -> Identified:
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return HEIC
    if brand in (b"avif", b"avis"):
        return AVIF
    if brand in (b"jp2 ", b"jpx "):
        return JP2
    if brand.startswith(b"M4A"):
        return Identified("audio/mp4", "Sound recording (M4A)")
    return Identified("video/mp4", "Video recording (MP4)")


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
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return _zip_kind_by_bytes(path)


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
    for part, kind in ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)):
        if part in start:
            return kind
    return DOCX if b"[Content_Types].xml" in start else ZIP


def _by_text(head: bytes, name: str) -> Identified:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _by_markup(head.decode("utf-16", "replace").encode("utf-8", "replace"), name)
    if not _looks_like_text(head):
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
    """True of bytes with no zero byte and next to no control codes, in any encoding that keeps ASCII."""
    if b"\x00" in head:
        return False
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in (8, 9, 10, 12, 13, 26, 27))
    return controls <= len(head) * 0.02


def _looks_like_mail(head: bytes) -> bool:
    """True when the file opens with header lines, of which two at least are those of a message."""
    if b"\x00" in head[:1024]:
        return False
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
