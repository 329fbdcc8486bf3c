"""Bytes that may not go, and why: asked before anything is removed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from store import clock
from store.chunks import chunks
from store.errors import RefusedError
from store.files_models import FileClearance, FileProtection, ProtectionRelease

ASKED_AT_ONCE = 500


def protect(session: Session, sha256: str, *, holder: str, reason: str) -> FileProtection:
    """These bytes may not go while `holder` stands; asking twice changes nothing."""
    (protection,) = protect_all(session, [Wanted(sha256, holder, reason)])
    return protection


class Wanted(NamedTuple):
    """Bytes that may not go, for whom, and why."""

    sha256: str
    holder: str
    reason: str


def protect_all(session: Session, wanted: Sequence[Wanted]) -> list[FileProtection]:
    """`protect` for many at once, in the same order."""
    standing: dict[tuple[str, str], FileProtection] = {}
    for some in chunks([each.holder for each in wanted], ASKED_AT_ONCE):
        query = select(FileProtection).where(FileProtection.holder.in_(some), FileProtection.lifted_at.is_(None))
        standing.update(((found.sha256, found.holder), found) for found in session.scalars(query))
    last = session.scalar(select(func.max(FileProtection.id))) or 0
    for each in wanted:
        if (each.sha256, each.holder) not in standing:
            last += 1
            # Numbered here, so that all of them go to the database together.
            made = FileProtection(
                id=last, sha256=each.sha256, holder=each.holder, reason=each.reason, placed_at=clock.now()
            )
            session.add(made)
            standing[each.sha256, each.holder] = made
    session.flush()
    return [standing[each.sha256, each.holder] for each in wanted]


def lift(session: Session, protection: FileProtection, *, given_by: str, second_reader: str, reason: str) -> None:
    """This one protection is lifted on the word of two people; others on the same bytes stand."""
    session.add(
        ProtectionRelease(
            protection_id=protection.id,
            given_by=given_by,
            second_reader=second_reader,
            reason=reason,
            given_at=clock.now(),
        )
    )
    session.flush()
    protection.lifted_at = clock.now()
    session.flush()


def open_protections(session: Session, sha256: str) -> list[FileProtection]:
    """What stands in the way of removing these bytes, oldest first."""
    return list(
        session.scalars(
            select(FileProtection)
            .where(FileProtection.sha256 == sha256, FileProtection.lifted_at.is_(None))
            .order_by(FileProtection.id)
        )
    )


def require_removable(session: Session, sha256: str) -> None:
    """Returns only if a clearance is recorded for these bytes and nothing protects them.

    Raises:
        RefusedError: Something protects them, or nobody has cleared them.
    """
    standing = open_protections(session, sha256)
    if standing:
        reasons = "; ".join(dict.fromkeys(f"{item.holder.replace(':', ' ')}: {item.reason}" for item in standing))
        raise RefusedError(
            f"File {sha256[:12]} cannot be removed because it is held ({reasons}): "
            "only a decision that the record is outside the notice, with a second reader, ends that."
        )
    if not session.scalar(select(exists().where(FileClearance.sha256 == sha256))):
        raise RefusedError(
            f"File {sha256[:12]} cannot be removed because nobody has cleared it: "
            "the absence of a hold is not a permission; run `candour clear` first."
        )
