"""Another project's published proximity cases, written in our language: the same documents must be found.

Its `nW` is our `pre/n` and its `nN` our `w/n`; without a number n is 1. What does not coincide: three or more under
one `N`, where theirs limits the words left over in a stretch that holds them all in any order, and ours goes from the
left, each distance measured from all that stands before it. Three of the 64 cases tell the two apart.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from search.engine import IndexDocument, SearchEngine
from search.language import parse_query
from search.plain_scan import PlainScan
from store.errors import InvalidInputError

OPEN = frozenset({"open"})
FILE = "query/lucene_surround_cases.json"

# Written before their operands there, between them here.
BETWEEN = {
    "and(word1,word2)": "word1 AND word2",
    "OR (word1, word2)": "word1 OR word2",
    "(word1 or ab)and or(word2,xyz, defg)": "(word1 OR ab) AND (word2 OR xyz OR defg)",
    "or( word2* not ord*, and(xyz,def))": "(word2* NOT ord*) OR (xyz AND def)",
    "W (w1, w2, w3)": "w1 pre/1 w2 pre/1 w3",
    "N(w1, w2, w3)": "w1 w/1 w2 w/1 w3",
    "N(w3, w1, w2)": "(w3 w/2 w1) w/1 w2",
    "2W(w1,w2,w3)": "w1 pre/2 w2 pre/2 w3",
    "2N(w1,w2,w3)": "w1 w/2 w2 w/2 w3",
    "2N(w2,w3,w1)": "w2 w/2 w3 w/2 w1",
    "50n((low w pressure*) or depression*,5n(temperat*, (invers* or (negativ* 3n gradient*))),rain* or precipitat*)": (
        "((low pre/1 pressure*) OR depression*) w/50 (temperat* w/5 (invers* OR (negativ* w/3 gradient*)))"
        " w/50 (rain* OR precipitat*)"
    ),
}

# Theirs is [0, 1] for each: "w1 w2 w3 w4 w5" and "w1 w3 w2 w3". In ours what is measured from is a stretch, and a word
# that stands inside it is not beside it: w2 between w1 and w3, and w3 between w1 and w2.
OURS_DIFFERS: dict[str, list[int]] = {"N(w1, w2, w3)": [0], "w1 N w2 N w3": [0], "N(w3, w1, w2)": [1]}

# Refused there and not here. We take any word, juxtaposition as AND, two letters beside a wildcard, and * alone.
ALLOWED_HERE = {"*": "*", "ab*": "ab*", "ab?": "ab?", "a???b": "a???b", "a*b?": "a*b?", "word1 word2": "word1 word2"}

# Written here as they are there, but for the operators; refused by both.
REFUSED_BY_BOTH = {
    "a*": "a*",
    "?": "?",
    "a?": "a?",
    "word2 AND": "word2 AND",
    "word1 OR": "word1 OR",
    "xx NOT": "xx NOT",
    "(a AND b": "(a AND b",
    "a OR b)": "a OR b)",
    "": "",
    "(aa and bb) w cc": "(aa AND bb) pre/1 cc",
    "(aa or bb) w (cc and dd)": "(aa OR bb) pre/1 (cc AND dd)",
    "(aa not bb) w cc": "(aa NOT bb) pre/1 cc",
    "(aa or bb) w (bi:cc)": "(aa OR bb) pre/1 (bi:cc)",
    "(aa or bb) w bi:cc": "(aa OR bb) pre/1 bi:cc",
    "(aa or bi:bb) w cc": "(aa OR bi:bb) pre/1 cc",
    "(aa or (bi:bb)) w cc": "(aa OR (bi:bb)) pre/1 cc",
    "(aa or (bb and dd)) w cc": "(aa OR (bb AND dd)) pre/1 cc",
}

# Mean nothing here: prefix operators left unfinished, and operators that we do not have.
WITHOUT_A_MEANING_HERE = {
    "AND(word2)",
    "AND(word2,)",
    "AND(word2,word1,)",
    "OR(word2)",
    "OR(word2 ,",
    "OR(word2 , word1 ,)",
    "xx (a AND b)",
    "or(word2+ not ord+, and xyz,def)",
    "(aa opt bb) w cc",
}


def in_our_language(written: str) -> str:
    if written in BETWEEN:
        return BETWEEN[written]
    operators = re.sub(r" (and|or|not) ", lambda m: f" {m[1].upper()} ", written)
    ordered = re.sub(r" (\d*)[wW] ", lambda m: f" pre/{m[1] or 1} ", operators)
    return re.sub(r" (\d*)[nN] ", lambda m: f" w/{m[1] or 1} ", ordered)


@pytest.fixture
def cases(corpus: Callable[[str], Path]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(corpus(FILE).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("group", ["1", "2", "3"])
def test_the_published_cases_find_the_published_documents(
    group: str, cases: dict[str, Any], engine: SearchEngine
) -> None:
    papers = [IndexDocument(n, pages=[(1, text)]) for n, text in enumerate(cases[f"docs{group}"])]
    engine.index(papers)
    scan = PlainScan(papers)

    def differing(answer: Callable[[str], Sequence[int]]) -> list[tuple[str, Sequence[int], Sequence[int]]]:
        asked = [(written, OURS_DIFFERS.get(written, expected)) for written, expected in cases[f"cases{group}"]]
        return [(w, expected, got) for w, expected in asked if list(got := answer(in_our_language(w))) != expected]

    assert differing(lambda w: engine.matching(parse_query(w), compartments=OPEN)) == []
    assert differing(lambda w: scan.matching(parse_query(w), compartments=OPEN)) == []


def test_what_must_be_refused_is_refused_or_is_listed(cases: dict[str, Any]) -> None:
    listed = {**ALLOWED_HERE, **REFUSED_BY_BOTH}
    assert set(cases["must_be_rejected"]) == listed.keys() | WITHOUT_A_MEANING_HERE

    for written in ALLOWED_HERE.values():
        parse_query(written)
    for written in REFUSED_BY_BOTH.values():
        with pytest.raises(InvalidInputError):
            parse_query(written)
