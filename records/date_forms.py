"""The forms in which British papers write a date, and the span of days each form stands for."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "month", "year", "range", "circa", "decade", "undated"]

EARLIEST_YEAR = 1800
_NEAR_YEARS = 12
_MONTHS = (
    ("january", "janaury", "jan", "ionawr", "ion"),
    ("february", "febuary", "feb", "chwefror", "chwef"),
    ("march", "mar", "mawrth", "fawrth"),
    ("april", "apr", "ebrill", "ebr"),
    ("may", "mai", "fai"),
    ("june", "jun", "mehefin", "fehefin", "meh"),
    ("july", "jul", "gorffennaf", "orffennaf", "gorff"),
    ("august", "aug", "awst"),
    ("september", "sept", "sep", "medi", "fedi"),
    ("october", "oct", "hydref", "hyd"),
    ("november", "nov", "tachwedd", "dachwedd", "tach"),
    ("december", "dec", "rhagfyr", "ragfyr", "rhag"),
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_SEASONS = {"spring": 3, "gwanwyn": 3, "summer": 6, "haf": 6, "autumn": 9, "hydref": 9, "winter": 12, "gaeaf": 12}
# What a worn typewriter and a scanner make of these letters.
_MISREAD = {"l": "[l1i|]", "i": "[il1|]", "o": "[o0]", "b": "[b8]", "s": "[s5]"}
_DIGITS = str.maketrans("l|ioqsbgz", "111005892")


def _misread(name: str) -> str:
    return "".join(_MISREAD.get(letter, letter) for letter in name)


MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH_NAMES = sorted(MONTH_OF, key=len, reverse=True)
_MONTH = f"(?:{'|'.join(_misread(name) if len(name) > 3 or name == 'jul' else name for name in _MONTH_NAMES)})"
_MONTH_PATTERN = {number: re.compile("|".join(map(_misread, names))) for number, names in enumerate(_MONTHS, 1)}
_D = r"[0-3l|iosb]?[0-9l|iosbgqz]"
_ORDINAL = r"(?:[ ]?(?:st|nd|rd|th|ain|fed|[ae]f|il|ydd|eg|ed)\b)?"
_Y4 = r"(?:[1l|i2z][ ]?[089oqgb][0-9l|ioqsbgz]{2})"
_Y2 = r"[0-9][0-9lio]"
_TO = r"(?:-|–|—|to|until|till|and|&|/)"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?[ ]+)"

_WRITTEN = re.compile(
    rf"(?<![\w£$/=\-])"
    rf"(?:(?P<d0>{_D}){_ORDINAL}[ ]*(?:(?P<m0>{_MONTH})\b\.?,?[ ]*(?P<y0>{_Y4})?)?\s*{_TO}\s*{_WEEKDAY}?)?"
    rf"(?P<d>{_D}){_ORDINAL}[ .,/\-]*(?:day[ ]+)?(?:(?:of|o)[ ]+)?(?P<m>{_MONTH})(?![a-z])"
    rf"[ .,/\-\n]*(?P<y>{_Y4}|['’‘]?{_Y2})(?!\w|[.:]\d|[ ]?(?:[ap]\.?m\b|%|hours|o'clock))"
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w)(?P<m>{_MONTH})(?![a-z])[ .\-]*(?:(?P<d0>{_D}){_ORDINAL}[ ]*{_TO}[ ]*)?(?P<d>{_D}){_ORDINAL}"
    rf"(?:[ ]*[,.\-][ \n]*|[ ]+)(?P<y>{_Y4}|['’‘]{_Y2}|(?<=,)[ ]?{_Y2}|(?<=, ){_Y2})(?!\w|[.:]\d)"
)
_NUMERIC = re.compile(
    rf"(?<![\w£$./:\-])(?P<a>{_D})[ ]?(?P<s>[/.\-])[ ]?(?P<b>{_D}|[ivx]{{1,4}})[ ]?(?P=s)[ ]?"
    rf"(?P<y>{_Y4}|['’‘]?{_Y2})(?!\w|[./\-]\d|%)"
)
_ISO = re.compile(r"(?<![\d/.\-])(?P<y>1[89]\d\d|20\d\d)(?P<s>[-./]?)(?P<m>[01]\d)(?P=s)(?P<d>[0-3]\d)(?!\d|[-/.]\d)")
_MONTH_YEAR = re.compile(
    rf"(?<!\w)(?:(?P<m0>{_MONTH})\b\.?,?[ ]*(?P<y0>{_Y4})?[ ]*{_TO}[ ]*)?(?P<m>{_MONTH})(?![a-z])"
    rf"[ .,/\-]*(?:of[ ]+)?(?P<y>{_Y4}|['’‘]{_Y2}|(?<=-){_Y2})(?!\w|['’]?s\b)"
)
_SEASON = re.compile(rf"(?<!\w)(?P<season>{'|'.join(_SEASONS)})[ ,]+(?:of[ ]+)?(?P<y>{_Y4})(?!\w)")
_YEARS = re.compile(rf"(?<![\w£$.,/\-])(?P<y0>{_Y4})[ ]?(?:-|–|—|/|to)[ ]?(?P<y>{_Y4}|[0-9]{{2}})(?![\w/\-]|[.,]\d)")
_DECADE = re.compile(r"(?<!\w)(?P<y>1[89]\d|20[0-4])0['’]?s\b")
_YEAR = re.compile(r"(?<![\w£$.,/:\-(])\(?(?P<y>1[89]\d\d|19[0-9liosb]{2}|[li]9\d\d|20[0-4]\d)(?![\w/%]|[.,:\-]\d)")
_FIGURES = re.compile(r"[0-9][0-9lioqsb]")
_REACH, _REACH_AFTER = 48, 24
# Without one of these a window holds no date of that form; asking first is several times as fast.
_MONTH_HINT = re.compile(
    r"j[ua]n|ju[l1i|]|fe[b8]|mar|apr|may|aug|[s5]ep|[o0]ct|n[o0]v|dec|[il1|][o0]n|chw|faw|maw|e[b8]r|"
    r"mai|fai|meh|feh|g[o0]rf|[o0]rff|aw[s5]|med[il1|]|fed[il1|]|hyd|tac|dac|rha|rag"
)
_NUMBER_HINT = re.compile(r"[0-9l|iosb][ ]?[/.\-][ ]?[0-9l|iosbvx]{1,4}[ ]?[/.\-][ ]?['’‘]?[0-9l|io]|[12]\d{7}")
_YEAR_HINT = re.compile(r"[12li][ ]?[089oqgb][0-9lioqsbgz]{2}")
_ABOUT = re.compile(r"(?:\bc(?:irca|a)?\.?|\babout|\baround|\bapprox(?:imately|\.)?|\btua|\[)[ ]*\Z", re.I)
_DAY_BEFORE = re.compile(r"\d(?:st|nd|rd|th)?[ .,/-]*(?:of )?\Z", re.I)
_DOUBT = re.compile(r"[ ]?\?")
_UNTIL = re.compile(rf"\s*(?:-|–|—|to|until|till)\s*{_WEEKDAY}?\Z", re.I)
_SCHOOL = re.compile(r"school|academic|session|term", re.I)
_FINANCIAL = re.compile(r"financ|budget|estimate|account|year end|annual report|revenue", re.I)


@dataclass(frozen=True)
class FoundDate:
    """A date as a text writes it: where it stands, and the first and the last day it can mean."""

    start: int
    end: int
    date_from: date
    date_to: date
    precision: Precision
    full_year: bool = True


@dataclass(frozen=True)
class Century:
    """How a year of two figures is read.

    It is the latest such year that is not in the future (15 is 2015, 74 is 1974); except that where the same record
    writes years in full near the one a century earlier and none near the latest, it is the earlier one.
    """

    today: date
    full_years: frozenset[int] = frozenset()

    def year(self, two: int) -> int:
        """The full year."""
        latest = self.today.year - (self.today.year - two) % 100
        near = [any(abs(full - year) <= _NEAR_YEARS for full in self.full_years) for year in (latest, latest - 100)]
        return latest - 100 if near == [False, True] else latest


def find_dates(text: str, century: Century) -> list[FoundDate]:
    """Every date written in the text, in order, the longest reading of each place; impossible ones left out."""
    low = text.lower()
    if len(low) != len(text):  # a letter whose small form takes two places would shift everything after it
        low = text
    found: list[FoundDate] = []
    taken: list[tuple[int, int]] = []
    everywhere = _windows(low)
    for hint, finders in (
        (_MONTH_HINT, ((_WRITTEN, _written), (_MONTH_FIRST, _written))),
        (_NUMBER_HINT, ((_ISO, _iso), (_NUMERIC, _numeric))),
        (_MONTH_HINT, ((_MONTH_YEAR, _month_year),)),
        (_YEAR_HINT, ((_SEASON, _season), (_YEARS, _years), (_DECADE, _decade), (_YEAR, _year))),
    ):
        windows = [window for window in everywhere if hint.search(low, *window)]
        for pattern, reader in finders:
            for match in (match for window in windows for match in pattern.finditer(low, *window)):
                if any(match.start() < end and match.end() > start for start, end in taken):
                    continue
                if _is_no_month(text, match):
                    taken.append(match.span())
                    continue
                span = reader(match, century)
                if span and span[0] <= span[1] and EARLIEST_YEAR <= span[0].year <= century.today.year + 20:
                    taken.append(match.span())
                    found.append(FoundDate(match.start(), match.end(), *span))
    marked = (_marked(text, item) for item in found)
    return _joined(text, sorted(marked, key=lambda item: item.start))


def _windows(low: str) -> list[tuple[int, int]]:
    """Where a date can stand: around two figures in a row, and nowhere else."""
    windows: list[tuple[int, int]] = []
    for match in _FIGURES.finditer(low):
        first, last = max(0, match.start() - _REACH), match.end() + _REACH_AFTER
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], last)
        else:
            windows.append((first, last))
    return windows


def _is_no_month(text: str, match: re.Match[str]) -> bool:
    """Whether "may 1974" is a verb with a number, or "July 1974" what is left of an impossible day such as 32 July."""
    if match.re is not _MONTH_YEAR:
        return False
    before = text[max(0, match.start() - 10) : match.start()]
    return text[match.start("m") : match.end("m")] in ("may", "march", "mar", "mai") or bool(_DAY_BEFORE.search(before))


def full_years(text: str) -> frozenset[int]:
    """The years the text writes in four figures."""
    return frozenset(int(year) for year in re.findall(r"(?<!\d)(1[89]\d\d|20[0-4]\d)(?!\d)", text))


Span = tuple[date, date, Precision, bool]


def _marked(text: str, found: FoundDate) -> FoundDate:
    before = _ABOUT.search(text, max(0, found.start - 16), found.start)
    after = _DOUBT.match(text, found.end)
    if found.precision == "day" or not (before or after):
        return found
    start = before.start() if before else found.start
    end = after.end() if after else found.end
    return FoundDate(start, end, found.date_from, found.date_to, "circa", found.full_year)


def _joined(text: str, found: list[FoundDate]) -> list[FoundDate]:
    """Two dates with "to" between them are one range."""
    joined: list[FoundDate] = []
    for item in found:
        last = joined[-1] if joined else None
        if last and _are_one_range(text, last, item):
            joined[-1] = FoundDate(last.start, item.end, last.date_from, item.date_to, "range")
            continue
        joined.append(item)
    return joined


def _are_one_range(text: str, last: FoundDate, item: FoundDate) -> bool:
    return (
        last.precision == item.precision
        and item.precision in ("day", "month", "year")
        and last.date_from <= item.date_to
        and _UNTIL.fullmatch(text, last.end, item.start) is not None
    )


def _number(token: str) -> int | None:
    """The number a token of figures and misread letters stands for; at least one figure must be real."""
    digits = token.replace(" ", "").lstrip("'’‘").translate(_DIGITS)
    return int(digits) if digits.isdigit() else None


def _year_of(token: str, century: Century) -> tuple[int, bool] | None:
    value = _number(token)
    if value is None or sum(letter.isdigit() for letter in token) * 2 < len(token.strip("'’‘ ")):
        return None
    if len(token.replace(" ", "").lstrip("'’‘")) == 2:
        return century.year(value), False
    return value, True


def _month_of(token: str) -> int | None:
    if token in MONTH_OF:
        return MONTH_OF[token]
    return next((number for number, pattern in _MONTH_PATTERN.items() if pattern.fullmatch(token)), None)


def _day(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _written(match: re.Match[str], century: Century) -> Span | None:
    parts = match.groupdict()
    year = _year_of(parts["y"], century)
    # "I May" and "so March" are words: a day without one real figure needs a full year beside it.
    if year is None or not (any(map(str.isdigit, parts["d"])) or year[1]):
        return None
    month, day = _month_of(parts["m"]), _number(parts["d"])
    last = _day(year[0], month, day)
    if last is None or (not year[1] and not parts["y"][0].isdigit() and parts["y"][0] not in "'’‘"):
        return None
    if not parts.get("d0"):
        return last, last, "day", year[1]
    first_year = _year_of(parts["y0"], century) if parts.get("y0") else year
    first_month = _month_of(parts["m0"]) if parts.get("m0") else month
    first = _day((first_year or year)[0], first_month, _number(parts["d0"] or ""))
    if first is not None and first > last and not parts.get("y0"):
        first = _day(year[0] - 1, first_month, _number(parts["d0"] or ""))
    if first is None or first > last:
        return last, last, "day", year[1]
    return first, last, "range", year[1]


def _numeric(match: re.Match[str], century: Century) -> Span | None:
    first, second, year = match["a"], match["b"], _year_of(match["y"], century)
    if year is None or not any(map(str.isdigit, first)):
        return None
    roman = second in _ROMAN and not second.isdigit() and second != "i"
    month = _ROMAN.index(second) + 1 if roman else _number(second)
    day = _number(first)
    # Day first, as is written here; a month first only where it cannot be otherwise.
    found = _day(year[0], month, day) or (None if roman else _day(year[0], day, month))
    return None if found is None else (found, found, "day", year[1])


def _iso(match: re.Match[str], century: Century) -> Span | None:
    found = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    return None if found is None else (found, found, "day", True)


def _month_year(match: re.Match[str], century: Century) -> Span | None:
    year, month = _year_of(match["y"], century), _month_of(match["m"])
    if year is None or month is None:
        return None
    first, last = _month(year[0], month)
    if not match["m0"]:
        return first, last, "month", year[1]
    begins = _year_of(match["y0"], century) if match["y0"] else year
    first = _month((begins or year)[0], _month_of(match["m0"]) or month)[0]
    if first > last and not match["y0"]:
        first = first.replace(year=first.year - 1)
    return first, last, "range", year[1]


def _season(match: re.Match[str], century: Century) -> Span | None:
    year = _year_of(match["y"], century)
    if year is None:
        return None
    month = _SEASONS[match["season"]]
    last_year, last_month = (year[0] + 1, 2) if month == 12 else (year[0], month + 2)
    return date(year[0], month, 1), _month(last_year, last_month)[1], "range", True


def _years(match: re.Match[str], century: Century) -> Span | None:
    first = _year_of(match["y0"], century)
    if first is None or not first[1]:
        return None
    token = match["y"]
    last = first[0] - first[0] % 100 + int(token) if len(token) == 2 else (_number(token) or 0)
    last += 100 if len(token) == 2 and first[0] % 100 == 99 and int(token) == 0 else 0
    if not first[0] < last <= first[0] + 60 or first[0] < EARLIEST_YEAR:
        return None
    around = match.string[max(0, match.start() - 60) : match.end() + 60]
    if last == first[0] + 1 and _SCHOOL.search(around):
        return date(first[0], 9, 1), date(last, 8, 31), "range", True
    if last == first[0] + 1 and _FINANCIAL.search(around):
        return date(first[0], 4, 1), date(last, 3, 31), "range", True
    return date(first[0], 1, 1), date(last, 12, 31), "range", True


def _decade(match: re.Match[str], century: Century) -> Span | None:
    year = int(match["y"]) * 10
    return date(year, 1, 1), date(year + 10, 1, 1) - timedelta(days=1), "decade", True


def _year(match: re.Match[str], century: Century) -> Span | None:
    year = _number(match["y"])
    if year is None or len(match["y"]) != 4:
        return None
    return date(year, 1, 1), date(year, 12, 31), "year", True
