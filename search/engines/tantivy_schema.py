"""How a document is laid down in Tantivy: our own tokens with their positions, whole values, and columns."""

from collections.abc import Iterable, Mapping

from tantivy import Document, Occur, PreTokenizedString, Query, Schema, SchemaBuilder, Token

from search import language_fields as fields
from search.analysis import keyword, stem
from search.engine import FACETS, VALUE_GAP, IndexDocument
from search.engines.broken_words import JOINED, joined_in
from search.engines.kept_words import as_token, field_tokens
from search.engines.packed_numbers import pack

LAYOUT = "tantivy-6"
"""Changed whenever the analysis of words or the layout is, so that an old index asks to be rebuilt."""

ID = "id"
PLAIN = "plain"
"""The stems of all the fields that are searched by them, as one: what a plain word is looked for in, and weighed."""
KEPT = "kept"
FIRST_DAY = "first_day"
LAST_DAY = "last_day"
YEARS = "years"
DECADES = "decades"
OLDEST = "oldest"
NEWEST = "newest"
BY_REFERENCE = "by_reference"

WHOLE_FIELDS = (*fields.KEYWORD_FIELDS, *fields.VALUE_FIELDS)
VALUE_FACETS = tuple(name for name in FACETS if name in WHOLE_FIELDS)

_TITLE_TIMES = 2
"""How often a word of the title counts in `PLAIN`: tuned on the test collections (docs/measurements.md)."""

_STEMS_KEPT = 500_000
_ID_BITS = 40
LARGEST_ID = (1 << _ID_BITS) - 1
_NEVER = 1 << 23


def stem_field(name: str) -> str:
    """The field of the stems of a field of words."""
    return f"{name}_stem"


def keyword_field(name: str) -> str:
    """The field that a whole value is looked for in."""
    return f"is_{name}"


def facet_field(name: str) -> str:
    """The column that a facet is counted from."""
    return f"facet_{name}"


def make_schema() -> Schema:
    """The schema of a new index; words come as tokens of ours, which only have to be parted at spaces."""
    builder = SchemaBuilder()
    builder.add_unsigned_field(ID, indexed=True, fast=True)
    for name in fields.WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        if name in fields.STEMMED_FIELDS:
            builder.add_text_field(stem_field(name), tokenizer_name="whitespace", index_option="position")
    for name in (JOINED, stem_field(JOINED)):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(PLAIN, tokenizer_name="whitespace", index_option="freq")
    for name in WHOLE_FIELDS:
        builder.add_text_field(keyword_field(name), tokenizer_name="raw", index_option="basic")
    for name in (*(facet_field(facet) for facet in VALUE_FACETS), BY_REFERENCE):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (FIRST_DAY, LAST_DAY, YEARS, DECADES, OLDEST, NEWEST):
        builder.add_unsigned_field(name, indexed=name in (FIRST_DAY, LAST_DAY), fast=True)
    builder.add_bytes_field(KEPT, stored=True)
    return builder.build()


def of_ids(schema: Schema, ids: Iterable[int]) -> Query:
    """The documents with these ids, without a score."""
    # Twenty times as fast as Tantivy's own query for a set of terms, which goes through its list of all of them.
    return _one_of([Query.term_query(schema, ID, number, index_option="basic") for number in ids], 0.0)


def of_tokens(schema: Schema, field: str, tokens: Iterable[str]) -> Query:
    """The documents that hold one of the tokens, all with the same score."""
    return _one_of([Query.term_query(schema, field, token, index_option="basic") for token in tokens], 1.0)


def _one_of(queries: list[Query], score: float) -> Query:
    if not queries:
        return Query.empty_query()
    return Query.const_score_query(Query.boolean_query([(Occur.Should, query) for query in queries]), score)


Tokens = dict[str, list[list[str]]]
"""For each field of words the tokens of its values."""


def tokens_of(document: IndexDocument) -> Tokens:
    """The tokens of every field of words."""
    return {name: field_tokens(document, name) for name in fields.WORD_FIELDS}


def joined_of(document: IndexDocument, tokens: Tokens) -> dict[int, str]:
    """The words that its text breaks at the end of a line, by the position of their first half."""
    return joined_in(document, [len(page) for page in tokens[fields.TEXT]])


def lay_down(
    document: IndexDocument, tokens: Tokens, joined: Mapping[int, str], numbers: Mapping[str, int]
) -> Document:
    """The document as Tantivy takes it; every token has a number, and every joined word."""
    laid = Document()
    laid.add_unsigned(ID, document.record_id)
    plain: list[str] = []
    for name, values in tokens.items():
        _add_words(laid, name, values)
        if name in fields.STEMMED_FIELDS:
            stemmed = [list(map(_stems.__getitem__, value)) for value in values]
            _add_words(laid, stem_field(name), stemmed)
            whole = " ".join(" ".join(value) for value in stemmed if value)
            plain += [whole] * (_TITLE_TIMES if name == fields.TITLE else 1)
    if joined:
        stems = " ".join(map(_stems.__getitem__, joined.values()))
        laid.add_text(JOINED, " ".join(joined.values()))
        laid.add_text(stem_field(JOINED), stems)
        plain.append(stems)
    laid.add_text(PLAIN, " ".join(plain))
    for name in WHOLE_FIELDS:
        for given in document.whole_values(name):
            laid.add_text(keyword_field(name), keyword(given))
            if name in VALUE_FACETS:
                laid.add_text(facet_field(name), given)
    _add_dates(laid, document)
    laid.add_text(BY_REFERENCE, f"{document.reference}\0{document.record_id:0{len(str(LARGEST_ID))}}")
    kept = [[list(map(numbers.__getitem__, value)) for value in values] for values in tokens.values()]
    broken = {place: numbers[word] for place, word in joined.items()}
    laid.add_bytes(KEPT, pack([number for number, _ in document.pages], kept, broken))
    return laid


class _Stems(dict[str, str]):
    """Tokens and the tokens of their stems; a text is looked up in one go."""

    def __missing__(self, token: str) -> str:
        if len(self) >= _STEMS_KEPT:
            self.clear()
        self[token] = stemmed = as_token(stem(token))
        return stemmed


_stems = _Stems()


def _add_words(laid: Document, field: str, values: list[list[str]]) -> None:
    filled = [value for value in values if value]
    if field in (fields.TEXT, stem_field(fields.TEXT)) or len(values) == 1:
        laid.add_text(field, " ".join(" ".join(value) for value in filled))
        return
    tokens: list[Token] = []
    position = 0
    for value in values:
        tokens += [Token(word, position + place, 0, 0) for place, word in enumerate(value)]
        position += len(value) + VALUE_GAP
    if tokens:
        laid.add_pre_tokenized_text(field, PreTokenizedString("", tokens))


def _add_dates(laid: Document, document: IndexDocument) -> None:
    dates = document.dates()
    first = dates[0].toordinal() if dates else _NEVER
    last = dates[1].toordinal() if dates else 0
    laid.add_unsigned(OLDEST, first << _ID_BITS | document.record_id)
    laid.add_unsigned(NEWEST, last << _ID_BITS | (LARGEST_ID - document.record_id))
    if dates:
        laid.add_unsigned(FIRST_DAY, first)
        laid.add_unsigned(LAST_DAY, last)
        for year in range(dates[0].year, dates[1].year + 1):
            laid.add_unsigned(YEARS, year)
        for decade in range(dates[0].year // 10, dates[1].year // 10 + 1):
            laid.add_unsigned(DECADES, decade * 10)
