"""Splits that were undone: their parts are nobody's records any more, and go the way of the scan they were taken from.

What a part holds is a copy of pages of its scan. So a hold somebody placed on the part holds the scan too; the two
people who clear the scan, every page of which was read and every suggestion on it decided, clear its copies with it;
and a copy goes only together with the scan, or with another record of the same bytes that may go.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from records import parts
from records.models import Record, RecordFile
from records.parts_models import UNDONE, Split
from retention import hold_rows
from retention.models import PLACED, Clearance, Hold
from store import audit
from store.audit_actions import AuditAction

_COPIED = "as a part of {whole}: {reason}"
_CARRIED = "as {part}, a part of it until its split was undone: {reason}"


def reason_on_a_part(whole: Record, hold: Hold) -> str:
    """The reason of a hold that was placed on a scan, as its parts are held for it."""
    return _COPIED.format(whole=whole.reference, reason=hold.reason)


def undo_split(session: Session, split: Split, *, reason: str, uses: Mapping[str, Sequence[str]], actor: Actor) -> None:
    """The split is undone, and whatever hold was placed on a part by hand stands on the scan as well.

    Raises:
        RefusedError: It was undone before, or something rests on a part; the sentence names each.
        InvalidInputError: There is no reason.
    """
    parts.undo_split(session, split, reason=reason, uses=uses, actor=actor)
    whole = session.get_one(Record, split.record_id)
    for part in parts.parts_of_split(session, split):
        for hold in _placed(session, part):
            if not any(_is_for(whole, part, each, hold) for each in _placed(session, whole)):
                hold_rows.place(
                    session,
                    whole.sha256,
                    whole,
                    None,
                    kind=PLACED,
                    category="",
                    reason=_CARRIED.format(part=part.reference, reason=hold.reason),
                    actor=actor,
                )


def _placed(session: Session, record: Record) -> list[Hold]:
    return [hold for hold in hold_rows.standing(session, record) if hold.kind == PLACED]


def _is_for(whole: Record, part: Record, on_whole: Hold, on_part: Hold) -> bool:
    """Whether the hold on the scan is the one its part is held for, or the part's own, carried over."""
    return on_part.reason == reason_on_a_part(whole, on_whole) or on_whole.reason == _CARRIED.format(
        part=part.reference, reason=on_part.reason
    )


def release_with(session: Session, whole: Record, hold: Hold, *, reason: str, second: Actor, actor: Actor) -> None:
    """The hold that ended on the scan has ended on the copies that were held for it, or for which it was placed.

    And so on downwards: each that ended so ends, on the copies taken from that copy, what goes with it.
    """
    for part in parts.undone_parts(session, whole):
        for each in _placed(session, part):
            if _is_for(whole, part, hold, each):
                hold_rows.release(session, each, reason=reason, second=second, actor=actor)
                release_with(session, part, each, reason=reason, second=second, actor=actor)


def clear_with(session: Session, whole: Record, clearance: Clearance, *, second: Actor, actor: Actor) -> None:
    """The copies are cleared by the two people who cleared the scan; holds placed by hand stand on them as on it."""
    for part in parts.undone_parts(session, whole):
        reason = f"a part of {whole.reference} until its split was undone: {clearance.reason}"
        made = Clearance(
            record_id=part.id,
            notices=clearance.notices,
            given_by=clearance.given_by,
            second_reader=clearance.second_reader,
            reason=reason,
            given_at=clearance.given_at,
        )
        session.add(made)
        session.flush()
        for hold in hold_rows.standing(session, part):
            if hold.kind != PLACED:
                hold_rows.release(session, hold, reason=reason, second=second, actor=actor)
        hold_rows.clear_bytes(session, part, made)
        audit.record(
            session,
            AuditAction.RECORD_CLEARED,
            actor=actor.name,
            subject=f"record:{part.reference}",
            detail={"second": second.name, "notices": made.notices, "reason": reason},
        )


def is_free(session: Session, part: Record) -> bool:
    """Whether the copy was cleared and nothing holds it."""
    cleared = session.scalar(select(Clearance.id).where(Clearance.record_id == part.id).limit(1))
    return cleared is not None and not hold_rows.standing(session, part)


def copies_of_bytes(session: Session, sha256: str) -> list[Record]:
    """The parts of undone splits that have these bytes and still are there."""
    query = (
        select(Record)
        .join(RecordFile, RecordFile.record_id == Record.id)
        .where(RecordFile.sha256 == sha256, Record.compartment == UNDONE, Record.purged_at.is_(None))
        .order_by(Record.id)
    )
    return list(session.scalars(query))


def going_with(session: Session, record: Record) -> list[Record]:
    """What goes when the record goes: the copies of its pages, and free copies that have the very same bytes."""
    below = [part for part in parts.undone_parts(session, record) if part.purged_at is None]
    same = [
        each
        for sha256 in dict.fromkeys([record.sha256, *(part.sha256 for part in below)])
        for each in copies_of_bytes(session, sha256)
        if is_free(session, each)
    ]
    return list({each.id: each for each in (*below, *same) if each.id != record.id}.values())
