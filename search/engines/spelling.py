"""Did you mean: words that stand nowhere changed to the likeliest that do, among what the asker may see."""

from collections.abc import Callable
from typing import Protocol

from rapidfuzz.distance import Levenshtein

from search import language_fields as fields
from search.analysis import as_misread, tokens
from search.language_tree import Query, Word, placed_parts
from search.marking import leaves


class NearWords(Protocol):
    """Something that knows words."""

    def within(self, text: str, edits: int) -> list[str]:
        """The words within so many letters of the text."""


Holders = Callable[[Word], int]
"""How many documents, of those that may be seen, hold the word; or another form of it, where it is not exact."""

_SHORTEST = 4


def suggest(query: Query, vocabulary: NearWords, holders: Holders) -> str | None:
    """The query as written, with each unknown word changed to a known one; None where no word was changed."""
    changes = {
        word: better
        for word in _unknown_words(query, holders)
        if (better := _likeliest(word, vocabulary, holders)) is not None
    }
    if not changes:
        return None
    written, end = [], 0
    for token in tokens(query.written):
        if token.word in changes:
            written += [query.written[end : token.start], changes[token.word]]
            end = token.end
    return "".join([*written, query.written[end:]])


def _unknown_words(query: Query, holders: Holders) -> set[str]:
    plain = (part for part in placed_parts(query.node) if part.field in (None, fields.TEXT, fields.TITLE))
    asked = {leaf.text for part in plain for leaf in leaves(part.placed) if isinstance(leaf, Word)}
    return {word for word in asked if len(word) >= _SHORTEST and not holders(Word(word))}


def _likeliest(word: str, vocabulary: NearWords, holders: Holders) -> str | None:
    """The nearest word that is held; of equally near ones the most held, and then the first by letters."""
    near = sorted((_distance(word, other), other) for other in vocabulary.within(word, 2 if len(word) > 5 else 1))
    best: tuple[float, int, str] | None = None
    for distance, other in near:
        if best is not None and distance > best[0]:
            break
        # In this very form: one that stands only in what may not be seen is not told, whatever its other forms.
        held = holders(Word(other)) if holders(Word(other, exact=True)) else 0
        if held and (best is None or (distance, -held, other) < best):
            best = (distance, -held, other)
    return best[2] if best else None


def _distance(word: str, other: str) -> float:
    """Letters wrong; a scanner's confusion is nearer than any one letter wrong."""
    misread = Levenshtein.distance(as_misread(word), as_misread(other))
    return min(float(Levenshtein.distance(word, other)), misread + 0.5)
