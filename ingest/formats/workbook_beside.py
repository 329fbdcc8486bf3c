"""What a workbook keeps in words outside its cells, less what they show: of pivot tables, charts, links, old values."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote

from ingest.formats.ooxml import Element, parse_xml
from ingest.formats.ooxml_beside import DESCRIPTIONS, descriptions, diagram_lines
from ingest.formats.ooxml_charts import Chart, chart_parts, read_chart
from ingest.formats.pivot_caches import PivotCache, pivot_caches
from ingest.formats.workbook_parts import MAIN, index_of, related, tree_of, whole_part
from ingest.formats.workbooks import Sheet, shown
from ingest.job import ReadingJob, shown_name
from ingest.reading import UnreadableFile

_LINK = re.compile(r"xl/externalLinks/[^/]*\.xml", re.IGNORECASE)
_CHANGES = re.compile(r"xl/revisions/[^/]*Log[^/]*\.xml", re.IGNORECASE)
_DRAWING = re.compile(r"xl/drawings/[^/]*\.(?:xml|vml)", re.IGNORECASE)
# Names that Excel gives itself: what to print, what is filtered.
_OF_EXCEL = "_xl"
# Lines of which each is told only where one of its words is in no cell.
Row = list[str]
_Found = TypeVar("_Found")


@dataclass
class BesideCells:
    """What is kept outside cells; `take` each sheet as it is read, then ask for the `sections`."""

    caches: list[PivotCache]
    charts: list[Chart]
    links: list[tuple[str, list[Row]]]
    changes: list[Row]
    names: list[str]
    diagrams: list[str]
    descriptions: list[str]
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        wanted = {value for cache in self.caches for _, values in cache.unused for value in values}
        wanted.update(word for chart in self.charts for series in chart.series for word in series.words())
        wanted.update(row[0] for _, rows in self.links for row in rows if len(row) == 1)
        self._wanted = wanted

    def take(self, sheet: Sheet) -> None:
        """What stands in the sheet's cells need not be told again."""
        for cache in self.caches:
            cache.strike_out(sheet.values)
        if self._wanted:
            self.met.update(self._wanted.intersection(map(shown, sheet.values.values())))

    def sections(self) -> Iterator[tuple[str, list[str]]]:
        """Each kind under its heading; those of which nothing is left are not among them."""
        links = []
        for target, rows in self.links:
            # That each word of a row stands in some cell does not say that they stand beside one another there.
            untold = ["\t".join(row).rstrip() for row in rows if len(row) > 1 or row[0] not in self.met]
            links += [target, *untold] if untold else []
        told = (
            ("Rows kept by pivot tables", [line for cache in self.caches for line in cache.lines(self.met)]),
            ("Charts", [line for chart in self.charts for line in chart.lines(self.met)]),
            ("Diagrams", self.diagrams),
            ("Values kept of linked workbooks", links),
            ("Tracked changes", [": ".join(row) for row in self.changes]),
            ("Named values", self.names),
            (DESCRIPTIONS, self.descriptions),
        )
        yield from ((heading, lines) for heading, lines in told if lines)


def beside_cells(package: zipfile.ZipFile, job: ReadingJob) -> BesideCells:
    """What the workbook keeps outside its cells; a part of it that is damaged is named as missing."""
    # A damaged drawing is named as missing where its text boxes are read.
    pictures = [line for part in _parts(package, _DRAWING) for line in descriptions(whole_part(package, part))]
    return BesideCells(
        caches=pivot_caches(package, job),
        charts=[read_chart(package, part, job) for part in chart_parts(package) if part.startswith("xl/")],
        links=[found for part in _parts(package, _LINK) for found in _whole(_link, package, part, job)],
        changes=[found for part in _parts(package, _CHANGES) for found in _whole(_old_values, package, part, job)],
        names=_names(package, job),
        diagrams=diagram_lines(package, job),
        descriptions=list(dict.fromkeys(pictures)),
    )


def _parts(package: zipfile.ZipFile, pattern: re.Pattern[str]) -> Iterator[str]:
    return filter(pattern.fullmatch, package.namelist())


def _whole(
    read: Callable[[zipfile.ZipFile, str, Element], Iterator[_Found]],
    package: zipfile.ZipFile,
    part: str,
    job: ReadingJob,
) -> list[_Found]:
    """What is read from the part's markup; one that is damaged is named as missing."""
    try:
        return list(read(package, part, parse_xml(whole_part(package, part) or b"")))
    except UnreadableFile as problem:
        if problem.code != "damaged":
            raise
        job.miss(shown_name(part))
        return []


def _link(package: zipfile.ZipFile, part: str, root: Element) -> Iterator[tuple[str, list[Row]]]:
    """Another workbook that cells are taken from: where it lay, and the cells that are kept of it, sheet by sheet."""
    folder, name = posixpath.split(part)
    where = tree_of(whole_part(package, posixpath.join(folder, "_rels", f"{name}.rels")))
    targets = [each.get("Target") or "" for each in where] if where is not None else []
    book = unquote(next(filter(None, targets), "a workbook that is not named"))
    titles = [each.get("val") or "" for each in root.iter(f"{MAIN}sheetName")]
    for sheet in root.iter(f"{MAIN}sheetData"):
        number = index_of(sheet.get("sheetId"))
        title = titles[number] if 0 <= number < len(titles) else "without a name"
        rows = [[_cell(cell) for cell in row.iterfind(f"{MAIN}cell")] for row in sheet.iterfind(f"{MAIN}row")]
        yield f"From {book}, sheet {title}", [row for row in rows if any(row)]


def _cell(cell: Element) -> str:
    text = (cell.findtext(f"{MAIN}v") or "").strip()
    if cell.get("t") in (None, "n"):
        try:
            return shown(float(text))
        except ValueError:
            return text
    return text


def _old_values(_: zipfile.ZipFile, __: str, root: Element) -> Iterator[Row]:
    """What cells of a shared workbook held before somebody changed them."""
    for old in root.iter(f"{MAIN}oc"):
        words = "".join(each.text or "" for each in old.iter(f"{MAIN}t", f"{MAIN}v")).strip()
        if words:
            yield [f"Replaced or deleted in {old.get('r') or 'a cell'}", words]


def _names(package: zipfile.ZipFile, job: ReadingJob) -> list[str]:
    """Names of the workbook that stand for words and not for cells, or of which somebody said what they are for."""
    lines = []
    for workbook in related(package, "", "/officeDocument", job):
        book = tree_of(whole_part(package, workbook))  # a damaged one is named where the sheets are looked for
        for each in book.iter(f"{MAIN}definedName") if book is not None else ():
            name, text, comment = each.get("name") or "", (each.text or "").strip(), each.get("comment") or ""
            if not name.startswith(_OF_EXCEL) and (text.startswith(('"', "{")) or comment):
                lines.append(f"{name}: {text}{f' ({comment})' if comment else ''}")
    return lines
