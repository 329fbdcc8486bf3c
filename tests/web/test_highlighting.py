"""Marks on a page's text and on its picture."""

from hypothesis import given
from hypothesis import strategies as st

from records.words import Word
from web.highlighting import MarkedBox, Stretch, boxes_of, pieces_of, strip_of

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


def test_the_lines_around_marked_words_are_a_strip_of_the_picture() -> None:
    boxes = [MarkedBox(0.2, 0.4, 0.1, 0.02, "evidence"), MarkedBox(0.1, 0.44, 0.3, 0.02, "evidence")]

    strip = strip_of(boxes, width=500, height=1000)

    assert strip is not None
    assert strip.top < 400
    assert strip.top + strip.height > 460
    assert strip.height < 120


def test_words_that_stand_far_apart_or_nowhere_make_no_strip() -> None:
    apart = [MarkedBox(0.2, 0.1, 0.1, 0.02, "evidence"), MarkedBox(0.2, 0.8, 0.1, 0.02, "evidence")]

    assert strip_of(apart, width=500, height=1000) is None
    assert strip_of([], width=500, height=1000) is None
    assert strip_of(apart[:1], width=0, height=0) is None


@given(st.floats(0, 0.99), st.floats(0.001, 0.2))
def test_a_strip_never_leaves_its_page(top: float, height: float) -> None:
    strip = strip_of([MarkedBox(0.1, top, 0.1, min(height, 1 - top), "evidence")], width=500, height=1000)

    assert strip is None or (strip.top >= 0 and strip.top + strip.height <= 1000.1)
