"""A message and its attachments, a container and its members: the family of a record, as far as an actor may know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor
from records.models import OPEN, Record
from records.parts_models import UNDONE
from records.register import visible
from store.chunks import chunks
from store.errors import NotPermittedError

AT_ONCE = 500


@dataclass(frozen=True)
class Member:
    """One record of a family, and how deep it lies in it: 0 is the whole that came in."""

    record: Record
    depth: int


def family_tree(session: Session, record: Record, *, actor: Actor) -> list[Member]:
    """The family in the order of a tree, each container before what is in it; the record alone if it has none.

    It ends where this actor may not see further: what lies beyond a record they may not know of, above it or
    inside it, would tell them that there is one.
    """
    root = record
    while root.parent_id is not None:
        above = session.get_one(Record, root.parent_id)
        if not visible(above, actor):
            break
        root = above
    members: list[Member] = []
    waiting = [Member(root, 0)]
    while waiting:
        member = waiting.pop()
        members.append(member)
        inside = session.scalars(
            select(Record)
            .where(Record.parent_id == member.record.id, Record.compartment.in_(actor.compartments))
            .order_by(Record.family_position.desc(), Record.id.desc())
        )
        waiting.extend(Member(each, member.depth + 1) for each in inside)
    return members


def everything_inside(session: Session, record: Record) -> list[Record]:
    """Every record that came out of this one, at any depth, whoever may know of it: its bytes lie in these bytes."""
    found: list[Record] = []
    generation = [record]
    while generation:
        query = select(Record).where(Record.parent_id.in_([each.id for each in generation])).order_by(Record.id)
        generation = list(session.scalars(query))
        found.extend(generation)
    return found


def ids_inside(
    session: Session, record_ids: Iterable[int], *, compartments: Collection[str] | None = None
) -> list[int]:
    """The id of every record that came out of one of these, at any depth, in order of depth and id.

    With compartments it ends where whoever sees those may not see further, as the family does.
    """
    query = select(Record.id).order_by(Record.id)
    if compartments is not None:
        query = query.where(Record.compartment.in_(compartments))
    found: list[int] = []
    generation = list(record_ids)
    while generation:
        inside: list[int] = []
        for some in chunks(generation, AT_ONCE):
            inside += session.scalars(query.where(Record.parent_id.in_(some)))
        found += inside
        generation = inside
    return found


def wholes_of(session: Session, records: Sequence[Record]) -> dict[int, list[int]]:
    """For each of the records, by its id, the ids of those it came out of, the nearest first.

    It ends where somebody who may see the record may not see further: at what is in another compartment than the
    record's own and not open.
    """
    parents: dict[int, int | None] = {record.id: record.parent_id for record in records}
    compartments = {record.id: record.compartment for record in records}
    while wanted := [each for each in set(parents.values()) if each is not None and each not in parents]:
        for some in chunks(sorted(wanted), AT_ONCE):
            rows = session.execute(select(Record.id, Record.parent_id, Record.compartment).where(Record.id.in_(some)))
            for row in rows:
                parents[row.id], compartments[row.id] = row.parent_id, row.compartment
    wholes: dict[int, list[int]] = {}
    for record in records:
        above, whole = [], record.parent_id
        while whole is not None and compartments[whole] in (OPEN, record.compartment):
            above.append(whole)
            whole = parents[whole]
        wholes[record.id] = above
    return wholes


def require_whole_visible(session: Session, record: Record, *, actor: Actor) -> None:
    """Returns only if this actor may see everything in the record's original, what came out of it included.

    Raises:
        NotPermittedError: They may not.
    """
    # The parts of a split that was undone are hidden because they are nobody's, not because they are restricted.
    if not all(visible(each, actor) or each.compartment == UNDONE for each in everything_inside(session, record)):
        raise NotPermittedError(
            f"The original of {record.reference} cannot be given to you whole, because something in it is restricted: "
            "open what you need of it by itself, or ask the legal team."
        )


def containers_with_members(session: Session, *, actor: Actor) -> list[tuple[int, int]]:
    """Every record that lies in another with that other, the container's number first, if the actor may know both."""
    inner, outer = aliased(Record), aliased(Record)
    query = (
        select(outer.id, inner.id)
        .join(inner, inner.parent_id == outer.id)
        .where(
            inner.parent_id.is_not(None),  # with it SQLite goes through those inside alone, by their index
            inner.compartment.in_(actor.compartments),
            outer.compartment.in_(actor.compartments),
        )
        .order_by(inner.parent_id, inner.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
