"""Holds: everything taken in is held from the moment its bytes are stored, until two people decide otherwise.

A hold is a row here and a protection on the bytes in `store.protections`; the database refuses to
end either without the recorded decision of two people.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can, require
from records.models import Page, Record
from records.page_models import SuggestNeed
from records.parts_models import UNDONE
from records.register import visible
from retention import hold_rows, undone_splits
from retention.models import (
    CATEGORY,
    OPEN,
    PLACED,
    PROVISIONAL,
    REJECTED,
    Clearance,
    Decision,
    Hold,
    Notice,
    Suggestion,
)
from retention.notices import active_notices
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError


def hold_new_bytes(session: Session, sha256: str, *, actor: Actor) -> list[Hold]:
    """The bytes are held provisionally under every active notice; bytes already so held stay as they are.

    Raises:
        RefusedError: No notice is recorded: nothing may be taken in that nothing would hold.
    """
    return hold_all_new_bytes(session, [sha256], actor=actor)


def hold_all_new_bytes(session: Session, hashes: Sequence[str], *, actor: Actor) -> list[Hold]:
    """`hold_new_bytes` for many at once; the holds placed.

    Raises:
        RefusedError: No notice is recorded: nothing may be taken in that nothing would hold.
    """
    notices = active_notices(session)
    if not notices:
        raise RefusedError("No retention notice is recorded, so nothing can be taken in: run `candour init` first.")
    held = {(hold.sha256, hold.notice_id) for hold in _provisional_holds(session, hashes)}
    wanted = [
        hold_rows.Wanted(sha256, None, notice, PROVISIONAL, "", _provisional(notice))
        for sha256 in dict.fromkeys(hashes)
        for notice in notices
        if (sha256, notice.id) not in held
    ]
    return hold_rows.place_all(session, wanted, actor=actor)


def hold_record(session: Session, record: Record, *, actor: Actor) -> None:
    """The provisional holds on the record's bytes are this record's, or, for shared bytes, it has its own."""
    hold_records(session, [(record, record.sha256)], actor=actor)


def hold_records(session: Session, records: Sequence[tuple[Record, str]], *, actor: Actor) -> None:
    """`hold_record` for many at once, each with the SHA-256 of its original."""
    notices = active_notices(session)
    waiting: dict[tuple[str, int | None], deque[Hold]] = {}
    for hold in _provisional_holds(session, [sha256 for _, sha256 in records]):
        if hold.record_id is None:
            waiting.setdefault((hold.sha256, hold.notice_id), deque()).append(hold)
    wanted = []
    for record, sha256 in records:
        for notice in notices:
            if held := waiting.get((sha256, notice.id)):
                held.popleft().record_id = record.id
            else:
                wanted.append(hold_rows.Wanted(sha256, record, notice, PROVISIONAL, "", _provisional(notice)))
    hold_rows.place_all(session, wanted, actor=actor)
    session.flush()


def hold_copy_found(session: Session, record: Record) -> None:
    """The hold that stands on a copy just found is the record's: one that was cleared is decided on again.

    Where the copy lay is news to whoever cleared it; and a hold that belongs to no record could never end.
    """
    for hold in _provisional_holds(session, [record.sha256]):
        if hold.record_id is None:
            hold.record_id = record.id
    session.flush()


def _provisional_holds(session: Session, hashes: Iterable[str]) -> list[Hold]:
    """The provisional holds that stand on these bytes, oldest first."""
    query = select(Hold).where(Hold.kind == PROVISIONAL, Hold.released_at.is_(None)).order_by(Hold.id)
    return [hold for some in chunks(hashes, 500) for hold in session.scalars(query.where(Hold.sha256.in_(some)))]


def hold_under_category(session: Session, record: Record, notice: Notice, *, category: str, actor: Actor) -> Hold:
    """The record is held under this category, beside the provisional hold that stays until it is cleared."""
    for hold in holds_of(session, record):
        if (hold.kind, hold.notice_id, hold.category) == (CATEGORY, notice.id, category):
            return hold
    reason = f"decided to fall under {category} of notice {notice.reference}"
    return hold_rows.place(
        session, record.sha256, record, notice, kind=CATEGORY, category=category, reason=reason, actor=actor
    )


def place_hold(session: Session, record: Record, *, reason: str, actor: Actor) -> Hold:
    """The record is held for a reason of its own (litigation, a request for access, the police).

    Raises:
        InvalidInputError: There is no reason.
        RefusedError: The record was purged: a hold on nothing would be a false comfort.
    """
    require(actor, Permission.HOLD)
    if record.purged_at:
        raise RefusedError(
            f"{record.reference} was purged on {record.purged_at:%-d %B %Y}: nothing of it is left to hold. Tell "
            "whoever asked for the hold at once."
        )
    if not reason.strip():
        raise InvalidInputError("The hold was not placed because it has no reason: say why, in a few words.")
    return hold_rows.place(
        session, record.sha256, record, None, kind=PLACED, category="", reason=reason.strip(), actor=actor
    )


def _provisional(notice: Notice) -> str:
    return f"not yet decided under notice {notice.reference}"


def release_hold(session: Session, hold: Hold, *, reason: str, second: Actor, actor: Actor) -> None:
    """This hold, placed by hand, has ended on the word of two people; the others stand.

    Raises:
        RefusedError: It is a hold under a notice: only `clear` ends those.
    """
    require(actor, Permission.HOLD)
    _require_second_reader(second, actor, reason)
    if hold.released_at:
        raise RefusedError(f"Hold {hold.id} already ended on {hold.released_at:%-d %B %Y}.")
    if hold.kind != PLACED:
        raise RefusedError(
            f"Hold {hold.id} stands under a retention notice ({hold.reason}) and cannot be released by itself: "
            "only a decision that the record is outside the notice, with a second reader, ends it (`candour clear`)."
        )
    hold_rows.release(session, hold, reason=reason, second=second, actor=actor)
    if hold.record_id is not None:
        whole = session.get_one(Record, hold.record_id)
        undone_splits.release_with(session, whole, hold, reason=reason, second=second, actor=actor)


def clear(session: Session, record: Record, *, reason: str, second: Actor, actor: Actor) -> Clearance:
    """Two people have decided that the record is outside every active notice; its holds under them end.

    Holds placed by hand stand until they are released. This is a permission to dispose, not disposal.

    Raises:
        RefusedError: A page is unread or a suggestion undecided, the record is in a category, or it
            is a container whose parts are not cleared.
    """
    require(actor, Permission.TAG)
    _require_second_reader(second, actor, reason)
    if not visible(record, actor) or not visible(record, second):
        raise NotFoundError(f"There is no record {record.reference} that both readers may see.")
    _require_decidable(session, record)
    for hold in hold_rows.left_on_copies(session, record):
        hold.record_id = record.id
    session.flush()
    notices = active_notices(session)
    clearance = Clearance(
        record_id=record.id,
        notices=" ".join(f"{notice.reference}@{notice.version}" for notice in notices),
        given_by=actor.name,
        second_reader=second.name,
        reason=reason.strip(),
        given_at=clock.now(),
    )
    session.add(clearance)
    session.flush()
    for hold in holds_of(session, record):
        if hold.kind != PLACED:
            hold_rows.release(session, hold, reason=reason, second=second, actor=actor)
    hold_rows.clear_bytes(session, record, clearance)
    audit.record(
        session,
        AuditAction.RECORD_CLEARED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"second": second.name, "notices": clearance.notices, "reason": clearance.reason},
    )
    undone_splits.clear_with(session, record, clearance, second=second, actor=actor)
    return clearance


def _require_second_reader(second: Actor, actor: Actor, reason: str) -> None:
    if not reason.strip():
        raise InvalidInputError("Nothing was decided because there is no reason: say why, in a few words.")
    if second.name == actor.name:
        raise RefusedError(
            f"{actor.name} cannot be the second reader of their own decision: ask a colleague to read the record."
        )
    if not can(second, Permission.SECOND_READ):
        raise NotPermittedError(f"{second.name} may not be the second reader: ask a records officer or a lawyer.")


def _require_decidable(session: Session, record: Record) -> None:
    unread = session.scalar(
        select(func.count()).select_from(Page).where(Page.record_id == record.id, Page.unread.is_(True))
    )
    if unread:
        raise RefusedError(
            f"{record.reference} cannot be cleared because {unread} of its pages have not been read: "
            "nobody can say what is on them."
        )
    if session.get(SuggestNeed, record.id) is not None:
        raise RefusedError(
            f"{record.reference} cannot be cleared yet because the text of a page changed and has not been looked "
            "through for categories since: wait a moment and try again."
        )
    undecided = [
        item.category
        for item in session.scalars(
            select(Suggestion)
            .where(Suggestion.record_id == record.id, Suggestion.status == OPEN)
            .order_by(Suggestion.id)
        )
    ]
    if undecided:
        raise RefusedError(
            f"{record.reference} cannot be cleared because {', '.join(undecided)} "
            f"{'is' if len(undecided) == 1 else 'are'} suggested and undecided: confirm or reject first."
        )
    tagged = [hold.category for hold in holds_of(session, record) if hold.kind == CATEGORY and _stands(session, hold)]
    if tagged:
        raise RefusedError(
            f"{record.reference} cannot be cleared because it falls under {', '.join(tagged)}: "
            "reject that category, with a reason, if the decision was wrong."
        )
    parts = session.scalars(
        select(Record.reference)
        .where(
            Record.parent_id == record.id,
            Record.id.not_in(select(Clearance.record_id)),
            # The parts of a split that was undone are copies of its own pages, cleared with it.
            Record.compartment != UNDONE,
        )
        .order_by(Record.id)
    ).all()
    if parts:
        raise RefusedError(
            f"{record.reference} cannot be cleared because {len(parts)} of the records inside it "
            f"(first {parts[0]}) are not: its bytes hold theirs."
        )


def _stands(session: Session, hold: Hold) -> bool:
    """Whether the category this hold was placed for is still the record's, by the latest decision on it."""
    latest = session.scalar(
        select(Decision.outcome)
        .where(Decision.record_id == hold.record_id, Decision.category == hold.category)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return latest != REJECTED


def holds_of(session: Session, record: Record) -> list[Hold]:
    """The holds on the record that stand, oldest first."""
    return hold_rows.standing(session, record)


def find_hold(session: Session, number: int) -> Hold:
    """The hold of this number.

    Raises:
        NotFoundError: There is none.
    """
    hold = session.get(Hold, number)
    if hold is None:
        raise NotFoundError(f"There is no hold {number}: check its number in the list of holds.")
    return hold


def all_holds(session: Session, *, offset: int = 0, limit: int | None = None) -> list[Hold]:
    """Every hold that stands, oldest first, those on quarantined files included."""
    query = select(Hold).where(Hold.released_at.is_(None)).order_by(Hold.id)
    return list(session.scalars(query.offset(offset).limit(limit)))


def clearance_of(session: Session, record: Record) -> Clearance | None:
    """The latest decision that the record is outside the notice, if there is one."""
    return session.scalar(
        select(Clearance).where(Clearance.record_id == record.id).order_by(Clearance.id.desc()).limit(1)
    )
