"""What was found, family by family: a message with its attachments, a container with what is in it, counted once."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import aliased

from records.models import Record
from search.asking import Asking
from search.engine import Found, Hit, Order
from search.language_tree import Query

AT_ONCE = 10_000


def find_families(asked: Asking, query: Query, *, limit: int, offset: int, order: Order) -> tuple[Found, int]:
    """What the query finds with one hit for each family, the first in the order; and how many families there are.

    The total and the facets stay those of the records.
    """
    found = asked.find(query, limit=AT_ONCE, order=order)
    if found.total > AT_ONCE:
        found = asked.find(query, limit=found.total, order=order)
    hits = found.hits
    heads = _heads(asked, [hit.record_id for hit in hits])
    first: dict[int, Hit] = {}
    for hit in hits:
        first.setdefault(heads[hit.record_id], hit)
    shown = tuple(first.values())[offset : offset + limit]
    return Found(found.total, shown, found.facets), len(first)


def _heads(asked: Asking, ids: Iterable[int]) -> dict[int, int]:
    """For each record the topmost that it came in and that this actor may see; itself where it came in none.

    What may not be seen holds nothing together: its parts stand alone, as they would if it were not there.
    """
    parents: dict[int, int] = {}
    waiting = set(ids)
    heads = {each: each for each in waiting}
    while waiting:
        found = _visible_parents(asked, waiting)
        parents |= found
        waiting = set(found.values()) - parents.keys()
    for each in heads:
        top = each
        while top in parents:
            top = parents[top]
        heads[each] = top
    return heads


def _visible_parents(asked: Asking, ids: Iterable[int]) -> dict[int, int]:
    parent = aliased(Record)
    found: dict[int, int] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), AT_ONCE):
        rows = asked.session.execute(
            select(Record.id, parent.id)
            .join(parent, parent.id == Record.parent_id)
            .where(
                Record.id.in_(listed[start : start + AT_ONCE]),
                parent.compartment.in_(asked.actor.compartments),
                parent.purged_at.is_(None),
            )
        )
        found |= {row[0]: row[1] for row in rows}
    return found
