import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.analysis import (
    beginnings,
    fold,
    joined_words,
    keyword,
    places_of,
    stem,
    tokens,
    wildcard_pattern,
    words,
)


def test_welsh_letters_are_found_without_their_accents() -> None:
    assert words("Tŷ Gwŷr, Llŷn a'r Ŵyl") == ["ty", "gwyr", "llyn", "ar", "wyl"]


def test_an_accent_that_comes_as_its_own_character_does_not_split_the_word() -> None:
    assert words("Ty\u0302 Gwy\u0302r") == ["ty", "gwyr"]


def test_a_soft_hyphen_does_not_split_the_word() -> None:
    assert words("chil\u00addren") == ["children"]


@pytest.mark.parametrize(
    "text",
    [
        "safe\u200bguarding",
        "\ufeffsafe\u2060guarding",
        "safe\u200cguard\u200ding\u200e",
        "safe\u00ad\u200bguarding",
        "\u202asafeguarding\u202c",
    ],
)
def test_what_nobody_sees_in_a_word_neither_splits_nor_changes_it(text: str) -> None:
    assert words(text) == ["safeguarding"]
    assert keyword(text) == "safeguarding"
    (found,) = tokens(text)
    assert "safe" in text[found.start : found.end]
    assert text[found.start : found.end].rstrip("\u200e\u202c").endswith("ing")


def test_a_word_with_unseen_signs_keeps_its_possessive_and_its_accents() -> None:
    assert words("Tŷ\u200b’r Llŷn\u200b’s mother’\u200bs") == ["tyr", "llyn", "mother"]


def test_a_possessive_is_the_word_itself_with_either_apostrophe() -> None:
    assert words("Mair's children’s O'Neill") == ["mair", "children", "oneill"]


def test_figures_and_references_come_apart_at_their_signs() -> None:
    assert words("ABC000123_004 of 01/02/1974") == ["abc000123", "004", "of", "01", "02", "1974"]


def test_ligatures_are_read_as_their_letters() -> None:
    assert words("the ﬁle of the Cæsar") == ["the", "file", "of", "the", "caesar"]


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("minutes") == stem("minute")
    assert stem("allegations") == stem("allegation")
    assert stem("1974s") == "1974s"


def test_a_keyword_is_compared_whole_without_case_accents_or_spacing() -> None:
    assert keyword("  Tŷ   GWŶR ") == "ty gwyr"


def test_wildcards_match_whole_words() -> None:
    assert wildcard_pattern("fost*").fullmatch("fostering")
    assert wildcard_pattern("wom?n").fullmatch("women")
    assert not wildcard_pattern("wom?n").fullmatch("womn")
    assert wildcard_pattern("*a*b*").fullmatch("xaxb")
    assert not wildcard_pattern("*ab*ab").fullmatch("ab")


def test_a_hostile_pattern_does_not_go_back_and_forth() -> None:
    # A naive expression would try more ways to place these stars than there are atoms in the room.
    assert not wildcard_pattern("*a" * 30 + "b").fullmatch("a" * 64)


@settings(deadline=None)
@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=8))
def test_wildcards_mean_what_trying_every_way_means(pattern: str, word: str) -> None:
    def fits(p: str, w: str) -> bool:
        if not p:
            return not w
        if p[0] == "*":
            return any(fits(p[1:], w[i:]) for i in range(len(w) + 1))
        return bool(w) and p[0] in ("?", w[0]) and fits(p[1:], w[1:])

    assert (wildcard_pattern(pattern).fullmatch(word) is not None) == fits(pattern, word)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_marking_and_indexing_see_the_same_words(text: str) -> None:
    found = list(tokens(text))

    assert [token.word for token in found] == words(text)
    assert all(fold(text[token.start : token.end]) == token.word for token in found)


def test_a_word_longer_than_any_is_cut_and_does_not_hold_things_up() -> None:
    assert words("x" * 20_000 + " end") == ["x" * 64, "end"]


@settings(max_examples=300)
@example("a'b")
@example("a'b's x'a'b 1'a")
@example("A’b x")
@example("a's ab's")
@example("a''b 'a' ' a'")
@given(st.text(st.characters() | st.sampled_from("abA'’ʼ‘“—\u0302\u00ad\u200b é-_1 "), max_size=40))
def test_words_stand_where_they_are_said_to(text: str) -> None:
    found = list(tokens(text))

    assert [token.word for token in found] == words(text)
    assert [token.word for token in found] == [fold(text[token.start : token.end]) for token in found]


def check_beginning(word: str) -> None:
    assert word.startswith(tuple(beginnings(word, stemmed=False)))
    if found := beginnings(word, stemmed=True):
        assert word.startswith(tuple(found)), word


@settings(max_examples=1_000)
@given(
    st.text("aeioybdfgstlinedr", min_size=1, max_size=9),
    st.sampled_from(
        ["", "s", "ed", "ing", "ies", "ly", "ying", "ability", "ibly", "ization", "ational", "ically", "ency"]
    ),
)
def test_no_stem_changes_how_a_word_begins_further_than_is_reckoned_with(word: str, ending: str) -> None:
    check_beginning(word + ending)


def test_no_real_word_begins_otherwise_than_is_reckoned_with(corpus: Callable[[str], Path]) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in corpus("ir").rglob("docs.jsonl"))
    met = set(words(text)) | {"dying", "lying", "tying", "skies", "skis", "idly", "ugly", "early", "only", "singly"}

    assert len(met) > 10_000
    for word in met:
        check_beginning(word)


def test_printed_signs_part_words_as_plain_ones_do() -> None:
    assert words("“Mair’s” ‘gate’—shut… at £5–£6") == ["mair", "gate", "shut", "at", "5", "6"]


def joined(text: str) -> list[str]:
    return [each.word for each in joined_words(text)]


@pytest.mark.parametrize(
    "text",
    [
        "parlia-\nment",
        "parlia- \r\n\t ment",
        "parlia\u2010\rment",
        "parlia\u00ad\nment",
        "parlia¬\nment",
        "the Parlia-\nment, sat",
        "PARLIA-\nMENT",
        "parlia-\nment's",
    ],
)
def test_a_word_broken_at_the_end_of_a_line_is_read_whole(text: str) -> None:
    assert joined(text) == ["parliament"]


@pytest.mark.parametrize(
    "text",
    [
        "parlia-ment",
        "parlia-\n\nment",
        "parlia -\nment",
        "parlia--\nment",
        "parlia-\f\nment",
        "parlia\nment",
        "a-\nment",
        "parlia-\nm",
        "Smith-\nJones",
        "Mc-\nDonald",
        "BBC-\nprogramme",
        "19-\n74",
        "page3-\nment",
        "parlia—\nment",
        "parlia-",
        "-\nment",
        "parlia_-\nment",
    ],
)
def test_what_is_no_broken_word_is_not_joined(text: str) -> None:
    assert joined(text) == []


def test_words_broken_with_accents_and_at_their_own_hyphen_are_read_both_ways() -> None:
    text = "cwm-\nnïau gw\u0302yr-\nion co-\noperation"

    assert joined(text) == ["cwmniau", "gwyrion", "cooperation"]
    assert words(text) == ["cwm", "niau", "gwyr", "ion", "co", "operation"]


def test_of_a_word_broken_twice_the_first_two_parts_are_joined() -> None:
    assert joined("par-\nlia-\nment of the realm, all-\nways") == ["parlia", "allways"]


@given(st.lists(st.sampled_from(["ab", "Cd", "EF", "é", "ĝh", "n't", "7", "-", "\u00ad", "¬", "\n", "\r\n", " "])))
def test_a_joined_word_is_its_two_halves_where_they_stand(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = list(tokens(text))

    taken: set[int] = set()
    joined = joined_words(text)
    for each, place in zip(joined, places_of(text, joined), strict=True):
        first, second = found[place], found[place + 1]
        assert (each.start, each.end, each.word) == (first.start, second.end, first.word + second.word)
        assert each.second == second.start
        assert len(re.findall("\r\n|\r|\n", text[first.end : second.start])) == 1
        assert not taken & {place, place + 1}
        taken |= {place, place + 1}
