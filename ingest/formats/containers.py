"""Archives and single packed files: each member comes out under its own name, within limits.

What cannot be taken out is named on a page of its own, unread: the container cannot leave the notice unlooked at.
"""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ingest import kinds
from ingest.formats import libarchive
from ingest.formats.around_zip import miss_around
from ingest.formats.bombs import is_bomb
from ingest.job import MAXIMUM_MEMBERS, ReadingJob, Yielded, shown_name
from ingest.reading import NOT_TAKEN_OUT, PageReading, UnreadableFile
from ingest.zip_errors import CANNOT_UNPACK

_CHUNK = 1 << 20
_UNPACKING_ERRORS = (
    *CANNOT_UNPACK,
    tarfile.TarError,
)
_BY_THE_STANDARD_LIBRARY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_NAMED = 500
# Libarchive reads these, and knows no passwords of theirs.
_NEVER_OPENED = (kinds.SEVEN_ZIP.media_type, kinds.RAR.media_type)
_ONLY_BY_HAND = (
    "The archive is protected by a password, and nothing here opens a protected 7-Zip or RAR archive even with it: "
    "have its holder unpack it, and take in what was in it."
)
_NOT_HERE = (
    "what is in it has no record of its own yet, because archives of this kind are unpacked through libarchive, which "
    "is not installed on this machine; install it (libarchive13 in Debian and Ubuntu) and have the file read again, "
    "or unpack it and take in the folder as well."
)


@dataclass
class _Left:
    """What stayed in the container: protected, damaged, or nothing that has bytes."""

    locked: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def page(self, job: ReadingJob) -> Iterator[PageReading]:
        """An unread page that names what has bytes and could not be taken out; links are noted."""
        if self.links:
            job.facts.note(f"Links and devices have no bytes of their own and were left alone: {_listed(self.links)}.")
        if not self.locked and not self.damaged:
            return
        lines = [f"Protected by a password: {name}" for name in self.locked[:_NAMED]]
        lines += [f"Damaged: {name}" for name in self.damaged[:_NAMED]]
        count = len(self.locked) + len(self.damaged)
        reason = f"unreadable: {count} of the files inside could not be taken out; each is named here with the reason"
        job.facts.note(f"{count} of the files inside could not be taken out: {_listed([*self.locked, *self.damaged])}.")
        yield PageReading(1, "\n".join(lines), "none", unread=True, reason=reason, heading=NOT_TAKEN_OUT)

    def refuse(self, kind: str, *, opens_with_password: bool = True) -> None:
        """Raises where nothing at all came out, with the reason."""
        if self.locked and not opens_with_password:
            raise UnreadableFile("encrypted", _ONLY_BY_HAND)
        if self.locked:
            raise UnreadableFile(
                "encrypted",
                f"The {kind} is protected by a password; ask its holder for it and read the file again with it, or "
                "unpack it by hand and take in what was in it.",
            )
        if self.damaged:
            raise UnreadableFile("damaged", "No member of the archive could be taken out: each of them is damaged.")
        raise UnreadableFile("no-pages", "The archive opens, but there is no file in it.")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def read_zip(job: ReadingJob) -> Iterator[Yielded]:
    """Each member of the archive; one that is damaged or protected is named and the others are read.

    What stands in the file before or after it is named as not read: of an archive that unpacks itself, its program.
    """
    try:
        archive = zipfile.ZipFile(job.path)
    except CANNOT_UNPACK as error:
        if libarchive.is_here():  # it reads from the front, so a lost end costs only what lay there
            left = _Left(damaged=["the archive's table of contents, so that more may have been in it"])
            yield from _through_libarchive(job, left, from_the_front=True)
            return
        raise UnreadableFile(
            "damaged", "The ZIP archive is damaged and could not be opened; ask its holder for another copy."
        ) from error
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > MAXIMUM_MEMBERS or is_bomb(archive, job.path.stat().st_size):
            raise UnreadableFile("bomb")
        miss_around(job, archive)
        if libarchive.is_here() and not all(info.compress_type in _BY_THE_STANDARD_LIBRARY for info in members):
            yield from read_archive(job)
            return
        yield from _zip_members(archive, members, job)


def _zip_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], job: ReadingJob) -> Iterator[Yielded]:
    left, taken = _Left(), 0
    passwords = [word.encode() for word in job.passwords]
    for info in members:
        name = shown_name(info.filename)
        if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
            left.links.append(name)
            job.skip_member()
            continue
        password = _password_of(archive, info, passwords) if info.flag_bits & 1 else None
        if info.flag_bits & 1 and password is None:
            left.locked.append(name)
            job.skip_member()
            continue
        if password is not None:
            job.facts.note("The archive is protected by a password and was opened with one of those given.")
        try:
            with archive.open(info, pwd=password) as source:
                found = job.member(info.filename, _chunks(source), packed_bytes=info.compress_size)
        except (*_UNPACKING_ERRORS, RuntimeError):
            left.damaged.append(name)
            continue
        taken += 1
        yield found
    if not taken:
        left.refuse("archive")
    yield from left.page(job)


def _password_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: list[bytes]) -> bytes | None:
    """The password under which the whole member comes out as its checksum says; the last that did is tried first."""
    for password in passwords:
        try:
            with archive.open(info, pwd=password) as source:
                while source.read(_CHUNK):
                    pass
        except (*_UNPACKING_ERRORS, RuntimeError):
            continue
        passwords.remove(password)
        passwords.insert(0, password)
        return password
    return None


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def read_archive(job: ReadingJob) -> Iterator[Yielded]:
    """Each ordinary file of a 7-Zip, RAR or CAB archive or a disc image, through the system's libarchive."""
    if not libarchive.is_here():
        raise UnreadableFile("unsupported", f"An archive or disc image: {_NOT_HERE}")
    yield from _through_libarchive(job, _Left())


def _through_libarchive(job: ReadingJob, left: _Left, *, from_the_front: bool = False) -> Iterator[Yielded]:
    taken = 0
    try:
        with libarchive.entries(job.path, job.passwords, from_the_front=from_the_front) as found:
            for entry in found:
                if entry.is_folder:
                    continue
                name = shown_name(entry.name)
                if not entry.is_file:
                    left.links.append(name)
                    job.skip_member()
                    continue
                try:
                    member = job.member(entry.name, entry.chunks())
                except libarchive.MemberLockedError:
                    left.locked.append(name)
                    continue
                except libarchive.ArchiveDamagedError:
                    left.damaged.append(name)
                    continue
                taken += 1
                yield member
    except libarchive.MemberLockedError:
        left.locked.append("what follows, whose names are protected too")
    except libarchive.ArchiveDamagedError:
        left.damaged.append("what follows, which the damage hides")
    if left.locked and job.media_type in _NEVER_OPENED:
        job.facts.note(_ONLY_BY_HAND)
    if not taken:
        left.refuse("archive", opens_with_password=job.media_type not in _NEVER_OPENED)
    yield from left.page(job)


def read_tar(job: ReadingJob) -> Iterator[Yielded]:
    """Each ordinary file of the archive; links and devices in it are noted, never made."""
    left, taken = _Left(), 0
    try:
        with tarfile.open(job.path, "r:") as archive:
            for info in archive:
                if info.isdir():
                    continue
                source = archive.extractfile(info) if info.isfile() else None
                if source is None:
                    left.links.append(shown_name(info.name))
                    job.skip_member()
                    continue
                taken += 1
                yield job.member(info.name, _whole(source, info.size), packed_bytes=info.size)
        if _ends_early(job.path, archive.offset):
            left.damaged.append("what may follow: the archive has no proper end")
    except (tarfile.TarError, EOFError, OSError) as error:
        if not taken:
            raise UnreadableFile(
                "damaged", "The TAR archive is damaged and could not be opened; ask its holder for another copy."
            ) from error
        left.damaged.append("what follows, which the damage hides")
    if not taken:
        left.refuse("archive")
    yield from left.page(job)


def _ends_early(path: Path, offset: int) -> bool:
    """Whether what stands after the last member is anything but the block of zeros that ends an archive."""
    with path.open("rb") as source:
        source.seek(offset)
        return source.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE)


def _whole(source: IO[bytes], size: int) -> Iterator[bytes]:
    """The member's bytes; one that the end of the archive cuts short is no member."""
    read = 0
    for chunk in _chunks(source):
        read += len(chunk)
        yield chunk
    if read < size:
        raise tarfile.ReadError("the member is cut off")


def read_compressed(job: ReadingJob) -> Iterator[Yielded]:
    """The one file inside, as far as it can be unpacked; a packed TAR comes out as its TAR, and is unpacked in turn."""
    openers: dict[str, Callable[..., Any]] = {
        kinds.GZIP.media_type: gzip.open,
        kinds.BZIP2.media_type: bz2.open,
        kinds.XZ.media_type: lzma.open,
    }
    left, came = _Left(), [0]

    def chunks(source: Any) -> Iterator[bytes]:
        try:
            # As it comes: what a fuller buffer had gathered would be lost with the error.
            for chunk in iter(lambda: source.read1(1 << 16), b""):
                came[0] += len(chunk)
                yield chunk
        except _UNPACKING_ERRORS as error:
            if not came[0]:
                raise
            begun = f"the first {came[0]:,} bytes of the file inside"
            is_whole = isinstance(error, gzip.BadGzipFile)  # so far as it goes, and then a checksum or a head is wrong
            left.damaged.append(f"some of {begun}, or what follows them" if is_whole else f"what follows {begun}")

    try:
        with openers[job.media_type](job.path, "rb") as source:
            yield job.member(_inner_name(job.name), chunks(source), packed_bytes=job.path.stat().st_size)
    except _UNPACKING_ERRORS as error:
        raise UnreadableFile(
            "damaged", "The packed file is damaged and could not be unpacked; ask its holder for another copy."
        ) from error
    yield from left.page(job)


def _inner_name(outer: str) -> str:
    name = PurePosixPath(outer)
    if name.suffix.lower() in (".gz", ".bz2", ".xz", ".z"):
        return name.stem
    return f"{name.stem}.tar"
