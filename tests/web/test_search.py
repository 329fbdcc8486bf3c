"""Finding records: what is found, out of how many, and what is kept as evidence of it."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.policy import SYSTEM, Actor, Role
from disclosure.marks import mark
from records.register import find_record
from retention.suggesting import SuggestionProposal
from retention.tagging import keep_suggestions
from search import indexing
from search.language import parse_query
from search.opening import close_engine
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, happenings
from store.errors import InvalidInputError
from web.asked import PAGE
from web.query_building import FIELDS, JOINS, WAYS, Row, Wanted, build_query

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


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=minibus", "/search/build?text=minibus&do=search", "/search/help"]
)
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
    assert "1 page in this archive could not be read: a search does not see it." in page


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
    assert 'href="/records/R000001?page=1&amp;q=minibus&amp;hit=1#here"' in page
    record = officer_client.get("/records/R000001?page=1&q=minibus").text
    assert '<mark class="candour-mark candour-mark--current">minibus</mark>' in record


def test_a_mistake_is_pointed_at_beside_the_box(officer_client, found: None) -> None:
    answer = officer_client.get("/search?q=duty+AND+(care")

    assert answer.status_code == 400
    assert "At character 10: this bracket is not closed" in answer.text
    assert 'duty AND (care\n<span class="candour-pointed__at">         ^</span>' in answer.text


def test_a_mistake_that_looks_like_html_is_shown_as_it_was_typed(officer_client, found: None) -> None:
    page = officer_client.get('/search?q="<script>alert(1)</script>').text

    assert "<script>alert" not in page


def test_nothing_found_says_what_was_searched_and_what_could_not_be(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=zeppelin").text

    assert "Nothing was found" in page
    assert "of 2 searched" in page
    assert "This is not proof that there is nothing." in page
    assert "1 page in this archive could not be read, and a search does not see it." in page


@pytest.fixture
def many(archive: Archive, make_record: Callable[..., str]) -> Iterator[None]:
    """A page and one more."""
    for number in range(PAGE + 1):
        make_record(str(number).encode(), text=f"a minibus, number {number}")
    indexing.rebuild(archive)
    yield
    close_engine(archive)


def test_it_is_said_which_page_of_how_many_is_shown_and_each_is_a_link(officer_client, many: None) -> None:
    first = officer_client.get("/search?q=minibus&order=reference").text
    second = officer_client.get("/search?q=minibus&order=reference&page=2").text

    assert "1 to 20 of 21, page 1 of 2." in first
    assert 'href="/search?q=minibus&amp;order=reference&amp;start=20" aria-label="Page 2"' in first
    assert "21 to 21 of 21, page 2 of 2." in second
    assert "R000021" in second
    assert second.count('class="candour-hit"') == 1


@pytest.mark.parametrize("asked", ["page=99", "start=5000"])
def test_a_page_past_the_last_is_the_last_and_not_an_empty_one(officer_client, many: None, asked: str) -> None:
    answer = officer_client.get(f"/search?q=minibus&{asked}", follow_redirects=True)

    assert answer.request.full_path == "/search?q=minibus&start=20"
    assert "21 to 21 of 21" in answer.text


def test_a_place_between_two_pages_is_shown_with_its_page(officer_client, many: None) -> None:
    assert "1 to 20 of 21, page 1 of 2." in officer_client.get("/search?q=minibus&start=7").text


def test_a_value_that_no_record_open_to_the_asker_has_is_named_with_those_that_some_have(
    officer_client, legal_client, found: None
) -> None:
    told = officer_client.get("/search?q=category:dutis+OR+minibus").text
    known = officer_client.get("/search?q=category:duties").text
    hidden = officer_client.get("/search?q=has:restricted").text

    assert "category:dutis</code>. Those there are: " in told
    assert '<code class="candour-path">duties</code>.</p>' in told
    assert "No record open to you has" not in known
    assert "No record open to you has" in hidden


def test_a_near_miss_is_offered(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibuss").text

    assert 'Did you mean <a class="govuk-link" href="/search?q=minibus">' in page


def test_a_facet_narrows_the_search_and_is_taken_away_again(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus").text
    narrowed = officer_client.get("/search?q=minibus&category=duties").text

    assert 'href="/search?q=minibus&amp;category=duties"' in page
    assert "1 record found" in narrowed
    assert (
        '<li class="candour-facet__on"><a class="govuk-link" href="/search?q=minibus" aria-current="true">' in narrowed
    )
    assert '<a class="candour-chip" href="/search?q=minibus">' in narrowed
    assert "minibus AND category:duties" in narrowed


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


def test_what_narrows_is_kept_by_the_next_words_and_by_the_order(officer_client, found: None) -> None:
    page = officer_client.get("/search?q=minibus&category=duties&category=failings&order=oldest").text

    assert page.count('<input type="hidden" name="category" value="duties">') == 2
    assert page.count('<input type="hidden" name="category" value="failings">') == 2
    assert "Take all away" in page


def test_what_is_kept_and_recorded_is_all_that_was_asked(officer_client, archive: Archive, found: None) -> None:
    page = officer_client.get("/search?q=minibus&category=duties").text

    assert '<input type="hidden" name="q" value="minibus AND category:duties">' in page
    with archive.reading() as session:
        (event,) = happenings(session, AuditFilter(AuditAction.SEARCHED.value, "", ""), offset=0, limit=9)
        assert event.detail["query"] == "minibus AND category:duties"


def test_a_bundle_is_made_of_what_was_narrowed_to(legal_client, found: None) -> None:
    page = legal_client.get("/search?q=minibus&category=duties").text

    assert "/bundles/new?q=minibus+AND+category:duties" in page.replace("%3A", ":")


def test_a_name_that_looks_like_html_is_only_a_name(officer_client, found: None) -> None:
    page = officer_client.get('/search?q=minibus&person="><script>alert(1)</script>').text

    assert "<script>alert" not in page
    assert "Nothing was found" in page
    assert "Person named:" in page


def test_a_family_is_said_with_its_hits_and_shown_once(
    officer_client, make_record: Callable[..., str], found: None
) -> None:
    message = make_record(b"5", text="the ferry was late")
    make_record(b"6", text="the ferry timetable", parent=message)
    indexing.rebuild(officer_client.application.extensions["candour"])

    each = officer_client.get("/search?q=ferry").text
    once = officer_client.get("/search?q=ferry&by=family").text

    assert "2 records found" in each
    assert "and 1 file inside" in each
    assert "Part of <a" in each
    assert "In 1 family: of each, the first in this order is shown." in once
    assert once.count('<li class="candour-hit">') == 1


def test_the_boxes_become_a_query(officer_client, notice: str) -> None:
    asked = (
        "/search/build?join=and&field=&way=all&text=minibus+late&join=and&field=&way=any&text=log+diary"
        "&join=not&field=&way=all&text=hospital&join=and&field=person&way=phrase&text=L+Osterwain"
        "&since=1974&until=1979-03&category=duties&category=failings"
    )
    query = (
        '(minibus late) AND (log OR diary) AND person:"L Osterwain" AND date:1974..1979-03'
        " AND category:(duties OR failings) AND NOT hospital"
    )

    shown = officer_client.get(f"{asked}&do=show").text
    run = officer_client.get(f"{asked}&do=search")

    assert query.replace('"', "&#34;") in shown
    assert 'value="log diary"' in shown
    assert run.status_code == 302
    assert parse_qs(urlsplit(run.headers["Location"]).query) == {"q": [query]}


def test_another_row_is_added_without_losing_what_was_written(officer_client, notice: str) -> None:
    page = officer_client.get("/search/build?join=and&field=&way=all&text=minibus&do=more").text
    again = officer_client.get("/search/build?" + "join=and&field=&way=all&text=a1&" * 3 + "do=more").text

    assert page.count('name="text"') == 3
    assert again.count('name="text"') == 4
    assert again.count('value="a1"') == 3


def test_a_box_that_cannot_be_understood_is_pointed_at(officer_client, notice: str) -> None:
    answer = officer_client.get("/search/build?text=minibus&since=soonish&do=search")

    assert answer.status_code == 400
    assert "“soonish” is not a date" in answer.text
    assert 'value="minibus"' in answer.text


def test_an_empty_form_says_what_to_do(officer_client, notice: str) -> None:
    answer = officer_client.get("/search/build?do=search")

    assert answer.status_code == 400
    assert "Nothing to look for yet" in answer.text


@pytest.mark.parametrize(
    ("wanted", "query"),
    [
        (Wanted(), ""),
        (Wanted([Row(text="AND (x")]), '("AND" "(x")'),
        (Wanted([Row(way="any", text="log")]), "log"),
        (Wanted([Row(join="not", text="hospital")]), "NOT hospital"),
        (Wanted([Row(text="a1"), Row(join="or", text="b1"), Row(text="c1")]), "(a1 OR b1) AND c1"),
        (Wanted([Row(join="not", text="a1"), Row(join="or", text="b1"), Row(text="c1")]), "c1 AND NOT (a1 OR b1)"),
        (Wanted([Row(way="near", text="a1 b1", distance="7", field="title")]), "title:(a1 w/7 b1)"),
        (Wanted([Row(way="before", text="a1 b1 c1")]), "(a1 pre/5 b1 pre/5 c1)"),
        (Wanted([Row(way="exact", text="minutes care's")]), '(=minutes "care\'s")'),
        (Wanted([Row(way="misread", text="councillor is")]), "(councillor~ is)"),
        (Wanted([Row(way="begins", text="foster a")]), "(foster* a)"),
        (Wanted([Row(field="type", text="minutes, case file")]), 'type:(minutes OR "case file")'),
        (Wanted(since="1974"), "date:1974.."),
        (Wanted(until="1979", undated=True), "(date:..1979 OR date:none)"),
        (Wanted(since="1974", until="1974"), "date:1974"),
        (Wanted(since="1 May 1974"), "date:1974-05-01.."),
        (Wanted(since="1979-03", until="1979-12"), "date:1979-03..1979-12"),
        (Wanted(since="01/04/1974", until="31.3.1975"), "date:1974-04-01..1975-03-31"),
        (Wanted(since="1974/75", until="1976/77"), "date:1974..1977"),
        (Wanted(since="the 1970s", until="mid-1980s"), "date:1970..1989"),
        (Wanted(undated=True), "date:none"),
        (Wanted([Row(way="phrase", text='say "no"')]), '"say no"'),
        (Wanted([Row(way="phrase", text="!!!")]), ""),
    ],
)
def test_what_is_typed_in_a_box_is_never_taken_for_a_sign_of_the_language(wanted: Wanted, query: str) -> None:
    assert build_query(wanted) == query
    if query:
        parse_query(query)


_BOX = st.builds(
    Row,
    join=st.sampled_from(list(JOINS)),
    field=st.sampled_from(list(FIELDS)),
    way=st.sampled_from(list(WAYS)),
    text=st.text(max_size=25),
)


@settings(deadline=None, max_examples=200)
@given(rows=st.lists(_BOX, max_size=4), categories=st.lists(st.text(max_size=8), max_size=2))
def test_whatever_is_typed_in_the_boxes_can_be_searched_or_is_refused_in_a_sentence(
    rows: list[Row], categories: list[str]
) -> None:
    query = build_query(Wanted(rows, categories=[each for each in categories if each.strip()]))

    sentence = refusal(query)

    assert sentence == "" or sentence.endswith(".")
    assert "bracket" not in sentence
    assert "quotation mark" not in sentence


def refusal(query: str) -> str:
    """Why the query cannot be read, or nothing."""
    if query:
        try:
            parse_query(query)
        except InvalidInputError as error:
            return str(error)
    return ""
