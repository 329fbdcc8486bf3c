"""What must be true of every record before it goes into a bundle; a hold does not stand in the way."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can, require
from disclosure import marks
from records.models import PRIVILEGED, RESTRICTED, Record
from records.parts import wholes_above
from store.errors import InvalidInputError, RefusedError


def require_bundle_allowed(session: Session, records: Sequence[Record], *, actor: Actor) -> None:
    """Returns only if every one of these records may leave the house in a bundle this actor builds.

    Raises:
        InvalidInputError: There are none, or one stands twice.
        RefusedError: One is privileged, restricted beyond this actor, purged, has no page to show, or is a part
            of another one.
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
    _require_no_page_twice(session, records)
    purged = [record.reference for record in records if record.purged_at]
    if purged:
        raise RefusedError(f"The bundle was not built because {_are(purged, 'purged')}: nothing of it is left.")


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
