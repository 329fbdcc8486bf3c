"""A list of terms as it was typed, pasted or handed over: every line read, or every fault named with its line."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.language import parse_query
from search.language_tree import Node
from store.errors import InvalidInputError

MOST_TERMS = 2_000
LARGEST_FILE = 2 << 20
TERM_HEADINGS = frozenset({"term", "terms", "search term", "query"})
NOTE_HEADINGS = frozenset({"note", "notes", "comment", "why"})
FAULTS_TOLD = 50
LONGEST_NOTE = 2_000
_NUMBER_OF_A_LIST = re.compile(r"(?:\(?(?:\d{1,4}|[ivx]{1,5}|[a-z])\)|(?:\d{1,4}|[ivx]{2,5})\.)\s")
_NEEDLESS = re.compile(r'"([^",\r\n]*\s[^",\r\n]*)"(?=[,\r\n]|\Z)')
"""Words in quotation marks in a CSV that needs none for them."""


@dataclass(frozen=True)
class Term:
    """One term with the line it stands on, counted from 1, and what was noted beside it."""

    line: int
    text: str
    note: str = ""


@dataclass(frozen=True)
class Fault:
    """Why a line cannot be used, in a sentence; line 0 is the list as a whole."""

    line: int
    text: str
    sentence: str


class UnreadableTermsError(InvalidInputError):
    """At least one term cannot be read, so none is used: a list from which one is dropped proves nothing."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        told = "; ".join(_told(each) for each in self.faults[:FAULTS_TOLD])
        more = f"; and {len(faults) - FAULTS_TOLD:,} more" if len(faults) > FAULTS_TOLD else ""
        super().__init__(f"The terms were not used, because {len(faults):,} cannot be read: {told}{more}.")


def _told(fault: Fault) -> str:
    sentence = fault.sentence.rstrip(".")
    return f"line {fault.line} ({fault.text[:80]}): {sentence}" if fault.line else sentence


def read_lines(typed: str) -> list[Term]:
    """The terms, one a line; empty lines are passed over, nothing else is.

    Raises:
        UnreadableTermsError: At least one cannot be read, or asks for the same as another.
    """
    return _checked(Term(number, line.strip()) for number, line in enumerate(typed.splitlines(), start=1))


def read_file(name: str, content: bytes) -> list[Term]:
    """The terms of a file: of a CSV its first column, or the one headed “term”; of any other each line.

    Raises:
        UnreadableTermsError: At least one cannot be read.
        InvalidInputError: The file is not text in UTF-8, or too large.
    """
    if len(content) > LARGEST_FILE:
        raise InvalidInputError(f"{name} is larger than 2 MB: hand over the terms alone, one a line.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{name} is not text in UTF-8, so its terms could be misread: save it again as “CSV UTF-8” or as plain "
            "text in UTF-8."
        ) from error
    if "\x00" in text:
        raise InvalidInputError(f"{name} is not a list of terms: save the list as CSV or as plain text.")
    return (
        _checked(_csv_rows(name, text), quoted=_quoted_needlessly(text))
        if name.lower().endswith(".csv")
        else read_lines(text)
    )


def _csv_rows(name: str, text: str) -> list[Term]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        started = 1
        for row in reader:
            rows.append((started, [cell.strip() for cell in row]))
            started = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInputError(
            f"{name}, line {reader.line_num}, is not CSV ({error}): save the file again."
        ) from error
    place, note = _columns(rows[0][1]) if rows else (None, None)
    if place is not None:
        rows = rows[1:]
    elif any(any(row[1:]) for _, row in rows):
        raise InvalidInputError(
            f"{name} has more than one column and none is headed “term”: write “term” above the column of terms."
        )
    return [Term(line, _cell(row, place or 0), _cell(row, note) if note is not None else "") for line, row in rows]


def _quoted_needlessly(text: str) -> frozenset[str]:
    """What stands in quotation marks of the CSV's own, though nothing in it needs them and not every cell has them.

    Programs put them where they must or everywhere. Whoever wrote these by hand may have meant a phrase, of which CSV
    leaves words that would be looked for wherever they stand.
    """
    if re.match(r'\s*"', text):
        return frozenset()
    return frozenset(" ".join(found.split()) for found in _NEEDLESS.findall(text))


def _columns(heading: list[str]) -> tuple[int | None, int | None]:
    names = [cell.lower() for cell in heading]
    terms = [place for place, name in enumerate(names) if name in TERM_HEADINGS]
    notes = [place for place, name in enumerate(names) if name in NOTE_HEADINGS]
    return (terms[0] if len(terms) == 1 else None), (notes[0] if notes else None)


def _cell(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _never_meant(text: str, quoted: frozenset[str]) -> str | None:
    """Why the term is likely not to ask for what was meant; None where nothing speaks for that.

    What comes with a list out of a letter or a spreadsheet would be looked for as a word, and find less in silence.
    """
    if "\t" in text:
        return (
            "it has a tab in it, as a line copied from a table or a numbered list has; leave the term alone on its "
            "line, or hand over a CSV with a column headed “term”"
        )
    if found := _NUMBER_OF_A_LIST.match(text):
        return (
            f"“{found.group().strip()}” at its beginning would be looked for as a word; take it out, or put it in "
            "quotation marks if it belongs to the term"
        )
    if " ".join(text.split()) in quoted:
        return (
            "its quotation marks are those of CSV and no part of the term, so its words would be looked for wherever "
            'they stand; for a phrase write """duty of care""" in the CSV, or hand the list over as plain text; '
            "for the words leave the quotation marks out"
        )
    return None


def _read(row: Term, quoted: frozenset[str]) -> Node:
    if len(row.note) > LONGEST_NOTE:
        raise InvalidInputError(f"its note has more than {LONGEST_NOTE:,} letters; shorten it")
    if never_meant := _never_meant(row.text, quoted):
        raise InvalidInputError(never_meant)
    return parse_query(row.text).node


def _checked(rows: Iterable[Term], *, quoted: frozenset[str] = frozenset()) -> list[Term]:
    terms: list[Term] = []
    faults: list[Fault] = []
    known: dict[Node, int] = {}
    for row in rows:
        if not row.text:
            if row.note:
                faults.append(Fault(row.line, row.note, "there is a note but no term"))
            continue
        try:
            node = _read(row, quoted)
        except InvalidInputError as error:
            faults.append(Fault(row.line, row.text, str(error)))
            continue
        if node in known:
            faults.append(Fault(row.line, row.text, f"it asks for the same as line {known[node]}; keep one of them"))
            continue
        known[node] = row.line
        terms.append(row)
    if not terms and not faults:
        raise InvalidInputError("There is no term in the list: write at least one, each on a line of its own.")
    if len(terms) > MOST_TERMS:
        faults.append(Fault(0, "", f"the list has {len(terms):,} terms and {MOST_TERMS:,} is the most; split it"))
    if faults:
        raise UnreadableTermsError(faults)
    return terms
