"""PowerPoint presentations: a page for each slide, with its tables, its notes and its comments."""

import re
from collections.abc import Iterator
from zipfile import ZipFile

from ingest.formats.ooxml import (
    Element,
    core_facts,
    embedded_files,
    open_package,
    parse_xml,
    part_beside,
    read_part,
    tree_beside,
)
from ingest.formats.ooxml_beside import (
    DESCRIPTIONS,
    PROPERTIES,
    descriptions,
    kept_pages,
    properties,
    property_lines,
    untold,
)
from ingest.formats.ooxml_charts import read_chart
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_P188 = "{http://schemas.microsoft.com/office/powerpoint/2018/8/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_powerpoint(job: ReadingJob) -> Iterator[Yielded]:
    """Each slide in the order it is shown, hidden ones marked; a slide of pictures alone says so."""
    with open_package(job) as package:
        core_facts(package, job)
        slides, listed = _slide_parts(package)
        if not slides:
            raise UnreadableFile("damaged" if job.missing else "no-pages")
        said, described = properties(package, job), []
        for number, part in enumerate(slides, 1):
            page = _slide(package, part, number, job, is_listed=number <= listed)
            said = untold(said, page.text)
            described += [f"Slide {number}: {line}" for line in descriptions(part_beside(package, part, job))]
            yield page
        beside = [(DESCRIPTIONS, described), (PROPERTIES, property_lines(said))]
        yield from kept_pages(beside, "PowerPoint presentation", len(slides) + 1)
        yield from embedded_files(package, job, "ppt")


def _slide_parts(package: ZipFile) -> tuple[list[str], int]:
    """Every slide, first those that are shown in their order, and how many these are; where none is listed, all are."""
    names = set(package.namelist())
    targets = _relations(package, "ppt/presentation.xml")
    listed = parse_xml(read_part(package, "ppt/presentation.xml") or b"<empty/>").iter(f"{_P}sldId")
    parts = [targets.get(item.get(f"{_R}id") or "", "") for item in listed]
    known = [part for part in parts if part in names]
    loose = [name for name in names if re.fullmatch(r"ppt/slides/slide\d{1,9}\.xml", name) and name not in known]
    loose.sort(key=lambda name: int(re.sub(r"\D", "", name)))
    return known + loose, len(known) or len(loose)


def _relations(package: ZipFile, part: str) -> dict[str, str]:
    folder, _, name = part.rpartition("/")
    data = read_part(package, f"{folder}/_rels/{name}.rels")
    if not data:
        return {}
    return {item.get("Id") or "": _resolved(folder, item.get("Target") or "") for item in parse_xml(data)}


def _slide_relations(package: ZipFile, part: str, job: ReadingJob) -> dict[str, str]:
    """What a slide leads to; a list of it that is damaged costs only what it leads to, and is named as missing."""
    try:
        return _relations(package, part)
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
        job.miss(f"what the slide {part} leads to: its notes, comments, charts and diagrams")
        return {}


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/")
    for piece in target.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece != ".":
            parts.append(piece)
    return "/".join(parts)


def _slide(package: ZipFile, part: str, number: int, job: ReadingJob, *, is_listed: bool) -> PageReading:
    root = tree_beside(package, part, job)
    if root.tag == "empty":
        reason = "unreadable: the slide is damaged in the file"
        return PageReading(number, "", "none", unread=True, reason=reason, heading=f"Slide {number}")
    blocks = [_text(root)]
    for target in sorted(_slide_relations(package, part, job).values()):
        if target.startswith("ppt/notesSlides/"):
            notes = _text(tree_beside(package, target, job))
            blocks.append(f"Speaker's notes:\n{notes}" if notes else "")
        elif target.startswith("ppt/comments/"):
            comments = _comments(tree_beside(package, target, job), _comment_authors(package))
            blocks.append(f"Comments:\n{comments}" if comments else "")
        elif target.startswith("ppt/charts/"):
            blocks.append("\n".join(read_chart(package, target, job).lines()))
        elif target.startswith("ppt/diagrams/data"):
            blocks.append(_text(tree_beside(package, target, job)))
    text = "\n\n".join(block for block in blocks if block.strip())
    heading = f"Slide {number}{' (hidden slide)' if root.get('show') == '0' else ''}"
    heading = heading if is_listed else f"Slide {number} (taken out of the presentation, and still in the file)"
    if not text:
        has_picture = next(root.iter(f"{_P}pic"), None) is not None
        reason = "picture: the slide shows pictures and no text" if has_picture else "blank: the slide has no text"
        return PageReading(number, "", "none", unread=True, reason=reason, heading=heading)
    return PageReading(number, text, "native", reason="the file is a PowerPoint presentation", heading=heading)


def _text(root: Element) -> str:
    lines: list[str] = []
    for paragraph in root.iter(f"{_A}p"):
        if next(paragraph.iterancestors(_FALLBACK, f"{_A}tc"), None) is None:
            lines.append(_line(paragraph))
    for row in root.iter(f"{_A}tr"):
        cells = [" ".join(_line(paragraph) for paragraph in cell.iter(f"{_A}p")) for cell in row.iter(f"{_A}tc")]
        lines.append("\t".join(cell.strip() for cell in cells))
    return "\n".join(line for line in lines if line.strip())


def _line(paragraph: Element) -> str:
    pieces = []
    for item in paragraph.iter(f"{_A}t", f"{_A}br"):
        pieces.append("\n" if item.tag == f"{_A}br" else item.text or "")
    return "".join(pieces)


def _comments(root: Element, authors: dict[str, str]) -> str:
    lines = []
    for comment in root.iter(f"{_P}cm", f"{_P188}cm"):
        text = " ".join(piece.strip() for item in comment.iter(f"{_P}text", f"{_A}p") for piece in item.itertext())
        who = authors.get(comment.get("authorId") or "", "unknown")
        when = comment.get("dt") or comment.get("created") or "no date"
        if text.strip():
            lines.append(f"Comment by {who}, {when}: {text.strip()}")
    return "\n".join(lines)


def _comment_authors(package: ZipFile) -> dict[str, str]:
    authors = {}
    for part in ("ppt/commentAuthors.xml", "ppt/authors.xml"):
        for author in parse_xml(read_part(package, part) or b"<empty/>").iter(f"{_P}cmAuthor", f"{_P188}author"):
            authors[author.get("id") or ""] = author.get("name") or "unknown"
    return authors
