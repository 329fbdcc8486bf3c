"""What a workbook's package is made of: its sheets by name, and the parts that each leads to."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats.ooxml import Element, parse_xml, read_part
from ingest.job import ReadingJob, shown_name
from ingest.reading import UnreadableFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK, _WORDS = "xl/workbook.xml", "xl/sharedStrings.xml"
# ISO/IEC 29500 has two namespaces for the same parts: the strict one, and the one nearly every file uses.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


_FORBIDDEN = bytes([*range(1, 9), 11, 12, *range(14, 32)])
_NO_CONTROL_SIGNS = bytes.maketrans(_FORBIDDEN, b" " * len(_FORBIDDEN))
_FORBIDDEN_REFERENCE = re.compile(rb"&#(?:x0*(?:[1-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[1-8]|1[124-9]|2[0-9]|3[01]));")


@dataclass(frozen=True)
class SheetPart:
    """A sheet by its name, its part (empty where that cannot be told), and whether it is hidden or in no list."""

    title: str
    part: str
    state: str = "visible"


@dataclass(frozen=True)
class Parts:
    """The sheets of a workbook in their order, where its shared words are, and whether its days count from 1904."""

    sheets: tuple[SheetPart, ...]
    words: str
    from_1904: bool = False


def parts_of(package: zipfile.ZipFile, job: ReadingJob) -> Parts:
    """What the workbook says it is made of; where that is damaged, the sheets that the package holds.

    Raises:
        UnreadableFile: It is protected, or packed as only a bomb is.
    """
    workbook = next(iter(related(package, "", "/officeDocument", job)), _WORKBOOK)
    words = next(iter(related(package, workbook, "/sharedStrings", job)), _WORDS)
    leads = {number: (kind, part) for kind, number, part in relations(package, workbook, job)}
    data = whole_part(package, workbook)
    book = tree_of(data)
    if book is None or not leads:
        job.miss("the workbook's list of sheets, with their names and which of them were hidden")
        return Parts(tuple(_unlisted(package)), words)
    listed = []
    for sheet in book.iter(f"{MAIN}sheet"):
        kind, part = leads.get(sheet.get(_R_ID) or "", ("", ""))
        if not kind.endswith("/chartsheet"):
            listed.append(SheetPart(sheet.get("name") or "without a name", part, sheet.get("state") or "visible"))
    met = {part.casefold() for _, part in leads.values()} & {sheet.part.casefold() for sheet in listed}
    if met:  # else where the sheets are cannot be told from the list at all
        listed += (each for each in _unlisted(package, "unlisted") if each.part.casefold() not in met)
    days = book.find(f"{MAIN}workbookPr")
    return Parts(tuple(listed), words, days is not None and days.get("date1904") in ("1", "true"))


def _unlisted(package: zipfile.ZipFile, state: str = "visible") -> Iterator[SheetPart]:
    for name in package.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            yield SheetPart(f"in {shown_name(posixpath.basename(name))}", name, state)


def whole_part(package: zipfile.ZipFile, name: str) -> bytes | None:
    """The part in the usual namespaces; None where there is none or it is damaged, which whoever asks has to say.

    Raises:
        UnreadableFile: It is protected, or packed as only a bomb is.
    """
    try:
        data = read_part(package, name)
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
        return None
    for strict, usual in _STRICT:
        data = data and data.replace(strict, usual)
    return data and without_control_signs(data)


def without_control_signs(data: bytes) -> bytes:
    """The markup with a space for each sign that XML forbids: a program that writes such takes no word with it.

    A zero stays, because that is damage, and what stood there is lost.
    """
    if b"\0" in data[:4]:  # two bytes a letter
        return data
    return _FORBIDDEN_REFERENCE.sub(b" ", data.translate(_NO_CONTROL_SIGNS))


def tree_of(data: bytes | None) -> Element | None:
    """The root element; None where there is no markup."""
    try:
        return parse_xml(data) if data else None
    except UnreadableFile:
        return None


def index_of(text: str | None) -> int:
    """The number that markup counts places with; -1 where it is none or beyond all counting."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


def relations(package: zipfile.ZipFile, part: str, job: ReadingJob) -> list[tuple[str, str, str]]:
    """What a part leads to: the kind, number and part of each; a list of them that is damaged is named as missing."""
    folder, name = posixpath.split(part)
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    tree = tree_of(whole_part(package, where))
    if tree is None and where in package.NameToInfo:
        job.miss(shown_name(where))
    found = []
    for each in tree.iter(_RELATIONS) if tree is not None else ():
        target = each.get("Target") or ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found.append((each.get("Type") or "", each.get("Id") or "", path))
    return found


def related(package: zipfile.ZipFile, part: str, kind: str, job: ReadingJob) -> list[str]:
    """The parts of one kind that a part leads to."""
    return [path for type_, _, path in relations(package, part, job) if type_.endswith(kind)]
