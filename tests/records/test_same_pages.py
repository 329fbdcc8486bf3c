"""A page of a scan and its copy in a part: whatever is read, typed or chosen of either, both say the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from access.policy import OPERATOR
from records import parts
from records.models import Page, Record
from records.page_models import MACHINE, PageVersion
from records.page_versions import (
    NewVersion,
    choose_version,
    find_page,
    keep_reading,
    say_seen,
    take_back,
    transcribe,
    versions_of,
)
from records.register import find_record
from records.same_pages import same_pages
from records.unread import count_unread_pages, reading_figures
from store.errors import CandourError

WHOLE, PART, INNER = "R000001", "R000002", "R000004"


@pytest.fixture
def nested(archive, make_record):
    """A scan of four pages, split in two, and its first part split again: page 3 stands three times."""
    for content, parent in ((b"a", ""), (b"b", WHOLE), (b"c", WHOLE), (b"d", PART), (b"e", PART)):
        make_record(content, text="page", unread=True, parent=parent)
    with archive.writing() as session:
        counts = {1: 4, 2: 3, 3: 1, 4: 2, 5: 1}
        for number, count in counts.items():
            record = session.get_one(Record, number)
            first = session.scalars(select(Page).where(Page.record_id == number)).one()
            record.page_count = count
            for page in range(2, count + 1):
                session.add(
                    Page(
                        record_id=number,
                        number=page,
                        text=first.text,
                        read_by=first.read_by,
                        unread=True,
                        reason=first.reason,
                    )
                )
        session.flush()
        split(session, WHOLE, ((1, 2, 3), (4,)), (PART, "R000003"))
        split(session, PART, ((1,), (2, 3)), ("R000005", INNER))
    return archive


def split(session, whole, numbers, references):
    made = [find_record(session, reference, actor=OPERATOR) for reference in references]
    record = find_record(session, whole, actor=OPERATOR)
    parts.keep_split(session, record, parts.SplitPlan(numbers), made, how="by hand", proof="none", actor=OPERATOR)


def page_at(session, place) -> Page:
    return find_page(session, *place, actor=OPERATOR)[1]


# Page 2 of the scan is page 2 of the part, and page 1 of the inner part.
SAME = ((WHOLE, 2), (PART, 2), (INNER, 1))


def test_a_page_knows_where_else_it_stands(nested):
    with nested.reading() as session:
        for place in SAME:
            found = {(session.get_one(Record, each.record_id).reference, each.number)
                     for each in same_pages(session, page_at(session, place))}  # fmt: skip
            assert found == set(SAME) - {place}
        assert [each.record_id for each in same_pages(session, page_at(session, (WHOLE, 4)))] == [3]


def test_a_page_that_stands_three_times_is_counted_and_listed_once(nested, officer):
    with nested.reading() as session:
        assert count_unread_pages(session, actor=officer) == 4
        figures = reading_figures(session, actor=officer)
        assert (figures.pages, figures.nobody_read) == (4, 4)


def test_a_reading_by_machine_is_kept_in_each_and_stands_in_each_or_in_none(nested, officer):
    with nested.writing() as session:
        record, page = find_page(session, *SAME[1], actor=officer)
        better = NewVersion(MACHINE, "Minutes, read again", "ocr", confidence=91.0, settings="turned")
        keep_reading(session, record, page, better, stands=True, actor=officer)
    with nested.writing() as session:
        record, page = find_page(session, *SAME[0], actor=officer)
        keep_reading(session, record, page, NewVersion(MACHINE, "M1nutes", "ocr"), stands=False, actor=officer)

    with nested.reading() as session:
        for place in SAME:
            page = page_at(session, place)
            assert (page.text, page.confidence, page.unread) == ("Minutes, read again", 91.0, False)
            assert [each.text for each in versions_of(session, page)] == ["M1nutes", "Minutes, read again", ""]
        told = session.scalars(select(PageVersion).where(PageVersion.text == "M1nutes").order_by(PageVersion.page_id))
        assert sorted((each.origin, each.origin_page) for each in told) == [("", None), (WHOLE, 2), (WHOLE, 2)]


acts = st.lists(
    st.tuples(
        st.sampled_from(SAME), st.sampled_from(["type", "see", "back", "choose", "read", "keep"]), st.integers(0, 3)
    ),
    max_size=7,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_is_done_to_one_of_them_all_say_the_same(nested, officer, done):
    with nested.reading() as session:
        for place, what, number in done:
            record, page = find_page(session, *place, actor=officer)
            try:
                if what == "type":
                    transcribe(session, *place, text=f"typed {number}", actor=officer)
                elif what == "see":
                    say_seen(session, *place, what="blank", actor=officer)
                elif what == "back":
                    take_back(session, *place, actor=officer)
                elif what == "choose":
                    choose_version(session, *place, number, actor=officer)
                else:
                    new = NewVersion(MACHINE, f"read {number}", "ocr")
                    keep_reading(session, record, page, new, stands=what == "read", actor=officer)
            except CandourError:
                continue
            session.flush()

            said = {(each.text, each.read_by, each.unread) for each in (page_at(session, same) for same in SAME)}

            assert len(said) == 1
            counts = {len(versions_of(session, page_at(session, same))) for same in SAME}
            assert len(counts) == 1
        session.rollback()
