"""How a batch was captured, in the browser."""

import hashlib
import io

import pytest

from access.policy import OPERATOR
from ingest import batches
from ingest.capture import captures_of
from ingest.models import REGISTERED, Item
from records.register import find_record
from store.archive import Archive

SIDECAR = b"operator,device,dpi,result,checked_by,sample_size,sample_faults\nA Scanner,Fenwright 4,300,passed,B,20,0\n"


@pytest.fixture
def batch(archive: Archive, make_record) -> str:
    reference = make_record(b"a memorandum")
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="County store", actor=OPERATOR)
        record = find_record(session, reference, actor=OPERATOR)
        session.add(
            Item(
                run_id=run.id,
                path="Box 14/memo.txt",
                name="memo.txt",
                state=REGISTERED,
                sha256=record.sha256,
                record_id=record.id,
            )
        )
    return "/batches/1/capture"


def sent(name: str, content: bytes) -> dict[str, object]:
    return {f"{name}-file": (io.BytesIO(content), f"{name}.csv")}


def test_what_the_supplier_says_stands_on_the_batch_and_on_the_record(officer_client, batch) -> None:
    assert officer_client.post(f"{batch}/sidecar", data=sent("sidecar", SIDECAR)).location == batch

    assert "A Scanner, with Fenwright 4" in officer_client.get(batch).text
    page = officer_client.get("/records/R000001").text
    assert "How this was captured" in page
    assert "20 pages looked at, 0 with faults" in page


def test_hashes_are_compared_and_a_difference_is_told_on_the_record_too(officer_client, batch) -> None:
    listed = f"{'2' * 64}  memo.txt\n".encode()
    assert officer_client.post(f"{batch}/hashes", data=sent("hashes", listed)).location == batch

    assert "It does not agree" in officer_client.get(batch).text
    assert "are not those the supplier hashed" in officer_client.get("/records/R000001").text


def test_hashes_that_agree_say_so(officer_client, batch) -> None:
    listed = f"{hashlib.sha256(b'a memorandum').hexdigest()}  memo.txt\n".encode()
    officer_client.post(f"{batch}/hashes", data=sent("hashes", listed))

    assert "It agrees." in officer_client.get(batch).text


@pytest.mark.parametrize(("name", "content"), [("sidecar", b"operator\nA\n"), ("hashes", b"none"), ("hashes", b"")])
def test_what_cannot_be_used_comes_back_with_the_reason(officer_client, batch, name, content) -> None:
    answer = officer_client.post(f"{batch}/{name}", data=sent(name, content))

    assert answer.status_code == 400
    assert "There is a problem" in answer.text


def test_the_name_of_a_restricted_file_leaves_no_trace(officer_client, archive: Archive, batch) -> None:
    officer_client.post(f"{batch}/hashes", data=sent("hashes", f"{'2' * 64}  memo.txt\n".encode()))
    with archive.writing() as session:
        find_record(session, "R000001", actor=OPERATOR).compartment = "restricted"

    assert "memo.txt" not in officer_client.get(batch).text


def test_only_those_who_take_in_files_may_say_how(legal_client, leader_client, batch) -> None:
    assert legal_client.get(batch).status_code == 200
    assert legal_client.post(f"{batch}/sidecar").status_code == 403
    assert leader_client.get(batch).status_code == 403


def told(**further: object) -> dict[str, object]:
    return {"hand-operator": "A Scanner", "hand-device": "Fenwright 4", "hand-result": "not checked"} | {
        f"hand-{name}": value for name, value in further.items()
    }


def test_how_it_was_scanned_is_told_by_hand_and_its_sheets_are_compared_with_the_pages(
    officer_client, legal_client, leader_client, archive: Archive, batch
) -> None:
    answer = officer_client.post(
        f"{batch}/by-hand",
        data=told(sheets="3", sides="one", dpi="300", colour="grey", scanned_from=["2", "11", "2026"]),
    )

    assert answer.location == batch
    page = officer_client.get(batch).text
    assert "A Scanner, with Fenwright 4" in page
    assert "300 dpi grey, one side" in page
    assert "It does not add up." in page
    assert "3 sheets counted and 1 page read: at least 2 sheets are missing." in page
    officer_client.post(f"{batch}/by-hand", data=told(sheets="1", sides="one"))
    page = officer_client.get(batch).text
    assert "1 sheet counted, 1 page read of 1 file: none is missing." in page
    assert "It does not add up." not in page
    assert legal_client.get(batch).status_code == 200
    for client in (legal_client, leader_client):
        assert client.post(f"{batch}/by-hand", data=told()).status_code == 403


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"hand-operator": ""}, "Say who scanned"),
        ({"hand-dpi": "many"}, "Give a whole number"),
        ({"hand-dpi": "3"}, "dpi"),
        ({"hand-scanned_from": ["31", "2", "2026"]}, "There is a problem"),
        ({"hand-result": "passed"}, "There is a problem"),
    ],
)
def test_what_cannot_be_true_of_a_scan_is_refused_and_nothing_is_kept(officer_client, archive, batch, data, words):
    answer = officer_client.post(f"{batch}/by-hand", data=told() | data)

    assert answer.status_code == 400
    assert words in answer.text
    with archive.reading() as session:
        assert captures_of(session, batches.find_batch(session, "Box 14")) == []
