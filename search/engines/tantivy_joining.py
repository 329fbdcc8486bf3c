"""Queries of Tantivy's put together, and patterns of one word as Tantivy is asked them."""

from collections.abc import Sequence
from functools import lru_cache

from tantivy import Occur
from tantivy import Query as TantivyQuery

from search.engines.tantivy_schema import make_schema

SHAPES = frozenset("*?")
"""What stands for other characters in a pattern."""

_SCHEMA = make_schema()
_SIGNS = frozenset("\\.+*?()|[]{}^$#&-~")


def everything() -> TantivyQuery:
    """Every document, for no score."""
    return TantivyQuery.const_score_query(TantivyQuery.all_query(), 0.0)


def any_of(queries: Sequence[TantivyQuery]) -> TantivyQuery:
    """What any of them matches."""
    if not queries:
        return TantivyQuery.empty_query()
    return queries[0] if len(queries) == 1 else TantivyQuery.boolean_query([(Occur.Should, q) for q in queries])


def both(queries: Sequence[TantivyQuery]) -> TantivyQuery:
    """What all of them match, of which there is at least one."""
    return queries[0] if len(queries) == 1 else TantivyQuery.boolean_query([(Occur.Must, q) for q in queries])


def but_not(wanted: TantivyQuery, excluded: Sequence[TantivyQuery]) -> TantivyQuery:
    """What is wanted, without what any of the others matches."""
    if not excluded:
        return wanted
    return TantivyQuery.boolean_query([(Occur.Must, wanted), *((Occur.MustNot, query) for query in excluded)])


@lru_cache(maxsize=500)
def pattern_query(field: str, pattern: str) -> TantivyQuery:
    """What holds a token like the pattern: the same for every index of the layout, and dear to make."""
    prefix = pattern.removesuffix("*")
    if pattern != prefix and prefix and not SHAPES & set(prefix):
        # No letter may differ: the same tokens with the same score as by an expression, which is dearer to make.
        return TantivyQuery.fuzzy_term_query(_SCHEMA, field, prefix, distance=0, prefix=True)
    return TantivyQuery.regex_query(_SCHEMA, field, _regex(pattern))


def begins_plain(pattern: str) -> bool:
    """Whether so much of the beginning is given that few words have to be tried."""
    return not SHAPES & set(pattern[:2])


def _regex(pattern: str) -> str:
    """The pattern as the regular expression of a whole term; what is a sign to Tantivy is written as itself."""
    return "".join({"*": ".*", "?": "."}.get(c) or (f"\\{c}" if c in _SIGNS else c) for c in pattern)
