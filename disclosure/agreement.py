"""Whether what people decided on one record agrees with what they decided on those it belongs with.

The members of a family and the copies and versions of one paper are each decided for themselves: nothing is decided
here. But an inquiry that is given one scan of a letter and refused the other will ask why, and so the officer and
the lawyer see where decisions differ before it does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from disclosure.models import Relevance
from records.families import Member, containers_with_members, family_tree
from records.likeness_models import CONTAINED, SHARED, Comparison
from records.likenesses import HOLDS, AlikePair, Similar, alike_pairs, comparison_of, similar_records
from records.models import PRIVILEGED, Record
from retention.models import OPEN, REJECTED, Clearance, Decision, Hold, Suggestion
from store.chunks import chunks

FAMILY, ALIKE = "family", "alike"
_AT_ONCE, _SHOWN = 500, 60


@dataclass
class Stand:
    """What was decided on one record, and what still waits."""

    record: Record
    given: dict[str, Decision] = field(default_factory=dict)
    clearance: Clearance | None = None
    relevance: str = ""
    open_suggestions: int = 0
    holds: int = 0

    @property
    def has(self) -> list[str]:
        """The categories it has."""
        return [code for code, decision in self.given.items() if decision.outcome != REJECTED]

    @property
    def has_not(self) -> list[str]:
        """The categories that were rejected for it."""
        return [code for code, decision in self.given.items() if decision.outcome == REJECTED]

    @property
    def is_undecided(self) -> bool:
        """Whether nothing was decided on it yet."""
        return not (self.given or self.clearance or self.relevance)


@dataclass(frozen=True)
class Related:
    """What belongs with a record: its family as a tree, what is like it, how each stands, and where they disagree."""

    family: list[Member]
    family_left_out: int
    similar: list[Similar]
    stands: dict[int, Stand]
    disagreements: list[str]
    comparison: Comparison | None


@dataclass(frozen=True)
class DisagreeingGroup:
    """Records that belong together and on which people decided differently."""

    kind: str
    stands: list[Stand]
    disagreements: list[str]


def related_to(session: Session, record: Record, *, actor: Actor) -> Related:
    """What belongs with the record, as far as this actor may know of it."""
    whole = family_tree(session, record, actor=actor)
    tree = _near(whole, record)
    similar = similar_records(session, record, actor=actor)
    stands = stands_of(session, [record, *(each.record for each in tree), *(each.record for each in similar)])
    own = stands[record.id]
    found: list[str] = []
    for member in tree:
        if member.record.id == record.parent_id:
            found += differing(stands[member.record.id], own, kind=FAMILY)
        elif member.record.parent_id == record.id:
            found += differing(own, stands[member.record.id], kind=FAMILY)
    for each in similar:
        other = stands[each.record.id]
        if each.kind == HOLDS:
            found += differing(own, other, kind=CONTAINED)
        elif each.kind == CONTAINED:
            found += differing(other, own, kind=CONTAINED)
        elif each.kind != SHARED:
            found += differing(own, other, kind=ALIKE)
    return Related(
        family=tree,
        family_left_out=len(whole) - len(tree),
        similar=similar,
        stands=stands,
        disagreements=list(dict.fromkeys(found)),
        comparison=comparison_of(session, record),
    )


def _near(tree: list[Member], record: Record) -> list[Member]:
    """The members that a page has room for: of thousands, those around the record and what it lies in."""
    if len(tree) <= _SHOWN:
        return tree
    here = next(place for place, member in enumerate(tree) if member.record.id == record.id)
    parents = {member.record.id: member.record.parent_id for member in tree}
    above, at = set(), record.parent_id
    while at is not None and at in parents:
        above.add(at)
        at = parents[at]
    around = range(here - _SHOWN // 2, here + _SHOWN // 2)
    return [member for place, member in enumerate(tree) if place in around or member.record.id in above]


def disagreeing_groups(session: Session, *, actor: Actor) -> list[DisagreeingGroup]:
    """Families, and records that are alike, with decisions that disagree, in order of their first record."""
    alike = [_ordered(pair) for pair in alike_pairs(session, actor=actor)]
    family = [(outer, inner, FAMILY) for outer, inner in containers_with_members(session, actor=actor)]
    found: list[DisagreeingGroup] = []
    for pairs, kind in ((alike, ALIKE), (family, FAMILY)):
        stands = _stands_by_id(session, {number for pair in pairs for number in pair[:2]})
        apart = [
            (first, second, sentences)
            for first, second, relation in pairs
            if (sentences := differing(stands[first], stands[second], kind=relation))
        ]
        for numbers, sentences in _joined(apart):
            found.append(DisagreeingGroup(kind, [stands[number] for number in numbers], sentences))
    return sorted(found, key=lambda group: (group.stands[0].record.id, group.kind))


def _ordered(pair: AlikePair) -> tuple[int, int, str]:
    """The two numbers with what they are to each other; of a contained one, the inner first."""
    if pair.kind != CONTAINED:
        return pair.first_id, pair.second_id, ALIKE
    inner = pair.inner_id or pair.first_id
    return inner, pair.second_id if inner == pair.first_id else pair.first_id, CONTAINED


def differing(first: Stand, second: Stand, *, kind: str) -> list[str]:
    """What was decided differently on the two, a sentence each; nothing where one of them is not decided.

    Of two where the first is contained in the second, the second may have more than the first, never less. A
    privileged copy of an open paper is a difference between copies; a message and its attachment may well be so.
    """
    sentences = []
    one, other = first.record.reference, second.record.reference
    for code in sorted({*first.has, *second.has}):
        if code in first.has and code in second.has_not:
            sentences.append(f"{code.capitalize()} was confirmed on {one} and rejected on {other}.")
        if code in second.has and code in first.has_not and kind != CONTAINED:
            sentences.append(f"{code.capitalize()} was confirmed on {other} and rejected on {one}.")
    if first.has and second.clearance:
        sentences.append(
            f"{one} falls under {' and '.join(first.has)}, and {other} was decided to be outside the notice."
        )
    if second.has and first.clearance and kind != CONTAINED:
        sentences.append(
            f"{other} falls under {' and '.join(second.has)}, and {one} was decided to be outside the notice."
        )
    answers = {first.relevance, second.relevance}
    if answers == {"relevant", "not-relevant"} and not (kind == CONTAINED and second.relevance == "relevant"):
        relevant, not_relevant = (one, other) if first.relevance == "relevant" else (other, one)
        sentences.append(f"{relevant} was answered relevant to the inquiry, and {not_relevant} not relevant.")
    if kind != FAMILY and (first.record.compartment == PRIVILEGED) != (second.record.compartment == PRIVILEGED):
        marked, bare = (one, other) if first.record.compartment == PRIVILEGED else (other, one)
        sentences.append(f"{marked} is marked privileged, and {bare} is not.")
    return sentences


def stands_of(session: Session, records: Iterable[Record]) -> dict[int, Stand]:
    """How each of the records stands, by its number."""
    stands = {record.id: Stand(record) for record in records}
    for some in chunks(sorted(stands), _AT_ONCE):
        for decision in session.scalars(select(Decision).where(Decision.record_id.in_(some)).order_by(Decision.id)):
            stands[decision.record_id].given[decision.category] = decision
        for clearance in session.scalars(select(Clearance).where(Clearance.record_id.in_(some)).order_by(Clearance.id)):
            stands[clearance.record_id].clearance = clearance
        for relevance in session.scalars(select(Relevance).where(Relevance.record_id.in_(some)).order_by(Relevance.id)):
            stands[relevance.record_id].relevance = relevance.answer
        for record_id in session.scalars(
            select(Suggestion.record_id).where(Suggestion.record_id.in_(some), Suggestion.status == OPEN)
        ):
            stands[record_id].open_suggestions += 1
        for held in session.scalars(select(Hold.record_id).where(Hold.record_id.in_(some), Hold.released_at.is_(None))):
            if held is not None:
                stands[held].holds += 1
    return stands


def _stands_by_id(session: Session, numbers: set[int]) -> dict[int, Stand]:
    records = [
        record
        for some in chunks(sorted(numbers), _AT_ONCE)
        for record in session.scalars(select(Record).where(Record.id.in_(some)).order_by(Record.id))
    ]
    return stands_of(session, records)


def _joined(apart: Sequence[tuple[int, int, list[str]]]) -> list[tuple[list[int], list[str]]]:
    """Pairs that hang together as one group each, with what differs in it."""
    group_of: dict[int, set[int]] = {}
    for first, second, _ in apart:
        merged = group_of.get(first, {first}) | group_of.get(second, {second})
        for number in merged:
            group_of[number] = merged
    groups = {min(group): group for group in group_of.values()}
    return [
        (sorted(group), list(dict.fromkeys(s for first, _, said in apart if first in group for s in said)))
        for _, group in sorted(groups.items())
    ]
