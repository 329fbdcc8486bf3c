import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.words import Word, locate, pack, unpack
from store.errors import DamagedError

fractions = st.integers(0, 10_000).map(lambda step: step / 10_000)
confidences = st.integers(0, 200).map(lambda step: step / 2)


@st.composite
def boxed_words(draw: st.DrawFn) -> Word:
    x0, x1 = sorted((draw(fractions), draw(fractions)))
    y0, y1 = sorted((draw(fractions), draw(fractions)))
    return Word(x0, y0, x1, y1, draw(st.text(max_size=12)), draw(confidences))


def lines_of(*lines: str) -> list[Word]:
    """Words set on lines under each other, each letter a hundredth of the page wide."""
    words = []
    for row, line in enumerate(lines):
        x = 0.1
        for text in line.split():
            words.append(Word(x, 0.1 + row * 0.05, x + len(text) * 0.01, 0.13 + row * 0.05, text, 90.0))
            x += (len(text) + 1) * 0.01
    return words


@settings(deadline=None)
@given(st.lists(boxed_words(), max_size=60))
def test_packed_words_come_back_exactly(words):
    assert unpack(pack(words)) == words


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=20))
def test_any_position_comes_back_to_a_ten_thousandth(boxes):
    words = unpack(pack([Word(*box, "word", 50.0) for box in boxes]))

    for word, box in zip(words, boxes, strict=True):
        assert word[:4] == pytest.approx(box, abs=0.000051)


def test_plain_lists_are_packed_like_words():
    assert unpack(pack([[0.1, 0.2, 0.3, 0.4, "tŷ", 88.0]])) == [Word(0.1, 0.2, 0.3, 0.4, "tŷ", 88.0)]


def test_a_page_takes_fewer_than_twelve_bytes_a_word(corpus):
    text = (corpus("ocr/letters1905") / "Lettre50.gt.txt").read_text(encoding="utf-8")
    words = lines_of(*text.splitlines()) * 2

    assert len(pack(words)) < 12 * len(words)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_packed_words_are_refused_as_damaged(data):
    try:
        words = unpack(data)
    except DamagedError:
        return
    assert pack(words) == data or words == []


def test_a_cut_off_page_is_refused_with_what_to_do():
    packed = pack(lines_of("a line of words"))

    with pytest.raises(DamagedError, match="read the page again"):
        unpack(packed[:-3])


def test_the_words_of_one_line_give_one_box():
    words = lines_of("Mr Pellow went to the house", "on Friday")

    (box,) = locate("Mr Pellow went to the house\non Friday", words, 3, 14)

    assert box == pytest.approx((words[1].x0, words[1].y0, words[2].x1, words[2].y1))


def test_words_on_two_lines_give_two_boxes():
    words = lines_of("went to the", "house on Friday")
    text = "went to the\nhouse on Friday"

    boxes = locate(text, words, text.index("the"), text.index(" on"))

    assert [box[:2] for box in boxes] == [words[2][:2], words[3][:2]]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["Mr", "the", "boy", "said", "no"]), min_size=1, max_size=40), st.data())
def test_a_repeated_word_is_found_where_it_stands_and_not_elsewhere(tokens, data):
    words = lines_of(*[" ".join(tokens[at : at + 7]) for at in range(0, len(tokens), 7)])
    chosen = data.draw(st.integers(0, len(tokens) - 1))
    start = len(" ".join(tokens[:chosen])) + (chosen > 0)

    (box,) = locate(" ".join(tokens), words, start, start + len(tokens[chosen]))

    assert box == pytest.approx(words[chosen][:4])


def test_a_hyphen_closed_up_at_the_line_end_still_gives_both_halves():
    words = lines_of("he was in the dormi-", "tory all night")
    text = "he was in the dormitory all night"

    boxes = locate(text, words, text.index("dormitory"), text.index(" all"))

    assert [box[0] for box in boxes] == [words[4].x0, words[5].x0]


def test_words_the_text_lost_do_not_move_the_boxes_of_the_others():
    words = lines_of("~~ stamp 14 Mr Pellow left | and Mr Pellow came back")
    text = "Mr Pellow left and Mr Pellow came back"
    second = text.rindex("Mr")

    (box,) = locate(text, words, second, second + 9)

    assert box.x0 == pytest.approx(words[8].x0)
    assert box.x1 == pytest.approx(words[9].x1)


def test_text_without_a_box_gives_no_box():
    words = lines_of("first line")

    assert locate("first line transcribed by eye", words, 11, 22) == []
    assert locate("first line", [], 0, 5) == []
    assert locate("first line", words, 5, 5) == []
