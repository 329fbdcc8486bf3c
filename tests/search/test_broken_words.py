"""Reading a word that is broken at the end of a line whole only ever finds more, and what it finds can be shown."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import plain_scan
from search.engine import IndexDocument, PageHits, SearchEngine
from search.language import parse_query
from search.language_tree import And, AnyOf, Fuzzy, Near, Node, Or, Phrase, Placed, Text, Wildcard, Word
from search.marking import Leaf
from search.plain_scan import PlainScan

OPEN = frozenset({"open"})
_PARTS = st.sampled_from(["ab", "cd", "cde", "fg", "fgs", "hi"])
_LEAVES: st.SearchStrategy[Leaf] = st.one_of(
    (_PARTS | st.sampled_from(["abcd", "cdfg"])).map(Word),
    st.sampled_from([Word("cdefg", exact=True), Wildcard("cd*"), Wildcard("*fg"), Fuzzy("abce"), Fuzzy("hifg")]),
)
_PLACED: st.SearchStrategy[Placed] = st.recursive(
    st.one_of(_LEAVES, st.lists(_LEAVES, min_size=2, max_size=3).map(lambda parts: Phrase(tuple(parts)))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        st.builds(Near, inner, inner, st.integers(1, 5), st.booleans()),
    ),
    max_leaves=4,
)
_TREES: st.SearchStrategy[Node] = st.recursive(
    st.builds(Text, _PLACED, st.sampled_from([None, "text"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=4,
)
_BREAKS = st.sampled_from([" ", "-\n", "\u00ad\r\n "])
_PAGES = st.lists(st.tuples(_PARTS, _BREAKS), min_size=1, max_size=9).map(lambda found: "".join(chain(*found)))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(_PAGES, min_size=1, max_size=3), tree=_TREES)
def test_joining_halves_never_makes_a_document_be_found_less(
    pages: list[str], tree: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = IndexDocument(1, pages=list(enumerate(pages, start=1)))
    with monkeypatch.context() as without:
        without.setattr(plain_scan, "joined_in_pages", lambda pages: [[] for _ in pages])
        before = PlainScan([document]).matching(tree, compartments=OPEN)

    assert set(PlainScan([document]).matching(tree, compartments=OPEN)) >= set(before)


def test_a_broken_word_is_found_shown_and_counted_once_on_its_page(engine: SearchEngine) -> None:
    pages = [(1, "The roads."), (2, "Before the parlia-\nment building; the parlia-\nment."), (3, "Parliament.")]
    engine.index([IndexDocument(7, pages=pages)])

    for written in ("parliament", "parliaments", "=parliament", "parliment~", "parl*ment", "parliament OR parlia"):
        query = parse_query(written)
        expected = (PageHits(2, 2), PageHits(3, 1))
        assert engine.locate(query, [7], compartments=OPEN) == {7: expected}, written
        assert engine.highlight(query, 7, pages, compartments=OPEN).pages == expected, written
    through = parse_query('"the parliament building"')
    assert engine.count(through, compartments=OPEN) == 1
    assert engine.locate(through, [7], compartments=OPEN) == {7: (PageHits(2, 3),)}


def test_a_broken_word_that_may_not_be_seen_leaves_no_trace(
    make_engine: Callable[[Path], SearchEngine], tmp_path: Path
) -> None:
    seen = [IndexDocument(n, pages=[(1, "the parlia-\nment building " * n)]) for n in range(1, 4)]
    hidden = [
        IndexDocument(n, compartment="restricted", pages=[(1, "the lant-\nern parlia-\nment of the build-\ning")])
        for n in range(10, 15)
    ]
    alone, together = make_engine(tmp_path / "alone"), make_engine(tmp_path / "together")
    alone.index(seen)
    together.index([*hidden[:2], *seen, *hidden[2:]])

    for written in (
        "parliament",
        '"the parliament"',
        "lantern",
        "lant* OR parl*",
        "lantern~ OR parliament",
        "NOT lantern",
    ):
        query = parse_query(written)
        assert together.find(query, compartments=OPEN) == alone.find(query, compartments=OPEN), written
    assert together.suggest_spelling(parse_query("lanturn"), compartments=OPEN) is None
    assert together.suggest_spelling(parse_query("parlioment"), compartments=OPEN) == "parliament"


def test_a_word_broken_over_two_pages_is_found_whole_and_told_on_both(engine: SearchEngine) -> None:
    pages = [
        (1, "Roads."),
        (2, "before the parlia-\n\n"),
        (3, "ment building sat"),
        (4, "it was a parlia-"),
        (5, "ment"),
    ]
    engine.index([IndexDocument(7, pages=pages)])

    for written in ("parliament", "=parliament", "parliment~", "parl*ment", "parliament OR ment", '"the parliament"'):
        query = parse_query(written)
        told = [page.number for page in engine.locate(query, [7], compartments=OPEN)[7]]
        shown = engine.highlight(query, 7, pages, compartments=OPEN)
        assert told == [page.number for page in shown.pages], written
        assert told == ([2, 3] if written.startswith('"') else [2, 3, 4, 5]), written
        assert [pages[1][1][start:end] for start, end in shown.marks[2]][-1] == "parlia-", written
        assert [pages[2][1][start:end] for start, end in shown.marks[3]] == ["ment"], written
    through = parse_query('"the parliament building sat"')
    assert engine.locate(through, [7], compartments=OPEN) == {7: (PageHits(2, 2), PageHits(3, 3))}
    # The halves are found as they stand too.
    assert engine.count(parse_query('"parlia ment"'), compartments=OPEN) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("the parlia-\n- 4 -", "ment sat"),
        ("the parlia", "ment sat"),
        ("the parlia-", "Page 5. ment sat"),
        ("Mr Smith-", "Jones sat"),
        ("in 19-", "74 it"),
        ("parlia -", "ment"),
        ("parlia-", ""),
    ],
)
def test_what_stands_between_two_pages_otherwise_is_not_joined(engine: SearchEngine, first: str, second: str) -> None:
    engine.index([IndexDocument(1, pages=[(1, first), (2, second), (3, "ment")])])

    assert engine.count(parse_query("parliament OR smithjones OR 1974"), compartments=OPEN) == 0


def test_pages_that_do_not_follow_one_another_are_not_read_together(engine: SearchEngine) -> None:
    engine.index([IndexDocument(1, pages=[(1, "the parlia-"), (3, "ment")])])

    assert engine.count(parse_query("parliament"), compartments=OPEN) == 0
