"""Charts in Word, Excel and PowerPoint files: their titles, and the names and values of their series as they keep them.

A chart keeps a copy of what it draws, so that it can be drawn without the cells it was made from (ECMA-376, part 1,
21.2); a series that somebody filtered away is kept as well. Excel's newer kinds stand in
markup of their own ([MS-ODRAWXML] 2.24).
"""

import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from ingest.formats.ooxml import Element, parse_xml, part_beside
from ingest.formats.workbook_parts import index_of, related
from ingest.formats.workbooks import shown
from ingest.job import ReadingJob, shown_name
from ingest.reading import UnreadableFile

_PART = re.compile(r"(?:xl|word|ppt)/charts/[^/]*\.xml", re.IGNORECASE)
# What else may lie beside charts: how they look.
_LOOKS = re.compile(r".*/(?:style|colors)\d*\.xml", re.IGNORECASE)
_A_PARAGRAPH, _A_WORDS = "{*}p", "{*}t"


@dataclass
class Series:
    """One line, or one set of bars: its name, and each point's label and value."""

    name: str
    points: list[tuple[str, str]] = field(default_factory=list)

    def words(self) -> set[str]:
        """All that it says, each once."""
        return {self.name, *(word for point in self.points for word in point)} - {""}


@dataclass
class Chart:
    """What a chart says in words of its own (titles, notes set into it), and what it keeps of each series."""

    words: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)

    def lines(self, met: Collection[str] = ()) -> list[str]:
        """The words, then each series of which something is not among what was met; none where nothing is left."""
        lines = list(self.words)
        for series in self.series:
            if any(word not in met for word in series.words()):
                lines += [f"Series: {series.name}"] if series.name else []
                lines += ["\t".join(filter(None, point)) for point in series.points]
        return lines


def chart_parts(package: zipfile.ZipFile) -> list[str]:
    """The parts that hold charts, in the package's order."""
    return [name for name in package.namelist() if _PART.fullmatch(name) and not _LOOKS.fullmatch(name)]


def read_chart(package: zipfile.ZipFile, part: str, job: ReadingJob) -> Chart:
    """What the chart says; of one that is damaged what is left, and it is named as missing."""
    chart = Chart()
    data = part_beside(package, part, job)
    with suppress(UnreadableFile):
        root = parse_xml(data) if data is not None else None
        if root is not None:
            chart.words += dict.fromkeys(_titles(root))
            chart.series += _newer_series(root) if root.find("{*}chartData") is not None else _series(root)
            for beside in related(package, part, "/chartUserShapes", job):
                chart.words += _titles(parse_xml(part_beside(package, beside, job) or b""))
        return chart
    job.miss(shown_name(part))
    return chart


def _titles(root: Element) -> Iterator[str]:
    """Words written into the chart, then titles that it takes from cells."""
    for paragraph in root.iter(_A_PARAGRAPH):
        if words := "".join(each.text or "" for each in paragraph.iter(_A_WORDS)).strip():
            yield words
    for title in root.iter("{*}title"):
        for words in title.iter("{*}v"):
            if words.text and words.text.strip():
                yield words.text.strip()


def _series(root: Element) -> Iterator[Series]:
    for each in root.iter("{*}ser"):
        name = " ".join((words.text or "").strip() for tx in each.iterfind("{*}tx") for words in tx.iter("{*}v"))
        labels, values = _points(each, "{*}cat", "{*}xVal"), _points(each, "{*}val", "{*}yVal")
        places = sorted(labels.keys() | values.keys())
        yield Series(name.strip(), [(labels.get(place, ""), values.get(place, "")) for place in places])


def _points(series: Element, *kinds: str) -> dict[int, str]:
    """By its place, each label or value; labels of several levels with a stroke between them, the widest first."""
    found: dict[int, list[str]] = {}
    for kind in kinds:
        for axis in series.iterfind(kind):
            for point in axis.iter("{*}pt"):
                place, words = index_of(point.get("idx")), _shown(point)
                if words:
                    found.setdefault(place, []).append(words)
    return {place: " / ".join(reversed(words)) for place, words in found.items()}


def _shown(point: Element) -> str:
    """A point as a cell would show it: a number may be a day, as its format says."""
    text = (point.findtext("{*}v") or "").strip()
    cache = point.getparent()
    if not str(cache.tag).endswith("}numCache"):
        return text
    value: Any = text
    with suppress(ValueError, OverflowError, TypeError):
        value = float(text)
        if is_date_format(point.get("formatCode") or cache.findtext("{*}formatCode") or ""):
            day = from_excel(value)
            value = day if isinstance(day, datetime) else text
    return shown(value)


def _newer_series(root: Element) -> Iterator[Series]:
    """Series of Excel's newer charts: all labels and values of one set of data."""
    names = {
        each.get("val") or "": " ".join((words.text or "").strip() for words in series.iter("{*}v"))
        for series in root.iter("{*}series")
        for each in series.iterfind("{*}dataId")
    }
    for data in root.iterfind("{*}chartData/{*}data"):
        labels: dict[int, list[str]] = {}
        for level in data.iterfind("{*}strDim/{*}lvl"):
            for place, point in _placed(level):
                labels.setdefault(place, []).append((point.text or "").strip())
        values = {
            place: _number(point) for level in data.iterfind("{*}numDim/{*}lvl") for place, point in _placed(level)
        }
        points = [
            (" / ".join(filter(None, reversed(labels.get(place, [])))), values.get(place, ""))
            for place in sorted(labels.keys() | values.keys())
        ]
        yield Series(names.get(data.get("id") or "", "").strip(), points)


def _placed(level: Element) -> Iterator[tuple[int, Element]]:
    """Each point with its place; one that tells none stands where it comes."""
    for order, point in enumerate(level.iterfind("{*}pt")):
        place = index_of(point.get("idx"))
        yield (order if place < 0 else place), point


def _number(point: Element) -> str:
    text = (point.text or "").strip()
    with suppress(ValueError):
        return shown(float(text))
    return text
