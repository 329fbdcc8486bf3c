"""Tables inside plain text: found by their tabs, and given columns that can be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from disclosure.bundle_fonts import Face

_NARROWEST = 18.0
_LONGEST_WORD = 120.0  # a longer word is broken rather than given the page
_LARGEST_SIZE = 8.5
_SMALLEST_SIZE = 7.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first usually the heads; every row has as many cells as the widest."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The width of each column, the size of the letters and the distance between lines."""

    widths: tuple[float, ...]
    size: float
    leading: float


def split_blocks(text: str) -> Iterator[str | Table]:
    """The text as paragraphs of lines and tables: two or more lines with tabs, one after the other, are a table."""
    plain: list[str] = []
    tabbed: list[str] = []
    for line in [*text.split("\n"), None]:
        if line is not None and "\t" in line.strip(" "):
            tabbed.append(line)
            continue
        if len(tabbed) >= 2:
            if plain:
                yield "\n".join(plain)
                plain = []
            yield _table(tabbed)
        else:
            plain.extend(tabbed)
        tabbed = []
        if line is not None:
            plain.append(line)
    if plain:
        yield "\n".join(plain)


def _table(lines: list[str]) -> Table:
    rows = [tuple(cell.strip() for cell in line.split("\t")) for line in lines]
    columns = max(map(len, rows))
    filled = [row + ("",) * (columns - len(row)) for row in rows]
    kept = [place for place in range(columns) if any(row[place] for row in filled)] or [0]
    return Table(tuple(tuple(row[place] for place in kept) for row in filled))


def fit_table(table: Table, face: Face, head: Face, width: float) -> TableLayout | None:
    """Columns as wide as their words ask for, within the page; None when they would be too narrow to read."""
    for size in (_LARGEST_SIZE, 8.0, 7.5, _SMALLEST_SIZE):
        columns = list(zip(*table.rows, strict=True))
        natural = [max(_widths(column, face, head, size)) + 8 for column in columns]
        words = [max(_widths_of_words(column, face, head, size), default=0.0) + 8 for column in columns]
        least = [min(max(word, _NARROWEST), _LONGEST_WORD) for word in words]
        if sum(natural) <= width:
            return TableLayout(tuple(natural), size, size * 1.3)
        if sum(least) <= width:
            return TableLayout(tuple(_share(natural, least, width)), size, size * 1.3)
    return None


def _widths(column: tuple[str, ...], face: Face, head: Face, size: float) -> Iterator[float]:
    yield head.width(column[0], size)
    yield from (face.width(cell, size) for cell in column[1:])


def _widths_of_words(column: tuple[str, ...], face: Face, head: Face, size: float) -> Iterator[float]:
    yield from (head.width(word, size) for word in column[0].split())
    yield from (face.width(word, size) for cell in column[1:] for word in cell.split())


def _share(natural: list[float], least: list[float], width: float) -> list[float]:
    """What is left after every column has its longest word goes to the columns that want more."""
    wants = [max(0.0, want - need) for want, need in zip(natural, least, strict=True)]
    spare = (width - sum(least)) / (sum(wants) or 1.0)
    return [need + want * min(1.0, spare) for need, want in zip(least, wants, strict=True)]


def is_aligned(text: str) -> bool:
    """Columns were typed with spaces: three lines or more have a wide gap in the middle."""
    return sum("    " in line.strip() for line in text.split("\n")) >= 3


def as_rows(table: Table) -> str:
    """A table too wide for any page, told row by row: each cell under its head's name."""
    heads = table.rows[0]
    parts = []
    for place, row in enumerate(table.rows[1:], start=1):
        parts.append(f"Row {place}")
        parts.extend(
            f"    {head or f'Column {column}'}: {cell}"
            for column, (head, cell) in enumerate(zip(heads, row, strict=True), start=1)
            if cell
        )
    return "\n".join(parts)
