"""How a document is laid down in OpenSearch: our own tokens, parted at spaces and changed by nothing there."""

from typing import Any

from search import language_fields as fields
from search.analysis import as_misread, keyword, stem
from search.engine import FACETS, VALUE_GAP, IndexDocument
from search.engines.broken_words import JOINED, joined_in
from search.engines.kept_words import KeptWords, as_token, field_tokens

LAYOUT = "6"
"""Changed whenever the analysis of words or the layout is, so that an old index asks to be rebuilt."""

ID = "id"
KEPT = "kept"
FIRST_DAY = "first_day"
LAST_DAY = "last_day"
SPAN_FIELDS = {fields.YEAR: "years", fields.DECADE: "decades"}
REFERENCE = "by_reference"

WHOLE_FIELDS = (*fields.KEYWORD_FIELDS, *fields.VALUE_FIELDS)
VALUE_FACETS = tuple(name for name in FACETS if name in WHOLE_FIELDS)
LARGEST = 2_000_000
"""The most hits gone through, and values asked for, in one request."""
ONE_PART = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "max_result_window": LARGEST}
"""An index in one part, which a second machine holds too where there is one."""


def word_field(name: str) -> str:
    """The field of the words of a field of words."""
    return f"words_{name}"


def stem_field(name: str) -> str:
    """The field of their stems."""
    return f"stems_{name}"


def misread_field(name: str) -> str:
    """The field of the words with the letters that scanners confuse written alike."""
    return f"misread_{name}"


def keyword_field(name: str) -> str:
    """The field that a whole value is looked for in."""
    return f"is_{name}"


def facet_field(name: str) -> str:
    """The column that a facet is counted from."""
    return f"facet_{name}"


def index_layout() -> dict[str, Any]:
    """The settings and mappings of every index of documents."""
    words = {"type": "text", "analyzer": "spaces", "position_increment_gap": VALUE_GAP}
    properties: dict[str, Any] = {ID: {"type": "long"}, REFERENCE: {"type": "keyword"}}
    for name in fields.WORD_FIELDS:
        properties[word_field(name)] = words
        properties[misread_field(name)] = {
            "type": "text",
            "analyzer": "spaces",
            "norms": False,
            "index_options": "docs",
        }
        if name in fields.STEMMED_FIELDS:
            properties[stem_field(name)] = words
    for name in (word_field(JOINED), stem_field(JOINED), misread_field(JOINED)):
        properties[name] = {"type": "text", "analyzer": "spaces", "index_options": "freqs"}
    for name in WHOLE_FIELDS:
        properties[keyword_field(name)] = {"type": "keyword", "doc_values": False}
    for name in VALUE_FACETS:
        properties[facet_field(name)] = {"type": "keyword", "index": False}
    for name in (FIRST_DAY, LAST_DAY, *SPAN_FIELDS.values()):
        properties[name] = {"type": "integer"}
    properties[KEPT] = {"type": "keyword", "index": False, "doc_values": False}
    analysis = {"analyzer": {"spaces": {"type": "custom", "tokenizer": "whitespace"}}}
    return {
        "settings": {
            **ONE_PART,
            "max_terms_count": LARGEST,
            "analysis": analysis,
        },
        # Only the kept words are read back; all else is made anew from the database.
        "mappings": {"dynamic": "strict", "_source": {"includes": [KEPT]}, "properties": properties},
    }


def lay_down(document: IndexDocument) -> dict[str, Any]:
    """The document as OpenSearch takes it."""
    laid: dict[str, Any] = {ID: document.record_id, REFERENCE: document.reference}
    kept: list[list[list[str]]] = []
    for name in fields.WORD_FIELDS:
        values = field_tokens(document, name)
        kept.append(values)
        laid[word_field(name)] = _joined(name, values)
        laid[misread_field(name)] = _joined(name, [[as_misread(word) for word in value] for value in values])
        if name in fields.STEMMED_FIELDS:
            laid[stem_field(name)] = _joined(name, [[as_token(stem(word)) for word in value] for value in values])
    joined = joined_in(document, [len(page) for page in kept[fields.WORD_FIELDS.index(fields.TEXT)]])
    laid[word_field(JOINED)] = " ".join(joined.values())
    laid[stem_field(JOINED)] = " ".join(as_token(stem(word)) for word in joined.values())
    laid[misread_field(JOINED)] = " ".join(as_misread(word) for word in joined.values())
    for name in WHOLE_FIELDS:
        whole = document.whole_values(name)
        laid[keyword_field(name)] = [keyword(value) for value in whole]
        if name in VALUE_FACETS:
            laid[facet_field(name)] = whole
    dates = document.dates()
    if dates:
        laid[FIRST_DAY], laid[LAST_DAY] = (day.toordinal() for day in dates)
        laid[SPAN_FIELDS[fields.YEAR]] = list(range(dates[0].year, dates[1].year + 1))
        decades = range(dates[0].year // 10, dates[1].year // 10 + 1)
        laid[SPAN_FIELDS[fields.DECADE]] = [decade * 10 for decade in decades]
    laid[KEPT] = KeptWords([number for number, _ in document.pages], kept, joined).packed()
    return laid


def _joined(name: str, values: list[list[str]]) -> list[str]:
    texts = [" ".join(value) for value in values if value]
    # The pages of a text follow one another without a gap; other values stand far apart.
    return [" ".join(texts)] if name == fields.TEXT else texts
