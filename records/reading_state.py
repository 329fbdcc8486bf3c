"""How far a record has been read, counted from its pages: one place for the rule."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from records.models import Page, Record
from records.register import CONTAINER, NOT_SEARCHABLE, PARTLY_READ, READ, UNREAD

# How the reason begins of the one page that stands for a file of a kind that nothing here reads.
NOT_READ_HERE = "not searchable"


def state_for(pages: int, unread: int) -> str:
    """The state of a record with so many pages of which so many are unread."""
    if not pages:
        return CONTAINER
    if not unread:
        return READ
    return UNREAD if unread == pages else PARTLY_READ


def recount(session: Session, record: Record) -> None:
    """The record's count of unread pages and its state are what its pages say now."""
    pages, unread = session.execute(
        select(func.count(Page.id), func.coalesce(func.sum(case((Page.unread.is_(True), 1), else_=0)), 0)).where(
            Page.record_id == record.id
        )
    ).one()
    unreadable_kind = select(Page.id).where(
        Page.record_id == record.id, Page.unread.is_(True), Page.reason.startswith(f"{NOT_READ_HERE}:")
    )
    not_searchable = pages == 1 and session.scalar(unreadable_kind) is not None
    record.unread_pages = unread
    record.state = NOT_SEARCHABLE if not_searchable else state_for(pages, unread)
    session.flush()
