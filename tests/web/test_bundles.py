"""Building a bundle: records chosen, ordered and checked in the form, then built, proved and downloaded."""

import hashlib
import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from access.policy import SYSTEM, Actor, Role
from disclosure import marks
from disclosure.models import Bundle
from disclosure.production import build, bundles, require_may_leave
from records.corrections import correct_title
from records.models import Record
from records.register import find_record
from search.indexing import rebuild
from store.archive import Archive
from store.audit import AuditEvent
from store.errors import RefusedError
from store.jobs import Job, recent_jobs
from web.forms.bundles import added, carried_references, moved, reordered, typed_references
from worker.runner import Worker

ABOUT = {"title": "Placements", "prefix": "abc", "request": ""}


def step(client, do: str, records: list[str], **more: object):
    return client.post("/bundles/new", data={**ABOUT, "records": ",".join(records), "do": do, **more})


def in_order(page: str) -> list[str]:
    return re.findall(r'id="place-(R\d+)"', page)


def carried(page: str) -> list[str]:
    found = re.search(r'name="records" value="([^"]*)"', page)
    return found[1].split(",") if found and found[1] else []


def jobs(archive: Archive) -> list[Job]:
    with archive.reading() as session:
        return recent_jobs(session)


def events(archive: Archive, action: str) -> list[AuditEvent]:
    with archive.reading() as session:
        return list(
            session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        )


def mark(archive: Archive, reference: str, kind: str, lawyer: Actor) -> None:
    with archive.writing() as session:
        marks.mark(session, find_record(session, reference, actor=lawyer), kind=kind, reason="advice", actor=lawyer)


@pytest.fixture
def three(make_record: Callable[..., str]) -> list[str]:
    return [make_record(f"memorandum {number}".encode(), text=f"memorandum {number}") for number in (1, 2, 3)]


def test_an_order_typed_as_numbers_puts_a_line_before_the_one_that_had_its_number() -> None:
    assert reordered(["A", "B", "C"], {"C": "1"}) == ["C", "A", "B"]
    assert reordered(["A", "B", "C"], {"A": "3"}) == ["B", "C", "A"]
    assert reordered(["A", "B", "C"], {"A": "3", "B": "x", "C": "1"}) == ["C", "B", "A"]
    assert reordered(["A", "B"], {"A": "-1", "B": "²"}) == ["A", "B"]


def test_a_line_moves_within_the_list_and_never_out_of_it() -> None:
    assert moved(["A", "B", "C"], "C", by=-1) == ["A", "C", "B"]
    assert moved(["A", "B"], "A", by=-1) == ["A", "B"]
    assert moved(["A", "B"], "B", by=1) == ["A", "B"]
    assert moved(["A", "B"], "Z", by=1) == ["A", "B"]


def test_references_are_read_however_they_are_set_apart_and_each_once() -> None:
    assert typed_references(" r000002, R000001;\nR000002 ") == ["R000002", "R000001"]
    assert carried_references("R000001,<script>,R1,R000002") == ["R000001", "R000002"]
    assert added(["R000001"], ["R000002", "R000001"]) == ["R000001", "R000002"]


def test_a_bundle_needs_a_title_and_a_prefix_before_records_are_chosen(legal_client) -> None:
    answer = legal_client.post("/bundles/new", data={"title": "", "prefix": "ABC1", "request": "", "do": "choose"})

    assert answer.status_code == 400
    assert "Give the bundle a title" in answer.text
    assert "two to four letters" in answer.text


def test_records_are_added_by_reference_in_the_order_typed(legal_client, three: list[str]) -> None:
    answer = step(legal_client, "typed", [], typed=f"{three[2]} {three[0].lower()}")

    assert carried(answer.text) == [three[2], three[0]]
    assert "2 records added" in answer.text


def test_a_reference_that_is_not_there_adds_nothing_and_is_named(legal_client, three: list[str]) -> None:
    answer = step(legal_client, "typed", [three[0]], typed=f"{three[1]}, R999999")

    assert answer.status_code == 400
    assert "There is no record R999999" in answer.text
    assert carried(answer.text) == [three[0]]


def test_records_are_ticked_in_the_list_and_what_is_in_cannot_be_ticked_again(legal_client, three: list[str]) -> None:
    answer = step(legal_client, "tick", [three[0]], add=[three[1]])

    assert carried(answer.text) == three[:2]
    assert answer.text.count("in the bundle</strong>") == 2


def test_a_search_offers_what_it_finds_and_is_in_the_audit_trail(
    legal_client, archive: Archive, three: list[str]
) -> None:
    rebuild(archive)

    found = step(legal_client, "search", [], q="memorandum")
    everything = step(legal_client, "all", [], q="memorandum")

    assert "3 records found" in found.text
    assert sorted(carried(everything.text)) == three
    assert [event.actor for event in events(archive, "search.searched")] == ["legal@example.org"]


def test_a_query_that_cannot_be_read_is_said_beside_the_box(legal_client, three: list[str]) -> None:
    answer = step(legal_client, "search", [three[0]], q="(memorandum")

    assert answer.status_code == 400
    assert 'id="q-error"' in answer.text
    assert carried(answer.text) == [three[0]]


def test_a_search_may_bring_its_query_to_the_builder(legal_client, three: list[str]) -> None:
    page = legal_client.get("/bundles/new?q=memorandum").text

    assert 'name="q" value="memorandum"' in page


def test_the_order_is_changed_by_numbers_buttons_and_dates(legal_client, three: list[str]) -> None:
    numbers = {f"place-{three[2]}": "1"}

    assert in_order(step(legal_client, "order", three, **numbers).text) == [three[2], three[0], three[1]]
    assert in_order(step(legal_client, f"down:{three[0]}", three).text) == [three[1], three[0], three[2]]
    assert in_order(step(legal_client, f"up:{three[2]}", three).text) == [three[0], three[2], three[1]]
    assert in_order(step(legal_client, f"remove:{three[1]}", three).text) == [three[0], three[2]]
    assert in_order(step(legal_client, "dated", three[::-1]).text) == three


def test_a_bundle_without_records_goes_back_to_choosing(legal_client) -> None:
    answer = step(legal_client, "check", [])

    assert answer.status_code == 400
    assert "The bundle has no records" in answer.text


def test_a_split_family_is_warned_of_and_made_whole_beside_what_is_there(
    legal_client, make_record: Callable[..., str], three: list[str]
) -> None:
    letter = make_record(b"letter")
    enclosure = make_record(b"enclosure", parent=letter)

    split = step(legal_client, "check", [letter, three[0]])
    whole = step(legal_client, f"family:{letter}", [letter, three[0]])

    assert f"The family of {letter} is split" in split.text
    assert f"{enclosure} is not in the bundle" in split.text
    assert in_order(whole.text) == [letter, enclosure, three[0]]
    assert "is split" not in whole.text


def test_a_privileged_record_is_named_before_anything_is_built(
    legal_client, archive: Archive, lawyer: Actor, three: list[str]
) -> None:
    mark(archive, three[1], "privileged", lawyer)

    page = step(legal_client, "check", three).text

    assert f"{three[1]} is privileged" in page
    assert "Privileged" in page
    assert "Build the bundle" not in page


def test_building_with_a_privileged_record_is_refused_by_name_and_recorded(
    legal_client, archive: Archive, lawyer: Actor, three: list[str]
) -> None:
    mark(archive, three[1], "privileged", lawyer)

    answer = step(legal_client, "build", three)

    assert answer.status_code == 409
    assert f"The bundle was not built because {three[1]} is privileged" in answer.text
    assert jobs(archive) == []
    assert len(events(archive, "disclosure.bundle-refused")) == 1


def test_a_restricted_record_goes_with_a_lawyer_who_may_see_it_and_is_marked(
    legal_client, archive: Archive, lawyer: Actor, three: list[str]
) -> None:
    mark(archive, three[1], "restricted", lawyer)

    page = step(legal_client, "check", three).text

    assert "Restricted" in page
    assert "Build the bundle" in page


def test_a_record_that_is_not_there_is_left_out_of_what_is_carried_and_named(legal_client, three: list[str]) -> None:
    answer = step(legal_client, "check", ["R999999", three[0]])

    assert "R999999 is not here" in answer.text
    assert carried(answer.text) == [three[0]]
    assert step(legal_client, "build", ["R999999", three[0]]).status_code == 409


@pytest.mark.slow
def test_a_bundle_is_built_through_the_pages_proved_and_downloaded(
    legal_client, archive: Archive, three: list[str]
) -> None:
    waiting = step(legal_client, "build", three[::-1])
    assert waiting.location == "/bundles/jobs/1"
    assert "Waiting for a worker" in legal_client.get(waiting.location).text

    assert Worker(archive).work_once()

    done = legal_client.get(waiting.location).text
    assert "Built, read back and right" in done
    page = legal_client.get("/bundles/1").text
    with archive.reading() as session:
        (bundle,) = bundles(session)
    assert bundle.sha256 in page
    assert "COMPLETE AND UNREDACTED: FOR THE INQUIRY ONLY" in page
    labels = re.findall(r"ABC\d{6}(?=<)", page)
    assert labels == ["ABC000001", "ABC000002", "ABC000003"]
    assert list(dict.fromkeys(re.findall(r"R\d{6}", page))) == three[::-1]

    file = legal_client.get("/bundles/1/download")

    assert file.headers["Content-Disposition"].startswith("attachment; filename=ABC-Placements-COMPLETE-AND-UNREDACTED")
    assert file.mimetype == "application/octet-stream"
    assert hashlib.sha256(file.data).hexdigest() == bundle.sha256
    file.close()
    (event,) = events(archive, "disclosure.bundle-downloaded")
    assert (event.actor, event.subject) == ("legal@example.org", "bundle:1")


@pytest.mark.slow
def test_a_bundle_whose_bytes_changed_is_not_sent(legal_client, archive: Archive, three: list[str]) -> None:
    step(legal_client, "build", three[:1])
    Worker(archive).work_once()
    with archive.reading() as session:
        path = archive.files.original(bundles(session)[0].sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")

    answer = legal_client.get("/bundles/1/download")

    assert answer.status_code >= 400
    assert b"something else" not in answer.data
    assert events(archive, "disclosure.bundle-downloaded") == []


def test_a_refusal_while_building_is_shown_and_leads_back_to_the_records(
    legal_client, archive: Archive, lawyer: Actor, three: list[str]
) -> None:
    step(legal_client, "build", three)
    mark(archive, three[0], "privileged", lawyer)
    Worker(archive).work_once()

    page = legal_client.get("/bundles/jobs/1").text

    assert "Not built" in page
    assert f"{three[0]} is privileged" in page
    assert carried(page) == three


def test_what_a_title_says_is_shown_and_never_run(legal_client, archive: Archive, three: list[str]) -> None:
    attack = "<img src=x onerror=alert(1)>"
    with archive.writing() as session:
        correct_title(session, session.scalars(select(Record)).first(), title=attack, reason="an attack", actor=SYSTEM)

    pages = [step(legal_client, do, three, title=attack) for do in ("about", "choose", "check")]
    job = step(legal_client, "build", three, title=attack)

    for page in [*pages, legal_client.get(job.location), legal_client.get("/bundles")]:
        assert attack not in page.text
        assert "&lt;img" in page.text
    assert json.loads(jobs(archive)[0].payload)["title"] == attack


@pytest.mark.parametrize("role", [Role.RECORDS_OFFICER, Role.LEADER, Role.ADMINISTRATOR])
def test_nobody_but_legal_reaches_a_bundle(client_for, archive: Archive, three: list[str], role: Role) -> None:
    client = client_for(role)

    answers = [
        client.get(path).status_code for path in ("/bundles", "/bundles/new", "/bundles/1", "/bundles/1/download")
    ]
    answers.append(step(client, "build", three).status_code)

    assert set(answers) == {403}
    assert jobs(archive) == []


def test_a_bundle_or_job_that_is_not_there_is_not_found(legal_client) -> None:
    for path in ("/bundles/7", "/bundles/7/download", "/bundles/jobs/7"):
        assert legal_client.get(path).status_code == 404


def test_a_bundle_of_which_a_record_was_marked_since_leaves_no_more(
    legal_client, archive: Archive, three: list[str], lawyer: Actor
) -> None:
    step(legal_client, "build", three[:2])
    Worker(archive).work_once()
    mark(archive, three[2], "privileged", lawyer)
    assert "Do not send it" not in legal_client.get("/bundles/1").text
    mark(archive, three[1], "privileged", lawyer)

    page = legal_client.get("/bundles/1").text
    answer = legal_client.get("/bundles/1/download")

    assert "Do not send it" in page
    assert "Download the PDF" not in page
    assert answer.status_code == 409
    assert f"because {three[1]} is marked privileged or restricted now" in answer.text
    assert events(archive, "disclosure.bundle-downloaded") == []


def test_whoever_marks_a_record_is_told_of_the_bundles_it_stands_in(
    legal_client, archive: Archive, three: list[str], lawyer: Actor
) -> None:
    build(archive, title="Placements", prefix="ABC", references=three[:2], actor=lawyer)
    form = {"mark-kind": "privileged", "mark-reason": "Advice."}

    beside = legal_client.post(f"/records/{three[2]}/marks", data=form, follow_redirects=True).text
    marked = legal_client.post(f"/records/{three[0]}/marks", data=form, follow_redirects=True).text

    assert "stands in bundle" not in beside
    assert f"{three[0]} stands in bundle 1, Placements: look at it before it leaves" in marked


def test_a_bundle_that_carries_what_was_marked_since_leaves_no_more(archive: Archive, make_record, lawyer) -> None:
    message = make_record(b"a message with advice attached")
    advice, beside = make_record(b"advice", parent=message), make_record(b"minutes", parent=message)
    whole = build(archive, title="Mail", prefix="ABC", references=[message], actor=lawyer).bundle
    part = build(archive, title="Minutes", prefix="ABC", references=[beside], actor=lawyer).bundle
    mark(archive, advice, "privileged", lawyer)

    with archive.reading() as session:
        with pytest.raises(RefusedError, match=f"may no longer leave because {advice} is marked"):
            require_may_leave(session, session.get_one(Bundle, whole.id), actor=lawyer)
        require_may_leave(session, session.get_one(Bundle, part.id), actor=lawyer)
