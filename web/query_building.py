"""Queries put together for people who do not write them: a row for each thing wanted, dates and categories."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from search import language_fields as fields
from search.analysis import QUOTES
from search.habits import date_as_written_here

OPERATORS = frozenset({"AND", "OR", "NOT"})
LONGEST = 500
FEWEST_ROWS, MOST_ROWS = 3, 12
USUAL_DISTANCE = "5"

JOINS = {"and": "and", "or": "or else", "not": "but not"}
WAYS = {
    "all": "all of these words",
    "any": "any of these words",
    "phrase": "exactly this phrase",
    "near": "these words near each other",
    "before": "these words near each other, in this order",
    "exact": "these words as they are spelt",
    "misread": "these words, one letter may be misread",
    "begins": "words that begin so",
}
FIELDS = {
    "": "Anywhere",
    fields.TEXT: "The text",
    fields.TITLE: "The title",
    fields.FILE: "The file name",
    fields.PERSON: "A person named",
    fields.PLACE: "A home or body named",
    fields.BATCH: "The batch",
    fields.BOX: "The box",
    fields.SOURCE: "The source",
    fields.CUSTODIAN: "The custodian",
    fields.REFERENCE: "The reference",
    fields.TYPE: "The type of record",
    fields.STATE: "How far it is read",
    fields.READ: "What it was read from",
    fields.HAS: "What it has",
}


@dataclass(frozen=True)
class Row:
    """One thing that is wanted, or not wanted."""

    join: str = "and"
    field: str = ""
    way: str = "all"
    text: str = ""
    distance: str = USUAL_DISTANCE


@dataclass(frozen=True)
class Wanted:
    """What the form asks for."""

    rows: Sequence[Row] = field(default_factory=lambda: (Row(),) * FEWEST_ROWS)
    since: str = ""
    until: str = ""
    undated: bool = False
    categories: Sequence[str] = ()


def read_wanted(given: MultiDict[str, str], *, more: bool) -> Wanted:
    """The form as it was sent, with room for another row where more are wanted."""
    listed = {name: given.getlist(name) for name in ("join", "field", "way", "text", "distance")}
    rows = [
        Row(
            join=_one_of(listed, "join", i, JOINS, "and"),
            field=_one_of(listed, "field", i, FIELDS, ""),
            way=_one_of(listed, "way", i, WAYS, "all"),
            text=text.strip()[:LONGEST],
            distance=_at(listed, "distance", i).strip()[:4] or USUAL_DISTANCE,
        )
        for i, text in enumerate(listed["text"][:MOST_ROWS])
    ]
    wanted = max(len(rows) + more, FEWEST_ROWS)
    rows += [Row()] * (min(wanted, MOST_ROWS) - len(rows))
    return Wanted(
        rows=rows,
        since=given.get("since", "").strip()[:20],
        until=given.get("until", "").strip()[:20],
        undated=given.get("undated") == "yes",
        categories=tuple(given.getlist("category")[:MOST_ROWS]),
    )


def build_query(wanted: Wanted) -> str:
    """The query that says what the form says; empty if it is empty."""
    groups: list[tuple[bool, list[str]]] = []
    for row in wanted.rows:
        written = _written(row)
        if not written:
            continue
        if row.join == "or" and groups:
            groups[-1][1].append(written)
        else:
            groups.append((row.join == "not", [written]))
    parts = [_joined(negated, alternatives) for negated, alternatives in groups]
    parts += [part for part in (_dates(wanted), _any_of(fields.CATEGORY, wanted.categories)) if part]
    # What is wanted stands before what is not: it reads better, and means the same.
    return " AND ".join(sorted(parts, key=lambda part: part.startswith("NOT ")))


def _at(listed: Mapping[str, list[str]], name: str, place: int) -> str:
    return listed[name][place] if place < len(listed[name]) else ""


def _one_of(listed: Mapping[str, list[str]], name: str, place: int, known: Mapping[str, str], otherwise: str) -> str:
    value = _at(listed, name, place)
    return value if value in known else otherwise


def _joined(negated: bool, alternatives: Sequence[str]) -> str:  # noqa: FBT001
    written = alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"
    return f"NOT {written}" if negated else written


def _written(row: Row) -> str:
    """The row in the language; empty where nothing stands in it that can be looked for."""
    if row.field in fields.KEYWORD_FIELDS:
        return _any_of(row.field, [value.strip() for value in row.text.split(",") if value.strip()])
    words = [word for word in row.text.split() if re.search(r"\w", word)]
    if not words:
        return ""
    written = _words(row, words)
    return f"{row.field}:{written}" if row.field else written


def _words(row: Row, words: Sequence[str]) -> str:
    if row.way == "phrase":
        return _quoted(" ".join(words))
    if row.way in ("near", "before"):
        operator = f" {'pre' if row.way == 'before' else 'w'}/{row.distance} "
        return _group(operator.join(_plain(word) for word in words), len(words))
    parts = [_one_word(row.way, word) for word in words]
    return _group((" OR " if row.way == "any" else " ").join(parts), len(parts))


def _one_word(way: str, word: str) -> str:
    bare = "".join(re.findall(r"\w", word))
    if way == "exact":
        return f"={bare}" if bare == word else _quoted(word)
    if way == "misread" and bare == word and len(word) > 2:
        return f"{word}~"
    if way == "begins" and bare == word and len(word) > 1:
        return f"{word}*"
    return _plain(word)


def _group(written: str, count: int) -> str:
    return f"({written})" if count > 1 else written


def _dates(wanted: Wanted) -> str:
    if not wanted.since and not wanted.until:
        return "date:none" if wanted.undated else ""
    since, until = _end(wanted.since, 0), _end(wanted.until, 1)
    span = since if since == until else f"{since}..{until}"
    return f"(date:{span} OR date:none)" if wanted.undated else f"date:{span}"


def _end(said: str, side: int) -> str:
    """The day, month or year that was said, as it is written in the language; of several the first, or the last."""
    written = date_as_written_here(said)
    return (written.split("..")[-side] or said) if written else said


def _any_of(name: str, values: Sequence[str]) -> str:
    written = [
        value if re.fullmatch(r"[\w-]+", value) and value not in OPERATORS else _quoted(value) for value in values
    ]
    if not written:
        return ""
    return f"{name}:{written[0]}" if len(written) == 1 else f"{name}:({' OR '.join(written)})"


def _plain(word: str) -> str:
    """A word as it can stand in a query: nothing in it is taken for a sign of the language."""
    if word.upper() in OPERATORS or not re.fullmatch(r"[\w*?'’.-]+~?[12]?", word) or word.startswith("-"):
        return _quoted(word)
    return word


def _quoted(text: str) -> str:
    cleaned = " ".join(re.sub(f"[{QUOTES}]", " ", text).split())
    return f'"{cleaned}"'
