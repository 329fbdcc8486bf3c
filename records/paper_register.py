"""Everything recorded of the paper, read at once: an account of ten thousand places asks the database a few times."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from records.custody import natural
from records.custody_models import KINDS, Movement, Place, PlaceCount, Placement
from records.loss_models import KnownLoss
from records.models import Record
from records.register import visible
from store.chunks import chunks


@dataclass
class PaperRegister:
    """The places, and by the id of each what lies in it, was counted in it, and became of it."""

    places: dict[int, Place]
    inside: dict[int | None, list[Place]] = field(default_factory=lambda: defaultdict(list))
    here: dict[int, list[tuple[Placement, Record]]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[int, PlaceCount] = field(default_factory=dict)
    losses: dict[int, KnownLoss] = field(default_factory=dict)
    out: dict[int, Movement] = field(default_factory=dict)

    def way_to(self, place: Place) -> list[Place]:
        """The places around this one, the widest first, and itself at the end."""
        way = [place]
        while way[0].parent_id is not None:
            way.insert(0, self.places[way[0].parent_id])
        return way

    def within(self, place: Place) -> Iterable[int]:
        """The ids of this place and of every place in it."""
        yield place.id
        for each in self.inside.get(place.id, []):
            yield from self.within(each)


def read_paper(session: Session, *, within: Place | None = None, actor: Actor) -> PaperRegister:
    """The register of every place, or of what is known of this one and those in it; records this actor may see."""
    found = PaperRegister({each.id: each for each in session.scalars(select(Place))})
    for place in sorted(
        found.places.values(), key=lambda place: (KINDS.index(place.kind), natural(place.reference), place.id)
    ):
        found.inside[place.parent_id].append(place)
    for ids in chunks(found.within(within) if within else found.places, 500):
        _read(session, found, ids, actor)
    return found


def _read(session: Session, found: PaperRegister, ids: list[int], actor: Actor) -> None:
    lying = (
        select(Placement, Record)
        .join(Record, Record.id == Placement.record_id)
        .where(Placement.place_id.in_(ids), Placement.ended_at.is_(None))
        .order_by(Placement.first_folio.is_(None), Placement.first_folio, Placement.id)
    )
    for placement, record in session.execute(lying):
        if visible(record, actor):
            found.here[placement.place_id].append((placement, record))
    # In order, so that the latest stands.
    for count in session.scalars(select(PlaceCount).where(PlaceCount.place_id.in_(ids)).order_by(PlaceCount.id)):
        found.counts[count.place_id] = count
    standing = select(KnownLoss).where(KnownLoss.place_id.in_(ids), KnownLoss.found_at.is_(None))
    for loss in session.scalars(standing.order_by(KnownLoss.id.desc())):
        found.losses[loss.place_id or 0] = loss
    for movement in session.scalars(select(Movement).where(Movement.place_id.in_(ids), Movement.returned_at.is_(None))):
        found.out[movement.place_id] = movement
