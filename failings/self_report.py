"""The self-report: the authority's own account of where it fell short, as a Word document to be signed off."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from failings.models import Failing
from failings.register import all_failings
from failings.report_wording import (
    DRAFT,
    EACH_CONFIRMS,
    HOW_JUDGED,
    MADE_BY,
    NO_FORCE_UNTIL_SIGNED,
    NOT_YET,
    PRESERVED,
    SECTION_NUMBERS,
    SIGNATORIES,
    WARNING,
    WHAT_CERTAINTY_MEANS,
    certainty_counts,
    count,
    is_or_are,
    led_paragraphs,
    long_day,
    period_words,
    record_date,
    sentence,
    standing_counts,
)
from failings.words import CERTAINTIES, KINDS, STATUSES
from records.models import OPEN, PRIVILEGED, Record
from records.register import visible
from store import clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.leaving import Leaving, leaving
from store.word_paper import Link, Mark, Paper, Part, paragraph_anchor

INDEX_ANCHOR, SCHEDULE_ANCHOR, SIGN_OFF_ANCHOR, ABOUT_ANCHOR = "evidence_index", "schedule", "sign_off", "about"


@dataclass(frozen=True)
class SelfReport:
    """The document, to leave the archive, and what stands in it, so that it can be checked against the file."""

    document: Leaving
    paragraphs: int
    failings: int
    evidence: int
    withheld: int


@dataclass
class _Writing:
    """The report under construction, and what has been cited in it so far."""

    session: Session
    paper: Paper
    actor: Actor
    paragraphs: int = 0
    citations: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    withheld: list[str] = field(default_factory=list)
    privileged: set[int] = field(default_factory=set)

    def numbered(self, number: str, parts: Sequence[Part], *, lead: str = "") -> None:
        self.paper.numbered(number, parts, lead=lead)
        self.paragraphs += 1


def make_self_report(session: Session, *, title: str, authority: str, actor: Actor) -> SelfReport:
    """Every failing in the register is set out in the document, with a schedule and an index of its evidence.

    Section 7 is failing F0007 in every edition, so that a paragraph once cited stays where it was. Evidence
    whose record the actor may not know of is withheld, and the report says how much; the title of a
    privileged record is never printed, because this document leaves the house.

    Raises:
        InvalidInputError: Nothing is recorded yet.
    """
    require(actor, Permission.FAILINGS)
    failings = all_failings(session, actor=actor)
    if not failings:
        raise InvalidInputError("There is no failing to report: record one first.")
    day = clock.today()
    paper = Paper(title=title, subject="Self-report of institutional failings", author=authority, day=day)
    writing = _Writing(session, paper, actor)
    paper.header_and_footer(f"{authority}: {title}", DRAFT, f"Made on {long_day(day)}")
    _front(paper, failings, title=title, authority=authority, day=day)
    _about(writing, failings, authority=authority)
    paper.heading("The failings", 1)
    for failing in failings:
        _failing(writing, failing)
    _limits(writing)
    paper.new_section(landscape=True)
    _schedule(paper, failings)
    _evidence_index(writing)
    paper.new_section(landscape=False)
    _sign_off(writing)
    withheld = len(writing.withheld)
    told = {"failings": len(failings), "withheld": withheld}
    return SelfReport(
        document=leaving(
            session, paper.content(), AuditAction.SELF_REPORT_EXPORTED, subject="failing:self-report", **told
        ),
        paragraphs=writing.paragraphs,
        failings=len(failings),
        evidence=len(writing.citations) + withheld,
        withheld=withheld,
    )


def _front(paper: Paper, failings: Sequence[Failing], *, title: str, authority: str, day: date) -> None:
    paper.line(authority, style="Subtitle")
    paper.title(title)
    paper.line(long_day(day), style="Subtitle")
    paper.line(DRAFT, style="Marking")
    paper.line(WARNING)
    paper.heading("Contents", 1)
    paper.linked_line([Link("A. About this report", ABOUT_ANCHOR)])
    for failing in failings:
        paper.linked_line([Link(f"{_section(failing)}. {failing.title}", _failing_anchor(failing))])
    for words, anchor in (
        ("Schedule of failings and actions", SCHEDULE_ANCHOR),
        ("Index of evidence", INDEX_ANCHOR),
        ("Sign-off", SIGN_OFF_ANCHOR),
    ):
        paper.linked_line([Link(words, anchor)])


def _about(writing: _Writing, failings: Sequence[Failing], *, authority: str) -> None:
    writing.paper.heading("A. About this report", 1, anchor=ABOUT_ANCHOR)
    index, sign_off = Link("index of evidence", INDEX_ANCHOR), Link("sign-off", SIGN_OFF_ANCHOR)
    paragraphs: list[list[Part]] = [
        [MADE_BY.format(authority=authority)],
        [HOW_JUDGED.format(count=count(len(failings), "failing"), certain=certainty_counts(failings))],
        [WHAT_CERTAINTY_MEANS],
        ["Evidence is cited by record and page, as [R000012 p. 3], and listed in the ", index, PRESERVED],
        [SECTION_NUMBERS],
        [
            f"The failings stand as follows: {standing_counts(failings)}. The wording of any acceptance is for ",
            sign_off,
            NOT_YET,
        ],
    ]
    for number, parts in enumerate(paragraphs, start=1):
        writing.numbered(f"A.{number}", parts)


def _failing(writing: _Writing, failing: Failing) -> None:
    section = _section(failing)
    writing.paper.heading(f"{section}. {failing.title}", 2, anchor=_failing_anchor(failing))
    owner = f"{sentence(failing.owner)} Action: {sentence(failing.action)}"
    due = f" Due by {long_day(failing.action_due)}." if failing.action_due else " No date has been set for it."
    texts = [
        ("What this concerns.", f"{KINDS[failing.kind]}; {sentence(failing.body)} Period: {period_words(failing)}."),
        *led_paragraphs("What should have happened.", failing.should_have_happened),
        *led_paragraphs("The policy then in force.", failing.policy_then),
        *led_paragraphs("What did happen.", failing.did_happen),
    ]
    number = 0
    for number, (lead, text) in enumerate(texts, start=1):
        writing.numbered(f"{section}.{number}", [text], lead=lead)
    for place, item in enumerate(failing.evidence):
        number += 1
        record = writing.session.get_one(Record, item.record_id)
        parts = _cite(writing, record, item.page, item.note, f"{section}.{number}")
        writing.numbered(f"{section}.{number}", parts, lead="Evidence." if place == 0 else "")
    for lead, text in (
        ("Certainty.", f"{CERTAINTIES[failing.certainty]}."),
        ("Owner.", owner + due),
        ("Standing.", f"{STATUSES[failing.status]} ({failing.reference})."),
    ):
        number += 1
        writing.numbered(f"{section}.{number}", [text], lead=lead)


def _cite(writing: _Writing, record: Record, page: int, note: str, number: str) -> list[Part]:
    if not visible(record, writing.actor):
        writing.withheld.append(number)
        return ["[evidence withheld from this copy]"]
    writing.citations[(record.id, page)].append(number)
    if record.compartment == PRIVILEGED:
        writing.privileged.add(record.id)
        note = ""
    cited = Link(f"[{record.reference} p. {page}]", _evidence_anchor(record, page))
    return [cited, f" {sentence(note)}"] if note else [cited]


def _limits(writing: _Writing) -> None:
    """Said only where it is so: a reader must know that a copy is not the whole."""
    words, withheld, privileged = [], len(writing.withheld), len(writing.privileged)
    if withheld:
        words.append(
            f"{count(withheld, 'piece')} of evidence {is_or_are(withheld)} withheld from this copy, "
            "because whoever made it may not see the record. Legal holds the whole."
        )
    if privileged:
        words.append(
            f"{count(privileged, 'record')} cited {is_or_are(privileged)} marked privileged: neither "
            "title nor note is printed. Citing the reference is not meant to waive privilege; legal decides before "
            "this report leaves the authority."
        )
    if words:
        writing.paper.heading("What this copy leaves out", 2)
    for number, text in enumerate(words, start=1):
        writing.numbered(f"L.{number}", [text])


def _schedule(paper: Paper, failings: Sequence[Failing]) -> None:
    paper.heading("Schedule of failings and actions", 1, anchor=SCHEDULE_ANCHOR)
    rows: list[list[list[Part]]] = [
        [
            [Link(_section(failing), _failing_anchor(failing))],
            [failing.title],
            [f"{KINDS[failing.kind]}: {failing.body}"],
            [period_words(failing)],
            [failing.certainty.capitalize()],
            [failing.owner],
            [failing.action],
            [long_day(failing.action_due) if failing.action_due else "Not set"],
            [STATUSES[failing.status]],
        ]
        for failing in failings
    ]
    paper.table(
        ("No.", "Failing", "Kind and body", "Period", "Certainty", "Owner", "Action", "Due", "Standing"),
        rows,
        widths=(1.1, 4.2, 3.5, 2.9, 2.3, 2.6, 4.3, 2.2, 2.2),
        caption="Schedule of failings and actions",
        description="One row for each failing: its section, kind, period, certainty, owner, action, date and standing.",
    )


def _evidence_index(writing: _Writing) -> None:
    paper = writing.paper
    paper.heading("Index of evidence", 1, anchor=INDEX_ANCHOR)
    rows: list[list[list[Part]]] = []
    records = {record_id: writing.session.get_one(Record, record_id) for record_id, _ in writing.citations}
    for record_id, page in sorted(writing.citations, key=lambda key: (records[key[0]].reference, key[1])):
        record = records[record_id]
        is_privileged = record.compartment == PRIVILEGED
        rows.append(
            [
                [Mark(record.reference, _evidence_anchor(record, page))],
                ["Title not printed" if is_privileged else record.title],
                ["" if is_privileged else record_date(record)],
                [str(page)],
                _paragraph_links(writing.citations[(record_id, page)]),
                ["" if record.compartment == OPEN else record.compartment.capitalize()],
            ]
        )
    if writing.withheld:
        rows.append(
            [["Withheld"], ["Withheld from this copy"], [""], [""], _paragraph_links(writing.withheld), ["Withheld"]]
        )
    paper.table(
        ("Record", "Title", "Date", "Page", "Cited in paragraph", "Marking"),
        rows,
        widths=(2.6, 10.7, 3.6, 1.6, 4.2, 2.6),
        caption="Index of evidence",
        description="One row for each page cited: the record, its title and date, the page, and where it is cited.",
    )


def _sign_off(writing: _Writing) -> None:
    paper = writing.paper
    paper.heading("Sign-off", 1, anchor=SIGN_OFF_ANCHOR)
    for number, words in enumerate((NO_FORCE_UNTIL_SIGNED, EACH_CONFIRMS), start=1):
        writing.numbered(f"S.{number}", [words])
    paper.table(
        ("Office", "Name", "Signature", "Date"),
        [[[office], [""], [""], [""]] for office in SIGNATORIES],
        widths=(4.8, 4.2, 4.8, 2.8),
        caption="Sign-off",
        description="One row for each office that signs: its name, signature and date.",
        row_height=1.5,
    )


def _section(failing: Failing) -> str:
    return str(int(failing.reference.removeprefix("F")))


def _failing_anchor(failing: Failing) -> str:
    return f"failing_{failing.reference}"


def _evidence_anchor(record: Record, page: int) -> str:
    return f"evidence_{record.reference}_{page}"


def _paragraph_links(numbers: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for number in numbers:
        parts += [", "] if parts else []
        parts.append(Link(number, paragraph_anchor(number)))
    return parts
