"""One page in two records: a scan and the parts it was split into show the same page images.

What is read or typed of such a page is true of it wherever it stands, so it is kept in each (`records.page_versions`),
and whoever has to look at it is shown it once (`records.unread`).
"""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from access.policy import Actor
from records.models import Page, Record
from records.page_models import PageVersion
from records.parts_models import Split, SplitPage
from records.register import visible


def same_pages(session: Session, page: Page) -> list[Page]:
    """The pages of other records that show what this one shows, by splits that stand; the nearest first."""
    found: dict[int, Page] = {page.id: page}
    waiting = [page]
    while waiting:
        here = waiting.pop(0)
        for each in [*_below(session, here), *_above(session, here)]:
            if each.id not in found:
                found[each.id] = each
                waiting.append(each)
    return [each for each in found.values() if each.id != page.id]


def elsewhere(session: Session, page: Page, *, actor: Actor) -> list[tuple[Record, int]]:
    """The other records, with the number there, in which this actor may see that the page stands."""
    found = [(session.get_one(Record, each.record_id), each.number) for each in same_pages(session, page)]
    return [(record, number) for record, number in found if visible(record, actor)]


def _below(session: Session, page: Page) -> list[Page]:
    query = (
        select(Page)
        .join(SplitPage, (SplitPage.part_id == Page.record_id) & (SplitPage.part_page == Page.number))
        .join(Split, Split.id == SplitPage.split_id)
        .where(Split.record_id == page.record_id, SplitPage.number == page.number, Split.undone_at.is_(None))
    )
    return list(session.scalars(query))


def _above(session: Session, page: Page) -> list[Page]:
    query = (
        select(Page)
        .join(Split, Split.record_id == Page.record_id)
        .join(SplitPage, (SplitPage.split_id == Split.id) & (SplitPage.number == Page.number))
        .where(SplitPage.part_id == page.record_id, SplitPage.part_page == page.number, Split.undone_at.is_(None))
    )
    return list(session.scalars(query))


def carry_versions(session: Session, page: Page, to: Page) -> None:
    """Everything the page was read as stands beside its copy in a part too: who typed it, when, and what was before.

    `to` says what the page says, under the same number of version, and has no versions of its own yet.
    """
    versions = session.scalars(
        select(PageVersion).where(PageVersion.page_id == page.id).order_by(PageVersion.version)
    ).all()
    reference = session.get_one(Record, page.record_id).reference
    columns = [column.key for column in PageVersion.__mapper__.column_attrs if column.key not in ("id", "page_id")]
    for version in versions:
        copied = {name: getattr(version, name) for name in columns}
        if not version.origin:
            copied |= {"origin": reference, "origin_page": page.number}
        session.add(PageVersion(page_id=to.id, **copied))
    session.flush()


def is_read_in_a_part() -> ColumnElement[bool]:
    """True of a page (of the query's `Page`) that stands in a part of a split that stands: it is counted there."""
    part = aliased(Record)
    return exists(
        select(SplitPage.id)
        .join(Split, Split.id == SplitPage.split_id)
        .join(part, part.id == SplitPage.part_id)
        .where(
            Split.record_id == Page.record_id,
            SplitPage.number == Page.number,
            Split.undone_at.is_(None),
            part.purged_at.is_(None),
        )
        .correlate(Page)
    )


def is_unread_in_a_part() -> ColumnElement[bool]:
    """True of a page (of the query's `Page`) whose copy in a part is unread too: whoever reads that one reads both."""
    copy = aliased(Page)
    return exists(
        select(SplitPage.id)
        .join(Split, Split.id == SplitPage.split_id)
        .join(copy, (copy.record_id == SplitPage.part_id) & (copy.number == SplitPage.part_page))
        .where(
            Split.record_id == Page.record_id,
            SplitPage.number == Page.number,
            Split.undone_at.is_(None),
            copy.unread.is_(True),
        )
        .correlate(Page)
    )
