"""The register of institutional failings: each rests on evidence, and is accepted by a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from failings.models import Failing, FailingEvidence, FailingRevision
from failings.words import CERTAINTIES, KINDS, STATUSES
from records.models import Page, Record
from records.register import find_record, visible
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

Citation = tuple[str, int, str]
NEXT = {"draft": ("legal-reviewed",), "legal-reviewed": ("accepted", "draft"), "accepted": ("draft",)}
TEXTS = {
    "title": "a title",
    "body": "the body or service that fell short",
    "should_have_happened": "what should have happened",
    "policy_then": "the policy or law then in force (or that none is found)",
    "did_happen": "what did happen",
    "owner": "an owner",
    "action": "an action",
}


@dataclass(frozen=True)
class CitedEvidence:
    """One piece of evidence as this actor may see it.

    Where the actor may not know of the record, everything that would identify it is None: that there is
    more evidence is said, which record it is is not.
    """

    reference: str | None
    page: int | None
    title: str | None
    date_from: date | None
    note: str | None
    compartment: str | None

    @property
    def is_withheld(self) -> bool:
        """The actor may not know which record this is."""
        return self.reference is None


def add_failing(
    session: Session,
    *,
    title: str,
    kind: str,
    body: str,
    period_from: date,
    period_to: date | None,
    should_have_happened: str,
    policy_then: str,
    did_happen: str,
    certainty: str,
    owner: str,
    action: str,
    evidence: Sequence[Citation],
    action_due: date | None = None,
    actor: Actor,
) -> Failing:
    """The failing is in the register as a draft, with each record and page it rests on.

    Args:
        session: A writing unit of work.
        title: A few words for the schedule.
        kind: One of `failings.words.KINDS`.
        body: The institution or service that fell short.
        period_from: The first day.
        period_to: The last day; None where it is not known or it goes on.
        should_have_happened: Judged by the standards of the time.
        policy_then: The policy or law in force then; or that none has been found, which is itself a finding.
        did_happen: As the evidence shows it.
        certainty: One of `failings.words.CERTAINTIES`.
        owner: The role that answers for it now.
        action: What is being done about it.
        evidence: Record reference, page and note; at least one.
        action_due: By when.
        actor: Who records it.

    Raises:
        InvalidInputError: Something is missing or wrong; each fault is named.
        NotFoundError: The actor may not know of a record given as evidence, or it does not exist.
    """
    require(actor, Permission.FAILINGS)
    failing = Failing(
        reference=f"F{(session.scalar(select(func.max(Failing.id))) or 0) + 1:04d}",
        title=title.strip(),
        kind=kind,
        body=body.strip(),
        period_from=period_from,
        period_to=period_to,
        should_have_happened=should_have_happened.strip(),
        policy_then=policy_then.strip(),
        did_happen=did_happen.strip(),
        certainty=certainty,
        owner=owner.strip(),
        action=action.strip(),
        action_due=action_due,
        status="draft",
        added_by=actor.name,
        added_at=clock.now(),
    )
    faults = _faults(failing)
    if not evidence:
        faults.append("it needs at least one record and page as evidence")
    if faults:
        raise InvalidInputError(f"The failing was not recorded: {'; '.join(faults)}.")
    failing.evidence = [_cite(session, citation, actor=actor) for citation in dict.fromkeys(evidence)]
    if len({(item.record_id, item.page) for item in failing.evidence}) < len(failing.evidence):
        raise InvalidInputError("The failing was not recorded: a page is given twice; put both notes on one line.")
    session.add(failing)
    session.flush()
    audit.record(
        session,
        AuditAction.FAILING_ADDED,
        actor=actor.name,
        subject=f"failing:{failing.reference}",
        detail={"kind": kind, "certainty": certainty, "evidence": len(failing.evidence)},
    )
    return failing


def _faults(failing: Failing) -> list[str]:
    faults = [f"it needs {words}" for name, words in TEXTS.items() if not getattr(failing, name)]
    if failing.kind not in KINDS:
        faults.append(f"its kind must be one of {', '.join(KINDS)}")
    if failing.certainty not in CERTAINTIES:
        faults.append(f"its certainty must be one of {', '.join(CERTAINTIES)}")
    if failing.period_to is not None and failing.period_to < failing.period_from:
        faults.append("its period ends before it begins")
    if failing.period_from > clock.today():
        faults.append("its period has not begun")
    return faults


def _cite(session: Session, citation: Citation, *, actor: Actor) -> FailingEvidence:
    reference, number, note = citation
    record = find_record(session, reference, actor=actor)
    if session.scalar(select(Page).where(Page.record_id == record.id, Page.number == number)) is None:
        raise InvalidInputError(
            f"{record.reference} has no page {number}: it has {record.page_count}, numbered from 1 as the record shows."
        )
    return FailingEvidence(record_id=record.id, page=number, note=note.strip())


def add_evidence(session: Session, failing: Failing, *, citation: Citation, actor: Actor) -> FailingEvidence:
    """The failing rests on this page too; an accepted one must be reopened first.

    Raises:
        RefusedError: The failing is accepted.
        InvalidInputError: The page does not exist or is cited already.
    """
    require(actor, Permission.FAILINGS)
    _require_open(failing)
    item = _cite(session, citation, actor=actor)
    if any((other.record_id, other.page) == (item.record_id, item.page) for other in failing.evidence):
        raise InvalidInputError(f"{failing.reference} already cites this page: nothing was changed.")
    failing.evidence.append(item)
    session.flush()
    _back_to_draft(session, failing, actor=actor, detail={"evidence": len(failing.evidence)})
    return item


def revise_failing(session: Session, failing: Failing, *, changes: Mapping[str, str], actor: Actor) -> None:
    """The texts named are replaced and the failing is a draft again; what each said before is kept beside it.

    Raises:
        InvalidInputError: A field is not one of the texts, or would be left empty.
        RefusedError: The failing is accepted: what was accepted is not rewritten beneath the acceptance.
    """
    require(actor, Permission.FAILINGS)
    _require_open(failing)
    unknown = sorted(set(changes) - {*TEXTS, "kind", "certainty"})
    if unknown:
        raise InvalidInputError(f"{', '.join(unknown)} cannot be revised: only {', '.join(TEXTS)}, kind and certainty.")
    before = {name: getattr(failing, name) for name in changes}
    for name, text in changes.items():
        setattr(failing, name, text.strip())
    faults = _faults(failing)
    if faults:
        for name, text in before.items():
            setattr(failing, name, text)
        raise InvalidInputError(f"{failing.reference} was not changed: {'; '.join(faults)}.")
    changed = sorted(name for name, text in before.items() if getattr(failing, name) != text)
    session.add_all(
        FailingRevision(failing_id=failing.id, field=name, before=before[name], by=actor.name, at=clock.now())
        for name in changed
    )
    session.flush()
    _back_to_draft(session, failing, actor=actor, detail={"fields": changed})


def _require_open(failing: Failing) -> None:
    if failing.status == "accepted":
        raise RefusedError(f"{failing.reference} is accepted and cannot be changed: return it to draft first.")


def _back_to_draft(session: Session, failing: Failing, *, actor: Actor, detail: dict[str, object]) -> None:
    before, failing.status = failing.status, "draft"
    session.flush()
    audit.record(
        session,
        AuditAction.FAILING_CHANGED,
        actor=actor.name,
        subject=f"failing:{failing.reference}",
        detail={**detail, "from": before, "to": "draft"},
    )


def change_status(session: Session, failing: Failing, *, status: str, actor: Actor) -> None:
    """The failing is a draft, reviewed by legal, or accepted by the authority.

    It goes one step at a time, and is accepted by a named person who is not the one who added it.

    Raises:
        InvalidInputError: It is not the next step.
        RefusedError: The same person added it, or no named person acts.
    """
    require(actor, Permission.FAILINGS)
    if status not in NEXT[failing.status]:
        steps = " or ".join(NEXT[failing.status])
        raise InvalidInputError(f"{failing.reference} is {failing.status}: its next step is {steps}, not {status!r}.")
    if status == "accepted":
        if actor.name == failing.added_by:
            raise RefusedError(
                f"{failing.reference} was added by you, so you cannot accept it: ask a second person who may."
            )
        if actor.everything:
            raise RefusedError(f"{failing.reference} is accepted only by a named person: sign in, or say who by.")
    before, failing.status = failing.status, status
    failing.accepted_by = actor.name if status == "accepted" else None
    failing.accepted_at = clock.now() if status == "accepted" else None
    session.flush()
    audit.record(
        session,
        AuditAction.FAILING_CHANGED,
        actor=actor.name,
        subject=f"failing:{failing.reference}",
        detail={"from": before, "to": status},
    )


def revisions_of(session: Session, failing: Failing, *, actor: Actor) -> list[FailingRevision]:
    """What the failing said before each change, newest first, to those who may write it."""
    require(actor, Permission.FAILINGS)
    query = select(FailingRevision).where(FailingRevision.failing_id == failing.id)
    return list(session.scalars(query.order_by(FailingRevision.id.desc())))


def find_failing(session: Session, reference: str, *, actor: Actor) -> Failing:
    """The failing with this reference.

    Raises:
        NotFoundError: There is none.
    """
    require(actor, Permission.FAILINGS_READ)
    failing = session.scalar(select(Failing).where(Failing.reference == reference.strip().upper()))
    if failing is None:
        raise NotFoundError(f"There is no failing {reference}: check its reference in the list of failings.")
    return failing


def all_failings(session: Session, *, actor: Actor, status: str | None = None) -> list[Failing]:
    """The failings in the order they were recorded."""
    require(actor, Permission.FAILINGS_READ)
    query = select(Failing).order_by(Failing.id)
    return list(session.scalars(query.where(Failing.status == status) if status else query))


def failing_counts(session: Session, *, actor: Actor) -> dict[str, int]:
    """How many failings have each status; a status nobody uses yet counts nought."""
    require(actor, Permission.FAILINGS_READ)
    standing = list(session.scalars(select(Failing.status).order_by(Failing.id)))
    return {status: standing.count(status) for status in STATUSES}


def evidence_of(session: Session, failing: Failing, *, actor: Actor) -> list[CitedEvidence]:
    """What the failing rests on, as far as this actor may know of each record, in the order it was cited."""
    require(actor, Permission.FAILINGS_READ)
    return [_as_seen(session.get_one(Record, item.record_id), item, actor) for item in failing.evidence]


def _as_seen(record: Record, item: FailingEvidence, actor: Actor) -> CitedEvidence:
    if not visible(record, actor):
        return CitedEvidence(None, None, None, None, None, None)
    return CitedEvidence(record.reference, item.page, record.title, record.date_from, item.note, record.compartment)
