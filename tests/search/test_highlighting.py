from search.highlighting import SNIPPET_LENGTH, highlight_pages
from search.language import parse_query


def marked(query: str, *pages: str) -> dict[int, list[str]]:
    numbered = list(enumerate(pages, start=1))
    shown = highlight_pages(parse_query(query), numbered)
    return {number: [pages[number - 1][a:b] for a, b in places] for number, places in shown.marks.items()}


def test_other_forms_are_marked_as_they_stand() -> None:
    assert marked("minute", "The Minutes of a minute") == {1: ["Minutes", "minute"]}


def test_a_name_with_an_apostrophe_is_marked_whole() -> None:
    page = "Mr O'Brien and Mr. O'Neill at 6 o'clock; I'm d'Arcy"

    assert marked("O'Brien", page) == marked("obrien", page) == {1: ["O'Brien"]}
    assert marked("o'clock OR =I'm OR d'arcy*", page) == {1: ["o'clock", "I'm", "d'Arcy"]}
    assert marked('"Mr O’Neill"', page) == {1: ["Mr", "O'Neill"]}
    assert marked("O'Brien", "Mr O’Brien") == {1: ["O’Brien"]}


def test_words_of_a_phrase_are_marked_only_in_the_phrase() -> None:
    assert marked('"duty of care"', "of care; a duty of care; duty") == {1: ["duty", "of", "care"]}


def test_a_phrase_that_runs_over_the_page_is_marked_on_both() -> None:
    assert marked('"duty of care"', "the duty", "of care") == {1: ["duty"], 2: ["of", "care"]}


def test_pages_with_one_missing_between_are_not_read_on() -> None:
    shown = highlight_pages(parse_query('"duty of care"'), [(1, "the duty"), (3, "of care")])

    assert shown.pages == ()


def test_what_is_excluded_is_not_marked() -> None:
    assert marked("roads NOT parks", "roads and parks") == {1: ["roads"]}


def test_what_is_looked_for_in_the_title_is_not_marked_in_the_text() -> None:
    assert marked("title:roads parks", "roads and parks") == {1: ["parks"]}


def test_a_word_within_distance_is_marked_and_one_beyond_is_not() -> None:
    assert marked("home w/2 visit", "home visit. Later, after the meeting, home") == {1: ["home", "visit"]}


def test_a_misread_word_is_marked() -> None:
    assert marked("member~", "each mernber present") == {1: ["mernber"]}


def test_a_snippet_is_cut_at_words_and_its_marks_fit() -> None:
    text = "lorem ipsum " * 100 + "the children's\nhome committee met " + "dolor sit " * 100

    shown = highlight_pages(parse_query("committee home"), [(4, text)])

    snippet = shown.snippets[0]
    assert snippet.page == 4
    assert len(snippet.text) <= SNIPPET_LENGTH + 60
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["home", "committee"]
    assert "\n" not in snippet.text
    assert snippet.text.split()[0] in ("lorem", "ipsum")


def test_the_snippet_is_where_the_marks_are_thickest() -> None:
    text = "home " + "x " * 400 + "home home home" + " x" * 400

    snippet = highlight_pages(parse_query("home"), [(1, text)]).snippets[0]

    assert len(snippet.marks) == 3


def test_an_empty_page_and_a_page_of_nothing_to_mark_are_left_out() -> None:
    shown = highlight_pages(parse_query("home"), [(1, ""), (2, "roads"), (3, "home")])

    assert [page.number for page in shown.pages] == [3]
    assert len(shown.snippets) == 1


def test_a_query_of_dates_alone_marks_nothing() -> None:
    assert highlight_pages(parse_query("date:1974"), [(1, "1974")]).pages == ()


def test_a_word_broken_at_the_end_of_a_line_is_one_mark_over_both_halves() -> None:
    assert marked("parliament", "The parlia-\nment sat. Parliament.") == {1: ["parlia-\nment", "Parliament"]}
    assert marked("parliament OR parlia OR ment", "The parlia-\n ment") == {1: ["parlia-\n ment"]}


def test_the_halves_of_a_broken_word_are_marked_alone_where_they_are_asked_for() -> None:
    assert marked("known", "a well-\nknown fact") == {1: ["known"]}
    assert marked('"well known"', "a well-\nknown fact") == {1: ["well", "known"]}


def test_phrases_and_distances_are_marked_through_a_broken_word() -> None:
    text = "it said the parlia-\nment building is known"

    assert marked('"the parliament building"', "the", text) == {2: ["the", "parlia-\nment", "building"]}
    assert marked("said pre/3 building", text) == {}
    assert marked("said pre/4 building", text) == {1: ["said", "building"]}
    assert marked("the w/1 parliament", text) == {1: ["the", "parlia-\nment"]}


def test_a_word_that_a_page_breaks_is_marked_on_both() -> None:
    assert marked("parliament", "the parlia-\n", "ment sat") == {1: ["parlia-"], 2: ["ment"]}
    assert marked('"the parliament sat"', "the parlia-\n", "ment sat") == {1: ["the", "parlia-"], 2: ["ment", "sat"]}
    assert marked("parlia OR ment OR parliament", "the parlia-", "ment ment") == {1: ["parlia-"], 2: ["ment", "ment"]}
