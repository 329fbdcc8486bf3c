"""Asking through the database: what a person may see, now, and the evidence that they asked."""

import shutil

import pytest

from disclosure import marks
from records.models import Page, Record
from records.register import find_record
from search import kept_searches, querying
from search.highlighting import highlight_pages
from search.hits import PAGES_SHOWN
from search.indexing import bring_up_to_date, rebuild
from search.language import parse_query
from search.opening import close_engine, engine_of
from store import audit
from store.errors import DamagedError, InvalidInputError, NotPermittedError


@pytest.fixture
def searched(archive, make_record):
    first = make_record(b"one", text="Minutes about the housemaster at Larkmoor.")
    second = make_record(b"two", text="A letter about the housemaster.")
    bring_up_to_date(archive)
    yield archive, first, second
    close_engine(archive)


def ask(archive, text, actor):
    with archive.reading() as session:
        return querying.search(archive, session, text, actor=actor)


def test_a_search_finds_with_page_snippet_and_exact_total(searched, officer):
    archive, first, _ = searched

    results = ask(archive, "larkmoor", officer)

    assert (results.total, results.searched) == (1, 2)
    assert results.hits[0].record.reference == first
    assert [page.number for page in results.hits[0].pages] == [1]
    assert "Larkmoor" in results.hits[0].snippets[0].text


@pytest.mark.parametrize("indexed", [False, True])
def test_a_record_marked_a_moment_ago_leaves_no_trace_in_any_number(searched, officer, lawyer, indexed):
    archive, first, second = searched
    with archive.writing() as session:
        marks.mark(
            session, find_record(session, first, actor=lawyer), kind="restricted", reason="Police.", actor=lawyer
        )
    if indexed:
        bring_up_to_date(archive)

    results = ask(archive, "housemaster", officer)

    assert (results.total, results.searched) == (1, 1)
    assert [hit.record.reference for hit in results.hits] == [second]
    assert all(facet.count <= 1 for facets in results.facets.values() for facet in facets)
    with archive.reading() as session:
        assert len(querying.matching_records(archive, session, "housemaster", actor=officer)) == 1
    assert ask(archive, "housemaster", lawyer).total == 2


def test_an_index_that_was_lost_finds_nothing_only_with_a_refusal(searched, officer):
    archive, *_ = searched
    close_engine(archive)
    shutil.rmtree(archive.settings.index)

    with pytest.raises(DamagedError, match="candour index rebuild") as refused:
        ask(archive, "larkmoor", officer)
    with archive.reading() as session, pytest.raises(DamagedError):
        querying.matching_records(archive, session, "larkmoor", actor=officer)
    with archive.reading() as session, pytest.raises(DamagedError):
        kept_searches.ask(archive, session, "larkmoor", actor=officer)

    assert not any(letter.isdigit() for letter in str(refused.value))
    rebuild(archive)
    assert ask(archive, "larkmoor", officer).total == 1


def test_an_archive_whose_records_still_wait_to_be_indexed_answers(archive, make_record, officer):
    make_record(b"one", text="Minutes about the housemaster at Larkmoor.")

    assert ask(archive, "larkmoor", officer).total == 0
    close_engine(archive)


def test_a_rebuilt_index_answers_the_same(searched, officer):
    archive, *_ = searched
    before = ask(archive, "housemaster", officer)

    assert rebuild(archive) == 2

    after = ask(archive, "housemaster", officer)
    assert (after.total, [hit.record.id for hit in after.hits]) == (
        before.total,
        [hit.record.id for hit in before.hits],
    )


def test_searching_is_in_the_audit_trail_with_its_terms_and_count(searched, officer):
    archive, *_ = searched
    results = ask(archive, "larkmoor", officer)

    querying.log_search(archive, results, actor=officer)

    with archive.reading() as session:
        last = list(audit._events(session))[-1]
    assert (last.actor, last.action) == (officer.name, "search.searched")
    assert '"query":"larkmoor"' in last.detail


def test_nobody_searches_who_may_not_read(searched, leader, administrator):
    archive, *_ = searched
    for actor in (leader, administrator):
        with pytest.raises(NotPermittedError):
            ask(archive, "larkmoor", actor)


def test_an_empty_search_is_refused_with_what_to_do(searched, officer):
    archive, *_ = searched
    with pytest.raises(InvalidInputError, match="nothing to search for"):
        ask(archive, "  ", officer)


@pytest.mark.parametrize("count", [PAGES_SHOWN, PAGES_SHOWN + 2])
def test_the_pages_of_a_short_record_are_told_from_its_text_as_those_of_a_long_one_are_from_the_index(
    archive, make_record, officer, count
):
    reference = make_record(text="The duty of")
    texts = ["care, of the mas-\nter. Duty.", "Nothing.", "A duty of care; the master", "of care"][: count - 1]
    with archive.writing() as session:
        record = session.query(Record).filter_by(reference=reference).one()
        record.page_count = count
        session.add_all(
            Page(record_id=record.id, number=number, text=text, read_by="ocr")
            for number, text in enumerate(texts, start=2)
        )
    bring_up_to_date(archive)
    for query in ('"duty of care"', "master", "duty w/4 master", "=mas OR car*", "title:memorandum", "date:none"):
        shown = ask(archive, query, officer).hits[0]

        located = engine_of(archive).locate(parse_query(query), [record.id], compartments=officer.compartments)
        assert tuple(shown.pages) == located[record.id], query
        assert [each.page for each in shown.snippets] == [page.number for page in shown.pages][:PAGES_SHOWN]
    close_engine(archive)


@pytest.mark.parametrize(
    ("texts", "query", "found_on"),
    [
        (("We speak of the duty of", "", "care owed to children", "four", "five"), '"duty of care"', [1, 3]),
        (("We speak of the duty of", "", "care owed to children", "four", "five"), "duty w/10 children", [1, 3]),
        (("The duty", "", " \n", "", "of", "", "", "care"), '"duty of care"', [1, 5, 8]),
        (("duty", "far from home", "", "and", "care", "x " * 200, "care"), "duty w/5 care", [1, 5]),
        (("care", "care", "a duty of", "", "care", "six"), '"duty of care"', [3, 5]),
        (("care", "x", "care", "x", "the duty of", "", "care"), 'care AND "duty of care"', [1, 3, 5, 7]),
        (("the dis-", "clo-\nsure-", "dates", "4", "5"), "suredates", [2, 3]),
        (("the dis-", "clo-", "sure", "4", "5"), '"disclo sure"', [1, 2, 3]),
        (("one", "", "the", "lan-", "tern", "stood", "seven"), '"the lantern stood"', [3, 4, 5, 6]),
        # Each of the pages shows one match by itself, and begins or ends another.
        (("a duty of care, and the duty of", "", "care owed, a duty of care", "4", "5"), '"duty of care"', [1, 3]),
        (("care", "care", "care and a lan-", "tern", "5"), "care OR lantern", [1, 2, 3, 4]),
        (("duty care", "far", "duty care, " + "x " * 9 + "duty", "", "care"), "duty pre/2 care", [1, 3, 5]),
        (("a duty of care", "duty of care", "duty of care; duty of", "care"), '"duty of care"', [1, 2, 3, 4]),
    ],
)
def test_what_reaches_over_blank_and_short_pages_is_shown_and_marked_where_it_stands(
    archive, make_record, officer, texts, query, found_on
):
    reference = make_record(text=texts[0])
    with archive.writing() as session:
        record = session.query(Record).filter_by(reference=reference).one()
        record.page_count = len(texts)
        session.add_all(
            Page(record_id=record.id, number=number, text=text, read_by="ocr")
            for number, text in enumerate(texts[1:], start=2)
        )
    bring_up_to_date(archive)
    hit = ask(archive, query, officer).hits[0]
    close_engine(archive)

    assert [page.number for page in hit.pages] == found_on
    assert [each.page for each in hit.snippets] == found_on[:PAGES_SHOWN]
    assert all(each.marks for each in hit.snippets)
    whole = highlight_pages(parse_query(query), list(enumerate(texts, start=1)), snippet_limit=len(texts))
    assert list(hit.snippets) == list(whole.snippets[:PAGES_SHOWN])
    assert list(hit.pages) == list(whole.pages)


def test_however_many_values_no_record_has_those_that_some_have_are_counted_once(searched, officer, monkeypatch):
    archive, *_ = searched
    engine = engine_of(archive)
    counted = []
    find = engine.find
    monkeypatch.setattr(engine, "find", lambda *given, **named: counted.append(given) or find(*given, **named))

    results = ask(archive, "larkmoor OR type:leter OR type:minuts OR category:dutis", officer)

    assert [each.value for each in results.unheld] == ["leter", "minuts", "dutis"]
    assert len(counted) == 2
