"""The audit trail: append-only events, each chained to the one before by its hash.

The head of the chain is kept outside the database and keyed (`store.audit_head`): rewriting the
whole chain, or cutting its end off, would need the key as well.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store import clock
from store.audit_actions import AuditAction
from store.audit_head import AuditHead, HeadState, Tail
from store.database import Base, Moment

FIRST_HASH = "0" * 64
HEAD = "audit_head"
BEFORE = "audit_tail_before"
AFTER = "audit_tail_after"
Detail = dict[str, Any]


class AuditEvent(Base):
    """One thing that happened; the database refuses to change or remove it."""

    __tablename__ = "audit_event"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(Text)
    # Unique: two events that follow the same one would be a forked trail.
    previous_hash: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(unique=True)


def record(
    session: Session, action: AuditAction, *, actor: str, subject: str, detail: Detail | None = None
) -> AuditEvent:
    """The event is in the trail, in the caller's transaction: it is kept exactly if the change is.

    Args:
        session: A writing unit of work.
        action: What happened.
        actor: Who did it: an e-mail address, `operator` at the command line, or `system`.
        subject: What it was done to, as kind and reference: `record:R000012`.
        detail: Facts that a reader needs later; JSON values, never the content of a record.
    """
    tail = _tail(session)
    if BEFORE not in session.info:
        session.info[BEFORE] = tail
    happened = AuditEvent(
        sequence=tail.sequence + 1,
        at=clock.now(),
        actor=actor,
        action=action.value,
        subject=subject,
        detail=json.dumps(detail or {}, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        previous_hash=tail.hash,
    )
    happened.hash = _hash(happened)
    # Not sent yet: the events of many changes go to the database together, before anything else is asked of it.
    session.add(happened)
    session.info[AFTER] = Tail(happened.sequence, happened.hash)
    return happened


def _tail(session: Session) -> Tail:
    known = session.info.get(AFTER)
    if isinstance(known, Tail):
        return known
    last = session.execute(
        select(AuditEvent.sequence, AuditEvent.hash).order_by(AuditEvent.sequence.desc()).limit(1)
    ).first()
    return Tail(last.sequence, last.hash) if last else Tail(0, FIRST_HASH)


def _hash(item: AuditEvent) -> str:
    fields = [
        item.sequence,
        item.at.astimezone(UTC).isoformat(),
        item.actor,
        item.action,
        item.subject,
        item.detail,
        item.previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@event.listens_for(Session, "before_commit")
def _announce(session: Session) -> None:
    # Written before the commit, under the database's write lock, so that a crash between the two
    # leaves a head that names both honest ends of the trail and no other.
    head, after = session.info.get(HEAD), session.info.get(AFTER)
    if isinstance(head, AuditHead) and isinstance(after, Tail):
        session.flush()  # what the database refuses was never announced
        head.announce(session.info[BEFORE], after)


@event.listens_for(Session, "after_commit")
def _settle(session: Session) -> None:
    head, after = session.info.get(HEAD), session.info.pop(AFTER, None)
    session.info.pop(BEFORE, None)
    if isinstance(head, AuditHead) and isinstance(after, Tail):
        head.settle(after)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(AFTER, None)
    session.info.pop(BEFORE, None)


@dataclass(frozen=True)
class Verdict:
    """What the trail proves, and up to where."""

    ok: bool
    events: int
    proved_up_to: int
    head: str
    problem: str | None = None
    interrupted: bool = False


def newest(session: Session) -> int:
    """The number of the latest event, 0 if there is none: it moves with every change, and costs nothing to ask."""
    return end_of(session).sequence


def end_of(session: Session) -> Tail:
    """The latest event's number and hash, as far as this session sees the trail."""
    return _tail(session)


def verify(session: Session, head: AuditHead) -> Verdict:
    """Whether every event is as it was written, in order, with none missing at either end.

    The chain proves each event against the next; the keyed head outside the database proves the
    last. The first fault found ends the proof: everything before it stands.
    """
    before = head.read()
    tail, passed = Tail(0, FIRST_HASH), {Tail(0, FIRST_HASH)}
    for item in _events(session):
        fault = _fault(item, tail)
        if fault:
            return Verdict(ok=False, events=_count(session), proved_up_to=tail.sequence, head=tail.hash, problem=fault)
        tail = Tail(item.sequence, item.hash)
        if tail in before.ends:
            passed.add(tail)
    state = head.read()
    # Someone may have written while this read: then the trail passes the head as it was and ends before or at
    # the head as it is.
    moved_on = before.last in passed and before.last.sequence < tail.sequence <= state.last.sequence
    fault = None if moved_on and not state.problem else _head_fault(before, tail)
    if fault:
        # Without an agreeing head the chain alone proves order, not that it is the chain we wrote.
        proved = 0 if before.problem or tail.sequence >= before.last.sequence else tail.sequence
        return Verdict(ok=False, events=tail.sequence, proved_up_to=proved, head=tail.hash, problem=fault)
    return Verdict(
        ok=True,
        events=tail.sequence,
        proved_up_to=tail.sequence,
        head=tail.hash,
        interrupted=before.next is not None,
    )


def _events(session: Session) -> Iterator[AuditEvent]:
    query = select(AuditEvent).order_by(AuditEvent.sequence).execution_options(yield_per=1000)
    for item in session.scalars(query):
        yield item
        session.expunge(item)


def _count(session: Session) -> int:
    last = session.scalar(select(AuditEvent.sequence).order_by(AuditEvent.sequence.desc()).limit(1))
    return last or 0


def _fault(item: AuditEvent, tail: Tail) -> str | None:
    if item.sequence != tail.sequence + 1:
        return f"event {tail.sequence + 1} is missing: the next one found is {item.sequence}"
    if item.previous_hash != tail.hash:
        return f"event {item.sequence} does not follow event {tail.sequence}: one of them was replaced or moved"
    if item.hash != _hash(item):
        return f"event {item.sequence} was changed after it was written"
    return None


def _head_fault(state: HeadState, tail: Tail) -> str | None:
    if state.problem:
        return state.problem
    if tail in state.ends:
        return None
    if tail.sequence < state.last.sequence:
        return f"events {tail.sequence + 1} to {state.last.sequence} were cut off the end"
    if tail.sequence == state.last.sequence:
        return f"the whole trail up to event {tail.sequence} was rewritten: its last hash is not the one kept outside"
    return f"events were added after event {state.last.sequence} without passing through Candour"
