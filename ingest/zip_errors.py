"""What the standard library raises for a ZIP that it cannot read."""

import lzma
import zipfile
import zlib

# NotImplementedError is zipfile's word for a compression, a version or a cipher that it does not know; for a password
# it has not been given it raises a plain RuntimeError, of which the other is a kind: so this is asked first.
CANNOT_UNPACK = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, NotImplementedError)
# Deflate makes at most 258 bytes of two bits (RFC 1951).
_MOST_OF_DEFLATE = 1032
_ENCRYPTED, _STRONGLY_ENCRYPTED = 0x1, 0x40


def is_protected(member: zipfile.ZipInfo) -> bool:
    """Whether the member says that it is under a password (general purpose bits 0 and 6, APPNOTE 4.4.4)."""
    return bool(member.flag_bits & (_ENCRYPTED | _STRONGLY_ENCRYPTED))


def cannot_be_so_large(member: zipfile.ZipInfo) -> bool:
    """Whether the member claims more bytes than its packed ones can hold: so damage wrote that, and no maker of bombs.

    Of one that is a bomb the claim, or what comes out of it, is still there to be counted.
    """
    if member.compress_type == zipfile.ZIP_STORED:
        return member.file_size > member.compress_size
    return member.compress_type == zipfile.ZIP_DEFLATED and member.file_size > _MOST_OF_DEFLATE * (
        member.compress_size + 8
    )
