"""What a statement states: figures whose parts add up, tables and sentences; frozen, compared, and proved by a hash."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from store.errors import DamagedError

ASKED, REPOSITORIES, SEARCHES, UNREAD, LOSSES = "asked", "repositories", "searches", "unread", "losses"
DISPOSAL, WITHHELD, PRODUCED, OUTSTANDING, TRUTH = "disposal", "withheld", "produced", "outstanding", "truth"
TITLES = {
    ASKED: "What was asked",
    REPOSITORIES: "Where papers may be",
    SEARCHES: "Searches made",
    UNREAD: "What could not be read",
    LOSSES: "What is missing",
    DISPOSAL: "What was kept and what was disposed of",
    WITHHELD: "What is withheld",
    PRODUCED: "What was produced",
    OUTSTANDING: "What is still to be done",
    TRUTH: "Statement of truth",
}
NOT_COUNTED, NOT_THERE = "not counted", "not listed"
# One more whenever the program counts, names or words otherwise what it draws from one and the same register: what two
# wordings make of it differs though nothing changed. Facts that were frozen without one are of the first.
WORDING = 2
DRAWN_OTHERWISE = (
    "another version of Candour drew it, which counted and worded some things otherwise, so it cannot be compared with "
    "the register"
)
NOT_COMPARABLE = (
    "What differs cannot be told, because two versions of Candour drew them, and one counted and worded some things "
    "otherwise."
)


@dataclass(frozen=True)
class Figure:
    """A number and what it counts; one that is part of another is counted in that one as well."""

    code: str
    words: str
    value: int
    part_of: str = ""


@dataclass(frozen=True)
class Table:
    """Rows known by their first cell, which no two of them share."""

    code: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One section: where it found nothing, what that rests on; where nobody looked, that it says so.

    `rests_on` is set exactly where there is nothing to set out, and `looked` says whether anybody could have found
    anything.
    """

    code: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    said: tuple[str, ...] = ()
    rests_on: str = ""
    looked: bool = True

    def table(self, code: str) -> Table | None:
        """Its table of this code."""
        return next((each for each in self.tables if each.code == code), None)


@dataclass(frozen=True)
class Facts:
    """The sections of a statement, in order, and the wording they were drawn in."""

    sections: tuple[Section, ...]
    wording: int = WORDING

    def section(self, code: str) -> Section:
        """The section of this code."""
        return next(each for each in self.sections if each.code == code)

    def figures(self) -> Iterator[tuple[Section, Figure]]:
        """Every figure with its section."""
        for section in self.sections:
            for figure in section.figures:
                yield section, figure

    def value(self, code: str) -> int:
        """The figure of this code; 0 where it is not counted, because there is none."""
        return next((figure.value for _, figure in self.figures() if figure.code == code), 0)

    def parts(self, code: str) -> list[Figure]:
        """The figures that this one is made of."""
        return [figure for _, figure in self.figures() if figure.part_of == code]


@dataclass(frozen=True)
class Difference:
    """One thing that is no longer, or was not yet, what was stated."""

    section: str
    what: str
    before: str
    after: str


def to_json(facts: Facts) -> str:
    """The facts as they are frozen: the same facts always give the same text."""
    sections = [
        {
            "code": section.code,
            "figures": [[each.code, each.words, each.value, each.part_of] for each in section.figures],
            "tables": [[each.code, each.caption, each.columns, each.rows] for each in section.tables],
            "said": section.said,
            "rests_on": section.rests_on,
            "looked": section.looked,
        }
        for section in facts.sections
    ]
    said = {"wording": facts.wording, "sections": sections}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(frozen: str) -> Facts:
    """The facts as they were frozen, be it as the bare sections of the first wording."""
    said = json.loads(frozen)
    wording, sections = (1, said) if isinstance(said, list) else (said["wording"], said["sections"])
    return Facts(
        tuple(
            Section(
                code=section["code"],
                figures=tuple(Figure(*each) for each in section["figures"]),
                tables=tuple(
                    Table(code, caption, tuple(columns), tuple(tuple(row) for row in rows))
                    for code, caption, columns, rows in section["tables"]
                ),
                said=tuple(section["said"]),
                rests_on=section["rests_on"],
                looked=section["looked"],
            )
            for section in sections
        ),
        wording,
    )


def hash_of(frozen: str) -> str:
    """The SHA-256 of frozen facts."""
    return hashlib.sha256(frozen.encode()).hexdigest()


def require_sound(facts: Facts) -> None:
    """Returns only if every number is what its parts add up to, and nothing is silently empty.

    Raises:
        DamagedError: It is not so: a statement may not be made of it.
    """
    faults = [*_sums(facts), *_silent(facts), *_doubled(facts)]
    if faults:
        raise DamagedError(
            f"No statement was drawn, because the register does not add up: {'; '.join(faults)}. Run `candour "
            "doctor`, and report this line."
        )


def _sums(facts: Facts) -> Iterator[str]:
    for section, figure in facts.figures():
        parts = facts.parts(figure.code)
        total = sum(each.value for each in parts)
        if parts and total != figure.value:
            yield f"{TITLES[section.code]}: {figure.value:,} {figure.words}, and its parts are {total:,}"
        if figure.value < 0:
            yield f"{TITLES[section.code]}: {figure.value:,} {figure.words}"


def _silent(facts: Facts) -> Iterator[str]:
    for section in facts.sections:
        is_empty = not any(each.value for each in section.figures) and not any(each.rows for each in section.tables)
        if is_empty != bool(section.rests_on):
            yield f"{TITLES[section.code]}: what its emptiness rests on is not said, or is said without any"


def _doubled(facts: Facts) -> Iterator[str]:
    codes = [figure.code for _, figure in facts.figures()]
    for code in sorted({each for each in codes if codes.count(each) > 1}):
        yield f"the figure {code} is counted twice"
    for section in facts.sections:
        for table in section.tables:
            keys = [row[0] for row in table.rows]
            if len(set(keys)) != len(keys):
                yield f"{table.caption}: two rows have the same name"


def differences(before: Facts, after: Facts) -> list[Difference] | None:
    """Everything that differs, figure by figure, row by row and in what is said, in the order of the sections.

    None where they were drawn in two wordings: nobody could tell what changed in the register from what the program
    only counts or words otherwise, not even of a figure that both have under one name.
    """
    if before.wording != after.wording:
        return None
    found: list[Difference] = []
    for code in TITLES:
        old = next((each for each in before.sections if each.code == code), Section(code))
        new = next((each for each in after.sections if each.code == code), Section(code))
        found += _figures(old, new)
        for table in dict.fromkeys([*(each.code for each in old.tables), *(each.code for each in new.tables)]):
            found += _rows(code, old.table(table), new.table(table))
        if old.said != new.said:
            found.append(Difference(code, "What is said", *(" ".join(each.said) or "nothing" for each in (old, new))))
        if (old.rests_on, old.looked) != (new.rests_on, new.looked):
            found.append(Difference(code, "The section as a whole", _whole(old), _whole(new)))
    return found


def _figures(old: Section, new: Section) -> Iterator[Difference]:
    was, now = ({each.code: each for each in section.figures} for section in (old, new))
    for code in dict.fromkeys([*was, *now]):
        before, after = was.get(code), now.get(code)
        values = [f"{each.value:,}" if each else NOT_COUNTED for each in (before, after)]
        if values[0] != values[1]:
            figure = after or before
            assert figure is not None
            whole = now.get(figure.part_of) or was.get(figure.part_of)
            words = f"{whole.words}: {figure.words}" if whole else figure.words
            yield Difference(old.code, f"{words[:1].upper()}{words[1:]}", values[0], values[1])


def _rows(section: str, old: Table | None, new: Table | None) -> Iterator[Difference]:
    was, now = ({row[0]: row for row in table.rows} if table else {} for table in (old, new))
    table = new or old
    assert table is not None
    for key in dict.fromkeys([*was, *now]):
        before, after = was.get(key), now.get(key)
        if before is None or after is None:
            row = before or after or ()
            shown = "; ".join(f"{name}: {cell}" for name, cell in zip(table.columns[1:], row[1:], strict=True) if cell)
            sides = (shown, NOT_THERE) if after is None else (NOT_THERE, shown)
            yield Difference(section, f"{table.caption}: {key}", *sides)
        else:
            cells = zip(table.columns[1:], before[1:], after[1:], strict=True)
            for name, left, right in cells:
                if left != right:
                    yield Difference(section, f"{table.caption}: {key}: {name}", left or "nothing", right or "nothing")


def _whole(section: Section) -> str:
    if not section.looked:
        return f"not looked at: {section.rests_on}"
    return f"nothing: {section.rests_on}" if section.rests_on else "set out"
