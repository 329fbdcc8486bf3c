"""The people a record names, each once: its mentions of them joined where only one person can be meant."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from records.mentions import Mention, mentions_on, naming_words


@dataclass(frozen=True)
class NamedPerson:
    """A person the record names: the fullest form of the name, the first page, and the words there."""

    name: str
    page: int
    evidence: str


@dataclass
class _Person:
    """Mentions that can be one person."""

    mentions: list[Mention] = field(default_factory=list)
    given: str = ""
    initials: str = ""
    gender: str = ""


def propose_people(pages: Sequence[tuple[int, str]]) -> list[NamedPerson]:
    """The people named in the record, each once, in the order in which they first appear.

    The forms of one person are joined (Mr Pellow, J. Pellow, PELLOW) where only one person of the record can be
    meant; where two could be, the shorter form stays by itself rather than be given to the wrong one.
    """
    groups: dict[str, list[Mention]] = {}
    known: set[str] = set()
    for number, text in pages:
        for name in mentions_on(number, text, known):
            key = _key(name.surname)
            if len(key) > 1 or (key and name.given):
                groups.setdefault(key, []).append(name)
    _join_initials_of_surnames(groups)
    people = [person for names in groups.values() for person in _persons(names)]
    shown = [NamedPerson(_shown(person), person.mentions[0].page, person.mentions[0].evidence()) for person in people]
    return sorted(shown, key=lambda person: person.page)


@lru_cache(maxsize=20_000)
def _key(surname: str) -> str:
    plain = unicodedata.normalize("NFKD", surname.lower().replace("0", "o"))
    return "".join(letter for letter in plain if letter.isalpha())


def _join_initials_of_surnames(groups: dict[str, list[Mention]]) -> None:
    """Kevin D. is the Kevin whose surname begins with D, if the record names just one."""
    for key in [key for key in groups if len(key) == 1]:
        left = []
        for name in groups[key]:
            homes = [
                other
                for other, names in groups.items()
                if len(other) > 1 and other[0] == key and any(known.given == name.given for known in names)
            ]
            if len(homes) == 1:
                groups[homes[0]].append(name)
            else:
                left.append(name)
        groups[key] = left


def _persons(names: list[Mention]) -> list[_Person]:
    people: list[_Person] = []
    order = {id(name): number for number, name in enumerate(names)}
    fullest_first = sorted(names, key=lambda name: (not name.given, not name.initials, order[id(name)]))
    for name in fullest_first:
        possible = [person for person in people if _can_be(person, name)]
        same = [person for person in possible if person.initials == name.initials and person.given == name.given]
        if not possible:
            person = _Person()
            people.append(person)
        elif len(possible) == 1 or same:
            person = (same or possible)[0]
        else:
            person = _Person()  # two could be meant: it stays by itself
            people.append(person)
        person.mentions.append(name)
        person.given = person.given or name.given
        person.initials = max(person.initials, name.initials, key=len)
        person.gender = person.gender or _gender(name)
    for person in people:
        person.mentions.sort(key=lambda name: order[id(name)])
    return people


def _can_be(person: _Person, name: Mention) -> bool:
    gender = _gender(name)
    if gender and person.gender and gender != person.gender:
        return False
    if person.given and name.given:
        first, second = sorted((person.given, name.given), key=len)
        return first == second or (len(first) > 2 and second.startswith(first))
    return all(mine == theirs for mine, theirs in zip(person.initials, name.initials, strict=False))


def _gender(name: Mention) -> str:
    words = naming_words()
    return words.titles.get(name.title, ("", ""))[1] or words.given.get(name.given, "")


def _shown(person: _Person) -> str:
    surname = max((name.surname for name in person.mentions), key=len)
    if len(surname) == 1:
        return f"{person.given} {surname}."
    if person.given:
        return max((name.whole for name in person.mentions if name.given), key=len)
    if person.initials:
        return f"{' '.join(letter + '.' for letter in person.initials)} {surname}"
    title = next((name.title for name in person.mentions if name.title), "")
    return f"{title} {surname}".strip()
