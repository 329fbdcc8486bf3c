"""Document numbers: given once under a prefix, in order, without gaps, never reused."""

import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disclosure.models import DocumentNumber
from records.models import Record
from store import clock
from store.errors import InvalidInputError

PREFIX = re.compile(r"[A-Z]{2,4}")


def allocate_numbers(session: Session, records: Sequence[Record], *, prefix: str) -> dict[int, int]:
    """Each record's number under the prefix, by record id: the one it had, or the next one free.

    A number stays with its record for good, so a bundle that failed leaves no hole another could fill.

    Raises:
        InvalidInputError: The prefix is not two to four capital letters.
    """
    if not PREFIX.fullmatch(prefix):
        raise InvalidInputError(f"The prefix {prefix!r} is not one: give the authority's two to four capital letters.")
    numbers = {
        row.record_id: row.number
        for row in session.scalars(
            select(DocumentNumber).where(
                DocumentNumber.prefix == prefix, DocumentNumber.record_id.in_([record.id for record in records])
            )
        )
    }
    last = session.scalar(select(func.max(DocumentNumber.number)).where(DocumentNumber.prefix == prefix)) or 0
    for record in records:
        if record.id not in numbers:
            last += 1
            numbers[record.id] = last
            session.add(DocumentNumber(prefix=prefix, number=last, record_id=record.id, allocated_at=clock.now()))
    session.flush()
    return numbers
