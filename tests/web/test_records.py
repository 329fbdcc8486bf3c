"""The records an officer works through, and who may not know of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from access.policy import OPERATOR, SYSTEM, Actor
from failings.escalations import open_escalations
from records.models import RecordFile
from records.page_versions import NewVersion, find_page, keep_reading
from records.register import find_record
from retention.disposal import purge
from retention.holds import clear
from retention.tagging import keep_suggestions
from store.archive import Archive
from store.audit_actions import AuditAction
from tests.web.records_to_decide import OFFICER, TEXT, confirmed, happened, proposal, restrict


@pytest.mark.parametrize("path", ["", "/to-decide", "/next", "/R000001", "/R000001/risk", "/R000001/original"])
def test_leaders_and_administrators_never_see_a_record(
    leader_client, administrator_client, decidable: Callable[..., str], path: str
) -> None:
    decidable(b"one", title="Letter of concern")

    for client in (leader_client, administrator_client):
        answer = client.get(f"/records{path}")

        assert answer.status_code == 403
        assert "Letter of concern" not in answer.text


def test_the_list_shows_what_is_suggested_apart_from_what_is_decided(
    officer_client, decidable: Callable[..., str]
) -> None:
    decidable(b"one", title="Suggested letter")
    decided = decidable(b"two", title="Decided letter")
    officer_client.post(f"/records/{decided}/categories/failings", data=confirmed())

    page = officer_client.get("/records").text

    assert page.count("Failings, suggested") == 1
    assert '<strong class="govuk-tag govuk-tag--teal">Failings</strong>' in page


@pytest.mark.parametrize(
    ("filter_", "shown"),
    [
        ("needs=deciding", {"R000001"}),
        ("needs=reading", {"R000002"}),
        ("category=failings", {"R000001"}),
        ("category=honours", set()),
        ("batch=Box+14", {"R000001", "R000002"}),
        ("batch=Box+15", set()),
        ("state=read", {"R000001", "R000002"}),
        ("state=container", set()),
    ],
)
def test_the_list_is_narrowed_by_each_filter(
    officer_client, decidable: Callable[..., str], make_record: Callable[..., str], filter_: str, shown: set[str]
) -> None:
    decidable(b"one")
    make_record(b"two", unread=True)

    page = officer_client.get(f"/records?{filter_}").text

    assert {reference for reference in ("R000001", "R000002") if reference in page} == shown


def test_the_list_is_shown_in_pages(officer_client, make_record: Callable[..., str]) -> None:
    for number in range(51):
        make_record(f"memorandum {number}".encode())

    first, second = officer_client.get("/records").text, officer_client.get("/records?start=50").text

    assert "51 records, 1 to 50" in first
    assert "R000051" not in first
    assert "R000051" in second


def test_the_queue_runs_from_the_strongest_to_the_weakest_and_back(
    officer_client, decidable: Callable[..., str]
) -> None:
    weak, strong, middle = decidable(b"1", strength=0.4), decidable(b"2", strength=0.9), decidable(b"3", strength=0.6)

    assert officer_client.get("/records/next").headers["Location"] == f"/records/{strong}"
    page = officer_client.get(f"/records/{middle}").text
    assert f'href="/records/{strong}" rel="prev"' in page
    assert f'href="/records/{weak}" rel="next"' in page
    assert "2 other records in the queue" in page


def test_a_record_that_was_just_decided_leads_to_the_one_that_followed_it(
    officer_client, decidable: Callable[..., str]
) -> None:
    decidable(b"1", strength=0.9)
    middle, weak = decidable(b"2", strength=0.6), decidable(b"3", strength=0.4)

    page = officer_client.post(f"/records/{middle}/categories/failings", data=confirmed(), follow_redirects=True).text

    assert "Nothing left to decide here" in page
    assert f'href="/records/{weak}" rel="next"' in page


def test_an_empty_queue_says_so(officer_client, notice: str) -> None:
    page = officer_client.get("/records/next", follow_redirects=True).text

    assert "Nothing waits for a decision." in page


def test_the_evidence_is_marked_in_the_text_and_linked_from_the_suggestion(
    officer_client, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")

    page = officer_client.get(f"/records/{reference}").text

    assert (
        '<span class="candour-anchor" id="evidence-1"></span><mark class="candour-mark candour-mark--evidence">' in page
    )
    assert ">worried</mark>" in page
    assert f'href="/records/{reference}?page=1#evidence-1"' in page
    assert "Failings, strong: concern not acted on." in page


def test_evidence_whose_words_moved_is_not_marked_in_the_wrong_place(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one", open_=False)
    with archive.writing() as session:
        found = proposal(0.9, TEXT)
        moved = replace(found, evidence=[replace(found.evidence[0], start=0, end=7)])
        keep_suggestions(session, find_record(session, reference, actor=OFFICER), [moved], actor=SYSTEM)

    page = officer_client.get(f"/records/{reference}").text

    assert "<mark" not in page
    assert "“worried”" in page


def test_text_that_looks_like_html_is_shown_and_never_run(officer_client, decidable: Callable[..., str]) -> None:
    hostile = '<script>alert("worried")</script>'
    reference = decidable(b"one", title="<img src=x onerror=alert(1)>", text=hostile)

    for path in (f"/records/{reference}", "/records", "/records/to-decide", f"/records/{reference}/risk"):
        page = officer_client.get(path).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in officer_client.get(f"/records/{reference}").text


def test_an_unread_page_is_shown_as_unread_and_never_as_empty(officer_client, make_record: Callable[..., str]) -> None:
    reference = make_record(unread=True)

    page = officer_client.get(f"/records/{reference}").text

    assert "1 page could not be read." in page
    assert "This page has not been read." in page
    assert "found blank" not in page


def test_viewing_a_restricted_record_is_in_the_audit_trail_and_an_open_one_is_not(
    legal_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    guarded, open_ = decidable(b"one"), decidable(b"two")
    restrict(archive, guarded)

    legal_client.get(f"/records/{open_}")
    page = legal_client.get(f"/records/{guarded}").text

    assert "That you opened it is in the audit trail." in page
    with archive.reading() as session:
        assert happened(session, AuditAction.RECORD_VIEWED) == 1
        assert happened(session, AuditAction.RECORD_VIEWED, f"record:{guarded}") == 1


def test_a_refused_form_on_a_restricted_record_is_a_view_of_it_too(
    legal_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    restrict(archive, reference)

    legal_client.post(f"/records/{reference}/categories/failings", data=confirmed(reason=""))

    with archive.reading() as session:
        assert happened(session, AuditAction.RECORD_VIEWED, f"record:{reference}") == 1


def test_a_strong_allegation_is_announced_with_the_support_there_is(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference, other = decidable(b"one", open_=False), decidable(b"two")
    with archive.writing() as session:
        record = find_record(session, reference, actor=OFFICER)
        keep_suggestions(session, record, [proposal(0.95, TEXT, "allegations")], actor=SYSTEM)

    note = "You need not read it now, or alone."

    assert note in officer_client.get(f"/records/{reference}").text
    assert note not in officer_client.get(f"/records/{other}").text


def test_every_place_a_copy_was_found_is_shown(officer_client, archive: Archive, decidable: Callable[..., str]) -> None:
    reference = decidable(b"one")
    with archive.writing() as session:
        first = session.scalars(select(RecordFile)).one()
        path = "Z drive/copies/memo (2).txt"
        values = {"sha256": first.sha256, "name": "memo (2).txt", "path": path, "batch": "Drive", "source": "ICT"}
        session.add(RecordFile(record_id=first.record_id, found_at=first.found_at, **values))

    page = officer_client.get(f"/records/{reference}").text

    assert "Box 14/memo.txt" in page
    assert path in page


def test_a_family_is_linked_and_a_restricted_member_leaves_no_trace(
    officer_client, archive: Archive, make_record: Callable[..., str]
) -> None:
    whole = make_record(b"a ZIP")
    part, hidden = make_record(b"part", parent=whole), make_record(b"hidden", parent=whole)
    restrict(archive, hidden)

    page = officer_client.get(f"/records/{whole}").text

    assert f'href="/records/{part}"' in page
    assert hidden not in page


@pytest.mark.parametrize("page", ["9", "0", "x", "-1"])
def test_a_page_that_is_not_there_is_not_found(officer_client, decidable: Callable[..., str], page: str) -> None:
    assert officer_client.get(f"/records/{decidable(b'one')}?page={page}").status_code == 404


def test_a_risk_is_raised_from_the_record_with_who_must_be_told(
    officer_client, archive: Archive, decidable: Callable[..., str]
) -> None:
    reference = decidable(b"one")
    data = {"kind": "child-at-risk-now", "facts": "The address is still in use.", "page": "1", "tell": "", "due": ""}

    page = officer_client.post(f"/records/{reference}/risk", data=data, follow_redirects=True).text

    assert "Now telephone: Multi-agency safeguarding hub (MASH); Police single point of contact." in page
    assert "A risk was raised from this record" in page
    with archive.reading() as session:
        raised = open_escalations(session, actor=OFFICER)
        assert [(each.reference, each.page, each.facts) for each in raised] == [
            (reference, 1, "The address is still in use.")
        ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"facts": ""}, "Say in a sentence or two"),
        ({"kind": ""}, "Choose what comes nearest"),
        ({"page": "7"}, "has no page 7"),
        ({"page": "first"}, "Give the page as a number"),
    ],
)
def test_a_risk_that_is_not_whole_is_not_raised_and_says_what_is_missing(
    officer_client, archive: Archive, decidable: Callable[..., str], values: dict[str, str], sentence: str
) -> None:
    reference = decidable(b"one")
    data = {"kind": "child-at-risk-now", "facts": "A name.", "page": "", "tell": "", "due": "", **values}

    answer = officer_client.post(f"/records/{reference}/risk", data=data)

    assert answer.status_code == 400
    assert sentence in answer.text
    with archive.reading() as session:
        assert open_escalations(session, actor=OFFICER) == []


def test_records_that_are_gone_are_not_found(officer_client, notice: str) -> None:
    assert officer_client.get("/records/R000404").status_code == 404


def test_a_purged_record_shows_its_history_and_no_forms(
    officer_client, archive: Archive, decidable: Callable[..., str], second_officer: Actor
) -> None:
    reference = decidable(b"one", open_=False)
    with archive.writing() as session:
        record = find_record(session, reference, actor=OFFICER)
        clear(session, record, reason="A parking notice", second=second_officer, actor=OFFICER)
        purge(session, archive.files, record, actor=OPERATOR)

    page = officer_client.get(f"/records/{reference}").text

    assert "Purged" in page
    assert "A parking notice" in page
    assert "Download the original" not in page
    assert "Add another category" not in page
    assert officer_client.get(f"/records/{reference}/original").status_code == 404


def test_where_layer_and_picture_were_both_read_the_reader_can_switch_between_them(
    officer_client, archive, make_record
) -> None:
    reference = make_record(b"a scan with a hidden layer")
    with archive.writing() as session:
        record, page = find_page(session, reference, 1, actor=SYSTEM)
        read = NewVersion(
            "machine", "The chosen words", "ocr", layer_text="Garbled letters", ocr_text="What the scan says"
        )
        keep_reading(session, record, page, read, stands=True, actor=OPERATOR)
        page.layer_word_share, page.image_share = 0.21, 1.0

    chosen = officer_client.get(f"/records/{reference}").text
    layer = officer_client.get(f"/records/{reference}?page=1&text=layer").text
    scanned = officer_client.get(f"/records/{reference}?page=1&text=ocr").text

    assert "The chosen words" in chosen
    assert "Garbled letters" not in chosen
    assert "21% are in the dictionary" in chosen
    assert "Pictures cover 100% of the page" in chosen
    assert "Garbled letters" in layer
    assert "What the scan says" in scanned
