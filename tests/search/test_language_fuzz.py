"""Whatever is typed is read or refused in a sentence, and a word of 20 KB costs no more than its length."""

import re
import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.analysis import tokens, wildcard_pattern, words
from search.highlighting import highlight_pages
from search.language import CLAUSE_LIMIT, parse_query
from search.language_lexer import QUERY_LENGTH_LIMIT
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


def _steps(typed: str) -> int:
    """How many functions are called to read it: the same on every machine and however busy it is."""
    called = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        _answer(typed)
    finally:
        sys.setprofile(before)
    return called


@example(piece='" fost*')
@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=6).map(" ".join).filter(lambda text: 0 < len(text) <= 100))
def test_twice_the_query_takes_no_more_than_twice_the_steps(piece: str) -> None:
    # An even number of times: a half that ends in an open quotation mark would be refused where the whole is read.
    times = QUERY_LENGTH_LIMIT // (2 * len(piece) + 2) // 2 * 2
    short = " ".join([piece] * times)
    long = f"{short} {short}"
    _answer(long)  # What is kept of words once seen is kept for both.

    assert len(long) <= QUERY_LENGTH_LIMIT
    assert _steps(long) <= 2 * _steps(short) + 200


def _leaves_of(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return sum(map(_leaves_of, parts))
        case Not(part):
            return _leaves_of(part)
        case Text(placed):
            return len(list(leaves(placed)))
        case _:
            return 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "(c", "d)", '"e f"', "g w/2 h", "person:i", "NOT j", "OR"]), max_size=700))
def test_no_query_that_is_read_asks_for_more_words_than_the_most(pieces: list[str]) -> None:
    query, refusal = _answer(" ".join(pieces))

    assert refusal or (query is not None and _leaves_of(query.node) <= CLAUSE_LIMIT)


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
