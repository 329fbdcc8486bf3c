"""Messages between the pool and its children carry the words of a page exactly, and refuse what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.frames import columns_of, words_of

NUMBERS = st.floats(allow_nan=False)
WORDS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.text(), NUMBERS).map(list))


@given(WORDS)
def test_words_come_back_to_the_last_bit(words):
    assert words_of(json.loads(json.dumps(columns_of(words)))) == words


@pytest.mark.parametrize(
    "columns",
    [
        [["home"], ""],  # a word without its place
        [[], "AAAAAAAA8D8="],  # a place without its word
        [["home"], "not base64!"],
        [["home"], "AAA="],  # half a number
        [["home"]],
    ],
)
def test_what_is_no_words_is_refused(columns):
    with pytest.raises(ValueError):
        words_of(columns)
