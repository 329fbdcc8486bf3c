"""What takes long is made from one view of the archive while others write, and the trail tells the very bytes."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from access.policy import Actor, Role
from disclosure import statement_drawing, statement_sealing
from disclosure.statements import facts_of, find_statement
from inquiry.requests import add_request
from search import reviewed_lists, search_schedule
from search.search_records import SearchContent, draft_record, sign_record
from store import audit
from store.archive import Archive
from tests.web.test_statements import SIGNED, drafted, to_sealed

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
STORE = SearchContent(
    kind_of_place="place", repository="County store", method="physical", how="Each box was opened.",
    searched_by="B. Tannock", searched_from=date(2026, 11, 3), hits=1, reviewed=1, responsive=1, unreadable=0,
    limits="None.", not_searched="Bay 4.",
)  # fmt: skip


def ask(archive: Archive, reference: str) -> int:
    with archive.writing() as session:
        add_request(
            session, reference, kind="direction", title="Homes", received=date(2026, 10, 1), due=date(2026, 12, 1),
            paragraphs=[("1", "All registers.")], actor=LAWYER,
        )  # fmt: skip
        return audit.newest(session)


@pytest.fixture
def register(archive: Archive, make_record: Callable[..., str]) -> Archive:
    make_record(b"1")
    ask(archive, "R9-1")
    return archive


@pytest.fixture
def meanwhile(
    register: Archive, make_record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[int]]:
    """Once this function of this module is at work, somebody else writes in the archive; returns the event of that."""

    def during(module: Any, name: str, *, writes: bool = True) -> list[int]:
        events: list[int] = []
        wrapped = getattr(module, name)

        def with_a_writer(*given: Any, **named: Any) -> Any:
            if not events:
                # At once or not at all: where the lock is held, a writer would wait until the work is done.
                probe = sqlite3.connect(register.settings.database_path, timeout=0, isolation_level=None)
                probe.execute("BEGIN IMMEDIATE")
                probe.execute("ROLLBACK")
                probe.close()
                if writes:
                    make_record(b"late")
                events.append(ask(register, "R9-2") if writes else 0)
            return wrapped(*given, **named)

        monkeypatch.setattr(module, name, with_a_writer)
        return events

    return during


def told_of(archive: Archive, action: str) -> dict[str, Any]:
    with archive.reading() as session:
        last = session.query(audit.AuditEvent).filter_by(action=action).order_by(audit.AuditEvent.sequence).all()[-1]
        return {**json.loads(last.detail), "sequence": last.sequence}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_of_records_is_what_the_archive_held_when_it_was_begun(
    legal_client, register: Archive, meanwhile: Callable[..., list[int]], form: str
) -> None:
    events = meanwhile(reviewed_lists, "standing_of")

    answer = legal_client.post("/record-lists/export", data={"source": "records", "form": form})

    told = told_of(register, "search.result-list-exported")
    assert (told["records"], told["sha256"]) == (1, sha256(answer.data).hexdigest())
    assert told["seen"] < events[0] < told["sequence"]
    if form == "csv":
        assert (b"R000001" in answer.data, b"R000002" in answer.data) == (True, False)


def test_a_statement_is_drawn_from_one_view_while_others_write(
    legal_client, register: Archive, meanwhile: Callable[..., list[int]]
) -> None:
    events = meanwhile(statement_drawing, "missing")

    drafted(legal_client)

    with register.reading() as session:
        statement = find_statement(session, 1, actor=LAWYER)
        facts = facts_of(statement)
        seen = session.get(audit.AuditEvent, statement.audit_sequence)
        assert seen is not None
        assert (seen.hash, seen.sequence) == (statement.audit_hash, told_of(register, "statement.drawn")["seen"])
    # The paragraphs and pages are counted before the others wrote, the records after it: of one view all the same.
    assert (facts.value("paragraphs"), facts.value("pages"), facts.value("kept")) == (1, 1, 1)
    assert seen.sequence < events[0] < told_of(register, "statement.drawn")["sequence"]


def test_drawing_again_signing_and_sealing_keep_nobody_waiting(
    legal_client, leader_client, register: Archive, meanwhile: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted(legal_client)
    again = meanwhile(statement_drawing, "missing", writes=False)
    assert legal_client.post("/statements/1/draw-again").status_code == 302
    monkeypatch.undo()
    legal_client.post("/statements/1/submit")

    signed = meanwhile(statement_drawing, "missing", writes=False)
    assert leader_client.post("/statements/1/sign", data=SIGNED).status_code == 302
    monkeypatch.undo()
    sealed = meanwhile(statement_sealing, "statement_document", writes=False)
    assert legal_client.post("/statements/1/seal").status_code == 302

    assert (again, signed, sealed) == ([0], [0], [0])
    assert "Yes: its figures, its words" in leader_client.get("/statements/1/proof").text


def test_a_draft_document_and_the_schedule_of_searches_leave_as_the_trail_tells_them(
    legal_client, register: Archive, meanwhile: Callable[..., list[int]]
) -> None:
    with register.writing() as session:
        sign_record(session, draft_record(session, STORE, paragraphs=[1], actor=LAWYER), actor=LAWYER)
    drafted(legal_client)
    meanwhile(statement_sealing, "statement_document", writes=False)
    events = meanwhile(search_schedule, "record_figures")

    draft = legal_client.post("/statements/1/document", data={"form": "pdf"})
    schedule = legal_client.post("/search-records/export", data={"form": "docx"})

    told = told_of(register, "statement.exported")
    assert (told["state"], told["form"], told["sha256"]) == ("draft", "pdf", sha256(draft.data).hexdigest())
    told = told_of(register, "search.records-exported")
    assert (told["searches"], told["sha256"]) == (["SR000001 version 1"], sha256(schedule.data).hexdigest())
    assert told["seen"] < events[0] < told["sequence"]


def test_a_sealed_document_leaves_with_the_hash_it_was_sealed_with(
    legal_client, leader_client, register: Archive
) -> None:
    drafted(legal_client)
    to_sealed(legal_client, leader_client)

    legal_client.post("/statements/1/document", data={"form": "docx"})

    with register.reading() as session:
        sealed = find_statement(session, 1, actor=LAWYER).word_sha256
    assert told_of(register, "statement.exported")["sha256"] == sealed
