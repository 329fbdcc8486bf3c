"""The search that the demo makes for the inquiry: terms run and counted, and a record of it, signed."""

from access.policy import Actor
from inquiry import requests
from search import search_record_list, search_records, term_reports
from search.term_lists import read_lines
from search.term_running import Scope
from store import clock
from store.archive import Archive
from worker.steps import run_term_report

TERMS = """complain*
matron OR housemaster OR warden
foster* w/5 visit*
"case conference"
lantern
"""


def record_search(archive: Archive, *, request: str, lawyer: Actor) -> None:
    """A list of terms is run, and the search recorded and signed, with what it left out."""
    with archive.reading() as session:
        if search_record_list.latest_records(session, actor=lawyer):
            return
    with archive.writing() as session:
        report = term_reports.begin_report(session, name="Complaints about the homes", actor=lawyer).id
    run_term_report(archive, report, read_lines(TERMS), Scope(), actor=lawyer, progress=lambda _done, _all: None)
    with archive.writing() as session:
        asked = requests.find_request(session, request)
        drafted = search_records.draft_record(
            session,
            search_records.SearchContent(
                repository=f"The archive of {archive.settings.authority} in Candour",
                how="Five terms, agreed with counsel, in the text of every record; see the term report.",
                custodians="Pellingford records service",
                searched_by="L. Averill, solicitor",
                searched_from=clock.today(),
                not_reviewed="Reading goes on; what has not been read will be reported in the next statement.",
                limits="Words that were misread in poor scans, and handwriting, are found only in part.",
                not_searched="Bay 4 of the store, highways plans: not taken in, because nothing in it is about homes.",
            ),
            paragraphs=[asked.paragraphs[0].id],
            term_report=(report, 1),
            actor=lawyer,
        )
        search_records.sign_record(session, drafted, actor=lawyer)
