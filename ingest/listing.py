"""The items of a batch as one person may see them, for a page and for a file that a spreadsheet opens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest import batches
from ingest.models import Batch, Item
from records.models import Record
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.leaving import LongLeaving, leaving_long
from store.spreadsheets import csv_lines

AT_ONCE = 1000
HIDDEN = "A record that is not open to you"
COLUMNS = (
    "item",
    "path",
    "what became of it",
    "reason code",
    "reason",
    "record",
    "kind",
    "bytes",
    "sha256",
    "pages",
    "pages read from an image",
    "scanned for malware",
    "attempts",
    "ended at",
)
STATES = ("found", "stored", "registered", "duplicate", "quarantined", "cancelled", "opened", batches.WAITING)


@dataclass(frozen=True)
class ShownItem:
    """One file met, as this person may see it; the name of one they may not know of says nothing."""

    item: Item
    path: str
    reason: str
    record: str | None
    is_hidden: bool


def shown_items(session: Session, listed: Sequence[Item], *, actor: Actor, data: Path | None = None) -> list[ShownItem]:
    """The items as this actor may see them; what lies in a hidden container is hidden with it.

    `data` is the archive's own folder: an upload's place in it is ours and is not shown.
    """
    around = _containers(session, listed)
    ids = {item.record_id for item in [*listed, *around.values()] if item.record_id is not None}
    known = {
        row.id: row
        for row in session.execute(
            select(Record.id, Record.reference, Record.compartment).where(Record.id.in_(sorted(ids)))
        )
    }
    hidden = {number for number, row in known.items() if row.compartment not in actor.compartments}
    shown = []
    for item in listed:
        if any(each.record_id in hidden for each in [item, *_above(item, around)]):
            # The name of a restricted file can say as much as the file: only that it was counted is shown.
            shown.append(ShownItem(item, HIDDEN, "", None, is_hidden=True))
            continue
        row = known.get(item.record_id) if item.record_id is not None else None
        path = shown_path(item.path, data) if data else item.path
        shown.append(ShownItem(item, path, item.reason, row.reference if row else None, is_hidden=False))
    return shown


def _containers(session: Session, listed: Sequence[Item]) -> dict[int, Item]:
    """Every container that one of these lies in, at any depth, by its number."""
    found: dict[int, Item] = {}
    wanted = {item.parent_id for item in listed if item.parent_id is not None}
    while wanted := {number for number in wanted if number not in found}:
        above = session.scalars(select(Item).where(Item.id.in_(sorted(wanted)))).all()
        found.update((item.id, item) for item in above)
        wanted = {item.parent_id for item in above if item.parent_id is not None}
    return found


def _above(item: Item, around: dict[int, Item]) -> Iterator[Item]:
    while item.parent_id is not None:
        item = around[item.parent_id]
        yield item


def shown_path(path: str, data: Path) -> str:
    """The path as the person who handed it over knew it: an upload's folder is ours and says nothing."""
    uploads = data / "uploads"
    if not path.startswith(f"{uploads}/"):
        return path
    parts = Path(path).relative_to(uploads).parts
    return "/".join(parts[1:]) or path


def check_state(state: str | None) -> None:
    """Returns only if items can be in this state.

    Raises:
        InvalidInputError: They cannot.
    """
    if state is not None and state not in STATES:
        raise InvalidInputError(f"An item is {', '.join(STATES[:-1])} or {STATES[-1]}: {state!r} is none of these.")


def rows(
    session: Session,
    batch: Batch,
    *,
    state: str | None = None,
    reason: str | None = None,
    actor: Actor,
    data: Path | None = None,
) -> Iterator[tuple[object, ...]]:
    """A row for each item, a few in memory at a time."""
    require(actor, Permission.READ)
    check_state(state)
    last = 0
    while listed := batches.items(session, batch=batch, state=state, reason=reason, after=last, limit=AT_ONCE):
        for shown in shown_items(session, listed, actor=actor, data=data):
            yield _row(shown)
        last = listed[-1].id
        session.expunge_all()


def _row(shown: ShownItem) -> tuple[object, ...]:
    item = shown.item
    if shown.is_hidden:
        return (item.id, HIDDEN, item.state, *[""] * (len(COLUMNS) - 3))
    return (
        item.id,
        shown.path,
        item.state,
        item.reason_code,
        shown.reason,
        shown.record or "",
        item.media_type,
        item.size,
        item.sha256 or "",
        item.pages,
        item.ocr_pages,
        "yes" if item.scanned else "no",
        item.attempts,
        item.ended_at.isoformat() if item.ended_at else "",
    )


def export_items(
    session: Session,
    batch: Batch,
    *,
    state: str | None,
    reason: str | None,
    actor: Actor,
    data: Path | None = None,
) -> LongLeaving:
    """The items as CSV, however many, to leave the archive."""
    listed = rows(session, batch, state=state, reason=reason, actor=actor, data=data)
    subject, told = f"batch:{batch.name}", {"state": state or "", "reason": reason or ""}
    return leaving_long(session, csv_lines(COLUMNS, listed), AuditAction.BATCH_LISTED, subject=subject, **told)
