"""Records of which the index, a moment behind, still tells where something they came out of was handed over.

Of a container that is marked, what came out of it tells no longer: not its batches, sources and custodians. Until it is
indexed again, its entry does. What an entry tells beside that is its own, so only questions about these are changed.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor
from records.facts import CUSTODIAN
from records.models import OPEN, PRIVILEGED, RESTRICTED, IndexNeed, Record, RecordFile, SearchFact
from search import language_fields as fields
from search.analysis import wildcard_pattern
from search.engine import FacetCount
from search.language_tree import And, Keyword, Node, Not, Or, Text
from search.opening import is_behind

ORIGIN_FIELDS = (fields.BATCH, fields.SOURCE, fields.CUSTODIAN)
"""The fields that tell where a record, or what it came out of, was handed over; `has:custodian` tells it too."""


def asks_of_origin(node: Node) -> bool:
    """Whether the answer hangs on where records were handed over."""
    match node:
        case Keyword(field=fields.HAS, pattern=pattern, exact=exact):
            # What else a record has it has itself.
            return pattern == CUSTODIAN if exact else bool(wildcard_pattern(pattern).fullmatch(CUSTODIAN))
        case Text(field=field) | Keyword(field=field):
            return field in ORIGIN_FIELDS
        case Not(part):
            return asks_of_origin(part)
        case And(parts) | Or(parts):
            return any(map(asks_of_origin, parts))
        case _:
            return False


def with_origins(
    facets: Mapping[str, tuple[FacetCount, ...]], placed: Mapping[str, tuple[FacetCount, ...]]
) -> dict[str, tuple[FacetCount, ...]]:
    """The facets of what was found; what they tell of where it was handed over is as in those without the misplaced."""
    told = {name: placed[name] for name in ORIGIN_FIELDS if name in placed}
    if fields.HAS in facets:
        own = [each for each in facets[fields.HAS] if each.value != CUSTODIAN]
        of_origin = [each for each in placed.get(fields.HAS, ()) if each.value == CUSTODIAN]
        told[fields.HAS] = tuple(sorted([*own, *of_origin], key=lambda each: (-each.count, each.value)))
    return {**facets, **told}


def misplaced(session: Session, *, actor: Actor) -> Sequence[tuple[int, str]]:
    """The id and reference of each record whose entry may tell what only one this actor may not know of can have told.

    It waits to be indexed, came out of that one, and was not handed over in all the same places itself: of a record
    that was, no answer changes when what it came out of is marked.
    """
    closed = sorted({OPEN, RESTRICTED, PRIVILEGED} - actor.compartments)
    if not closed or not is_behind(session):
        return ()
    above, below = aliased(Record), aliased(Record)
    inside = (
        select(below.id, above.id.label("whole"))
        .join(above, above.id == below.parent_id)
        .where(above.compartment.in_(closed))
        .cte(recursive=True)
    )
    inside = inside.union(select(below.id, inside.c.whole).join(inside, inside.c.id == below.parent_id))
    # What that came out of itself told it too, and is known through it alone.
    line = select(inside.c.id, inside.c.whole).cte(recursive=True)
    line = line.union(
        select(line.c.id, above.parent_id).join(above, above.id == line.c.whole).where(above.parent_id.is_not(None))
    )
    whole, own = aliased(RecordFile), aliased(RecordFile)
    told, known = aliased(SearchFact), aliased(SearchFact)

    def elsewhere(name: str) -> ColumnElement[bool]:
        place = getattr(whole, name)
        owns = select(getattr(own, name)).where(own.record_id == Record.id)
        return exists().where(
            whole.record_id == line.c.whole, place != getattr(Record, name), place.not_in(owns.correlate(Record))
        )

    keepers = select(known.value).where(known.record_id == Record.id, known.field == CUSTODIAN)
    of_others = exists().where(
        told.record_id == line.c.whole, told.field == CUSTODIAN, told.value.not_in(keepers.correlate(Record))
    )
    query = (
        select(Record.id, Record.reference)
        .join(IndexNeed, IndexNeed.record_id == Record.id)
        .join(line, line.c.id == Record.id)
        .where(Record.compartment.in_(actor.compartments), or_(elsewhere("batch"), elsewhere("source"), of_others))
        .distinct()
        .order_by(Record.id)
    )
    return [(record_id, reference) for record_id, reference in session.execute(query)]
