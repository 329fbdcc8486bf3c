"""The fields that a query can name, and how the values of the dated ones are read."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from search.language_tree import Dated

TEXT = "text"
TITLE = "title"
FILE = "file"
REFERENCE = "reference"
PERSON = "person"
PLACE = "place"
BATCH = "batch"
BOX = "box"
CUSTODIAN = "custodian"
SOURCE = "source"
TYPE = "type"
CATEGORY = "category"
READ = "read"
STATE = "state"
HAS = "has"
DATE = "date"
YEAR = "year"
DECADE = "decade"
"""What is counted beside years; asked for as a range of years."""

WORD_FIELDS = (TEXT, TITLE, FILE, REFERENCE, PERSON, PLACE, BATCH, BOX, SOURCE, CUSTODIAN)
"""Fields of words: a word, phrase, wildcard or proximity can be looked for in each."""

PLAIN_FIELDS = (TEXT, TITLE, FILE, REFERENCE, PERSON, PLACE)
"""Where a word without a field is looked for."""

STEMMED_FIELDS = frozenset({TEXT, TITLE, FILE})
"""Where a word finds its other forms too; names are found as they are written."""

KEYWORD_FIELDS = (TYPE, CATEGORY, READ, STATE, HAS)
"""Fields of whole values."""

VALUE_FIELDS = (PERSON, PLACE, BATCH, BOX, SOURCE, CUSTODIAN)
"""Fields of words whose whole values can be asked for too: `person:="Ada Quillfeather"`."""

DATE_FIELDS = (DATE, YEAR)

QUERY_FIELDS = (*WORD_FIELDS, *KEYWORD_FIELDS, *DATE_FIELDS)

NO_DATE = "none"

_SHOWN = 30
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class BadDateError(Exception):
    """The value of a dated field cannot be read; says what would be right."""

    advice: str


def read_dates(field: str, value: str) -> Dated:
    """The range that is meant by a year, month, day, or two of them with `..` between, either of which may be missing.

    Raises:
        BadDateError: It is not a date, or the range ends before it begins.
    """
    first_text, dots, last_text = value.partition("..")
    if not dots:
        return Dated(*_span(field, value))
    first = _span(field, first_text)[0] if first_text else None
    last = _span(field, last_text)[1] if last_text else None
    if first is None and last is None:
        raise BadDateError("give a date on at least one side of the two dots")
    if first is not None and last is not None and last < first:
        raise BadDateError(f"the range ends ({last_text}) before it begins ({first_text})")
    return Dated(first, last)


def _span(field: str, text: str) -> tuple[date, date]:
    """The first and the last day that the text can mean."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    advice = (
        f"“{shown}” is not a year; write it as 1974 or 1970..1979"
        if field == YEAR
        else f"“{shown}” is not a date; write 1974, 1974-05 or 1974-05-01, and a range as 1970..1979"
    )
    match = _DAY.fullmatch(text)
    if match is None or (field == YEAR and match.group(2)):
        raise BadDateError(advice)
    first, last = match.group(1), match.group(2) or ""
    if len(last) == 1 and not match.group(3) and last > first[-1]:
        # Years of office are written so in Britain, and would be answered with one month.
        raise BadDateError(
            f"“{text}” may be a month or two years; write {first}-0{last} for the month, or {first}..{first[:-1]}{last}"
        )
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if month is None:
            return date(year or 0, 1, 1), date(year or 0, 12, 31)
        if day is None:
            return date(year or 0, month, 1), date(year or 0, month, calendar.monthrange(year or 0, month)[1])
        return date(year or 0, month, day), date(year or 0, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadDateError(f"“{text}” is not a day in the calendar") from error
