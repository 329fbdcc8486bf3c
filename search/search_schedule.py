"""The schedule of searches: every signed search record with numbered paragraphs, as a disclosure statement cites it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from inquiry.models import Request, RequestParagraph
from search.record_models import TERM, SearchRecord
from search.search_record_figures import RecordFigures, record_figures
from search.search_record_list import latest_records, signed_records
from search.search_records import METHODS, PLACES, require_whole
from search.term_exports import LIMITS
from search.term_reports import ReportShown, show_version
from store import clock
from store.audit_actions import AuditAction
from store.clock import LEGAL_ZONE
from store.errors import InvalidInputError
from store.leaving import Leaving, leaving
from store.papers import PAPERS, Form, sentence
from store.pdf_paper import PdfPaper
from store.word_paper import Link, Paper, Part

SCHEDULE, TERMS = "schedule", "terms"
MARKING = "DRAFT FOR LEGAL REVIEW"


@dataclass(frozen=True)
class ScheduleWritten:
    """The document and what is in it, so that it can be checked against the file."""

    leaving: Leaving
    searches: int
    paragraphs: int
    uncovered: int
    drafts: int


class _Writing:
    """The schedule under construction."""

    def __init__(self, session: Session, paper: Paper | PdfPaper, actor: Actor) -> None:
        self.session, self.paper, self.actor = session, paper, actor
        self.requests = {each.id: each for each in session.scalars(select(Request).order_by(Request.id))}
        self.paragraphs = 0

    def numbered(self, number: str, parts: Sequence[Part], *, lead: str = "") -> None:
        self.paper.numbered(number, parts, lead=lead)
        self.paragraphs += 1

    def cite(self, paragraph: RequestParagraph) -> str:
        request = self.requests[paragraph.request_id]
        withdrawn = " (the request is withdrawn)" if request.status == "withdrawn" else ""
        return f"{request.reference}, paragraph {paragraph.number}{withdrawn}"


def write_schedule(
    session: Session, *, authority: str, actor: Actor, request: Request | None = None, form: Form = "docx"
) -> ScheduleWritten:
    """Every signed search is set out, in Word or as a PDF, and the drafts and paragraphs without a search are named.

    Section 4 is search record SR000004 in every edition, so that a paragraph once cited stays where it was.

    Raises:
        DamagedError: A record is not what was signed.
        InvalidInputError: There is no signed record.
    """
    require(actor, Permission.REQUESTS)
    records = signed_records(session, actor=actor, request=request)
    if not records:
        raise InvalidInputError("There is no signed search record to set out: sign at least one first.")
    for record in records:
        require_whole(session, record)
    day = clock.today()
    about = {"title": "Schedule of searches", "subject": "Searches made for the inquiry", "author": authority}
    paper = PAPERS[form](**about, day=day)
    paper.header_and_footer(f"{authority}: schedule of searches", MARKING, f"Made on {_day(day)}")
    writing = _Writing(session, paper, actor)
    drafts = [each for each in latest_records(session, actor=actor) if _is_draft_of(each, request)]
    uncovered = _uncovered(writing, records, request)
    _front(paper, records, authority, day, request)
    _about(writing, records, drafts, uncovered)
    paper.heading("The searches", 1)
    for record in records:
        _search(writing, record)
    paper.new_section(landscape=True)
    _table(writing, records)
    _terms(writing, records)
    made = leaving(
        session,
        paper.content(),
        AuditAction.SEARCH_RECORDS_EXPORTED,
        subject=f"request:{request.reference}" if request else "search-records",
        searches=[f"{each.reference} version {each.version}" for each in records],
        form=form,
    )
    return ScheduleWritten(made, len(records), writing.paragraphs, len(uncovered), len(drafts))


def _is_draft_of(record: SearchRecord, request: Request | None) -> bool:
    made_for = request is None or any(each.request_id == request.id for each in record.paragraphs)
    return record.signed_at is None and made_for


def _uncovered(writing: _Writing, records: Sequence[SearchRecord], request: Request | None) -> list[RequestParagraph]:
    covered = {paragraph.id for record in records for paragraph in record.paragraphs}
    wanted = [request] if request else [each for each in writing.requests.values() if each.status != "withdrawn"]
    return [paragraph for each in wanted for paragraph in each.paragraphs if paragraph.id not in covered]


def _front(
    paper: Paper | PdfPaper, records: Sequence[SearchRecord], authority: str, day: date, request: Request | None
) -> None:
    paper.line(authority, style="Subtitle")
    paper.title("Schedule of searches")
    if request:
        paper.line(f"Request {request.reference}: {request.title}", style="Subtitle")
    paper.line(_day(day), style="Subtitle")
    paper.line(MARKING, style="Marking")
    paper.heading("Contents", 1)
    listed = [Link("A. About this schedule", "about")]
    listed += [Link(f"{record.number}. {record.reference}: {record.repository}", _anchor(record)) for record in records]
    listed.append(Link("Table of searches", SCHEDULE))
    if any(record.term_version_id for record in records):
        listed.append(Link("Terms and what each found", TERMS))
    paper.contents(listed)


def _about(
    writing: _Writing,
    records: Sequence[SearchRecord],
    drafts: Sequence[SearchRecord],
    uncovered: Sequence[RequestParagraph],
) -> None:
    writing.paper.heading("A. About this schedule", 1, anchor="about")
    texts = [
        f"It sets out {_count(len(records), 'search')}, each as it was signed. The section number is the number of "
        "the search record and does not change from one edition to the next.",
        "Each signed record carries a SHA-256 of all that was signed; the same value stands in the audit trail. All "
        "were compared with it when this schedule was made.",
        f"Figures are of the records open to {writing.actor.name}, who made this schedule.",
    ]
    if uncovered:
        cited = "; ".join(writing.cite(each) for each in uncovered)
        texts.append(f"No signed search is recorded for {_count(len(uncovered), 'paragraph')}: {cited}.")
    else:
        texts.append("At least one signed search is recorded for every paragraph.")
    if drafts:
        named = ", ".join(f"{each.reference} version {each.version}" for each in drafts)
        texts.append(f"Not yet signed, and so not set out here: {named}.")
    for number, text in enumerate(texts, start=1):
        writing.numbered(f"A.{number}", [text])


def _search(writing: _Writing, record: SearchRecord) -> None:
    paper = writing.paper
    paper.heading(f"{record.number}. {record.reference}: {record.repository}", 2, anchor=_anchor(record))
    figures = record_figures(writing.session, record, actor=writing.actor)
    number = 0
    for lead, text in _said(writing, record, figures):
        for place, piece in enumerate(part.strip() for part in text.splitlines() if part.strip()):
            number += 1
            writing.numbered(f"{record.number}.{number}", [piece], lead=lead if place == 0 else "")


def _said(writing: _Writing, record: SearchRecord, figures: RecordFigures) -> list[tuple[str, str]]:
    asked = [f"{writing.cite(each)}: “{each.text}”" for each in record.paragraphs]
    said = [
        ("Made for.", "\n".join(asked) or "No paragraph of a request."),
        ("Place searched.", f"{sentence(record.repository)} {PLACES[record.kind_of_place]}."),
        ("Method.", f"{METHODS[record.method]}. {record.how}"),
        ("Terms.", _terms_words(record)),
        ("Period covered.", span_words(record.covers_from, record.covers_to) or "Not limited to a period."),
        ("Custodians.", sentence(record.custodians) if record.custodians else "None named."),
        (
            "Searched by.",
            f"{record.searched_by}, {span_words(record.searched_from, record.searched_to or record.searched_from)}.",
        ),
        ("Result.", result_words(record, figures)),
        ("Decided on since it was asked.", _paragraph_words(writing, record, figures.weighed)),
        ("Decided to answer.", _paragraph_words(writing, record, figures.answering)),
        ("Not read.", record.not_reviewed),
        ("What finding nothing proves.", record.nothing_found),
        ("Could not be read.", unreadable_words(record, figures)),
        ("Limits.", record.limits),
        ("Not searched, and why.", record.not_searched),
        ("Why this version.", record.why_new),
        ("Signed.", _signed(record)),
    ]
    return [(lead, text) for lead, text in said if text.strip()]


def _terms_words(record: SearchRecord) -> str:
    version = record.term_version
    if version is None:
        return ""
    return (
        f"Term report {version.term_report_id}, version {version.version}, run on {_moment(version.run_at)} with "
        f"version {version.language_version} of the query language; its terms are listed at the end. {LIMITS}"
    )


def result_words(record: SearchRecord, figures: RecordFigures) -> str:
    """What was found, read and answers the request, in a sentence."""
    known = [figures.hits, figures.reviewed, figures.responsive]
    found, read, answer = ("not counted" if each is None else f"{each:,}" for each in known)
    return f"{record.counted_as[:1].upper()}{record.counted_as[1:]} found: {found}; read: {read}; responsive: {answer}."


def _paragraph_words(writing: _Writing, record: SearchRecord, counts: Mapping[int, int]) -> str:
    parts = [f"{writing.cite(each)}: {counts[each.id]:,}" for each in record.paragraphs if each.id in counts]
    return f"{'; '.join(parts)}." if parts else ""


def unreadable_words(record: SearchRecord, figures: RecordFigures) -> str:
    """What could not be read and so could not be found, in a sentence; empty where nobody counted it."""
    if record.term_version_id is not None:
        reach = figures.not_reached
        return f"{reach[:1].upper()}{reach[1:]}." if reach else "Every page in the scope was read."
    if figures.unreadable is None:
        return ""
    return f"{figures.unreadable:,} could not be read, and so could not be found." if figures.unreadable else "Nothing."


def _signed(record: SearchRecord) -> str:
    words = f"{record.signed_by}, {_moment(record.signed_at)}, version {record.version}."
    if record.version > 1:
        words += f" It supersedes version {record.version - 1}."
    if record.second_at:
        words += f" Second reader: {record.second_reader}, {_moment(record.second_at)}."
    return f"{words}\nSHA-256 of what was signed: {record.sha256}."


def _table(writing: _Writing, records: Sequence[SearchRecord]) -> None:
    writing.paper.heading("Table of searches", 1, anchor=SCHEDULE)
    rows: list[list[list[Part]]] = []
    for record in records:
        figures = record_figures(writing.session, record, actor=writing.actor)
        numbers = (figures.hits, figures.reviewed, figures.responsive)
        rows.append(
            [
                [Link(record.reference, _anchor(record))],
                ["; ".join(writing.cite(each) for each in record.paragraphs) or "None"],
                [record.repository],
                [METHODS[record.method]],
                [span_words(record.searched_from, record.searched_to or record.searched_from)],
                *_cells("" if each is None else f"{each:,}" for each in numbers),
                [_not_readable(record, figures)],
                [record.signed_by],
            ]
        )
    writing.paper.table(
        (
            "Record",
            "Made for",
            "Place",
            "Method",
            "Searched",
            "Found",
            "Read",
            "Responsive",
            "Not readable",
            "Signed by",
        ),
        rows,
        widths=(2.2, 2.8, 3.5, 2.7, 2.5, 1.7, 1.6, 2.4, 2.1, 3.9),
        right=(5, 6, 7, 8),
        caption="Table of searches",
        description="One row for each search: what it was made for, where, how, when, and with what result.",
    )


def _not_readable(record: SearchRecord, figures: RecordFigures) -> str:
    if record.term_version_id is None:
        return "" if figures.unreadable is None else f"{figures.unreadable:,}"
    unread, unopened = _count(figures.unreadable or 0, "page"), _count(figures.unopened, "file")
    return f"{unread}, {unopened}" if figures.unopened else unread


def _terms(writing: _Writing, records: Sequence[SearchRecord]) -> None:
    shown: dict[int, ReportShown] = {}
    for record in records:
        version = record.term_version
        if record.method == TERM and version is not None and version.id not in shown:
            shown[version.id] = show_version(writing.session, version.report, version.version, actor=writing.actor)
    if not shown:
        return
    writing.paper.heading("Terms and what each found", 1, anchor=TERMS)
    for each in shown.values():
        name = f"Term report {each.report.id}, version {each.version.version}: {each.report.name}"
        writing.paper.heading(name, 2)
        figures = each.figures
        writing.paper.line(
            f"Searched in {each.scope.words}: {_count(figures.searched, 'document')}. Found without overlap: "
            f"{figures.totals.documents:,}; with family: {figures.totals.with_family:,}."
        )
        writing.paper.table(
            ("Term", "Documents", "With family", "Only this term", "Pages"),
            [
                [
                    [term.term],
                    *_cells(f"{number:,}" for number in (term.documents, term.with_family, term.unique, term.pages)),
                ]
                for term in figures.terms
            ],
            widths=(13.4, 3.0, 3.0, 3.0, 3.0),
            right=(1, 2, 3, 4),
            caption=name,
            description="One row for each term: the documents it found, alone and with their families, and the pages.",
        )


def _cells(words: Iterable[str]) -> list[list[Part]]:
    return [[word] for word in words]


def _anchor(record: SearchRecord) -> str:
    return f"search_{record.reference}"


def span_words(first: date | None, last: date | None) -> str:
    """The days from the first to the last, in words; nothing where none is known."""
    if first and last and first != last:
        return f"{_day(first)} to {_day(last)}"
    if first or last:
        return f"from {_day(first)}" if first and not last else _day(first or last)
    return ""


def _day(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(LEGAL_ZONE):%-d %B %Y, %H:%M}" if moment else ""


def _count(number: int, noun: str) -> str:
    plural = "searches" if noun == "search" else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
