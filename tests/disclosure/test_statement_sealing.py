"""What was sealed proves itself and never changes, and what comes after it says so."""

import io
import json
import sqlite3
from dataclasses import replace

import docx
import pypdfium2
import pytest

from access.policy import Actor
from disclosure import statement_approval as approving
from disclosure import statements as drafting
from disclosure.statement_document import statement_document
from disclosure.statement_sealing import make_seal, prove, seal, seal_of, take_document
from store import audit
from store.errors import (
    DamagedError,
    RefusedError,
)
from store.leaving import let_go
from tests.disclosure.statement_helpers import (
    AUTHORITY,
    act,
    draft,
    facts,
    paragraphs_of,
    sign,
    stands,
    to_sealed,
)

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
