"""What must be true of every record before it goes into a bundle; a hold does not stand in the way."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can, require
from disclosure import marks
from disclosure.document_kinds import carries_original
from disclosure.models import Bundle, BundleDocument, Mark
from records.models import PRIVILEGED, RESTRICTED, Record, RecordFile
from records.parts import parts_below, wholes_above
from store.errors import InvalidInputError, RefusedError


def require_bundle_allowed(session: Session, records: Sequence[Record], *, actor: Actor) -> None:
    """Returns only if every one of these records may leave the house in a bundle this actor builds.

    Raises:
        InvalidInputError: There are none, or one stands twice.
        RefusedError: One is privileged or restricted beyond this actor, or would carry the bytes of one that is; is
            purged, has no page to show, or is a part of another one.
    """
    require(actor, Permission.BUNDLE)
    if not records:
        raise InvalidInputError("The bundle has no records: choose some, or search for others.")
    references = [record.reference for record in records]
    twice = sorted({reference for reference in references if references.count(reference) > 1})
    if twice:
        raise InvalidInputError(f"{', '.join(twice)} stands in the bundle twice: take one of them out.")
    kinds = {record.reference: marks.kinds_over(session, record) for record in records}
    privileged = [reference for reference in references if PRIVILEGED in kinds[reference]]
    if privileged:
        raise RefusedError(
            f"The bundle was not built because {_are(privileged, 'privileged')}: take it out, or have a lawyer lift "
            "the mark with a recorded reason."
        )
    restricted = [reference for reference in references if RESTRICTED in kinds[reference]]
    if restricted and not can(actor, Permission.READ_RESTRICTED):
        raise RefusedError(
            f"The bundle was not built because {_are(restricted, 'restricted')} and {actor.name} may not see such "
            "records: have someone build it who may, or take it out."
        )
    _require_nothing_marked_carried(session, records, actor=actor)
    _require_no_page_twice(session, records)
    purged = [record.reference for record in records if record.purged_at]
    if purged:
        raise RefusedError(f"The bundle was not built because {_are(purged, 'purged')}: nothing of it is left.")


def require_may_still_leave(session: Session, records: Sequence[Record], *, actor: Actor) -> None:
    """Returns only if no mark made since forbids that a bundle of these records leaves the house.

    Raises:
        RefusedError: One is privileged now, or restricted beyond this actor, or carries the bytes of one that is.
    """
    stopping = _stopping(actor)
    marked = {record.reference for record in records if marks.kinds_over(session, record) & stopping}
    marked |= {carried.reference for _, carried, _ in _marked_carried(session, records, actor=actor)}
    if marked:
        named = _are(sorted(marked), "marked privileged or restricted now")
        raise RefusedError(
            f"The bundle may no longer leave because {named}, and was not when it was built: build it again "
            "without what is marked, or have a lawyer lift the mark with a recorded reason. If it has left already, "
            "tell whoever has it at once."
        )


def bundles_with(session: Session, record: Record) -> list[Bundle]:
    """Every bundle that was built with this record's pages or bytes in it, oldest first."""
    carrying = [record, *wholes_above(session, record), *parts_below(session, record), *_carriers(session, record)]
    query = (
        select(Bundle)
        .join(BundleDocument, BundleDocument.bundle_id == Bundle.id)
        .where(BundleDocument.record_id.in_({each.id for each in carrying}))
        .distinct()
        .order_by(Bundle.id)
    )
    return list(session.scalars(query))


def _require_nothing_marked_carried(session: Session, records: Sequence[Record], *, actor: Actor) -> None:
    """A marked record's bytes leave under no other name: as another copy, or inside an original attached whole."""
    for carrier, marked, kind in _marked_carried(session, records, actor=actor):
        raise RefusedError(
            f"The bundle was not built because with {carrier.reference} would go the bytes of "
            f"{marked.reference}, which is {kind}: take {carrier.reference} out and put in what else it holds, "
            "or have a lawyer lift the mark with a recorded reason."
        )


def _stopping(actor: Actor) -> set[str]:
    return {PRIVILEGED} if can(actor, Permission.READ_RESTRICTED) else {PRIVILEGED, RESTRICTED}


def _marked_carried(
    session: Session, records: Sequence[Record], *, actor: Actor
) -> Iterator[tuple[Record, Record, str]]:
    """Each of these records that would carry the bytes of one that is marked, with that one and its mark."""
    chosen = {record.id for record in records}
    query = (
        select(Record, Mark.kind)
        .join(Mark, Mark.record_id == Record.id)
        .where(Mark.lifted_at.is_(None), Mark.kind.in_(_stopping(actor)))
        .order_by(Mark.kind, Record.id)
    )
    for marked, kind in session.execute(query):
        yield from ((carrier, marked, kind) for carrier in _carriers(session, marked) if carrier.id in chosen)


def _carriers(session: Session, marked: Record) -> list[Record]:
    """Every other record with these bytes, and each whose original holds them and would be attached."""
    same = select(RecordFile.sha256).where(RecordFile.record_id == marked.id)
    copies = select(Record).join(RecordFile).where(RecordFile.sha256.in_(same), Record.id != marked.id).distinct()
    found = list(session.scalars(copies.order_by(Record.id)))
    for record in (marked, *found):
        above = record.parent_id
        while above is not None:
            holding = session.get_one(Record, above)
            if carries_original(holding):
                found.append(holding)
            above = holding.parent_id
    return found


def _require_no_page_twice(session: Session, records: Sequence[Record]) -> None:
    chosen = {record.id for record in records}
    for record in records:
        whole = next((each for each in wholes_above(session, record) if each.id in chosen), None)
        if whole is not None:
            raise RefusedError(
                f"The bundle was not built because {record.reference} is a part of {whole.reference}, which is in it "
                "too: its pages would stand in the bundle twice. Take one of them out."
            )


def _are(references: list[str], what: str) -> str:
    return f"{', '.join(references)} {'is' if len(references) == 1 else 'are'} {what}"
