"""The pages of paper: boxes against records, the box list, one place, and what is gone."""

import io

import pytest

from access.policy import OPERATOR
from ingest import batches
from records import custody, losses
from records.box_list_applying import apply_list
from records.models import Record
from records.register import find_record
from store.archive import Archive

GOOD = b"""site,box,file,volume,title,pages,first_folio,last_folio
Town Hall,14,SS-85,1,Minutes,20,1,20
Town Hall,15,,,Logs,,,
"""


@pytest.fixture
def volume(archive: Archive) -> str:
    with archive.writing() as session:
        apply_list(session, archive.files, GOOD, name="list.csv", actor=OPERATOR)
        return custody.find_place(session, "14/SS-85/1").code


def uploaded(content: bytes, what: str) -> dict[str, object]:
    return {"file": (io.BytesIO(content), "list.csv"), "what": what}


def test_a_list_is_shown_before_it_is_taken_over(officer_client, archive: Archive) -> None:
    shown = officer_client.post("/boxes/list", data=uploaded(GOOD, "show"))
    assert "5 places new" in shown.text
    with archive.reading() as session:
        assert custody.children(session, None) == []

    assert officer_client.post("/boxes/list", data=uploaded(GOOD, "apply")).location == "/boxes"
    assert "Town Hall / 14 / SS-85 / 1" in officer_client.get("/boxes").text


def test_faulty_lines_are_told_and_nothing_is_taken_over(officer_client, archive: Archive) -> None:
    answer = officer_client.post("/boxes/list", data=uploaded(b"box,pages\n1,x\n,3\n", "apply"))

    assert answer.status_code == 400
    assert "2 lines of the list cannot be used" in answer.text
    assert "which box it is about" in answer.text
    with archive.reading() as session:
        assert custody.children(session, None) == []


def test_a_place_is_counted_filled_taken_sealed_and_labelled(officer_client, archive: Archive, volume, make_record):
    reference = make_record()
    at = f"/places/{volume}"
    steps = {
        "put": {"put-record": reference, "put-first": "1", "put-last": "11"},
        "count": {"count-pages": "20", "count-first": "1", "count-last": "20", "count-by": "A Clerk"},
        "seal": {"seal-number": "A 1", "seal-by": "A Clerk"},
        "break": {"break-by": "A Clerk", "break-why": "scanning"},
        "take": {"take-by": "A Clerk", "take-to": "Reading room", "take-why": "scan", "take-due": ["1", "1", "2099"]},
    }
    for act, data in steps.items():
        assert officer_client.post(f"{at}/{act}", data=data).status_code == 302, act

    page = officer_client.get(at).text
    assert "Folios 12 to 20 missing" in page
    assert "Out with A Clerk" in page
    assert "broken" in page
    assert officer_client.post(f"{at}/return", data={"return-note": "whole"}).status_code == 302
    assert officer_client.post(f"{at}/labels", data={"sheet": "14", "inside": "yes"}).data[:5] == b"%PDF-"
    assert "Overdue" not in officer_client.get("/boxes").text
    assert officer_client.post("/boxes/export", data={"form": "csv"}).data.count(b"\n") == 3
    assert officer_client.post("/boxes/export", data={"form": "xlsx"}).data[:2] == b"PK"


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("put", {"put-record": "R999999"}, "no record R999999"),
        ("put", {}, "reference"),
        ("count", {"count-pages": "3", "count-by": "A", "count-first": "2"}, "both, or neither"),
        ("break", {"break-by": "A", "break-why": "x"}, "no whole seal"),
        ("return", {}, "is not out"),
        (
            "take",
            {"take-by": "A", "take-to": "B", "take-why": "C", "take-due": ["1", "1", "1999"]},
            "days cannot be right",
        ),
    ],
)
def test_what_cannot_be_recorded_comes_back_with_the_reason(officer_client, volume, act, data, words):
    answer = officer_client.post(f"/places/{volume}/{act}", data=data)

    assert 400 <= answer.status_code < 500
    assert words in answer.text


def test_a_restricted_record_leaves_no_trace_on_the_page_of_its_place(
    officer_client, legal_client, archive: Archive, volume, make_record
) -> None:
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        custody.put_record(session, record, custody.find_place(session, volume), folios=(1, 20), actor=OPERATOR)
        record.compartment, record.title = "restricted", "Of someone"

    assert reference not in officer_client.get(f"/places/{volume}").text
    assert "Of someone" in legal_client.get(f"/places/{volume}").text


def test_only_those_who_look_after_paper_change_it(legal_client, leader_client, volume) -> None:
    assert legal_client.get("/boxes").status_code == 200
    assert "Take it out" not in legal_client.get(f"/places/{volume}").text
    assert legal_client.post(f"/places/{volume}/count", data={}).status_code == 403
    assert leader_client.get("/boxes").status_code == 403


LOSS = {
    "what": "Visitors’ book of 1991", "nature": "destroyed", "known_by": "A Clerk", "known_on": ["17", "8", "2015"],
    "evidence": "Destruction list 7", "place": "15",
}  # fmt: skip


def test_a_loss_is_recorded_stated_and_found_again(officer_client, leader_client, archive: Archive, volume) -> None:
    assert officer_client.post("/losses", data=LOSS).location == "/losses"
    assert "Destruction list 7" in leader_client.get("/losses").text
    assert "Known to be gone" in officer_client.get("/boxes").text
    assert leader_client.post("/losses", data=LOSS).status_code == 403
    assert b"Destruction list 7" in leader_client.post("/losses/statement").data

    assert officer_client.post("/losses/L0001/found", data={"L0001-where": ""}).status_code == 400
    officer_client.post("/losses/L0001/found", data={"L0001-where": "bay 9"})

    with archive.reading() as session:
        assert losses.find_loss(session, "L0001").found_where == "bay 9"


@pytest.mark.parametrize("wrong", [{"evidence": ""}, {"place": "99"}, {"known_on": ["1", "1", "2099"]}])
def test_a_loss_that_cannot_be_recorded_comes_back(officer_client, volume, wrong) -> None:
    assert officer_client.post("/losses", data={**LOSS, **wrong}).status_code == 400


def test_a_place_is_added_by_hand_inside_another(officer_client, legal_client, archive: Archive, volume) -> None:
    assert "P0000001" in officer_client.get("/boxes/new?within=P0000001").text

    answer = officer_client.post(
        "/boxes/new",
        data={"kind": "room", "reference": "Basement", "within": "P0000001", "title": "Strong room", "dates": ""},
    )

    page = officer_client.get(answer.location).text
    assert "Room Basement" in page
    assert "Strong room" in page
    with archive.reading() as session:
        made = custody.find_place(session, answer.location.rsplit("/", 1)[-1])
        assert custody.way_in_words(session, made) == "site Town Hall, room Basement"
    assert legal_client.get("/boxes/new").status_code == 403
    assert legal_client.post("/boxes/new", data={}).status_code == 403


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"kind": "", "reference": "1", "within": ""}, 400, "Choose what it is"),
        ({"kind": "box", "reference": "", "within": ""}, 400, "Give the reference"),
        ({"kind": "file", "reference": "1", "within": ""}, 400, "lies in something"),
        ({"kind": "site", "reference": "1", "within": "14"}, 400, "cannot lie in"),
        ({"kind": "file", "reference": "1", "within": "99"}, 400, "There is no"),
        ({"kind": "box", "reference": "14", "within": ""}, 409, "already"),
    ],
)
def test_a_place_that_cannot_be_is_refused(officer_client, archive: Archive, volume, data, status, words) -> None:
    answer = officer_client.post("/boxes/new", data=data | {"title": "", "dates": ""})

    assert answer.status_code == status
    assert words in answer.text
    with archive.reading() as session:
        assert len(custody.everything_in(session, custody.children(session, None)[0])) == 5


@pytest.fixture
def batch(archive: Archive, make_record) -> list[str]:
    made = [make_record(b"one"), make_record(b"two"), make_record(b"three")]
    with archive.writing() as session:
        batches.open_run(session, ["/share"], batch="Box 14", source="store", actor=OPERATOR)
        find_record(session, made[2], actor=OPERATOR).compartment = "privileged"
    return made


def test_a_whole_batch_is_put_in_a_place_and_what_is_hidden_is_neither_put_nor_counted(
    officer_client, archive: Archive, volume, batch
) -> None:
    with archive.writing() as session:
        record = find_record(session, batch[1], actor=OPERATOR)
        custody.put_record(session, record, custody.find_place(session, "15"), actor=OPERATOR)
    assert f'value="{volume}"' in officer_client.get(f"/boxes/fill?place={volume}").text

    answer = officer_client.post("/boxes/fill/batch", data={"all-batch": "Box 14", "all-place": "14/SS-85"})

    told = officer_client.get(answer.location).text
    assert f"1 put there, 0 there already, 1 left elsewhere: {batch[1]}." in told
    with archive.reading() as session:
        assert custody.placement_of(session, session.get_one(Record, 3)) is None
    for data, words in (
        ({"all-batch": "", "all-place": "14"}, "Choose the batch"),
        ({"all-batch": "Box 14", "all-place": "77"}, "There is no"),
    ):
        refused = officer_client.post("/boxes/fill/batch", data=data)
        assert refused.status_code == 400
        assert words in refused.text


def test_records_are_put_by_their_names_after_a_look(
    officer_client, legal_client, archive: Archive, volume, batch
) -> None:
    with archive.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER fix_record_file")
        session.connection().exec_driver_sql(
            "UPDATE record_file SET path = '14/SS-85/1/f' || record_id || '-' || (record_id + 4) || '.pdf'"
        )
    pattern = {"names-pattern": "{box}/{file}/{volume}/f{from}-{to}.pdf", "names-batch": ""}

    shown = officer_client.post("/boxes/fill/names", data=pattern | {"names-what": "show"}).text

    assert "2 records fit the pattern" in shown
    assert "volume 1, folios 1 to 5" in shown
    assert batch[2] not in shown
    with archive.reading() as session:
        assert custody.placement_of(session, session.get_one(Record, 1)) is None
    answer = officer_client.post("/boxes/fill/names", data=pattern | {"names-what": "apply"})
    assert answer.location == "/boxes"
    with archive.reading() as session:
        placed = custody.placement_of(session, session.get_one(Record, 1))
        assert (placed.first_folio, placed.last_folio) == (1, 5)
    wrong = officer_client.post("/boxes/fill/names", data={"names-pattern": "{shelf}", "names-what": "show"})
    assert wrong.status_code == 400
    assert "{shelf} in the pattern is not one of" in wrong.text
    assert legal_client.post("/boxes/fill/names", data=pattern).status_code == 403
