"""Messages between the pool and its children carry the words of a page exactly, and refuse what is none."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.child_messages import understood
from ingest.frames import FrameBuffer, columns_of, words_of
from ingest.reading import FileFacts, MemberFound, PageReading

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
        5,
        None,
        {"a": 1, "b": 2},
        [["home"], 5],
        [5, "AAAA"],
        [[5], "AAAAAAAA8D8AAAAAAADwPwAAAAAAAPA/AAAAAAAA8D8AAAAAAADwPw=="],  # a word that is no text
    ],
)
def test_what_is_no_words_is_refused(columns):
    with pytest.raises(ValueError):
        words_of(columns)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING | st.lists(ANYTHING, min_size=2, max_size=2) | st.tuples(st.lists(st.text()), st.text()).map(list))
def test_anything_is_words_or_is_refused(columns):
    try:
        words = words_of(columns)
    except ValueError:
        return
    assert all(isinstance(word[4], str) and len(word) == 6 for word in words)


PAGE = PageReading(1, "A note.", "native").to_dict()
MEMBER = MemberFound("a.txt", Path("spool/000001"), 3).to_dict()
GOOD = [
    {"kind": "ready", "sandbox": {}},
    {"kind": "identified", "media_type": "text/plain", "label": "Text"},
    {"kind": "begin", "total": 3},
    {"kind": "page", "page": PAGE, "notes": ["a note"]},
    {"kind": "member", "member": MEMBER},
    {"kind": "done", "facts": FileFacts().to_dict()},
    {"kind": "further", "value": None},
    {"kind": "returned", "value": [1]},
    {"kind": "failed", "code": "damaged", "sentence": None, "detail": "ValueError"},
    {"kind": "failed", "code": "of its own", "sentence": "It says why."},
]


@pytest.mark.parametrize("message", GOOD)
def test_what_a_child_may_say_is_understood(message):
    heard = understood(json.loads(json.dumps(message)))

    assert heard.keys() == message.keys()
    if message["kind"] == "page":
        assert heard["page"] == PageReading(1, "A note.", "native")
    if message["kind"] == "member":
        assert heard["member"] == MemberFound("a.txt", Path("spool/000001"), 3)


@given(st.sampled_from(GOOD), st.data())
def test_whatever_stands_in_the_place_of_a_part_it_is_understood_or_refused(message, data):
    name = data.draw(st.sampled_from(sorted(message)))
    value = data.draw(ANYTHING)
    if isinstance(message[name], dict) and message[name] and data.draw(st.booleans()):
        value = {**message[name], data.draw(st.sampled_from(sorted(message[name])) | st.text()): value}

    try:
        heard = understood({**message, name: value})
    except ValueError:
        return

    assert heard["kind"] in {each["kind"] for each in GOOD}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "page", "page": {**PAGE, "more": 1}, "notes": []},
        {"kind": "page", "page": PAGE, "notes": [5]},
        {"kind": "page", "page": {**PAGE, "words": 5}, "notes": []},
        {"kind": "member", "member": {**MEMBER, "path": "spool/.."}},
        {"kind": "done", "facts": {}},
        {"kind": "failed", "code": "of its own", "sentence": None},
    ],
)
def test_what_no_child_may_say_is_refused(message):
    with pytest.raises(ValueError):
        understood(message)


def test_a_message_nested_without_end_is_refused():
    body = b"[" * 1_000_000

    with pytest.raises(ValueError):
        list(FrameBuffer().feed(struct.pack(">I", len(body)) + body))
