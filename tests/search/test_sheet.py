"""Many texts read as one: the same words at the same characters as each text alone, and every break that matters."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search import marking
from search.analysis import beginnings, joined_in_pages, tokens
from search.language_tree import Wildcard, Word
from search.marking import KnownWords, Leaf
from search.sheet import Met, Sheet

PIECES = (
    "ward",
    "Ward's",
    "o'brien",
    "O’Brien",
    "ab",
    "able",
    "é",
    "-\n",
    "- \n ",
    "\u2010\n",
    "-",
    " ",
    "\n",
    "'",
    "a",
)
TEXTS = st.lists(
    st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
        st.text(st.characters() | st.sampled_from("abA'’ʼ‘“—\u0302\u00ad é-_1 "), max_size=20),
    ),
    max_size=4,
)
WORDS = st.sets(st.sampled_from(["ward", "obrien", "ab", "able", "a", "e", "wardward", "abab", "1a", "b"]), min_size=1)


def known_words(found: set[str], *, exact: bool) -> tuple[KnownWords, frozenset[str]]:
    leaves = [Word(word, exact) for word in sorted(found)]
    begins = [beginnings(word, stemmed=not exact) for word in sorted(found)]
    return KnownWords(leaves, stemmed=True), frozenset().union(*begins)


def rows(met: Met) -> list[tuple[str, int, int, int, int]]:
    numbers = (each.tolist() for each in (met.texts, met.places, met.starts, met.ends))
    return list(zip(met.words, *numbers, strict=True))


@settings(max_examples=300)
@example(["a'b", "'a", "a'", "", "é"], {"a", "e"}, True)
@example(["ward's", "’", "O’Brien o'brien"], {"ward", "obrien"}, False)
@example(["", "é ward", "ward"], {"ward"}, False)
@given(TEXTS.filter(bool), WORDS, st.booleans())
def test_words_are_met_where_they_stand_in_each_text(texts: list[str], wanted: set[str], exact: bool) -> None:
    known, begins = known_words(wanted, exact=exact)
    each = [tokens(text) for text in texts]
    leaves = known.meet(token.word for found in each for token in found)
    expected = [
        (token.word, number, place, token.start, token.end)
        for number, found in enumerate(each)
        for place, token in enumerate(found)
        if token.word in leaves
    ]

    sheet = Sheet(texts)

    assert sheet.counts == [len(found) for found in each]
    assert rows(sheet.meet(known, begins)) == expected
    assert rows(sheet.meet(known, frozenset())) == expected


@settings(max_examples=300)
@example(["the wa-\nrd", "able"], {"ward"}, False)
@example(["a wa-", "rd"], {"ward"}, False)
@example(["wa\u00ad\nrd"], {"ward"}, True)
@given(TEXTS.filter(bool), WORDS, st.booleans())
def test_no_text_that_breaks_a_known_word_is_passed_over(texts: list[str], wanted: set[str], exact: bool) -> None:
    known, begins = known_words(wanted, exact=exact)
    joined = joined_in_pages(list(enumerate(texts)))
    leaves = known.meet(each.word for found in joined for each in found)
    broken = {number for number, found in enumerate(joined) if any(each.word in leaves for each in found)}

    assert broken <= Sheet(texts).breaking(known, begins)
    assert broken <= Sheet(texts).breaking(known, frozenset())


def test_a_text_that_breaks_other_words_is_passed_over() -> None:
    known, begins = known_words({"ward"}, exact=False)

    assert Sheet(["a well-\nknown war-\nrant", "the wa-\nrd"]).breaking(known, begins) == {1}


def test_two_threads_that_meet_the_same_words_at_once_are_told_each_leaf_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownWords([Word("ferry"), Wildcard("ferr*"), Wildcard("*boat")], stemmed=True)
    like = marking._like
    others: list[dict[str, tuple[int, ...]]] = []

    def interrupted(leaf: Leaf, words: list[str]) -> list[str]:
        monkeypatch.setattr(marking, "_like", like)
        others.append(dict(known.meet(["ferry", "boat"])))
        return like(leaf, words)

    monkeypatch.setattr(marking, "_like", interrupted)

    assert known.meet(["ferry", "boat", "pier"]) == {"ferry": (0, 1), "boat": (2,)}
    assert others == [{"ferry": (0, 1), "boat": (2,)}]
