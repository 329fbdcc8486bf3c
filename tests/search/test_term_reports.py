"""Term reports over a real index: figures, what could not be reached, versions, exports, and no trace of the hidden."""

import csv
import io
import json
from hashlib import sha256

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from access.policy import SYSTEM
from disclosure.marks import mark
from ingest.models import QUARANTINED, Batch, Item, Run
from records.models import Record
from records.register import find_record, needs_indexing
from search import term_exports, term_reports
from search.indexing import bring_up_to_date
from search.opening import close_engine, engine_of
from search.term_lists import read_lines
from search.term_running import Scope, run_terms
from store import clock
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from store.leaving import let_go
from worker.steps import run_term_report

TERMS = "minibus\nhousemaster\nbicycle\n=HYPERLINK"


@pytest.fixture
def held(archive, make_record):
    """Two letters in one message, a restricted one, one with a page nobody could read, a file in quarantine."""
    message = make_record(b"1", text="A message about the minibus.")
    make_record(b"2", text="The housemaster and his minibus.", parent=message)
    make_record(b"3", text="A note on nothing much.", parent=message)
    make_record(b"4", text="The housemaster's advice on the minibus.")
    make_record(b"5", unread=True)
    with archive.writing() as session:
        batch = Batch(name="Box 14", source="County store", added_by="x", added_at=clock.now())
        session.add(batch)
        session.flush()
        run = Run(batch_id=batch.id, paths="[]", source="County store", started_by="x", started_at=clock.now())
        session.add(run)
        session.flush()
        session.add(Item(run_id=run.id, path="locked.pdf", name="locked.pdf", disk_path=b"l", state=QUARANTINED))
    bring_up_to_date(archive)
    yield archive
    close_engine(archive)


def run(archive, actor, typed=TERMS, scope=None, name="Paragraph 1"):
    with archive.writing() as session:
        number = term_reports.begin_report(session, name=name, actor=actor).id
    again(archive, number, actor, typed, scope)
    return number


def again(archive, number, actor, typed=TERMS, scope=None):
    run_term_report(
        archive, number, read_lines(typed), scope or Scope(), actor=actor, progress=lambda _done, _total: None
    )


def shown(archive, number, actor, version=None):
    with archive.reading() as session:
        report = term_reports.find_report(session, number, actor=actor)
        return term_reports.show_version(session, report, version, actor=actor)


def restrict(archive, reference, lawyer, kind="restricted"):
    with archive.writing() as session:
        mark(session, find_record(session, reference, actor=lawyer), kind=kind, reason="Police.", actor=lawyer)


def rows(figures):
    return {each.term: (each.documents, each.with_family, each.unique, each.pages) for each in figures.terms}


def test_each_term_has_its_documents_families_unique_ones_and_pages(held, lawyer):
    figures = shown(held, run(held, lawyer), lawyer).figures

    assert rows(figures) == {
        "minibus": (3, 4, 1, 3),
        "housemaster": (2, 4, 0, 2),
        "bicycle": (0, 0, 0, 0),
        "=HYPERLINK": (0, 0, 0, 0),
    }
    totals = figures.totals
    assert (totals.with_overlap, totals.documents, totals.by_one, totals.by_several) == (5, 3, 1, 2)
    assert (totals.with_family, totals.without_hits, figures.searched) == (4, 2, 5)


def test_nothing_found_is_said_with_what_could_not_be_reached(held, lawyer):
    reach = shown(held, run(held, lawyer), lawyer).figures.not_reached

    assert (reach.unread_pages, reach.unread_documents, reach.quarantined) == (1, 1, 1)
    words = term_exports.nothing_found(reach)
    assert "does not prove" in words
    assert "1 page in 1 record could not be read, 1 file in quarantine could not be opened" in words


@pytest.mark.parametrize("kind", ["restricted", "privileged"])
def test_a_marked_record_leaves_no_trace_in_any_number_before_or_after_it_was_marked(held, officer, lawyer, kind):
    before = run(held, officer)
    restrict(held, "R000004", lawyer, kind)
    bring_up_to_date(held)
    after = run(held, officer)

    assert shown(held, before, officer).figures == shown(held, after, officer).figures
    assert rows(shown(held, after, officer).figures)["minibus"] == (2, 3, 1, 2)
    assert shown(held, before, lawyer).figures.totals.documents == 3


def test_a_container_that_was_marked_makes_no_family_of_what_is_in_it(held, officer, lawyer):
    restrict(held, "R000001", lawyer)

    assert rows(shown(held, run(held, officer), officer).figures)["housemaster"] == (2, 2, 0, 2)


def test_what_legal_ran_is_told_to_nobody_who_sees_less(held, officer, lawyer):
    number = run(held, lawyer)

    with held.reading() as session:
        assert term_reports.term_reports(session, actor=officer) == []
    with pytest.raises(NotFoundError):
        shown(held, number, officer)


def test_the_scope_narrows_by_query_batch_and_days_and_says_what_has_no_date(held, lawyer):
    with held.writing() as session:
        record = session.get_one(Record, 2)
        record.date_from = record.date_to = clock.today().replace(year=1974)
        record.date_precision = "day"
        needs_indexing(session, 2)
    by_query = shown(held, run(held, lawyer, scope=Scope(query="housemaster")), lawyer).figures
    by_batch = shown(held, run(held, lawyer, scope=Scope(batch="Another")), lawyer).figures
    days = Scope(first=clock.today().replace(year=1970), last=clock.today().replace(year=1980))
    by_days = shown(held, run(held, lawyer, scope=days), lawyer).figures

    assert (by_query.searched, rows(by_query)["minibus"][:2]) == (2, (2, 4))
    assert (by_batch.searched, by_batch.totals.documents, by_batch.not_reached.quarantined) == (0, 0, 0)
    assert (by_days.searched, rows(by_days)["minibus"][0], by_days.not_reached.undated) == (1, 1, 4)


def test_a_record_not_yet_in_the_index_is_counted_as_not_reached(held, lawyer, make_record):
    make_record(b"6", text="The minibus again.")
    ran = run_terms(held, read_lines("minibus"), Scope(), actor=lawyer, progress=lambda _done, _total: None)

    assert len(ran.universe.not_indexed) == 1
    assert ran.found[0].records.tolist() == [1, 2, 4]


def test_an_index_that_keeps_changing_is_no_ground_for_figures(held, lawyer, make_record):
    def change(done, _total):
        if done == 0:
            make_record(str(clock.now()).encode(), text="The minibus again.")
            bring_up_to_date(held)

    with pytest.raises(RefusedError, match="would not fit together"):
        run_terms(held, read_lines("minibus"), Scope(), actor=lawyer, progress=change)


def test_versions_are_kept_and_compared_record_by_record(held, lawyer, make_record):
    number = run(held, lawyer)
    new = make_record(b"6", text="A bicycle and the minibus.")
    again(held, number, lawyer, "minibus\nbicycle\nletter")

    with held.reading() as session:
        report = term_reports.find_report(session, number, actor=lawyer)
        found = term_reports.compare_versions(session, report, 1, 2, actor=lawyer)

    told = {e.term: (e.before, e.after, [r.reference for r in e.new], len(e.gone)) for e in found.terms}
    assert told == {
        "minibus": (3, 4, [new], 0),
        "bicycle": (0, 1, [new], 0),
        "letter": (None, 0, [], 0),
        "housemaster": (2, None, [], 0),
        "=HYPERLINK": (0, None, [], 0),
    }
    assert rows(shown(held, number, lawyer, version=1).figures)["minibus"][0] == 3


def test_the_workbook_says_how_it_was_made_and_runs_no_term_as_a_formula(held, lawyer):
    number = run(held, lawyer)
    with held.reading() as session:
        report = term_reports.find_report(session, number, actor=lawyer)
        told = term_reports.show_version(session, report, None, actor=lawyer)
        made = term_exports.report_xlsx(session, told, {"failings": "Failings"}, actor=lawyer, house="Made-up")
        table = term_exports.report_csv(session, told, {}, actor=lawyer)
    lines = table.content.decode("utf-8-sig")

    book = openpyxl.load_workbook(io.BytesIO(made.content))
    assert book.sheetnames == ["Terms", "Totals", "Method"]
    cells = [cell for row in book["Terms"].iter_rows(min_row=2) for cell in row]
    assert [cell.value for cell in book["Terms"]["A"]] == ["Term", "minibus", "housemaster", "bicycle", "=HYPERLINK"]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    method = {row[0].value: row[1].value for row in book["Method"].iter_rows(min_row=3)}
    assert method["Run by"] == lawyer.name
    assert method["Query language"].startswith("version ")
    assert method["Index"] == told.version.index_generation
    assert "1 page in 1 record could not be read" in method["Could not be reached"].lower()
    totals = {row[0].value: row[1].value for row in book["Totals"].iter_rows(min_row=3)}
    assert totals["Documents, with overlap"] - totals["less those found again by a further term"] == 3
    assert "'=HYPERLINK" in [row["term"] for row in csv.DictReader(io.StringIO(lines))]
    with held.writing() as session:
        events = [json.loads(let_go(session, each, actor=lawyer.name).detail) for each in (made, table)]
    assert [(each["form"], each["version"]) for each in events] == [("xlsx", 1), ("csv", 1)]
    assert [each["sha256"] for each in events] == [sha256(each).hexdigest() for each in (made.content, table.content)]


@pytest.mark.parametrize(
    "scope", [Scope(query="duty AND ("), Scope(first=clock.today(), last=clock.today().replace(year=1970))]
)
def test_a_scope_that_cannot_be_read_is_refused(held, lawyer, scope):
    with pytest.raises(InvalidInputError):
        run(held, lawyer, scope=scope)


def test_nobody_runs_terms_who_may_not_search(held, leader):
    with pytest.raises(NotPermittedError):
        run(held, leader)


def test_a_report_needs_a_name(held, lawyer):
    with pytest.raises(InvalidInputError, match="name"):
        run(held, lawyer, name=" ")


@pytest.mark.parametrize("table", ["term_report", "term_report_version", "term_result"])
def test_the_database_neither_changes_nor_removes_a_version(held, lawyer, table):
    run(held, lawyer)

    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(IntegrityError), held.writing() as session:
            session.execute(text(statement))


def test_the_system_that_sees_everything_counts_everything(held, lawyer):
    restrict(held, "R000004", lawyer)

    assert shown(held, run(held, SYSTEM), SYSTEM).figures.totals.documents == 3
    assert engine_of(held).document_count == 5
