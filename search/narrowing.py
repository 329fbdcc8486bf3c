"""What a person chose beside the words: values of facets, joined with what they wrote into the one query that counts.

Values of one facet are alternatives; different facets must all hold. The query that comes of it is what is searched,
kept and put in the audit trail, so that what was chosen can be read, and asked again, as it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search import language_fields as fields
from search.analysis import QUOTES, keyword
from search.engine import FacetCount, Found
from search.language_lexer import Kind, split_query

Chosen = Mapping[str, Sequence[str]]
"""For each facet that narrows, by its name, the values of which one must hold."""

UNDATED = "none"
EVERYTHING = "*"

_PLAIN_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_DECADE = re.compile(r"(\d{3}0)s")


@dataclass(frozen=True, slots=True)
class Facet:
    """A way that what was found divides: its name in an address, and what it is in the language."""

    name: str
    field: str
    feature: str = ""
    """The fact whose values it counts, where it is counted from what a record has (`has:review=decided`)."""


WHEN = Facet("year", fields.YEAR)
BATCHES = Facet("batch", fields.BATCH)
FACETS = (
    Facet("category", fields.CATEGORY),
    WHEN,
    Facet("type", fields.TYPE),
    Facet("review", fields.HAS, "review"),
    Facet("relevance", fields.HAS, "relevance"),
    Facet("answers", fields.HAS, "answers"),
    Facet("person", fields.PERSON),
    Facet("place", fields.PLACE),
    BATCHES,
    Facet("source", fields.SOURCE),
    Facet("box", fields.BOX),
    Facet("custodian", fields.CUSTODIAN),
    Facet("state", fields.STATE),
    Facet("read", fields.READ),
)


def whole_query(written: str, chosen: Chosen) -> str:
    """The query as written, narrowed by what was chosen; every record where nothing was written."""
    filters = [filter_of(facet, chosen[facet.name]) for facet in FACETS if chosen.get(facet.name)]
    asked = written.strip()
    if not filters:
        return asked
    if asked in ("", EVERYTHING):
        return " AND ".join(filters)
    return " AND ".join([grouped(asked), *filters])


def grouped(query: str) -> str:
    """The query as it can stand beside another that must hold as well."""
    return f"({query})" if _joins_with_or(query) else query


def filter_of(facet: Facet, values: Sequence[str]) -> str:
    """That one of the values holds, as it is written in the language."""
    written = [_value(facet, value) for value in dict.fromkeys(values)]
    return f"{facet.field}:{written[0]}" if len(written) == 1 else f"{facet.field}:({' OR '.join(written)})"


def counted(facet: Facet, found: Found, chosen: Sequence[str]) -> list[FacetCount]:
    """The facet's values with their counts; what was chosen is among them even where nothing has it."""
    values = _counted(facet, found)
    known = {keyword(each.value) for each in values}
    return [*values, *(FacetCount(value, 0) for value in dict.fromkeys(chosen) if keyword(value) not in known)]


def _counted(facet: Facet, found: Found) -> list[FacetCount]:
    if facet is WHEN:
        dated = sum(each.count for each in found.facets.get(fields.HAS, ()) if each.value == fields.DATE)
        undated = [FacetCount(UNDATED, found.total - dated)] if found.total > dated else []
        decades = [FacetCount(f"{each.value}s", each.count) for each in found.facets.get(fields.DECADE, ())]
        return [*undated, *decades, *found.facets.get(fields.YEAR, ())]
    if facet.feature:
        start = f"{facet.feature}="
        features = [each for each in found.facets.get(fields.HAS, ()) if each.value.startswith(start)]
        return [FacetCount(each.value.removeprefix(start), each.count) for each in features]
    return list(found.facets.get(facet.field, ()))


def _value(facet: Facet, value: str) -> str:
    if facet is WHEN:
        decade = _DECADE.fullmatch(value)
        return f"{decade[1]}..{int(decade[1]) + 9}" if decade else _quoted_unless_plain(value)
    if facet.feature:
        return _quoted_unless_plain(f"{facet.feature}={value}")
    if facet.field in fields.VALUE_FIELDS:
        return f"={_quoted(value)}"
    return _quoted_unless_plain(value)


def _quoted_unless_plain(value: str) -> str:
    plain = _PLAIN_VALUE.fullmatch(value) and value.upper() not in ("AND", "OR", "NOT")
    return value if plain else f"={_quoted(value)}"


def _quoted(value: str) -> str:
    cleaned = " ".join(re.sub(f"[{QUOTES}]", " ", value).split())
    return f'"{cleaned}"'


def _joins_with_or(query: str) -> bool:
    depth = 0
    for piece in split_query(query):
        depth += (piece.kind is Kind.OPEN) - (piece.kind is Kind.CLOSE)
        if not depth and piece.kind is Kind.OR:
            return True
    return False
