"""Whatever is typed is read or refused in a sentence, and a word of 20 KB costs no more than its length."""

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import tokens, wildcard_pattern, words
from search.highlighting import highlight_pages
from search.language import parse_query
from search.language_tree import And, Everything, Node, Not, Or, Phrase, Query, Text, Word
from search.marking import leaves
from store.errors import InvalidInputError

_SIGNS = r"""AND OR NOT w/5 pre/3 w/0 ( ) " ~ ~2 * ? = exact: title: date: 1974..1979 person:= -x"""
_PIECES = st.sampled_from([*re.split(" ", _SIGNS), "tŷ", "o’r", "fost*", "wom?n", ":", "\u00ad", "\ufdfa", "\x00"])
_TYPED = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES).map("".join))


@settings(max_examples=400, deadline=None)
@given(_TYPED)
def test_anything_typed_is_read_or_refused_in_a_sentence(typed: str) -> None:
    query, refusal = _answer(typed)

    assert len(refusal) < 600
    assert query is None or (query.written == typed and _is_sound(query.node))


def _answer(typed: str) -> tuple[Query | None, str]:
    try:
        return parse_query(typed), ""
    except InvalidInputError as refused:
        return None, str(refused)


def _is_sound(node: Node) -> bool:
    """No part is empty, and every word is one that the analysis could have made."""
    match node:
        case And(parts) | Or(parts):
            return len(parts) > 1 and all(_is_sound(part) for part in parts)
        case Not(part):
            return _is_sound(part)
        case Text(placed):
            if isinstance(placed, Phrase) and len(placed.parts) < 2:
                return False
            return all(leaf.text != "" for leaf in leaves(placed) if isinstance(leaf, Word))
        case _:
            return isinstance(node, Everything) or bool(node)


_LONG: dict[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * n,
    "apostrophes": lambda n: "a'" * (n // 2),
    "accents": lambda n: "e\u0301" * (n // 2),
    "stars": lambda n: "a*" * (n // 2),
    "brackets": lambda n: "(" * n,
    "quotation marks": lambda n: '"' * n,
    "colons": lambda n: "title:" * (n // 6),
    "soft hyphens": lambda n: "\u00ad" * n,
    "minus signs": lambda n: "-" * n,
    "tildes": lambda n: "ab~" * (n // 3),
    "distances": lambda n: "a w/5 " * (n // 6),
    "spaces": lambda n: " " * n + "a",
}
_WORK: dict[str, Callable[[str], object]] = {
    "reading the query": _answer,
    "finding the words": lambda text: [words(text), list(tokens(text))],
    "matching a pattern": lambda text: wildcard_pattern("a*b*c*d*e").fullmatch(text),
    "marking a page": lambda text: highlight_pages(Query("", Text(Word("a"))), [(1, text)]),
}


def _processor_time(work: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        work(text)
        best = min(best, time.thread_time() - started)
    return best


@pytest.mark.parametrize("kind", _LONG)
@pytest.mark.parametrize("step", _WORK)
def test_twenty_kilobytes_take_in_proportion_to_their_length(kind: str, step: str) -> None:
    short, long = _LONG[kind](20_000), _LONG[kind](80_000)

    # Four times the length: in proportion 4, with the square 16. What is too short to be timed counts as the least.
    ratio = max(_processor_time(_WORK[step], long), 0.001) / max(_processor_time(_WORK[step], short), 0.001)

    assert ratio < 10, f"four times the length took {ratio:.1f} times as long"
