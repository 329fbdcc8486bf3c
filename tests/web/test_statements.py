"""Statements to the inquiry on the page: drafted by legal, signed by a leader, sealed, proved and compared."""

import io
from collections.abc import Callable
from datetime import date
from functools import partial

import docx
import pytest

from access.policy import Actor, Role
from disclosure import statement_drawing, statement_words
from disclosure.marks import mark
from disclosure.statement_facts import WORDING, Facts
from inquiry.requests import add_request
from records.losses import Loss, record_loss
from records.models import Page
from records.register import find_record
from records.repositories import RepositoryContent, add_repository
from store.archive import Archive

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
SIGNED = {"signatory": "R. Ostlere", "office": "Chief executive"}


@pytest.fixture
def register(archive: Archive, make_record: Callable[..., str]) -> Archive:
    make_record(b"1")
    make_record(b"2")
    make_record(b"3", unread=True)
    with archive.writing() as session:
        session.query(Page).filter_by(unread=True).one().reason = "handwriting: not typed"
        add_request(
            session,
            "R9-1",
            kind="rule-9-documents",
            title="Homes",
            received=date(2026, 10, 1),
            due=date(2026, 12, 1),
            paragraphs=[("1", "All registers.")],
            actor=LAWYER,
        )
        drive = RepositoryContent("Z drive <old>", holder="IT", kind="electronic", why_not="No one has the password.")
        add_repository(session, drive, actor=LAWYER)
        told = Loss("Minute book 1981", "destroyed", date(2026, 2, 1), "P. Wray", "A destruction list of 1999.")
        record_loss(session, told, actor=LAWYER)
        mark(session, find_record(session, "R000002", actor=LAWYER), kind="privileged", reason="Advice.", actor=LAWYER)
    return archive


def drafted(client, **given: str) -> str:
    page: str = client.post("/statements", data={"kind": "interim", "request": "", **given}, follow_redirects=True).text
    return page


def to_sealed(legal, leader, number: int = 1) -> str:
    legal.post(f"/statements/{number}/submit")
    leader.post(f"/statements/{number}/sign", data=SIGNED)
    page: str = legal.post(f"/statements/{number}/seal", follow_redirects=True).text
    return page


def test_legal_drafts_a_leader_signs_legal_seals(legal_client, leader_client, register: Archive) -> None:
    page = drafted(legal_client)
    assert "Interim 1 search and disclosure statement is drafted, as DS0001." in page
    assert "Z drive &lt;old&gt;" in page

    written = legal_client.post(
        "/statements/1/write/losses", data={"words": "It was asked for <twice>."}, follow_redirects=True
    )
    assert "It was asked for &lt;twice&gt;." in written.text
    assert "It waits for a signatory" in legal_client.post("/statements/1/submit", follow_redirects=True).text

    home = leader_client.get("/").text
    assert "statement waiting for a signature" in home
    signing = leader_client.get("/statements/1/sign").text
    assert "exactly what it said when this was drawn" in signing
    assert all(each in signing for each in statement_words.TRUTH)
    signed = leader_client.post("/statements/1/sign", data=SIGNED, follow_redirects=True).text
    assert "DS0001 is signed. Legal seals it." in signed
    assert "who may see every compartment, seals it" in signed

    sealed = legal_client.post("/statements/1/seal", follow_redirects=True).text
    assert "Signed by R. Ostlere, Chief executive" in sealed
    assert "Write what the authority says" not in sealed
    assert "Yes: its figures, its words" in leader_client.get("/statements/1/proof").text


def test_every_number_leads_to_its_list_where_the_reader_may_open_it(
    legal_client, leader_client, register: Archive
) -> None:
    page = drafted(legal_client)

    listed = legal_client.get("/statements/1/figures/kept:privileged").text
    assert 'href="/statements/1/figures/unread:handwriting"' in page
    assert 'href="/repositories?outcome=not-yet"' in page
    assert "Stated: 1, as of" in listed
    assert "R000002" in listed
    assert legal_client.get("/statements/1/figures/nothing").status_code == 404
    theirs = leader_client.get("/statements/1").text
    assert "/figures/" not in theirs
    assert 'href="/losses"' in theirs
    assert leader_client.get("/statements/1/figures/kept:privileged").status_code == 403


def test_who_may_not_be_told_of_every_compartment_opens_nothing(
    legal_client, officer_client, administrator_client, register: Archive
) -> None:
    drafted(legal_client)

    for client in (officer_client, administrator_client):
        for path in ("/statements", "/statements/1", "/statements/1/proof", "/statements/1/difference"):
            assert client.get(path).status_code == 403
        assert client.post("/statements/1/document").status_code == 403
    assert legal_client.get("/statements/9").status_code == 404


def test_a_leader_neither_drafts_nor_seals_and_legal_does_not_sign(
    legal_client, leader_client, register: Archive
) -> None:
    drafted(legal_client)
    legal_client.post("/statements/1/submit")

    assert leader_client.post("/statements", data={"kind": "interim"}).status_code == 403
    assert leader_client.post("/statements/1/seal").status_code == 403
    assert legal_client.post("/statements/1/sign", data=SIGNED).status_code == 403
    assert "Approve and sign" not in legal_client.get("/statements/1").text
    assert legal_client.post("/statements/1/seal").status_code == 409


def test_what_changed_since_it_was_drawn_is_shown_and_has_to_be_acknowledged(
    legal_client, leader_client, register: Archive, make_record: Callable[..., str]
) -> None:
    drafted(legal_client)
    legal_client.post("/statements/1/submit")
    make_record(b"late")
    shown = leader_client.get("/statements/1/sign").text
    digest = shown.split('name="acknowledging" value="')[1].split('"')[0]

    refused = leader_client.post("/statements/1/sign", data={**SIGNED, "acknowledging": digest})
    signed = leader_client.post(
        "/statements/1/sign", data={**SIGNED, "acknowledging": digest, "seen": "y"}, follow_redirects=True
    )

    assert "Pages held" in shown
    assert refused.status_code == 400
    assert "the register changed since it was drawn" in refused.text
    assert "Changed between drawing and signing, and acknowledged" in signed.text


def test_what_an_earlier_version_drew_is_neither_signed_nor_called_changed(
    legal_client, leader_client, register: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted(legal_client)
    to_sealed(legal_client, leader_client)
    drafted(legal_client)
    legal_client.post("/statements/2/write/changed", data={"words": "Nothing."})
    legal_client.post("/statements/2/submit")
    # As the next version of the program, which counts and words otherwise, finds them.
    monkeypatch.setattr(statement_drawing, "Facts", partial(Facts, wording=WORDING + 1))

    signing = leader_client.get("/statements/2/sign").text
    refused = leader_client.post("/statements/2/sign", data=SIGNED)

    assert "It cannot be signed as it is: another version of Candour drew it" in signing
    assert "Sign it" not in signing
    assert refused.status_code == 400
    assert "was not signed, because another version" in refused.text
    proof = legal_client.get("/statements/1/proof").text
    assert "are what was sealed on" in proof
    assert "What differs from the register now cannot be told" in proof
    assert "exactly what it said then" not in proof
    assert "What differs cannot be told" in legal_client.get("/statements/1/difference?with=now").text
    leader_client.post("/statements/2/send-back", data={"why": "Draw it again."})
    again = legal_client.post("/statements/2/draw-again", follow_redirects=True).text
    assert "DS0002 is drawn again: what differs cannot be told" in again


def test_sent_back_drawn_again_and_withdrawn(
    legal_client, leader_client, register: Archive, make_record: Callable[..., str]
) -> None:
    drafted(legal_client)
    legal_client.post("/statements/1/submit")
    back = leader_client.post("/statements/1/send-back", data={"why": "Say more."}, follow_redirects=True).text
    make_record(b"late")
    again = legal_client.post("/statements/1/draw-again", follow_redirects=True).text
    assert leader_client.post("/statements/1/send-back", data={"why": ""}).status_code == 400
    withdrawn = legal_client.post("/statements/1/withdraw", data={"why": "Drawn too early."}, follow_redirects=True)

    assert "Sent back by the signatory: Say more." in back
    assert "DS0001 is drawn again: " in again
    assert "Drawn too early." in withdrawn.text
    assert "withdrawn: Drawn too early." in legal_client.get("/statements").text
    assert "Interim 2" in drafted(legal_client)


def test_the_next_statement_shows_every_difference(
    legal_client, leader_client, register: Archive, make_record: Callable[..., str]
) -> None:
    drafted(legal_client)
    to_sealed(legal_client, leader_client)
    make_record(b"late")
    page = drafted(legal_client)

    assert "does not say what changed" in page
    assert "Submit for approval" not in page
    between = legal_client.get("/statements/2/difference").text
    assert "Pages held" in between
    assert "Interim 1</th>" in between
    assert "Pages held" in legal_client.get("/statements/1/difference?with=now").text
    assert "No figure and no line differs." in legal_client.get("/statements/2/difference?with=now").text
    assert "that is no fault" in legal_client.get("/statements/1/proof").text


def test_a_draft_that_was_not_submitted_offers_nothing_to_sign(legal_client, leader_client, register: Archive) -> None:
    drafted(legal_client)

    page = leader_client.get("/statements/1/sign").text

    assert "only a statement that legal has submitted can be signed" in page
    assert "Sign it" not in page


def test_a_final_statement_names_every_hole_before_it_is_submitted(legal_client, register: Archive) -> None:
    page = drafted(legal_client, kind="final", request="R9-1")

    assert "Nothing explains the 1 counted as “apparently handwritten” in “What could not be read”" in page
    assert 'href="/statements/1/write/unread:handwriting"' in page.partition("Figures of")[0]
    assert legal_client.post("/statements/1/submit").status_code == 409
    form = legal_client.get("/statements/1/write/unread:handwriting").text
    assert "Apparently handwritten" in form
    assert legal_client.get("/statements/1/write/nothing").status_code == 404
    unprintable = legal_client.post("/statements/1/write/unread:handwriting", data={"words": "Read \u529e"})
    assert unprintable.status_code == 400
    assert "cannot be printed because its font has no" in unprintable.text
    answer = legal_client.post("/statements/1/write/unread:handwriting", data={"words": "x" * 20_001})
    assert answer.status_code == 400


def test_the_sealed_documents_are_the_very_bytes_that_were_sealed_and_a_draft_says_so(
    legal_client, leader_client, register: Archive
) -> None:
    drafted(legal_client)
    draft = docx.Document(io.BytesIO(legal_client.post("/statements/1/document", data={"form": "docx"}).data))
    to_sealed(legal_client, leader_client)
    first = legal_client.post("/statements/1/document", data={"form": "pdf"})
    second = leader_client.post("/statements/1/document", data={"form": "pdf"})

    assert any("DRAFT: not yet approved" in each.text for each in draft.paragraphs)
    assert first.data[:5] == b"%PDF-"
    assert first.data == second.data
    assert "DS0001-interim-1-search-and-disclosure-statement.pdf" in first.headers["Content-Disposition"]


def test_a_leader_sees_what_is_at_risk_and_an_empty_register_is_no_comfort(leader_client, archive: Archive) -> None:
    page = leader_client.get("/").text

    assert "What is at risk" in page
    assert "the register is empty" in page


def test_a_second_draft_is_refused_in_a_sentence(legal_client, register: Archive) -> None:
    drafted(legal_client)

    answer = legal_client.post("/statements", data={"kind": "interim", "request": ""})

    assert answer.status_code == 409
    assert "is not sealed yet: finish or withdraw it" in answer.text


def test_a_request_shows_the_statements_made_for_it_to_those_who_may_read_them(
    legal_client, officer_client, register: Archive
) -> None:
    drafted(legal_client, request="R9-1")

    assert "Interim 1 search and disclosure statement</a>" in legal_client.get("/requests/1").text
    assert "Statements made for it" not in officer_client.get("/requests/1").text
    assert '<option value="R9-1" selected>' in legal_client.get("/statements?request=R9-1").text
