"""How a batch was scanned, and the hashes delivered with it: read strictly, kept as told, compared with the bytes."""

import contextlib
import hashlib
import json
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import OPERATOR
from ingest import batches, capture
from ingest.capture_sidecars import Capture, capture_from, read_sidecar
from ingest.models import REGISTERED, Item
from records.register import find_record
from store.errors import InvalidInputError, NotPermittedError, RefusedError

TOLD = {"operator": "A Scanner", "device": "Fenwright 4", "dpi": "300", "sides": "two", "sheets": "40"}


@pytest.fixture
def batch(archive, make_record):
    """A batch of one registered file and one that was never named."""
    reference = make_record(b"a memorandum")
    with archive.writing() as session:
        made, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="County store", actor=OPERATOR)
        record = find_record(session, reference, actor=OPERATOR)
        for path, sha256, record_id in (
            ("Box 14/memo.txt", record.sha256, record.id),
            ("Box 14/other.txt", None, None),
        ):
            session.add(
                Item(
                    run_id=run.id, path=path, name=path[7:], state=REGISTERED, sha256=sha256, record_id=record_id
                )
            )  # fmt: skip
    return made


def test_a_sidecar_is_read_from_csv_and_json_alike():
    from_csv = read_sidecar(("\ufeff" + ",".join(TOLD) + "\n" + ",".join(TOLD.values()) + "\n").encode())
    from_json = read_sidecar(json.dumps({**TOLD, "dpi": 300}).encode())

    assert from_csv == from_json == [Capture("A Scanner", "Fenwright 4", dpi=300, sides="two", sheets=40)]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"operator": ""}, "who scanned"),
        ({"colour": "sepia"}, "sepia"),
        ({"dpi": "3"}, "from 50 to"),
        ({"shoe_size": "9"}, "not known"),
        ({"scanned_from": "17/3/2026"}, "write a day"),
        ({"scanned_from": "2026-03-17", "scanned_to": "2026-03-16"}, "before it was begun"),
        ({"result": "passed"}, "by whom"),
        ({"result": "passed", "checked_by": "B", "sample_size": "5"}, "how many faults"),
        ({"checked_by": "B", "sample_size": "5", "sample_faults": "6"}, "more faults"),
    ],
)
def test_what_cannot_be_true_of_a_scan_is_refused(told, words):
    with pytest.raises(InvalidInputError, match=words):
        capture_from({**TOLD, **told})


@given(st.binary(max_size=120))
def test_no_bytes_at_all_break_a_sidecar_or_a_list_of_hashes(content):
    for read in (read_sidecar, capture.read_hash_list):
        with contextlib.suppress(InvalidInputError):
            assert read(content)


def test_the_last_word_on_a_file_is_shown_with_its_record_and_the_first_stays(archive, batch, officer, lawyer):
    with archive.writing() as session:
        first = capture_from(TOLD)
        capture.record_captures(session, batch, [first], actor=officer)
        capture.record_captures(
            session, batch, [capture_from({**TOLD, "operator": "B Scanner", "pattern": "memo.*"})], actor=officer
        )
        capture.record_captures(session, batch, [capture_from({**TOLD, "pattern": "other/*"})], actor=officer)
        with pytest.raises(NotPermittedError):
            capture.record_captures(session, batch, [first], actor=lawyer)
        record = find_record(session, "R000001", actor=officer)
        assert capture.capture_of(session, record).capture.operator == "B Scanner"
        assert len(capture.captures_of(session, batch)) == 3


def test_delivered_hashes_are_compared_and_each_difference_named(archive, batch, officer):
    right = hashlib.sha256(b"a memorandum").hexdigest()
    listed = f"{right} *memo.txt\n{'0' * 64}  missing.txt\n".encode()
    with archive.writing() as session:
        assert capture.record_hashes(session, batch, listed, actor=officer) == 2
        assert capture.record_hashes(session, batch, listed, actor=officer) == 0
        found = capture.compare_hashes(session, batch)
        assert [(line.path, line.verdict) for line in found.lines] == [
            ("memo.txt", capture.SAME),
            ("missing.txt", capture.NOT_DELIVERED),
        ]
        assert [line.path for line in found.unlisted] == ["Box 14/other.txt"]
        assert capture.capture_of(session, find_record(session, "R000001", actor=officer)).hash_verdict == capture.SAME
        with pytest.raises(RefusedError, match="Another hash"):
            capture.record_hashes(session, batch, f"{'1' * 64}  memo.txt\n".encode(), actor=officer)


def test_a_file_that_is_not_the_one_hashed_is_told(archive, batch, officer):
    with archive.writing() as session:
        listed = f"{'2' * 64}  Box 14/memo.txt\n{'3' * 64}  ./other.txt\n".encode()
        capture.record_hashes(session, batch, listed, actor=officer)
        verdicts = {line.path: line.verdict for line in capture.compare_hashes(session, batch).lines}
    assert verdicts == {"Box 14/memo.txt": capture.DIFFERENT, "other.txt": capture.NO_BYTES}


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"abc  memo.txt\n", b"\xff\n"])
def test_what_is_no_list_of_hashes_is_refused(content):
    with pytest.raises(InvalidInputError):
        capture.read_hash_list(content)


def test_the_database_refuses_to_change_what_was_told_of_a_scan(archive, batch, officer):
    with archive.writing() as session:
        capture.record_captures(session, batch, [capture_from(TOLD)], actor=officer)
        capture.record_hashes(session, batch, f"{'2' * 64}  memo.txt\n".encode(), actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)
    for statement in (
        "UPDATE scan_capture SET operator = 'x'",
        "DELETE FROM scan_capture",
        "UPDATE delivered_hash SET sha256 = 'x'",
        "DELETE FROM delivered_hash",
        "REPLACE INTO delivered_hash SELECT * FROM delivered_hash",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()
