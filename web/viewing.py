"""Opening a record for a person: what may not be seen is not there, and what is guarded leaves a trace."""

from records.models import OPEN, Record
from records.register import find_record, log_view
from web.context import current_actor, current_archive, current_session


def viewed_record(reference: str) -> Record:
    """The record; where it is restricted or privileged, that it was viewed is in the audit trail already.

    Not for a view that holds the write lock: the event has a unit of work of its own, kept before
    anything is sent, whatever becomes of the answer.

    Raises:
        NotFoundError: There is none, or this person may not know that there is.
    """
    actor = current_actor()
    record = find_record(current_session(), reference, actor=actor)
    if record.compartment != OPEN:
        with current_archive().writing() as session:
            log_view(session, find_record(session, reference, actor=actor), actor=actor)
    return record
