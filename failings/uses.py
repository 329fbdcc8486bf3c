"""What rests on a record, from every room below: asked before anything that would make the record vanish."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.marks import open_marks
from disclosure.models import BundleDocument, DocumentNumber, Relevance
from failings.models import Escalation, FailingEvidence
from records.models import Record
from records.parts import parts_of_split, standing_split
from records.parts_models import Split
from retention.models import Clearance, Decision


def uses_of(session: Session, record: Record) -> list[str]:
    """Everything that a person did with the record, in words; empty while nobody relied on it."""
    found: list[str] = []
    rows = (
        (Decision, "has a decision on a category"),
        (Clearance, "was cleared by two people"),
        (Relevance, "has a decision on relevance"),
        (DocumentNumber, "has a document number"),
        (BundleDocument, "is in a bundle"),
        (FailingEvidence, "is cited as evidence of a failing"),
        (Escalation, "has an escalation"),
    )
    for model, words in rows:
        if session.scalar(select(model.id).where(model.record_id == record.id).limit(1)) is not None:
            found.append(words)
    if open_marks(session, record):
        found.append("is marked")
    if standing_split(session, record):
        found.append("is split itself")
    return found


def uses_of_split(session: Session, split: Split) -> dict[str, list[str]]:
    """What rests on each part of the split, by the part's reference."""
    return {part.reference: uses_of(session, part) for part in parts_of_split(session, split)}
