"""Facts about records that search can filter on: several values of a field for one record, each a row."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import SearchFact
from records.register import needs_indexing

# Where the record's paper is, and where that of each copy of its bytes was found.
BOX = "box"
# Whoever kept the papers, the record's and its copies', before they were handed over.
CUSTODIAN = "custodian"
# The paragraphs of the inquiry's requests that somebody decided it answers, as they are cited.
ANSWERS = "answers"


def keep_facts(session: Session, record_id: int, field: str, values: Iterable[str]) -> None:
    """The record has these values of the field and no others, and is indexed again where that is a change."""
    wanted = [value for value in dict.fromkeys(values) if value]
    query = select(SearchFact).where(SearchFact.record_id == record_id, SearchFact.field == field)
    known = {fact.value: fact for fact in session.scalars(query.order_by(SearchFact.id))}
    if set(wanted) == known.keys():
        return
    for value, fact in known.items():
        if value not in wanted:
            session.delete(fact)
    session.flush()
    session.add_all(SearchFact(record_id=record_id, field=field, value=value) for value in wanted if value not in known)
    session.flush()
    needs_indexing(session, record_id)


def values_of(session: Session, record_id: int, field: str) -> list[str]:
    """The record's values of the field, in the order they were given."""
    query = select(SearchFact.value).where(SearchFact.record_id == record_id, SearchFact.field == field)
    return list(session.scalars(query.order_by(SearchFact.id)))
