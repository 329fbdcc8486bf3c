"""What differs between two texts: both kept whole, changes told from readings, what was taken out listed."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from records.differences import CHANGED, READING, SAME, changed_places, difference, withheld_places
from tests.papers import LETTER, MINUTES, misread

WORDS = st.lists(
    st.sampled_from(
        ["the", "house", "Mr", "Tolland", "████", "14", " ", "\n", "  \t", "rn", "hcuse", "x", "—", "é", ""]
    ),
    max_size=40,
).map("".join)


@given(st.one_of(st.text(max_size=200), WORDS), st.one_of(st.text(max_size=200), WORDS))
@settings(max_examples=200, deadline=None)
def test_the_pieces_make_both_texts_again_exactly(first, second):
    pieces = difference(first, second)

    assert "".join(piece.first for piece in pieces) == first
    assert "".join(piece.second for piece in pieces) == second
    assert all(before.kind != after.kind for before, after in pairwise(pieces))


def test_a_very_long_page_is_made_again_exactly_too():
    first = "\n".join(f"{number} {LETTER}" for number in range(75))
    second = first.replace("40 Brannock", "40 Another council, Brannock")

    pieces = difference(first, second)

    assert ("".join(piece.first for piece in pieces), "".join(piece.second for piece in pieces)) == (first, second)
    assert changed_places(pieces) == 1


def test_the_same_text_has_one_piece_and_no_change():
    assert [piece.kind for piece in difference(LETTER, LETTER)] == [SAME]


def test_a_bad_reading_is_told_from_a_change_and_is_never_hidden():
    read_again = misread(LETTER, 0.03, random.Random(2))

    pieces = difference(LETTER, read_again)

    assert changed_places(pieces) <= 3
    assert sum(piece.kind == READING for piece in pieces) > 10
    assert "".join(piece.second for piece in pieces) == read_again


def test_a_sentence_written_in_is_a_change():
    annotated = LETTER.replace("in October,", "in October, though he later denied it before two witnesses,")

    changes = [piece for piece in difference(LETTER, annotated) if piece.kind == CHANGED]

    assert [(piece.first.strip(), piece.second.strip()) for piece in changes] == [
        ("", "though he later denied it before two witnesses,")
    ]


def test_a_name_blacked_in_one_copy_is_listed_with_what_stands_there():
    redacted = LETTER.replace("Mr Tolland", "████████").replace("G. Penhallow", "[redacted]")

    places = withheld_places(difference(LETTER, redacted))

    assert [(place.words, place.is_blacked, place.present_in_first, place.has_a_name) for place in places] == [
        ("Mr Tolland", True, True, True),
        ("G. Penhallow,", True, True, True),
    ]
    back = withheld_places(difference(redacted, LETTER))
    assert [place.present_in_first for place in back] == [False, False]


def test_a_name_that_is_simply_gone_is_listed_too():
    gone = LETTER.replace("Mr Tolland to", "to")

    places = withheld_places(difference(LETTER, gone))

    assert [(place.words, place.is_blacked) for place in places] == [("Mr Tolland", False)]
    assert places[0].before.endswith("I have asked")


def test_two_papers_with_nothing_in_common_are_changed_throughout():
    pieces = difference(LETTER, MINUTES)

    assert changed_places(pieces) > 10
