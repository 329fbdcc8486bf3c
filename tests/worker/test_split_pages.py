"""A page that stands in a scan and in a part of it is one page."""

from sqlalchemy import select

from access.policy import OPERATOR
from disclosure import marks
from records.page_models import SuggestNeed
from records.page_versions import choose_version, say_seen, standing_version, transcribe, versions_of
from records.reading_state import recount
from records.register import find_record
from records.same_pages import elsewhere
from records.split_plans import plan_from
from records.unread import reading_figures, unread_pages
from tests.worker.compound import LETTER, page_at
from worker import splitting


def test_what_is_typed_of_a_page_is_kept_in_the_scan_and_in_its_part(archive, split_compound, officer):
    with archive.writing() as session:
        transcribe(session, "R000003", 1, text="Notes, as typed.", note="in pencil", actor=officer)
    with archive.writing() as session:
        transcribe(session, "R000001", 2, text="Minutes, as typed.", actor=officer)

    with archive.reading() as session:
        for reference, number, origin, text in (
            ("R000001", 5, ("R000003", 1), "Notes, as typed."),
            ("R000002", 1, ("R000001", 2), "Minutes, as typed."),
        ):
            page = page_at(session, reference, number)
            standing = standing_version(session, page)
            assert (page.text, page.read_by) == (text, "transcript")
            assert (standing.made_by, standing.origin, standing.origin_page) == (officer.name, *origin)
        assert page_at(session, "R000001", 5).text == page_at(session, "R000003", 1).text
        assert standing_version(session, page_at(session, "R000003", 1)).origin == ""
        assert {need.record_id for need in session.scalars(select(SuggestNeed))} == {1, 2, 3}
        # The neighbours are as they were.
        assert versions_of(session, page_at(session, "R000001", 3)) == []

    with archive.writing() as session:
        choose_version(session, "R000001", 5, 1, actor=officer)
    with archive.reading() as session:
        assert page_at(session, "R000003", 1).text == page_at(session, "R000001", 5).text != "Notes, as typed."


def test_what_somebody_typed_in_the_part_is_offered_and_not_replaced_by_what_is_typed_in_the_scan(
    archive, compound, officer, second_officer
):
    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)
    with archive.writing() as session:
        transcribe(session, "R000003", 1, text="as typed in the part", actor=officer)
    with archive.writing() as session:
        # As an archive has it from before a page was kept in both: in the scan it is still as the machine read it.
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page = page_at(session, "R000001", 5)
        page.text, page.read_by, page.version = LETTER, "layer", 1

    with archive.writing() as session:
        transcribe(session, "R000001", 5, text="as typed in the scan", actor=second_officer)

    with archive.reading() as session:
        page = page_at(session, "R000003", 1)
        assert page.text == "as typed in the part"
        assert versions_of(session, page)[0].text == "as typed in the scan"
        assert page_at(session, "R000001", 5).text == "as typed in the scan"


def test_a_split_keeps_who_typed_a_page_before_it(archive, compound, officer):
    with archive.writing() as session:
        transcribe(session, compound, 5, text="Typed before the split.", note="torn", actor=officer)

    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)

    with archive.reading() as session:
        page = page_at(session, "R000003", 1)
        assert (page.text, page.version) == ("Typed before the split.", 2)
        newest, first = versions_of(session, page)
        assert (newest.made_by, newest.note, newest.origin, newest.origin_page) == (
            officer.name, "torn", "R000001", 5,
        )  # fmt: skip
        assert first.kind == "machine"


def test_an_unread_page_of_a_scan_and_its_part_is_in_the_queue_once(archive, compound, officer, lawyer):
    with archive.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page = page_at(session, compound, 5)
        page.unread, page.reason, page.text = True, "handwriting: not made out", ""
        recount(session, find_record(session, compound, actor=OPERATOR))
    with archive.reading() as session:
        before = reading_figures(session, actor=officer)
        assert [(record.reference, page.number) for record, page in unread_pages(session, actor=officer)] == [
            (compound, 5)
        ]
    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)

    with archive.reading() as session:
        assert [(record.reference, page.number) for record, page in unread_pages(session, actor=officer)] == [
            ("R000003", 1)
        ]
        assert reading_figures(session, actor=officer) == before
    with archive.writing() as session:
        say_seen(session, "R000003", 1, what="picture", actor=officer)
    with archive.reading() as session:
        assert unread_pages(session, actor=officer) == []
        assert reading_figures(session, actor=officer).seen == {"picture": 1}
        assert [find_record(session, f"R00000{n}", actor=officer).unread_pages for n in (1, 2, 3)] == [0, 0, 0]


def test_where_a_page_also_stands_is_told_only_to_those_who_may_know(archive, split_compound, officer, lawyer):
    with archive.writing() as session:
        marks.mark(
            session, find_record(session, "R000003", actor=lawyer), kind="restricted", reason="names", actor=lawyer
        )
    with archive.writing() as session:
        transcribe(session, "R000002", 1, text="Typed by the officer.", actor=officer)
    with archive.reading() as session:
        part = page_at(session, "R000002", 1)
        assert elsewhere(session, part, actor=officer) == []
        assert [(record.reference, number) for record, number in elsewhere(session, part, actor=lawyer)] == [
            ("R000001", 2)
        ]
        assert page_at(session, "R000001", 2).text == "Typed by the officer."
