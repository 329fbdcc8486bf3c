"""Queries put together for people who do not write them, and filters added to and taken from a query."""

import re
from dataclasses import dataclass

from search.language_lexer import Kind, split_query
from store.errors import InvalidInputError

PLAIN_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
OPERATORS = {"AND", "OR", "NOT"}


@dataclass(frozen=True)
class Wanted:
    """What the search form asks for, box by box."""

    every: str = ""
    some: str = ""
    phrase: str = ""
    none: str = ""
    field: str = ""
    value: str = ""
    since: str = ""
    until: str = ""


def build_query(wanted: Wanted) -> str:
    """The query that says what the boxes say; empty if they are empty."""
    parts = [_plain(word) for word in wanted.every.split()]
    some = [_plain(word) for word in wanted.some.split()]
    if some:
        parts.append(f"({' OR '.join(some)})" if len(some) > 1 else some[0])
    if wanted.phrase.strip():
        parts.append(_quoted(wanted.phrase))
    if wanted.field and wanted.value.strip():
        parts.append(filter_of(wanted.field, wanted.value))
    if wanted.since.strip() or wanted.until.strip():
        since, until = wanted.since.strip(), wanted.until.strip()
        parts.append(f"date:{since}" if since == until else f"date:{since}..{until}")
    found = " ".join(part for part in parts if part)
    none = [_plain(word) for word in wanted.none.split()]
    if not none:
        return found
    return " ".join(f"NOT {word}" for word in none) if not found else f"{found} {' '.join(f'NOT {w}' for w in none)}"


def filter_of(field: str, value: str) -> str:
    """The filter as it is written in a query."""
    cleaned = " ".join(value.split())
    return f"{field}:{cleaned}" if PLAIN_VALUE.fullmatch(cleaned) else f"{field}:{_quoted(cleaned)}"


def has_filter(query: str, wanted: str) -> bool:
    """Whether the filter stands in the query by itself, outside brackets."""
    return wanted in {query[start:end] for start, end in _filters(query)}


def add_filter(query: str, wanted: str) -> str:
    """The query narrowed by the filter as well."""
    return f"({query.strip()}) AND {wanted}" if _joins_with_or(query) else f"{query.strip()} AND {wanted}"


def remove_filter(query: str, wanted: str) -> str:
    """The query without the filter; `*` where nothing else was asked for."""
    for start, end in _filters(query):
        if query[start:end] == wanted:
            before = re.sub(r"\s*(AND\s*)?$", "", query[:start])
            after = re.sub(r"^\s*(AND\s+)?", "", query[end:])
            left = f"{before} AND {after}" if before and after else before or after
            return _unwrapped(left) or "*"
    return query


def _plain(word: str) -> str:
    """A word of a box as it can stand in a query: nothing in it is taken for a sign of the language."""
    if word.upper() in OPERATORS or not re.fullmatch(r"[\w*?'’.-]+~?[12]?", word) or word.startswith("-"):
        return _quoted(word)
    return word


def _quoted(text: str) -> str:
    cleaned = " ".join(re.sub(r'["“”]', " ", text).split())
    return f'"{cleaned}"' if cleaned else ""


def _filters(query: str) -> list[tuple[int, int]]:
    """Where each `field:value` outside brackets, and not after NOT, begins and ends."""
    try:
        pieces = split_query(query)
    except InvalidInputError:
        return []
    found, depth = [], 0
    for place, piece in enumerate(pieces[:-1]):
        depth += (piece.kind is Kind.OPEN) - (piece.kind is Kind.CLOSE)
        value = pieces[place + 1]
        negated = place > 0 and pieces[place - 1].kind is Kind.NOT
        if depth or negated or piece.kind is not Kind.FIELD or value.kind not in (Kind.BARE, Kind.QUOTED):
            continue
        marks = 2 if value.kind is Kind.QUOTED else 0
        found.append((piece.at - 1, value.at - 1 + len(value.text) + marks))
    return found


def _joins_with_or(query: str) -> bool:
    depth = 0
    for piece in split_query(query):
        depth += (piece.kind is Kind.OPEN) - (piece.kind is Kind.CLOSE)
        if not depth and piece.kind is Kind.OR:
            return True
    return False


def _unwrapped(query: str) -> str:
    """The query without one pair of brackets round the whole of it."""
    depth = 0
    pieces = split_query(query)[:-1]
    for place, piece in enumerate(pieces):
        depth += (piece.kind is Kind.OPEN) - (piece.kind is Kind.CLOSE)
        if not depth:
            whole = pieces[0].kind is Kind.OPEN and place == len(pieces) - 1
            return query.strip()[1:-1] if whole else query
    return query
