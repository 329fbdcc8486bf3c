"""Values that no record has: a slip in one, such as `type:emails`, would answer “nothing found” where there is much."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from search import language_fields as fields
from search.analysis import keyword
from search.asking import Asking
from search.engine import EVERY_DOCUMENT, FacetCount
from search.language_tree import And, Keyword, Node, Not, Or, Query

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Unheld:
    """A value that no record open to whoever asks has, and those that some have: the likest first, then the commonest.

    `more` is how many values there are beside them.
    """

    field: str
    value: str
    held: tuple[str, ...]
    more: int


def values_nobody_has(asked: Asking, query: Query) -> list[Unheld]:
    """The values of the query that no record has among those that may be seen."""
    named = dict.fromkeys(each for each in _keywords(query.node) if each.field in fields.KEYWORD_FIELDS)
    unheld = [each for each in named if not asked.count(Query("", each))]
    held = asked.find(EVERY_DOCUMENT, limit=1).facets if unheld else {}
    return [_unheld(each, held) for each in unheld]


def _keywords(node: Node) -> Iterator[Keyword]:
    if isinstance(node, Keyword):
        yield node
    elif isinstance(node, Not):
        yield from _keywords(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _keywords(part)


def _unheld(named: Keyword, facets: Mapping[str, Sequence[FacetCount]]) -> Unheld:
    held = [each.value for each in facets.get(named.field, ())]
    alike = {keyword(value): value for value in held}
    close = [alike[each] for each in difflib.get_close_matches(named.pattern, alike, n=3)]
    listed = list(dict.fromkeys([*close, *held]))
    return Unheld(named.field, named.pattern, tuple(listed[:SHOWN]), max(len(listed) - SHOWN, 0))
