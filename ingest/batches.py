"""Batches, runs and items: each met once, each in exactly one state, counted in `ingest.counting`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from ingest.custodians import keep_custodians, name_custodian
from ingest.models import (
    CANCEL,
    DUPLICATE,
    ENDED,
    FOUND,
    OPENED,
    PAUSE,
    QUARANTINED,
    REGISTERED,
    STORED,
    Batch,
    Item,
    Run,
)
from ingest.reading import UnreadableFile
from ingest.walking import Place
from records.families import ids_inside
from records.models import Record, RecordFile
from records.register import need_indexing
from store import audit, clock
from store.audit_actions import AuditAction
from store.chunks import chunks
from store.errors import InvalidInputError, NotFoundError

T = TypeVar("T")
# Found or stored: not a state of its own, but what has not ended yet.
WAITING = "waiting"


def open_run(
    session: Session, paths: Sequence[str], *, batch: str, source: str, custodian: str = "", actor: Actor
) -> tuple[Batch, Run, bool]:
    """The run to work on: the unfinished one of these paths into this batch, or a new one; True when it goes on.

    Raises:
        InvalidInputError: The batch has no name, or is known to come from another custodian.
    """
    require(actor, Permission.INGEST)
    name = " ".join(batch.split())
    if not name:
        raise InvalidInputError("The batch has no name: give it one with --batch, so that it can be found again.")
    kept = session.scalar(select(Batch).where(Batch.name == name))
    if kept is None:
        kept = Batch(name=name, source=source, added_by=actor.name, added_at=clock.now())
        session.add(kept)
        session.flush()
    if custodian.strip():
        if kept.custodian and kept.custodian != " ".join(custodian.split()):
            raise InvalidInputError(
                f"Batch {name} came from {kept.custodian}: give what another custodian kept a batch of its own."
            )
        name_custodian(session, kept, custodian, actor=actor)
    # As escapes: a path whose bytes are no text could not be stored otherwise.
    listed = json.dumps(list(paths))
    run = session.scalar(
        select(Run)
        .where(Run.batch_id == kept.id, Run.paths == listed, Run.finished_at.is_(None), Run.stop != CANCEL)
        .order_by(Run.id)
        .limit(1)
    )
    if run:
        go_on(session, kept, run, actor=actor)
        return kept, run, True
    run = Run(batch_id=kept.id, paths=listed, source=source, started_by=actor.name, started_at=clock.now())
    session.add(run)
    session.flush()
    audit.record(
        session,
        AuditAction.RUN_STARTED,
        actor=actor.name,
        subject=f"batch:{name}",
        detail={"run": run.id, "source": source},
    )
    return kept, run, False


def latest_run(session: Session, paths: Sequence[str], *, batch: str) -> Run | None:
    """The latest run of these paths into the batch of this name, if there is one."""
    return session.scalar(
        select(Run)
        .join(Batch, Batch.id == Run.batch_id)
        .where(Batch.name == " ".join(batch.split()), Run.paths == json.dumps(list(paths)))
        .order_by(Run.id.desc())
        .limit(1)
    )


def go_on(session: Session, batch: Batch, run: Run, *, actor: Actor) -> None:
    """The run, interrupted or paused, may be worked on again."""
    run.stop, run.stop_by, run.stop_at = "", "", None
    session.flush()
    audit.record(
        session, AuditAction.RUN_RESUMED, actor=actor.name, subject=f"batch:{batch.name}", detail={"run": run.id}
    )


def state_of(run: Run) -> str:
    """How the run stands, in words: finished, cancelled, paused, being cancelled or not finished."""
    if run.finished_at is not None:
        return "cancelled" if run.is_cancelled else "finished"
    return {PAUSE: "paused", CANCEL: "being cancelled"}.get(run.stop, "not finished")


def unfinished_runs(session: Session, batch: Batch) -> list[Run]:
    """The runs of the batch that have not come to their end, the oldest first."""
    return list(
        session.scalars(select(Run).where(Run.batch_id == batch.id, Run.finished_at.is_(None)).order_by(Run.id))
    )


def runs_of(session: Session, batch: Batch) -> list[Run]:
    """Every run of the batch, the oldest first."""
    return list(session.scalars(select(Run).where(Run.batch_id == batch.id).order_by(Run.id)))


@dataclass(frozen=True)
class Met:
    """A loose file as the walker met it; `problem` is why it cannot even be opened."""

    path: str
    name: str
    disk_path: bytes
    size: int
    problem: UnreadableFile | None = None


def add_items(session: Session, run: Run, met: Iterable[Met], *, listed_to: Place | None = None) -> int:
    """Each thing met has its item, and the run knows how far its listing is, so that none is listed twice."""
    now = clock.now()
    rows = [
        {
            "run_id": run.id,
            "path": item.path,
            "name": item.name,
            "disk_path": item.disk_path,
            "size": item.size,
            "state": QUARANTINED if item.problem else FOUND,
            "reason_code": item.problem.code if item.problem else "",
            "reason": item.problem.sentence if item.problem else "",
            "ended_at": now if item.problem else None,
        }
        for item in met
    ]
    if rows:
        session.execute(insert(Item), rows)
    if listed_to is not None:
        session.execute(
            update(Run).where(Run.id == run.id).values(listed_root=listed_to.root, listed_to=listed_to.disk_path)
        )
    return len(rows)


def add_member(session: Session, parent: Item, *, name: str, position: int, sha256: str, size: int) -> Item:
    """The member has its item, stored; asked again after an interruption, the one it had."""
    known = member_at(session, parent, position)
    if known:
        return known
    item = Item(
        run_id=parent.run_id,
        parent_id=parent.id,
        position=position,
        path=f"{parent.path}!/{name}",
        name=name.replace("\\", "/").rsplit("/", 1)[-1] or name,
        sha256=sha256,
        size=size,
        state=STORED,
    )
    session.add(item)
    session.flush()
    return item


def ancestors(session: Session, item: Item) -> list[Item]:
    """The containers the item lies in, the nearest first."""
    found: list[Item] = []
    while item.parent_id is not None:
        item = session.get_one(Item, item.parent_id)
        found.append(item)
    return found


def container_ended(session: Session, item: Item) -> bool:
    """Whether the item is loose, or the container it lies in has ended."""
    return item.parent_id is None or session.get_one(Item, item.parent_id).state in ENDED


def member_at(session: Session, parent: Item, position: int) -> Item | None:
    """The item of this container's member at this place, if it is known."""
    return session.scalar(select(Item).where(Item.parent_id == parent.id, Item.position == position))


def end_registered(item: Item, record: Record, *, ocr_pages: int, not_searchable: str = "") -> None:
    """The item ends as a record of its own; with why, where nothing here reads files of its kind."""
    if not_searchable:
        item.reason_code, item.reason = "unsupported", not_searchable
    item.state, item.record_id, item.ended_at = REGISTERED, record.id, clock.now()
    item.pages, item.ocr_pages = record.page_count, ocr_pages


def end_duplicate(session: Session, item: Item, record: Record, *, batch: Batch, run: Run, actor: Actor) -> None:
    """The item ends as another copy of a record, whose files now tell this path too."""
    item.state, item.record_id, item.ended_at = DUPLICATE, record.id, clock.now()
    item.reason = f"the same bytes as {record.reference}"
    known = session.scalar(
        select(RecordFile.id).where(
            RecordFile.record_id == record.id, RecordFile.path == item.path, RecordFile.batch == batch.name
        )
    )
    if known is None:
        session.add(
            RecordFile(
                record_id=record.id,
                sha256=record.sha256,
                name=item.name,
                path=item.path,
                batch=batch.name,
                source=run.source,
                found_at=clock.now(),
            )
        )
        # What lies inside came again with it, though it is not unpacked a second time.
        need_indexing(session, [record.id, *ids_inside(session, [record.id])])
        session.flush()
        if batch.custodian:
            keep_custodians(session, record.id)
    session.flush()
    audit.record(
        session,
        AuditAction.ITEM_DUPLICATE,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={"item": item.id},
    )


def end_quarantined(session: Session, item: Item, problem: UnreadableFile, *, actor: Actor) -> None:
    """The item ends in quarantine with its reason; its bytes, where there were any, are stored and held."""
    item.state, item.ended_at = QUARANTINED, clock.now()
    item.reason_code, item.reason = problem.code, problem.sentence
    session.flush()
    audit.record(
        session,
        AuditAction.ITEM_QUARANTINED,
        actor=actor.name,
        subject=f"item:{item.id}",
        detail={"reason": problem.code, "sha256": item.sha256 or ""},
    )


def end_opened(session: Session, item: Item, *, actor: Actor) -> None:
    """The folder could be opened this time, and everything in it has an item of its own."""
    item.state, item.ended_at = OPENED, clock.now()
    item.reason_code, item.reason = "", "the folder could be opened when it was tried again; what lies in it was listed"
    session.flush()
    audit.record(
        session, AuditAction.FOLDER_OPENED, actor=actor.name, subject=f"item:{item.id}", detail={"run": item.run_id}
    )


def tried_again(session: Session, run: Run) -> list[Item]:
    """The loose items of the run that wait to be tried again and of which nothing was stored."""
    query = select(Item).where(Item.run_id == run.id, Item.state == FOUND, Item.attempts > 0, Item.parent_id.is_(None))
    return list(session.scalars(query.order_by(Item.id)))


def last_listed_under(session: Session, run: Run, folder: bytes) -> bytes:
    """The place on disk of the last thing listed under this folder; empty where nothing was."""
    query = select(Item.disk_path).where(
        Item.run_id == run.id, Item.disk_path > folder + b"/", Item.disk_path < folder + b"0"
    )
    return session.scalar(query.order_by(Item.id.desc()).limit(1)) or b""


def awaited(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those of these bytes that an item which has not ended has."""
    found: set[str] = set()
    for some in chunks(hashes, 500):
        query = select(Item.sha256).where(Item.sha256.in_(some), Item.state.not_in(ENDED))
        found.update(sha256 for sha256 in session.scalars(query) if sha256)
    return found


def items_by_number(session: Session, numbers: Sequence[int]) -> dict[int, Item]:
    """The items of these numbers."""
    found: dict[int, Item] = {}
    for some in chunks(numbers, 500):
        found.update((item.id, item) for item in session.scalars(select(Item).where(Item.id.in_(some))))
    return found


def waiting_items(session: Session, run: Run, *, after: int, limit: int) -> list[Item]:
    """Items of the run that have not ended, in the order they were met."""
    return list(
        session.scalars(
            select(Item)
            .where(Item.run_id == run.id, Item.state.not_in(ENDED), Item.id > after)
            .order_by(Item.id)
            .limit(limit)
        )
    )


def find_batch(session: Session, name: str) -> Batch:
    """The batch of this name.

    Raises:
        NotFoundError: There is none.
    """
    batch = session.scalar(select(Batch).where(Batch.name == name))
    if batch is None:
        raise NotFoundError(f"There is no batch {name!r}: check its name in the list of batches.")
    return batch


def batch_of(session: Session, number: int) -> Batch | None:
    """The batch of this number, if there is one."""
    return session.get(Batch, number)


def all_batches(session: Session) -> list[Batch]:
    """Every batch, the oldest first."""
    return list(session.scalars(select(Batch).order_by(Batch.id)))


def items(
    session: Session,
    *,
    batch: Batch | None = None,
    run: Run | None = None,
    state: str | None = None,
    reason: str | None = None,
    after: int = 0,
    offset: int = 0,
    limit: int | None = None,
) -> list[Item]:
    """Items in the order they were met; `after` is the number of an item, and only later ones are listed."""
    query = _chosen(select(Item), batch=batch, run=run, state=state, reason=reason)
    return list(session.scalars(query.where(Item.id > after).order_by(Item.id).offset(offset).limit(limit)))


def count_items(session: Session, *, batch: Batch, state: str | None = None, reason: str | None = None) -> int:
    """How many items of the batch there are, all or those in one state or set aside for one reason."""
    return session.scalar(_chosen(select(func.count(Item.id)), batch=batch, state=state, reason=reason)) or 0


def _chosen(
    query: Select[T],
    *,
    batch: Batch | None = None,
    run: Run | None = None,
    state: str | None = None,
    reason: str | None = None,
) -> Select[T]:
    if run is not None:
        query = query.where(Item.run_id == run.id)
    if batch is not None:
        query = query.where(Item.run_id.in_(select(Run.id).where(Run.batch_id == batch.id)))
    if state == WAITING:
        query = query.where(Item.state.not_in(ENDED))
    elif state is not None:
        query = query.where(Item.state == state)
    return query if reason is None else query.where(Item.reason_code == reason)


def each_item(
    session: Session, *, batch: Batch | None = None, run: Run | None = None, at_once: int = 1000
) -> Iterator[Item]:
    """Every item in the order it was met, with no more than a few in memory."""
    last = 0
    while listed := items(session, batch=batch, run=run, after=last, limit=at_once):
        yield from listed
        last = listed[-1].id
        session.expunge_all()


def record_references(session: Session, listed: Sequence[Item]) -> dict[int, str]:
    """The reference of each record these items name."""
    ids = {item.record_id for item in listed if item.record_id is not None}
    found: dict[int, str] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), 10_000):
        found.update(
            (row.id, row.reference)
            for row in session.execute(
                select(Record.id, Record.reference).where(Record.id.in_(ordered[start : start + 10_000]))
            )
        )
    return found
