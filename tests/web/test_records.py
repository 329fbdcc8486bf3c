"""The records an officer works through, what is decided on them, and who may not know of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from access.models import User
from access.policy import OPERATOR, SYSTEM, Actor, Role
from access.users import add_user, set_password
from disclosure.marks import mark, open_marks
from disclosure.review import relevance_of
from failings.escalations import open_escalations
from records.models import RecordFile
from records.page_versions import NewVersion, find_page, keep_reading
from records.register import find_record
from retention.disposal import purge
from retention.holds import clear, clearance_of, holds_of
from retention.suggesting import Evidence, SuggestionProposal
from retention.tagging import decisions_of, keep_suggestions, standing_categories
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, count_happenings

OFFICER = Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))
LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
TEXT = "The matron wrote that she was worried. Nobody answered her letter."
PASSWORD = "three random words"


@pytest.fixture
def make(archive: Archive, make_record: Callable[..., str]) -> Callable[..., str]:
    """A record with a suggestion resting on the word “worried”, unless none is wanted."""

    def made(
        content: bytes, *, title: str = "Letter", strength: float = 0.9, text: str = TEXT, open_: bool = True
    ) -> str:
        reference = make_record(content, text=text)
        with archive.writing() as session:
            record = find_record(session, reference, actor=LAWYER)
            record.title = title
            if open_:
                keep_suggestions(session, record, [proposal(strength, text)], actor=SYSTEM)
        return reference

    return made


def proposal(strength: float, text: str, category: str = "failings") -> SuggestionProposal:
    start = max(text.find("worried"), 0)
    evidence = Evidence(1, start, start + 7, text[start : start + 7], text[:60], "shows concern that was not acted on")
    return SuggestionProposal(category, strength, "strong", [evidence], "Failings, strong: concern not acted on.")


def restrict(archive: Archive, reference: str) -> None:
    with archive.writing() as session:
        record = find_record(session, reference, actor=LAWYER)
        mark(session, record, kind="restricted", reason="police", actor=LAWYER)


def colleague(archive: Archive, email: str = "second@example.org", role: Role = Role.RECORDS_OFFICER) -> None:
    with archive.writing() as session:
        user, _ = add_user(session, email, role=role, actor=OPERATOR)
        set_password(session, session.get_one(User, user.id), PASSWORD, actor=OPERATOR)


def happened(session: Session, action: AuditAction, subject: str = "") -> int:
    return count_happenings(session, AuditFilter(action.value, "", subject))


@pytest.mark.parametrize("path", ["", "/to-decide", "/next", "/R000001", "/R000001/risk", "/R000001/original"])
def test_leaders_and_administrators_never_see_a_record(
    leader_client, administrator_client, make: Callable[..., str], path: str
) -> None:
    make(b"one", title="Letter of concern")

    for client in (leader_client, administrator_client):
        answer = client.get(f"/records{path}")

        assert answer.status_code == 403
        assert "Letter of concern" not in answer.text


def test_the_list_shows_what_is_suggested_apart_from_what_is_decided(officer_client, make: Callable[..., str]) -> None:
    make(b"one", title="Suggested letter")
    decided = make(b"two", title="Decided letter")
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
    officer_client, make: Callable[..., str], make_record: Callable[..., str], filter_: str, shown: set[str]
) -> None:
    make(b"one")
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


def test_the_queue_runs_from_the_strongest_to_the_weakest_and_back(officer_client, make: Callable[..., str]) -> None:
    weak, strong, middle = make(b"1", strength=0.4), make(b"2", strength=0.9), make(b"3", strength=0.6)

    assert officer_client.get("/records/next").headers["Location"] == f"/records/{strong}"
    page = officer_client.get(f"/records/{middle}").text
    assert f'href="/records/{strong}" rel="prev"' in page
    assert f'href="/records/{weak}" rel="next"' in page
    assert "2 other records in the queue" in page


def test_a_record_that_was_just_decided_leads_to_the_one_that_followed_it(
    officer_client, make: Callable[..., str]
) -> None:
    make(b"1", strength=0.9)
    middle, weak = make(b"2", strength=0.6), make(b"3", strength=0.4)

    page = officer_client.post(f"/records/{middle}/categories/failings", data=confirmed(), follow_redirects=True).text

    assert "Nothing left to decide here" in page
    assert f'href="/records/{weak}" rel="next"' in page


def test_an_empty_queue_says_so(officer_client, notice: str) -> None:
    page = officer_client.get("/records/next", follow_redirects=True).text

    assert "Nothing waits for a decision." in page


def test_the_evidence_is_marked_in_the_text_and_linked_from_the_suggestion(
    officer_client, make: Callable[..., str]
) -> None:
    reference = make(b"one")

    page = officer_client.get(f"/records/{reference}").text

    assert (
        '<span class="candour-anchor" id="evidence-1"></span><mark class="candour-mark candour-mark--evidence">' in page
    )
    assert ">worried</mark>" in page
    assert f'href="/records/{reference}?page=1#evidence-1"' in page
    assert "Failings, strong: concern not acted on." in page


def test_evidence_whose_words_moved_is_not_marked_in_the_wrong_place(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one", open_=False)
    with archive.writing() as session:
        found = proposal(0.9, TEXT)
        moved = replace(found, evidence=[replace(found.evidence[0], start=0, end=7)])
        keep_suggestions(session, find_record(session, reference, actor=OFFICER), [moved], actor=SYSTEM)

    page = officer_client.get(f"/records/{reference}").text

    assert "<mark" not in page
    assert "“worried”" in page


def test_text_that_looks_like_html_is_shown_and_never_run(officer_client, make: Callable[..., str]) -> None:
    hostile = '<script>alert("worried")</script>'
    reference = make(b"one", title="<img src=x onerror=alert(1)>", text=hostile)

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


def confirmed(prefix: str = "failings", **values: str) -> dict[str, str]:
    given = {"outcome": "confirmed", "reason": "A warning nobody acted on", "paragraph": "R3", "substantiated": "no"}
    return {f"{prefix}-{name}": value for name, value in {**given, **values}.items()}


def test_a_confirmed_suggestion_is_kept_with_its_reason_and_holds_the_record(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")

    answer = officer_client.post(f"/records/{reference}/categories/failings?page=1", data=confirmed())

    assert answer.headers["Location"] == f"/records/{reference}?page=1#decisions"
    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        decision = standing_categories(session, record)["failings"]
        assert (decision.reason, decision.paragraph, decision.substantiated, decision.decided_by) == (
            "A warning nobody acted on",
            "R3",
            "no",
            "records-officer@example.org",
        )
        assert {hold.kind for hold in holds_of(session, record)} == {"provisional", "category"}
    page = officer_client.get(f"/records/{reference}").text
    assert "Confirmed the category failings, paragraph R3; noted as not substantiated" in page
    assert "version" in page


def test_a_rejected_suggestion_leaves_the_record_held(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")

    officer_client.post(f"/records/{reference}/categories/failings", data=confirmed(outcome="rejected"))

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        assert standing_categories(session, record) == {}
        assert [hold.kind for hold in holds_of(session, record)] == ["provisional"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (confirmed(outcome=""), "Choose confirm or reject"),
        (confirmed(reason="  "), "Say why, in a few words"),
        (confirmed(paragraph="R7"), "does not stand under failings"),
    ],
)
def test_a_decision_that_cannot_be_used_is_not_kept_and_says_why(
    officer_client, archive: Archive, make: Callable[..., str], data: dict[str, str], sentence: str
) -> None:
    reference = make(b"one")

    answer = officer_client.post(f"/records/{reference}/categories/failings", data=data)

    assert answer.status_code == 400
    assert sentence in answer.text
    with archive.reading() as session:
        assert decisions_of(session, find_record(session, reference, actor=OFFICER)) == []


def test_a_reader_adds_a_category_nobody_suggested(officer_client, archive: Archive, make: Callable[..., str]) -> None:
    reference = make(b"one", open_=False)
    data = {"add-category": "honours", "add-reason": "A medal is proposed", "add-paragraph": "R7"}

    officer_client.post(f"/records/{reference}/categories", data={**data, "add-substantiated": "unknown"})

    with archive.reading() as session:
        decision = standing_categories(session, find_record(session, reference, actor=OFFICER))["honours"]
        assert (decision.outcome, decision.basis) == ("added", "reader")


def test_relevance_is_answered_apart_and_changes_no_hold(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    data = {"relevance-answer": "not-relevant", "relevance-reason": "Not asked for"}

    officer_client.post(f"/records/{reference}/relevance", data=data)

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        answer = relevance_of(session, record)
        assert answer is not None
        assert answer.answer == "not-relevant"
        assert standing_categories(session, record) == {}
        assert len(holds_of(session, record)) == 1


def test_a_hold_is_placed_with_its_reason(officer_client, archive: Archive, make: Callable[..., str]) -> None:
    reference = make(b"one")

    officer_client.post(f"/records/{reference}/holds", data={"hold-reason": "A claim is expected"})

    with archive.reading() as session:
        holds = holds_of(session, find_record(session, reference, actor=OFFICER))
        assert [(hold.kind, hold.reason) for hold in holds][1:] == [("placed", "A claim is expected")]


def signed(prefix: str = "clear", **values: str) -> dict[str, str]:
    given = {"reason": "A parking notice", "second": "second@example.org", "password": PASSWORD}
    return {f"{prefix}-{name}": value for name, value in {**given, **values}.items()}


def test_two_people_clear_a_record_each_in_their_own_hand(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one", open_=False)
    colleague(archive)

    officer_client.post(f"/records/{reference}/clearance", data=signed())

    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        clearance = clearance_of(session, record)
        assert clearance is not None
        assert (clearance.given_by, clearance.second_reader) == ("records-officer@example.org", "second@example.org")
        assert holds_of(session, record) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "not theirs at all"}, "do not belong together"),
        ({"second": "nobody@example.org"}, "do not belong together"),
        ({"second": "records-officer@example.org"}, "do not belong together"),
        ({"reason": ""}, "Say why, in a few words"),
        ({"second": ""}, "Give the second reader’s e-mail address"),
    ],
)
def test_a_record_is_not_cleared_without_the_second_readers_own_signature(
    officer_client, archive: Archive, make: Callable[..., str], values: dict[str, str], sentence: str
) -> None:
    reference = make(b"one", open_=False)
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed(**values))

    assert answer.status_code == 400
    assert sentence in answer.text
    assert PASSWORD not in answer.text
    with archive.reading() as session:
        record = find_record(session, reference, actor=OFFICER)
        assert clearance_of(session, record) is None
        assert len(holds_of(session, record)) == 1


def test_nobody_is_their_own_second_reader(client_for, archive: Archive, make: Callable[..., str]) -> None:
    reference = make(b"one", open_=False)
    colleague(archive)
    client = client_for(Role.RECORDS_OFFICER)
    with archive.writing() as session:
        user = session.scalars(select(User).where(User.email == "records-officer@example.org")).one()
        set_password(session, user, PASSWORD, actor=OPERATOR)
    client.enter(user)

    answer = client.post(f"/records/{reference}/clearance", data=signed(second="records-officer@example.org"))

    assert answer.status_code == 400
    assert "cannot be the second reader of their own decision" in answer.text


def test_a_leader_cannot_sign_as_second_reader(officer_client, archive: Archive, make: Callable[..., str]) -> None:
    reference = make(b"one", open_=False)
    colleague(archive, role=Role.LEADER)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed())

    assert answer.status_code == 400
    assert "may not be the second reader" in answer.text


def test_a_record_with_an_open_suggestion_is_not_cleared(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/clearance", data=signed())

    assert answer.status_code == 400
    assert "failings is suggested and undecided" in answer.text


def test_wrong_signatures_are_in_the_audit_trail_and_then_refused(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one", open_=False)
    colleague(archive)
    address = f"/records/{reference}/clearance"

    answers = [officer_client.post(address, data=signed(password="not theirs")).status_code for _ in range(11)]

    assert answers == [400] * 10 + [429]
    assert officer_client.post(address, data=signed()).status_code == 429
    with archive.reading() as session:
        assert happened(session, AuditAction.SIGN_IN_FAILED, "user:second@example.org") == 10


def test_a_placed_hold_is_released_by_two_people_only(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    colleague(archive)
    officer_client.post(f"/records/{reference}/holds", data={"hold-reason": "A claim is expected"})

    refused = officer_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2", password="wrong"))
    officer_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2"))

    assert refused.status_code == 400
    with archive.reading() as session:
        assert [hold.id for hold in holds_of(session, find_record(session, reference, actor=OFFICER))] == [1]


def test_a_hold_under_the_notice_is_not_released_by_itself(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    colleague(archive)

    answer = officer_client.post(f"/records/{reference}/holds/1/release", data=signed("release-1"))

    assert answer.status_code == 400
    with archive.reading() as session:
        assert len(holds_of(session, find_record(session, reference, actor=OFFICER))) == 1


def test_legal_marks_a_record_and_it_is_gone_for_an_officer(
    officer_client, legal_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference, other = make(b"one", title="Advice of counsel"), make(b"two")

    legal_client.post(f"/records/{reference}/marks", data={"mark-kind": "privileged", "mark-reason": "Legal advice"})

    for path in (f"/records/{reference}", f"/records/{reference}/risk", f"/records/{reference}/original"):
        answer = officer_client.get(path)
        assert answer.status_code == 404
        assert "Advice of counsel" not in answer.text
    for path in ("/records", "/records/to-decide", f"/records/{other}"):
        page = officer_client.get(path).text
        assert "Advice of counsel" not in page
        assert reference not in page
    assert "1 record" in officer_client.get("/records").text
    assert "Advice of counsel" in legal_client.get("/records").text


def test_an_officer_decides_nothing_on_a_record_that_is_not_open_to_them(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    restrict(archive, reference)

    answer = officer_client.post(f"/records/{reference}/categories/failings", data=confirmed())

    assert answer.status_code == 404
    with archive.reading() as session:
        assert decisions_of(session, find_record(session, reference, actor=LAWYER)) == []


def test_an_officer_may_not_mark(officer_client, make: Callable[..., str]) -> None:
    reference = make(b"one")

    data = {"mark-kind": "privileged", "mark-reason": "x"}

    assert officer_client.post(f"/records/{reference}/marks", data=data).status_code == 403
    assert "Mark it privileged" not in officer_client.get(f"/records/{reference}").text


def test_a_mark_is_lifted_with_a_reason(
    legal_client, officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    restrict(archive, reference)

    refused = legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": ""})
    legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": "The police agreed"})

    assert refused.status_code == 400
    assert officer_client.get(f"/records/{reference}").status_code == 200
    with archive.reading() as session:
        assert open_marks(session, find_record(session, reference, actor=OFFICER)) == []
    assert "The police agreed" in officer_client.get(f"/records/{reference}").text


def test_a_mark_or_hold_of_another_record_is_not_reached_through_this_one(
    legal_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference, other = make(b"one"), make(b"two")
    colleague(archive)
    restrict(archive, other)

    lifted = legal_client.post(f"/records/{reference}/marks/1/lift", data={"lift-1-reason": "x"})
    released = legal_client.post(f"/records/{reference}/holds/2/release", data=signed("release-2"))

    assert (lifted.status_code, released.status_code) == (404, 404)


def test_viewing_a_restricted_record_is_in_the_audit_trail_and_an_open_one_is_not(
    legal_client, archive: Archive, make: Callable[..., str]
) -> None:
    guarded, open_ = make(b"one"), make(b"two")
    restrict(archive, guarded)

    legal_client.get(f"/records/{open_}")
    page = legal_client.get(f"/records/{guarded}").text

    assert "That you opened it is in the audit trail." in page
    with archive.reading() as session:
        assert happened(session, AuditAction.RECORD_VIEWED) == 1
        assert happened(session, AuditAction.RECORD_VIEWED, f"record:{guarded}") == 1


def test_a_refused_form_on_a_restricted_record_is_a_view_of_it_too(
    legal_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
    restrict(archive, reference)

    legal_client.post(f"/records/{reference}/categories/failings", data=confirmed(reason=""))

    with archive.reading() as session:
        assert happened(session, AuditAction.RECORD_VIEWED, f"record:{reference}") == 1


def test_a_strong_allegation_is_announced_with_the_support_there_is(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference, other = make(b"one", open_=False), make(b"two")
    with archive.writing() as session:
        record = find_record(session, reference, actor=OFFICER)
        keep_suggestions(session, record, [proposal(0.95, TEXT, "allegations")], actor=SYSTEM)

    note = "You need not read it now, or alone."

    assert note in officer_client.get(f"/records/{reference}").text
    assert note not in officer_client.get(f"/records/{other}").text


def test_every_place_a_copy_was_found_is_shown(officer_client, archive: Archive, make: Callable[..., str]) -> None:
    reference = make(b"one")
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
def test_a_page_that_is_not_there_is_not_found(officer_client, make: Callable[..., str], page: str) -> None:
    assert officer_client.get(f"/records/{make(b'one')}?page={page}").status_code == 404


def test_a_risk_is_raised_from_the_record_with_who_must_be_told(
    officer_client, archive: Archive, make: Callable[..., str]
) -> None:
    reference = make(b"one")
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
    officer_client, archive: Archive, make: Callable[..., str], values: dict[str, str], sentence: str
) -> None:
    reference = make(b"one")
    data = {"kind": "child-at-risk-now", "facts": "A name.", "page": "", "tell": "", "due": "", **values}

    answer = officer_client.post(f"/records/{reference}/risk", data=data)

    assert answer.status_code == 400
    assert sentence in answer.text
    with archive.reading() as session:
        assert open_escalations(session, actor=OFFICER) == []


def test_records_that_are_gone_are_not_found(officer_client, notice: str) -> None:
    assert officer_client.get("/records/R000404").status_code == 404


def test_a_purged_record_shows_its_history_and_no_forms(
    officer_client, archive: Archive, make: Callable[..., str], second_officer: Actor
) -> None:
    reference = make(b"one", open_=False)
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
