"""Terms are found as they were written down, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.lexicon import LOOK_ALIKES, Lexicon, expand_term
from retention.notice_definition import TermGroup
from store.errors import InvalidInputError


def lexicon(
    *terms: str, look_alikes: tuple[str, ...] = ("nothing like it",), ordinary: tuple[str, ...] = ()
) -> Lexicon:
    return Lexicon([TermGroup("words", terms, 1)], TermGroup(LOOK_ALIKES, look_alikes, 1), frozenset(ordinary))


def found(words: Lexicon, text: str) -> list[str]:
    """The words on the page that were found, as they stand there."""
    wording = words.read(text)
    spans = words.spans(wording)
    places = sorted({spans.on_page(hit.start, hit.end) for hit in words.find(wording)})
    return [text[start:end] for start, end in places]


def test_choices_and_hyphens_stand_for_each_wording():
    assert expand_term("house-parent(/s)") == ["house-parent", "house-parents", "houseparent", "houseparents"]
    assert expand_term("(his/her) caravan") == ["her caravan", "his caravan"]


def test_a_bracket_left_open_is_refused_with_the_term_named():
    with pytest.raises(InvalidInputError, match="house-parent"):
        expand_term("house-parent(/s")


def test_a_term_of_no_words_is_refused():
    with pytest.raises(InvalidInputError, match="no word"):
        lexicon("... quietly")


def test_a_word_is_found_only_as_a_whole_word():
    words = lexicon("son", "teen", "boy(/s)")

    assert found(words, "His son is in the canteen; the reason is a boycott by the boys.") == ["son", "boys"]


def test_a_stem_finds_the_words_that_begin_with_it():
    assert found(lexicon("molest*"), "He molested; a molester; unmolested.") == ["molested", "molester"]


def test_a_gap_allows_four_words_and_no_more():
    words = lexicon("asked ... leave")

    assert found(words, "He was asked by the chairman to leave.") == ["asked by the chairman to leave"]
    assert found(words, "He was asked by the chairman and the clerk to leave.") == []


def test_a_phrase_does_not_run_across_the_end_of_a_sentence():
    words = lexicon("asked ... leave", "alone with")

    assert found(words, "The cost was asked. Leave was refused. He was alone. With regret.") == []


def test_initials_and_titles_do_not_end_a_sentence():
    assert found(lexicon("told ... Mr"), "She told the cook and Mr. Dale.") == ["told the cook and Mr"]


@pytest.mark.parametrize(
    ("page", "words_there"),
    [
        ("the chi1dren were", "chi1dren"),
        ("the rnatron was", "rnatron"),
        ("the super-\nintendent was", "super-\nintendent"),
        ("the superin tendent was", "superin tendent"),
        ("S U P E R I N T E N D E N T", "S U P E R I N T E N D E N T"),
        ("thechildren were", "thechildren"),
        ("the superintendant was", "superintendant"),
        ("The Children’s room", "Children’s"),
    ],
)
def test_scanned_type_is_read_with_tolerance_and_shown_as_it_stands(page, words_there):
    words = lexicon("children", "childrens", "matron", "superintendent")

    assert found(words, page) == [words_there]


def test_an_ordinary_word_is_never_mended_into_a_term():
    assert found(lexicon("complaint"), "a cornplaint") == ["cornplaint"]
    assert found(lexicon("foster", ordinary=("poster",)), "a poster") == []


def test_what_lies_inside_a_look_alike_does_not_count():
    words = lexicon("children", "honour (was/is)", look_alikes=("children's playground", "guard of honour"))

    assert found(words, "The children's playground; a guard of honour was formed.") == []
    assert found(words, "The children in the playground; an honour was offered.") == ["children", "honour was"]


def test_double_spaced_typing_is_one_sentence_and_a_new_paragraph_is_not():
    words = lexicon("moral danger")

    assert found(words, "she was in moral\n\ndanger there") == ["moral\n\ndanger"]
    assert found(words, "a matter of moral\n\nDanger of ice on the roads") == []


@given(st.text(max_size=300))
def test_any_page_can_be_read_and_every_hit_lies_on_it(text):
    words = lexicon("a*", "the", "o ... e")
    wording = words.read(text)
    spans = words.spans(wording)

    for hit in words.find(wording):
        start, end = spans.on_page(hit.start, hit.end)
        assert 0 <= start < end <= len(text)
        assert spans.sentence(hit.start, hit.end)
