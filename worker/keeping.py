"""The second half of a file's life: what was read of it becomes a record, or the reason why there is none.

Many go through together, in one transaction; where one of them stumbles, each goes through by itself, so that only
that one is set aside.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from access.policy import Actor
from ingest import batches, registering
from ingest.models import ENDED, Batch, Item, Run
from ingest.reading import FileReading, MemberFound, UnreadableFile
from ingest.reading_tasks import ReadResult
from records.models import Record
from retention import holds, tagging
from store.archive import Archive
from store.chunks import chunks
from store.errors import CandourError
from store.trouble import told
from worker.proposing import Proposals, propose_again, read_proposals

log = logging.getLogger(__name__)
MEMBERS_AT_ONCE = 50


@dataclass(frozen=True)
class _Whole:
    """A file that was read, with what is proposed about it."""

    number: int
    reading: FileReading
    proposals: Proposals
    media_type: str


@dataclass(frozen=True)
class _SetAside:
    """A file that could not be read, and why."""

    number: int
    problem: UnreadableFile
    media_type: str


@dataclass
class Kept:
    """What one step of keeping came to."""

    ended: int = 0
    registered: int = 0
    pages: int = 0
    members: int = 0

    def add(self, other: "Kept") -> None:
        """The two together."""
        self.ended += other.ended
        self.registered += other.registered
        self.pages += other.pages
        self.members += other.members


@dataclass(frozen=True)
class Keeping:
    """Makes records of what was read in one run."""

    archive: Archive
    batch: Batch
    run: Run
    actor: Actor
    notice_file: Path
    file_seconds: float

    def keep(self, results: Sequence[ReadResult]) -> Kept:
        """Every one of these items has ended, and its members have items of their own."""
        made = Kept()
        outcomes = [self._prepared(result, made) for result in results]
        made.add(self._together(outcomes))
        return made

    def _prepared(self, result: ReadResult, made: Kept) -> _Whole | _SetAside:
        number = int(result.task_id)
        if result.reading is None:
            return _SetAside(number, result.problem or UnreadableFile("crashed"), result.media_type)
        made.members += self._store_members(number, result.reading.members)
        if not result.reading.pages and not result.reading.members:
            return _SetAside(number, UnreadableFile("no-pages"), result.media_type)
        if result.further is not None:
            proposals = read_proposals(result.further)
        else:
            with self.archive.reading() as session:
                name = session.get_one(Item, number).name
            proposals = propose_again(
                result.reading, name=name, notice_file=self.notice_file, seconds=self.file_seconds
            )
        return _Whole(number, result.reading, proposals, result.media_type)

    def _together(self, outcomes: Sequence[_Whole | _SetAside]) -> Kept:
        try:
            with self.archive.writing() as session:
                return self._end(session, outcomes)
        except (CandourError, DBAPIError):
            raise  # the archive itself is not well: going on would set every further file aside for it
        except Exception as error:  # one file's words must never stop the batch; a person sees the reason
            if told(error):
                raise  # its disk is not well
            if len(outcomes) == 1:
                log.exception("item %s could not be registered", outcomes[0].number)
                return self._together([_SetAside(outcomes[0].number, UnreadableFile("crashed"), "")])
        made = Kept()
        for outcome in outcomes:
            made.add(self._together([outcome]))
        return made

    def _end(self, session: Session, outcomes: Sequence[_Whole | _SetAside]) -> Kept:
        items = batches.items_by_number(session, [outcome.number for outcome in outcomes])
        waiting = [outcome for outcome in outcomes if items[outcome.number].state not in ENDED]
        for outcome in waiting:
            if isinstance(outcome, _SetAside):
                item = items[outcome.number]
                item.media_type = outcome.media_type
                batches.end_quarantined(session, item, outcome.problem, actor=self.actor)
        whole = [(items[outcome.number], outcome) for outcome in waiting if isinstance(outcome, _Whole)]
        return Kept(len(waiting), len(whole), self._register(session, whole))

    def _register(self, session: Session, whole: Sequence[tuple[Item, _Whole]]) -> int:
        """Each has its record, held, with its suggestions, and its item has ended; how many pages they have."""
        new = [
            registering.New(item, each.reading, each.proposals.about, item.sha256 or "", _parent_record(session, item))
            for item, each in whole
        ]
        records = registering.register_all(session, new, batch=self.batch, source=self.run.source, actor=self.actor)
        for item, each in whole:
            if each.reading.readable_copy:
                self.archive.files.keep_readable(item.sha256 or "", Path(each.reading.readable_copy))
        held = [(record, item.sha256 or "") for record, (item, _) in zip(records, whole, strict=True)]
        holds.hold_records(session, held, actor=self.actor)
        suggested = [(record, each.proposals.categories) for record, (_, each) in zip(records, whole, strict=True)]
        tagging.keep_all_suggestions(session, suggested, actor=self.actor)
        for record, (item, each) in zip(records, whole, strict=True):
            item.media_type = each.media_type
            batches.end_registered(
                item,
                record,
                ocr_pages=registering.ocr_pages(each.reading),
                not_searchable=each.reading.not_searchable,
            )
        return sum(record.page_count for record in records)

    def _store_members(self, number: int, members: Sequence[MemberFound]) -> int:
        """Every member's bytes are stored and held, and its item made, before its container is registered."""
        added = 0
        for chunk in chunks(members, MEMBERS_AT_ONCE):
            with self.archive.reading() as session:
                parent = session.get_one(Item, number)
                new = [member for member in chunk if batches.member_at(session, parent, member.position) is None]
            taken = [self.archive.files.take(member.path, sync=False) for member in new]
            self.archive.files.place(taken)
            with self.archive.writing() as session:
                parent = session.get_one(Item, number)
                for member, spooled in zip(new, taken, strict=True):
                    row, _ = self.archive.files.put(session, spooled)
                    holds.hold_new_bytes(session, row.sha256, actor=self.actor)
                    batches.add_member(
                        session,
                        parent,
                        name=member.name,
                        position=member.position,
                        sha256=row.sha256,
                        size=row.size,
                    )
            added += len(new)
        return added


def _parent_record(session: Session, item: Item) -> Record | None:
    """The record of the container the item lies in; none for a loose file, or before that is registered."""
    if item.parent_id is None:
        return None
    parent = session.get_one(Item, item.parent_id)
    return session.get(Record, parent.record_id) if parent.record_id else None
