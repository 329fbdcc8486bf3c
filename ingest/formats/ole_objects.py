"""Objects of other programs set into an Office file, each in a compound file of its own: the file inside comes out."""

import struct
from collections.abc import Iterator

import olefile

from ingest.formats.compound_files import CUT_OFF, is_cut_off
from ingest.formats.rtf_objects import packed_file
from ingest.job import ReadingJob, Yielded
from ingest.reading import UnreadableFile

_MAXIMUM_BYTES = 512 * 1024**2
# A newer Office file, a PDF, and a file of any kind that was dragged in.
_WHOLE = ("Package", "CONTENTS")
_PACKED = "\x01Ole10Native"
_DAMAGE = (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError, struct.error)


def read_ole_object(job: ReadingJob) -> Iterator[Yielded]:
    """The file inside the object, as its member.

    Raises:
        UnreadableFile: Nothing in it is known to hold a file ("unsupported"), or it is damaged.
    """
    try:
        with olefile.OleFileIO(str(job.path)) as container:
            found = _file_in(container)
    except _DAMAGE as error:
        raise UnreadableFile("damaged") from error
    is_whole = not is_cut_off(job.path)
    if found is None and not is_whole:
        raise UnreadableFile("damaged")
    if not is_whole:
        job.miss(CUT_OFF)
    if found is None:
        raise UnreadableFile(
            "unsupported",
            "Microsoft compound file: nothing here reads what is in it; open a copy in the program that made it, save "
            "it as PDF, and take in the PDF as well.",
        )
    yield job.member(found[0], [found[1]])


def _file_in(container: olefile.OleFileIO) -> tuple[str, bytes] | None:
    for stream in _WHOLE:
        if container.exists(stream):
            return f"{stream.lower()} of the object", _bytes_of(container, stream)
    if container.exists(_PACKED):
        return packed_file(_bytes_of(container, _PACKED)[4:])
    return None


def _bytes_of(container: olefile.OleFileIO, stream: str) -> bytes:
    if container.get_size(stream) > _MAXIMUM_BYTES:
        raise UnreadableFile("too-large")
    with container.openstream(stream) as opened:
        return bytes(opened.read())
