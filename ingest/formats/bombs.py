"""Archives in archives that would unpack to far more than any in use: told by what they claim, unpacking little.

The best known such file holds sixteen copies of one archive in each of five layers, 4.5 petabytes in 42 kilobytes; no
single layer looks unusual. Members of the same checksum and size are counted as often as they occur, but looked into
once, so even such a file is seen through in a moment.
"""

import io
import zipfile

from ingest.job import MAXIMUM_RATIO, MAXIMUM_SPOOLED_BYTES
from ingest.zip_errors import CANNOT_UNPACK, cannot_be_so_large

_LOOKED_INTO_BYTES = 4 * 1024**2
_LOOKED_INTO_IN_ALL = 64 * 1024**2
_DEEPEST = 10
_ZIP = b"PK\x03\x04"


class _Look:
    """What is known of the members seen so far, by checksum and size, and how much was unpacked to know it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], int] = {}
        self._unpacked = 0

    def claimed(self, archive: zipfile.ZipFile, depth: int = 0) -> int:
        total = 0
        for info in archive.infolist():
            if cannot_be_so_large(info):
                continue
            total += info.file_size
            if self._is_worth_a_look(info, depth):
                total += self._inside(archive, info, depth)
        return total

    def _is_worth_a_look(self, info: zipfile.ZipInfo, depth: int) -> bool:
        is_plain = not info.flag_bits & 1 and info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        return is_plain and depth < _DEEPEST and 22 < info.file_size <= _LOOKED_INTO_BYTES

    def _inside(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int) -> int:
        key = (info.CRC, info.file_size)
        if key in self._known:
            return self._known[key]
        self._known[key] = 0
        if self._unpacked + info.file_size > _LOOKED_INTO_IN_ALL:
            return 0
        try:
            with archive.open(info) as member:
                start = member.read(4)
                if start != _ZIP:
                    return 0
                data = start + member.read(_LOOKED_INTO_BYTES)
            self._unpacked += len(data)
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                self._known[key] = self.claimed(inner, depth + 1)
        # A broken one inside is met again, and said so, when its turn comes.
        except (*CANNOT_UNPACK, RuntimeError):
            return 0
        return self._known[key]


def is_bomb(archive: zipfile.ZipFile, size: int) -> bool:
    """Whether an archive of so many bytes claims, with the archives in it, to hold more than the limits allow."""
    return _Look().claimed(archive) > max(MAXIMUM_SPOOLED_BYTES, size * MAXIMUM_RATIO)
