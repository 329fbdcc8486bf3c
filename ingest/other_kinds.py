"""Kinds of file that nothing here reads, told by their bytes: each has a name, so a person knows what is held."""

import re

from ingest.kinds import Identified

# Of Windows and DOS; an archive that unpacks itself is one too.
PROGRAM = "application/x-dosexec"
_MAGIC: list[tuple[bytes, Identified]] = [
    (b"ID3", Identified("audio/mpeg", "Sound recording (MP3)")),
    (b"OggS", Identified("audio/ogg", "Sound recording (Ogg)")),
    (b"fLaC", Identified("audio/flac", "Sound recording (FLAC)")),
    (b".snd\x00", Identified("audio/basic", "Sound recording (AU)")),
    (b"#!AMR", Identified("audio/amr", "Sound recording (AMR)")),
    (b"MThd\x00\x00\x00\x06", Identified("audio/midi", "Music file (MIDI)")),
    (b"\x02dss", Identified("audio/x-dss", "Dictation (DSS)")),
    (b"\x03ds2", Identified("audio/x-ds2", "Dictation (DS2)")),
    (b"0&\xb2u\x8ef\xcf\x11", Identified("video/x-ms-asf", "Windows Media recording")),
    (b"\x1aE\xdf\xa3", Identified("video/x-matroska", "Video recording (Matroska or WebM)")),
    (b"\x00\x00\x01\xba", Identified("video/mpeg", "Video recording (MPEG)")),
    (b"\x00\x00\x01\xb3", Identified("video/mpeg", "Video recording (MPEG)")),
    (b"FLV\x01", Identified("video/x-flv", "Video recording (Flash)")),
    (b".RMF\x00", Identified("video/x-realmedia", "RealMedia recording")),
    (b"\x00\x01\x00\x00Standard Jet DB\x00", Identified("application/vnd.ms-access", "Access database")),
    (b"\x00\x01\x00\x00Standard ACE DB\x00", Identified("application/vnd.ms-access", "Access database")),
    (b"SQLite format 3\x00", Identified("application/vnd.sqlite3", "SQLite database")),
    (b"\x1a\x00\x00\x04\x00\x00", Identified("application/vnd.lotus-notes", "Lotus Notes database")),
    (b"\xcf\xad\x12\xfe", Identified("application/x-outlook-express", "Outlook Express mail folder")),
    (b"\x00\x00\x02\x00\x06\x04\x06\x00", Identified("application/vnd.lotus-1-2-3", "Lotus 1-2-3 worksheet")),
    (b"\x00\x00\x1a\x00", Identified("application/vnd.lotus-1-2-3", "Lotus 1-2-3 worksheet")),
    (b"\xe4R\\{\x8c\xd8\xa7M", Identified("application/msonenote", "OneNote notebook")),
    (b"\x7fELF", Identified("application/x-executable", "Program (Linux)")),
    (b"\xca\xfe\xba\xbe\x00", Identified("application/java-vm", "Program (Java class or macOS)")),
    (b"\xcf\xfa\xed\xfe", Identified("application/x-mach-binary", "Program (macOS)")),
    (b"\xce\xfa\xed\xfe", Identified("application/x-mach-binary", "Program (macOS)")),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Identified("application/x-ms-shortcut", "Windows shortcut")),
    (b"%!PS", Identified("application/postscript", "PostScript file")),
    (b"\xc5\xd0\xd3\xc6", Identified("application/postscript", "PostScript file with a preview")),
    (b"v/1\x01", Identified("image/x-exr", "High-range picture (OpenEXR)")),
    (b"\x00\x00\x01\x00\x01\x00", Identified("image/vnd.microsoft.icon", "Icon")),
    (b"AT&TFORM", Identified("image/vnd.djvu", "DjVu scan")),
    (b"\x00\x01\x00\x00\x00", Identified("font/ttf", "Typeface")),
    (b"OTTO\x00", Identified("font/otf", "Typeface")),
    (b"true\x00", Identified("font/ttf", "Typeface")),
    (b"wOF2", Identified("font/woff2", "Typeface")),
    (b"wOFF", Identified("font/woff", "Typeface")),
]
_RIFF = {
    b"WAVE": Identified("audio/wav", "Sound recording (WAV)"),
    b"AVI ": Identified("video/x-msvideo", "Video recording (AVI)"),
}
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"pnot")
# The letters AC and four digits name the release that wrote the drawing; text may begin so, but holds no zero byte.
_DWG = re.compile(rb"AC(?:10|1\.|2\.)\d\d?[^\n]*\x00", re.DOTALL)
# The object identifier 1.2.840.113549.1.7, under which signatures and sealed messages stand.
_SEALED = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_STREAM_PACKET = 188


def other_kind(head: bytes) -> Identified | None:
    """The kind, where the bytes are those of one that nothing here reads; None where they say nothing of the sort."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _recording(head) or _program_or_drawing(head)


def _recording(head: bytes) -> Identified | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Identified("audio/aiff", "Sound recording (AIFF)")
    if head[4:8] == b"ftyp":
        if head[8:12] in _AUDIO_BRANDS:
            return Identified("audio/mp4", "Sound recording (M4A)")
        return Identified("video/mp4", "Video recording (MP4)")
    if head[4:8] in _OLD_QUICKTIME and b"\x00" in head[:4]:
        return Identified("video/quicktime", "Video recording (QuickTime)")
    # A frame of MPEG sound: eleven set bits, a layer, and no forbidden rate; UTF-16 marks are no such frame.
    if len(head) > 3 and head[0] == 0xFF and head[1] in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3) and head[2] >> 4 != 0xF:
        return Identified("audio/mpeg", "Sound recording (MP3)")
    sectors = head[: 4 * _STREAM_PACKET : _STREAM_PACKET]
    if len(head) > 4 * _STREAM_PACKET and sectors == b"GGGG":
        return Identified("video/mp2t", "Video recording (transport stream)")
    return None


def _program_or_drawing(head: bytes) -> Identified | None:
    if head[:2] == b"MZ" and b"\x00" in head[:64]:
        return Identified(PROGRAM, "Program (Windows or DOS)")
    if _DWG.match(head[:64]):
        return Identified("image/vnd.dwg", "CAD drawing (DWG)")
    if head.startswith(b"AutoCAD Binary DXF"):
        return Identified("image/vnd.dxf", "CAD drawing (DXF)")
    if head[:1] == b"0" and _SEALED in head[:40]:
        return Identified("application/pkcs7-mime", "Digital signature or sealed message (S/MIME)")
    if head[1:2] == b"\xfe" and head[:1] in b"\x08\x88\xc8" and head[2:4] == b"\x02\x00":
        return Identified("image/vnd.dgn", "CAD drawing (DGN)")
    return None
