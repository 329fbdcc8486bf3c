"""ZIP and TAR archives and single packed files: each member comes out under its own name, within limits."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from ingest import kinds
from ingest.job import MAXIMUM_MEMBERS, ReadingJob, Yielded
from ingest.reading import UnreadableFile

_CHUNK = 1 << 20
_UNPACKING_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)


def read_zip(job: ReadingJob) -> Iterator[Yielded]:
    """Each member of the archive; one that is damaged is noted and the others are read."""
    try:
        archive = zipfile.ZipFile(job.path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile(
            "damaged", "The ZIP archive is damaged and could not be opened; ask its holder for another copy."
        ) from error
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if not members:
            raise UnreadableFile("no-pages", "The archive opens, but there is no file in it.")
        if len(members) > MAXIMUM_MEMBERS:
            raise UnreadableFile("bomb", "The archive holds more members than the limit; it was not unpacked.")
        if any(info.flag_bits & 1 for info in members):
            raise UnreadableFile(
                "encrypted",
                "The archive is protected by a password; ask its holder for it, unpack "
                "it by hand and take in what was in it.",
            )
        yield from _zip_members(archive, members, job)


def _zip_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], job: ReadingJob) -> Iterator[Yielded]:
    taken = 0
    for info in members:
        try:
            with archive.open(info) as source:
                found = job.member(info.filename, _chunks(source), packed_bytes=info.compress_size)
        except (*_UNPACKING_ERRORS, RuntimeError):
            job.facts.note(f"The member {info.filename!r} is damaged and could not be taken out.")
            continue
        taken += 1
        yield found
    if not taken:
        raise UnreadableFile("damaged", "No member of the archive could be taken out: each of them is damaged.")


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def read_tar(job: ReadingJob) -> Iterator[Yielded]:
    """Each ordinary file of the archive; links and devices in it are noted, never made."""
    taken = 0
    try:
        with tarfile.open(job.path, "r:") as archive:
            for info in archive:
                if info.isdir():
                    continue
                source = archive.extractfile(info) if info.isfile() else None
                if source is None:
                    job.facts.note(f"{info.name!r} in the archive is a link or a device and was left alone.")
                    continue
                taken += 1
                yield job.member(info.name, _chunks(source), packed_bytes=info.size)
    except tarfile.TarError as error:
        if not taken:
            raise UnreadableFile(
                "damaged", "The TAR archive is damaged and could not be opened; ask its holder for another copy."
            ) from error
        job.facts.note("The archive is damaged after the members listed here; what follows could not be taken out.")
    if not taken:
        raise UnreadableFile("no-pages", "The archive opens, but there is no file in it.")


def read_compressed(job: ReadingJob) -> Iterator[Yielded]:
    """The one file inside; a packed TAR comes out as its TAR, and is unpacked in its turn."""
    openers: dict[str, Callable[..., Any]] = {
        kinds.GZIP.media_type: gzip.open,
        kinds.BZIP2.media_type: bz2.open,
        kinds.XZ.media_type: lzma.open,
    }
    name = PurePosixPath(job.name)
    inner = name.stem if name.suffix.lower() in (".gz", ".bz2", ".xz", ".z") else f"{name.stem}.tar"
    if name.suffix.lower() in (".tgz", ".tbz", ".txz"):
        inner = f"{name.stem}.tar"
    try:
        with openers[job.media_type](job.path, "rb") as source:
            yield job.member(inner, _chunks(source), packed_bytes=job.path.stat().st_size)
    except _UNPACKING_ERRORS as error:
        raise UnreadableFile(
            "damaged", "The packed file is damaged and could not be unpacked; ask its holder for another copy."
        ) from error
