"""Finding records: what is found, out of how many, and what is kept as evidence of it."""

from collections.abc import Callable, Iterator

import pytest

from access.policy import SYSTEM, Actor, Role
from disclosure.marks import mark
from records.register import find_record
from retention.suggesting import SuggestionProposal
from retention.tagging import keep_suggestions
from search import indexing
from search.opening import close_engine
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, happenings
from web.query_building import Wanted, add_filter, build_query, filter_of, has_filter, remove_filter

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def found(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    """Three indexed records: one with HTML in it, one restricted, one with a page nobody could read."""
    hostile = make_record(b"1", text="the minibus <script>alert(1)</script> was late & locked")
    hidden = make_record(b"2", text="the minibus of the solicitor")
    make_record(b"3", unread=True)
    with archive.writing() as session:
        first = find_record(session, hostile, actor=LAWYER)
        first.title = "Letter <b>about</b> the minibus"
        keep_suggestions(session, first, [SuggestionProposal("duties", 0.5, "moderate", [], "Duties.")], actor=SYSTEM)
        secret = find_record(session, hidden, actor=LAWYER)
        secret.title = "Advice of counsel"
        mark(session, secret, kind="restricted", reason="police", actor=LAWYER)
    indexing.rebuild(archive)
    yield
    close_engine(archive)


@pytest.mark.parametrize("path", ["/search", "/search?q=minibus", "/search/build?every=minibus"])
def test_leaders_and_administrators_do_not_search(leader_client, administrator_client, found: None, path: str) -> None:
    for client in (leader_client, administrator_client):
        answer = client.get(path)

        assert answer.status_code == 403
        assert "R000001" not in answer.text
        assert "the minibus" not in answer.text


def test_what_is_found_is_counted_exactly_and_out_of_how_many(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus").text

    assert "1 record found, of 2 searched" in page
    assert "R000001" in page
    assert "1 page could not be read: no search can be relied on to reach it." in page


def test_a_restricted_record_leaves_no_trace_in_an_officers_search(officer_client, legal_client, found: None) -> None:
    seen_by_officer = officer_client.get("/search?q=minibus").text
    seen_by_legal = legal_client.get("/search?q=minibus").text

    assert "R000002" not in seen_by_officer
    assert "Advice of counsel" not in seen_by_officer
    assert "2 records found, of 3 searched" in seen_by_legal
    assert "Advice of counsel" in seen_by_legal


def test_text_and_titles_are_shown_and_never_run(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus+late").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Letter &lt;b&gt;about&lt;/b&gt; the minibus" in page


def test_what_was_asked_is_marked_and_each_page_is_linked(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus").text

    assert '<mark class="candour-mark candour-mark--found">minibus</mark>' in page
    assert 'href="/records/R000001?page=1&amp;q=minibus#page"' in page
    record = officer_client.get("/records/R000001?page=1&q=minibus").text
    assert '<mark class="candour-mark candour-mark--found">minibus</mark>' in record


def test_a_mistake_is_pointed_at_beside_the_box(officer_client, found: None) -> None:
    answer = officer_client.get("/search?q=duty+AND+(care")

    assert answer.status_code == 400
    assert "At character 10: this bracket is not closed" in answer.text
    assert 'duty AND <span class="candour-pointed__at">(</span>care' in answer.text


def test_a_mistake_that_looks_like_html_is_shown_as_it_was_typed(officer_client, found: None) -> None:
    page = officer_client.get('/search?q="<script>alert(1)</script>').text

    assert "<script>alert" not in page


def test_nothing_found_says_what_was_searched_and_what_could_not_be(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=zeppelin").text

    assert "Nothing was found" in page
    assert "of 2 searched" in page
    assert "This is not proof that there is nothing." in page
    assert "1 page could not be read, and no search can be relied on to reach it." in page


def test_a_near_miss_is_offered(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibuss").text

    assert 'Did you mean <a class="govuk-link" href="/search?q=minibus">' in page


def test_a_facet_narrows_the_search_and_is_taken_away_again(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus").text
    narrowed = officer_client.get("/search?q=minibus+AND+category:duties").text

    assert 'href="/search?q=minibus+AND+category%3Aduties"' in page
    assert "1 record found" in narrowed
    assert '<li class="candour-facet__on"><a class="govuk-link" href="/search?q=minibus">' in narrowed


def test_each_search_is_in_the_audit_trail_with_its_terms_and_count(
    officer_client, archive: Archive, found: None
) -> None:
    officer_client.get("/search")
    officer_client.get("/search?q=minibus")
    officer_client.get("/search?q=duty+AND+(care")

    with archive.reading() as session:
        events = happenings(session, AuditFilter(AuditAction.SEARCHED.value, "", ""), offset=0, limit=9)
        assert [(each.actor, each.detail["query"], each.detail["total"]) for each in events] == [
            ("records-officer@example.org", "minibus", 1)
        ]


def test_a_bundle_is_offered_to_legal_alone(officer_client, legal_client, found: None) -> None:
    assert "Make a bundle from these" not in officer_client.get("/search?q=minibus").text
    assert "/bundles/new?q=minibus" in legal_client.get("/search?q=minibus").text


@pytest.mark.parametrize("order", ["relevance", "oldest", "newest", "reference", "sideways"])
def test_any_order_answers(officer_client, found: None, order: str) -> None:
    assert "1 record found" in officer_client.get(f"/search?q=minibus&order={order}").text


def test_the_boxes_become_a_query(officer_client, notice: str) -> None:
    answer = officer_client.get(
        "/search/build?every=minibus+late&some=log+diary&phrase=duty+of+care&none=hospital"
        "&field=person&value=L+Osterwain&since=1974&until=1979-03"
    )

    assert answer.status_code == 302
    assert (
        "minibus+late+(log+OR+diary)+%22duty+of+care%22+person:%22L+Osterwain%22+date:1974..1979-03+NOT+hospital"
        in answer.headers["Location"].replace("%3A", ":").replace("%28", "(").replace("%29", ")").replace("%20", "+")
    )


@pytest.mark.parametrize(
    ("wanted", "query"),
    [
        (Wanted(), ""),
        (Wanted(every="AND (x"), '"AND" "(x"'),
        (Wanted(some="log"), "log"),
        (Wanted(none="hospital"), "NOT hospital"),
        (Wanted(since="1974"), "date:1974.."),
        (Wanted(until="1979"), "date:..1979"),
        (Wanted(since="1974", until="1974"), "date:1974"),
        (Wanted(phrase='say "no"'), '"say no"'),
    ],
)
def test_what_is_typed_in_a_box_is_never_taken_for_a_sign_of_the_language(wanted: Wanted, query: str) -> None:
    assert build_query(wanted) == query


@pytest.mark.parametrize("query", ["minibus", "log OR diary", '"a OR b"', "(log OR diary)", "title:minutes late"])
@pytest.mark.parametrize("wanted", ["year:1974", filter_of("batch", "Box 14"), filter_of("person", 'A "Nick" Name')])
def test_a_filter_that_is_added_and_taken_away_leaves_the_query_as_it_was(query: str, wanted: str) -> None:
    narrowed = add_filter(query, wanted)

    assert has_filter(narrowed, wanted)
    assert not has_filter(query, wanted)
    assert remove_filter(narrowed, wanted) in {query, query.strip("()")}


@pytest.mark.parametrize("query", ["NOT year:1974", "(year:1974 OR log)", '"year:1974"', "year:1975"])
def test_a_filter_that_only_looks_as_if_it_stood_there_is_left_alone(query: str) -> None:
    assert not has_filter(query, "year:1974")
    assert remove_filter(query, "year:1974") == query


def test_the_last_filter_taken_away_leaves_every_record() -> None:
    assert remove_filter("year:1974", "year:1974") == "*"
