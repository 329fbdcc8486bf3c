"""Who may draft, sign and seal a statement, how they are numbered, and what must be said or drawn again before."""

import io
from datetime import date

import docx
import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from access.policy import ALLOWED, OPERATOR, SYSTEM, Actor, Permission, Role
from disclosure import statement_approval as approving
from disclosure import statements as drafting
from disclosure.statement_document import statement_document
from ingest import batches
from inquiry.requests import add_request, change_status, find_request
from records.repositories import RepositoryContent, add_repository
from store import audit, schema
from store.errors import (
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    RefusedError,
)
from tests.disclosure.statement_helpers import (
    AUTHORITY,
    act,
    draft,
    draw_again,
    drawn,
    facts,
    paragraphs_of,
    sign,
    stands,
    to_sealed,
)


def signed_past_the_domain(session, statement, name):
    told = "signatory = 'x', office = 'x', signed_at = '2026-01-01'"
    session.execute(text(f"UPDATE statement SET state = 'signed', signed_by = :who, {told}"), {"who": name})


def test_only_who_may_see_every_compartment_drafts_or_seals(register, monkeypatch, officer, leader):
    monkeypatch.setitem(ALLOWED, Role.ADMINISTRATOR, frozenset({Permission.STATEMENTS, Permission.READ}))
    partly = Actor("clerk@example.org", frozenset({Role.ADMINISTRATOR}))

    for actor, words in (
        (officer, "may not draft"),
        (leader, "may not draft"),
        (partly, "every compartment"),
        (OPERATOR, "by people"),
    ):
        with pytest.raises(NotPermittedError, match=words):
            draft(register, actor)


def test_who_may_not_be_told_of_every_compartment_cannot_open_one(register, lawyer, officer, administrator, leader):
    number = draft(register, lawyer)

    with register.reading() as session:
        for actor in (officer, administrator):
            with pytest.raises(NotPermittedError, match="count every compartment"):
                drafting.find_statement(session, number, actor=actor)
            with pytest.raises(NotPermittedError):
                drafting.statements(session, actor=actor)
        assert drafting.find_statement(session, "DS0001", actor=leader).label == "Interim 1"
        with pytest.raises(NotFoundError):
            drafting.find_statement(session, "DS0002", actor=leader)


def test_statements_are_numbered_one_after_the_other_and_a_withdrawn_number_stays(register, lawyer, leader):
    first = draft(register, lawyer)
    with pytest.raises(RefusedError, match="not sealed yet"):
        draft(register, lawyer)
    with pytest.raises(InvalidInputError, match="no reason"):
        act(register, first, approving.withdraw, why=" ", actor=lawyer)
    act(register, first, approving.withdraw, why="Drawn too early.", actor=lawyer)
    second = draft(register, lawyer)

    to_sealed(register, second, lawyer, leader)
    third = draft(register, lawyer)

    with register.reading() as session:
        made = [drafting.find_statement(session, each, actor=lawyer) for each in (first, second, third)]
        assert [(each.label, each.state) for each in made] == [
            ("Interim 1", "withdrawn"),
            ("Interim 2", "sealed"),
            ("Interim 3", "draft"),
        ]
        assert made[2].supersedes_id == second
    with pytest.raises(RefusedError, match="draft the next"):
        act(register, second, approving.withdraw, why="Wrong.", actor=lawyer)


def test_nobody_signs_what_they_had_a_hand_in(register, lawyer, monkeypatch):
    monkeypatch.setitem(ALLOWED, Role.LEADER, ALLOWED[Role.LEADER] | ALLOWED[Role.LEGAL])
    writer = Actor("writer@example.org", frozenset({Role.LEADER}))
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=writer)
    act(register, number, approving.submit, actor=lawyer)

    with pytest.raises(RefusedError, match="had a hand"):
        sign(register, number, actor=writer)
    with pytest.raises(NotPermittedError):
        sign(register, number, actor=lawyer)
    with pytest.raises(NotPermittedError, match="by people"):
        sign(register, number, actor=OPERATOR)
    assert stands(register, number) == "submitted"


def test_whoever_ever_had_a_hand_in_it_does_not_sign_whatever_was_done_after_them(register, lawyer, monkeypatch):
    monkeypatch.setitem(ALLOWED, Role.LEADER, ALLOWED[Role.LEADER] | ALLOWED[Role.LEGAL])
    names = ("made", "drew", "wrote", "took-out", "submitted")
    made, drew, wrote, took_out, submitted = (Actor(f"{each}@x.org", frozenset({Role.LEADER})) for each in names)
    number = draft(register, made)
    draw_again(register, number, actor=drew)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=wrote)
    act(register, number, drafting.write_text, "losses", "", actor=took_out)
    act(register, number, approving.submit, actor=submitted)
    act(register, number, approving.send_back, why="Say more.", actor=made)
    act(register, number, drafting.write_text, "losses", "We asked everybody twice.", actor=lawyer)
    draw_again(register, number, actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)

    for actor in (made, drew, wrote, took_out, submitted):
        with pytest.raises(RefusedError, match="had a hand"):
            sign(register, number, actor=actor)
        with pytest.raises(IntegrityError, match="no hand in it"):
            act(register, number, signed_past_the_domain, actor.name)
    for attack in (
        "DELETE FROM statement_hand",
        "UPDATE statement_hand SET name = 'x'",
        "REPLACE INTO statement_hand SELECT * FROM statement_hand",
        "INSERT INTO statement_hand VALUES (1, 'late@x.org')",
    ):
        with pytest.raises(IntegrityError), register.writing() as session:
            session.execute(text(attack))
            pytest.fail(f"the database let somebody {attack}")
    signatory = Actor("nobody@x.org", frozenset({Role.LEADER}))
    sign(register, number, actor=signatory)
    assert stands(register, number) == "signed"


def test_the_hands_in_statements_of_before_are_found_in_the_trail(register, lawyer, monkeypatch):
    monkeypatch.setitem(ALLOWED, Role.LEADER, ALLOWED[Role.LEADER] | ALLOWED[Role.LEGAL])
    wrote, took_out = (Actor(f"{each}@x.org", frozenset({Role.LEADER})) for each in ("wrote", "took-out"))
    number = draft(register, wrote)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=took_out)
    act(register, number, drafting.write_text, "losses", "", actor=lawyer)
    draw_again(register, number, actor=lawyer)
    config = schema.configuration()
    with register.engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "0015")
        guard = "SELECT sql FROM sqlite_master WHERE name = 'statement_is_signed_by_another'"
        assert "statement_hand" not in connection.exec_driver_sql(guard).scalar_one()
        command.upgrade(config, "head")

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        assert approving.authors_of(statement) == {"wrote@x.org", "took-out@x.org", lawyer.name}


def test_a_register_that_changed_is_acknowledged_or_drawn_again_and_never_passed_over(
    register, make_record, lawyer, leader
):
    number = draft(register, lawyer)
    act(register, number, approving.submit, actor=lawyer)
    make_record(b"late")

    with pytest.raises(RefusedError, match=r"what could not be read.*drawn again, or look"):
        sign(register, number, actor=leader)
    with register.reading() as session:
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))
    assert ("Pages held", "3", "4") in [(each.what, each.before, each.after) for each in since]
    make_record(b"later")
    with pytest.raises(RefusedError, match="not signed"):
        sign(register, number, acknowledging=approving.digest_of(since), actor=leader)

    with register.reading() as session:
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))
    sign(register, number, acknowledging=approving.digest_of(since), actor=leader)

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        assert approving.acknowledged_in(statement) == since
        made = docx.Document(io.BytesIO(statement_document(session, statement, form="docx", authority=AUTHORITY)))
        assert "B. Changed between drawing and signing" in [each.text for each in made.paragraphs]


def test_drawing_again_takes_the_new_figures_and_keeps_what_was_written(register, make_record, lawyer):
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "unread", "A reader is being found.", actor=lawyer)
    make_record(b"late")

    told = draw_again(register, number, actor=lawyer)

    assert ("Pages held", "3", "4") in [(each.what, each.before, each.after) for each in told]
    assert facts(register, number).value("pages") == 4
    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        assert drafting.texts_of(statement) == {"unread": "A reader is being found."}
        event = session.get(audit.AuditEvent, statement.audit_sequence)
        assert event.hash == statement.audit_hash


def test_a_final_statement_explains_every_hole_in_it(register, lawyer):
    number = draft(register, lawyer, kind="final")

    with pytest.raises(RefusedError) as refused:
        act(register, number, approving.submit, actor=lawyer)
    holes = (
        "apparently handwritten",
        "encrypted",
        "without one",
        "not searched yet",
        "does not know",
        "8 things still to be done",
    )
    assert [words for words in holes if words not in str(refused.value)] == []
    for code in (
        "unread:handwriting",
        "quarantined:encrypted",
        "paragraphs:unsearched",
        "repositories:not-yet",
        "unnamed",
        "outstanding",
    ):
        act(register, number, drafting.write_text, code, "It was tried and cannot be done.", actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)

    assert stands(register, number) == "submitted"


def test_a_final_statement_is_refused_while_files_wait(register, lawyer):
    with register.writing() as session:
        _, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="The annexe", actor=SYSTEM)
        batches.add_items(session, run, [batches.Met("/share/next.txt", "next.txt", b"/share/next.txt", 9)])
    number = draft(register, lawyer, kind="final")

    with pytest.raises(RefusedError, match="1 files still wait"):
        act(register, number, approving.submit, actor=lawyer)


def test_a_letter_that_the_document_cannot_print_is_refused_where_it_is_written(register, lawyer, leader, officer):
    number = draft(register, lawyer)
    with pytest.raises(InvalidInputError, match=r"^'We asked \u529e.' cannot be printed because its font has no"):
        act(register, number, drafting.write_text, "losses", "First.\nWe asked \u529e.", actor=lawyer)
    act(register, number, drafting.write_text, "losses", "Ŵŷ: gofynnwyd\tto\r\n“all” – £5.", actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)
    for signatory, office in (("R. Ostlere \u529e", "Chief executive"), ("R. Ostlere", "\u529e")):
        with pytest.raises(InvalidInputError, match="cannot be printed"):
            sign(register, number, signatory=signatory, office=office, actor=leader)
    act(register, number, approving.withdraw, why="A drive was forgotten.", actor=lawyer)
    with register.writing() as session:
        drive = RepositoryContent("Drive \u529e", holder="IT", kind="electronic", why_not="No password.")
        add_repository(session, drive, actor=officer)
    second = draft(register, lawyer)

    with pytest.raises(InvalidInputError, match="'Drive \u529e' cannot be printed"):
        act(register, second, approving.submit, actor=lawyer)
    assert (stands(register, number), stands(register, second)) == ("withdrawn", "draft")


def test_what_is_not_a_draft_is_not_written_in_or_drawn(register, lawyer, leader):
    number = draft(register, lawyer)
    with pytest.raises(InvalidInputError, match="nothing called"):
        act(register, number, drafting.write_text, "changed", "Nothing came before.", actor=lawyer)
    with pytest.raises(RefusedError, match="only one that is submitted"):
        sign(register, number, actor=leader)
    act(register, number, approving.submit, actor=lawyer)

    for function, given in ((drafting.write_text, ("losses", "x")), (drafting.draw_again, (drawn(register),))):
        with pytest.raises(RefusedError, match="submitted for approval, so it cannot"):
            act(register, number, function, *given, actor=lawyer)
    with pytest.raises(InvalidInputError, match="not said why"):
        act(register, number, approving.send_back, why="", actor=leader)
    act(register, number, approving.send_back, why="Say more on losses.", actor=leader)
    assert stands(register, number) == "draft"
    with pytest.raises(InvalidInputError, match="name or office"):
        act(register, number, approving.submit, actor=lawyer)
        sign(register, number, signatory="R. Ostlere", office=" ", actor=leader)


def test_the_database_refuses_a_signature_by_whoever_wrote_in_it(register, lawyer):
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)

    with pytest.raises(IntegrityError, match="no hand in it"):
        act(register, number, signed_past_the_domain, lawyer.name)


def test_figures_drawn_before_those_the_draft_has_do_not_take_their_place(register, make_record, lawyer):
    number = draft(register, lawyer)
    early = drawn(register)
    make_record(b"late")
    draw_again(register, number, actor=lawyer)

    with pytest.raises(RefusedError, match="drew it meanwhile with newer figures"):
        act(register, number, drafting.draw_again, early, actor=lawyer)
    assert facts(register, number).value("pages") == 4
    with pytest.raises(ValueError, match="not what DS0001 states"):
        act(register, number, drafting.draw_again, drawn(register, "R9-1"), actor=lawyer)


def test_what_changed_since_is_not_signed_where_it_could_not_be_printed(register, lawyer, leader, officer):
    number = draft(register, lawyer)
    act(register, number, approving.submit, actor=lawyer)
    with register.writing() as session:
        drive = RepositoryContent("Drive \u529e", holder="IT", kind="electronic", why_not="No password.")
        add_repository(session, drive, actor=officer)
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))

    with pytest.raises(InvalidInputError, match="cannot be printed because its font has no"):
        sign(register, number, acknowledging=approving.digest_of(since), actor=leader)
    assert stands(register, number) == "submitted"


def test_a_request_whose_title_cannot_be_printed_has_no_statement_submitted(register, lawyer):
    with register.writing() as session:
        add_request(
            session, "R9-8", kind="direction", title="Homes \u529e", received=date(2026, 10, 1), due=date(2026, 12, 1),
            paragraphs=[("1", "All registers.")], actor=lawyer,
        )  # fmt: skip
        change_status(session, find_request(session, "R9-8"), status="answered", actor=lawyer)
    number = draft(register, lawyer, scope="R9-8")

    with pytest.raises(InvalidInputError, match="cannot be printed"):
        act(register, number, approving.submit, actor=lawyer)


def test_the_parts_before_the_sections_are_lettered_one_after_the_other_and_in_the_contents(
    register, make_record, lawyer, leader
):
    to_sealed(register, draft(register, lawyer), lawyer, leader)
    make_record(b"late")
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "changed", "A box was found.", actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)
    make_record(b"later")
    with register.reading() as session:
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))
    sign(register, number, acknowledging=approving.digest_of(since), actor=leader)

    made, words = paragraphs_of(register, number)

    lettered = [
        "A. About this statement",
        "B. What changed since the statement before",
        "C. Changed between drawing and signing",
    ]
    assert [each.text for each in made.paragraphs if each.style.name == "Heading 1"][1:4] == lettered
    assert [words.count(each) for each in lettered] == [2, 2, 2]
    assert any(each.startswith("B.1\tThe authority says. A box was found.") for each in words)
    assert any(each.startswith("C.1\tBetween drawing and signing") for each in words)
