"""OpenDocument text, spreadsheets and presentations: what they show, what they hide, notes, comments and changes."""

from collections.abc import Iterator
from dataclasses import replace

from ingest.formats.odf_text import DRAW, OFFICE, STYLE, TABLE, TEXT, Flow, Hidden, words_inserted
from ingest.formats.ooxml import Element, open_package, parse_xml, part_beside, read_part, tree_beside
from ingest.formats.plain import text_pages
from ingest.formats.protected_odf import unlock
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

_META = TEXT.replace("text", "meta")
_PRESENTATION = TEXT.replace("text", "presentation")
_DC = "{http://purl.org/dc/elements/1.1/}"
_SET_IN = ("Pictures/", "Object ", "media/")
_PARTS_OF_OBJECTS = ("content.xml", "styles.xml", "settings.xml", "meta.xml")
_MAXIMUM_REPEATS = 1000


def read_opendocument(job: ReadingJob) -> Iterator[Yielded]:
    """The document's text in order, by sheet or by slide, then what stands beside it and the files set into it."""
    with open_package(job) as package:
        if (opened := unlock(job, package)) is not None:
            yield from read_opendocument(replace(job, path=opened))
            return
        content = read_part(package, "content.xml")
        if content is None:
            raise UnreadableFile("damaged")
        _facts(tree_beside(package, "meta.xml", job), job)
        if any(name.startswith("Basic/") for name in package.namelist()):
            job.facts.note("The file holds macros. They were not run, and nothing here ever runs one.")
        yield from _pages(parse_xml(content), tree_beside(package, "styles.xml", job))
        for info in package.infolist():
            name = info.filename.rpartition("/")[2]
            if info.is_dir() or not info.filename.startswith(_SET_IN) or name in _PARTS_OF_OBJECTS:
                continue
            if data := part_beside(package, info.filename, job):
                yield job.member(name or info.filename, [data], packed_bytes=info.compress_size)


def _facts(root: Element, job: ReadingJob) -> None:
    job.facts.title = _first(root, f"{_DC}title")
    job.facts.author = _first(root, f"{_META}initial-creator") or _first(root, f"{_DC}creator")
    job.facts.created = _first(root, f"{_META}creation-date")


def _first(root: Element, tag: str) -> str | None:
    found = next(root.iter(tag), None)
    return None if found is None else (found.text or "").strip() or None


def _pages(root: Element, styles: Element | None) -> Iterator[PageReading]:
    flow = Flow(Hidden.of(root, styles))
    number = 0
    sections = [*_sections(root, flow), *_furniture(styles, flow)]
    sections += [("Comments", flow.comments), ("Tracked changes", flow.changes)]
    for heading, lines in sections:
        if any(line.strip() for line in lines):
            for page in text_pages("\n".join(lines), heading=heading, reason="the file is an OpenDocument file"):
                number += 1
                yield PageReading.from_dict(page.to_dict() | {"number": number})
    if number == 0:
        yield PageReading(1, "", "none", unread=True, reason="blank: the document has no text")


def _sections(root: Element, flow: Flow) -> list[tuple[str | None, list[str]]]:
    body = next(root.iter(f"{OFFICE}body"), None)
    if body is None or len(body) == 0:
        return []
    kind = next((child for child in body if isinstance(child.tag, str)), body)
    recorded = list(root.iter(f"{TEXT}tracked-changes"))
    inserted = words_inserted(body) if recorded else {}
    for changes in recorded:
        flow.keep_changes(changes, inserted)
    if kind.tag == f"{OFFICE}spreadsheet":
        return [_sheet(table, flow) for table in kind.iter(f"{TABLE}table") if _is_outermost(table)]
    if kind.tag == f"{OFFICE}presentation":
        return [_slide(page, number, flow) for number, page in enumerate(kind.iter(f"{DRAW}page"), 1)]
    return [(None, flow.lines(kind))]


def _is_outermost(table: Element) -> bool:
    return next(table.iterancestors(f"{TABLE}table"), None) is None


def _sheet(table: Element, flow: Flow) -> tuple[str, list[str]]:
    hidden = " (hidden sheet)" if table.get(f"{TABLE}style-name") in flow.hidden.tables else ""
    columns = _hidden_columns(table)
    lines = []
    for row in table.iter(f"{TABLE}table-row"):
        if line := flow.row(row, columns):
            is_hidden = row.get(f"{TABLE}visibility") in ("collapse", "filter")
            lines.append(f"[hidden row] {line}" if is_hidden else line)
    return f"Sheet {table.get(f'{TABLE}name')}{hidden}", lines


def _hidden_columns(table: Element) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in table.iter(f"{TABLE}table-column"):
        repeats = int(column.get(f"{TABLE}number-columns-repeated") or 1)
        if column.get(f"{TABLE}visibility") in ("collapse", "filter"):
            hidden.update(range(at, at + min(repeats, _MAXIMUM_REPEATS)))
        at += repeats
    return hidden


def _slide(page: Element, number: int, flow: Flow) -> tuple[str, list[str]]:
    notes = [line for part in page.iter(f"{_PRESENTATION}notes") for line in flow.lines(part) if line.strip()]
    lines = flow.lines(page, without=f"{_PRESENTATION}notes")
    hidden = " (hidden slide)" if page.get(f"{DRAW}style-name") in flow.hidden.slides else ""
    return f"Slide {number}{hidden}", [*lines, *(["", "Speaker's notes:", *notes] if notes else [])]


def _furniture(styles: Element | None, flow: Flow) -> list[tuple[str | None, list[str]]]:
    if styles is None:
        return []
    lines: list[str] = []
    for part in styles.iter(f"{STYLE}header", f"{STYLE}footer", f"{STYLE}header-left", f"{STYLE}footer-left"):
        lines += [line for line in flow.lines(part) if line.strip() and line not in lines]
    return [("Headers and footers", lines)] if lines else []
