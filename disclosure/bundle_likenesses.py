"""Other scans and versions of what is privileged: a paper marked in one copy and about to leave in another.

A likeness is found by a machine, and a final letter is rightly like its privileged draft: so nothing is refused for
it, and whoever builds the bundle is told. It never stands in the bundle itself, which would name what is withheld.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.likeness_models import Comparison, Likeness
from records.likenesses import similar_records
from records.models import PRIVILEGED, Record
from store.chunks import chunks


def privileged_likenesses(session: Session, records: Sequence[Record], *, actor: Actor) -> list[str]:
    """One sentence for each of these records that is like a privileged one, as far as this actor may know of both."""
    if PRIVILEGED not in actor.compartments or not _any_privileged(session):
        return []
    chosen = {record.id: record for record in records}
    # From the few that are privileged, not from the many that are chosen.
    touched = {
        number
        for near, far in ((Likeness.first_id, Likeness.second_id), (Likeness.second_id, Likeness.first_id))
        for number in session.scalars(
            select(far).join(Record, Record.id == near).where(Record.compartment == PRIVILEGED)
        )
    }
    found = [
        f"{record.reference} is like {other.record.reference}, which is privileged ({other.words}): read both before "
        "it leaves."
        for number, record in chosen.items()
        if number in touched
        for other in similar_records(session, record, actor=actor)
        if other.record.compartment == PRIVILEGED
    ]
    waiting = len(chosen) - len(_compared(session, chosen))
    if waiting:
        found.append(
            f"{waiting} of the records have not been compared with the others yet, so one that is like a privileged "
            "one may not be named here."
        )
    return found


def _any_privileged(session: Session) -> bool:
    return session.scalar(select(Record.id).where(Record.compartment == PRIVILEGED).limit(1)) is not None


def _compared(session: Session, ids: Iterable[int]) -> set[int]:
    return {
        number
        for some in chunks(ids, 500)
        for number in session.scalars(
            select(Comparison.record_id).where(Comparison.record_id.in_(some), Comparison.compared_at.is_not(None))
        )
    }
