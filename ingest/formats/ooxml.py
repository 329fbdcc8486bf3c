"""What Word, Excel and PowerPoint files have in common: a ZIP of XML parts, facts, embedded files."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from ingest.formats import libarchive
from ingest.formats.around_zip import miss_around
from ingest.job import ReadingJob, shown_name
from ingest.reading import MemberFound, UnreadableFile
from ingest.zip_errors import CANNOT_UNPACK, cannot_be_so_large, is_protected

MAXIMUM_PART_BYTES = 256 * 1024**2
_PART_RATIO_FREE = 32 * 1024**2
_MAXIMUM_PART_RATIO = 200
_CORE = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{http://purl.org/dc/elements/1.1/}creator": "author",
    "{http://purl.org/dc/terms/}created": "created",
    "{http://purl.org/dc/terms/}modified": "modified",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}lastModifiedBy": "last modified by",
    "{http://purl.org/dc/elements/1.1/}subject": "subject",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords": "keywords",
}
Element = Any
_EMPTY = b"<empty/>"
# Entities, DTDs and the network are left alone; damaged markup is read as far as it goes.
_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "recover": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@contextmanager
def open_package(job: ReadingJob) -> Iterator[zipfile.ZipFile]:
    """The parts of the file; of one whose table of contents is lost, those that can be taken out from the front.

    What stands in the file before or after them is named as not read.

    Raises:
        UnreadableFile: Nothing of it can be taken out.
    """
    try:
        package = zipfile.ZipFile(job.path)
    except CANNOT_UNPACK as error:
        package = _from_the_front(job)
        if not package.namelist():
            raise UnreadableFile(
                "damaged",
                "The document is cut off or damaged and could not be opened; ask its holder for another copy.",
            ) from error
        job.miss("the document's table of contents, so that more may have been in it")
    with package:
        yield package
        if package.filename:
            miss_around(job, package)


def _from_the_front(job: ReadingJob) -> zipfile.ZipFile:
    """A package in memory of the parts that come out whole where libarchive reads them one after another."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        if libarchive.is_here():
            for name, data in _whole_parts(job):
                if name not in package.NameToInfo:
                    package.writestr(name, data)
    return zipfile.ZipFile(made)


def _whole_parts(job: ReadingJob) -> Iterator[tuple[str, bytes]]:
    unpacked, limit = 0, max(_PART_RATIO_FREE, min(MAXIMUM_PART_BYTES, job.path.stat().st_size * _MAXIMUM_PART_RATIO))
    try:
        with libarchive.entries(job.path, from_the_front=True) as found:
            for entry in found:
                data = bytearray()
                try:
                    for chunk in entry.chunks() if entry.is_file else ():
                        data += chunk
                        if unpacked + len(data) > limit:
                            raise UnreadableFile("bomb")
                except (libarchive.ArchiveDamagedError, libarchive.MemberLockedError):
                    job.miss(shown_name(entry.name))
                    continue
                unpacked += len(data)
                yield entry.name, bytes(data)
    except (libarchive.ArchiveDamagedError, libarchive.MemberLockedError):
        return  # what follows is lost with the table of contents


def read_part(package: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of one part; None where there is no such part.

    Raises:
        UnreadableFile: The part is damaged, protected, or packed as only a bomb is.
    """
    try:
        info = package.getinfo(name)
    except KeyError:
        return None
    limit = min(MAXIMUM_PART_BYTES, max(_PART_RATIO_FREE, info.compress_size * _MAXIMUM_PART_RATIO))
    if info.file_size > limit and not cannot_be_so_large(info):
        raise UnreadableFile("bomb")
    try:
        with package.open(info) as part:
            data = part.read(limit + 1)
    except (*CANNOT_UNPACK, RuntimeError) as error:
        raise UnreadableFile("encrypted" if is_protected(info) else "damaged") from error
    if len(data) > limit:
        raise UnreadableFile("bomb")
    return data


def part_beside(package: zipfile.ZipFile, name: str, job: ReadingJob) -> bytes | None:
    """`read_part` of a part without which the rest can still be read: one that is damaged is named as missing."""
    try:
        return read_part(package, name)
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
        job.miss(shown_name(name))
        return None


def parse_xml(data: bytes) -> Element:
    """The root element, with entities, DTDs and the network left alone; damaged markup is read as far as it goes.

    Raises:
        UnreadableFile: Nothing of it can be read.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFELY))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile("damaged") from error
    if root is None:
        raise UnreadableFile("damaged")
    return root


def tree_beside(package: zipfile.ZipFile, name: str, job: ReadingJob) -> Element:
    """The root element of a part without which the rest can still be read, an empty one where there is none.

    A part that cannot be unpacked, or is no markup, is named as missing.
    """
    try:
        return parse_xml(part_beside(package, name, job) or _EMPTY)
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
        job.miss(shown_name(name))
        return parse_xml(_EMPTY)


class Elements:
    """Each element of these names, whole and in order, read as `parse_xml` reads; gone once the next is asked for.

    Only for elements that stand side by side and not in one another: a sheet's rows. Going through them raises
    `UnreadableFile` where nothing more can be read.
    """

    def __init__(self, data: bytes, *tags: str) -> None:
        self._found = etree.iterparse(BytesIO(data), tag=tags, **_SAFELY)

    @property
    def is_damaged(self) -> bool:
        """Whether the markup read so far, up to 32 KB beyond the last element, breaks its rules."""
        return any(entry.level == etree.ErrorLevels.FATAL for entry in self._found.error_log)

    def __iter__(self) -> Iterator[Element]:
        try:
            for _, element in self._found:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise UnreadableFile("damaged") from error


def core_facts(package: zipfile.ZipFile, job: ReadingJob) -> None:
    """What the document says of itself is in the facts, and that it holds macros, which nothing here ever runs."""
    if any(name.endswith("vbaProject.bin") for name in package.namelist()):
        job.facts.note("The file holds macros. They were not run, and nothing here ever runs one.")
    for element in tree_beside(package, "docProps/core.xml", job):
        name = _CORE.get(str(element.tag))
        value = (element.text or "").strip()[:500]
        if name and value:
            job.facts.metadata[name] = value
    for name in ("title", "author", "created"):
        setattr(job.facts, name, job.facts.metadata.get(name))


def embedded_files(
    package: zipfile.ZipFile, job: ReadingJob, folder: str, *, folders: Sequence[str] = ("embeddings", "media")
) -> Iterator[MemberFound]:
    """The files and pictures set into the document, as members of their own."""
    places = tuple(f"{folder}/{each}/" for each in folders)
    for info in package.infolist():
        place = PurePosixPath(info.filename)
        if info.is_dir() or not info.filename.startswith(places):
            continue
        data = part_beside(package, info.filename, job)
        if data:
            yield job.member(place.name, [data], packed_bytes=info.compress_size)
