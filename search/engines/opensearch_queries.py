"""The tree of a query as OpenSearch is asked it.

Words, patterns, misreadings, phrases and distances between words or phrases are asked as they are. A distance inside
a distance, or a pattern inside a phrase, is worked out from the kept words of the documents that hold all its words:
OpenSearch does not go through every way in which such a thing can stand.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from search import language_fields as fields
from search.analysis import as_misread, stem
from search.engines.broken_words import JOINED
from search.engines.kept_words import as_token
from search.engines.opensearch_schema import (
    FIRST_DAY,
    ID,
    LAST_DAY,
    keyword_field,
    misread_field,
    stem_field,
    word_field,
)
from search.engines.ranking import SUMMED_WEIGHTS
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

Asked = dict[str, Any]
Reader = Callable[[Placed, Sequence[str], Asked], Mapping[str, Sequence[int]]]
"""For each of the fields the ids of those documents, of the ones that the query matches, that hold it there."""

EVERYTHING: Asked = {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}
NOTHING: Asked = {"match_none": {}}


class QueryMaker:
    """Makes OpenSearch's queries; what has to be read is read by the function given."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    def make(self, node: Node, context: tuple[Asked, ...] = ()) -> Asked:
        """The query that matches what the node matches, among the documents that the context matches."""
        match node:
            case Everything():
                return EVERYTHING
            case And(parts):
                return self._all_of(parts, context)
            case Or(parts):
                return _any_of([self.make(part, context) for part in parts])
            case Not():
                return self._all_of((node,), context)
            case Text(placed, field):
                return self._text(placed, field, context)
            case Keyword(field, pattern, exact):
                used = keyword_field(field)
                return _unscored(
                    {"term": {used: pattern}} if exact or not _has_shape(pattern) else _wildcard(used, pattern)
                )
            case Dated():
                return _dated(node)
            case Undated():
                return _unscored({"bool": {"must_not": [{"exists": {"field": FIRST_DAY}}]}})

    def _all_of(self, parts: Sequence[Node], context: tuple[Asked, ...]) -> Asked:
        """What every part matches. Parts that need reading come last: the others spare them documents."""
        wanted: list[Asked] = []
        excluded: list[Asked] = []
        for part in sorted(parts, key=_reading_needed):
            known = (*context, *wanted)
            if isinstance(part, Not):
                excluded.append(self.make(part.part, known))
            else:
                wanted.append(self.make(part, known))
        return {"bool": {"must": wanted or [EVERYTHING], "must_not": excluded}}

    def _text(self, placed: Placed, field: str | None, context: tuple[Asked, ...]) -> Asked:
        names = fields.PLAIN_FIELDS if field is None else (field,)
        found: list[tuple[str, Asked]] = []
        to_read: list[tuple[str, Asked]] = []
        for name in names:
            native = _native(placed, name)
            if native is None:
                to_read.append((name, _needed(placed, name)))
            else:
                found.append((name, native))
            # Phrases and distances are asked of whole words; through one that is broken at the end of a line they are
            # read.
            if name == fields.TEXT and not is_one_word(placed):
                broken = _any_of([_whole(leaf, JOINED) for leaf in dict.fromkeys(leaves(placed))])
                needed: Asked = {"bool": {"must": [_words_of(placed, name)], "filter": [broken]}}
                if native is not None:
                    needed["bool"]["must_not"] = [native]
                to_read.append((name, needed))
        if to_read:
            found += self._by_reading(placed, to_read, context)
        return _any_of([{"bool": {"must": [query], "boost": SUMMED_WEIGHTS[name]}} for name, query in found])

    def _by_reading(
        self, placed: Placed, needed: Sequence[tuple[str, Asked]], context: tuple[Asked, ...]
    ) -> list[tuple[str, Asked]]:
        """What has to be read, of every field at once, because each time that is one more request."""
        candidates = _any_of([query for _, query in needed])
        names = list(dict.fromkeys(name for name, _ in needed))
        ids = self._read(placed, names, {"bool": {"filter": [*context, candidates]}})
        return [
            (name, {"bool": {"must": [query], "filter": [{"terms": {ID: list(ids[name])}}]}})
            for name, query in needed
            if ids[name]
        ]


def _dated(dated: Dated) -> Asked:
    needed: list[Asked] = [{"exists": {"field": FIRST_DAY}}]
    if dated.last is not None:
        needed.append({"range": {FIRST_DAY: {"lte": dated.last.toordinal()}}})
    if dated.first is not None:
        needed.append({"range": {LAST_DAY: {"gte": dated.first.toordinal()}}})
    return _unscored({"bool": {"filter": needed}})


def _reading_needed(node: Node) -> int:
    """0 for what the index answers alone, 1 where only broken words may have to be read, 2 for other reading."""
    match node:
        case And(parts) | Or(parts):
            return max((_reading_needed(part) for part in parts), default=0)
        case Not(part):
            return _reading_needed(part)
        case Text(placed, field):
            names = fields.PLAIN_FIELDS if field is None else (field,)
            if any(_native(placed, name) is None for name in names):
                return 2
            return int(fields.TEXT in names and not is_one_word(placed))
        case _:
            return 0


def _native(placed: Placed, field: str) -> Asked | None:
    """The query that matches exactly what it means, or None where OpenSearch has no such query."""
    match placed:
        case Word() | Wildcard() | Fuzzy():
            return _leaf(placed, field)
        case AnyOf(parts):
            made = [_native(part, field) for part in parts]
            present = [query for query in made if query is not None]
            return _any_of(present) if len(present) == len(made) else None
        case Phrase() | Near():
            used = {_used(leaf, field) for leaf in leaves(placed)}
            only = used.pop() if len(used) == 1 else None
            return None if only is None else _span(placed, only)


def _used(leaf: Word | Wildcard | Fuzzy, field: str) -> str | None:
    """The field of OpenSearch's in which a word is looked for; None for what is not one word."""
    if not isinstance(leaf, Word):
        return None
    is_stemmed = field == JOINED or field in fields.STEMMED_FIELDS
    return stem_field(field) if is_stemmed and not leaf.exact else word_field(field)


def _token(word: Word, used: str) -> str:
    return as_token(stem(word.text)) if used.startswith(stem_field("")) else as_token(word.text)


def _span(placed: Placed, used: str) -> Asked | None:
    match placed:
        case Near(left, right, distance, ordered):
            one, other = _fixed(left, used), _fixed(right, used)
            if one is None or other is None:
                return None
            # In any order is asked as either order, for then the two sides cannot overlap.
            ways = [[one, other]] if ordered else [[one, other], [other, one]]
            return _any_of([{"span_near": {"clauses": way, "slop": distance - 1, "in_order": True}} for way in ways])
        case _:
            return _fixed(placed, used)


def _fixed(placed: Placed, used: str) -> Asked | None:
    """Something every place of which OpenSearch goes through: a word, a phrase, a choice between such."""
    match placed:
        case Word():
            return {"span_term": {used: _token(placed, used)}}
        case Phrase(parts) | AnyOf(parts):
            made = [_fixed(part, used) for part in parts]
            clauses = [query for query in made if query is not None]
            if len(clauses) < len(made):
                return None
            if len(clauses) == 1:
                return clauses[0]
            if isinstance(placed, AnyOf):
                return {"span_or": {"clauses": clauses}}
            return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True}}
        case _:
            return None


def _leaf(leaf: Leaf, field: str) -> Asked:
    if field == fields.TEXT:
        return _any_of([_whole(leaf, field), _whole(leaf, JOINED)])
    return _whole(leaf, field)


def _words_of(placed: Placed, field: str) -> Asked:
    """What holds all the words it needs, wherever they stand."""
    match placed:
        case Word() | Wildcard() | Fuzzy():
            return _leaf(placed, field)
        case AnyOf(parts):
            return _any_of([_words_of(part, field) for part in parts])
        case Phrase(parts):
            return {"bool": {"must": [_leaf(part, field) for part in parts]}}
        case Near(left, right):
            return {"bool": {"must": [_words_of(left, field), _words_of(right, field)]}}


def _whole(leaf: Leaf, field: str) -> Asked:
    match leaf:
        case Word():
            used = _used(leaf, field) or word_field(field)
            return {"term": {used: _token(leaf, used)}}
        case Wildcard(pattern):
            return _wildcard(word_field(field), as_token(pattern))
        case Fuzzy(text, edits):
            read = _within(misread_field(field), as_misread(as_token(text)), edits - 1)
            return _any_of([_within(word_field(field), as_token(text), edits), read])


def _within(field: str, token: str, edits: int) -> Asked:
    if not edits:
        return {"constant_score": {"filter": {"term": {field: token}}}}
    asked = {"value": token, "fuzziness": edits, "transpositions": False, "rewrite": "constant_score"}
    return {"fuzzy": {field: asked}}


def _needed(placed: Placed, field: str) -> Asked:
    """What a document must hold to hold it."""
    native = _native(placed, field)
    if native is not None:
        return native
    match placed:
        case AnyOf(parts):
            return _any_of([_needed(part, field) for part in parts])
        case Phrase(parts):
            return {"bool": {"must": [_leaf(part, field) for part in parts]}}
        case Near(left, right):
            return {"bool": {"must": [_needed(left, field), _needed(right, field)]}}
        case _:
            return EVERYTHING


def _any_of(queries: Sequence[Asked]) -> Asked:
    if not queries:
        return NOTHING
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _unscored(query: Asked) -> Asked:
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _has_shape(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _wildcard(field: str, pattern: str) -> Asked:
    return {"wildcard": {field: {"value": pattern.replace("\\", "\\\\"), "rewrite": "constant_score"}}}
