"""What people write who know other search programs: here it would mean something else, so they are told how it is said.

Read as words, such signs ask for a word that stands in no paper, and answer “nothing found” where there is much.
"""

import re
from collections.abc import Callable
from datetime import date

from records.date_forms import MONTH_OF
from search import language_fields as fields

_NO_SENTENCES = (
    "one sentence or paragraph cannot be asked for, because papers read by a scanner do not say where one ends; write "
    "w/15 for about a sentence, or w/50 for a paragraph"
)
_DISTANCE = "a distance is written w/{0} for either order, or pre/{0} where the first word stands before the second"
_ORDERED = "a distance in this order is written pre/{0}"
_FIELD_NAMES = "|".join(fields.QUERY_FIELDS)

_HABITS = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (r"/(\d{1,9})", _DISTANCE),
        (r"\+(\d{1,9})", _ORDERED),
        (r"(?:/|\+|w/|pre/)(?:s|p|sent|sentence|par|para|paragraph|seg)", _NO_SENTENCES),
        (r"(?:w|pre)[/\\]|w/in|within/?", "a distance is written in one piece with its number: w/5, or pre/5 in order"),
        (r"(?:w|pre)[\\:](\d{1,9})|w/in(?:\d{1,9})", "a distance is written with a stroke: w/5, or pre/5 in order"),
        (r"(?:w|pre)/(?:one|two|three|four|five|six|seven|eight|nine|ten)", "the distance is a figure: w/5, or pre/5"),
        (r"(?:near|within)[/:]?(\d{1,9})", _DISTANCE),
        (r"and[/\\]or", "for either word, or both, write OR"),
        (r"(?:adj|onear|before|followed)[/:]?(\d{1,9})", _ORDERED),
        (r"&&?|\+", "for both words write AND, or nothing between them"),
        (r"\|\|?", "for either word write OR"),
        (r"!|%", "to leave out what follows write NOT"),
        (r"(.*\w)!+", "for every word that begins so write {0}*; for the word itself leave the mark out"),
        (r".*[^\W\d_]%[^\W\d_].*", "for a word with letters wrong write ~ after it: council~, or council~2 for two"),
        (r"#([^\W\d_].*)", "names that sound alike cannot be asked for; write {0}~ for one letter wrong, or {0}*"),
        (r".*\w\|\w.*", "for either word write OR between them, in brackets: (ward OR clinic)"),
        (r".*\w\^[\d.]+", "a word cannot be made to weigh more; leave the ^ and the figure out"),
        (r".*\d~~\d.*", "a range of numbers cannot be asked for; write those you want with OR between them"),
        (r"\w+=+|\w*==+\w*", "for any one figure or letter write ?"),
        (
            rf"({_FIELD_NAMES})(?:[<>]=?|==?|!=).*",
            "a field is written with a colon: {0}:, and a range of days 1970..1979",
        ),
    )
)
# Nearly every word is none of them, which one look tells.
_ANY_HABIT = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _HABITS), re.IGNORECASE)
_CAPITALS = {
    "NEAR": _DISTANCE.format("10"),
    "WITHIN": _DISTANCE.format("10"),
    "ADJ": _ORDERED.format("1"),
    "ONEAR": _ORDERED.format("10"),
    "ANDNOT": "write AND NOT, or NOT alone",
    "XOR": "write (a OR b) NOT (a AND b)",
}
_BEFORE_BRACKETS = {
    "TI": "title:(…)",
    "TITLE": "title:(…)",
    "HEADLINE": "title:(…)",
    "DA": "date:1970..1979",
    "DATE": "date:1970..1979",
    "ATLEAST": "the words alone: how often a word stands in a record cannot be asked for",
}
OTHER_NAMES = {
    "author": fields.PERSON,
    "bates": fields.REFERENCE,
    "body": fields.TEXT,
    "content": fields.TEXT,
    "docid": fields.REFERENCE,
    "doctype": fields.TYPE,
    "filename": fields.FILE,
    "folder": fields.BATCH,
    "from": fields.PERSON,
    "heading": fields.TITLE,
    "id": fields.REFERENCE,
    "name": fields.PERSON,
    "path": fields.FILE,
    "ref": fields.REFERENCE,
    "subject": fields.TITLE,
    "tag": fields.CATEGORY,
    "to": fields.PERSON,
}
"""What other programs call the fields that are nearest to ours."""

_SHOWN = 30


def advice_on(text: str) -> str | None:
    """How to say what somebody who writes this between words is likely to mean; None where it is only a word."""
    if text in _CAPITALS:
        return f"“{text}” is not read here as in other programs: {_CAPITALS[text]}; {_itself(text)}"
    for pattern, advice in _HABITS if _ANY_HABIT.fullmatch(text) else ():
        if found := pattern.fullmatch(text):
            given = [group for group in found.groups() if group]
            return f"“{_short(text)}” is not read here as in other programs: {advice.format(*given)}; {_itself(text)}"
    return None


def advice_before_brackets(text: str) -> str | None:
    """The same for a word that a bracket follows without a space, as some programs write a field."""
    if re.fullmatch(r"ATLEAST\d+", text):
        text = "ATLEAST"
    meant = _BEFORE_BRACKETS.get(text)
    return f"“{text}(…)” is not read here as in other programs: write {meant}" if meant else None


def _itself(text: str) -> str:
    return (
        f'to look for it as it stands put it in quotation marks: "{_short(text)}"'
        if re.search(r"\w", text)
        else ("to look for words as they stand put all of them in quotation marks")
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_DAY_FIRST = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[\s./-]+)?(?:of\s+)?([a-z]+)\.?[\s,./-]+(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_FIGURES = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})")
_YEARS = re.compile(r"(\d{4})(?:\s?[–—/]\s?(\d{1,2})|-(\d\d))")
_LONGEST_OFFICE = 25
_DECADE = re.compile(r"(?:the\s+)?(?:early|mid|late)?[\s-]*(\d{3}0)['’]?s|(\d{3})[?*x]")
_ABOUT = re.compile(r"(?:c|ca|circa|about|around|approx)\b[.\s]*(\d{4})")
_SIDES = re.compile(r"(>=?|<=?|after|since|from|before|until|to|by|pre|post)[\s-]*([^\s-].*)|(.*\S)\s+(onwards?)")
_HERE = re.compile(r"\d{4}(?:-\d\d?){0,2}")
_BETWEEN = re.compile(
    r"\[?\s?(?:from\s|between\s)?(.+?)(?:\s?(?:\.\.|–|—)\s?|\s(?:-|to|until|till|and)\s|\s-(?=\d)|"
    r"(?<=[/.]\d{4})-|(?<=^\d{4})[-/](?=\d{4}\b)|(?<=\ds)-)(.+?)\s?\]?"
)
"""Two dates with what stands between them: a dash alone only where it is no part of either."""


def date_as_written_here(value: str) -> str | None:
    """A date as it is said in English or Welsh, or written in other programs, as it is written here; None if none is.

    A day in figures is read as in Britain, day before month.
    """
    text = " ".join(value.lower().split())
    return range_as_written_here(text) or _one_date(text)


def range_as_written_here(value: str) -> str | None:
    """Two dates with a word or a dash between them, or one with all that came after it, as a range is written here."""
    text = " ".join(value.lower().split())
    if (found := _BETWEEN.fullmatch(text)) and (between := _between(found)):
        return between
    return _side(found) if (found := _SIDES.fullmatch(text)) else None


def _one_date(text: str) -> str | None:
    for pattern, written in _DATES:
        if (found := pattern.fullmatch(text)) and (better := written(found)):
            return better
    return None


def _between(found: re.Match[str]) -> str | None:
    first, last = (_end(text) for text in found.groups())
    if not first or not last:
        return None
    first, last = first.partition("..")[0], last.rpartition("..")[2]
    return f"{first}..{last}" if first <= last else None


def _side(found: re.Match[str]) -> str | None:
    word, date_said = found[1] or found[4], _end(found[2] or found[3])
    if not date_said:
        return None
    is_first = word.startswith((">", "onward")) or word in ("after", "since", "from", "post")
    return f"{date_said.partition('..')[0]}.." if is_first else f"..{date_said.rpartition('..')[2]}"


def _end(text: str) -> str | None:
    """One of the two dates of a range, written as here already or in words."""
    return text if _HERE.fullmatch(text) else _one_date(text)


def _years(found: re.Match[str]) -> str | None:
    """`1974/75` or `1974–5`, as a year of office or of accounts is written: both years."""
    if found[3] and 1 <= int(found[3]) <= 12:
        return None  # a month, as dates are written here
    first, last = int(found[1]), found[2] or found[3]
    later = next(year for year in range(first + 1, first + 101) if str(year).endswith(last))
    return f"{first}..{later}" if later - first <= _LONGEST_OFFICE else None


def _day(year: str, month: int | None, day: str | None) -> str | None:
    if month is None:
        return None
    try:
        written = date(int(year), month, int(day or 1))
    except ValueError:
        return None
    return written.isoformat() if day else f"{written:%Y-%m}"


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_DAY_FIRST, lambda found: _day(found[3], MONTH_OF.get(found[2]), found[1])),
    (_MONTH_FIRST, lambda found: _day(found[3], MONTH_OF.get(found[1]), found[2])),
    (_FIGURES, lambda found: _day(found[3], int(found[2]), found[1])),
    (_YEARS, _years),
    (_DECADE, lambda found: f"{int(found[1] or found[2] + '0')}..{int(found[1] or found[2] + '0') + 9}"),
    (_ABOUT, lambda found: found[1]),
)
