"""Any list of records as a table with who opened, read and decided on each and when, so that reading can be proved."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Record
from retention.worklist import standing_of
from search.reviews import Review, Touch, reviews_of
from store import audit, clock
from store.audit_actions import AuditAction
from store.clock import LEGAL_ZONE
from store.spreadsheets import COUNT, Book, Cell, Column, csv_table

AT_ONCE = 5_000
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


def export_csv(session: Session, records: Sequence[Record], *, origin: str, actor: Actor) -> bytes:
    """The records as CSV, each with who reviewed it and when."""
    rows = _rows(session, records, origin, actor, "csv")
    return csv_table([column.heading for column in COLUMNS], rows)


def export_xlsx(session: Session, records: Sequence[Record], *, origin: str, actor: Actor, house: str) -> bytes:
    """The records as a workbook, each with who reviewed it and when, and a sheet on how it was made."""
    rows = _rows(session, records, origin, actor, "xlsx")
    book = Book(house, clock.today(), header="Records and who reviewed them")
    book.describe("Records and who reviewed them", origin)
    book.listing(book.sheet("Records"), COLUMNS, rows)
    reviewed = sum(row[13] == "yes" for row in rows)
    made = clock.now().astimezone(LEGAL_ZONE)
    lines: list[tuple[str, Cell]] = [
        ("List", origin),
        ("Made by", actor.name),
        ("Made at", f"{made:%-d %B %Y, %H:%M} ({made.tzname()})"),
        ("Records", len(rows)),
        ("of which reviewed", reviewed),
        ("of which not reviewed", len(rows) - reviewed),
        *HOW,
    ]
    book.facts("Method", "How this list was made", lines)
    return book.content()


def _rows(session: Session, records: Sequence[Record], origin: str, actor: Actor, form: str) -> list[list[Cell]]:
    """One row a record, in the order given; that the list leaves is in the audit trail."""
    require(actor, Permission.SEARCH)
    shown = [record for record in records if record.compartment in actor.compartments]
    rows: list[list[Cell]] = []
    for start in range(0, len(shown), AT_ONCE):
        part = shown[start : start + AT_ONCE]
        reviews, standing = reviews_of(session, part), standing_of(session, part)
        for number, record in enumerate(part, start=start + 1):
            known = standing[record.id]
            rows.append(_row(number, record, reviews[record.id], known.decided, known.suggested))
    audit.record(
        session,
        AuditAction.RESULT_LIST_EXPORTED,
        actor=actor.name,
        subject="search",
        detail={"list": origin, "records": len(rows), "form": form},
    )
    return rows


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
