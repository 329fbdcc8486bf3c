"""What lawyers write who know other programs is answered truly, or they are told how it is written here."""

import re

import pytest

from search.language import parse_query
from search.language_lexer import QueryMistakeError, pointed_at
from search.language_tree import And, AnyOf, Near, Node, Not, Or, Phrase, Text, Wildcard, Word
from store.errors import InvalidInputError


def word(text: str) -> Text:
    return Text(Word(text))


def phrase(*texts: str) -> Text:
    return Text(Phrase(tuple(Word(text, exact=True) for text in texts)))


ANSWERED: list[tuple[str, Node]] = [
    ("Smith v Jones", And((word("smith"), word("v"), word("jones")))),
    ("“Smith v. Jones”", phrase("smith", "v", "jones")),
    ("„duty of care“", phrase("duty", "of", "care")),
    ("«duty of care»", phrase("duty", "of", "care")),
    ('"Smith & Jones"', phrase("smith", "jones")),
    ("O’Brien’s", word("obrien")),
    ("matron or housemaster", Or((word("matron"), word("housemaster")))),
    ("Matron Or Housemaster", Or((word("matron"), word("housemaster")))),
    ("matron and housemaster", And((word("matron"), word("housemaster")))),
    ("matron AND NOT housemaster", And((word("matron"), Not(word("housemaster"))))),
    ('"health and safety"', phrase("health", "and", "safety")),
    ('did "not" attend', And((word("did"), Text(Word("not", exact=True)), word("attend")))),
    ("title:and", Text(Word("and"), "title")),
    ("1974–1979", Text(Phrase((Word("1974"), Word("1979"))))),
    ("section 47(1)", And((word("section"), word("47"), word("1")))),
    ("[2004] EWHC 123", And((word("2004"), word("ewhc"), word("123")))),
    ("he/she", Text(Phrase((Word("he"), Word("she"))))),
    ("R&D", Text(Phrase((Word("r"), Word("d"))))),
    ("w/c 5", And((Text(Phrase((Word("w"), Word("c")))), word("5")))),
    ("No. #5", And((word("no"), word("5")))),
    (
        "(child* OR minor*) W/10 matron",
        Text(Near(AnyOf((Wildcard("child*"), Wildcard("minor*"))), Word("matron"), 10, ordered=False)),
    ),
    ("+child +matron", And((word("child"), word("matron")))),
]


@pytest.mark.parametrize(("written", "meaning"), ANSWERED, ids=[written for written, _ in ANSWERED])
def test_what_is_copied_from_a_letter_or_another_program_means(written: str, meaning: Node) -> None:
    assert parse_query(written).node == meaning


TOLD = [
    ("ward /s staff", 6, "w/15"),
    ("ward /p staff", 6, "w/50"),
    ("ward w/s staff", 6, "w/15"),
    ("ward PRE/P staff", 6, "w/50"),
    ("ward +s staff", 6, "w/15"),
    ("ward /5 staff", 6, "w/5 for either order, or pre/5"),
    ("ward +5 staff", 6, "pre/5"),
    ("ward w/ 5 staff", 6, "in one piece with its number: w/5"),
    ("ward w/five staff", 6, "the distance is a figure"),
    ("ward w\\5 staff", 6, "with a stroke"),
    ("ward NEAR staff", 6, "w/10"),
    ("ward NEAR/3 staff", 6, "w/3"),
    ("ward near3 staff", 6, "w/3"),
    ("ward ADJ2 staff", 6, "pre/2"),
    ("ward within/4 staff", 6, "w/4"),
    ("ward NOT w/5 staff", 6, "ward NOT (ward w/5 clinic)"),
    ("ward not staff", 6, "write NOT; to look for the word itself"),
    ("Not proven", 1, "write NOT"),
    ("ward ANDNOT staff", 6, "AND NOT"),
    ("ward BUT NOT staff", 6, "NOT alone"),
    ("ward % staff", 6, "write NOT"),
    ("negligen!", 1, "negligen*"),
    ("ward & staff", 6, "write AND"),
    ("ward && staff", 6, "write AND"),
    ("ward || staff", 6, "write OR"),
    ("ward|staff", 1, "write OR"),
    ("ward – staff", 6, "take it out"),
    ("nurs%e", 1, "write ~ after it"),
    ("#smith", 1, "smith~"),
    ("nurse^2", 1, "weigh more"),
    ("12~~24", 1, "a range of numbers"),
    ("N===", 1, "write ?"),
    ('"duty of care"~5', 15, "w/5 between them"),
    ("TI(ward)", 1, "title:(…)"),
    ("DA(1974)", 1, "date:1970..1979"),
    ("ATLEAST5(ward)", 1, "how often"),
    ("date>=1970", 1, "with a colon: date:"),
    ("ward w/10 (nurse AND doctor)", 11, "(ward w/5 nurse) AND (ward w/5 doctor)"),
    ("from:smith", 1, "did you mean “person:”?"),
    ("Subject:ward", 1, "did you mean “title:”?"),
    ("filename:ward", 1, "did you mean “file:”?"),
    ("cc:smith", 1, "the fields are text, title"),
    ("date:1 May 1974", 6, "write date:1974-05-01 for “1 May 1974”"),
    ('date:"1st of May, 1974"', 6, "write date:1974-05-01"),
    ("date:May 1, 1974", 6, "write date:1974-05-01"),
    ("date:May 1974", 6, "write date:1974-05 for"),
    ("date:01/05/1974", 6, "write date:1974-05-01"),
    ("date:31/02/1974", 6, "is not a date"),
    ("date:1970s", 6, "write date:1970..1979"),
    ("date:1974-1979", 6, "write date:1974..1979"),
    ("year:1974–1979", 6, "write year:1974..1979"),
    ("date:1974 to 1979", 6, "write date:1974..1979"),
    ("date:[1970 TO 1979]", 6, "write date:1970..1979"),
    ("date:c.1974", 6, "write date:1974 for"),
    ("date:circa 1974", 6, "write date:1974 for"),
    ("date:>1970", 6, "write date:1970.. for"),
    ("date:before 1974", 6, "write date:..1974 for"),
    ("year:May 1974", 6, "is not a year"),
    ("ward and/or staff", 6, "write OR"),
    ("‘duty of care’", 1, 'write "duty of care"'),
    ("matron 'care and control'", 8, "double quotation marks"),
    ("date:1974-5", 6, "write 1974-05 for the month, or 1974..1975"),
    ("date:1974-5..1976", 6, "write 1974-05 for the month"),
    ("date:1983-7", 6, "write 1983-07 for the month, or 1983..1987"),
    ("date:1974/75", 6, "write date:1974..1975"),
    ("year:1974/5", 6, "write year:1974..1975"),
    ("date:1974-75", 6, "write date:1974..1975"),
    ("date:1999/00", 6, "write date:1999..2000"),
    ("date:17/3/1974-20/4/1974", 6, "write date:1974-03-17..1974-04-20"),
    ("date:01.04.1974..31.03.1975", 6, "write date:1974-04-01..1975-03-31"),
    ("date:17 March 1974 to 20 April 1974", 6, "write date:1974-03-17..1974-04-20"),
    ("date:1974-03-17 to 20 April 1974", 6, "write date:1974-03-17..1974-04-20"),
    ("date:between 1974 and 1979", 6, "write date:1974..1979"),
    ("date:1974 onwards", 6, "write date:1974.. for"),
    ("date:before 1 May 1974", 6, "write date:..1974-05-01 for"),
    ("date:pre-1974", 6, "write date:..1974 for"),
    ("date:5/1974", 6, "write date:1974-05 for"),
    ("date:mid-1970s", 6, "write date:1970..1979"),
    ("date:1970s-1980s", 6, "write date:1970..1989"),
    ("date:197?", 6, "write date:1970..1979"),
    ("date:1 Ebrill 1974 – 31 Mawrth 1975", 6, "write date:1974-04-01..1975-03-31"),
    ("date:1974 or 1975", 14, "write date:(1974 OR 1975)"),
]


UNSEEN = ("\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\u00ad")


@pytest.mark.parametrize("sign", UNSEEN)
@pytest.mark.parametrize(
    "written",
    [
        "matron NOT_ roads",
        "matron _AND_ roads",
        "matron _OR roads",
        "matron w/_5 roads",
        "date:_1974",
        "chil_dren",
        "_x_",
    ],
)
def test_what_nobody_can_see_in_a_pasted_search_changes_nothing_in_it(written: str, sign: str) -> None:
    assert parse_query(written.replace("_", sign)).node == parse_query(written.replace("_", "")).node


def test_the_caret_stands_under_the_character_that_is_seen() -> None:
    with pytest.raises(QueryMistakeError) as caught:
        parse_query("\u200bmatron\u200b AND\ufeff )")

    assert pointed_at("\u200bmatron\u200b AND\ufeff )", caught.value.at) == ("matron AND )", "       ^")


@pytest.mark.parametrize(("written", "at", "says"), TOLD, ids=[written for written, _, _ in TOLD])
def test_what_would_mean_something_else_here_is_answered_with_how_to_write_it(written: str, at: int, says: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_query(written)

    assert str(caught.value).startswith(f"At character {at}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "date:1974 to Mary",
        "date:1974 and 1979",
        "year:1974 1979",
        "date:1974 May",
        'date:1974 OR "1975"',
        "date:(1974 OR 1975)",
        "the boys’ home",
        "O’Brien’s ’phone",
        "‘care’ of boys",
        '"/s"',
        '"not"',
        '"w/ 5"',
    ],
)
def test_what_only_looks_alike_is_read_as_it_stands(written: str) -> None:
    parse_query(written)


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("date:1974 or later", "date:1974.."),
        ("ward date:1974-05-01 OR after", "date:1974-05-01.."),
        ("(date:1970..1979 and onwards) ward", "date:1970.."),
        ("year:1974 or earlier AND ward", "year:..1974"),
        ("date:1970..1979 OR before", "date:..1979"),
    ],
)
def test_a_date_and_all_that_follows_it_is_told_how_it_is_written(query: str, written: str) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(f"looked for as a word; write {written}, or")):
        parse_query(query)


@pytest.mark.parametrize(
    "query", ["date:1974 later", 'date:1974 or "later"', "date:1974 AND after w/3 school", "date:none OR later"]
)
def test_such_a_word_may_be_looked_for_beside_a_date(query: str) -> None:
    assert parse_query(query)
