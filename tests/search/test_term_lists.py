"""A list of terms is read whole, or every line that cannot be read is named; none is dropped in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language import parse_query
from search.term_lists import MOST_TERMS, UnreadableTermsError, read_file, read_lines
from store.errors import InvalidInputError


def test_each_line_is_a_term_with_its_number_and_empty_lines_are_passed_over():
    terms = read_lines('housemaster\n\n  "duty of care"  \nfoster* w/5 register\n')

    assert [(each.line, each.text) for each in terms] == [
        (1, "housemaster"),
        (3, '"duty of care"'),
        (4, "foster* w/5 register"),
    ]


def test_every_line_that_cannot_be_read_is_named_with_the_character_and_none_is_used():
    with pytest.raises(UnreadableTermsError) as refused:
        read_lines('minutes\nduty AND (\n"care\nboys')

    assert [(each.line, each.text) for each in refused.value.faults] == [(2, "duty AND ("), (3, '"care')]
    assert all("character" in each.sentence for each in refused.value.faults)
    assert "2 cannot be read" in str(refused.value)


def test_a_term_that_asks_for_the_same_as_another_is_refused_because_neither_would_be_unique():
    with pytest.raises(UnreadableTermsError, match="the same as line 1"):
        read_lines("minutes\nletters\nMinutes")


@pytest.mark.parametrize("typed", ["", "\n \n"])
def test_a_list_without_a_term_is_refused(typed):
    with pytest.raises(InvalidInputError, match="no term"):
        read_lines(typed)


def test_a_list_that_is_too_long_is_refused_whole():
    with pytest.raises(UnreadableTermsError, match="is the most"):
        read_lines("\n".join(f"term{number}" for number in range(MOST_TERMS + 1)))


def test_a_csv_is_read_by_its_heading_with_its_notes_and_true_line_numbers():
    content = '\ufeffWhy,Term\n"two\nlines",housemaster\nhis car,minibus\n,"""duty of care"""\n'.encode()

    terms = read_file("terms.csv", content)

    assert [(each.line, each.text, each.note) for each in terms] == [
        (2, "housemaster", "two\nlines"),
        (4, "minibus", "his car"),
        (5, '"duty of care"', ""),
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("terms.csv", b"a,b\nc,d\n", "none is headed"),
        ("terms.csv", b"term,note\n,why\n", "a note but no term"),
        ("terms.csv", b"term,note\nminutes," + b"x" * 2_001, "more than 2,000 letters"),
        ("terms.csv", b'term\n"unfinished', "is not CSV"),
        ("terms.csv", "term\nTŷ Gwŷr".encode("utf-16"), "UTF-8"),
        ("terms.txt", "caf\xe9".encode("latin-1"), "UTF-8"),
        ("terms.txt", b"a\x00b", "not a list of terms"),
        ("terms.txt", b"a" * (3 << 20), "larger than 2 MB"),
    ],
)
def test_a_file_that_could_be_misread_is_refused(name, content, words):
    with pytest.raises(InvalidInputError, match=words):
        read_file(name, content)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("minutes\nsafeguarding\t12", "it has a tab in it"),
        ("minutes\n•\tchildren", "it has a tab in it"),
        ("minutes\n1. children", "“1.” at its beginning would be looked for as a word"),
        ("minutes\n(b) children", "“(b)” at its beginning"),
        ("minutes\niv. children", "“iv.” at its beginning"),
    ],
)
def test_what_came_with_a_list_out_of_a_letter_or_a_table_is_named_and_not_looked_for(typed, says):
    with pytest.raises(UnreadableTermsError) as refused:
        read_lines(typed)

    (fault,) = refused.value.faults
    assert fault.line == 2
    assert says in fault.sentence


def test_a_name_or_a_figure_at_the_beginning_of_a_term_is_no_number_of_a_list():
    terms = read_lines('J. Larkmoor\nv. Pellow\n1974\n"1. children"\n3 boys')

    assert len(terms) == 5


def test_words_that_somebody_quoted_by_hand_in_a_csv_are_not_taken_for_words_side_by_side():
    with pytest.raises(UnreadableTermsError, match='for a phrase write """duty of care"""') as refused:
        read_file("terms.csv", b'term,note\nminutes,\n"duty of care",\n"minutes, boys","all of it"\n')

    assert [each.line for each in refused.value.faults] == [3]


def test_a_csv_that_quotes_every_cell_says_nothing_by_it():
    terms = read_file("terms.csv", b'"term"\r\n"duty of care"\r\n"""duty of care"""\r\n')

    assert [each.text for each in terms] == ["duty of care", '"duty of care"']


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=8))
def test_no_line_disappears_whatever_is_typed(lines):
    typed = "\n".join(lines)
    wanted = {number for number, line in enumerate(typed.splitlines(), start=1) if line.strip()}

    lines_read, faults = outcome(typed)

    assert lines_read | faults <= wanted
    assert bool(lines_read | faults) == bool(wanted)
    assert faults or lines_read == wanted


def outcome(typed):
    """The lines that became terms, or the lines that were refused."""
    try:
        terms = read_lines(typed)
    except UnreadableTermsError as refused:
        return set(), {each.line for each in refused.faults}
    except InvalidInputError:
        return set(), set()
    assert all(parse_query(each.text) for each in terms)
    return {each.line for each in terms}, set()
