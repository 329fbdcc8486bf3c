"""Signs that nobody can see stand in papers as in what is pasted; found is what is seen, on either side."""

import pytest

from search.analysis import keyword, tokens, words
from search.engine import IndexDocument, SearchEngine
from search.language import parse_query
from search.narrowing import whole_query
from tests.search.conftest import OPEN

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
"""A word that is written with a sign that parts two of its letters, as many are."""

PAPER = IndexDocument(
    1,
    reference="MRB/1",
    people=["O’\u200bBrien Pemberton", "Soft\u00adly Quillfeather"],
    batches=["Box\u200e 1"],
    sources=["\u200eCellar"],
    record_type="me\u200bmo",
    pages=[(1, f"A ferry\u200eman took the chil\u200bdren {PERSIAN} to co\u2060operate.")],
)


@pytest.mark.parametrize(
    "query",
    ["children", "chil\u200bdren", "chil\u00addren", "cooperate", "ferryman", PERSIAN, PERSIAN.replace("\u200c", "")],
)
def test_a_word_is_found_with_and_without_them(engine: SearchEngine, query: str) -> None:
    engine.index([PAPER])

    assert engine.count(parse_query(query), compartments=OPEN) == 1
    assert engine.count(parse_query(f"NOT {query}"), compartments=OPEN) == 0


@pytest.mark.parametrize("facet", ["person", "batch", "source", "type"])
def test_every_value_that_is_counted_leads_to_what_has_it(engine: SearchEngine, facet: str) -> None:
    engine.index([PAPER])
    counted = engine.find(parse_query("*"), compartments=OPEN).facets[facet]

    assert counted
    for each in counted:
        chosen = parse_query(whole_query("", {facet: [each.value]}))
        assert engine.count(chosen, compartments=OPEN) == each.count


@pytest.mark.parametrize("sign", "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff")
def test_a_word_and_a_value_are_what_is_seen_of_them(sign: str) -> None:
    text = f"{sign}O’{sign}Br{sign}ien{sign} and"

    assert words(text) == ["obrien", "and"]
    assert [text[each.start : each.end] for each in tokens(text)] == [text[1 : text.index(" ")], "and"]
    assert keyword(f"The{sign} Gran{sign}ge{sign}") == "the grange"
