"""From a hit to the next: place by place in a record, and record by record."""

import re
from collections.abc import Callable, Iterator

import pytest

from records.models import Page, Record
from search import indexing
from search.opening import close_engine
from store.archive import Archive


@pytest.fixture
def log_books(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    """Three records about a ferry: one of four pages, a phrase of which runs from the second page to the third."""
    make_record(b"1", text="The ferry left. Nobody was late for the ferry.")
    make_record(b"2", text="ferry")
    make_record(b"3", text="ferry and ferry and the last ferry")
    with archive.writing() as session:
        record = session.query(Record).filter_by(reference="R000001").one()
        texts = ("nothing here", "ends with the lost", "ferry and goes on")
        for number, text in enumerate(texts, start=2):
            session.add(Page(record_id=record.id, number=number, text=text, read_by="native", unread=False))
        record.page_count = 4
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def test_a_hit_opens_where_the_first_place_is_and_the_way_goes_on(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000001?q=ferry").text

    assert "place 1 of 2 on this page, on 2 pages in all" in page
    assert '<span class="candour-anchor" id="here"></span><mark class="candour-mark candour-mark--current">' in page
    assert 'href="/records/R000001?page=1&amp;at=2&amp;q=ferry#here" data-key="."' in page
    assert "Previous place" not in page


def test_after_the_last_place_of_a_page_comes_the_first_of_the_next_page_with_one(
    officer_client, log_books: None
) -> None:
    last = officer_client.get("/records/R000001?q=ferry&page=1&at=2").text
    beyond = officer_client.get("/records/R000001?q=ferry&page=4&at=1").text
    back = officer_client.get("/records/R000001?q=ferry&page=1&at=-1").text

    assert 'href="/records/R000001?page=4&amp;at=1&amp;q=ferry#here" data-key="."' in last
    assert 'href="/records/R000001?page=1&amp;at=-1&amp;q=ferry#here" data-key=","' in beyond
    assert "Next place" not in beyond
    assert "place 2 of 2 on this page" in back


def test_a_phrase_that_runs_over_the_page_is_marked_on_both_pages(officer_client, log_books: None) -> None:
    for number, word in ((3, "lost"), (4, "ferry")):
        page = officer_client.get(f"/records/R000001?q=%22lost+ferry%22&page={number}").text

        assert f'candour-mark--current">{word}</mark>' in page
        assert "on 2 pages in all" in page


def test_a_phrase_that_runs_over_blank_pages_is_marked_on_both_sides_of_them(
    officer_client, archive: Archive, make_record: Callable[..., str], log_books: None
) -> None:
    reference = make_record(b"4", text="we speak of the duty of")
    with archive.writing() as session:
        record = session.query(Record).filter_by(reference=reference).one()
        for number, text in enumerate(("", "", "care owed to children", "five"), start=2):
            session.add(Page(record_id=record.id, number=number, text=text, read_by="native", unread=False))
        record.page_count = 5
    indexing.rebuild(archive)

    for query in ("%22duty+of+care%22", "duty+pre/2+care"):
        first = officer_client.get(f"/records/{reference}?q={query}&page=1").text
        last = officer_client.get(f"/records/{reference}?q={query}&page=4").text

        assert re.search('candour-mark--current">duty( of)?</mark>', first)
        assert 'candour-mark--current">care</mark>' in last
        assert "on 2 pages in all" in last


def test_from_result_to_result_in_the_order_of_the_search(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000002?q=ferry&order=reference&hit=2").text

    assert "Result 2 of 3 for" in page
    assert 'href="/records/R000001?q=ferry&amp;order=reference&amp;hit=1" rel="prev" data-key="&lt;"' in page
    assert 'href="/records/R000003?q=ferry&amp;order=reference&amp;hit=3" rel="next" data-key="&gt;"' in page
    assert 'href="/search?q=ferry&amp;order=reference" class="govuk-back-link">Search results' in page


def test_the_way_back_is_to_the_page_of_results_with_what_narrowed_it(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000001?q=ferry&batch=Box+14&hit=1").text

    assert 'href="/search?q=ferry&amp;batch=Box+14" class="govuk-back-link"' in page
    assert "ferry AND batch:=&#34;Box 14&#34;" in page


@pytest.mark.parametrize("hit", [1, 3, 99, 10**30])
def test_a_record_is_found_again_wherever_it_stands_in_the_results_by_now(
    officer_client, log_books: None, hit: int
) -> None:
    page = officer_client.get(f"/records/R000002?q=ferry&order=reference&hit={hit}").text

    assert "Result 2 of 3 for" in page
    assert 'href="/records/R000003?q=ferry&amp;order=reference&amp;hit=3" rel="next" data-key="&gt;"' in page


def test_a_record_that_is_no_longer_found_leads_on_to_what_took_its_place(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000002?q=lost&hit=1").text

    assert "Not among the 1 found now for" in page
    assert 'href="/records/R000001?q=lost&amp;hit=1" rel="next"' in page
    assert "Previous result" not in page


ANSWER = {"relevance-answer": "relevant", "relevance-reason": "it names the ferry"}


def test_an_answer_leads_to_the_next_result_and_the_last_one_stays(officer_client, log_books: None) -> None:
    way = "q=ferry&type=&batch=Box+14&order=reference"
    first = officer_client.post(f"/records/R000001/relevance?page=1&{way}&hit=1", data=ANSWER)
    last = officer_client.post(f"/records/R000003/relevance?page=1&{way}&hit=3", data=ANSWER)
    none = officer_client.post("/records/R000003/relevance?page=1", data=ANSWER)

    assert first.location == "/records/R000002?q=ferry&batch=Box+14&order=reference&hit=2"
    assert last.location == "/records/R000003?page=1&q=ferry&batch=Box+14&order=reference&hit=3#relevance"
    assert none.location == "/records/R000003?page=1#relevance"
    assert "R000001: your answer on relevance is kept." in officer_client.get(first.location).text


def test_what_a_decision_takes_out_of_the_results_does_not_break_the_way(
    officer_client, archive: Archive, log_books: None
) -> None:
    way = "q=ferry+NOT+has:relevance%3Drelevant&order=reference"
    onwards = officer_client.post(f"/records/R000001/relevance?{way}&hit=1", data=ANSWER).location
    indexing.bring_up_to_date(archive)
    second = officer_client.get(onwards).text
    back = officer_client.get(f"/records/R000001?{way}&hit=1").text

    assert onwards.startswith("/records/R000002?")
    assert "Result 1 of 2 for" in second
    assert "/records/R000003?" in second
    assert "Not among the 2 found now for" in back
    assert "/records/R000002?q=ferry+NOT+has:relevance%3Drelevant&amp;order=reference&amp;hit=1" in back


def test_the_forms_of_a_record_keep_the_way(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000001?q=ferry&category=failings&category=duties&hit=1").text

    kept = "q=ferry&amp;category=failings&amp;category=duties&amp;hit=1"
    assert f'action="/records/R000001/relevance?page=1&amp;{kept}"' in page
    assert f'action="/records/R000001/categories?page=1&amp;{kept}"' in page


def test_a_search_that_cannot_be_read_does_not_hide_the_record(officer_client, log_books: None) -> None:
    page = officer_client.get("/records/R000002?q=duty+AND+(care&hit=1").text

    assert "candour-way" not in page
    assert ">Records</a>" in page
