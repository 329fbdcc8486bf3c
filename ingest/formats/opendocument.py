"""OpenDocument text, spreadsheets and presentations, from their content part."""

from collections.abc import Iterator

from ingest.formats.ooxml import Element, open_package, parse_xml, read_part
from ingest.formats.plain import text_pages
from ingest.job import ReadingJob, Yielded
from ingest.reading import PageReading, UnreadableFile

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _DRAW, _OFFICE = (f"{{{_NS}{name}:1.0}}" for name in ("text", "table", "drawing", "office"))
_META = f"{{{_NS}meta:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MAXIMUM_REPEATS = 1000


def read_opendocument(job: ReadingJob) -> Iterator[Yielded]:
    """The document's text: in order, by sheet, or by slide."""
    with open_package(job) as package:
        manifest = read_part(package, "META-INF/manifest.xml") or b""
        if b"encryption-data" in manifest:
            raise UnreadableFile("encrypted")
        content = read_part(package, "content.xml")
        if content is None:
            raise UnreadableFile("damaged")
        _facts(read_part(package, "meta.xml"), job)
        styles = read_part(package, "styles.xml")
        root = parse_xml(content)
    number = 0
    for heading, lines in [*_sections(root), *_page_furniture(styles)]:
        if any(line.strip() for line in lines):
            for page in text_pages("\n".join(lines), heading=heading, reason="the file is an OpenDocument file"):
                number += 1
                yield PageReading.from_dict(page.to_dict() | {"number": number})
    if number == 0:
        yield PageReading(1, "", "none", unread=True, reason="blank: the document has no text")


def _facts(meta: bytes | None, job: ReadingJob) -> None:
    if not meta:
        return
    root = parse_xml(meta)
    job.facts.title = _first(root, f"{_DC}title")
    job.facts.author = _first(root, f"{_META}initial-creator") or _first(root, f"{_DC}creator")
    job.facts.created = _first(root, f"{_META}creation-date")


def _first(root: Element, tag: str) -> str | None:
    found = next(root.iter(tag), None)
    return None if found is None else (found.text or "").strip() or None


def _sections(root: Element) -> list[tuple[str | None, list[str]]]:
    body = next(root.iter(f"{_OFFICE}body"), None)
    if body is None or len(body) == 0:
        return []
    kind = body[0]
    if kind.tag == f"{_OFFICE}spreadsheet":
        return [(f"Sheet {table.get(f'{_TABLE}name')}", _rows(table)) for table in kind.iter(f"{_TABLE}table")]
    if kind.tag == f"{_OFFICE}presentation":
        pages = kind.iter(f"{_DRAW}page")
        return [(f"Slide {number}", _lines(page)) for number, page in enumerate(pages, 1)]
    return [(None, _lines(kind))]


def _page_furniture(styles: bytes | None) -> list[tuple[str | None, list[str]]]:
    if not styles:
        return []
    style = f"{{{_NS}style:1.0}}"
    lines = []
    for part in parse_xml(styles).iter(f"{style}header", f"{style}footer"):
        lines += [line for line in _lines(part) if line.strip() and line not in lines]
    return [("Headers and footers", lines)] if lines else []


def _lines(parent: Element) -> list[str]:
    lines: list[str] = []
    for element in parent.iter(f"{_TEXT}p", f"{_TEXT}h", f"{_TABLE}table-row"):
        if element.tag == f"{_TABLE}table-row":
            lines.append(_row(element))
        elif next(element.iterancestors(f"{_TABLE}table-cell"), None) is None:
            lines.append(_inline(element))
    return lines


def _rows(table: Element) -> list[str]:
    return [line for line in map(_row, table.iter(f"{_TABLE}table-row")) if line]


def _row(row: Element) -> str:
    cells: list[str] = []
    for cell in row.iter(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        text = " / ".join(filter(None, (_inline(line) for line in cell.iter(f"{_TEXT}p"))))
        repeats = int(cell.get(f"{_TABLE}number-columns-repeated") or 1)
        cells += [text] * (min(repeats, _MAXIMUM_REPEATS) if text else 1)
    while cells and not cells[-1]:
        cells.pop()
    return "\t".join(cells)


def _inline(element: Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}tab":
            pieces.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            pieces.append("\n")
        elif child.tag == f"{_TEXT}s":
            pieces.append(" " * min(int(child.get(f"{_TEXT}c") or 1), 100))
        elif child.tag == f"{_OFFICE}annotation":
            pieces.append(f" [comment: {' '.join(child.itertext()).strip()}] ")
        elif child.tag != f"{_TEXT}tracked-changes":
            pieces.append(_inline(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
