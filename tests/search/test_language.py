from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import QUOTES, words
from search.language import CLAUSE_LIMIT, DEPTH_LIMIT, parse_query
from search.language_lexer import QUERY_LENGTH_LIMIT
from search.language_tree import (
    And,
    AnyOf,
    Dated,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Text,
    Undated,
    Wildcard,
    Word,
)
from store.errors import InvalidInputError


def word(text: str, *, exact: bool = False) -> Text:
    return Text(Word(text, exact))


MEANINGS: list[tuple[str, Node]] = [
    ("children", word("children")),
    ("CHILDREN", word("children")),
    ("Tŷ", word("ty")),
    ("=minutes", word("minutes", exact=True)),
    ("exact:minutes", word("minutes", exact=True)),
    ('"minutes"', word("minutes", exact=True)),
    ("“duty of”", Text(Phrase((Word("duty", exact=True), Word("of", exact=True))))),
    ("well-being", Text(Phrase((Word("well"), Word("being"))))),
    ("children's", word("children")),
    ("a b", And((word("a"), word("b")))),
    ("a AND b", And((word("a"), word("b")))),
    ("a and b", And((word("a"), word("b")))),
    ("a or b", Or((word("a"), word("b")))),
    ("a OR b c", Or((word("a"), And((word("b"), word("c")))))),
    ("(a OR b) c", And((Or((word("a"), word("b"))), word("c")))),
    ("a NOT b", And((word("a"), Not(word("b"))))),
    ("a AND NOT b", And((word("a"), Not(word("b"))))),
    ("NOT a", Not(word("a"))),
    ("NOT NOT a", word("a")),
    ("*", Everything()),
    ("a w/5 b", Text(Near(Word("a"), Word("b"), 5, ordered=False))),
    ("a PRE/5 b", Text(Near(Word("a"), Word("b"), 5, ordered=True))),
    ("a w/2 b w/3 c", Text(Near(Near(Word("a"), Word("b"), 2, ordered=False), Word("c"), 3, ordered=False))),
    ("(a OR b) w/5 c", Text(Near(AnyOf((Word("a"), Word("b"))), Word("c"), 5, ordered=False))),
    ("title:(a w/5 b)", Text(Near(Word("a"), Word("b"), 5, ordered=False), "title")),
    ("foster*", Text(Wildcard("foster*"))),
    ("f**ster", Text(Wildcard("f*ster"))),
    ("wom?n", Text(Wildcard("wom?n"))),
    ("council~", Text(Fuzzy("council", 1))),
    ("council~2", Text(Fuzzy("council", 2))),
    ("title:minutes", Text(Word("minutes"), "title")),
    ("TITLE: minutes", Text(Word("minutes"), "title")),
    ('person:"ada quill"', Text(Phrase((Word("ada", exact=True), Word("quill", exact=True))), "person")),
    ("category:failings", Keyword("category", "failings")),
    ('type:"Case File"', Keyword("type", "case file")),
    ("has:review=responsive", Keyword("has", "review=responsive")),
    ("state:(unread OR decided)", Or((Keyword("state", "unread"), Keyword("state", "decided")))),
    ("date:1974", Dated(date(1974, 1, 1), date(1974, 12, 31))),
    ("date:1976-02", Dated(date(1976, 2, 1), date(1976, 2, 29))),
    ("date:1974-05-01..1974-06-30", Dated(date(1974, 5, 1), date(1974, 6, 30))),
    ("date:1970..1979-05", Dated(date(1970, 1, 1), date(1979, 5, 31))),
    ("date:..1979", Dated(None, date(1979, 12, 31))),
    ("date:1970..", Dated(date(1970, 1, 1), None)),
    ("year:1970..1979", Dated(date(1970, 1, 1), date(1979, 12, 31))),
    ("date:none", Undated()),
    ("title:AND", Text(Word("and"), "title")),
    ("10:30", Text(Phrase((Word("10"), Word("30"))))),
    ("AND-gate", Text(Phrase((Word("and"), Word("gate"))))),
]


@pytest.mark.parametrize(("written", "meaning"), MEANINGS, ids=[written for written, _ in MEANINGS])
def test_what_is_written_means(written: str, meaning: Node) -> None:
    query = parse_query(written)

    assert query.node == meaning
    assert query.written == written


MISTAKES = [
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("a AND", 3, "needs something to look for after it"),
    ("a OR OR b", 3, "needs something to look for after it"),
    ("OR b", 1, "before it"),
    ("NOT", 1, "after it"),
    ("(a", 1, "not closed"),
    ("a (b (c)", 3, "not closed"),
    ("a)", 2, "closes nothing"),
    ("a () b", 4, "nothing inside"),
    ('minutes "of the', 9, "not closed"),
    ('""', 1, "no letter or figure"),
    ("a & b", 3, "write AND"),
    ("a ; b", 3, "no letter or figure"),
    ("=", 1, "no letter or figure"),
    ("-foo", 1, "NOT foo"),
    ("a*", 1, "two letters"),
    ("?", 1, "two letters"),
    ("title:*", 7, "two letters"),
    ("a w/5", 3, "after it"),
    ("w/5 a", 1, "before it"),
    ("a w/0 b", 3, "between 1 and 100"),
    ("a w/101 b", 3, "between 1 and 100"),
    ("(a b) w/5 c", 1, "measured only from"),
    ("c w/5 (a AND b)", 7, "measured only from"),
    ("c w/5 date:1974", 7, "measured only from"),
    ("title:a w/5 b", 9, "title:("),
    ("tilte:minutes", 1, "did you mean “title:”"),
    ("a http://x", 3, "no field “http:”"),
    ("title:(file:a)", 8, "inside “title:”"),
    ("title:", 1, "needs a value"),
    ("title: AND b", 1, "needs a value"),
    ("date:1974-13", 6, "calendar"),
    ("date:1974-02-30", 6, "calendar"),
    ("date:0000", 6, "calendar"),
    ("date:May", 6, "not a date"),
    ("date:1979..1970", 6, "ends"),
    ("date:..", 6, "at least one side"),
    ("year:1970-05", 6, "not a year"),
    ("ab~", 1, "at least 3"),
    ("abcd~2", 1, "at least 5"),
    ("abcd~3", 1, "one letter wrong"),
    ("well-being~", 1, "one whole word"),
    ("foo*~", 1, "one whole word"),
]


@pytest.mark.parametrize(("written", "at", "says"), MISTAKES, ids=[written or "nothing" for written, _, _ in MISTAKES])
def test_a_mistake_is_a_sentence_pointing_at_the_character(written: str, at: int, says: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_query(written)

    sentence = str(caught.value)
    assert sentence.startswith(f"At character {at}: ")
    assert says in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("written", ["x" * 20_000, '"' + "x y " * 5_000, "(" * 20_000, "*a" * 10_000, "é" * 20_000])
def test_a_query_of_twenty_thousand_characters_is_refused_unread(written: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{QUERY_LENGTH_LIMIT:,} is the most"):
        parse_query(written)


def test_a_word_longer_than_any_in_the_index_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"At character 3: this word has 65 characters and 64 is the most"):
        parse_query("a " + "x" * 65)


def test_brackets_are_counted() -> None:
    parse_query("(" * DEPTH_LIMIT + "a" + ")" * DEPTH_LIMIT)

    with pytest.raises(InvalidInputError, match=f"At character {DEPTH_LIMIT + 1}: brackets"):
        parse_query("(" * (DEPTH_LIMIT + 1) + "a" + ")" * (DEPTH_LIMIT + 1))


def test_words_are_counted_in_phrases_too() -> None:
    parse_query("a " * CLAUSE_LIMIT)

    with pytest.raises(InvalidInputError, match=f"more than {CLAUSE_LIMIT} words"):
        parse_query("a " * (CLAUSE_LIMIT + 1))
    with pytest.raises(InvalidInputError, match=f"more than {CLAUSE_LIMIT} words"):
        parse_query('"' + "a " * (CLAUSE_LIMIT + 1) + '"')


def test_distances_in_a_row_are_counted() -> None:
    with pytest.raises(InvalidInputError, match="distances in a row"):
        parse_query("a" + " w/2 a" * (DEPTH_LIMIT + 1))


_GRAMMAR = "a bc* =d ~ e~2 AND OR NOT ( ) w/3 pre/2 title: date: year: has: x: 1974 .. - ? * ŷ ' ’ exact:"
PIECES = st.sampled_from([*_GRAMMAR.split(), '"', " ", " ", " "])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_anything_made_of_the_languages_pieces_is_read_or_refused_in_a_sentence(written: str) -> None:
    _is_read_or_refused(written)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_is_read_or_refused_in_a_sentence(written: str) -> None:
    _is_read_or_refused(written)


def _is_read_or_refused(written: str) -> None:
    sentence = _refusal(written)
    if sentence is not None:
        at = int(sentence.removeprefix("At character ").partition(":")[0])
        assert 1 <= at <= len(written) + 1
        assert sentence.endswith(".")


def _refusal(written: str) -> str | None:
    try:
        parse_query(written)
    except InvalidInputError as error:
        return str(error)
    return None


@settings(deadline=None)
@given(st.text(max_size=60).filter(lambda text: not set(text) & set(f"{QUOTES}*?")))
def test_a_phrase_is_split_into_words_as_a_document_is(text: str) -> None:
    expected = words(text)
    if not expected or any(len(piece) > 60 for piece in text.split()):
        return

    placed = parse_query(f'"{text}"').node
    assert isinstance(placed, Text)
    parts = placed.placed.parts if isinstance(placed.placed, Phrase) else (placed.placed,)

    assert [part.text for part in parts if isinstance(part, Word)] == expected
