"""Any list of records as a table with who opened, read and decided on each and when, so that reading can be proved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session, object_session

from access.policy import Actor, Permission, require
from records.models import Record
from retention.worklist import standing_of
from search.reviews import Review, Touch, reviews_of
from store import audit, clock
from store.audit_actions import AuditAction
from store.clock import LEGAL_ZONE
from store.leaving import Leaving, leaving
from store.spreadsheets import COUNT, Book, Cell, Column, csv_table

AT_ONCE = 1_000
COLUMNS = (
    Column("No.", COUNT, 7),
    Column("Record", "", 11),
    Column("Title", "", 38),
    Column("Earliest date", "", 12),
    Column("Latest date", "", 12),
    Column("Precision", "", 10),
    Column("Batch", "", 16),
    Column("Source", "", 16),
    Column("Pages", COUNT, 7),
    Column("Unread pages", COUNT, 8),
    Column("Decided categories", "", 18),
    Column("Suggested categories", "", 18),
    Column("Guarded", "", 11),
    Column("Reviewed", "", 10),
    Column("Opened by, and when", "", 30),
    Column("Said they read it, and when", "", 30),
    Column("Decided on it, and when", "", 30),
)
HOW = (
    ("Reviewed", "Yes where somebody said that they read the record, or decided on a category or its relevance."),
    (
        "Opened",
        "Openings that were recorded: of restricted and privileged records, of originals, and from reading lists.",
    ),
    (
        "From",
        "The audit trail, in which nothing can be changed afterwards. Moments are those of the authority's clocks.",
    ),
    ("Not listed", "Records that are not open to whoever made this list."),
)


def list_csv(session: Session, records: Iterable[Record], *, origin: str, actor: Actor) -> Leaving:
    """The records as CSV, each with who reviewed it and when; some of them in memory at a time.

    Made from one view of the archive, in which the records are found as well: nobody waits for it.
    """
    counted = _Counted()
    content = csv_table([column.heading for column in COLUMNS], _rows(session, records, actor, counted))
    return _leaving(session, content, origin, counted, "csv")


def list_xlsx(session: Session, records: Iterable[Record], *, origin: str, actor: Actor, house: str) -> Leaving:
    """The records as a workbook, each with who reviewed it and when, and a sheet on how it was made; as `list_csv`."""
    counted = _Counted()
    book = Book(house, clock.today(), header="Records and who reviewed them", is_long=True)
    book.describe("Records and who reviewed them", origin)
    book.listing(book.sheet("Records"), COLUMNS, _rows(session, records, actor, counted))
    made = clock.now().astimezone(LEGAL_ZONE)
    lines: list[tuple[str, Cell]] = [
        ("List", origin),
        ("Made by", actor.name),
        ("Made at", f"{made:%-d %B %Y, %H:%M} ({made.tzname()})"),
        ("As things stood", f"after event {audit.newest(session):,} of the audit trail"),
        ("Records", counted.records),
        ("of which reviewed", counted.reviewed),
        ("of which not reviewed", counted.records - counted.reviewed),
        *HOW,
    ]
    book.facts("Method", "How this list was made", lines)
    return _leaving(session, book.content(), origin, counted, "xlsx")


@dataclass
class _Counted:
    """How many records were listed so far, and how many of them somebody reviewed."""

    records: int = 0
    reviewed: int = 0


def _rows(session: Session, records: Iterable[Record], actor: Actor, counted: _Counted) -> Iterator[list[Cell]]:
    """One row a record, in the order given, without those that this actor may not know of."""
    require(actor, Permission.SEARCH)
    waiting = (record for record in records if record.compartment in actor.compartments)
    while part := list(islice(waiting, AT_ONCE)):
        reviews, standing = reviews_of(session, part), standing_of(session, part)
        for record in part:
            known, review = standing[record.id], reviews[record.id]
            counted.records += 1
            counted.reviewed += review.is_reviewed
            yield _row(counted.records, record, review, known.decided, known.suggested)
        # Nothing of these is asked for again: as they went, so does their memory.
        for record in part:
            if (held := object_session(record)) is not None:
                held.expunge(record)


def _leaving(session: Session, content: bytes, origin: str, counted: _Counted, form: str) -> Leaving:
    told = {"list": origin, "records": counted.records, "form": form}
    return leaving(session, content, AuditAction.RESULT_LIST_EXPORTED, subject="search", **told)


def _row(number: int, record: Record, review: Review, decided: Sequence[str], suggested: Sequence[str]) -> list[Cell]:
    return [
        number,
        record.reference,
        record.title,
        record.date_from.isoformat() if record.date_from else "",
        record.date_to.isoformat() if record.date_to else "",
        record.date_precision,
        record.batch,
        record.source,
        record.page_count,
        record.unread_pages,
        ", ".join(decided),
        ", ".join(suggested),
        "" if record.compartment == "open" else record.compartment,
        "yes" if review.is_reviewed else "no",
        _touches(review.opened),
        _touches(review.read),
        _touches(review.decided),
    ]


def _touches(touches: Sequence[Touch]) -> str:
    """Each person once with their first and last time."""
    people: dict[str, list[Touch]] = {}
    for touch in touches:
        people.setdefault(touch.who, []).append(touch)
    return "\n".join(
        f"{who}, {_moment(times[0])}" + (f" to {_moment(times[-1])} ({len(times)} times)" if len(times) > 1 else "")
        for who, times in people.items()
    )


def _moment(touch: Touch) -> str:
    return f"{touch.at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"
