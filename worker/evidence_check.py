"""Whether the rows that are evidence are those the audit trail tells of: each one, as it was written, and no other.

The trail is sealed and kept apart. A row changed, added or taken away by another program is proved by it, also where
the guards of the database were put back afterwards.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import Executable, func, select
from sqlalchemy.orm import Session

from disclosure.models import Bundle, Mark
from records.models import Page, Record
from retention.models import Clearance, Decision, Hold, HoldRelease
from store.audit import AuditEvent
from store.audit_actions import AuditAction

Fact = tuple[object, ...]
Told = Callable[[AuditEvent, dict[str, Any]], Fact]
AT_ONCE = 2000


@dataclass(frozen=True)
class Kind:
    """One kind of evidence: its rows in the order they were written, the events that tell of them, and both as facts.

    A fact begins with what a person would look for.
    """

    words: str
    rows: Executable
    action: AuditAction
    told: Told


def _about(event: AuditEvent) -> str:
    return event.subject.removeprefix("record:")


KINDS = (
    Kind(
        "holds placed",
        select(Hold.id, Hold.kind, Hold.category, Hold.placed_by).order_by(Hold.id),
        AuditAction.HOLD_PLACED,
        lambda event, detail: (detail.get("hold"), detail.get("kind"), detail.get("category"), event.actor),
    ),
    Kind(
        "holds ended",
        select(HoldRelease.hold_id, HoldRelease.given_by, HoldRelease.second_reader).order_by(HoldRelease.hold_id),
        AuditAction.HOLD_RELEASED,
        lambda event, detail: (detail.get("hold"), event.actor, detail.get("second")),
    ),
    Kind(
        "decisions",
        select(Record.reference, Decision.category, Decision.outcome, Decision.decided_by)
        .join(Record, Record.id == Decision.record_id)
        .order_by(Decision.id),
        AuditAction.TAG_DECIDED,
        lambda event, detail: (_about(event), detail.get("category"), detail.get("outcome"), event.actor),
    ),
    Kind(
        "clearances",
        select(Record.reference, Clearance.given_by, Clearance.second_reader)
        .join(Record, Record.id == Clearance.record_id)
        .order_by(Clearance.id),
        AuditAction.RECORD_CLEARED,
        lambda event, detail: (_about(event), event.actor, detail.get("second")),
    ),
    Kind(
        "records purged",
        select(Record.reference).where(Record.purged_at.is_not(None)).order_by(Record.reference),
        AuditAction.RECORD_PURGED,
        lambda event, _detail: (_about(event),),
    ),
    Kind(
        "marks made",
        select(Mark.id, Mark.kind, Mark.marked_by).order_by(Mark.id),
        AuditAction.RECORD_MARKED,
        lambda event, detail: (detail.get("mark"), detail.get("kind"), event.actor),
    ),
    Kind(
        "marks lifted",
        select(Mark.id, Mark.kind, Mark.lifted_by).where(Mark.lifted_at.is_not(None)).order_by(Mark.id),
        AuditAction.MARK_LIFTED,
        lambda event, detail: (detail.get("mark"), detail.get("kind"), event.actor),
    ),
    Kind(
        "bundles built",
        select(Bundle.id, Bundle.sha256, Bundle.built_by).order_by(Bundle.id),
        AuditAction.BUNDLE_BUILT,
        lambda event, detail: (int(event.subject.removeprefix("bundle:")), detail.get("sha256"), event.actor),
    ),
)
# What ends in another order than it began: few, and compared once put in order.
_SORTED = frozenset({AuditAction.HOLD_RELEASED, AuditAction.RECORD_PURGED, AuditAction.MARK_LIFTED})
# Earlier versions told of a purge each time its command was given: finishing one that was interrupted was a second.
_TOLD_AGAIN = frozenset({AuditAction.RECORD_PURGED})


def differences(session: Session) -> list[str]:
    """One sentence for each kind of evidence whose rows and events part, naming the first; empty where all agree."""
    found = []
    for kind in KINDS:
        rows: Iterable[Fact] = map(tuple, session.execute(kind.rows, execution_options={"yield_per": AT_ONCE}))
        told: Iterable[Fact] = _told(session, kind)
        if kind.action in _TOLD_AGAIN:
            told = dict.fromkeys(told)
        if kind.action in _SORTED:
            told = sorted(told, key=str)
            rows = sorted(rows, key=str)
        for row, event in zip_longest(rows, told):
            if row != event:
                found.append(f"{kind.words}: the database has {_said(row)} where the audit trail tells {_said(event)}")
                break
    return [*found, *_lost_pages(session)]


def _told(session: Session, kind: Kind) -> Iterator[Fact]:
    query = (
        select(AuditEvent)
        .where(AuditEvent.action == kind.action.value)
        .order_by(AuditEvent.sequence)
        .execution_options(yield_per=AT_ONCE)
    )
    for event in session.scalars(query):
        yield kind.told(event, json.loads(event.detail))
        session.expunge(event)


def _said(fact: Fact | None) -> str:
    return "nothing" if fact is None else " ".join(str(part) for part in fact if part not in ("", None))


def _lost_pages(session: Session) -> list[str]:
    """Records that have not the pages they were registered with."""
    pages = select(Page.record_id, func.count().label("pages")).group_by(Page.record_id).subquery()
    query = (
        select(Record.reference, Record.page_count, func.coalesce(pages.c.pages, 0))
        .outerjoin(pages, pages.c.record_id == Record.id)
        .where(Record.purged_at.is_(None), Record.page_count != func.coalesce(pages.c.pages, 0))
        .order_by(Record.id)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    reference, expected, there = rows[0]
    return [f"pages: {len(rows)} records have not their pages (first {reference}: {there} of {expected})"]
