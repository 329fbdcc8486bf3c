"""A box list read strictly: every line can be used, or each faulty one is told with its reason and none is."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from records.custody import LONGEST_REFERENCE, MOST_FOLIOS
from records.custody_models import BAY, BOX, FILE, ROOM, SITE, VOLUME
from store.errors import InvalidInputError

COLUMNS = (SITE, ROOM, BAY, BOX, FILE, VOLUME, "title", "dates", "pages", "first_folio", "last_folio")
PLACES = (SITE, ROOM, BAY, BOX, FILE, VOLUME)
LONGEST_TEXT = 300
MOST_ROWS = 200_000


@dataclass(frozen=True)
class Row:
    """One line of a box list: the way to a place, and what the list says of it; pages None where not counted."""

    line: int
    way: tuple[tuple[str, str], ...]
    title: str = ""
    dates: str = ""
    pages: int | None = None
    folios: tuple[int, int] | None = None

    @property
    def inner(self) -> tuple[tuple[str, str], ...]:
        """The way from its box inwards: what makes it the same place in another list."""
        return self.way[[kind for kind, _ in self.way].index(BOX) :]

    @property
    def around(self) -> tuple[tuple[str, str], ...]:
        """Where its box stands."""
        return self.way[: [kind for kind, _ in self.way].index(BOX)]


@dataclass(frozen=True)
class Fault:
    """A line that cannot be used, and why; line 1 is the head of the table."""

    line: int
    reason: str


@dataclass(frozen=True)
class Parsed:
    """What a box list says, or everything that is wrong with it: never a part of both."""

    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()


def parse(content: bytes) -> Parsed:
    """The list's rows if every line can be used; otherwise each faulty line with its reason, and no row."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _wrong(line, "is not written in UTF-8: save the list as “CSV UTF-8” and try again")
    if "\x00" in text:
        return _wrong(text[: text.index("\x00")].count("\n") + 1, "holds bytes that are no text: save the list as CSV")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        return _wrong(reader.line_num, f"is not CSV ({error}): a quote is perhaps never closed")
    if not lines or not any(cell.strip() for cell in lines[0][1]):
        return _wrong(1, f"does not name the columns: the first line names some of {', '.join(COLUMNS)}")
    columns = [cell.strip().lower().replace(" ", "_") for cell in lines[0][1]]
    if fault := _head_fault(columns):
        return _wrong(1, fault)
    return _parse_rows(columns, [line for line in lines[1:] if any(cell.strip() for cell in line[1])])


def _wrong(line: int, reason: str) -> Parsed:
    return Parsed(faults=(Fault(line, reason),))


def _head_fault(columns: Sequence[str]) -> str:
    unknown = [name for name in columns if name not in COLUMNS]
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t"):
        return "separates its cells by something else than commas: save the list as CSV with commas"
    if unknown:
        return f"names columns that are not known ({', '.join(unknown)}): use {', '.join(COLUMNS)}"
    if len(set(columns)) != len(columns):
        return "names a column twice: each column stands once"
    if BOX not in columns:
        return "has no column box: each line says which box it is about"
    return ""


def _parse_rows(columns: Sequence[str], lines: Sequence[tuple[int, list[str]]]) -> Parsed:
    rows: list[Row] = []
    faults: list[Fault] = []
    if not lines:
        faults.append(Fault(2, "is missing: the list names columns and holds nothing"))
    if len(lines) > MOST_ROWS:
        faults.append(Fault(MOST_ROWS + 2, f"is more than the {MOST_ROWS:,} lines a list may have: divide it"))
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    stands: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {}
    for number, cells in lines[:MOST_ROWS]:
        try:
            row = _row(number, columns, cells)
            _refuse_contradiction(row, seen, stands)
        except InvalidInputError as error:
            faults.append(Fault(number, str(error)))
        else:
            rows.append(row)
    return Parsed(faults=tuple(faults)) if faults else Parsed(rows=tuple(rows))


def _refuse_contradiction(
    row: Row,
    seen: dict[tuple[tuple[str, str], ...], int],
    stands: dict[str, tuple[int, tuple[tuple[str, str], ...]]],
) -> None:
    if row.inner in seen:
        raise InvalidInputError(f"is about the same place as line {seen[row.inner]}: keep one of them")
    box = row.inner[0][1]
    first, around = stands.setdefault(box, (row.line, row.around))
    if around != row.around:
        raise InvalidInputError(f"puts box {box} somewhere else than line {first}: a box stands in one place")
    seen[row.inner] = row.line


def _row(number: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        raise InvalidInputError(f"has {len(cells)} cells where the first line names {len(columns)}")
    told = {name: " ".join(cell.split()) for name, cell in zip(columns, cells, strict=True)}
    for name, value in told.items():
        limit = LONGEST_REFERENCE if name in PLACES else LONGEST_TEXT
        if len(value) > limit:
            raise InvalidInputError(f"has a {name} of {len(value)} letters: at most {limit}")
        if not value.isprintable():
            raise InvalidInputError(f"has a {name} with letters that cannot be shown")
        if name in (BOX, FILE, VOLUME) and "/" in value:
            raise InvalidInputError(f"has a {name} with a stroke (/), which stands between box, file and volume")
    if not told[BOX]:
        raise InvalidInputError("does not say which box it is about")
    if told.get(VOLUME) and not told.get(FILE):
        raise InvalidInputError("has a volume and no file: a volume is a part of a file")
    folios, pages = _folios(told), _number(told, "pages")
    if folios and pages is None:
        raise InvalidInputError("has folios and no pages: say how many pages were counted")
    return Row(
        line=number,
        way=tuple((kind, told[kind]) for kind in PLACES if told.get(kind)),
        title=told.get("title", ""),
        dates=told.get("dates", ""),
        pages=pages,
        folios=folios,
    )


def _folios(told: dict[str, str]) -> tuple[int, int] | None:
    first, last = _number(told, "first_folio"), _number(told, "last_folio")
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InvalidInputError("has only one of first_folio and last_folio: give both or neither")
    if not 1 <= first <= last:
        raise InvalidInputError(f"has folios {first} to {last}: the first is at least 1 and not after the last")
    return first, last


def _number(told: dict[str, str], name: str) -> int | None:
    value = told.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or int(value) > MOST_FOLIOS:
        raise InvalidInputError(f"has {value!r} as {name}: give a whole number up to {MOST_FOLIOS:,}, or nothing")
    return int(value)
