"""What the standard library raises for a ZIP that it cannot read."""

import lzma
import zipfile
import zlib

# NotImplementedError is zipfile's word for a compression, a version or a cipher that it does not know; for a password
# it has not been given it raises a plain RuntimeError, of which the other is a kind: so this is asked first.
CANNOT_UNPACK = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, NotImplementedError)
_ENCRYPTED, _STRONGLY_ENCRYPTED = 0x1, 0x40


def is_protected(member: zipfile.ZipInfo) -> bool:
    """Whether the member says that it is under a password (general purpose bits 0 and 6, APPNOTE 4.4.4)."""
    return bool(member.flag_bits & (_ENCRYPTED | _STRONGLY_ENCRYPTED))
