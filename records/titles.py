"""A title for a record, proposed from what the paper itself says it is about."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_LONGEST = 120
_HEAD = 2_000
_HEAD_LINES = 24
_SUBJECT = re.compile(
    r"^[ \t]*(?:subject(?: of (?:report|memo(?:randum)?))?|title|heading|testun|pwnc)[ \t]*[:;.\-–][ \t]*(?P<said>.*)$"
    r"|^[ \t]*re(?:[ \t]*[:;.–-][ \t]*|[ \t]+(?=(?-i:[A-Z]{2})))(?P<re>\S.*)$",
    re.I | re.M,
)
_DEAR = re.compile(r"^[ \t]*(?:my dear|dear|annwyl)\b.{0,60}$", re.I | re.M)
_ADDRESSED = re.compile(
    r"^[ \t]*(?:my )?dear (?P<whom>(?:mr|mrs|miss|ms|dr|cllr|councillor|sir|lady|doctor|prof|rev|alderman)\b"
    r"\.? \w[^,:;\n]{1,40})",
    re.I | re.M,
)
_REPLY = re.compile(r"^(?:(?:re|fwd?|fw|aw)\s*(?:\[\d+\])?:\s*)+", re.I)
_MEETING = re.compile(
    r"^(?!\d+[.)]?\s)(?:\w+ ){0,2}(?:minutes|agenda|notes? of (?:a |the )?meeting|cofnodion)\b"
    r"|\b(?:minutes of|agenda for)\b",
    re.I,
)
_KIND_ALONE = re.compile(
    r"\W*(?:internal |inter-?office )?(?:memorandum|memo|minutes|agenda|report|letter|confidential|strictly|"
    r"private and confidential|strictly confidential|restricted|copy|draft|file copy|original|amended|"
    r"urgent|by hand|in confidence|fax|e-?mail|page|cofnodion|official[\w -]*|appendix \w+|part \w+)\W*",
    re.I,
)
_LETTERHEAD = re.compile(
    r"\b(?:tel(?:ephone)?|fax|e-?mail|telex|ext(?:ension|n)?|p\.?o\.? box|our ref|your ref|my ref|dated|copy to|dear|"
    r"for the attention|f\.?a\.?o|please ask for|when telephoning|all communications|street|road|avenue|lane|"
    r"start time|form (?:no|\d)|page \d)\b|\b(?:ref(?:erence)?(?: no)?|date|from|to|cc|sent|time|home|present|place|"
    r"venue)\s*[:.]|^(?:from|to)\b|@|www\.|https?:|\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b",
    re.I,
)
_AUTHORITY = re.compile(
    r"\b(?:borough|council|corporation|department|directorate|office of|town hall|civic centre|county hall|"
    r"constabulary|university|company|limited|ltd|services?|division|cyngor|township|city|(?:sub-?)?committee|section|"
    r"internal audit|inspectorate|unit|office|treasurer|personnel|board|restricted|confidential)\b",
    re.I,
)
_WITH_FIGURES = re.compile(r"\d{1,2}\W*(?:st|nd|rd|th)?\W+\w+\W+(?:19|20)?\d\d|(?:19|20)\d\d\W*$|^\W*\d[\d/. -]*$")
_UNTELLING = re.compile(
    r"^(?:microsoft word|microsoft excel|microsoft powerpoint|untitled|document\d*|doc\d*|scan\w*|img\w*|dsc\w*|"
    r"image\w*|slide ?\d+|book\d+|sheet\d+|new |no title|title|fax\w*|powerpoint presentation|letter|memo|"
    r"temp\w*|page ?\d+|unspecified|anonymous|unknown|none|n/a)?"
    r"[\W\d_]*(?:\.\w{2,4})?$",
    re.I,
)
_DECORATION = "*-_=~#•·|<>^ \t.,:;—–"
_SMALL = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "into", "of", "off", "on", "or", "the", "to", "upon", "with"]
)
_SMALL |= {"as", "per", "y", "yr", "yn", "ar", "a’r", "o", "i"}
_ACRONYMS = frozenset(
    [
        "LADO",
        "SSI",
        "NSPCC",
        "DBS",
        "POCA",
        "ACPC",
        "LSCB",
        "OFSTED",
        "MBE",
        "OBE",
        "CBE",
        "UK",
        "PEP",
        "LAC",
        "NFA",
        "HMI",
        "DHSS",
        "DOH",
        "CSE",
        "IT",
        "HR",
        "EWO",
        "DPP",
        "MP",
        "QC",
        "JP",
        "II",
        "III",
        "IV",
        "VI",
        "VII",
        "VIII",
        "IX",
        "XI",
        "XII",
        "NHS",
        "GP",
    ]
)
_MC = re.compile(r"\b(Mc|O['’]|D['’])([a-z])")


def propose_title(
    pages: Sequence[tuple[int, str]],
    *,
    file_name: str,
    label: str = "",
    metadata: Mapping[str, str] | None = None,
) -> str:
    """A title of at most 120 characters, never empty.

    In order: a message's subject; a subject line; the heading of minutes and agendas; the line after a letter's
    salutation; the first heading below the letterhead; a title kept in the file; the file's name; what kind of file
    it is. The words stay those of the paper; only headings set in capitals are put in small letters.
    """
    facts = {key.lower(): str(value) for key, value in (metadata or {}).items()}
    head = next((text for _, text in pages if text.strip()), "")[:_HEAD]
    for candidate in _candidates(head, facts):
        title = _tidy(candidate)
        if _tells(title):
            return title
    named = _from_name(file_name)
    if len(re.findall(r"[^\W\d_]{3,}", named)) < 2 and (letter := _ADDRESSED.search(head)):
        return _tidy(f"Letter to {letter['whom']}")
    if not _tells(named) and (heading := _first_heading(head)):
        return heading
    return named or _tidy(label) or "Untitled record"


def _candidates(head: str, facts: Mapping[str, str]) -> Iterable[str]:
    yield _REPLY.sub("", facts.get("subject", "").strip())
    lines = [line.strip() for line in head.split("\n")]
    yield _subject(head)
    meeting = _meeting_heading(lines)
    yield meeting
    yield _after_salutation(head)
    if not _DEAR.search(head):
        yield _heading(lines)
    kept = facts.get("title", "").strip()
    yield "" if re.match(r"microsoft \w+ - ", kept, re.I) else kept


def _subject(head: str) -> str:
    for match in _SUBJECT.finditer(head):
        said = _REPLY.sub("", (match["said"] or match["re"] or "").strip())
        following = [line.strip() for line in head[match.end() :].split("\n")[1:3]]
        if not said:
            said = following[0] if following else ""
        elif following and following[0] and said.isupper() and following[0].isupper() and len(said) > 30:
            said = f"{said} {following[0]}"
        if len(said) > 2 and any(map(str.isalpha, said)):
            return said
    return ""


def _meeting_heading(lines: list[str]) -> str:
    """The heading of a meeting's papers: what it is, of which body, and when."""
    shown = [line.strip(_DECORATION) for line in lines if line.strip(_DECORATION)][:12]
    place = next((n for n, line in enumerate(shown) if _MEETING.search(line) and len(line) < 140), None)
    if place is None or (shown[place][:1].islower() and place > 3):
        return ""
    line = shown[place]
    if not _KIND_ALONE.fullmatch(line):
        runs_on = place + 1 < len(shown) and not re.search(r"(?:19|20)\d\d\W*$", line)
        if len(line) > 40 and runs_on and not _LETTERHEAD.search(shown[place + 1]):
            line = f"{line} {shown[place + 1]}"  # the sentence "Minutes of the meeting ... held on" runs on
        return _with_date(line, shown[place + 1 :])
    body = next((text for text in shown[place + 1 : place + 3] if _is_heading(text)), "")
    if not body:
        above = [text for text in shown[:place] if _is_heading(text) and not _LETTERHEAD.search(text)]
        body = above[-1] if above else ""
    title = f"{line.capitalize()}: {_small_letters(body)}" if body else line.capitalize()
    return _with_date(title, shown[place + 1 :])


def _with_date(title: str, following: list[str]) -> str:
    if re.search(r"(?:19|20)\d\d", title):
        return title
    days = (line for line in following[:5] if _WITH_FIGURES.search(line) and len(line) < 45)
    day = next((line for line in days if not re.match(r"amended|updated|revised", line, re.I)), "")
    return f"{title}, {day}" if day else title


def _is_heading(line: str) -> bool:
    return (
        3 < len(line) <= 90
        and not _WITH_FIGURES.search(line)
        and not _KIND_ALONE.fullmatch(line)
        and (line.isupper() or (line[0].isupper() and line[-1] not in ".,;" and _mostly_capitals(line)))
    )


def _mostly_capitals(line: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", line) if word.lower() not in _SMALL]
    return bool(words) and sum(word[0].isupper() for word in words) * 4 >= len(words) * 3


def _after_salutation(head: str) -> str:
    match = _DEAR.search(head)
    if match is None:
        return ""
    following = [line.strip() for line in head[match.end() :].split("\n") if line.strip()][:1]
    if not following or len(following[0]) > 100 or following[0].endswith((",", ";")):
        return ""
    line = following[0]
    return line if line.isupper() or (_is_heading(line) and len(line) < 80) else ""


def _heading(lines: list[str]) -> str:
    shown = [line.strip(_DECORATION) for line in lines if len(line.strip(_DECORATION)) > 3][:_HEAD_LINES]
    headings = [
        (n, line)
        for n, line in enumerate(shown)
        if _is_heading(line) and not _LETTERHEAD.search(line) and len(line.split()) <= 14
    ]
    telling = [(n, line) for n, line in headings if not _AUTHORITY.search(line) or len(line.split()) > 6] or headings[
        :1
    ]
    if not telling or telling[0][0] > 12:
        return ""
    place, line = telling[0]
    if len(telling) > 1 and telling[1][0] == place + 1 and len(line) + len(telling[1][1]) < 100 and line.isupper():
        line = f"{line}: {telling[1][1]}" if telling[1][1].isupper() else line
    return line if len(line.split()) > 1 or line.isupper() else ""


def _first_heading(head: str) -> str:
    """The first heading of any kind, the authority's own name included: better than a scanner's number."""
    lines = [line.strip(_DECORATION) for line in head.split("\n")][:_HEAD_LINES]
    return _tidy(next((line for line in lines if line and _is_heading(line) and not _LETTERHEAD.search(line)), ""))


def _from_name(file_name: str) -> str:
    stem = re.sub(r"(?:\.\w{1,5}){1,2}$", "", re.split(r"[\\/]", file_name)[-1])
    words = re.sub(r"%20|[_+]+|(?<=[^\W\d_])-(?=\w)|(?<=\w)-(?=[^\W\d_])", " ", stem)
    return _tidy(words) or _tidy(file_name)


def _tells(title: str) -> bool:
    letters = sum(map(str.isalpha, title))
    return letters >= 4 and letters * 2 >= len(title.replace(" ", "")) and not _UNTELLING.match(title)


def _tidy(text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in plain)
    plain = " ".join(plain.split()).strip(_DECORATION)
    if plain.isupper() and len(plain) > 5:
        plain = _small_letters(plain)
    if len(plain) > _LONGEST:
        plain = plain[: _LONGEST - 1].rsplit(" ", 1)[0].rstrip(_DECORATION)[: _LONGEST - 1] + "…"
    return plain


def _small_letters(line: str) -> str:
    """A line of capitals as a title is written; initials and known abbreviations stay as they are."""
    if not line.isupper():
        return line
    words = line.split()
    shown = [_small_word(word, first=number == 0) for number, word in enumerate(words)]
    return _MC.sub(lambda match: match[1] + match[2].upper(), " ".join(shown))


def _small_word(word: str, *, first: bool) -> str:
    bare = word.strip("()[]\"'.,;:")
    if bare in _ACRONYMS or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?", bare) or any(map(str.isdigit, bare)):
        return word
    if bare.lower() in _SMALL and not first:
        return word.lower()
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda match: match[0][0] + match[0][1:].lower(), word)
