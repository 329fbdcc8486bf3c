"""From the box list to the page: what each place should hold, what is registered of it, and the gaps by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.custody_models import BOX, FILE, VOLUME, Movement, Place, Placement
from records.loss_models import KnownLoss
from records.losses import NATURES
from records.models import Record
from records.paper_register import PaperRegister, read_paper
from records.register import CONTAINER
from store import clock
from store.audit_actions import AuditAction
from store.leaving import Leaving, leaving
from store.spreadsheets import COUNT, Book, Column, csv_table

Form = Literal["csv", "xlsx"]
WHOLE, GAPS, NOT_COUNTED, NOTHING, GONE = "whole", "gaps", "not counted", "nothing registered", "known to be gone"


@dataclass(frozen=True)
class Line:
    """One place: pages counted by hand (None where nobody did), pages registered, and what does not agree.

    Only what the reader may see is counted as registered.
    """

    place: Place
    way: str
    expected: int | None
    registered: int
    records: int
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    """What else is known of it, the same on any day; of paper that is out the last."""
    is_overdue: bool
    verdict: str

    @property
    def notes_today(self) -> tuple[str, ...]:
        """The notes, and today whether the paper should have been back."""
        return (*self.notes[:-1], f"{self.notes[-1]}, overdue") if self.is_overdue else self.notes


@dataclass(frozen=True)
class BoxAccount:
    """One box, or a place that lies in none, with its own line and those of its files and volumes."""

    place: Place
    lines: tuple[Line, ...]

    @property
    def expected(self) -> int:
        """The pages counted in it by hand, as far as they were counted."""
        return sum(line.expected or 0 for line in self.lines)

    @property
    def registered(self) -> int:
        """The pages registered of it."""
        return sum(line.registered for line in self.lines)

    @property
    def verdict(self) -> str:
        """The worst that is true of a line in it."""
        found = {line.verdict for line in self.lines}
        return next(each for each in (GAPS, NOTHING, GONE, NOT_COUNTED, WHOLE) if each in found)


@dataclass(frozen=True)
class Account:
    """Every box, and how many records the reader may see are said to lie nowhere."""

    boxes: tuple[BoxAccount, ...]
    unplaced: int

    @property
    def lines(self) -> list[Line]:
        """Every line of every box."""
        return [line for box in self.boxes for line in box.lines]


def folio_gaps(spans: Sequence[tuple[int, int, str]], *, expected: tuple[int, int] | None = None) -> list[str]:
    """The folios that are missing, claimed twice, or beyond what was counted, each in words and in order.

    Args:
        spans: First folio, last folio and the record's reference.
        expected: The first and last folio counted; without them, gaps are looked for between the spans.
    """
    told: list[str] = []
    ordered = sorted(spans)
    low = expected[0] if expected else (ordered[0][0] if ordered else 1)
    high = expected[1] if expected else max((last for _, last, _ in ordered), default=0)
    reached, holder = low - 1, ""
    for first, last, reference in ordered:
        if first <= reached and holder and first >= low:
            told.append(f"{_folios(first, min(last, reached))} both in {holder} and in {reference}")
        elif first > reached + 1 and reached < high:
            told.append(f"{_folios(reached + 1, min(first - 1, high))} missing")
        if last > reached:
            reached, holder = last, reference
    if reached < high:
        told.append(f"{_folios(reached + 1, high)} missing")
    if expected:
        told += [
            f"{_folios(first, last)} of {reference} outside the {_folios(*expected)} counted"
            for first, last, reference in ordered
            if first < low or last > high
        ]
    return told


def _folios(first: int, last: int) -> str:
    return f"folio {first}" if first == last else f"folios {first} to {last}"


def account(session: Session, *, within: Place | None = None, actor: Actor) -> Account:
    """Each box and file with what is expected, what was found and the gaps, in the order of their references."""
    paper = read_paper(session, within=within, actor=actor)
    tops = [within] if within else paper.inside.get(None, [])
    boxes = tuple(BoxAccount(place, tuple(_lines(paper, place))) for top in tops for place in _boxes(paper, top))
    placed = select(Placement.record_id).where(Placement.ended_at.is_(None))
    unplaced = session.scalar(
        select(func.count(Record.id)).where(
            Record.compartment.in_(actor.compartments),
            Record.purged_at.is_(None),
            Record.parent_id.is_(None),
            Record.id.not_in(placed),
        )
    )
    return Account(tuple(box for box in boxes if box.lines), unplaced or 0)


def _boxes(paper: PaperRegister, place: Place) -> Iterator[Place]:
    """The boxes in a place; a file outside any box stands for itself."""
    if place.kind in (BOX, FILE, VOLUME):
        yield place
        return
    for inside in paper.inside.get(place.id, []):
        yield from _boxes(paper, inside)


def _lines(paper: PaperRegister, place: Place) -> Iterator[Line]:
    inside = paper.inside.get(place.id, [])
    line = _line(paper, place)
    # A place that only holds others, and of which nothing is known itself, has no line of its own.
    if not inside or line.records or line.expected is not None or line.notes:
        yield line
    for each in inside:
        yield from _lines(paper, each)


def _line(paper: PaperRegister, place: Place) -> Line:
    counted = _once(paper.here.get(place.id, []))
    registered = sum(record.page_count for _, record in counted)
    count = paper.counts.get(place.id)
    expected = count.pages if count else None
    gaps: list[str] = []
    spans = [
        (placement.first_folio, placement.last_folio, record.reference)
        for placement, record in counted
        if placement.first_folio is not None and placement.last_folio is not None
    ]
    folios = (count.first_folio, count.last_folio) if count else (None, None)
    if spans or (counted and folios[0] is not None and len(spans) == len(counted)):
        known = (folios[0], folios[1]) if folios[0] is not None and folios[1] is not None else None
        gaps += folio_gaps(spans, expected=known)
    if expected is not None and counted and registered != expected:
        more = registered - expected
        gaps.append(
            f"{abs(more)} {'page' if abs(more) == 1 else 'pages'} {'more' if more > 0 else 'fewer'} than counted"
        )
    loss, out = paper.losses.get(place.id), paper.out.get(place.id)
    return Line(
        place=place,
        way=" / ".join(each.reference for each in paper.way_to(place)),
        expected=expected,
        registered=registered,
        records=len(counted),
        gaps=tuple(gaps),
        notes=tuple(_notes(out, loss)),
        is_overdue=out is not None and out.due_on < clock.today(),
        verdict=_verdict(expected, records=len(counted), gaps=gaps, is_gone=loss is not None),
    )


def _once(here: Sequence[tuple[Placement, Record]]) -> list[tuple[Placement, Record]]:
    """What lies here without the parts of what lies here: a page is counted once."""
    whole = {record.id for _, record in here if record.state != CONTAINER}
    return [(placement, record) for placement, record in here if record.parent_id not in whole]


def _verdict(expected: int | None, *, records: int, gaps: Sequence[str], is_gone: bool) -> str:
    if is_gone:
        return GONE
    if gaps:
        return GAPS
    if not records:
        return NOTHING
    return NOT_COUNTED if expected is None else WHOLE


def _notes(movement: Movement | None, loss: KnownLoss | None) -> Iterator[str]:
    if loss is not None:
        yield f"{loss.reference}: {NATURES[loss.nature]}, known since {loss.known_on:%-d %B %Y}: {loss.what}"
    if movement is not None:
        yield f"out with {movement.taken_by} since {movement.taken_on:%-d %B %Y}"


COLUMNS = ("code", "where", "kind", "title", "pages counted", "pages registered", "records", "verdict", "gaps", "notes")


def account_rows(found: Account) -> list[list[object]]:
    """The account as rows of a table, one place each."""
    return [
        [
            line.place.code,
            line.way,
            line.place.kind,
            line.place.title,
            line.expected,
            line.registered,
            line.records,
            line.verdict,
            "; ".join(line.gaps),
            "; ".join(line.notes_today),
        ]
        for line in found.lines
    ]


def export_account(session: Session, found: Account, *, form: Form, authority: str) -> Leaving:
    """The account as CSV or as a workbook, to leave the archive."""
    content = account_xlsx(found, authority=authority) if form == "xlsx" else account_csv(found)
    short = sum(bool(line.gaps) for line in found.lines)
    told = {"form": form, "places": len(found.lines), "short": short}
    return leaving(session, content, AuditAction.RECONCILED, subject="paper", **told)


def account_csv(found: Account) -> bytes:
    """The account as CSV."""
    return csv_table(COLUMNS, account_rows(found))


def account_xlsx(found: Account, *, authority: str) -> bytes:
    """The account as a workbook: one sheet of boxes, one of every place."""
    book = Book(authority, clock.today(), header="Paper against records")
    book.describe("Paper against records", "Pages counted by hand against pages registered, with the gaps by name")
    boxes = [
        (box.place.reference, box.place.code, box.place.title, box.expected, box.registered, box.verdict)
        for box in found.boxes
    ]
    book.listing(book.sheet("Boxes"), BOX_SHEET, boxes)
    places = [
        (
            line.way,
            line.place.code,
            line.place.title,
            "" if line.expected is None else line.expected,
            line.registered,
            line.records,
            line.verdict,
            "; ".join(line.gaps),
            "; ".join(line.notes_today),
        )
        for line in found.lines
    ]
    book.listing(book.sheet("Places"), PLACE_SHEET, places)
    return book.content()


PAGES = (Column("Pages counted", COUNT, 10), Column("Pages registered", COUNT, 11))
BOX_SHEET = (Column("Box", "", 14), Column("Code", "", 11), Column("Title", "", 40), *PAGES, Column("Verdict", "", 20))
PLACE_SHEET = (
    Column("Where", "", 40),
    Column("Code", "", 11),
    Column("Title", "", 30),
    *PAGES,
    Column("Records", COUNT, 10),
    Column("Verdict", "", 18),
    Column("Gaps", "", 44),
    Column("Notes", "", 44),
)
