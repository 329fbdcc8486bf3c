"""Who may draft, sign and seal a statement, how they are numbered, and that what was sealed never changes."""

import io
import json
import sqlite3
from dataclasses import replace
from datetime import date

import docx
import pypdfium2
import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from access.policy import ALLOWED, OPERATOR, SYSTEM, Actor, Permission, Role
from disclosure import statement_approval as approving
from disclosure import statements as drafting
from disclosure.statement_document import statement_document
from disclosure.statement_sealing import make_seal, prove, seal, seal_of, take_document
from ingest import batches
from inquiry.requests import add_request, change_status, find_request
from records.repositories import RepositoryContent, add_repository
from store import audit, schema
from store.errors import (
    DamagedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    RefusedError,
)
from store.leaving import let_go
from tests.disclosure.statement_helpers import AUTHORITY, act, draft, draw_again, drawn, facts, sign, to_sealed


def signed_past_the_domain(session, statement, name):
    told = "signatory = 'x', office = 'x', signed_at = '2026-01-01'"
    session.execute(text(f"UPDATE statement SET state = 'signed', signed_by = :who, {told}"), {"who": name})


def stands(archive, number):
    with archive.reading() as session:
        return drafting.find_statement(session, number, actor=SYSTEM).state


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


def test_a_sealed_statement_proves_itself_and_says_what_differs_now(register, make_record, lawyer, leader):
    number = draft(register, lawyer)
    to_sealed(register, number, lawyer, leader)

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        whole = prove(session, register.files, statement, actor=leader)
        pdf = pypdfium2.PdfDocument(register.files.original(statement.pdf_sha256).read_bytes())
        pages = [page.get_textpage().get_text_range() for page in pdf]
        words = "\n".join(pages)
        word = docx.Document(str(register.files.original(statement.word_sha256)))
    make_record(b"late")
    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        later = prove(session, register.files, statement, actor=leader)

    assert (whole.is_whole, whole.differ) == (True, ())
    assert later.is_whole
    assert {each.what for each in later.differ} >= {"Pages held", "Records ever registered, parts of scans included"}
    assert statement.sha256[:40] in words.replace("\r\n", "").replace("\n", "")
    assert f"Page {len(pdf)} of {len(pdf)}" in words
    (signed,) = [page for page in pages if "Chief executive" in page]
    assert "I believe that the facts stated in this statement are true." in signed
    assert statement.sha256[-20:] in signed.replace("\r\n", "").replace("\n", "")
    headings = [each.text for each in word.paragraphs if each.style.name == "Heading 1"]
    assert headings[2:5] == ["1. What was asked", "2. Where papers may be", "3. Searches made"]
    assert "10. Statement of truth" in headings
    assert headings[-3:] == [
        "Schedule B. Searches",
        "Schedule C. Not read",
        "Schedule D. Losses, and gaps between paper and records",
    ]


def test_a_correction_is_the_next_number_and_says_what_changed(register, make_record, lawyer, leader):
    to_sealed(register, draft(register, lawyer), lawyer, leader)
    make_record(b"late")
    number = draft(register, lawyer)

    with pytest.raises(RefusedError, match="does not say what changed"):
        act(register, number, approving.submit, actor=lawyer)
    act(register, number, drafting.write_text, "changed", "A box was found in the cellar.", actor=lawyer)
    to_sealed(register, number, lawyer, leader)

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        made = docx.Document(io.BytesIO(statement_document(session, statement, form="docx", authority=AUTHORITY)))
    cells = [[cell.text for cell in row.cells] for table in made.tables for row in table.rows]
    assert ["What could not be read", "Pages held", "3", "4"] in cells
    assert any("A box was found in the cellar." in each.text for each in made.paragraphs)


def test_after_a_final_statement_comes_only_a_correction_of_it(register, lawyer, leader):
    number = draft(register, lawyer, kind="final")
    for code in ("outstanding", *(each.code for each in drafting.to_explain(facts(register, number)))):
        act(register, number, drafting.write_text, code, "Explained.", actor=lawyer)
    to_sealed(register, number, lawyer, leader)

    with pytest.raises(RefusedError, match="was final"):
        draft(register, lawyer)
    with register.reading() as session:
        following = draft(register, lawyer, kind="final")
        assert drafting.find_statement(session, following, actor=lawyer).label == "Final, correction 1"


def test_only_a_sealed_final_statement_is_corrected_and_labels_stay_their_own(register, lawyer, leader):
    labels = []
    for withdrawn in (True, True, False, True, False):
        number = draft(register, lawyer, kind="final")
        with register.reading() as session:
            labels.append(drafting.find_statement(session, number, actor=lawyer).label)
        if withdrawn:
            act(register, number, approving.withdraw, why="Drawn too early.", actor=lawyer)
            continue
        explained = ["outstanding", *(each.code for each in drafting.to_explain(facts(register, number)))]
        for subject in explained + ["changed"] * (len(labels) > 3):
            act(register, number, drafting.write_text, subject, "Explained.", actor=lawyer)
        to_sealed(register, number, lawyer, leader)

    assert labels == ["Final", "Final 2", "Final 3", "Final, correction 1", "Final, correction 2"]


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


ATTACKS = {
    "delete it": "DELETE FROM statement",
    "replace it": "REPLACE INTO statement SELECT * FROM statement WHERE id = 1",
    "change its figures": "UPDATE statement SET facts = '[]'",
    "change who signed": "UPDATE statement SET signatory = 'Somebody else'",
    "change the seal": "UPDATE statement SET sha256 = 'ab'",
    "open it again": "UPDATE statement SET state = 'draft'",
    "withdraw it": "UPDATE statement SET state = 'withdrawn'",
    "change its label": "UPDATE statement SET label = 'Final'",
    "change a text": "UPDATE statement_text SET words = 'x'",
    "take a text out": "DELETE FROM statement_text",
    "put a text in": "INSERT INTO statement_text VALUES (1, 'asked', 'x', 'x', '2026-01-01')",
    "begin one sealed": "INSERT INTO statement SELECT 9, scope, request_id, kind, 'Interim 9', NULL, state, made_by, "
    "made_at, facts, facts_sha256, drawn_by, as_of, audit_sequence, audit_hash, submitted_by, submitted_at, returned, "
    "signed_by, signed_at, signatory, office, acknowledged, sealed_by, sealed_at, sha256, word_sha256, pdf_sha256, "
    "withdrawn_by, withdrawn_at, withdrawn_why FROM statement",
}


def test_the_database_refuses_every_way_around_the_seal(register, lawyer, leader):
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=lawyer)
    to_sealed(register, number, lawyer, leader)

    for name, statement in ATTACKS.items():
        connection = sqlite3.connect(register.settings.database_path)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
            pytest.fail(f"the database let somebody {name}")
        connection.close()


def test_the_database_refuses_a_signature_by_whoever_wrote_in_it(register, lawyer):
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)

    with pytest.raises(IntegrityError, match="no hand in it"):
        act(register, number, signed_past_the_domain, lawyer.name)


def test_a_document_changed_behind_our_back_is_found(register, lawyer, leader):
    number = draft(register, lawyer)
    to_sealed(register, number, lawyer, leader)
    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        path = register.files.original(statement.word_sha256)
    with register.writing() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        taken = take_document(session, register.files, statement, form="docx", authority="Another", actor=leader)
        assert taken.content == path.read_bytes()
        let_go(session, taken, actor=leader.name)
    path.chmod(0o600)
    path.write_bytes(b"another statement")

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        proof = prove(session, register.files, statement, actor=leader)

    assert len(proof.faults) == 1
    assert "Word document" in proof.faults[0]
    with pytest.raises(DamagedError, match="no longer what was stored"), register.writing() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        take_document(session, register.files, statement, form="docx", authority=AUTHORITY, actor=leader)
    with register.reading() as session:
        told = session.query(audit.AuditEvent).filter_by(action="statement.exported", actor=leader.name).all()
        assert [json.loads(each.detail)["form"] for each in told] == ["docx"]


def without_guards(archive, statement):
    """What somebody could do who takes the database's guards away first."""
    connection = sqlite3.connect(archive.settings.database_path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def faults_now(archive, number, actor):
    with archive.reading() as session:
        statement = drafting.find_statement(session, number, actor=actor)
        return prove(session, archive.files, statement, actor=actor).faults, seal_of(statement)


def test_a_statement_rewritten_with_a_new_seal_is_found_by_the_audit_trail(register, lawyer, leader):
    number = draft(register, lawyer)
    to_sealed(register, number, lawyer, leader)

    without_guards(register, "UPDATE statement SET signatory = 'Somebody else'")
    faults, forged = faults_now(register, number, leader)
    assert faults == ("What it says is not what was sealed.",)

    without_guards(register, f"UPDATE statement SET sha256 = '{forged}'")
    faults, _ = faults_now(register, number, leader)
    assert faults == ("The audit trail does not tell of this seal and these documents.",)


def test_a_search_that_is_not_what_was_signed_is_stated_to_nobody(register, lawyer, leader):
    number = draft(register, lawyer)
    to_sealed(register, number, lawyer, leader)
    without_guards(register, "UPDATE search_record SET limits = 'None at all.' WHERE signed_at IS NOT NULL")

    faults, _ = faults_now(register, number, leader)
    assert len(faults) == 1
    assert "cannot be counted again: SR000001 version 1 is not what was signed" in faults[0]
    with pytest.raises(DamagedError, match="not what was signed"):
        draft(register, lawyer)


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


def test_a_seal_made_for_something_else_seals_nothing(register, lawyer, leader):
    number = draft(register, lawyer)
    act(register, number, approving.submit, actor=lawyer)
    sign(register, number, actor=leader)
    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        made = make_seal(session, statement, authority=AUTHORITY, actor=lawyer)
    another = Actor("other@example.org", lawyer.roles)

    for seal_made, actor in ((replace(made, sha256="0" * 64), lawyer), (made, another)):
        with pytest.raises(RefusedError, match="it changed meanwhile"), register.writing() as session:
            statement = drafting.find_statement(session, number, actor=lawyer)
            seal(session, register.files, statement, seal_made, actor=actor)

    assert stands(register, number) == "signed"


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


def paragraphs_of(archive, number):
    with archive.reading() as session:
        statement = drafting.find_statement(session, number, actor=SYSTEM)
        made = docx.Document(io.BytesIO(statement_document(session, statement, form="docx", authority=AUTHORITY)))
    return made, [each.text for each in made.paragraphs]


def test_a_statement_says_what_came_before_it_and_which_was_never_made(register, make_record, lawyer, leader):
    for _ in range(2):
        act(register, draft(register, lawyer), approving.withdraw, why="Drawn too early.", actor=lawyer)
    to_sealed(register, draft(register, lawyer), lawyer, leader)
    alone = draft(register, lawyer, scope="R9-1")
    following = draft(register, lawyer)

    _, first = paragraphs_of(register, 3)
    _, second = paragraphs_of(register, following)
    _, other = paragraphs_of(register, alone)

    (told,) = [each for each in first if each.startswith("A.3\t")]
    assert told.startswith("A.3\tNo statement for every request together was made before it. Interim 1 search")
    assert told.count("before it was sealed, and was never made.") == 2
    assert "withdrawn" not in next(each for each in second if each.startswith("A.3\t"))
    assert "A.3\tNo statement for request R9-1 alone was made before it." in other


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
