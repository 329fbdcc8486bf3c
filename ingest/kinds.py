"""The kinds of file that Candour knows by name: a media type for programs and a label for people."""

from dataclasses import dataclass


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
PCX = Identified("image/x-pcx", "PCX image")
DCX = Identified("image/x-dcx", "PCX fax of several pages")
SUN_RASTER = Identified("image/x-sun-raster", "Sun raster image")
SGI = Identified("image/x-sgi", "SGI image")
PSD = Identified("image/vnd.adobe.photoshop", "Photoshop image")
WMF = Identified("image/wmf", "Windows drawing (WMF)")
EMF = Identified("image/emf", "Windows drawing (EMF)")
TNEF = Identified("application/vnd.ms-tnef", "Outlook attachment bundle (winmail.dat)")
EMPTY = Identified("application/x-empty", "Empty file")
UNKNOWN = Identified("application/octet-stream", "File of unknown kind")
