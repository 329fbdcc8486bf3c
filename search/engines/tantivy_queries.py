"""The tree of a query as Tantivy is asked it.

Tantivy answers from its own posting lists what its query types express exactly: words, patterns, phrases, and
distances between words. For the rest (a distance between phrases, a pattern inside one) it names the documents that
hold the words near one another, and the kept words of those are read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tantivy import FieldType
from tantivy import Query as TantivyQuery

from search import language_fields as fields
from search.analysis import stem, wildcard_pattern
from search.engines.broken_words import JOINED
from search.engines.kept_numbers import holding
from search.engines.kept_words import as_leaf, as_token
from search.engines.ranking import SUMMED_WEIGHTS
from search.engines.tantivy_arrangements import (
    index_field,
    token_of,
    width_of,
    word_field,
)
from search.engines.tantivy_distances import pairs, phrases, within
from search.engines.tantivy_files import View, kept_of
from search.engines.tantivy_joining import SHAPES, any_of, begins_plain, both, but_not, everything, pattern_query
from search.engines.tantivy_schema import (
    FIRST_DAY,
    ID,
    LAST_DAY,
    PLAIN,
    keyword_field,
    of_ids,
    of_tokens,
    stem_field,
)
from search.engines.vocabulary import Vocabulary
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
from search.marking import Leaf, is_one_word, leaves

_SPARSE = (fields.TITLE, fields.PERSON, fields.PLACE)
_K1, _B = 1.2, 0.75
"""What Tantivy's BM25 is fixed to."""

_READ_AT_FIRST = 50_000
_MANY = 1_000
_NEARLY_ALL = 0.8

_SHAPE = re.compile(r"[*?]")


class QueryMaker:
    """Makes Tantivy's queries for one generation of one index."""

    def __init__(self, view: View, vocabulary: Vocabulary) -> None:
        self._view = view
        self._schema = view.schema
        self._searcher = view.searcher
        self._vocabulary = vocabulary

    def make(self, node: Node, context: tuple[TantivyQuery, ...] = ()) -> TantivyQuery:
        """The query that matches what the node matches, among the documents that the context matches."""
        match node:
            case Everything():
                return everything()
            case And(parts):
                return self._all_of(parts, context)
            case Or(parts):
                return any_of([self.make(part, context) for part in parts])
            case Not():
                return self._all_of((node,), context)
            case Text(placed, field):
                return self._text(placed, field, context)
            case Keyword():
                return self._keyword(node)
            case Dated():
                return self._dated(node)
            case Undated():
                return but_not(everything(), [TantivyQuery.exists_query(FIRST_DAY)])

    def _all_of(self, parts: Sequence[Node], context: tuple[TantivyQuery, ...]) -> TantivyQuery:
        """What every part matches. Parts that need reading come last: the others spare them documents."""
        wanted: list[TantivyQuery] = []
        excluded: list[TantivyQuery] = []
        for part in sorted(parts, key=self._reading_needed):
            known = (*context, *wanted)
            if isinstance(part, Not):
                excluded.append(self.make(part.part, known))
            else:
                wanted.append(self.make(part, known))
        return but_not(both(wanted) if wanted else everything(), excluded)

    def _reading_needed(self, node: Node) -> int:
        """0 for what the index answers alone, 1 where only broken words may have to be read, 2 for other reading."""
        match node:
            case And(parts) | Or(parts):
                return max((self._reading_needed(part) for part in parts), default=0)
            case Not(part):
                return self._reading_needed(part)
            case Text(placed, field) if not is_one_word(placed):
                names = fields.PLAIN_FIELDS if field is None else (field,)
                if any(self._native(placed, name) is None for name in names):
                    return 2
                return int(fields.TEXT in names)
            case _:
                return 0

    def _text(self, placed: Placed, field: str | None, context: tuple[TantivyQuery, ...]) -> TantivyQuery:
        if field is None and isinstance(placed, Word) and not placed.exact:
            others = [name for name in fields.PLAIN_FIELDS if name not in fields.STEMMED_FIELDS]
            return any_of([*self._term(PLAIN, as_token(stem(placed.text))), *self._in_each(placed, others, context)])
        names = fields.PLAIN_FIELDS if field is None else (field,)
        return any_of(self._in_each(placed, names, context))

    def _in_each(self, placed: Placed, names: Iterable[str], context: tuple[TantivyQuery, ...]) -> list[TantivyQuery]:
        """What holds it in each of the fields, but for those where a word it needs stands nowhere."""
        return [
            _weighed(query, self._weight(name))
            for name in names
            if self._may_hold(placed, name)
            for query in self._in_field(placed, name, context)
        ]

    def _in_field(self, placed: Placed, field: str, context: tuple[TantivyQuery, ...]) -> Iterator[TantivyQuery]:
        native = self._native(placed, field)
        yield native or self._read(placed, field, both([*context, self._needed(placed, field)]))
        # Phrases and distances are asked of whole words; through one that is broken at the end of a line they are read.
        if field == fields.TEXT and not is_one_word(placed):
            broken = [query for leaf in dict.fromkeys(leaves(placed)) for query in self._broken(leaf)]
            if broken:
                needed = both([*context, any_of(broken), self._words_of(placed, field)])
                yield self._read(placed, field, but_not(needed, [native] if native is not None else []))

    def _words_of(self, placed: Placed, field: str) -> TantivyQuery:
        """The documents that hold all the words it needs, wherever they stand."""
        match placed:
            case Word() | Wildcard() | Fuzzy():
                return self._leaf(placed, field)
            case Phrase(parts):
                return both([self._leaf(part, field) for part in parts])
            case AnyOf(parts):
                return any_of([self._words_of(part, field) for part in parts])
            case Near(left, right):
                return both([self._words_of(left, field), self._words_of(right, field)])

    def _may_hold(self, placed: Placed, field: str) -> bool:
        match placed:
            case Word():
                used = word_field(placed, field)
                holds = self._searcher.doc_freq(used, token_of(placed, used)) > 0
                return holds or (field == fields.TEXT and bool(self._broken(placed)))
            case Phrase(parts):
                return all(self._may_hold(part, field) for part in parts)
            case AnyOf(parts):
                return any(self._may_hold(part, field) for part in parts)
            case Near(left, right):
                return self._may_hold(left, field) and self._may_hold(right, field)
            case _:
                return True

    def _term(self, used: str, token: str) -> list[TantivyQuery]:
        if not self._searcher.doc_freq(used, token):
            return []
        return [TantivyQuery.term_query(self._schema, used, token, index_option="freq")]

    def _weight(self, name: str) -> float:
        weight = SUMMED_WEIGHTS[name]
        if name not in _SPARSE or not self._searcher.num_docs:
            return weight
        # Tantivy takes a field's average length over all documents, so that where few have a name any name seems
        # long. What that takes from one of the average length among those that have one is given back.
        filled = max(self._searcher.doc_freq(keyword_field(fields.HAS), name), 1) / self._searcher.num_docs
        return weight * (1 + _K1 * (1 - _B + _B / min(filled, 1.0))) / (1 + _K1)

    def _native(self, placed: Placed, field: str) -> TantivyQuery | None:
        """The query that matches exactly what it means, or None where Tantivy has no such query."""
        match placed:
            case Word() | Wildcard() | Fuzzy():
                return self._leaf(placed, field)
            case AnyOf(parts):
                made = [self._native(part, field) for part in parts]
                present = [query for query in made if query is not None]
                return any_of(present) if len(present) == len(made) else None
            case Phrase() | Near():
                used = index_field(placed, field)
                if used is None:
                    return None
                return pairs(self._schema, placed, used) or phrases(self._schema, placed, used)

    def _leaf(self, leaf: Leaf, field: str) -> TantivyQuery:
        whole = self._whole(leaf, field)
        return any_of([whole, *self._broken(leaf)]) if field == fields.TEXT else whole

    def _broken(self, leaf: Leaf) -> list[TantivyQuery]:
        """What holds it broken at the end of a line; nothing where no document does."""
        if isinstance(leaf, Word):
            used = JOINED if leaf.exact else stem_field(JOINED)
            return self._term(used, as_token(leaf.text if leaf.exact else stem(leaf.text)))
        held = self._held(leaf, JOINED)
        return [of_tokens(self._schema, JOINED, held)] if held else []

    def _held(self, leaf: Wildcard | Fuzzy, field: str) -> list[str]:
        """The tokens of the field that it stands for."""
        if field == JOINED and isinstance(leaf, Wildcard) and leaf.pattern[0] not in SHAPES:
            # So few words are broken that those are looked through, not the list of all there are.
            pattern = as_token(leaf.pattern)
            test, begun = wildcard_pattern(pattern).fullmatch, _SHAPE.split(pattern)[0]
            return sorted(token for token, _ in self._searcher.terms_with_prefix(JOINED, begun) if test(token))
        tokens = map(as_token, self._vocabulary.expand(as_leaf(leaf), stemmed=False))
        return [token for token in tokens if self._searcher.doc_freq(field, token)]

    def _whole(self, leaf: Leaf, field: str) -> TantivyQuery:
        match leaf:
            case Word():
                used = word_field(leaf, field)
                return TantivyQuery.term_query(self._schema, used, token_of(leaf, used), index_option="freq")
            case Wildcard(pattern) if begins_plain(pattern):
                return pattern_query(field, as_token(pattern))
            case Wildcard() | Fuzzy():
                # A pattern that begins otherwise would be tried on every word of the field in turn.
                return of_tokens(self._schema, field, self._held(leaf, field))

    def _read(self, placed: Placed, field: str, needed: TantivyQuery) -> TantivyQuery:
        """The documents that hold it, found by reading those that hold what is needed for it."""
        candidates = TantivyQuery.const_score_query(needed, 0.0)
        first: Any = self._searcher.search(candidates, limit=_READ_AT_FIRST)
        hits = first.hits
        if first.count > _READ_AT_FIRST:
            hits = self._searcher.search(candidates, limit=first.count, count=False).hits
        addresses = [address for _, address in hits]
        found = holding(placed, field, kept_of(self._view, addresses), self._vocabulary).tolist()
        ids = self._searcher.fast_field_values(ID, addresses)
        # Ranked by how often its words stand in the field: where they stand together is not asked a second time.
        asked = dict.fromkeys(leaves(placed))
        words = any_of([self._leaf(leaf, field) for leaf in asked])
        if len(found) > _MANY and len(found) > len(ids) * _NEARLY_ALL and all(isinstance(leaf, Word) for leaf in asked):
            # Looking up very many numbers takes longer than asking for words once more.
            others = set(range(len(ids))).difference(found)
            without = [of_ids(self._schema, [int(ids[i] or 0) for i in others])] if others else []
            return both([but_not(candidates, without), words])
        return both([of_ids(self._schema, [int(ids[i] or 0) for i in found]), words])

    def _needed(self, placed: Placed, field: str, also: tuple[TantivyQuery, ...] = ()) -> TantivyQuery:
        """What a document must hold to hold it; `also` is what it must hold for what stands round it."""
        match placed:
            case Near(left, right, distance):
                also = (*also, *self._terms(placed, field))
                closer = self._closer(left, right, distance, field, also)
                return both([self._needed(left, field, also), self._needed(right, field, also), *closer])
            case Phrase(parts) if self._native(placed, field) is None:
                return both([self._whole(part, field) for part in parts])
            case AnyOf(parts) if self._native(placed, field) is None:
                return any_of([self._needed(part, field, also) for part in parts])
            case _:
                return self._native(placed, field) or everything()

    def _terms(self, placed: Placed, field: str) -> list[TantivyQuery]:
        """Words without which it stands nowhere."""
        match placed:
            case Word():
                return [self._whole(placed, field)]
            case Phrase(parts):
                return [self._whole(part, field) for part in parts if isinstance(part, Word)]
            case Near(left, right):
                return [*self._terms(left, field), *self._terms(right, field)]
            case _:
                return []

    def _closer(
        self, left: Placed, right: Placed, distance: int, field: str, also: tuple[TantivyQuery, ...]
    ) -> list[TantivyQuery]:
        """That a word of the one side stands as near to a word of the other as the widest match allows."""
        # By their stems even where exact words are asked for: what holds a word holds its stem in the same place.
        used = stem_field(field) if field in fields.STEMMED_FIELDS else field
        one, other = self._heads(left, used), self._heads(right, used)
        query = within(self._schema, one, other, distance + width_of(left) + width_of(right) - 2, used, also)
        return [query] if query is not None else []

    def _heads(self, placed: Placed, used: str) -> set[str]:
        """Tokens of which every match has at least one."""
        match placed:
            case Word():
                return {token_of(placed, used)}
            case AnyOf(parts):
                return set().union(*(self._heads(part, used) for part in parts))
            case Phrase(parts):
                return self._heads(parts[0], used)
            case Near(left, _):
                return self._heads(left, used)
            case Wildcard() | Fuzzy():
                return {token_of(Word(word), used) for word in self._vocabulary.expand(as_leaf(placed), stemmed=False)}

    def _keyword(self, asked: Keyword) -> TantivyQuery:
        used = keyword_field(asked.field)
        if asked.exact or not SHAPES & set(asked.pattern):
            query = TantivyQuery.term_query(self._schema, used, asked.pattern, index_option="basic")
        else:
            query = pattern_query(used, asked.pattern)
        return TantivyQuery.const_score_query(query, 0.0)

    def _dated(self, dated: Dated) -> TantivyQuery:
        parts = [TantivyQuery.exists_query(FIRST_DAY)]
        if dated.last is not None:
            last = dated.last.toordinal()
            parts.append(TantivyQuery.range_query(self._schema, FIRST_DAY, FieldType.Unsigned, 0, last))
        if dated.first is not None:
            first = dated.first.toordinal()
            parts.append(TantivyQuery.range_query(self._schema, LAST_DAY, FieldType.Unsigned, first, None))
        return TantivyQuery.const_score_query(both(parts), 0.0)


def _weighed(query: TantivyQuery, weight: float) -> TantivyQuery:
    # A query that is not wrapped can leave out documents that cannot be among the first.
    return query if weight == 1.0 else TantivyQuery.boost_query(query, weight)
