"""Did you mean: words that stand nowhere changed to the likeliest that do, among what the asker may see."""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from search import language_fields as fields
from search.analysis import as_misread, tokens
from search.engines.whoosh_snapshot import Snapshot
from search.language_tree import Query, Word, placed_parts
from search.marking import leaves

_SHORTEST = 4


def suggest(query: Query, snapshot: Snapshot, allowed: NDArray[np.bool_]) -> str | None:
    """The query as written, with each unknown word changed to a known one; None where no word was changed."""
    changes = {
        word: better
        for word in _unknown_words(query, snapshot, allowed)
        if (better := _likeliest(word, snapshot, allowed)) is not None
    }
    if not changes:
        return None
    written, end = [], 0
    for token in tokens(query.written):
        if token.word in changes:
            written += [query.written[end : token.start], changes[token.word]]
            end = token.end
    return "".join([*written, query.written[end:]])


def _unknown_words(query: Query, snapshot: Snapshot, allowed: NDArray[np.bool_]) -> set[str]:
    plain = (part for part in placed_parts(query.node) if part.field in (None, fields.TEXT, fields.TITLE))
    asked = {leaf.text for part in plain for leaf in leaves(part.placed) if isinstance(leaf, Word)}
    return {word for word in asked if len(word) >= _SHORTEST and not _holders(word, snapshot, allowed)}


def _holders(word: str, snapshot: Snapshot, allowed: NDArray[np.bool_]) -> int:
    """How many documents, of those that may be seen, hold the word or another form of it."""
    return sum(
        int(allowed[postings.docs + base].sum())
        for name in fields.PLAIN_FIELDS
        for form in snapshot.vocabulary.expand(Word(word), stemmed=name in fields.STEMMED_FIELDS)
        for base, postings in snapshot.postings(name, form)
    )


def _likeliest(word: str, snapshot: Snapshot, allowed: NDArray[np.bool_]) -> str | None:
    """The nearest word that is held; of equally near ones the most held, and then the first by letters."""
    near = sorted(
        (_distance(word, other), other) for other in snapshot.vocabulary.within(word, 2 if len(word) > 5 else 1)
    )
    best: tuple[float, int, str] | None = None
    for distance, other in near:
        if best is not None and distance > best[0]:
            break
        held = _holders(other, snapshot, allowed)
        if held and (best is None or (distance, -held, other) < best):
            best = (distance, -held, other)
    return best[2] if best else None


def _distance(word: str, other: str) -> float:
    """Letters wrong; a scanner's confusion is nearer than any one letter wrong."""
    misread = Levenshtein.distance(as_misread(word), as_misread(other))
    return min(float(Levenshtein.distance(word, other)), misread + 0.5)
