"""Pages we could not read: the queue, and what an officer does about each page of it."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont

from access.policy import OPERATOR, SYSTEM, Actor, Role
from ingest.reading import MISSING, NOT_TAKEN_OUT
from records.models import PRIVILEGED, Page, Record
from records.page_models import SuggestNeed
from records.page_versions import find_page, versions_of
from retention.tagging import suggestions_of
from search.indexing import bring_up_to_date
from store.archive import Archive
from store.jobs import recent_jobs
from tests.ingest.archive_making import zip_with_locked
from worker.runner import Worker
from worker.taking_in import take_in

OFFICER = Actor("records-officer@example.org", frozenset({Role.RECORDS_OFFICER}))
WORDS = ["Memorandum to the Area Officer", "about the garden of the home", "and the painting of the gate"]


def picture(words: list[str], *, turned: int = 0) -> bytes:
    page = Image.new("L", (1000, 700), 255)
    font = ImageFont.load_default(size=40)
    for line, text in enumerate(words):
        ImageDraw.Draw(page).text((80, 80 + line * 90), text, fill=0, font=font)
    out = io.BytesIO()
    page.rotate(-turned, expand=True).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def make_unread(archive: Archive, make_record: Callable[..., str]) -> Callable[..., str]:
    """Makes a picture of a page that was not read for this reason."""

    def make(reason: str, content: bytes = b"", *, compartment: str = "open") -> str:
        reference = make_record(content or picture([reason]), unread=True)
        with archive.writing() as session:
            record, page = find_page(session, reference, 1, actor=SYSTEM)
            record.media_type, record.compartment, page.reason = "image/png", compartment, reason
        return reference

    return make


@pytest.fixture
def three(make_unread: Callable[..., str]) -> list[str]:
    return [make_unread("handwriting: not printed"), make_unread("blank: no ink"), make_unread("handwriting: faint")]


def test_the_queue_shows_each_page_with_its_picture_and_reason_and_can_be_narrowed(officer_client, three) -> None:
    everything = officer_client.get("/unread-pages").text
    blank = officer_client.get("/unread-pages?reason=blank").text

    assert "3 pages that nobody has read" in everything
    for reference in three:
        assert f"/records/{reference}/pages/1-small.jpg" in everything
    assert "Apparently handwritten" in everything
    assert three[1] in blank
    assert three[0] not in blank


def test_a_privileged_page_leaves_no_trace_for_an_officer(officer_client, legal_client, make_unread, three) -> None:
    hidden = make_unread("handwriting: counsel", compartment=PRIVILEGED)

    seen = officer_client.get("/unread-pages").text

    assert hidden not in seen
    assert "3 pages that nobody has read" in seen
    assert hidden in legal_client.get("/unread-pages").text
    assert officer_client.get(f"/records/{hidden}/pages/1").status_code == 404
    for act in ("transcript", "seen", "read-again", "versions/1"):
        assert officer_client.post(f"/records/{hidden}/pages/1/{act}").status_code == 404


def test_the_pages_are_walked_one_after_another_within_what_was_asked_for(officer_client, three) -> None:
    page = officer_client.get(f"/records/{three[0]}/pages/1?reason=handwriting").text

    assert "1 of 2 pages in the queue, apparently handwritten" in page
    assert re.search(rf'data-key="n" href="/records/{three[2]}/pages/1\?reason=handwriting"', page)
    assert 'data-key="p"' not in page


def test_a_typed_page_is_kept_shown_as_a_transcript_and_found_by_search(
    officer_client, archive, three, make_record
) -> None:
    text = "Mrs Lightfoot asked for a new greenhouse."
    answer = officer_client.post(
        f"/records/{three[0]}/pages/1/transcript?reason=handwriting",
        data={"transcript-text": text, "transcript-note": "in pencil", "base": "1"},
    )
    bring_up_to_date(archive)

    assert answer.location == f"/records/{three[2]}/pages/1?reason=handwriting"
    shown = officer_client.get(f"/records/{three[0]}").text
    assert text in shown
    assert "Transcript" in shown
    assert "records-officer@example.org" in shown
    found = officer_client.get("/search?q=greenhouse").text
    assert three[0] in found
    assert "transcript, typed by a person" in found
    assert "2 pages that nobody has read" in officer_client.get("/unread-pages").text


def test_whoever_corrects_a_page_that_was_read_goes_back_to_the_record(officer_client, three) -> None:
    address = f"/records/{three[0]}/pages/1"
    officer_client.post(f"{address}/transcript", data={"transcript-text": "typed", "base": "1"})

    page = officer_client.get(address).text
    answer = officer_client.post(f"{address}/transcript", data={"transcript-text": "typed well", "base": "2"})

    assert f'href="/records/{three[0]}?page=1#page" class="govuk-back-link"' in page
    assert "Keep the transcript and go on" not in page
    assert answer.location == f"/records/{three[0]}?page=1#page"


def test_an_empty_or_overtaken_transcript_is_refused_and_what_was_typed_is_not_lost(officer_client, three) -> None:
    address = f"/records/{three[0]}/pages/1/transcript"

    empty = officer_client.post(address, data={"transcript-text": " ", "base": "1"})
    officer_client.post(address, data={"transcript-text": "hers", "base": "1"})
    late = officer_client.post(address, data={"transcript-text": "my long afternoon", "base": "1"})

    assert (empty.status_code, late.status_code) == (400, 400)
    assert "changed by somebody else" in late.text
    assert "my long afternoon" in late.text


def test_saying_what_a_page_is_ends_its_unread_state(officer_client, archive, three) -> None:
    answer = officer_client.post(f"/records/{three[1]}/pages/1/seen", data={"seen-what": "blank"})

    assert answer.location == f"/records/{three[2]}/pages/1"
    shown = officer_client.get(f"/records/{three[1]}/pages/1").text
    assert "Seen by a person</strong> by records-officer@example.org" in shown
    assert officer_client.post(f"/records/{three[1]}/pages/1/seen", data={}).status_code == 400


def test_the_last_page_of_the_queue_leads_back_to_it(officer_client, make_unread) -> None:
    only = make_unread("blank: no ink")

    answer = officer_client.post(f"/records/{only}/pages/1/seen?reason=blank", data={"seen-what": "blank"})

    assert answer.location == "/unread-pages?reason=blank"


def test_a_page_on_its_side_is_read_again_the_right_way_up_by_the_worker(officer_client, archive, make_unread) -> None:
    reference = make_unread("handwriting: not printed", picture(WORDS, turned=90))
    answer = officer_client.post(
        f"/records/{reference}/pages/1/read-again",
        data={"again-turn": "270", "again-language": "eng", "again-layout": "block",
              "again-resolution": "normal", "again-seconds": "120"},
    )  # fmt: skip
    assert answer.location == f"/records/{reference}/pages/1"
    assert "reading the page again" in officer_client.get(answer.location).text

    Worker(archive).work_once()

    with archive.reading() as session:
        record, page = find_page(session, reference, 1, actor=OFFICER)
        assert recent_jobs(session)[0].message == ""
        assert (page.unread, page.read_by, page.rotation, record.state) == (False, "ocr", 270, "read")
        assert "garden of the home" in page.text
        newest, first = versions_of(session, page)
        assert (newest.made_by, newest.settings.startswith("language English; turned left")) == (OFFICER.name, True)
        assert first.unread
    shown = officer_client.get(answer.location).text
    assert "the new reading is better, and stands" in shown
    chosen = officer_client.post(f"/records/{reference}/pages/1/versions/1")
    assert chosen.status_code == 302
    with archive.reading() as session:
        assert find_page(session, reference, 1, actor=OFFICER)[1].unread


def test_settings_that_there_are_not_are_refused(officer_client, archive, three) -> None:
    answer = officer_client.post(f"/records/{three[0]}/pages/1/read-again", data={"again-turn": "45"})

    assert answer.status_code == 400
    with archive.reading() as session:
        assert recent_jobs(session) == []


def test_a_page_without_a_picture_is_not_read_again(officer_client, make_record) -> None:
    answer = officer_client.post(f"/records/{make_record()}/pages/1/read-again", data={})

    assert answer.status_code == 409
    assert "nothing to read again" in answer.text


def test_new_words_are_looked_through_and_a_category_rejected_before_is_open_again(
    officer_client, archive, make_unread
) -> None:
    reference = make_unread("handwriting: not printed")
    text = (
        "Complaint by a resident of the children's home that a member of staff had hit him; allegation of abuse made."
    )
    officer_client.post(f"/records/{reference}/pages/1/transcript", data={"transcript-text": text, "base": "1"})

    Worker(archive).work_once()

    with archive.reading() as session:
        record, _ = find_page(session, reference, 1, actor=OPERATOR)
        suggested = suggestions_of(session, record)
        assert session.get(SuggestNeed, record.id) is None
        assert suggested
        category, had = suggested[0].category, len(suggested[0].evidence)
    officer_client.post(
        f"/records/{reference}/categories/{category}",
        data={f"{category}-outcome": "rejected", f"{category}-reason": "another home", f"{category}-paragraph": ""},
    )
    more = text + "\nHe said in 1974 that the warden of the home had hit other boys too: allegation of abuse made."
    officer_client.post(f"/records/{reference}/pages/1/transcript", data={"transcript-text": more, "base": "2"})
    Worker(archive).work_once()

    with archive.reading() as session:
        record, _ = find_page(session, reference, 1, actor=OPERATOR)
        again = next(each for each in suggestions_of(session, record) if each.category == category)
        assert again.status == "open"
        assert len(again.evidence) > had


def test_a_leader_and_an_administrator_reach_none_of_it(leader_client, administrator_client, three) -> None:
    for client in (leader_client, administrator_client):
        assert client.get("/unread-pages").status_code == 403
        assert client.get(f"/records/{three[0]}/pages/1").status_code == 403


def test_a_page_that_is_not_there_is_not_found(officer_client, archive, three) -> None:
    assert officer_client.get(f"/records/{three[0]}/pages/2").status_code == 404
    assert officer_client.get(f"/records/{three[0]}/pages/1?version=4").status_code == 404
    with archive.reading() as session:
        assert session.query(Page).count() == session.query(Record).count()


def test_several_pages_are_said_to_be_blank_on_one_screen_and_each_is_taken_back(
    officer_client, archive: Archive, three
) -> None:
    page = officer_client.get("/unread-pages").text
    assert page.count('name="page"') == 3
    assert officer_client.get("/unread-pages?tick=all").text.count(" checked>") == 3
    first, second, third = three

    answer = officer_client.post(
        "/unread-pages/seen?reason=",
        data={"page": [f"{first}/1", f"{third}/1"], "seen-what": "blank", "seen-note": "backs of forms"},
    )

    assert answer.location == "/unread-pages"
    with archive.reading() as session:
        pages = [find_page(session, reference, 1, actor=OFFICER)[1] for reference in three]
        assert [(page.read_by, page.unread) for page in pages] == [
            ("seen", False),
            ("none", True),
            ("seen", False),
        ]
        assert versions_of(session, pages[0])[0].note == "backs of forms"
    seen = officer_client.get("/unread-pages/seen").text
    assert f'value="{first}/1"' in seen
    assert f'value="{second}/1"' not in seen

    officer_client.post("/unread-pages/seen/back", data={"page": [f"{first}/1"]})

    with archive.reading() as session:
        page = find_page(session, first, 1, actor=OFFICER)[1]
        assert (page.unread, page.reason) == (True, "handwriting: not printed")
        assert len(versions_of(session, page)) == 2
        assert not find_page(session, third, 1, actor=OFFICER)[1].unread
    assert f'value="{first}/1"' not in officer_client.get("/unread-pages/seen").text
    assert officer_client.post("/unread-pages/seen/back", data={"page": [f"{first}/1"]}).status_code == 409


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"seen-what": "blank"}, "Choose the pages first"),
        ({"page": ["{0}/1"]}, "Choose what the page is"),
        ({"page": ["{0}/1"], "seen-what": "burnt"}, "Not a valid choice"),
        ({"page": ["/1", "{0}/x", "{0}/²"], "seen-what": "blank"}, "Choose the pages first"),
    ],
)
def test_what_cannot_be_meant_of_several_pages_is_refused_and_the_ticks_stay(
    officer_client, archive: Archive, three, data, words
) -> None:
    if "page" in data:
        data = data | {"page": [each.format(three[0]) for each in data["page"]]}

    answer = officer_client.post("/unread-pages/seen", data=data)

    assert answer.status_code == 400
    assert words in answer.text
    if data.get("page") == [f"{three[0]}/1"]:
        assert answer.text.count(" checked>") == 1 + (data.get("seen-what") in ("blank",))
    with archive.reading() as session:
        assert find_page(session, three[0], 1, actor=OFFICER)[1].unread


def test_pages_read_or_hidden_meanwhile_are_left_and_the_others_kept(
    officer_client, legal_client, archive: Archive, three, make_unread, leader_client
) -> None:
    hidden = make_unread("blank: no ink", compartment=PRIVILEGED)
    officer_client.post(
        f"/records/{three[0]}/pages/1/transcript", data={"transcript-text": "typed", "transcript-note": ""}
    )

    officer_client.post(
        "/unread-pages/seen",
        data={"page": [f"{three[0]}/1", f"{hidden}/1", f"{three[1]}/1"], "seen-what": "blank"},
    )

    told = officer_client.get("/unread-pages").text
    assert "1 page kept as seen by you." in told
    assert "has text" in told
    with archive.reading() as session:
        read_by = [session.get_one(Page, number).read_by for number in (1, 2, 3, 4)]
    assert read_by == ["transcript", "seen", "none", "none"]
    assert leader_client.post("/unread-pages/seen", data={}).status_code == 403
    assert legal_client.get("/unread-pages/seen").text.count('name="page"') == 0


@pytest.mark.slow
def test_pages_unread_for_a_reason_are_read_again_as_a_job_with_progress(
    officer_client, archive: Archive, make_unread
) -> None:
    upside_down = make_unread("unreadable: upside down", picture(WORDS, turned=180))
    other = make_unread("handwriting: faint", picture(WORDS))
    page = officer_client.get("/read-again?reason=unreadable").text
    assert 'value="unreadable" selected' in page

    answer = officer_client.post(
        "/read-again",
        data={"record": "", "batch": "", "reason": "unreadable", "kind": "image/", "language": "eng", "turn": "180",
              "resolution": "normal", "layout": "block", "seconds": "120"},
    )  # fmt: skip

    assert answer.location == "/read-again?reason=unreadable&kind=image/"
    assert "1 page will be read again" in officer_client.get(answer.location).text
    Worker(archive).work_once()
    told = officer_client.get("/read-again").text
    assert "1 page read again: the new reading of 1 stands" in told
    with archive.reading() as session:
        assert "Area Officer" in find_page(session, upside_down, 1, actor=OFFICER)[1].text
        assert find_page(session, other, 1, actor=OFFICER)[1].unread
        (job,) = recent_jobs(session)
        assert (job.done, job.total) == (1, 1)


def test_reading_again_needs_something_that_narrows_it_and_shows_nobody_what_others_asked(
    officer_client, legal_client, leader_client, archive: Archive, three, make_unread
) -> None:
    hidden = make_unread("handwriting: x", compartment=PRIVILEGED)
    how = {
        "record": "",
        "batch": "",
        "reason": "",
        "kind": "",
        "language": "auto",
        "turn": "0",
        "resolution": "normal",
        "layout": "auto",
        "seconds": "120",
    }

    for which, words in (
        ({}, "say of which record or batch"),
        ({"record": hidden}, "There is no record"),
        ({"reason": "limit"}, "No page fits"),
    ):
        answer = officer_client.post("/read-again", data=how | which)
        assert answer.status_code == 400
        assert words in answer.text
    assert legal_client.post("/read-again", data=how | {"record": hidden}).status_code == 302
    assert hidden not in officer_client.get("/read-again").text
    assert hidden in legal_client.get("/read-again").text
    assert leader_client.get("/read-again").status_code == 403


def test_a_page_that_names_what_is_missing_shows_it_and_says_how_to_go_on(
    officer_client, archive: Archive, notice, tmp_path
) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1 The minutes were agreed\par")
    (tmp_path / "b.zip").write_bytes(
        zip_with_locked({"open.txt": b"One note", "kept.txt": b"Another"}, {"kept.txt": "x"})
    )
    take_in(archive, [str(tmp_path / "a.rtf"), str(tmp_path / "b.zip")], batch="Box 1", source="store", actor=OPERATOR)

    for reference, number, heading, named in (
        ("R000001", 2, MISSING, "Damaged: what may follow"),
        ("R000002", 1, NOT_TAKEN_OUT, "Protected by a password: kept.txt"),
    ):
        to_do = officer_client.get(f"/records/{reference}/pages/{number}").text
        on_the_record = officer_client.get(f"/records/{reference}?page={number}").text

        for shown in (to_do, on_the_record):
            assert f'aria-label="{heading}">{named}' in shown
            assert "What the machine made of it" not in shown
        assert "Ask whoever holds the file for a whole copy, or for its password" in to_do
        said = {"seen-what": "nothing", "seen-note": "No other copy exists."}
        officer_client.post(f"/records/{reference}/pages/{number}/seen", data=said)
        with archive.reading() as session:
            assert not find_page(session, reference, number, actor=SYSTEM)[1].unread
