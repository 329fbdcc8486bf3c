"""The notices in force, as they were recorded from their files."""

import hashlib
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor
from retention.models import Notice, NoticeCategory
from retention.notice_definition import NoticeDefinition
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, RefusedError


def record_notice(session: Session, definition: NoticeDefinition, file: Path, *, actor: Actor) -> Notice:
    """The notice is in force; a new version of one recorded before supersedes it, and holds under it stand.

    Recording the same file again changes nothing.

    Raises:
        RefusedError: The file changed but its version did not: decisions cite the version.
    """
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    versions = list(session.scalars(select(Notice).where(Notice.reference == definition.reference).order_by(Notice.id)))
    for known in versions:
        if known.version == definition.version and known.file_sha256 == digest:
            return known
        if known.version == definition.version:
            raise RefusedError(
                f"Notice {definition.reference} has changed since version {known.version} was recorded, and its "
                "version has not: give the file a new version, because decisions cite it."
            )
    for known in versions:
        known.status = "superseded"
    notice = Notice(
        reference=definition.reference,
        version=definition.version,
        inquiry=definition.inquiry,
        title=definition.instrument,
        dated=definition.dated,
        age_bound=definition.child_age_bound,
        status="active",
        file_sha256=digest,
        recorded_at=clock.now(),
        categories=[
            NoticeCategory(
                position=position,
                code=category.code,
                title=category.title,
                scope=category.scope,
                paragraphs=" ".join(category.paragraphs),
            )
            for position, category in enumerate(definition.categories, start=1)
        ],
    )
    session.add(notice)
    session.flush()
    audit.record(
        session,
        AuditAction.NOTICE_RECORDED,
        actor=actor.name,
        subject=f"notice:{notice.reference}",
        detail={"version": notice.version, "file": digest},
    )
    return notice


def is_recorded(session: Session, definition: NoticeDefinition, file: Path) -> bool:
    """Whether this very file was recorded, and so checked, before."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    query = select(Notice.id).where(
        Notice.reference == definition.reference, Notice.version == definition.version, Notice.file_sha256 == digest
    )
    return session.scalar(query) is not None


def active_notices(session: Session) -> list[Notice]:
    """The notices in force, oldest first."""
    return list(session.scalars(select(Notice).where(Notice.status == "active").order_by(Notice.id)))


def current_notice(session: Session) -> Notice:
    """The notice under which suggestions are made and decisions taken: the latest in force.

    Raises:
        RefusedError: None is recorded, so nothing may be taken in or decided.
    """
    notices = active_notices(session)
    if not notices:
        raise RefusedError("No retention notice is recorded, so nothing can be held under one: run `candour init`.")
    return notices[-1]


def categories(session: Session) -> list[NoticeCategory]:
    """The categories of the notice in force, in its order."""
    return current_notice(session).categories


def find_category(notice: Notice, code: str) -> NoticeCategory:
    """The category of this code.

    Raises:
        InvalidInputError: The notice has none.
    """
    for category in notice.categories:
        if category.code == code:
            return category
    known = ", ".join(category.code for category in notice.categories)
    raise InvalidInputError(f"Notice {notice.reference} has no category {code!r}: choose one of {known}.")
