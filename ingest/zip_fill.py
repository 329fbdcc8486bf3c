"""What may stand round a ZIP in a file and says nothing: the fill of a sector, the line ends of a mail gateway."""

from typing import IO

_CHUNK = 1 << 20
# Before the first member of an archive that was, or might have been, made in several parts (APPNOTE 8.5.3, 8.5.4).
_PART_MARKS = (b"PK\x07\x08", b"PK00")
# Fill up to the end of a sector, or the end of a line that a mail gateway adds.
_FILL = b"\0\t\r\n "


def says_anything(source: IO[bytes], start: int, end: int) -> bool:
    """Whether these bytes of the file are more than fill."""
    source.seek(start)
    left = end - start
    while left > 0:
        chunk = source.read(min(_CHUNK, left))
        if not chunk:
            break
        if chunk.strip(_FILL) and not (left == end - start and chunk in _PART_MARKS):
            return True
        left -= len(chunk)
    return False
