"""Reading the audit trail: newest first, filtered, and as the sentences people read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store.audit import AuditEvent
from store.audit_actions import SENTENCES, AuditAction


@dataclass(frozen=True)
class AuditFilter:
    """Which events are asked for; an empty field asks for all."""

    action: str = ""
    actor: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Happening:
    """One event as a person reads it."""

    sequence: int
    at: datetime
    actor: str
    action: str
    sentence: str
    subject: str
    detail: dict[str, Any]


def happenings(session: Session, wanted: AuditFilter, *, offset: int = 0, limit: int | None = None) -> list[Happening]:
    """The events asked for, the newest first."""
    query = _filtered(select(AuditEvent), wanted).order_by(AuditEvent.sequence.desc()).offset(offset).limit(limit)
    return [_happening(item) for item in session.scalars(query)]


def each_happening(session: Session, wanted: AuditFilter) -> Iterator[Happening]:
    """The events asked for, the newest first, without holding them all in memory."""
    query = _filtered(select(AuditEvent), wanted).order_by(AuditEvent.sequence.desc())
    for item in session.scalars(query.execution_options(yield_per=500)):
        yield _happening(item)
        session.expunge(item)


def count_happenings(session: Session, wanted: AuditFilter) -> int:
    """How many events there are of those asked for."""
    return session.scalar(_filtered(select(func.count(AuditEvent.sequence)), wanted)) or 0


def _filtered(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.action:
        query = query.where(AuditEvent.action == wanted.action)
    if wanted.actor:
        query = query.where(func.instr(func.lower(AuditEvent.actor), wanted.actor.lower()) > 0)
    if wanted.subject:
        query = query.where(func.instr(func.lower(AuditEvent.subject), wanted.subject.lower()) > 0)
    return query


def _happening(item: AuditEvent) -> Happening:
    # An action this version does not know is shown by its name: an event is never left out.
    known = item.action in AuditAction._value2member_map_
    sentence = SENTENCES[AuditAction(item.action)] if known else item.action
    return Happening(item.sequence, item.at, item.actor, item.action, sentence, item.subject, json.loads(item.detail))
