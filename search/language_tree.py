"""What a query means, in a form that every engine answers: the tree that the language is read into."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word; with all its forms, or only exactly as it stands."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A folded pattern of one word: `*` any characters, `?` exactly one."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word and those within so many letters of it; any number of a scanner's usual confusions counts as one."""

    text: str
    edits: int = 1


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one directly after the other in the same field."""

    parts: tuple[Word | Wildcard | Fuzzy, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives inside a proximity: any one of them may stand in the place."""

    parts: tuple["Placed", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two things in the same field at most `distance` words apart (neighbours are 1 apart), not overlapping."""

    left: "Placed"
    right: "Placed"
    distance: int
    ordered: bool


Placed = Word | Wildcard | Fuzzy | Phrase | AnyOf | Near
"""What has a place in the text, so that a distance can be measured from it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something with a place, looked for in one field of words, or in all that a plain word is looked for in."""

    placed: Placed
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """A whole value of a field, as a pattern of folded characters where `*` and `?` stand for others.

    In an exact one they stand for themselves. The field is one of `KEYWORD_FIELDS`, or of `VALUE_FIELDS`, whose
    values are otherwise searched by their words (`IndexDocument.whole_values` gives both).
    """

    field: str
    pattern: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Dated:
    """A document whose date, or any day it may have been written on, lies in the range; None is an open end."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Undated:
    """A document of which no date is known."""


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    part: "Node"


Node = Everything | Text | Keyword | Dated | Undated | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was written, and what it means."""

    written: str
    node: Node = field(default_factory=Everything)


Asked = Query | Node
"""What an engine can be asked: a query as a person wrote it, or a tree that a program made."""


def meaning(asked: Asked) -> Node:
    """The tree to answer."""
    return asked.node if isinstance(asked, Query) else asked


def dated_parts(node: Node, *, under_not: bool = False) -> list[Dated]:
    """The stretches of time that are asked for, not excluded."""
    if isinstance(node, Dated):
        return [] if under_not else [node]
    if isinstance(node, Not):
        return dated_parts(node.part, under_not=not under_not)
    if isinstance(node, And | Or):
        return [dated for part in node.parts for dated in dated_parts(part, under_not=under_not)]
    return []


def placed_parts(node: Node, *, under_not: bool = False) -> list[Text]:
    """What a reader would look for on the page: everything with a place that is wanted, not excluded."""
    if isinstance(node, Text):
        return [] if under_not else [node]
    if isinstance(node, Not):
        return placed_parts(node.part, under_not=not under_not)
    if isinstance(node, And | Or):
        return [text for part in node.parts for text in placed_parts(part, under_not=under_not)]
    return []
