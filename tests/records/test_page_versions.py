"""A page is read again, transcribed or looked at: nothing it said is lost, and who may not see it learns nothing."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from records.models import IndexNeed, Page, Record
from records.page_models import MACHINE, SEEN, TRANSCRIPT, PageVersion, SuggestNeed
from records.page_versions import (
    NewVersion,
    choose_version,
    find_page,
    keep_reading,
    say_seen,
    standing_version,
    transcribe,
    versions_of,
)
from records.unread import (
    UnreadFilter,
    count_unread_pages,
    place_of,
    read_by_eye,
    reading_figures,
    reason_kind,
    sentences,
    unread_pages,
)
from retention import holds
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError


@pytest.fixture
def unread(make_record) -> str:
    return make_record(unread=True)


def page_of(session, reference, actor) -> Page:
    return find_page(session, reference, 1, actor=actor)[1]


def test_a_transcript_ends_the_unread_state_and_keeps_what_the_machine_made_of_the_page(archive, unread, officer):
    with archive.writing() as session:
        page_of(session, unread, officer).reason = "handwriting: not printed"
        transcribe(session, unread, 1, text="Dear Sir,\r\nI write about the home.  \n", actor=officer)

    with archive.reading() as session:
        record, page = find_page(session, unread, 1, actor=officer)
        assert (page.text, page.read_by, page.unread) == ("Dear Sir,\nI write about the home.", TRANSCRIPT, False)
        assert (record.unread_pages, record.state) == (0, "read")
        newest, first = versions_of(session, page)
        assert (newest.kind, newest.made_by, newest.version) == (TRANSCRIPT, officer.name, 2)
        assert (first.kind, first.unread, first.reason) == (MACHINE, True, "handwriting: not printed")
        assert session.get(IndexNeed, record.id) is not None
        assert session.get(SuggestNeed, record.id) is not None
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
        assert (event.action, event.actor) == ("page.transcribed", officer.name)
        assert "Dear Sir" not in event.detail


def test_a_transcript_is_revised_never_overwritten(archive, unread, officer, second_officer):
    with archive.writing() as session:
        transcribe(session, unread, 1, text="first", actor=officer)
    with archive.writing() as session:
        transcribe(session, unread, 1, text="second", base=2, actor=second_officer)

    with archive.reading() as session:
        page = page_of(session, unread, officer)
        assert [(each.text, each.made_by) for each in versions_of(session, page)][:2] == [
            ("second", second_officer.name),
            ("first", officer.name),
        ]
        assert page.text == "second"


def test_what_somebody_else_typed_meanwhile_is_not_passed_over(archive, unread, officer, second_officer):
    with archive.writing() as session:
        transcribe(session, unread, 1, text="hers", base=1, actor=second_officer)

    with archive.writing() as session, pytest.raises(RefusedError, match="changed by somebody else"):
        transcribe(session, unread, 1, text="his", base=1, actor=officer)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 200_001])
def test_a_transcript_without_words_or_without_end_is_refused(archive, unread, officer, text):
    with archive.writing() as session, pytest.raises(InvalidInputError):
        transcribe(session, unread, 1, text=text, actor=officer)


def test_the_same_transcript_twice_is_refused(archive, unread, officer):
    with archive.writing() as session:
        transcribe(session, unread, 1, text="words", actor=officer)

    with archive.writing() as session, pytest.raises(RefusedError, match="exactly this transcript"):
        transcribe(session, unread, 1, text="words ", actor=officer)


@pytest.mark.parametrize("what", ["blank", "picture", "nothing"])
def test_a_page_seen_by_a_person_is_no_longer_unread_and_says_who_saw_it(archive, unread, officer, what):
    with archive.writing() as session:
        say_seen(session, unread, 1, what=what, note="the back of a form", actor=officer)

    with archive.reading() as session:
        record, page = find_page(session, unread, 1, actor=officer)
        assert (page.read_by, page.unread, record.unread_pages) == (SEEN, False, 0)
        made = standing_version(session, page)
        assert made is not None
        assert (made.made_by, made.note) == (officer.name, "the back of a form")
        assert "seen by a person" in page.reason


def test_a_page_with_text_cannot_be_called_blank(archive, make_record, officer):
    reference = make_record()

    with archive.writing() as session, pytest.raises(RefusedError, match="would hide"):
        say_seen(session, reference, 1, what="blank", actor=officer)
    with archive.writing() as session, pytest.raises(InvalidInputError):
        say_seen(session, reference, 1, what="boring", actor=officer)


def test_a_reading_that_does_not_stand_is_kept_and_can_be_chosen_and_left_again(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record, page = find_page(session, reference, 1, actor=officer)
        keep_reading(session, record, page, NewVersion(MACHINE, "another", "ocr", packed=b"x"), stands=False,
                     actor=officer)  # fmt: skip
        assert page.text == "a memorandum"
    with archive.writing() as session:
        choose_version(session, reference, 1, 2, actor=officer)
        assert page_of(session, reference, officer).text == "another"
    with archive.writing() as session:
        choose_version(session, reference, 1, 1, actor=officer)

    with archive.reading() as session:
        page = page_of(session, reference, officer)
        assert (page.text, page.version, len(versions_of(session, page))) == ("a memorandum", 1, 2)
    with archive.writing() as session, pytest.raises(RefusedError, match="stands already"):
        choose_version(session, reference, 1, 1, actor=officer)
    with archive.writing() as session, pytest.raises(NotFoundError):
        choose_version(session, reference, 1, 9, actor=officer)


def test_choosing_the_unread_reading_again_makes_the_page_unread_again(archive, unread, officer):
    with archive.writing() as session:
        transcribe(session, unread, 1, text="words", actor=officer)
        choose_version(session, unread, 1, 1, actor=officer)

    with archive.reading() as session:
        record, page = find_page(session, unread, 1, actor=officer)
        assert (page.unread, record.unread_pages, record.state) == (True, 1, "unread")


@pytest.mark.parametrize("act", ["transcribe", "seen", "choose"])
def test_whoever_may_not_read_pages_changes_nothing(archive, unread, leader, administrator, act):
    acts = {
        "transcribe": lambda session, actor: transcribe(session, unread, 1, text="words", actor=actor),
        "seen": lambda session, actor: say_seen(session, unread, 1, what="blank", actor=actor),
        "choose": lambda session, actor: choose_version(session, unread, 1, 1, actor=actor),
    }
    for actor in (leader, administrator):
        with archive.writing() as session, pytest.raises(NotPermittedError):
            acts[act](session, actor)


def test_a_restricted_page_is_not_there_for_an_officer_in_any_list_or_count(archive, make_record, officer, lawyer):
    first, hidden, last = (make_record(content, unread=True) for content in (b"1", b"2", b"3"))
    with archive.writing() as session:
        session.query(Record).filter_by(reference=hidden).one().compartment = "restricted"

    with archive.reading() as session:
        record, page = find_page(session, first, 1, actor=officer)
        place = place_of(session, record, page, UnreadFilter(), actor=officer)
        assert [each.reference for each, _ in unread_pages(session, actor=officer)] == [first, last]
        assert count_unread_pages(session, actor=officer) == 2
        assert (place.total, place.after and place.after[0].reference) == (2, last)
        assert reading_figures(session, actor=officer).pages == 2
        assert reading_figures(session, actor=lawyer).pages == 3
    with archive.writing() as session, pytest.raises(NotFoundError):
        transcribe(session, hidden, 1, text="words", actor=officer)


def test_the_queue_is_narrowed_by_reason_and_batch_and_walked_both_ways(archive, make_record, officer):
    reasons = ["blank: nothing", "limit: too long", "unreadable: damaged", "odd words of an older reading"]
    references = [make_record(reason.encode(), unread=True) for reason in reasons]
    with archive.writing() as session:
        for reference, reason in zip(references, reasons, strict=True):
            page_of(session, reference, officer).reason = reason

    with archive.reading() as session:
        listed = {
            kind: [record.reference for record, _ in unread_pages(session, UnreadFilter(kind), actor=officer)]
            for kind in ("blank", "limit", "unreadable", "picture")
        }
        assert listed == {
            "blank": references[:1],
            "limit": references[1:2],
            "unreadable": references[2:],
            "picture": [],
        }
        assert count_unread_pages(session, UnreadFilter(batch="Box 14"), actor=officer) == 4
        assert count_unread_pages(session, UnreadFilter(batch="Box 15"), actor=officer) == 0
        record, page = find_page(session, references[1], 1, actor=officer)
        place = place_of(session, record, page, UnreadFilter(), actor=officer)
        assert (place.ahead, place.total) == (1, 4)
        assert (place.before[0].reference, place.after[0].reference) == (references[0], references[2])


def test_the_figures_count_every_page_once_and_can_stand_in_a_statement(archive, make_record, officer):
    references = [make_record(bytes([number]), unread=True) for number in range(4)]
    make_record(b"read by machine")
    with archive.writing() as session:
        for reference in references:
            page_of(session, reference, officer).reason = "handwriting: not printed"
        transcribe(session, references[0], 1, text="words", actor=officer)
        say_seen(session, references[1], 1, what="blank", actor=officer)
        say_seen(session, references[2], 1, what="nothing", actor=officer)

    with archive.reading() as session:
        figures = reading_figures(session, actor=officer)
        ids = {record.reference: record.id for record in session.scalars(select(Record))}
        one = reading_figures(session, actor=officer, record_ids=[ids[references[0]]])
        typed = read_by_eye(session, list(ids.values()))
        nowhere = reading_figures(session, actor=officer, batch="Box 99")
    assert (figures.pages, figures.read_by_machine, figures.transcribed) == (5, 1, 1)
    assert (figures.seen_by_person, figures.nobody_read) == (2, 1)
    assert figures.pages == figures.read_by_machine + figures.transcribed + figures.seen_by_person + figures.nobody_read
    assert sentences(figures) == [
        "Of 5 pages, 1 was read by machine.",
        "1 page was transcribed by a person from the page.",
        "2 pages were looked at by a person and found to hold nothing to read: 1 blank, 1 without words of their own.",
        "1 page has been read by nobody: 1 apparently handwritten.",
    ]
    assert sentences(one)[-1] == "No page was left unread."
    assert typed == {(ids[references[0]], 1)}
    assert sentences(nowhere) == []


def test_a_record_cannot_be_cleared_while_new_text_has_not_been_looked_through(
    archive, unread, officer, second_officer
):
    with archive.writing() as session:
        record, _ = find_page(session, unread, 1, actor=officer)
        with pytest.raises(RefusedError, match="have not been read"):
            holds.clear(session, record, reason="roads", second=second_officer, actor=officer)
    with archive.writing() as session:
        transcribe(session, unread, 1, text="words", actor=officer)

    with archive.writing() as session:
        record, _ = find_page(session, unread, 1, actor=officer)
        with pytest.raises(RefusedError, match="not been looked through"):
            holds.clear(session, record, reason="roads", second=second_officer, actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)
    with pytest.raises(sqlite3.IntegrityError, match="looked through"):
        connection.execute(
            "INSERT INTO clearance (record_id, notices, given_by, second_reader, reason, given_at) "
            "VALUES (1, 'n', 'a', 'b', 'why', '2026-01-01 00:00:00')"
        )
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE page SET text = 'other'",
        "UPDATE page SET read_by = 'seen'",
        "UPDATE page SET version = 7",
        "UPDATE page SET unread = 1, version = 1",
        "UPDATE page_version SET text = 'other'",
        "UPDATE page_version SET made_by = 'somebody else'",
        "DELETE FROM page_version",
        "REPLACE INTO page_version SELECT * FROM page_version",
    ],
)
def test_another_program_cannot_change_what_a_page_said(archive, unread, officer, statement):
    with archive.writing() as session:
        transcribe(session, unread, 1, text="words", actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_the_row_of_a_held_page_changes_only_with_what_it_said_kept(archive, unread, officer):
    with archive.writing() as session, pytest.raises(IntegrityError):
        page_of(session, unread, officer).text = "words"
        session.flush()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(st.sampled_from(["type", "see", "read", "unread", "choose"]), max_size=8))
def test_after_any_acts_every_version_is_there_and_the_counts_are_those_of_the_pages(
    archive, make_record, officer, acts
):
    reference = make_record(repr(acts).encode() + b"unread", unread=True)
    said = []
    with archive.writing() as session:
        for number, act in enumerate(acts):
            record, page = find_page(session, reference, 1, actor=officer)
            try:
                if act == "type":
                    said.append(transcribe(session, reference, 1, text=f"typed {number}", actor=officer).text)
                elif act == "see":
                    said.append(say_seen(session, reference, 1, what="blank", actor=officer).text)
                elif act == "choose":
                    choose_version(session, reference, 1, 1, actor=officer)
                else:
                    new = NewVersion(MACHINE, f"read {number}", "ocr", unread=act == "unread")
                    said.append(keep_reading(session, record, page, new, stands=act == "read", actor=officer).text)
            except (RefusedError, NotFoundError):
                continue
        record, page = find_page(session, reference, 1, actor=officer)
        versions = versions_of(session, page)
        assert [each.text for each in reversed(versions)][1:] == said
        assert record.unread_pages == int(page.unread)
        if page.version != 1:
            assert record.state == ("unread" if page.unread else "read")
        if versions:
            standing = session.scalar(
                select(PageVersion).where(PageVersion.page_id == page.id, PageVersion.version == page.version)
            )
            assert (standing.text, standing.unread) == (page.text, page.unread)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("blank: no ink", "blank"),
        ("Handwriting: x", "handwriting"),
        ("", "unreadable"),
        ("It looks odd.", "unreadable"),
    ],
)
def test_every_reason_belongs_to_one_kind(reason, kind):
    assert reason_kind(reason) == kind


def test_a_file_nothing_here_reads_is_dealt_with_like_any_other_page_and_can_go_back(archive, unread, officer):
    with archive.writing() as session:
        record, page = find_page(session, unread, 1, actor=officer)
        record.state, page.reason = "not-searchable", "not searchable: a recording"
        transcribe(session, unread, 1, text="what is said in it", actor=officer)
        assert record.state == "read"
        choose_version(session, unread, 1, 1, actor=officer)
        assert record.state == "not-searchable"
        assert reading_figures(session, actor=officer).unread == {"not searchable": 1}
