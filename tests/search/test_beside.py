"""What is read beside the wanted pages: no more and no less than page by page, in few questions, each page once."""

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import beside
from search.analysis import words
from search.beside import PAGES_AHEAD, read_with_beside
from search.highlighting import text_parts
from search.language import parse_query
from search.language_tree import Asked

Texts = Mapping[tuple[int, int], str]

QUERIES = (
    "care",
    '"duty of care"',
    "duty pre/5 care",
    '"a b c d e f g h i"',
    "NOT care",
    "title:care",
    "care w/30 duty",
)
TEXTS = ("", "", " - ", "duty", "of care", "chil-", "dren", "the chil-\ndren of", "one two three four five six", None)

runs = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from((1, 1, 1, 2, 3, 49, 50, 51, 120))), max_size=12)


class Reader:
    """Reads as the database does, and counts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.asked: list[int] = []

    def __call__(self, pages: Collection[tuple[int, int]]) -> list[tuple[int, int, str]]:
        self.asked.append(len(pages))
        return [(*page, self._texts[page]) for page in pages if page in self._texts]


def page_by_page(query: Asked, wanted: Mapping[int, Collection[int]], texts: Texts) -> dict[int, list[tuple[int, str]]]:
    reach = max((beside._reach(part.placed) for part in text_parts(query)), default=0)
    read: dict[int, dict[int, str]] = {record_id: {} for record_id in wanted}
    for record_id, number in [(each, number) for each, numbers in wanted.items() for number in numbers]:
        if (record_id, number) in texts:
            read[record_id][number] = texts[record_id, number]
        for step in (-1, 1):
            at, passed = number + step, 0
            while (text := texts.get((record_id, at))) is not None:
                read[record_id][at] = text
                passed += len(words(text))
                if passed >= reach and (step > 0 or beside._breaks_the_same(text)):
                    break
                at += step
    return {record_id: sorted(pages.items()) for record_id, pages in read.items()}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(QUERIES), st.lists(runs, min_size=1, max_size=3), st.data())
def test_what_is_read_is_the_same_as_page_by_page(
    asked: str, records: list[list[tuple[str | None, int]]], data: st.DataObject
) -> None:
    query = parse_query(asked)
    texts: dict[tuple[int, int], str] = {}
    wanted: dict[int, list[int]] = {}
    for record_id, made in enumerate(records):
        pages = [text for text, count in made for _ in range(count)]
        texts |= {(record_id, number): text for number, text in enumerate(pages, start=1) if text is not None}
        wanted[record_id] = data.draw(st.lists(st.integers(0, len(pages) + 1), max_size=4))

    assert read_with_beside(query, wanted, Reader(texts)) == page_by_page(query, wanted, texts)


def test_a_long_run_of_blank_pages_is_read_in_few_questions_and_each_page_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut: list[str] = []

    def counted(text: str) -> list[str]:
        cut.append(text)
        return words(text)

    monkeypatch.setattr(beside, "words", counted)
    texts = {(7, number): "" for number in range(1, 4001)}
    reader = Reader(texts)

    read = read_with_beside(parse_query('"duty of care"'), {7: [2000]}, reader)

    assert len(read[7]) == 4000
    assert len(cut) == 3999
    assert len(reader.asked) == 1 + 2000 // PAGES_AHEAD
    assert sum(reader.asked) <= 4000 + 2 * PAGES_AHEAD


def test_where_the_next_pages_hold_words_enough_no_more_is_asked_for() -> None:
    reader = Reader({(7, number): "one two three four five six" for number in range(1, 100)})

    read_with_beside(parse_query('"duty of care"'), {7: [50]}, reader)

    assert reader.asked == [3]


def test_one_question_stays_small_however_many_pages_are_wanted() -> None:
    reader = Reader({(record_id, number): "" for record_id in range(150) for number in range(1, 100)})

    read_with_beside(parse_query('"duty of care"'), {record_id: [50] for record_id in range(150)}, reader)

    assert max(reader.asked) <= 1000
