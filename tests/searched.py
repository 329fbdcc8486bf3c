"""Searches as they are written down and signed, for tests of search records and of statements."""

from dataclasses import replace
from datetime import date

from search import search_records as keeping
from search import term_reports
from search.search_record_list import find_record_of_search
from search.search_records import SearchContent
from search.term_lists import read_lines
from search.term_running import Scope
from worker.steps import run_term_report

STORE = SearchContent(
    kind_of_place="place",
    repository="County store, bay 3",
    method="physical",
    how="Each box was opened and each file turned through.",
    searched_by="B. Tannock, records officer",
    searched_from=date(2026, 11, 3),
    counted_as="files",
    hits=14,
    reviewed=14,
    responsive=2,
    unreadable=1,
    limits="Two files were damp and are being dried.",
    not_searched="Bay 4 holds highways plans and was not opened.",
)

TERMS = replace(
    STORE,
    kind_of_place="archive",
    repository="The archive",
    method="term",
    hits=None,
    reviewed=None,
    responsive=None,
    unreadable=None,
    not_reviewed="The rest is being read.",
    nothing_found="Nobody has decided on them yet.",
)


def report(archive, actor, typed="minibus\nnothinglike"):
    with archive.writing() as session:
        number = term_reports.begin_report(session, name="Terms", actor=actor).id
    run_term_report(archive, number, read_lines(typed), Scope(), actor=actor, progress=lambda _done, _total: None)
    return number, 1


def draft(archive, actor, content=STORE, **given):
    with archive.writing() as session:
        return keeping.draft_record(session, content, actor=actor, **given).reference


def sign(archive, reference, actor):
    with archive.writing() as session:
        record = find_record_of_search(session, reference, actor=actor)
        keeping.sign_record(session, record, actor=actor)
