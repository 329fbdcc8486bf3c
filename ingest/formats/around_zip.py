"""What stands before and after the ZIP in a file: nothing here reads it, so the record must not pass for the whole."""

import os
import zipfile
from typing import IO

from ingest.job import ReadingJob
from ingest.zip_fill import says_anything

# The end of central directory record, found as zipfile finds it; its last two bytes are the length of the comment that
# follows (APPNOTE 4.3.16).
_END_MARK, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF


def miss_around(job: ReadingJob, archive: zipfile.ZipFile) -> None:
    """The bytes before the archive's first member and after its end are named as not read, where they say anything."""
    with job.path.open("rb") as source:
        size = source.seek(0, os.SEEK_END)
        begins = min((info.header_offset for info in archive.infolist()), default=0)
        for where, start, end in (("before", 0, begins), ("after", _end(source, size), size)):
            if says_anything(source, start, end):
                job.miss(f"the {end - start:,} bytes {where} the archive in the file", because="Not read")


def _end(source: IO[bytes], size: int) -> int:
    start = source.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
    tail = source.read()
    if tail[-_END_BYTES:].startswith(_END_MARK) and tail.endswith(b"\0\0"):
        return size
    at = tail.rfind(_END_MARK)
    return size if at < 0 else start + at + _END_BYTES + int.from_bytes(tail[at + 20 : at + _END_BYTES], "little")
