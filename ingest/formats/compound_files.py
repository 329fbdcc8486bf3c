"""Whether a Microsoft compound file is all there: told from its own table of sectors ([MS-CFB] 2.2 to 2.5).

What opens such files reads on past the end of one that is cut off, and gives less without a word.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CUT_OFF = "what lay beyond the end of the file: it is cut off, or its own table is damaged"
_FREE, _LAST_NUMBER = 0xFFFFFFFF, 0xFFFFFFFA
_IN_HEADER = 109
_MOST_FURTHER = 4096


def is_cut_off(path: Path) -> bool:
    """Whether the table of this compound file names a sector that begins beyond the end of the file."""
    size = path.stat().st_size
    with path.open("rb") as source:
        header = source.read(512)
        shift = int.from_bytes(header[30:32], "little")
        if len(header) < 512:
            return True
        if shift not in (9, 12):
            return False
        sector = 1 << shift
        for number, place in enumerate(_table_sectors(source, header, sector)):
            if (place + 1) * sector + sector > size:
                return True
            source.seek((place + 1) * sector)
            entries = struct.unpack(f"<{sector // 4}I", source.read(sector))
            used = [index for index, entry in enumerate(entries) if entry != _FREE]
            # The last sector may be written no farther than its stream goes.
            if used and (number * (sector // 4) + used[-1] + 1) * sector >= size:
                return True
    return False


def _table_sectors(source: BinaryIO, header: bytes, sector: int) -> Iterator[int]:
    """The places of the sectors that hold the table: in the header, and, of a large file, in a list that goes on."""
    yield from (place for place in struct.unpack(f"<{_IN_HEADER}I", header[76:512]) if place < _LAST_NUMBER)
    further: int = struct.unpack_from("<I", header, 68)[0]
    for _ in range(_MOST_FURTHER):
        if further >= _LAST_NUMBER:
            return
        source.seek((further + 1) * sector)
        data = source.read(sector)
        if len(data) < sector:
            yield further  # beyond the end itself
            return
        *places, further = struct.unpack(f"<{sector // 4}I", data)
        yield from (place for place in places if place < _LAST_NUMBER)
