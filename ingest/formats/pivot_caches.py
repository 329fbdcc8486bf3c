"""What pivot tables keep of the rows they were made from: Excel keeps it when the sheet with those rows is deleted.

A definition names the columns and the values met in each; its records are the rows, a value by its number in the list
of its column or as it stands (ECMA-376, part 1, 18.10).
"""

import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.formats.ooxml import Element, Elements, parse_xml
from ingest.formats.workbook_parts import MAIN, index_of, related, whole_part
from ingest.formats.workbooks import MAXIMUM_CELLS, Place, shown
from ingest.job import ReadingJob, shown_name
from ingest.reading import UnreadableFile

_DEFINITION = re.compile(r"xl/pivotCache/[^/]*Definition[^/]*\.xml", re.IGNORECASE)
_SOURCE, _FIELD, _ROW = f"{MAIN}cacheSource/{MAIN}worksheetSource", f"{MAIN}cacheFields/{MAIN}cacheField", f"{MAIN}r"
# The same columns may stand side by side on a sheet so many times, and their rows are still looked for.
_MOST_TABLES = 100
Row = tuple[str, ...]


@dataclass
class PivotCache:
    """The rows and values that one or more pivot tables keep, less those that `strike_out` has met in cells."""

    source: str
    names: list[str]
    rows: dict[Row, list[Row]] = field(default_factory=dict)
    # By column, the values kept for it that no row has.
    unused: list[tuple[str, list[str]]] = field(default_factory=list)

    def strike_out(self, cells: Mapping[Place, Any]) -> None:
        """The rows that stand on this sheet beneath the same names are no longer among the rows."""
        if not self.rows or not self.names:
            return
        numbers = sorted({row for row, _ in cells})
        for first, column in self._tables(cells):
            for row in numbers[bisect_right(numbers, first) :]:
                self.rows.pop(_key(_across(cells, row, column, len(self.names))), None)

    def _tables(self, cells: Mapping[Place, Any]) -> list[Place]:
        """Where the names stand side by side; in each column the highest place."""
        wanted, found = _key(tuple(self.names)), dict[int, int]()
        for (row, column), value in cells.items():
            if (
                _folded(shown(value)) == wanted[0]
                and row < found.get(column, row + 1)
                and len(found) < _MOST_TABLES
                and _key(_across(cells, row, column, len(wanted))) == wanted
            ):
                found[column] = row
        return [(row, column) for column, row in found.items()]

    def lines(self, met: set[str]) -> list[str]:
        """What no cell shows, beneath the names of the columns; none where every row and every value was met."""
        rows = [row for same in self.rows.values() for row in same]
        lines = ["\t".join(self.names), *("\t".join(row).rstrip() for row in rows)] if rows else []
        for name, values in self.unused:
            if told := [value for value in values if value not in met]:
                lines.append(f"Other values kept for {name}: {'; '.join(told)}")
        return [self.source, *lines] if lines else []


def pivot_caches(package: zipfile.ZipFile, job: ReadingJob) -> list[PivotCache]:
    """What each pivot cache of the workbook keeps; one that is damaged is named as missing, whole or in part."""
    found, room = [], MAXIMUM_CELLS
    for part in filter(_DEFINITION.fullmatch, package.namelist()):
        what = f"rows kept by a pivot table, in {shown_name(part)}"
        try:
            root = parse_xml(whole_part(package, part) or b"")
        except UnreadableFile as problem:
            if problem.code != "damaged":
                raise
            job.miss(what)
            continue
        columns = [each for each in root.iterfind(_FIELD) if each.get("databaseField") not in ("0", "false")]
        values = [_values(column) for column in columns]
        cache = PivotCache(_source(root), [column.get("name") or "" for column in columns])
        used: list[set[int]] = [set() for _ in columns]
        for records in related(package, part, "/pivotCacheRecords", job):
            room -= _keep_rows(cache, whole_part(package, records), values, used, room, what, job)
        for column, name, known, met in zip(columns, cache.names, values, used, strict=True):
            others = [value for number, value in enumerate(known) if number not in met]
            if others := list(dict.fromkeys(filter(None, [*others, *_groups(column)]))):
                cache.unused.append((name, others))
        found.append(cache)
    return found


def _source(root: Element) -> str:
    source = root.find(_SOURCE)
    told = source.attrib if source is not None else {}
    words = (("the sheet", told.get("sheet")), ("the cells", told.get("ref")), ("the table or name", told.get("name")))
    where = ", ".join(f"{word} {value}" for word, value in words if value)
    return f"Kept from {where or 'a source that is not named'}"


def _values(column: Element) -> list[str]:
    items = column.find(f"{MAIN}sharedItems")
    return [_value(item) for item in items] if items is not None else []


def _groups(column: Element) -> Iterator[str]:
    """The names somebody gave to groups of values; spans of days or numbers are worked out by Excel."""
    for group in column.iterfind(f"{MAIN}fieldGroup"):
        if group.find(f"{MAIN}rangePr") is None:
            yield from (_value(item) for item in group.iterfind(f"{MAIN}groupItems/{MAIN}s"))


def _keep_rows(
    cache: PivotCache,
    data: bytes | None,
    values: list[list[str]],
    used: list[set[int]],
    room: int,
    what: str,
    job: ReadingJob,
) -> int:
    """How many values the rows hold that the cache now keeps; what could not be read of them is named as missing."""
    kept = 0
    markup = Elements(data or b"", _ROW)
    with suppress(UnreadableFile):
        for element in markup:
            row = tuple(_resolved(item, column, values, used) for column, item in enumerate(element))
            kept += len(row)
            if kept > room:
                job.miss(f"some of the {what}: there are more than the limit", because="Not read")
                return kept
            if any(row):
                cache.rows.setdefault(_key(row), []).append(row)
    if not data or markup.is_damaged:
        job.miss(what)
    return kept


def _resolved(item: Element, column: int, values: list[list[str]], used: list[set[int]]) -> str:
    if item.tag != f"{MAIN}x":
        return _value(item)
    number = index_of(item.get("v"))
    if column >= len(values) or not 0 <= number < len(values[column]):
        return ""
    used[column].add(number)
    return values[column][number]


def _value(item: Element) -> str:
    """A value as a cell would show it."""
    text = item.get("v") or ""
    with suppress(ValueError, OverflowError):
        if item.tag == f"{MAIN}n":
            return shown(float(text))
        if item.tag == f"{MAIN}d":
            return shown(datetime.fromisoformat(text))
    if item.tag == f"{MAIN}b":
        return shown(text in ("1", "true"))
    return text.strip()


def _across(cells: Mapping[Place, Any], row: int, column: int, count: int) -> Row:
    return tuple(shown(cells.get((row, each))) for each in range(column, column + count))


def _key(row: Row) -> Row:
    """What tells rows apart: Excel keeps words that differ in capitals alone once for all."""
    return tuple(map(_folded, row))


def _folded(text: str) -> str:
    return text.strip().casefold()
