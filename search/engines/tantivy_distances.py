"""Phrases and distances between words as Tantivy's phrase queries, where those say exactly the same."""

from itertools import product

from tantivy import Query as TantivyQuery
from tantivy import Schema

from search.engines.tantivy_arrangements import PHRASE_LIMIT, Pattern, alternatives_of, patterns_of
from search.engines.tantivy_joining import any_of, both
from search.language_tree import Near, Phrase

ARRANGEMENT_LIMIT = 12
"""The most arrangements of three or more words: each is looked for among all documents that hold the words."""


def pairs(schema: Schema, placed: Phrase | Near, used: str) -> TantivyQuery | None:
    """A distance between two words in any order: a phrase with so much slop, asked both ways round."""
    if not isinstance(placed, Near) or placed.ordered:
        return None
    left, right = alternatives_of(placed.left, used), alternatives_of(placed.right, used)
    if left is None or right is None:
        return None
    return within(schema, left, right, placed.distance, used)


def within(
    schema: Schema, left: set[str], right: set[str], distance: int, used: str, also: tuple[TantivyQuery, ...] = ()
) -> TantivyQuery | None:
    """That one of the left and one of the right stand so near each other; None where it takes too many phrases.

    `also` is what else a document must hold.
    """
    if left & right or len(left) * len(right) * 2 > PHRASE_LIMIT:
        return None
    # A phrase with a slop of s matches where the second stands from 1 - s to 1 + s behind the first; two different
    # words never share a place, so both ways round with s one less than the distance make it exact.
    # With what else is needed inside each: outside, the places in every document of both words would be compared.
    return any_of(
        [
            both([TantivyQuery.phrase_query(schema, used, [first, second], distance - 1), *also])
            for one, other in product(sorted(left), sorted(right))
            for first, second in ((one, other), (other, one))
        ]
    )


def phrases(schema: Schema, placed: Phrase | Near, used: str) -> TantivyQuery | None:
    """A phrase or distance as every arrangement of its words that matches, where those are few."""
    patterns = patterns_of(placed, used)
    if patterns is None:
        return None
    if len(patterns) > ARRANGEMENT_LIMIT and any(len(pattern) > 2 for pattern in patterns):
        return None
    return any_of([_arrangement(schema, pattern, used) for pattern in patterns])


def _arrangement(schema: Schema, pattern: Pattern, used: str) -> TantivyQuery:
    if len(pattern) == 1:
        return TantivyQuery.term_query(schema, used, pattern[0][1], index_option="freq")
    return TantivyQuery.phrase_query(schema, used, list(pattern))
