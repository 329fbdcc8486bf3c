"""Whatever is done to a batch, in whatever order, every item keeps exactly one place in its sum."""

import tempfile
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from access.policy import OPERATOR
from ingest import batches, control, counting, reconciling
from ingest.batches import Met
from ingest.models import CANCELLED, DUPLICATE, FOUND, QUARANTINED, REGISTERED, STORED, Item
from ingest.reading import SENTENCES, UnreadableFile
from records.models import Record, RecordFile
from store import clock, schema
from store.archive import open_archive
from store.errors import RefusedError
from store.files_models import StoredFile
from store.settings import load_settings


@cache
def empty_database() -> bytes:
    """A database of the newest shape, made once."""
    with tempfile.TemporaryDirectory() as folder:
        archive = open_archive(load_settings({"CANDOUR_DATA": folder}))
        schema.upgrade(archive.engine)
        with archive.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        archive.close()
        return archive.settings.database_path.read_bytes()


class BatchLife(RuleBasedStateMachine):
    """A batch lived through at random, beside a plain table of what each item must be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        settings_of_it = load_settings({"CANDOUR_DATA": self.folder.name})
        settings_of_it.database_path.write_bytes(empty_database())
        self.archive = open_archive(settings_of_it)
        self.work = self.archive.writing()
        self.session = self.work.__enter__()
        self.model: dict[int, str] = {}
        self.codes: dict[int, str] = {}
        self.records: list[Record] = []
        self.count = 0

    @initialize()
    def begin(self) -> None:
        self.batch, self.run, _ = batches.open_run(
            self.session, ["/share"], batch="Box 1", source="store", actor=OPERATOR
        )

    @rule(number=st.integers(1, 5), problem=st.none() | st.sampled_from(["link", "unreadable-file"]))
    def list_some(self, number: int, problem: str | None) -> None:
        """A new run where the last has finished, as the same command gives."""
        self.batch, self.run, _ = batches.open_run(
            self.session, ["/share"], batch="Box 1", source="store", actor=OPERATOR
        )
        names = [f"{self.count + each}.txt" for each in range(number)]
        self.count += number
        trouble = UnreadableFile(problem) if problem else None
        batches.add_items(self.session, self.run, [Met(name, name, name.encode(), 1, trouble) for name in names])
        for item in batches.items(self.session, batch=self.batch, after=max(self.model, default=0)):
            self.model[item.id] = QUARANTINED if problem else FOUND
            self.codes[item.id] = problem or ""

    def pick(self, chance: int, *states: str) -> Item | None:
        ids = sorted(number for number, state in self.model.items() if state in states)
        if not ids:
            return None
        self.session.expire_all()
        return self.session.get_one(Item, ids[chance % len(ids)])

    @rule(chance=st.integers(0, 99))
    def store(self, chance: int) -> None:
        item = self.pick(chance, FOUND)
        if item is not None:
            sha256 = f"{item.id:064x}"
            self.session.add(StoredFile(sha256=sha256, md5="", size=1, stored_at=clock.now()))
            self.session.flush()
            item.sha256, item.state = sha256, STORED
            self.session.flush()
            self.model[item.id] = STORED

    @rule(chance=st.integers(0, 99))
    def register(self, chance: int) -> None:
        item = self.pick(chance, STORED)
        if item is None:
            return
        record = Record(
            reference=f"R{item.id:06d}", title="x", file_name="x", media_type="text/plain", label="Text",
            date_precision="undated", batch="Box 1", source="store", state="read", page_count=1, unread_pages=0,
            registered_at=clock.now(),
        )  # fmt: skip
        self.session.add(record)
        self.session.flush()
        file = RecordFile(
            record_id=record.id, sha256=item.sha256, name="x", path=item.path, batch="Box 1", source="store",
            found_at=clock.now(),
        )  # fmt: skip
        self.session.add(file)
        self.session.flush()
        batches.end_registered(item, record, ocr_pages=0)
        self.session.flush()
        self.records.append(record)
        self.model[item.id] = REGISTERED

    @rule(chance=st.integers(0, 99), code=st.sampled_from(sorted(SENTENCES)))
    def set_aside(self, chance: int, code: str) -> None:
        item = self.pick(chance, FOUND, STORED)
        if item is not None:
            batches.end_quarantined(self.session, item, UnreadableFile(code), actor=OPERATOR)
            self.model[item.id], self.codes[item.id] = QUARANTINED, code

    @precondition(lambda self: bool(self.records))
    @rule(chance=st.integers(0, 99))
    def find_a_copy(self, chance: int) -> None:
        item = self.pick(chance, FOUND)
        if item is not None:
            record = self.records[chance % len(self.records)]
            item.sha256 = record.sha256
            batches.end_duplicate(
                self.session, item, record, batch=self.batch, run=self.session.get_one(type(self.run), item.run_id),
                actor=OPERATOR,
            )  # fmt: skip
            self.model[item.id] = DUPLICATE

    @rule()
    def pause(self) -> None:
        can = any(not run.stop for run in batches.unfinished_runs(self.session, self.batch))
        try:
            control.pause(self.session, self.batch, actor=OPERATOR)
        except RefusedError:
            assert not can

    @rule()
    def cancel(self) -> None:
        runs = {run.id for run in batches.unfinished_runs(self.session, self.batch)}
        try:
            control.cancel(self.session, self.batch, actor=OPERATOR)
        except RefusedError:
            assert not runs
        ended = 0
        for batch, run in control.cancelled_runs(self.session):
            ended += control.conclude(self.session, batch, run)
        self.session.expire_all()
        mine = [item for item in batches.items(self.session, batch=self.batch) if item.run_id in runs]
        waited = [item for item in mine if self.model[item.id] in (FOUND, STORED)]
        assert ended == len(waited)
        for item in waited:
            self.model[item.id], self.codes[item.id] = CANCELLED, CANCELLED
            assert item.reason.startswith("Not taken in: cancelled by operator on ")

    @rule(code=st.sampled_from(["", CANCELLED, "damaged", "timeout", "link", "unreadable-file"]))
    def try_again(self, code: str) -> None:
        fits = [
            number
            for number, state in self.model.items()
            if state in (QUARANTINED, CANCELLED) and (not code or self.codes[number] == code)
        ]
        can = [number for number in fits if self.codes[number] not in control.NEVER_AGAIN]
        try:
            again = control.retry(self.session, self.batch, reasons=[code] if code else [], actor=OPERATOR)
        except RefusedError:
            assert not can
            return
        assert (again.items, again.left) == (len(can), len(fits) - len(can))
        self.session.expire_all()
        for number in can:
            item = self.session.get_one(Item, number)
            self.model[number], self.codes[number] = (STORED if item.sha256 else FOUND), ""

    @invariant()
    def every_item_has_the_one_place_it_must_have(self) -> None:
        if not hasattr(self, "batch"):
            return
        self.session.expire_all()
        items = batches.items(self.session, batch=self.batch)
        assert {item.id: item.state for item in items} == self.model
        totals = counting.totals_of_batch(self.session, self.batch)
        held = list(self.model.values())
        assert totals.found == len(held)
        assert (totals.registered, totals.duplicates) == (held.count(REGISTERED), held.count(DUPLICATE))
        assert (totals.quarantined, totals.cancelled) == (held.count(QUARANTINED), held.count(CANCELLED))
        assert totals.adds_up == (totals.waiting == 0)
        assert all(item.reason for item in items if item.state in (QUARANTINED, CANCELLED))
        assert not [item for item in items if item.state in (FOUND, STORED) and item.ended_at]
        proof = reconciling.prove_batch(self.session, self.batch, self.archive.files)
        assert [check.name for check in proof.checks[:-1] if not check.is_right] == []

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()
        self.archive.close()
        self.folder.cleanup()


TestBatchLife = BatchLife.TestCase
TestBatchLife.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestBatchLife = pytest.mark.slow(TestBatchLife)
