"""Where each record's paper is: the tree of places, and which record lies where, on which folios."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records import facts
from records.custody_models import BOX, KINDS, CopyPlace, Place, PlaceCount, Placement
from records.models import Record, RecordFile
from records.register import needs_indexing, visible
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

BY_HAND, BY_BATCH, BY_PATH = "by hand", "by batch", "by path"
LONGEST_REFERENCE = 80
MOST_FOLIOS = 100_000


def add_place(
    session: Session,
    kind: str,
    reference: str,
    *,
    within: Place | None = None,
    title: str = "",
    dates: str = "",
    actor: Actor,
) -> Place:
    """The place is known, inside a wider one or at the top.

    Raises:
        InvalidInputError: The kind is not one, it has no reference, or it would lie in a narrower place.
        RefusedError: It is known already; a box's reference is used once in the whole archive.
    """
    require(actor, Permission.CUSTODY)
    reference = " ".join(reference.split())
    _check_place(kind, reference, within)
    if _known(session, kind, reference, within):
        raise RefusedError(f"There is a {kind} {reference} already: use it, or give this one another reference.")
    place = Place(
        kind=kind,
        reference=reference,
        parent_id=within.id if within else None,
        title=" ".join(title.split()),
        dates=" ".join(dates.split()),
        added_by=actor.name,
        added_at=clock.now(),
    )
    session.add(place)
    session.flush()
    audit.record(
        session,
        AuditAction.PLACE_ADDED,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"kind": kind, "reference": reference, "within": within.code if within else ""},
    )
    return place


def _check_place(kind: str, reference: str, within: Place | None) -> None:
    if kind not in KINDS:
        raise InvalidInputError(f"A place is one of {', '.join(KINDS)}: {kind!r} is none of them.")
    if not reference or len(reference) > LONGEST_REFERENCE:
        raise InvalidInputError(f"A {kind} needs a reference of 1 to {LONGEST_REFERENCE} letters: give the one on it.")
    if within is None and KINDS.index(kind) > KINDS.index(BOX):
        raise InvalidInputError(f"A {kind} lies in something: say in which box or bay {reference} is.")
    if within is not None and KINDS.index(within.kind) >= KINDS.index(kind):
        raise InvalidInputError(f"A {kind} cannot lie in a {within.kind}: places go {', '.join(KINDS)}, inwards.")


def _known(session: Session, kind: str, reference: str, within: Place | None) -> Place | None:
    query = select(Place).where(Place.kind == kind, Place.reference == reference)
    if kind != BOX:
        query = query.where(Place.parent_id == within.id) if within else query.where(Place.parent_id.is_(None))
    return session.scalar(query)


def child_of(session: Session, within: Place | None, kind: str, reference: str) -> Place | None:
    """The place of this kind and reference in that one, or at the top; a box wherever it stands."""
    return _known(session, kind, reference, within)


def find_place(session: Session, name: str) -> Place:
    """The place by its code (P0000014), by a box's reference, or by a way: `box/file/volume`.

    Raises:
        NotFoundError: There is none.
    """
    wanted = name.strip()
    if wanted[:1] in "Pp" and wanted[1:].isdecimal() and len(wanted) == 8:
        found = session.get(Place, int(wanted[1:]))
    else:
        found = _by_way(session, [part.strip() for part in wanted.split("/")])
    if found is None:
        raise NotFoundError(
            f"There is no place {name!r}: give a code such as P0000014, a box's reference, or box/file/volume."
        )
    return found


def _by_way(session: Session, parts: Sequence[str]) -> Place | None:
    found = session.scalar(select(Place).where(Place.kind == BOX, Place.reference == parts[0]))
    for part in parts[1:]:
        if found is None:
            return None
        found = session.scalar(
            select(Place).where(Place.parent_id == found.id, Place.reference == part).order_by(Place.id)
        )
    return found


def children(session: Session, within: Place | None) -> list[Place]:
    """The places directly in this one, or those at the top, in the order of their references."""
    inside = Place.parent_id == within.id if within else Place.parent_id.is_(None)
    found = session.scalars(select(Place).where(inside)).all()
    return sorted(found, key=lambda place: (KINDS.index(place.kind), natural(place.reference), place.id))


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that puts box 2 before box 10."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for letter in [*text, ""]:
        if letter.isdecimal():
            digits += letter
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        if letter:
            parts.append((1, 0, letter.casefold()))
    return parts


def way_to(session: Session, place: Place) -> list[Place]:
    """The places around this one, the widest first, and itself at the end."""
    way = [place]
    while way[0].parent_id is not None:
        way.insert(0, session.get_one(Place, way[0].parent_id))
    return way


def way_in_words(session: Session, place: Place) -> str:
    """Where it is, as people say it: site Town Hall, bay 3, box 14."""
    return ", ".join(each.name for each in way_to(session, place))


def box_of(session: Session, place: Place) -> str:
    """The reference of the box it is or lies in; nothing where it lies in none."""
    return next((each.reference for each in way_to(session, place) if each.kind == BOX), "")


def move_place(session: Session, place: Place, *, to: Place | None, actor: Actor) -> None:
    """The place stands in another for good; records in it keep their box in step."""
    require(actor, Permission.CUSTODY)
    _check_place(place.kind, place.reference, to)
    before = way_in_words(session, place)
    place.parent_id = to.id if to else None
    session.flush()
    audit.record(
        session,
        AuditAction.PLACE_MOVED,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"from": before, "to": way_in_words(session, place)},
    )
    for inside in everything_in(session, place):
        for placement in placements_at(session, inside):
            _keep_box(session, session.get_one(Record, placement.record_id), inside)
        for record in _copied_at(session, inside):
            _keep_box_facts(session, record)


def describe_place(session: Session, place: Place, *, title: str, dates: str, actor: Actor) -> None:
    """The place has this title and these dates; what they were is in the audit trail."""
    require(actor, Permission.CUSTODY)
    before = {"title": place.title, "dates": place.dates}
    place.title, place.dates = " ".join(title.split()), " ".join(dates.split())
    session.flush()
    audit.record(
        session,
        AuditAction.PLACE_DESCRIBED,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"before": before, "after": {"title": place.title, "dates": place.dates}},
    )


def everything_in(session: Session, place: Place) -> list[Place]:
    """The place and all that lies in it, wider before narrower, in order."""
    found = [place]
    for inside in children(session, place):
        found.extend(everything_in(session, inside))
    return found


def count_place(
    session: Session,
    place: Place,
    *,
    pages: int,
    folios: tuple[int, int] | None,
    counted_by: str,
    counted_on: date,
    actor: Actor,
) -> PlaceCount:
    """That many pages, and these folios, were counted in the place by hand; earlier counts are kept.

    Raises:
        InvalidInputError: The figures contradict themselves, nobody counted, or the day is still to come.
    """
    require(actor, Permission.CUSTODY)
    if pages < 0:
        raise InvalidInputError("A count of pages is a whole number from 0: give how many there are.")
    if not counted_by.strip():
        raise InvalidInputError("The count was not kept because it does not say who counted: give a name.")
    if counted_on > clock.today():
        raise InvalidInputError("The count was not kept because its day is still to come: give the day of counting.")
    check_folios(folios)
    made = PlaceCount(
        place_id=place.id,
        pages=pages,
        first_folio=folios[0] if folios else None,
        last_folio=folios[1] if folios else None,
        counted_by=counted_by.strip(),
        counted_on=counted_on,
        recorded_by=actor.name,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        AuditAction.PLACE_COUNTED,
        actor=actor.name,
        subject=f"place:{place.code}",
        detail={"pages": pages, "folios": list(folios) if folios else [], "by": made.counted_by},
    )
    return made


def latest_count(session: Session, place: Place) -> PlaceCount | None:
    """What was last counted in the place, if anybody did."""
    return session.scalar(
        select(PlaceCount).where(PlaceCount.place_id == place.id).order_by(PlaceCount.id.desc()).limit(1)
    )


def check_folios(folios: tuple[int, int] | None) -> None:
    """Returns only if these can be the first and the last folio of something.

    Raises:
        InvalidInputError: They cannot.
    """
    if folios is not None and not 1 <= folios[0] <= folios[1] <= MOST_FOLIOS:
        raise InvalidInputError(
            f"Folios {folios[0]} to {folios[1]} cannot be: the first is at least 1 and not after the last."
        )


def put_record(
    session: Session,
    record: Record,
    place: Place,
    *,
    folios: tuple[int, int] | None = None,
    how: str = BY_HAND,
    actor: Actor,
) -> Placement:
    """The record's paper is in this place, on these folios; where it was said to be before is kept as history."""
    require(actor, Permission.CUSTODY)
    record = session.get_one(Record, record.id)
    if not visible(record, actor):
        raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")
    check_folios(folios)
    before = placement_of(session, record)
    if before:
        before.ended_at, before.ended_by = clock.now(), actor.name
        session.flush()
    made = Placement(
        record_id=record.id,
        place_id=place.id,
        first_folio=folios[0] if folios else None,
        last_folio=folios[1] if folios else None,
        how=how,
        placed_by=actor.name,
        placed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    _keep_box(session, record, place)
    audit.record(
        session,
        AuditAction.RECORD_PLACED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={
            "place": place.code,
            "folios": list(folios) if folios else [],
            "how": how,
            "before": f"P{before.place_id:07d}" if before else "",
        },
    )
    return made


def _keep_box(session: Session, record: Record, place: Place) -> None:
    box = box_of(session, place)
    inside = [
        each
        for each in session.scalars(select(Record).where(Record.parent_id == record.id).order_by(Record.id))
        if placement_of(session, each) is None
    ]
    for each in (record, *inside):
        if each.box != box:
            each.box = box
            session.flush()
            needs_indexing(session, each.id)
    _keep_box_facts(session, record)


def _keep_box_facts(session: Session, record: Record) -> None:
    """Search knows every box: that of the record and those of its copies; what is inside it lies with it."""
    copied = session.scalars(
        select(Place)
        .join(CopyPlace, CopyPlace.place_id == Place.id)
        .join(RecordFile, RecordFile.id == CopyPlace.file_id)
        .where(RecordFile.record_id == record.id)
        .order_by(RecordFile.id)
    )
    boxes = [box_of(session, place) for place in copied]
    inside = session.scalars(select(Record).where(Record.parent_id == record.id).order_by(Record.id)).all()
    for each in (record, *inside):
        facts.keep_facts(session, each.id, facts.BOX, [each.box, *boxes])


def _copied_at(session: Session, place: Place) -> list[Record]:
    query = select(Record).where(
        Record.id.in_(
            select(RecordFile.record_id)
            .join(CopyPlace, CopyPlace.file_id == RecordFile.id)
            .where(CopyPlace.place_id == place.id)
        )
    )
    return list(session.scalars(query.order_by(Record.id)))


def put_copy(session: Session, file: RecordFile, place: Place, *, actor: Actor) -> None:
    """The paper of this copy was found in the place; where the record itself lies is not changed by it."""
    require(actor, Permission.CUSTODY)
    record = session.get_one(Record, file.record_id)
    known = session.get(CopyPlace, file.id)
    if known is not None and known.place_id == place.id:
        return
    if known is None:
        known = CopyPlace(file_id=file.id)
        session.add(known)
    known.place_id, known.said_by, known.said_at = place.id, actor.name, clock.now()
    session.flush()
    _keep_box_facts(session, record)
    audit.record(
        session,
        AuditAction.RECORD_PLACED,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"place": place.code, "copy": file.id, "how": BY_PATH},
    )


def placement_of(session: Session, record: Record) -> Placement | None:
    """Where the record's paper is said to be now."""
    return session.scalar(select(Placement).where(Placement.record_id == record.id, Placement.ended_at.is_(None)))


def placements_at(session: Session, place: Place) -> list[Placement]:
    """What is said to lie directly in the place now, in the order of the folios."""
    found = session.scalars(
        select(Placement).where(Placement.place_id == place.id, Placement.ended_at.is_(None)).order_by(Placement.id)
    ).all()
    return sorted(found, key=lambda each: (each.first_folio or MOST_FOLIOS + 1, each.id))


def records_at(session: Session, place: Place, *, actor: Actor) -> list[tuple[Placement, Record]]:
    """What lies directly in the place, as far as this actor may know of it."""
    listed = [(each, session.get_one(Record, each.record_id)) for each in placements_at(session, place)]
    return [(placement, record) for placement, record in listed if visible(record, actor)]
