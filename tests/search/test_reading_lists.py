"""Reading lists and reviewed lists: who read what is proved from the trail, without a trace of the hidden."""

import csv
import io

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from disclosure.marks import mark
from disclosure.review import decide_relevance
from records.register import find_record, log_view, visible_records
from search import reading_lists as lists
from search import reviewed_lists
from store.errors import InvalidInputError, NotFoundError, NotPermittedError
from store.leaving import let_go


@pytest.fixture
def held(archive, make_record):
    for number in range(1, 5):
        make_record(str(number).encode(), text=f"Letter {number}.")
    return archive


def made(archive, actor, name="Letters"):
    with archive.writing() as session:
        records = visible_records(session, actor=actor)
        return lists.make_list(session, records, name=name, origin="Search: letter", query="letter", actor=actor).id


def go_on(archive, number, actor, read=None):
    with archive.writing() as session:
        found = lists.find_list(session, number, actor=actor)
        here = find_record(session, read, actor=actor) if read else None
        if here is not None:
            lists.mark_read(session, found, here, actor=actor)
        following = lists.next_unread(session, found, actor=actor, after=here)
        return following.reference if following else None


def progress(archive, number, actor):
    with archive.reading() as session:
        found = lists.progress_of(session, lists.find_list(session, number, actor=actor), actor=actor)
        return found.total, found.read, found.read_by_me


def restrict(archive, reference, lawyer):
    with archive.writing() as session:
        mark(session, find_record(session, reference, actor=lawyer), kind="restricted", reason="Police", actor=lawyer)


def test_a_list_is_read_one_by_one_by_several_people_and_their_progress_is_kept(held, officer, lawyer):
    number = made(held, officer)

    assert go_on(held, number, officer) == "R000001"
    assert go_on(held, number, officer, read="R000001") == "R000002"
    assert go_on(held, number, lawyer, read="R000003") == "R000004"
    assert go_on(held, number, officer, read="R000004") == "R000002"

    assert progress(held, number, officer) == (4, 3, 2)
    assert progress(held, number, lawyer) == (4, 3, 1)
    assert go_on(held, number, officer, read="R000002") is None


def test_what_is_left_for_later_comes_round_again(held, officer):
    number = made(held, officer)
    with held.writing() as session:
        found = lists.find_list(session, number, actor=officer)
        last = find_record(session, "R000004", actor=officer)
        assert lists.next_unread(session, found, actor=officer, after=last).reference == "R000001"


def test_that_a_record_was_read_is_said_once_and_never_changed(held, officer):
    number = made(held, officer)
    go_on(held, number, officer, read="R000001")
    go_on(held, number, officer, read="R000001")

    assert progress(held, number, officer) == (4, 1, 1)
    for statement in ("DELETE FROM reading", "UPDATE reading SET read_by = 'x'", "DELETE FROM reading_list_item"):
        with pytest.raises(IntegrityError), held.writing() as session:
            session.execute(text(statement))


def test_a_restricted_record_leaves_no_trace_in_a_list_made_before(held, officer, lawyer):
    number = made(held, officer)
    go_on(held, number, officer, read="R000002")
    restrict(held, "R000002", lawyer)

    assert progress(held, number, officer) == (3, 0, 0)
    assert progress(held, number, lawyer) == (4, 1, 0)
    with held.reading() as session:
        found = lists.find_list(session, number, actor=officer)
        listed = lists.listed_records(session, found, actor=officer)
        assert [(each.place, each.record.reference) for each in listed] == [
            (1, "R000001"),
            (2, "R000003"),
            (3, "R000004"),
        ]
        third = find_record(session, "R000003", actor=officer)
        assert lists.place_in(session, found, third, actor=officer).place == 2
    with pytest.raises(NotFoundError):
        go_on(held, number, officer, read="R000002")


def test_a_list_made_by_legal_is_told_to_nobody_who_sees_less(held, officer, lawyer):
    number = made(held, lawyer)

    with held.reading() as session:
        assert lists.reading_lists(session, actor=officer) == []
        with pytest.raises(NotFoundError):
            lists.find_list(session, number, actor=officer)


def test_a_list_needs_a_name_and_something_to_read_and_somebody_who_may_search(held, officer, leader):
    with pytest.raises(InvalidInputError, match="name"):
        made(held, officer, name=" ")
    with held.writing() as session, pytest.raises(InvalidInputError, match="1 to"):
        lists.make_list(session, [], name="Empty", origin="x", actor=officer)
    with pytest.raises(NotPermittedError):
        made(held, leader)


def export(archive, actor, form="csv"):
    with archive.reading() as session:
        records = visible_records(session, actor=actor)
        if form == "csv":
            made = reviewed_lists.list_csv(session, records, origin="Search: letter", actor=actor)
        else:
            made = reviewed_lists.list_xlsx(session, records, origin="=1+1", actor=actor, house="Made-up & Co")
    with archive.writing() as session:
        let_go(session, made, actor=actor.name)
    if form == "csv":
        return list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    return openpyxl.load_workbook(io.BytesIO(made.content))


def test_an_exported_list_says_who_opened_read_and_decided_on_each_record_and_when(held, officer, lawyer):
    number = made(held, officer)
    go_on(held, number, officer, read="R000001")
    with held.writing() as session:
        second, third = (find_record(session, each, actor=lawyer) for each in ("R000002", "R000003"))
        decide_relevance(session, second, answer="relevant", reason="Read.", actor=lawyer)
        log_view(session, third, actor=lawyer)

    rows = export(held, lawyer)

    assert [row["Reviewed"] for row in rows] == ["yes", "yes", "no", "no"]
    assert rows[0]["Said they read it, and when"].startswith(f"{officer.name}, 20")
    assert rows[1]["Decided on it, and when"].startswith(lawyer.name)
    assert rows[2]["Opened by, and when"].startswith(lawyer.name)
    assert rows[3]["Opened by, and when"] == ""


def test_an_exported_list_leaves_out_what_may_not_be_seen_and_is_itself_recorded(held, officer, lawyer):
    restrict(held, "R000002", lawyer)

    assert [row["Record"] for row in export(held, officer)] == ["R000001", "R000003", "R000004"]
    assert [row["Guarded"] for row in export(held, lawyer)] == ["", "restricted", "", ""]
    with held.reading() as session:
        events = session.execute(text("SELECT detail FROM audit_event WHERE action = 'search.result-list-exported'"))
        assert '"records":3' in events.fetchall()[0][0]


def test_the_workbook_runs_no_title_as_a_formula_and_says_how_it_was_made(held, officer):
    with held.writing() as session:
        find_record(session, "R000001", actor=officer).title = '=HYPERLINK("http://example.org")'

    book = export(held, officer, "xlsx")

    assert book["Records"]["C2"].data_type == "s"
    # A text stands clear of the number before it, which stands at the right.
    assert [
        (book["Records"][each].alignment.horizontal, book["Records"][each].alignment.indent) for each in ("B1", "B2")
    ] == [
        ("left", 1.0),
        ("left", 1.0),
    ]
    assert export(held, officer)[0]["Title"].startswith("'=")
    method = {row[0].value: row[1].value for row in book["Method"].iter_rows(min_row=3)}
    assert (method["Records"], method["of which reviewed"], method["of which not reviewed"]) == (4, 0, 4)
