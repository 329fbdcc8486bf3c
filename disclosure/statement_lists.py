"""The lists behind the figures of a statement: what each number counted, one by one, as it stands now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from access.policy import Actor
from disclosure.models import BundleDocument
from ingest.models import CANCELLED, DUPLICATE, FOUND, OPENED, QUARANTINED, REGISTERED, STORED, Item
from records.models import OPEN, PRIVILEGED, RESTRICTED, Page, Record, SearchFact
from records.page_models import SEEN, TRANSCRIPT
from records.register import NOT_SEARCHABLE
from records.same_pages import is_read_in_a_part
from records.unread import REASONS, UNREADABLE, kind_in_rows
from retention.checks import CLEAR
from retention.models import CATEGORY, PLACED, PROVISIONAL, Clearance, DisposalCheck, Hold
from store.errors import NotFoundError

# In per cent: a page read by machine with less than this in the mean of its words has words that are not there.
LOW_CONFIDENCE = 70
ITEM_STATES = {
    "registered": (REGISTERED,),
    "duplicate": (DUPLICATE,),
    "quarantined": (QUARANTINED,),
    "cancelled": (CANCELLED,),
    "waiting": (FOUND, STORED),
}


@dataclass(frozen=True)
class Listed:
    """One thing that a figure counted: a record, a page of one, or a file that was met."""

    words: str
    reference: str = ""
    page: int | None = None
    note: str = ""


def count_of(session: Session, code: str, *, actor: Actor) -> int:
    """How many the list behind this figure has."""
    query = _query(code, actor).with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(query) or 0


def list_behind(
    session: Session, code: str, *, actor: Actor, offset: int = 0, limit: int | None = None
) -> list[Listed]:
    """What this figure counts now, in order, as far as this actor may know of it.

    Raises:
        NotFoundError: No list stands behind a figure of that name.
    """
    found: list[Listed] = []
    for row in session.execute(_query(code, actor).offset(offset).limit(limit)):
        if isinstance(row[0], Item):
            found.append(Listed(row[0].path, note=row[0].reason))
        elif isinstance(row[0], Hold | DisposalCheck):
            reference, title = (row[1].reference, row[1].title) if row[1] else ("", "A file that was set aside")
            note = row[0].reason if isinstance(row[0], Hold) else row[0].detail
            found.append(Listed(title, reference, note=note))
        elif len(row) == 2:
            found.append(Listed(row[0].title, row[0].reference, row[1].number, row[1].reason))
        else:
            found.append(Listed(row[0].title, row[0].reference, note=row[0].note))
    return found


def has_list(code: str) -> bool:
    """Whether a list of single things stands behind this figure."""
    kind, _, rest = code.partition(":")
    return kind in _LISTS and (not rest or kind in _NARROWED)


def _query(code: str, actor: Actor) -> Select[Any]:
    kind, _, rest = code.partition(":")
    if not has_list(code):
        raise NotFoundError(f"No list stands behind the figure {code!r}: choose one in the statement.")
    return _LISTS[kind](rest, actor)


def _records(actor: Actor, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(Record).where(Record.compartment.in_(actor.compartments), *conditions).order_by(Record.id)


def _pages(rest: str, actor: Actor) -> Select[Any]:
    by_machine = and_(Page.unread.is_(False), Page.read_by.not_in([TRANSCRIPT, SEEN]))
    conditions: dict[str, ColumnElement[bool]] = {
        "": Page.id.is_not(None),
        "machine": and_(by_machine, or_(Page.confidence.is_(None), Page.confidence >= LOW_CONFIDENCE)),
        "low": and_(by_machine, Page.confidence < LOW_CONFIDENCE),
        "transcribed": and_(Page.unread.is_(False), Page.read_by == TRANSCRIPT),
        "seen": and_(Page.unread.is_(False), Page.read_by == SEEN),
        "unread": Page.unread.is_(True),
    }
    return _pages_where(_chosen(conditions, rest), actor)


def _unread(rest: str, actor: Actor) -> Select[Any]:
    kind = kind_in_rows()
    other = kind.not_in([each for each in REASONS if each != UNREADABLE])
    return _pages_where(and_(Page.unread.is_(True), other if rest == UNREADABLE else kind == rest), actor)


def _pages_where(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    query: Select[Any] = select(Record, Page).join(Page, Page.record_id == Record.id)  # type: ignore[assignment]
    # As `records.unread` counts them: a page of a scan that was split is counted in its part.
    mine = Record.compartment.in_(actor.compartments), Record.purged_at.is_(None), ~is_read_in_a_part()
    return query.where(*mine, condition).order_by(Record.id, Page.number)


def _unsearchable(rest: str, actor: Actor) -> Select[Any]:
    conditions = [Record.state == NOT_SEARCHABLE, Record.purged_at.is_(None)]
    return _records(actor, *conditions, *([Record.label == rest] if rest else []))


def _items(rest: str, _actor: Actor) -> Select[Any]:
    # As `ingest.counting` counts them: a folder that was opened at last is no file, and what lay in it is listed.
    states: dict[str, ColumnElement[bool]] = {"": Item.state != OPENED}
    states |= {each: Item.state.in_(stands) for each, stands in ITEM_STATES.items()}
    return select(Item).where(_chosen(states, rest)).order_by(Item.id)


def _quarantined(rest: str, _actor: Actor) -> Select[Any]:
    return select(Item).where(Item.state == QUARANTINED, Item.reason_code == rest).order_by(Item.id)


def _by_fate(rest: str, actor: Actor) -> Select[Any]:
    held = Record.id.in_(select(Hold.record_id).where(Hold.released_at.is_(None), Hold.record_id.is_not(None)))
    cleared = Record.id.in_(select(Clearance.record_id))
    here = Record.purged_at.is_(None)
    conditions: dict[str, ColumnElement[bool]] = {
        "": Record.id.is_not(None),
        "held": and_(here, held),
        "cleared": and_(here, ~held, cleared),
        "neither": and_(here, ~held, ~cleared),
        "purged": ~here,
    }
    return _records(actor, _chosen(conditions, rest))


def _kept(rest: str, actor: Actor) -> Select[Any]:
    marks = {each: Record.compartment == each for each in (OPEN, RESTRICTED, PRIVILEGED)}
    return _records(actor, Record.purged_at.is_(None), *([_chosen(marks, rest)] if rest else []))


def _decided(answer: str) -> ColumnElement[bool]:
    return Record.id.in_(
        select(SearchFact.record_id).where(SearchFact.field == "relevance", SearchFact.value == answer)
    )


def _relevant(rest: str, actor: Actor) -> Select[Any]:
    relevant = _decided("relevant")
    produced = Record.id.in_(select(BundleDocument.record_id))
    left = and_(relevant, ~produced, Record.purged_at.is_(None))
    conditions: dict[str, ColumnElement[bool]] = {
        "": relevant,
        "produced": and_(relevant, produced),
        "purged": and_(relevant, ~produced, Record.purged_at.is_not(None)),
        "privileged": and_(left, Record.compartment == PRIVILEGED),
        "restricted": and_(left, Record.compartment == RESTRICTED),
        "waiting": and_(left, Record.compartment == OPEN),
    }
    return _records(actor, _chosen(conditions, rest))


def _produced(rest: str, actor: Actor) -> Select[Any]:
    relevant, not_relevant = _decided("relevant"), _decided("not-relevant")
    answers = {"relevant": relevant, "not-relevant": not_relevant, "undecided": and_(~relevant, ~not_relevant)}
    produced = Record.id.in_(select(BundleDocument.record_id))
    return _records(actor, produced, *([_chosen(answers, rest)] if rest else []))


def _holds(rest: str, actor: Actor) -> Select[Any]:
    query: Select[Any] = select(Hold, Record).outerjoin(Record, Record.id == Hold.record_id)  # type: ignore[assignment]
    mine = or_(Hold.record_id.is_(None), Record.compartment.in_(actor.compartments))
    query = query.where(Hold.released_at.is_(None), mine).order_by(Hold.id)
    kinds = {each: Hold.kind == each for each in (PROVISIONAL, CATEGORY, PLACED)}
    return query.where(_chosen(kinds, rest)) if rest else query


def _refusals(_rest: str, actor: Actor) -> Select[Any]:
    query: Select[Any] = select(DisposalCheck, Record).join(  # type: ignore[assignment]
        Record, Record.id == DisposalCheck.record_id
    )
    mine = Record.compartment.in_(actor.compartments)
    return query.where(DisposalCheck.answer != CLEAR, mine).order_by(DisposalCheck.id)


def _chosen(conditions: Mapping[str, ColumnElement[bool]], rest: str) -> ColumnElement[bool]:
    if rest not in conditions:
        raise NotFoundError(f"No list stands behind the figure {rest!r}: choose one in the statement.")
    return conditions[rest]


_LISTS: dict[str, Callable[[str, Actor], Select[Any]]] = {
    "pages": _pages,
    "unread": _unread,
    "unsearchable": _unsearchable,
    "items": _items,
    "quarantined": _quarantined,
    "records": _by_fate,
    "kept": _kept,
    "relevant": _relevant,
    "produced": _produced,
    "holds": _holds,
    "refusals": _refusals,
}
_NARROWED = frozenset(_LISTS) - {"refusals"}
