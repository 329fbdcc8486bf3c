"""A query answered over one snapshot: which documents match, and how well (BM25F).

Only documents that the asker may see take part, in the matching and in every number that the score is made of:
a document that may not be seen does not even change the order of the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.analysis import wildcard_pattern
from search.engines.broken_words import JOINED
from search.engines.ranking import SATURATION, WEIGHTS
from search.engines.whoosh_postings import POSITION_BITS
from search.engines.whoosh_snapshot import Snapshot
from search.language_tree import (
    And,
    AnyOf,
    Dated,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Placed,
    Text,
    Undated,
    Wildcard,
    Word,
)
from search.marking import Leaf, marked_words, spans_of
from search.spans import Places, Spans, any_of, broken_words, single_words

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matched:
    """The documents that match, and the score of every document, matching or not."""

    mask: Mask
    scores: Numbers


def match_query(query: Node, snapshot: Snapshot, allowed: Mask) -> Matched:
    """What the query matches among the allowed documents of the snapshot."""
    return _Matcher(snapshot, allowed).match(query)


def marked_positions(parts: list[Text], snapshot: Snapshot, numbers: list[int]) -> dict[int, Spans]:
    """For each of these documents where in its text the words stand that the query points at."""
    only = np.zeros(snapshot.size, dtype=np.bool_)
    only[numbers] = True
    matcher = _Matcher(snapshot, only)
    marked = marked_words([part.placed for part in parts], lambda leaf: matcher.spans(leaf, fields.TEXT, only))
    owners = marked.first >> POSITION_BITS
    first, last = (keys & ((1 << POSITION_BITS) - 1) for keys in (marked.first, marked.last))
    begin, end = (np.searchsorted(owners, numbers, side=side) for side in ("left", "right"))
    return {n: Spans(first[i:j], last[i:j]) for n, i, j in zip(numbers, begin.tolist(), end.tolist(), strict=True)}


class _Matcher:
    """Works through the tree, adding up the scores of what is wanted as it goes."""

    def __init__(self, snapshot: Snapshot, allowed: Mask) -> None:
        self._snapshot = snapshot
        self._allowed = allowed
        self._scores = np.zeros(snapshot.size)
        self._frequencies: dict[tuple[Leaf, str], Numbers | None] = {}
        self._norms: dict[str, Numbers] = {}
        self._allowed_count = int(allowed.sum())

    def match(self, query: Node) -> Matched:
        mask = self._mask(query, wanted=True)
        return Matched(mask & self._allowed, self._scores)

    def _mask(self, node: Node, *, wanted: bool) -> Mask:
        match node:
            case Everything():
                return self._allowed
            case And(parts):
                return _all_of([self._allowed, *(self._mask(part, wanted=wanted) for part in parts)])
            case Or(parts):
                nothing = np.zeros(self._snapshot.size, dtype=np.bool_)
                return _one_of([nothing, *(self._mask(part, wanted=wanted) for part in parts)])
            case Not(part):
                return ~self._mask(part, wanted=not wanted) & self._allowed
            case Text(placed, field):
                return self._text(placed, field, wanted=wanted)
            case Keyword():
                return self._keyword(node)
            case Dated():
                return self._dated(node)
            case Undated():
                undated: Mask = self._snapshot.columns.first_days == 0
                return undated

    def _text(self, placed: Placed, field: str | None, *, wanted: bool) -> Mask:
        names = fields.PLAIN_FIELDS if field is None else (field,)
        weighted = np.zeros(self._snapshot.size)
        for name in names:
            counts = self._count(placed, name)
            if counts is not None:
                weight, _ = WEIGHTS[name]
                weighted += weight * counts / self._norm(name)
        mask = (weighted > 0) & self._allowed
        if wanted:
            self._score(mask, weighted)
        return mask

    def _score(self, mask: Mask, weighted: Numbers) -> None:
        holding = int(mask.sum())
        rarity = np.log1p((self._allowed_count - holding + 0.5) / (holding + 0.5))
        here = weighted[mask]
        self._scores[mask] += rarity * here * (SATURATION + 1) / (here + SATURATION)

    def _norm(self, field: str) -> Numbers:
        """For each document, by how much the length of the field lessens a word in it."""
        if field not in self._norms:
            lengths = self._snapshot.columns.lengths[fields.WORD_FIELDS.index(field)]
            filled = lengths[self._allowed & (lengths > 0)]
            average = float(filled.mean()) if len(filled) else 1.0
            _, slope = WEIGHTS[field]
            self._norms[field] = 1.0 - slope + slope * lengths / average
        return self._norms[field]

    def _count(self, placed: Placed, field: str) -> Numbers | None:
        """How often it stands in the field of each document, or None where it stands in none."""
        if isinstance(placed, Word | Wildcard | Fuzzy):
            return self._frequency(placed, field)
        candidates = self._candidates(placed, field)
        if candidates is None:
            return None
        candidates &= self._allowed
        if not candidates.any():
            return None
        spans = spans_of(placed, lambda leaf: self.spans(leaf, field, candidates))
        if not len(spans):
            return None
        return np.bincount(spans.first >> POSITION_BITS, minlength=self._snapshot.size).astype(np.float64)

    def _candidates(self, placed: Placed, field: str) -> Mask | None:
        """The documents that hold all the words it needs, wherever they stand; None where there are none."""
        match placed:
            case Word() | Wildcard() | Fuzzy():
                counts = self._frequency(placed, field)
                return None if counts is None else counts > 0
            case Phrase(parts):
                return self._all([self._candidates(part, field) for part in parts])
            case Near(left, right):
                return self._all([self._candidates(left, field), self._candidates(right, field)])
            case AnyOf(alternatives):
                found = [mask for part in alternatives if (mask := self._candidates(part, field)) is not None]
                return _one_of(found) if found else None

    def _all(self, masks: list[Mask | None]) -> Mask | None:
        present = [mask for mask in masks if mask is not None]
        return _all_of(present) if len(present) == len(masks) else None

    def _frequency(self, leaf: Leaf, field: str) -> Numbers | None:
        key = (leaf, field)
        if key not in self._frequencies:
            self._frequencies[key] = self._read_frequency(leaf, field)
        return self._frequencies[key]

    def _read_frequency(self, leaf: Leaf, field: str) -> Numbers | None:
        total: Numbers | None = None
        names = (field, JOINED) if field == fields.TEXT else (field,)
        for base, postings in [found for name in names for found in self._snapshot.leaf_postings(name, leaf)]:
            if total is None:
                total = np.zeros(self._snapshot.size)
            postings.add_counts(total, base)
        return total

    def spans(self, leaf: Leaf, field: str, documents: Mask) -> Spans:
        """Where the leaf stands in these documents, whole and broken at the end of a line."""
        whole = single_words(self._keys(leaf, field, documents))
        if field != fields.TEXT:
            return whole
        return any_of([whole, broken_words(self._keys(leaf, JOINED, documents))])

    def _keys(self, leaf: Leaf, field: str, documents: Mask) -> Places:
        """Where the leaf stands in these documents: document and position in one number, in order."""
        known = self._snapshot.leaf_postings(field, leaf)
        if not known:
            return np.empty(0, dtype=np.int64)
        found = [postings.keys(documents, base) for base, postings in known]
        if len(found) == 1 and not known[0][1].is_wide:
            return found[0]
        return np.sort(np.concatenate(found))

    def _keyword(self, asked: Keyword) -> Mask:
        column = self._snapshot.columns.values[asked.field]
        test = wildcard_pattern(asked.pattern)
        chosen = np.array(
            [
                folded == asked.pattern if asked.exact else test.fullmatch(folded) is not None
                for folded in column.folded
            ],
            dtype=np.bool_,
        )
        mask = np.zeros(self._snapshot.size, dtype=np.bool_)
        if len(column.values):
            mask[column.docs[chosen[column.codes]]] = True
        return mask

    def _dated(self, dated: Dated) -> Mask:
        columns = self._snapshot.columns
        mask: Mask = columns.first_days != 0
        if dated.last is not None:
            mask &= columns.first_days <= dated.last.toordinal()
        if dated.first is not None:
            mask &= columns.last_days >= dated.first.toordinal()
        return mask


def _all_of(masks: list[Mask]) -> Mask:
    mask: Mask = np.logical_and.reduce(masks)
    return mask


def _one_of(masks: list[Mask]) -> Mask:
    mask: Mask = np.logical_or.reduce(masks)
    return mask
