"""Marks on a page's text and on its picture."""

from hypothesis import given
from hypothesis import strategies as st

from records.words import Word
from web.highlighting import Stretch, boxes_of, pieces_of

place = st.integers(-3, 40)
kind = st.sampled_from(["evidence", "found"])
stretches = st.lists(st.builds(Stretch, st.sampled_from(["a", "b", ""]), place, place, kind), max_size=6)


@given(st.text(max_size=30), stretches)
def test_no_letter_of_the_text_is_lost_doubled_or_moved(text: str, given_: list[Stretch]) -> None:
    assert "".join(piece.text for piece in pieces_of(text, given_)) == text


@given(st.text(min_size=1, max_size=30), stretches)
def test_exactly_the_stretches_that_lie_within_the_text_are_marked(text: str, given_: list[Stretch]) -> None:
    marked = [letter for piece in pieces_of(text, given_) for letter in [bool(piece.kind)] * len(piece.text)]

    whole = [each for each in given_ if 0 <= each.start < each.end <= len(text)]
    assert marked == [any(each.start <= place < each.end for each in whole) for place in range(len(text))]


def test_where_evidence_and_a_search_overlap_the_evidence_is_shown() -> None:
    pieces = pieces_of("a worried letter", [Stretch("e", 2, 9), Stretch("f", 2, 16, "found")])

    assert [(piece.text, piece.kind, piece.anchors) for piece in pieces] == [
        ("a ", "", ()),
        ("worried", "evidence", ("e", "f")),
        (" letter", "found", ()),
    ]


def test_words_whose_place_is_not_known_have_no_box() -> None:
    words = [Word(0.1, 0.1, 0.2, 0.12, "letter", 90)]

    assert boxes_of("a worried letter", words, [Stretch("e", 2, 9)]) == []
    assert len(boxes_of("a worried letter", words, [Stretch("e", 10, 16)])) == 1
