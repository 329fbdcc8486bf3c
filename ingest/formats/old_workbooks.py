"""Excel files of before 2007 with a damaged sheet: LibreOffice ends its reading there, without a word.

Such a workbook is one stream of records ([MS-XLS] 2.1.4): first what all sheets share, with the list of them, then each
sheet from its beginning to its end. In a copy the damaged rest of a sheet is made into records that mean nothing, so
that the others are reached; what is lost is named.
"""

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import olefile

from ingest.job import ReadingJob, shown_name

_STREAMS = ("Workbook", "Book")
_BEGIN, _END, _SHEET = 0x0809, 0x000A, 0x0085
# Of no version of Excel, so that whoever reads the file passes over it.
_NOTHING = 0x0FFE
_HEADER, _MOST_BYTES = 4, 8224
_VERSION_8 = 0x0600
_BEGIN_8 = struct.pack("<HHHHHHII", _BEGIN, 16, _VERSION_8, 0x0010, 0x0DBB, 0x07CC, 0x41, 0x06)
_BEGIN_5 = struct.pack("<HHHHHH", _BEGIN, 8, 0x0500, 0x0010, 0x096C, 0x07C9)
_BEGINNINGS = (len(_BEGIN_8) - _HEADER, len(_BEGIN_5) - _HEADER)
_MENDED = "mended.xls"


@dataclass(frozen=True)
class _Listed:
    title: str
    begins: int


def mended(path: Path, job: ReadingJob) -> Path | None:
    """A copy in the spool folder whose whole sheets can all be reached; None where no sheet is damaged.

    What is lost is named as missing.
    """
    try:
        with olefile.OleFileIO(str(path)) as file:
            name = next((each for each in _STREAMS if file.exists(each)), "")
            stream = file.openstream(name).read() if name else b""
    except OSError:
        return None
    whole = _without_damage(stream, job) if stream.startswith(struct.pack("<H", _BEGIN)) else stream
    if whole == stream:
        return None
    target = job.spool / _MENDED
    shutil.copyfile(path, target)
    try:
        with olefile.OleFileIO(str(target), write_mode=True) as file:
            file.write_stream(name, whole)
    except (OSError, AssertionError, IndexError):  # a chain of sectors that ends too early
        return None
    return target


def _without_damage(stream: bytes, job: ReadingJob) -> bytes:
    """The stream, as long as before, with every damaged sheet ended where its damage begins."""
    sheets = sorted(_sheets(stream), key=lambda sheet: sheet.begins)
    reached = [sheet for sheet in sheets if sheet.begins + len(_BEGIN_8) <= len(stream)]
    for sheet in sheets[len(reached) :]:
        job.miss(f"perhaps the sheet {sheet.title}: where it begins in the file is damaged, or beyond its end")
    result = bytearray(stream)
    begin = [0, *(sheet.begins for sheet in reached)]
    for number, (begins, ends) in enumerate(zip(begin, [*begin[1:], len(stream)], strict=True)):
        depths = _depths(stream, begins, ends)
        # What is taken for the beginning is made one, whatever damage wrote over it.
        struct.pack_into("<H", result, begins, _BEGIN)
        if depths and not depths[max(depths)]:
            continue
        if number == 0:
            job.miss("some of what the sheets of the workbook share: their list, names, words and formats")
        else:
            lost = "from where it is damaged" if depths else "which could not be read"
            job.miss(f"the sheet {reached[number - 1].title}, {lost}")
        result[begins:ends] = _ended(bytes(result), begins, ends, depths)
    return bytes(result)


def _depths(stream: bytes, begins: int, ends: int) -> dict[int, int]:
    """Each place where a whole record ends, and how many beginnings are open there; up to the last end, or the damage.

    A chart within a sheet has a beginning and an end of its own.
    """
    found: dict[int, int] = {}
    place, depth = begins, 0
    while place + _HEADER <= ends:
        kind, length = struct.unpack_from("<HH", stream, place)
        place += _HEADER + length
        # The first is taken for a beginning whatever it says: without it the next sheet would be read in its place.
        if not found and length not in _BEGINNINGS:
            break
        kind = kind if found else _BEGIN
        if not kind or length > _MOST_BYTES or place > ends:
            break
        depth += {_BEGIN: 1, _END: -1}.get(kind, 0)
        found[place] = depth
        if not depth:
            break
    return found


def _ended(stream: bytes, begins: int, ends: int, depths: dict[int, int]) -> bytes:
    """What lies between the two places, as long as before, ended after the last record before the damage."""
    end = struct.pack("<HH", _END, 0)
    for place in sorted(depths, reverse=True):
        room = ends - place - len(end) * depths[place]
        if room == 0 or room >= _HEADER:
            return stream[begins:place] + _of_nothing(room) + end * depths[place]
    begin = _BEGIN_8 if struct.unpack_from("<H", stream, _HEADER)[0] == _VERSION_8 else _BEGIN_5
    room = ends - begins - len(begin) - len(end)
    return begin + _of_nothing(room) + end if room == 0 or room >= _HEADER else stream[begins:ends]


def _of_nothing(room: int) -> bytes:
    """Records that mean nothing and take this many bytes, which are none or enough for one."""
    made = b""
    while room:
        # What is left after this one is none, or enough for one more.
        length = min(room, _MOST_BYTES) - _HEADER if room <= _MOST_BYTES else _MOST_BYTES - 2 * _HEADER
        made += struct.pack("<HH", _NOTHING, length) + bytes(length)
        room -= _HEADER + length
    return made


def _sheets(stream: bytes) -> Iterator[_Listed]:
    """Each sheet that the workbook lists ([MS-XLS] 2.4.28), as far as the list goes."""
    before = 0
    for place in _depths(stream, 0, len(stream)):
        kind, length = struct.unpack_from("<HH", stream, before)
        data = stream[before + _HEADER : before + _HEADER + length]
        before = place
        if kind == _SHEET and len(data) > 8:
            yield _Listed(_title(data[6:]), struct.unpack_from("<I", data)[0])


def _title(data: bytes) -> str:
    """The name: in Excel 97 and after two bytes a letter or one, as the second byte says; before that one."""
    count, flag = data[0], data[1]
    if flag in (0, 1):
        text = data[2:].decode("utf-16-le" if flag else "latin-1", "replace")
    else:
        text = data[1:].decode("cp1252", "replace")
    return shown_name(text[:count])
