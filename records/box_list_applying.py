"""A box list compared with what is known of the boxes, and applied whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.box_list import Row, parse
from records.custody import (
    add_place,
    child_of,
    count_place,
    describe_place,
    everything_in,
    latest_count,
    move_place,
    way_in_words,
    way_to,
)
from records.custody_models import BOX, BoxList, Place
from store import audit, clock, protections
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.files import FileStore


@dataclass(frozen=True)
class Change:
    """One difference between the list and what is known: where, what, and from what to what."""

    where: str
    what: str
    before: str = ""
    after: str = ""


@dataclass
class Comparison:
    """What applying the list would do, and what it says nothing of."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unmentioned: list[str] = field(default_factory=list)
    same: int = 0


def compare(session: Session, rows: Sequence[Row]) -> Comparison:
    """What applying the rows would add and change, and which places of their boxes they do not speak of."""
    found = Comparison()
    _walk(session, rows, found, apply=None)
    return found


def apply_list(
    session: Session, files: FileStore, content: bytes, *, name: str, actor: Actor
) -> tuple[BoxList, Comparison]:
    """Every line of the list is known, and the list itself is kept; with a faulty line nothing is changed.

    Raises:
        InvalidInputError: A line cannot be used; the sentence tells the first and how many there are.
    """
    require(actor, Permission.CUSTODY)
    parsed = parse(content)
    if parsed.faults:
        first = parsed.faults[0]
        more = f" (and {len(parsed.faults) - 1} more lines)" if len(parsed.faults) > 1 else ""
        raise InvalidInputError(f"Nothing of the box list was taken over: line {first.line} {first.reason}{more}.")
    found = Comparison()
    _walk(session, parsed.rows, found, apply=_Applying(session, actor, name))
    row, _ = files.put(session, files.take_bytes(content))
    kept = BoxList(
        sha256=row.sha256,
        name=name,
        rows=len(parsed.rows),
        added=len(found.added),
        changed=len(found.changed),
        applied_by=actor.name,
        applied_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    protections.protect(session, row.sha256, holder=f"box-list:{kept.id}", reason="it says what the boxes held")
    audit.record(
        session,
        AuditAction.BOX_LIST_APPLIED,
        actor=actor.name,
        subject=f"box-list:{kept.id}",
        detail={"sha256": row.sha256, "rows": kept.rows, "added": kept.added, "changed": kept.changed},
    )
    return kept, found


@dataclass(frozen=True)
class _Applying:
    session: Session
    actor: Actor
    counted_by: str


def _walk(session: Session, rows: Sequence[Row], found: Comparison, *, apply: _Applying | None) -> None:
    """Each row is compared with what is known, and applied where it is to be: one walk, so that both agree."""
    fresh: dict[tuple[tuple[str, str], ...], Place | None] = {}
    mentioned: set[int] = set()
    boxes: dict[int, Place] = {}
    for row in rows:
        place, is_new = _reach(session, row, found, fresh, mentioned, apply)
        differs = _differences(session, row, place, is_new=is_new)
        found.changed.extend(change for change, _ in differs if not is_new)
        if not differs and not is_new:
            found.same += 1
        if apply and place is not None:
            for _, act in differs:
                act(apply, place)
        if place is not None:
            box = next((each for each in way_to(session, place) if each.kind == BOX), None)
            if box is not None:
                boxes[box.id] = box
    for box in boxes.values():
        found.unmentioned += [
            way_in_words(session, each)
            for each in everything_in(session, box)
            if each.id not in mentioned and each.id != box.id
        ]


def _reach(
    session: Session,
    row: Row,
    found: Comparison,
    fresh: dict[tuple[tuple[str, str], ...], Place | None],
    mentioned: set[int],
    apply: _Applying | None,
) -> tuple[Place | None, bool]:
    """The place the row is about and whether it is new; None where it is new and only compared."""
    place: Place | None = None
    way: tuple[tuple[str, str], ...] = ()
    is_new = False
    for kind, reference in row.way:
        way += ((kind, reference),)
        within, above_is_new = place, is_new
        if way in fresh:
            place, is_new = fresh[way], True
            continue
        place = None if above_is_new and kind != BOX else child_of(session, within, kind, reference)
        is_new = place is None
        if is_new:
            found.added.append(Change(_in_words(way), "new"))
            if apply:
                place = add_place(apply.session, kind, reference, within=within, actor=apply.actor)
            fresh[way] = place
        elif kind == BOX and place is not None and row.around and place.id not in mentioned:
            _stand(session, place, within, way, found, apply, is_new=above_is_new)
        if place is not None:
            mentioned.add(place.id)
    return place, is_new


def _stand(
    session: Session,
    box: Place,
    within: Place | None,
    way: Sequence[tuple[str, str]],
    found: Comparison,
    apply: _Applying | None,
    *,
    is_new: bool,
) -> None:
    """A box that the list puts somewhere else than it is known to stand is moved there."""
    if is_new or (within.id if within else None) != box.parent_id:
        around = session.get(Place, box.parent_id) if box.parent_id else None
        before = way_in_words(session, around) if around else "nowhere"
        found.changed.append(Change(f"box {box.reference}", "stands in", before, _in_words(way[:-1])))
        if apply:
            move_place(apply.session, box, to=within, actor=apply.actor)


_Act = Callable[[_Applying, Place], object]


def _differences(session: Session, row: Row, place: Place | None, *, is_new: bool) -> list[tuple[Change, _Act]]:
    where = _in_words(row.way)
    known = place if not is_new else None
    made: list[tuple[Change, _Act]] = []
    title, dates = known.title if known else "", known.dates if known else ""
    # An empty cell says nothing: it takes no title away.
    after = (row.title or title, row.dates or dates)
    if after != (title, dates):
        change = Change(where, "title and dates", _shown(title, dates), _shown(*after))
        made.append(
            (change, lambda at, here: describe_place(at.session, here, title=after[0], dates=after[1], actor=at.actor))
        )
    count = latest_count(session, known) if known else None
    before = _counted(count.pages, count.first_folio, count.last_folio) if count else "not counted"
    pages = row.pages
    if pages is not None and before != _counted(pages, *(row.folios or (None, None))):
        change = Change(where, "counted", before, _counted(pages, *(row.folios or (None, None))))
        made.append((change, lambda at, here: _count(at, here, pages, row.folios)))
    return made


def _count(at: _Applying, place: Place, pages: int, folios: tuple[int, int] | None) -> None:
    count_place(
        at.session,
        place,
        pages=pages,
        folios=folios,
        counted_by=f"box list {at.counted_by}",
        counted_on=clock.today(),
        actor=at.actor,
    )


def _shown(title: str, dates: str) -> str:
    return ", ".join(each for each in (title, dates) if each) or "none"


def _counted(pages: int, first: int | None, last: int | None) -> str:
    folios = f", folios {first} to {last}" if first is not None else ""
    return f"{pages} {'page' if pages == 1 else 'pages'}{folios}"


def _in_words(way: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {reference}" for kind, reference in way)


def applied_lists(session: Session) -> list[BoxList]:
    """Every box list that was applied, newest first."""
    return list(session.scalars(select(BoxList).order_by(BoxList.id.desc())))
