"""Drawing a statement: every section from the register at one moment, counted in every compartment."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from access.policy import SYSTEM
from disclosure.statement_asked import Scope, asked, due_of, held_by, names_outside_register, searched
from disclosure.statement_facts import OUTSTANDING, TITLES, Facts, Figure, Section, Table, require_sound
from disclosure.statement_held import disposal, missing, produced, unread, withheld
from inquiry.models import Request
from inquiry.requests import find_request
from records.movements import all_out
from records.repositories import IN_PART, NOT_YET, OUTCOMES, repositories
from retention.tagging import count_to_tag
from store import audit, clock

NO_DATE = "No day is set"
NONE_OUTSTANDING = (
    "None of the things that are counted here is outstanding. That rests on what was recorded; what nobody wrote down "
    "is not counted."
)


@dataclass(frozen=True)
class Drawn:
    """The facts of one moment: for which request, when, and where the audit trail ended in that view of the register.

    `scope` is the request's reference, or nothing for the whole notice.
    """

    scope: str
    facts: Facts
    as_of: datetime
    audit_sequence: int
    audit_hash: str


def draw_now(session: Session, scope: str = "") -> Drawn:
    """What a statement of this scope states now, from one view of the register; changes nothing.

    Drawn in a reading unit of work, whose view stays one while others go on writing: counting a large register takes
    seconds, in which nobody should have to wait. What is kept of it is then written in a short unit of work.

    Raises:
        DamagedError: As `draw`.
        NotFoundError: There is no such request.
    """
    request = find_request(session, scope) if scope else None
    end = audit.end_of(session)
    return Drawn(scope, draw(session, request), clock.now(), end.sequence, end.hash)


def draw(session: Session, request: Request | None) -> Facts:
    """The facts as the register has them now, for one request or the whole notice.

    They count records of every compartment, because an inquiry is owed the whole; who may be told of them is for
    the caller to see to. Nothing in them depends on the day they are drawn.

    Raises:
        DamagedError: A number is not the sum of its parts, or a signed search is not what was signed.
    """
    scope = Scope(session, request)
    sections = [
        asked(scope),
        held_by(scope),
        searched(scope),
        unread(scope),
        missing(scope),
        disposal(scope),
        withheld(scope),
        produced(scope),
    ]
    facts = Facts((*sections, _outstanding(scope, Facts(tuple(sections)))))
    require_sound(facts)
    return facts


def _outstanding(scope: Scope, facts: Facts) -> Section:
    """What is still to be done, with its day where one is set; where nobody looked, that more may be to do."""
    rows = [*_requests(scope), *_places(scope), *_counted(scope, facts)]
    unseen = ", ".join(f"“{TITLES[each.code].lower()}”" for each in facts.sections if not each.looked)
    unknown = f"What is still to be done is not wholly known, because nobody looked at {unseen}." if unseen else ""
    return Section(
        OUTSTANDING,
        figures=(Figure("outstanding", "things still to be done", len(rows)),),
        tables=(Table("outstanding", "Still to be done", ("What", "How much", "By when"), tuple(rows)),),
        said=(unknown,) if rows and unknown else (),
        rests_on="" if rows else unknown or NONE_OUTSTANDING,
        looked=bool(rows) or not unseen,
    )


def _requests(scope: Scope) -> list[tuple[str, str, str]]:
    return [
        (f"Answer request {each.reference}", each.title, _day(each.due))
        for each in scope.requests
        if each.status == "open"
    ]


def _places(scope: Scope) -> list[tuple[str, str, str]]:
    rows = [
        (f"Search {each.reference}, {each.name}", f"{OUTCOMES[each.outcome]}: {each.why_not}", _day(each.planned_on))
        for each in repositories(scope.session)
        if each.outcome in (NOT_YET, IN_PART)
    ]
    rows += [
        (f"Enter {each} in the register of repositories", f"A place that {used}", NO_DATE)
        for each, used in names_outside_register(scope.session, actor=SYSTEM)
    ]
    for each in all_out(scope.session):
        back = f"Have the paper of {each.place.code}, {each.place.name}, brought back"
        rows.append((back, f"With {each.movement.taken_by}", _day(each.movement.due_on)))
    return rows


def _counted(scope: Scope, facts: Facts) -> list[tuple[str, str, str]]:
    due = _day(due_of([each for each in scope.requests if each.status == "open"]))
    to_decide = count_to_tag(scope.session, actor=SYSTEM)
    # What it is, how many of it, and its day.
    counted = [
        ("Sign a search for each paragraph that has none", facts.value("paragraphs:unsearched"), due),
        ("Sign the searches that are drafts", facts.value("searches:draft"), due),
        ("Sign the corrections of signed searches", len(scope.corrections()), due),
        ("Prove that repositories said to be searched were", facts.value("unproved"), NO_DATE),
        ("Read the pages that nobody has read", facts.value("pages:unread"), NO_DATE),
        ("Open the files that were set aside", facts.value("items:quarantined"), NO_DATE),
        ("Take in the files that wait", facts.value("items:waiting"), NO_DATE),
        ("Decide the records with an open suggestion", to_decide, NO_DATE),
        ("Produce the relevant records that were not", facts.value("relevant:waiting"), due),
        ("Decide whether what was produced is relevant", facts.value("produced:undecided"), NO_DATE),
        ("Explain the gaps between paper and records", facts.value("places:gaps"), NO_DATE),
        ("Scan and take in the places of which nothing is", facts.value("places:nothing-registered"), NO_DATE),
    ]
    return [(what, f"{number:,}", day) for what, number, day in counted if number]


def _day(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else NO_DATE
