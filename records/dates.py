"""The date of a document, proposed from where it stands on the paper, with the words that say so.

Not any date the text mentions: a birth, an Act, a letter answered and a meeting to come are dates too. Where no
date stands where a document's own date stands, it is undated; a person can say otherwise.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

from records.date_forms import Century, FoundDate, Precision, find_dates, full_years
from store import clock

_HEAD = 2_500  # characters of the first page in which a document's own date stands
_FOOT = 600
_HEAD_LINES = 30
_ENOUGH = 50
_EVIDENCE = 120
_METADATA_DATES = ("date", "sent", "sent on", "date sent", "email date")
_PRECISE = {"day": 6, "range": 4, "month": 2, "circa": 1, "year": 0, "decade": -4, "undated": 0}
_ALONE = {"day": 80, "range": 78, "month": 64, "circa": 60, "year": 54, "decade": 52, "undated": 0}

_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu(?:rs)?|fri|sat|sun|dydd \w+)[.,]?"
_NOT_OF_THE_DOCUMENT = re.compile(
    r"(?:\bd\.? ?o\.? ?b\b|\bborn\b|\bbirth|\bdied\b|\bdeath\b|\bexpir|\bdeceased|\b(?:acts?|regulations|rules|order|"
    r"bill|measure|by-?laws?)\b[ ,]*(?:of )?|\byour (?:ref\w*|letter|memo\w*|note|email|minute)\b.*|\b(?:letter|memo|"
    r"memorandum|minute|report|email|note)s? (?:dated|of)(?: the)?|\bdated the|\bsince|"
    r"\bwith effect from|\bw\.?e\.?f\.?|"
    r"\bdue\b.*|\breview(?:ed)?(?: date| on| by)?|\bnext (?:meeting|review|visit)\b.*|\bby|\bbefore|\buntil|\bafter|"
    r"\breceived(?: on)?|\bprinted(?: on)?|\bscanned(?: on)?|\bcopied|\bform (?:no\.? ?)?\S*|\brev(?:ision)?\.?|"
    r"\badmitted(?: on)?|\badmission|\bdischarged?|\bcopyright|©|\bminutes of the (?:last |previous )meetings? "
    r"(?:held )?(?:on )?(?:the )?|\bclosing date|\bevent|\bincident|\bstart(?:ed|ing)?(?: date)?|\bfrom|"
    r"\bdeadline|\btel\b.*|\btelephone\b.*|\bappointed|\bapproved|\border)[\s:.,(\-]*(?:the )?"
    rf"(?:{_WEEKDAY}\s*)?$",
    re.I,
)
_LABEL = re.compile(
    r"(?:^|[|\t]|\s{2,}|[.;,)] )\W*(?:(?P<date>(?:our )?date(?: of (?:this )?(?:meeting|report|letter|document|"
    r"interview|visit|conference|memo(?:randum)?|referral|assessment|statement|minute|inspection|hearing|review|panel|email|message))?|"
    r"meeting date|report date|dyddiad|sent|sent on|date sent)\s*[:.;=|\-]*|"
    r"(?P<dated>dated)\s*[:.\-]*(?: this)?(?: the)?|"
    r"(?P<entered>date\s*[:.]))\s*"
    rf"(?:{_WEEKDAY}\s*)?$",
    re.I,
)
_MEETING = re.compile(r"\b(?:held|meetings?|minutes|met|conference|hearing|committee|panel|agenda)\b", re.I)
_ON = re.compile(rf"(?:\bon|,|-|–|:)\s*(?:the\s+)?(?:{_WEEKDAY}\s*)?(?:the\s+)?$", re.I)
_THEN_DASH = re.compile(r"\s*[–—:-]\s")
_AS_AT = re.compile(
    rf"(?:as at|prepared|drafted|written|issued|published|updated|adopted)(?: on)?\s*:?\s*(?:{_WEEKDAY}\s*)?$", re.I
)
_AMENDED = re.compile(rf"\b(?:amended|revised|(?:draft|version)(?: [\d.]+)?)\W*(?:{_WEEKDAY}\s*)?$", re.I)
_SIGNED = re.compile(r"\b(?:signed|signature|arwyddwyd)\b.*?(?:\bdate[d:]?|\bon)?\W*$", re.I)
_ONLY_WEEKDAY = re.compile(rf"\W*(?:on\s+)?(?:{_WEEKDAY}\s*)?(?:the\s+)?", re.I)
_DATELINE = re.compile(rf"(?:[A-Z][\w.'’]*[,. ]+){{1,5}}(?:{_WEEKDAY}\s*)?")
_TIME = r"\d{1,2}[.:]\d\d\s*(?:[ap]\.?m\.?|hrs|hours)?"
_AFTER_ALONE = re.compile(
    rf"\W*(?:(?:at\s+)?{_TIME}(?:\s*(?:-|–|to)\s*{_TIME})?|\(.{{0,30}}\)|\s+(?:our|your|my)? ?ref\b.{{0,40}})?\W*", re.I
)
_AFTER_DASH = re.compile(r"\w[^.\n]{2,60}?\s*(?:-|–|—|:|,|\()\s*$")
_THEN_AGREED = re.compile(
    r"[^.\n]{0,40}\b(?:were|was|be|are)\s+(?:agreed|approved|confirmed|taken|signed|adopted|accepted)", re.I
)
_HEADING = re.compile(
    r"\b(?:minutes|agenda|report|log|register|diary|review|budget|statement|plan|record|accounts|journal)\b", re.I
)
_SCANNED = re.compile(r"^(?:img|dsc|scan|doc|fax|photo|pxl|screenshot|image|copy of scan)[\W_\d]", re.I)
_NAME_BREAKS = re.compile(r"[_+]|%20|(?<=[a-z])(?=\d)|(?<=[a-z])-|-(?=[a-z])", re.I)


@dataclass(frozen=True)
class DocumentDate:
    """When a document is from, how exactly that is known, and the words it was taken from.

    `page` is 0 where the words stand on no page: in the file's name or in a message's header.
    """

    date_from: date | None
    date_to: date | None
    precision: Precision
    evidence: str
    page: int


UNDATED = DocumentDate(None, None, "undated", "", 0)


@dataclass(frozen=True)
class _Candidate:
    found: FoundDate
    score: float
    evidence: str
    page: int


def propose_date(
    pages: Sequence[tuple[int, str]],
    *,
    file_name: str = "",
    metadata: Mapping[str, str] | None = None,
    today: date | None = None,
) -> DocumentDate:
    """The date of the document, or that it is undated.

    A message's own header is believed first; then the labels, headings and datelines at the top of the paper and the
    foot of the last page; then the file's name. When a file was made or scanned is not when the paper was written, so
    that is never used. No document is from the future.
    """
    today = today or clock.today()
    sent = _from_header(metadata or {}, today)
    if sent is not None:
        return sent
    written = [(number, text) for number, text in pages if text.strip()]
    head = written[0][1][:_HEAD] if written else ""
    century = Century(today, full_years(" ".join([head, *(text[-_FOOT:] for _, text in written[-1:])])))
    candidates = list(_on_paper(written, century))
    candidates.extend(_in_name(file_name, century))
    possible = [item for item in candidates if item.score >= _ENOUGH and item.found.date_from <= today]
    if not possible:
        return UNDATED
    # The first of equals: max keeps it, and the candidates are in the order of the paper.
    best = max(possible, key=lambda item: item.score)
    return DocumentDate(best.found.date_from, best.found.date_to, best.found.precision, best.evidence, best.page)


def _from_header(metadata: Mapping[str, str], today: date) -> DocumentDate | None:
    for key, value in metadata.items():
        if key.lower() not in _METADATA_DATES or not str(value).strip():
            continue
        try:
            day = parsedate_to_datetime(str(value)).date()
        except ValueError:
            found = [item for item in find_dates(str(value), Century(today)) if item.precision == "day"]
            if not found:
                continue
            day = found[0].date_from
        if date(1900, 1, 1) <= day <= today:
            return DocumentDate(day, day, "day", f"{key}: {value}"[:_EVIDENCE], 0)
    return None


def _on_paper(pages: Sequence[tuple[int, str]], century: Century) -> Iterable[_Candidate]:
    for place, (number, text) in enumerate(pages[:2]):
        # A cover sheet says little: then the page behind it is the head as well.
        if place and len(pages[0][1]) > 400:
            break
        head = text[:_HEAD]
        for found in find_dates(head, century):
            score = _head_score(head, found) - 8 * place
            yield _Candidate(found, score, _line_evidence(head, found), number)
    if pages:
        number, text = pages[-1]
        foot = text[-_FOOT:]
        if len(pages) == 1 and len(text) <= _HEAD:
            return  # already read as the head, and judged as a foot there
        for found in find_dates(foot, century):
            yield _Candidate(found, _foot_score(foot, found), _line_evidence(foot, found), number)


def _head_score(text: str, found: FoundDate) -> float:
    first, last = _line(text, found)
    before, after = text[first : found.start], text[found.end : last]
    line_number = text.count("\n", 0, first)
    label = _LABEL.search(before)
    if label is None and not before.strip():
        label = _lonely_label(text, first)
    if label is not None and (not label["dated"] or _stands_by_itself(before, after)):
        return 100 - min(line_number, 40) * 0.4 + _PRECISE[found.precision]
    if line_number > _HEAD_LINES:
        score = _foot_score(text, found)
    else:
        score = _standing(text, found, before, after, line_number)
    # Asked last, and only of those that could be chosen: it is the dearest question of all.
    if score >= _ENOUGH and _is_of_something_else(text, found, after):
        return 0
    return score


def _is_of_something_else(text: str, found: FoundDate, after: str) -> bool:
    """Whether the words beside the date say that it is a birth, an Act, a letter answered or a meeting to come."""
    context = text[max(0, found.start - 60) : found.start]
    if after.lower().lstrip().startswith("act") or _THEN_AGREED.match(after):
        return True
    return _NOT_OF_THE_DOCUMENT.search(context) is not None


def _standing(text: str, found: FoundDate, before: str, after: str, line_number: int) -> float:
    """How like the document's own date it stands: alone, after a place, in a heading, or after "held on"."""
    lower = line_number * 0.8
    short = len(before) + len(after) <= 70
    ends = bool(_AFTER_ALONE.fullmatch(after))
    weekday_only = bool(_ONLY_WEEKDAY.fullmatch(before))
    exact = _PRECISE[found.precision]
    if weekday_only and (ends or (line_number <= 20 and len(after) < 100 and _THEN_DASH.match(after))):
        return (_ALONE[found.precision] if ends else 66) - lower
    if short and _AMENDED.search(before):
        return 56 - lower
    if line_number <= 14 and found.precision in ("day", "range") and _is_of_a_meeting(text, found):
        return 84 - lower
    if short and _AS_AT.search(before):
        return 72 - lower + exact
    if ends and found.precision == "day" and _DATELINE.fullmatch(before):
        return 76 - lower
    if short and line_number <= 12:
        return max(_standing_in_heading(found, before, after, exact=ends) - lower, _foot_score(text, found))
    return _foot_score(text, found)


def _standing_in_heading(found: FoundDate, before: str, after: str, *, exact: bool) -> float:
    """In a short line near the top: set off by a dash or a wide space, or part of a heading."""
    if exact and found.precision == "day" and (_AFTER_DASH.fullmatch(before) or before[-3:].isspace()):
        return 68
    heading = before.strip() + after.strip()
    if _HEADING.search(heading):
        return 64 + _PRECISE[found.precision]
    return 56 + _PRECISE[found.precision] if heading.isupper() or heading.istitle() else 0


def _is_of_a_meeting(text: str, found: FoundDate) -> bool:
    before = text[max(0, found.start - 200) : found.start]
    if _ON.search(before[-40:]) is None:
        return False
    meetings = list(_MEETING.finditer(before, max(0, len(before) - 160)))
    return bool(meetings) and "last" not in before[meetings[-1].start() :]


def _foot_score(text: str, found: FoundDate) -> float:
    """At the end of a paper only a date that stands alone or beside a signature is the paper's own."""
    if found.precision != "day" or len(text) - found.end > _FOOT or text.count("\n", found.end) > 8:
        return 0
    first, last = _line(text, found)
    before, after = text[first : found.start], text[found.end : last]
    if not _AFTER_ALONE.fullmatch(after):
        return 0
    if _LABEL.search(before) or _SIGNED.search(before):
        return 74
    context = text[max(0, found.start - 60) : found.start]
    if _ONLY_WEEKDAY.fullmatch(before) and not _NOT_OF_THE_DOCUMENT.search(context):
        return 60
    return 0


def _stands_by_itself(before: str, after: str) -> bool:
    """The word "dated" opens a line of its own on a paper's own date; within a sentence it is another paper's."""
    return re.match(r"\W*dated", before, re.I) is not None and len(after) < 40 and after.strip()[:1] in ("", ".", ",")


def _line(text: str, found: FoundDate) -> tuple[int, int]:
    last = text.find("\n", found.end)
    return text.rfind("\n", 0, found.start) + 1, len(text) if last < 0 else last


def _lonely_label(text: str, first: int) -> re.Match[str] | None:
    """The label "Date:" on the line above, as forms and tables are read."""
    above = text[text.rfind("\n", 0, max(0, first - 1)) + 1 : max(0, first - 1)].strip()
    return _LABEL.search(above) if above[-1:] == ":" else None


def _line_evidence(text: str, found: FoundDate) -> str:
    first, last = _line(text, found)
    line = " ".join(text[first:last].split())
    if len(line) > _EVIDENCE:
        begin = max(0, found.start - first - 50)
        line = " ".join(text[first + begin : first + begin + _EVIDENCE].split())
    return line


def _in_name(file_name: str, century: Century) -> Iterable[_Candidate]:
    stem = re.sub(r"\.\w{1,5}$", "", file_name)
    if not stem or _SCANNED.match(stem):
        return
    spaced = _NAME_BREAKS.sub(" ", stem)
    for found in [*find_dates(spaced, century), *find_dates(stem, century)]:
        if found.full_year or found.precision == "day":
            score = _ENOUGH + (_PRECISE[found.precision] if found.precision != "decade" else 0)
            yield _Candidate(found, score, f"file name: {file_name}"[:_EVIDENCE], 0)
            return
