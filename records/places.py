"""The homes, schools, bodies and places a record names, proposed from the word that makes each such name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from records.capitals import CAPITAL, Run, Token, as_name, is_capitals, runs, vocabulary

Kind = Literal["home", "school", "organisation", "place"]

_JOINING = frozenset({"of", "for", "and", "&", "the", "y", "yr"})
_BREAKS = frozenset({"on", "at", "de", "van", "von", "ap", "ab"})
_OPENING = frozenset({"North", "South", "East", "West", "Social", "New", "Old"})
_TITLES = frozenset({"Mr", "Mrs", "Miss", "Ms", "Dr", "Cllr", "Councillor", "Matron"})
_LONGEST = 6
_CHILDRENS_HOME = re.compile(
    rf"(?P<name>[{CAPITAL}][\w'’]+(?:[ ][{CAPITAL}][\w'’]+){{0,2}}),? "
    r"(?:children's|children’s|community|remand|boys'|girls'|family group"
    r"|assessment|reception) (?:home|centre)"
)
_PLACED = re.compile(
    r"(?:[Pp]laced (?:at|in)|[Aa]dmitted to|[Rr]esident (?:at|in)|[Tt]ransferred (?:to|from)|[Mm]atron (?:of|at)|"
    r"[Ww]arden (?:of|at)|[Ii]n charge (?:of|at)|[Ss]taff (?:of|at)|[Mm]oved (?:to|from)|[Vv]acanc(?:y|ies) at) "
    rf"(?P<name>(?:The )?[{CAPITAL}][a-zâêîôûŵŷ]{{4,}}(?:[ ][{CAPITAL}][a-zâêîôûŵŷ]{{3,}})?)"
)


@dataclass(frozen=True)
class NamedPlace:
    """A home, school, organisation or other place, and the first page that names it."""

    name: str
    kind: Kind
    page: int


class _Found(NamedTuple):
    name: str
    kind: Kind
    page: int


@dataclass(frozen=True)
class _Words:
    kinds: dict[str, str]
    welsh: dict[str, str]
    alone: frozenset[str]
    general: frozenset[str]
    bodies: frozenset[str]
    courts: frozenset[str]
    public: frozenset[str]
    telling: frozenset[str]
    care: tuple[str, ...]
    not_names: frozenset[str]
    given: frozenset[str]


def propose_places(pages: Sequence[tuple[int, str]]) -> list[NamedPlace]:
    """The homes, schools, organisations and places named in the record, each once, in the order of the pages.

    A house is taken for a home where its page speaks of children in care; what several pages take it for decides.
    """
    found: dict[str, list[_Found]] = {}
    known: dict[bool, set[str]] = {True: set(), False: set()}
    for number, text in pages:
        for item in _on_page(number, text, known):
            found.setdefault(_key(item.name), []).append(item)
    places = []
    for same in found.values():
        kinds = Counter(item.kind for item in same)
        kind: Kind = "home" if kinds["home"] else kinds.most_common(1)[0][0]
        name = next((item.name for item in same if not item.name.isupper()), same[0].name)
        places.append(NamedPlace(name, kind, same[0].page))
    return sorted(places, key=lambda place: place.page)


def _on_page(number: int, text: str, known: dict[bool, set[str]]) -> Iterator[_Found]:
    """The places on a page; words read before on a page of the same sort would only say the same again."""
    words = _words()
    low = text.lower()
    of_care = any(phrase in low for phrase in words.care)
    for run, _ in runs(text, having=words.telling, known=known[of_care]):
        known[of_care].add(text[run.start : run.end])
        for name, kind in _names_in(run):
            if kind == "home_or_place":
                kind = "home" if of_care else "place"
            yield _Found(name, kind, number)  # type: ignore[arg-type]
    if of_care:
        for pattern in (_CHILDRENS_HOME, _PLACED):
            for match in pattern.finditer(text):
                name = _bare_home(match["name"])
                if name:
                    yield _Found(name, "home", number)


def _bare_home(name: str) -> str:
    """The name of a home that has no word for it: Carrowdene; nothing where it is anything else."""
    words = _words()
    parts = name.split()
    while parts and (parts[0] in words.general or parts[0] in words.not_names) and parts[0] != "The":
        parts = parts[1:]
    proper = [part for part in parts if part != "The"]
    if not proper or any(part in words.given or part in words.general for part in proper):
        return ""
    if proper[-1] in words.kinds:
        return ""  # found by its own word
    return "" if any(part in words.not_names for part in proper) else " ".join(parts)


def _names_in(run: Run) -> Iterator[tuple[str, str]]:
    words, tokens = _words(), run.tokens
    begin = 0
    for position, token in enumerate(tokens):
        if (token.stopped and len(token.text) > 3) or token.text in _BREAKS:
            yield from _segment(tokens[begin : position + (token.text not in _BREAKS)])
            begin = position + 1
    yield from _segment(tokens[begin:])
    free = 0
    for position, token in enumerate(tokens[:-1]):
        kind = words.welsh.get(as_name(token.text)) or words.welsh.get(token.text)
        if kind and not token.stopped and position >= free:
            taken = _proper_after(tokens, position + 1)
            if taken:
                free = position + 1 + len(taken)
                yield " ".join([_shown(token), *map(_shown, taken)]), kind


def _proper_after(tokens: Sequence[Token], position: int) -> list[Token]:
    words = _words()
    taken: list[Token] = []
    for token in tokens[position : position + 3]:
        name = as_name(token.text)
        if name in words.general or name in words.not_names or (name.islower() and name not in ("y", "yr")):
            break
        taken.append(token)
        if token.stopped:
            break
    return taken


def _segment(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The names within one stretch of capitals: each ends with a deciding word that no other follows."""
    words = _words()
    begin = 0
    for position, token in enumerate(tokens):
        kind = words.kinds.get(as_name(token.text))
        if kind is None:
            continue
        following = as_name(tokens[position + 1].text) if position + 1 < len(tokens) else ""
        if following in words.kinds or following == "Home":
            continue
        before = _before(tokens[begin:position])
        if before is None or not _is_named(before, token):
            continue
        begin = position + 1
        name = " ".join(map(_shown, [*before, token]))
        last = as_name(before[-1].text)
        if as_name(token.text) == "Court" and last in words.courts:
            kind = "organisation"
        if kind == "home_or_place" and last in words.public:
            kind = "place"
        yield name, kind


def _before(tokens: Sequence[Token]) -> list[Token] | None:
    """The words before the deciding one that belong to the name: without the sentence's own words in front."""
    words = _words()
    taken = list(tokens[-_LONGEST:])
    cut = max((number for number, token in enumerate(taken) if token.text == "the"), default=-1)
    taken = taken[cut + 1 :] or taken  # "... and the Workers Union": another name stands before
    while taken and (
        as_name(taken[0].text).lower() in _JOINING
        or (as_name(taken[0].text) in words.general and not _opens_a_name(taken))
        or taken[0].text.islower()
    ):
        if as_name(taken[0].text) == "The" and len(taken) == 1:
            break
        taken = taken[1:]
    return taken or None


def _opens_a_name(taken: Sequence[Token]) -> bool:
    """Social Services Department, Children's Committee, South Park: a general word that begins a name."""
    words = _words()
    name = " ".join(as_name(token.text) for token in taken)
    return name in words.bodies or (len(taken) > 1 and as_name(taken[0].text) in _OPENING)


def _is_named(before: Sequence[Token], token: Token) -> bool:
    words = _words()
    names = [as_name(item.text) for item in before]
    if names == ["The"]:
        return as_name(token.text) in words.alone and not is_capitals(token.text)
    if " ".join(names) in words.bodies:
        return words.kinds[as_name(token.text)] == "organisation" or as_name(token.text) == "Court"
    if before[-1].text.lower() in _JOINING:
        return False
    proper = [name for name in names if name.lower() not in _JOINING and name not in words.general]
    if not proper or not _TITLES.isdisjoint(names):
        return False
    return any(len(name) > 2 or name.isupper() for name in proper)


def _shown(token: Token) -> str:
    text = token.text.lower() if token.text.lower() in _JOINING and token.text != "The" else as_name(token.text)
    return f"{text}." if token.stopped and len(token.text) <= 2 else text


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("0", "o")).replace("’", "'")
    key = "".join(letter for letter in plain if letter.isalnum() or letter == " ")
    return key.removeprefix("the ")


@cache
def _words() -> _Words:
    data, names = vocabulary("places"), vocabulary("names")
    order = ("place", "organisation", "school", "home_or_place", "home")
    kinds = {word: kind for kind in order for word in data[kind].split()}
    welsh = {word: kind for kind, entries in data["welsh"].items() for word in entries.split()}
    telling = {*kinds, *welsh, *(part for word in kinds for part in word.split("-"))}
    return _Words(
        kinds,
        welsh,
        frozenset(data["alone_after_the"].split()),
        frozenset(data["general"].split()) | (frozenset(names["function_words"].split()) - {"The"}),
        frozenset(word.strip() for word in data["bodies"].split("|")),
        frozenset(data["courts"].split()),
        frozenset(data["public"].split()),
        frozenset(telling | {word.upper() for word in telling}),
        tuple(word.strip() for word in data["care"].split("|")),
        frozenset(names["not_names"].split()) | frozenset(names["function_words"].split()),
        frozenset(word for kind in names["given"].values() for word in kind.split()),
    )
