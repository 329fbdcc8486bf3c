"""The arrangements of words in which a phrase or a distance is asked for, as the tokens of an index's field.

Nothing here knows Tantivy: what it is given is words, what comes of it is tokens and how far they stand apart.
"""

from collections.abc import Iterator
from itertools import product

from search import language_fields as fields
from search.analysis import stem
from search.engines.kept_words import as_token
from search.engines.tantivy_schema import stem_field
from search.language_tree import AnyOf, Near, Phrase, Placed, Word
from search.marking import leaves

PHRASE_LIMIT = 40
"""The most phrases that a distance is asked for as; beyond that, reading the candidates costs less."""

Pattern = tuple[tuple[int, str], ...]
"""Tokens and how far each stands behind the first."""


def word_field(word: Word, field: str) -> str:
    """The field of Tantivy's in which the word is looked for."""
    return field if word.exact or field not in fields.STEMMED_FIELDS else stem_field(field)


def token_of(word: Word, used: str) -> str:
    """The word as it stands in the field of Tantivy's that is used: itself, or its stem."""
    return as_token(word.text) if used in fields.WORD_FIELDS else as_token(stem(word.text))


def index_field(placed: Placed, field: str) -> str | None:
    """The one field of Tantivy's in which all its words can be looked for, if they all are words."""
    found = list(leaves(placed))
    used = {word_field(leaf, field) for leaf in found if isinstance(leaf, Word)}
    return used.pop() if len(used) == 1 and all(isinstance(leaf, Word) for leaf in found) else None


def alternatives_of(placed: Placed, used: str) -> set[str] | None:
    """The tokens it may be, where it is one word or a choice between words."""
    match placed:
        case Word():
            return {token_of(placed, used)}
        case AnyOf(parts):
            found = [alternatives_of(part, used) for part in parts]
            known = [tokens for tokens in found if tokens is not None]
            return set().union(*known) if len(known) == len(found) else None
        case _:
            return None


def width_of(placed: Placed) -> int:
    """The most words that a match can reach over."""
    match placed:
        case Phrase(parts):
            return len(parts)
        case AnyOf(parts):
            return max(width_of(part) for part in parts)
        case Near(left, right, distance):
            return width_of(left) + width_of(right) + distance - 1
        case _:
            return 1


def patterns_of(placed: Placed, used: str) -> list[Pattern] | None:
    """Every arrangement of words that is a match, or None where they are too many to be asked one by one."""
    match placed:
        case Word():
            return [((0, token_of(placed, used)),)]
        case Phrase(parts):
            return [tuple((i, token_of(part, used)) for i, part in enumerate(parts) if isinstance(part, Word))]
        case AnyOf(parts):
            found = [patterns_of(part, used) for part in parts]
            known = [pattern for patterns in found if patterns is not None for pattern in patterns]
            return known if None not in found and len(known) <= PHRASE_LIMIT else None
        case Near(left, right, distance, ordered):
            one, other = patterns_of(left, used), patterns_of(right, used)
            if one is None or other is None or len(one) * len(other) * distance * (2 - ordered) > PHRASE_LIMIT:
                return None
            arranged = list(_arranged(one, other, distance))
            return arranged if ordered else [*arranged, *_arranged(other, one, distance)]
        case _:
            return None


def _arranged(earlier: list[Pattern], later: list[Pattern], distance: int) -> Iterator[Pattern]:
    for one, other, apart in product(earlier, later, range(1, distance + 1)):
        start = one[-1][0] + apart
        yield (*one, *((start + offset, token) for offset, token in other))
