"""Where a page names somebody: by title, initials, given name, signature or in a list of those present."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from records.capitals import CAPITAL, Run, Token, as_name, is_capitals, joined_titles, runs, vocabulary

_AROUND = 32
_MOST_WORDS = 4
_PARTICLES = frozenset({"ap", "ab", "ferch", "verch", "de", "van", "von"})
_SURE_TITLES = frozenset({"Mr", "Mrs", "Miss", "Ms", "Cllr", "Dr"})
_LISTS = frozenset({"present", "in attendance", "attended by", "attendance", "those present", "apologies"})
_LIST_LINES, _SIGNATURE_LINES = 14, 4
_BLOCK = re.compile(r"PRESENT|Present|In attendance|IN ATTENDANCE|In Attendance|Apologies|APOLOGIES|[Yy]ours |YOURS ")
_CLOSING = re.compile(r"yours (?:very )?(?:sincerely|faithfully|truly|respectfully)", re.I)
_PLURAL_HINT = re.compile(r"Councillors|Cllrs|Aldermen|Messrs")
_ONE = rf"(?:(?:Mr|Mrs|Miss|Ms|Dr)\.?[ ])?(?:[{CAPITAL}]\.?[ ])*[{CAPITAL}][\w'’-]+"
_PLURAL = re.compile(
    rf"(?P<title>Councillors|Cllrs\.?|Aldermen|Messrs\.?):?\s(?P<names>{_ONE}(?:(?:,\s(?:and\s)?|\s(?:and|&)\s){_ONE})*)"
)
_SURNAME_FIRST = re.compile(
    rf"^[ \t|\d.)]*(?P<surname>[{CAPITAL}][\w'’\-]+),[ ]{{1,2}}(?:(?P<title>Mr|Mrs|Miss|Ms|Dr)\.?[ ])?"
    rf"(?P<given>(?:[{CAPITAL}]\.[ ]?)+|[{CAPITAL}][\w'’\-]+)(?=[ \t]*(?:$|[,;|(\t]|\d|[{CAPITAL}]\.?[ \t]*$))",
    re.M,
)


class Mention(NamedTuple):
    """One mention, taken apart."""

    title: str
    given: str
    initials: str
    surname: str
    whole: str
    page: int
    where: tuple[str, int, int]

    def evidence(self) -> str:
        """The words of the page around the name."""
        text, start, end = self.where
        return " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())


@dataclass(frozen=True)
class NamingWords:
    """Titles, given names and what stands beside a name, as the vocabulary has them."""

    titles: dict[str, tuple[str, str]]
    given: dict[str, str]
    offices: frozenset[str]
    not_names: frozenset[str]
    function: frozenset[str]
    roles: frozenset[str]
    abbreviated: frozenset[str]
    telling: frozenset[str]
    labels: frozenset[str]


def mentions_on(number: int, page: str, known: set[str]) -> Iterator[Mention]:
    """The mentions on a page; a run of words that gave a name before would only give it again."""
    text = joined_titles(page)
    naming = _naming_spans(text)
    for run, expected in runs(text, having=naming_words().telling, within=naming, known=known):
        names = list(_names_in(_Reading(run, text, number, expected)))
        if names:
            known.add(text[run.start : run.end])
        yield from names
    if _PLURAL_HINT.search(text):
        yield from _listed(number, text)
    words = naming_words()
    for match in _SURNAME_FIRST.finditer(text):
        given = match["given"].strip()
        is_given = "." in given or as_name(given) in words.given
        if is_given and as_name(match["surname"]) not in words.not_names | words.function:
            initials = "".join(re.findall(rf"[{CAPITAL}]", given)) if "." in given else given[0]
            full = "" if "." in given else as_name(given)
            surname = as_name(match["surname"])
            whole, where = f"{full} {surname}".strip(), (text, *match.span())
            yield Mention(match["title"] or "", full, initials, surname, whole, number, where)


def _naming_spans(text: str) -> list[tuple[int, int]]:
    """Where the paper says that a name follows: labels, lists of those present, the end of a letter."""
    spans, labels = [], naming_words().labels
    colon = text.find(":")
    while colon >= 0:
        first = text.rfind("\n", 0, colon) + 1
        if colon - first < 40 and text[first:colon].strip(" \t*_").lower() in labels:
            spans.append((colon, _line_end(text, colon, 1)))
        colon = text.find(":", colon + 1)
    for match in _BLOCK.finditer(text):
        first = text.rfind("\n", 0, match.start()) + 1
        if match.start() - first < 20 and _CLOSING.match(text, match.start()):
            spans.append((match.end(), _line_end(text, match.end(), _SIGNATURE_LINES)))
        elif not text[first : match.start()].strip(" \t*_0123456789.") and match.group().lower() in _LISTS:
            blank = text.find("\n\n", match.end() + 2)
            end = _line_end(text, match.end(), _LIST_LINES)
            spans.append((match.end(), end if blank < 0 else min(end, blank)))
    return spans


def _line_end(text: str, position: int, lines: int) -> int:
    for _ in range(lines):
        following = text.find("\n", position)
        if following < 0:
            return len(text)
        position = following + 1
    return position


def _listed(number: int, text: str) -> Iterator[Mention]:
    """Those named after one title for all: Councillors Tillotway, Sarn and Mrs. Dolwich."""
    for match in _PLURAL.finditer(text):
        title = naming_words().titles[match["title"].rstrip(".")][0]
        for part in re.finditer(rf"(?:[{CAPITAL}]\.[ ]?)*[{CAPITAL}][\w'’-]+\.?", match["names"]):
            *initials, surname = re.findall(rf"[{CAPITAL}](?=\.)|[{CAPITAL}][\w'’-]+", part.group())
            if as_name(surname) in naming_words().titles or not _may_be_name(Token(surname, stopped=False, start=0)):
                continue
            start = match.start("names") + part.start()
            where = (text, start, start + len(part.group()))
            yield Mention(title, "", "".join(initials), as_name(surname), as_name(surname), number, where)


@dataclass(frozen=True)
class _Reading:
    run: Run
    text: str
    page: int
    expected: bool

    def where(self, first: Token, last: Token) -> tuple[str, int, int]:
        return self.text, first.start, last.start + len(last.text)

    def follows(self) -> str:
        return self.text[self.run.end : self.run.end + 2]

    def begins_line(self) -> bool:
        return not self.text[self.text.rfind("\n", 0, self.run.start) + 1 : self.run.start].strip()


def _names_in(reading: _Reading) -> Iterator[Mention]:
    words, tokens = naming_words(), reading.run.tokens
    heading = len(tokens) > 3 and reading.text[reading.run.start : reading.run.end].isupper()
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if _title(token) is not None:
            names, position = _titled(reading, position)
            yield from names
        elif heading and not reading.expected:
            position += 1
        elif len(token.text) == 1 and token.text.isupper():
            name, position = _with_initials(reading, position)
            if name is not None:
                yield name
        elif as_name(token.text) in words.given or (
            (reading.expected or _has_middle_initial(tokens, position)) and _may_be_name(token)
        ):
            name, position = _with_given(reading, position)
            if name is not None:
                yield name
        else:
            position += 1


def _title(token: Token) -> tuple[str, str] | None:
    return _title_of(token.text)


@lru_cache(maxsize=20_000)
def _title_of(text: str) -> tuple[str, str] | None:
    titles = naming_words().titles
    found = titles.get(text) or (titles.get(text.capitalize()) if is_capitals(text) and len(text) > 2 else None)
    return found or ({"MR": ("Mr", "m"), "MS": ("Ms", "f"), "DR": ("Dr", "")}.get(text))


def _titled(reading: _Reading, position: int) -> tuple[list[Mention], int]:
    """What follows a title: one name, or one for each of "Mr. and Mrs. X"."""
    tokens, first = reading.run.tokens, position
    titles: list[str] = []
    while position < len(tokens):
        title = _title(tokens[position])
        if title is not None:
            titles.append(title[0])
        elif tokens[position].text not in ("and", "&"):
            break
        position += 1
    taken, end = _name_tokens(tokens, position, sure=titles[0] in _SURE_TITLES or titles[-1] in _SURE_TITLES)
    if not taken:
        return [], max(position, first + 1)
    initials = [token.text for token in taken if len(token.text) == 1]
    full = [token for token in taken if len(token.text) > 1]
    if not full:
        return [], end
    given = as_name(full[0].text) if len(full) > 1 and full[0].text not in _PARTICLES else ""
    couple = len(titles) == 2 and {"Mr", "Mrs"} == set(titles)
    surname = _last_name(full)
    if not initials and len(full) == 1 and titles[-1] in ("Sir", "Dame") and surname in naming_words().given:
        return [], end  # Sir John: who he is stands elsewhere in full
    letters = "".join(initials) or given[:1]
    whole = "" if couple else _whole(taken)
    where = reading.where(tokens[first], taken[-1])
    if couple:
        return [Mention(title, "", "", surname, surname, reading.page, where) for title in titles], end
    return [Mention(titles[0], given, letters, surname, whole, reading.page, where)], end


def _name_tokens(tokens: Sequence[Token], position: int, *, sure: bool) -> tuple[list[Token], int]:
    """The words from here on that can be one person's name."""
    words = naming_words()
    taken: list[Token] = []
    while position < len(tokens) and len(taken) < _MOST_WORDS:
        token = tokens[position]
        name = as_name(token.text).removesuffix("'s").removesuffix("’s")
        lone_surname = sure and not any(len(item.text) > 1 for item in taken) and name not in words.offices
        small = len(name) > 1 and (name in words.function or name.islower()) and name not in _PARTICLES
        if small or name == "&" or name in words.offices or (_is_common(name) and not lone_surname):
            break
        if _title(token) is not None and taken:
            break
        taken.append(token)
        position += 1
        ends_sentence = token.stopped and len(token.text) > 2 and token.text not in words.abbreviated
        if ends_sentence or token.text.endswith(("'s", "’s")):
            break
    while taken and (taken[-1].text in _PARTICLES):
        taken.pop()
    return taken, position


def _with_initials(reading: _Reading, position: int) -> tuple[Mention | None, int]:
    tokens, first = reading.run.tokens, position
    while position < len(tokens) and len(tokens[position].text) == 1 and tokens[position].text.isupper():
        position += 1
    initials = tokens[first:position]
    taken, end = _name_tokens(tokens, position, sure=False)
    full = [token for token in taken if len(token.text) > 1]
    if not full or len(full) != len(taken) or not _may_be_name(full[0]) or _is_place_ahead(tokens, end, full[-1]):
        return None, max(position, first + 1)
    if full[0].text.upper() != full[0].text and any(is_capitals(token.text) for token in full):
        return None, end
    stopped = all(token.stopped for token in initials)
    ends = reading.follows()[:1] in ("", "\n", ",", ")", ";", "(") or end < len(tokens)
    alone = len(initials) == 1
    if alone and not reading.expected:
        if initials[0].text in "AI" and not (first == 0 and reading.begins_line()):
            return None, end
        enumerated = first == 0 and reading.begins_line() and (end < len(tokens) or not ends)
        if enumerated or (not stopped and (initials[0].text in "AI" or not ends)):
            return None, end
    if not stopped and len(full) > 1:
        return None, end
    letters = "".join(token.text for token in initials)
    surname, where = _surname(full[-1:]), reading.where(initials[0], full[-1])
    return Mention("", "", letters, surname, surname, reading.page, where), end


def _with_given(reading: _Reading, position: int) -> tuple[Mention | None, int]:
    tokens = reading.run.tokens
    taken, end = _name_tokens(tokens, position, sure=False)
    if len(taken) < 2 or _is_place_ahead(tokens, end, taken[-1]):
        return None, max(end, position + 1)
    given = as_name(taken[0].text)
    rest = taken[1:]
    known = given in naming_words().given
    if len(rest[-1].text) == 1:
        if not (known and rest[-1].stopped and len(rest) == 1):
            return None, end
        initial, where = rest[0].text, reading.where(taken[0], rest[0])
        return Mention("", given, given[0], initial, f"{given} {initial}.", reading.page, where), end
    if known and len(rest) == 2 and rest[0].stopped and as_name(rest[1].text) in naming_words().given:
        initial, where = rest[0].text, reading.where(taken[0], rest[0])  # "Terence W. Kevin did not want to go"
        name = Mention("", given, given[0], initial, f"{given} {initial}.", reading.page, where)
        return name, end - (len(taken) - 2)
    full = [token for token in rest if len(token.text) > 1]
    if not known and len(full) > 1 and len(rest) == len(full):
        return None, end
    mixed = is_capitals(taken[0].text) != is_capitals(full[-1].text)
    if mixed and not is_capitals(full[-1].text):
        return None, end
    where = reading.where(taken[0], taken[-1])
    return Mention("", given, given[0], _last_name(full), _whole(taken), reading.page, where), end


def _has_middle_initial(tokens: Sequence[Token], position: int) -> bool:
    """Wilbur F. George: a given name nobody listed, and a person all the same."""
    return (
        position + 2 < len(tokens)
        and not tokens[position].stopped
        and tokens[position + 1].stopped
        and len(tokens[position + 1].text) == 1
        and _may_be_name(tokens[position + 2])
    )


def _may_be_name(token: Token) -> bool:
    name = as_name(token.text)
    return (
        len(name) > 2
        and not name.islower()
        and name not in naming_words().function
        and not _is_common(name)
        and not name.endswith(("'s", "’s"))
        and not any(map(str.isdigit, name))
    )


@lru_cache(maxsize=20_000)
def _is_common(name: str) -> bool:
    """Whether it is a word that a name has beside it but not in it; of a word with hyphens, any part."""
    common = naming_words().not_names
    return len(name) > 1 and (name in common or ("-" in name and any(part in common for part in name.split("-"))))


def _last_name(full: Sequence[Token]) -> str:
    return _surname(full[-2:] if len(full) > 1 and full[-2].text in _PARTICLES else full[-1:])


def _whole(taken: Sequence[Token]) -> str:
    """The name as it is shown: with its middle names and initials."""
    shown = [f"{token.text}." if len(token.text) == 1 else _surname([token]) for token in taken]
    return " ".join(shown)


def _is_place_ahead(tokens: Sequence[Token], position: int, last: Token) -> bool:
    """Whether a place or a body is named after the person: Victoria Street, Grace Darling House, St John's School."""
    if last.text.endswith(("'s", "’s", "s'", "s’")):
        return True
    if position >= len(tokens) or (last.stopped and len(last.text) > 1):
        return False
    words, name = naming_words(), as_name(tokens[position].text)
    return name in words.not_names and name not in words.roles and name not in words.function


def _surname(tokens: Sequence[Token]) -> str:
    shown = [token.text if token.text in _PARTICLES else as_name(token.text) for token in tokens]
    surname = " ".join(shown)
    return surname[:-2] if surname.endswith(("'s", "’s")) else surname.strip("'’-")


@cache
def naming_words() -> NamingWords:
    """The words that names are known by, and those that are none."""
    data = vocabulary("names")
    genders = {"male": "m", "female": "f", "either": ""}
    titles = {
        spelled: (shown, genders[kind])
        for kind, entries in data["titles"].items()
        for spelled, shown in entries.items()
    }
    given = {name: genders[kind] for kind in ("male", "female", "either") for name in data["given"][kind].split()}
    given.update(dict.fromkeys(data["abbreviated"].split(), "m"))
    telling = frozenset(titles) | frozenset(given)
    return NamingWords(
        titles,
        given,
        frozenset(data["offices"].split()),
        frozenset(data["not_names"].split()),
        frozenset(data["function_words"].split()),
        frozenset(data["roles"].split()),
        frozenset(data["abbreviated"].split()),
        telling | frozenset(word.upper() for word in telling) | frozenset("BCDEFGHJKLMNOPQRSTUVWXYZ") | {"A.", "I."},
        frozenset(label.strip() for label in data["labels"].split("|")),
    )
