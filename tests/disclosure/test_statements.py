"""The statement to the inquiry: what it counts, who may draft, sign and seal it, and what then never changes."""

import io
import json
import random
import re
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
from disclosure.marks import mark
from disclosure.review import decide_relevance
from disclosure.statement_asked import Scope
from disclosure.statement_document import statement_document
from disclosure.statement_drawing import NONE_OUTSTANDING, _outstanding, draw
from disclosure.statement_facts import TITLES, Facts, Section
from disclosure.statement_lists import count_of, has_list, list_behind
from disclosure.statement_sealing import export_document, prove, seal, seal_of
from ingest import batches
from ingest.models import Batch, Item, Run
from ingest.reading import UnreadableFile
from inquiry.requests import add_request, change_status, find_request
from records.custody import add_place, count_place, put_record
from records.losses import Loss, record_loss
from records.models import Page, Record, SearchFact
from records.movements import take_out
from records.register import find_record
from records.repositories import RepositoryContent, add_repository, change_repository, find_repository
from retention import disposal, holds
from retention.holds import clear
from search import search_records as searching
from search.search_record_list import find_record_of_search
from search.search_records import SearchContent
from store import audit, clock, schema
from store.errors import (
    DamagedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    RefusedError,
)

STORE = SearchContent(
    kind_of_place="place",
    repository="County store, bay 3",
    method="physical",
    how="Each box was opened and each file turned through.",
    searched_by="B. Tannock, records officer",
    searched_from=date(2026, 11, 3),
    counted_as="files",
    hits=14,
    reviewed=14,
    responsive=2,
    unreadable=1,
    limits="Two files were damp and are being dried.",
    not_searched="Bay 4 holds highways plans and was not opened.",
)
SIGNATORY = {"signatory": "R. Ostlere", "office": "Chief executive"}
AUTHORITY = "Pellingford Borough Council"


@pytest.fixture
def register(archive, make_record, officer, lawyer):
    """Three records of which one is unread and one privileged, a file set aside, a search, repositories, a loss."""
    for content in (b"1", b"2"):
        make_record(content)
    make_record(b"3", unread=True)
    with archive.writing() as session:
        unread = session.query(Page).filter_by(unread=True).one()
        unread.reason = "handwriting: not typed"
        session.query(Page).filter_by(record_id=2).one().confidence = 31.0
        add_request(
            session, "R9-1", kind="rule-9-documents", title="Homes", received=date(2026, 10, 1), due=date(2026, 12, 1),
            paragraphs=[("1", "All registers."), ("2", "All minutes.")], actor=lawyer,
        )  # fmt: skip
        _, run, _ = batches.open_run(session, ["/share"], batch="Box 14", source="The annexe", actor=SYSTEM)
        locked = batches.Met("/share/locked.pdf", "locked.pdf", b"", 5, UnreadableFile("encrypted"))
        batches.add_items(session, run, [locked])
        made = searching.draft_record(session, STORE, paragraphs=[1], actor=officer)
        searching.sign_record(session, made, actor=officer)
        searching.draft_record(session, replace(STORE, repository="Cellar"), paragraphs=[1], actor=officer)
        add_repository(
            session,
            RepositoryContent("County store, bay 3", holder="Legal services", outcome="searched"),
            actor=officer,
        )
        add_repository(
            session,
            RepositoryContent("Z drive", holder="IT", kind="electronic", why_not="No one has the password."),
            actor=officer,
        )
        told = Loss("Minute book 1981", "destroyed", date(2026, 2, 1), "P. Wray", "A destruction list of 1999.")
        record_loss(session, told, actor=officer)
        decide_relevance(
            session, find_record(session, "R000001", actor=officer), answer="relevant", reason="Read.", actor=officer
        )
        mark(session, find_record(session, "R000002", actor=lawyer), kind="privileged", reason="Advice.", actor=lawyer)
    return archive


def draft(archive, actor, **given):
    with archive.writing() as session:
        return drafting.draft_statement(session, **{"kind": "interim", **given}, actor=actor).id


def act(archive, number, function, *given, **named):
    with archive.writing() as session:
        statement = drafting.find_statement(session, number, actor=SYSTEM)
        return function(session, statement, *given, **named)


def to_sealed(archive, number, lawyer, leader):
    act(archive, number, approving.submit, actor=lawyer)
    act(archive, number, approving.sign, **SIGNATORY, actor=leader)
    with archive.writing() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        seal(session, archive.files, statement, authority=AUTHORITY, actor=lawyer)


def signed_past_the_domain(session, statement, name):
    told = "signatory = 'x', office = 'x', signed_at = '2026-01-01'"
    session.execute(text(f"UPDATE statement SET state = 'signed', signed_by = :who, {told}"), {"who": name})


def facts(archive, number):
    with archive.reading() as session:
        return drafting.facts_of(drafting.find_statement(session, number, actor=SYSTEM))


def stands(archive, number):
    with archive.reading() as session:
        return drafting.find_statement(session, number, actor=SYSTEM).state


def test_a_statement_is_drawn_in_one_step_and_counts_what_the_register_has(register, lawyer):
    found = facts(register, draft(register, lawyer))

    counted = {figure.code: figure.value for _, figure in found.figures()}
    assert {code: counted[code] for code in counted if counted[code]} == {
        "paragraphs": 2, "paragraphs:searched": 1, "paragraphs:unsearched": 1,
        "repositories": 2, "repositories:searched": 1, "repositories:not-yet": 1, "unnamed": 1,
        "searches": 2, "searches:signed": 1, "searches:draft": 1,
        "pages": 3, "pages:machine": 1, "pages:low": 1, "pages:unread": 1, "unread:handwriting": 1,
        "items": 1, "items:quarantined": 1, "quarantined:encrypted": 1,
        "losses": 1, "losses:destroyed": 1,
        "records": 3, "records:held": 3, "holds": 3, "holds:provisional": 3,
        "kept": 3, "kept:open": 2, "kept:privileged": 1,
        "relevant": 1, "relevant:waiting": 1,
        "outstanding": 8,
    }  # fmt: skip


def test_every_number_is_the_length_of_the_list_it_opens(register, lawyer):
    found = facts(register, draft(register, lawyer))

    with register.reading() as session:
        for _, figure in found.figures():
            if has_list(figure.code):
                listed = list_behind(session, figure.code, actor=lawyer)
                assert (figure.code, len(listed)) == (figure.code, figure.value)
                assert count_of(session, figure.code, actor=lawyer) == figure.value


def test_a_list_shows_nothing_that_its_reader_may_not_see(register, officer):
    with register.reading() as session:
        assert list_behind(session, "kept:privileged", actor=officer) == []
        assert [each.reference for each in list_behind(session, "kept", actor=officer)] == ["R000001", "R000003"]
        for unknown in ("secrets", "pages:none", "produced:x"):
            with pytest.raises(NotFoundError):
                list_behind(session, unknown, actor=officer)


def test_a_repository_said_to_be_searched_is_proved_by_a_signed_search_or_said_not_to_be(register, lawyer, officer):
    with register.writing() as session:
        drive = find_repository(session, "RP0002")
        change_repository(session, drive, RepositoryContent("Z drive", holder="IT", outcome="searched"), actor=officer)

    rows = {row[1]: row[5] for row in facts(register, draft(register, lawyer)).section("repositories").tables[0].rows}

    assert rows["County store, bay 3"].startswith("SR000001 version 1, B. Tannock")
    assert rows["Z drive"] == "Nothing recorded proves it"


def test_a_repository_is_not_proved_taken_in_by_a_run_that_took_in_nothing(register, lawyer, officer):
    annexe = RepositoryContent("The annexe", holder="IT", outcome="taken-in")
    with register.writing() as session:
        add_repository(session, annexe, actor=officer)
        before = {row[1]: row[5] for row in draw(session, None).section("repositories").tables[0].rows}
        assert draw(session, None).value("unproved") == 1
        session.query(Item).one().state = "duplicate"
        after = {row[1]: row[5] for row in draw(session, None).section("repositories").tables[0].rows}

    assert (before["The annexe"], after["The annexe"]) == (
        "Nothing recorded proves it",
        "Files taken in from it 1 time",
    )


def test_a_correction_that_is_not_signed_is_no_other_search(register, lawyer, officer):
    with register.writing() as session:
        signed = find_record_of_search(session, "SR000001", actor=officer)
        searching.new_version(session, signed, why="A shelf was forgotten.", actor=officer)
        found = draw(session, None)

    assert [found.value(f"searches{part}") for part in ("", ":signed", ":draft")] == [2, 1, 1]
    assert found.section("searches").said == (
        "SR000002: recorded and not signed, and so not relied upon here.",
        "SR000001: version 2, which corrects it, is not signed; version 1 is relied upon here.",
    )
    assert ("Sign the corrections of signed searches", "1", "1 December 2026") in found.section("outstanding").tables[
        0
    ].rows


def test_a_search_for_a_request_since_withdrawn_names_it_and_says_so(register, lawyer):
    with register.writing() as session:
        change_status(session, find_request(session, "R9-1"), status="withdrawn", actor=lawyer)
        (row,) = draw(session, None).section("searches").tables[0].rows

    assert row[1] == "R9-1, paragraph 1 (the request is withdrawn)"


def test_an_empty_archive_says_of_every_section_on_what_the_nothing_rests(archive, notice, lawyer):
    found = facts(archive, draft(archive, lawyer))

    assert all(section.rests_on for section in found.sections)
    assert {section.code for section in found.sections if section.looked} == {"asked", "produced"}
    outstanding = found.section("outstanding").rests_on
    assert outstanding.startswith(
        "What is still to be done is not wholly known, because nobody looked at “where papers"
    )
    for code in ("repositories", "searches", "unread", "losses", "withheld"):
        assert f"“{TITLES[code].lower()}”" in outstanding


def test_where_everybody_looked_and_nothing_is_open_no_more_is_said_than_was_counted(archive, notice, lawyer, officer):
    with archive.writing() as session:
        done = _outstanding(Scope(session, None), Facts((Section("losses", rests_on="Everybody was asked."),)))
        add_place(session, "box", "77", title="Registers", actor=officer)
        box = _outstanding(Scope(session, None), draw(session, None))

    assert (done.rests_on, done.looked) == (NONE_OUTSTANDING, True)
    assert ("Scan and take in the places of which nothing is", "1", "No day is set") in box.tables[0].rows
    assert (box.looked, box.rests_on) == (True, "")
    assert "“searches made”" in box.said[0]


def test_a_box_of_which_nothing_is_registered_is_explained_in_a_final_statement(register, lawyer, officer):
    with register.writing() as session:
        add_place(session, "box", "77", title="Registers", actor=officer)
    number = draft(register, lawyer, kind="final")

    with pytest.raises(RefusedError, match="the 1 counted as “of which nothing is registered”"):
        act(register, number, approving.submit, actor=lawyer)


def test_what_was_not_looked_at_is_not_the_same_as_nothing(register, lawyer):
    losses = facts(register, draft(register, lawyer)).section("losses")

    assert losses.looked
    assert "paper was not compared with records" in losses.said[0]


def test_a_statement_for_one_request_answers_that_one_alone(register, lawyer):
    with register.writing() as session:
        add_request(
            session, "R9-2", kind="direction", title="Schools", received=date(2026, 10, 2), due=date(2026, 12, 9),
            paragraphs=[("1", "All plans.")], actor=lawyer,
        )  # fmt: skip
        request = find_request(session, "R9-2")
        number = drafting.draft_statement(session, kind="interim", request=request, actor=lawyer).id
        whole = drafting.draft_statement(session, kind="interim", actor=lawyer)

    assert (facts(register, number).value("paragraphs"), facts(register, number).value("searches")) == (1, 0)
    assert not facts(register, number).section("searches").looked
    assert facts(register, whole.id).value("paragraphs") == 3


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
        act(register, number, approving.sign, **SIGNATORY, actor=writer)
    with pytest.raises(NotPermittedError):
        act(register, number, approving.sign, **SIGNATORY, actor=lawyer)
    with pytest.raises(NotPermittedError, match="by people"):
        act(register, number, approving.sign, **SIGNATORY, actor=OPERATOR)
    assert stands(register, number) == "submitted"


def test_whoever_ever_had_a_hand_in_it_does_not_sign_whatever_was_done_after_them(register, lawyer, monkeypatch):
    monkeypatch.setitem(ALLOWED, Role.LEADER, ALLOWED[Role.LEADER] | ALLOWED[Role.LEGAL])
    names = ("made", "drew", "wrote", "took-out", "submitted")
    made, drew, wrote, took_out, submitted = (Actor(f"{each}@x.org", frozenset({Role.LEADER})) for each in names)
    number = draft(register, made)
    act(register, number, drafting.draw_again, actor=drew)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=wrote)
    act(register, number, drafting.write_text, "losses", "", actor=took_out)
    act(register, number, approving.submit, actor=submitted)
    act(register, number, approving.send_back, why="Say more.", actor=made)
    act(register, number, drafting.write_text, "losses", "We asked everybody twice.", actor=lawyer)
    act(register, number, drafting.draw_again, actor=lawyer)
    act(register, number, approving.submit, actor=lawyer)

    for actor in (made, drew, wrote, took_out, submitted):
        with pytest.raises(RefusedError, match="had a hand"):
            act(register, number, approving.sign, **SIGNATORY, actor=actor)
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
    act(register, number, approving.sign, **SIGNATORY, actor=signatory)
    assert stands(register, number) == "signed"


def test_the_hands_in_statements_of_before_are_found_in_the_trail(register, lawyer, monkeypatch):
    monkeypatch.setitem(ALLOWED, Role.LEADER, ALLOWED[Role.LEADER] | ALLOWED[Role.LEGAL])
    wrote, took_out = (Actor(f"{each}@x.org", frozenset({Role.LEADER})) for each in ("wrote", "took-out"))
    number = draft(register, wrote)
    act(register, number, drafting.write_text, "losses", "We asked everybody.", actor=took_out)
    act(register, number, drafting.write_text, "losses", "", actor=lawyer)
    act(register, number, drafting.draw_again, actor=lawyer)
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
        act(register, number, approving.sign, **SIGNATORY, actor=leader)
    with register.reading() as session:
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))
    assert ("Pages held", "3", "4") in [(each.what, each.before, each.after) for each in since]
    make_record(b"later")
    with pytest.raises(RefusedError, match="not signed"):
        act(register, number, approving.sign, **SIGNATORY, acknowledging=approving.digest_of(since), actor=leader)

    with register.reading() as session:
        since = approving.changed_since(session, drafting.find_statement(session, number, actor=leader))
    act(register, number, approving.sign, **SIGNATORY, acknowledging=approving.digest_of(since), actor=leader)

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        assert approving.acknowledged_in(statement) == since
        made = docx.Document(io.BytesIO(statement_document(session, statement, form="docx", authority=AUTHORITY)))
        assert "Changed between drawing and signing" in [each.text for each in made.paragraphs]


def test_drawing_again_takes_the_new_figures_and_keeps_what_was_written(register, make_record, lawyer):
    number = draft(register, lawyer)
    act(register, number, drafting.write_text, "unread", "A reader is being found.", actor=lawyer)
    make_record(b"late")

    told = act(register, number, drafting.draw_again, actor=lawyer)

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
    for words in ("apparently handwritten", "encrypted", "without one", "not searched yet", "does not know"):
        assert words in str(refused.value)
    for code in (
        "unread:handwriting",
        "quarantined:encrypted",
        "paragraphs:unsearched",
        "repositories:not-yet",
        "unnamed",
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
    for figure in drafting.to_explain(facts(register, number)):
        act(register, number, drafting.write_text, figure.code, "Explained.", actor=lawyer)
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
        for subject in [each.code for each in drafting.to_explain(facts(register, number))] + ["changed"] * (
            len(labels) > 3
        ):
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
            act(register, number, approving.sign, signatory=signatory, office=office, actor=leader)
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
        act(register, number, approving.sign, **SIGNATORY, actor=leader)
    act(register, number, approving.submit, actor=lawyer)

    for function, given in ((drafting.write_text, ("losses", "x")), (drafting.draw_again, ())):
        with pytest.raises(RefusedError, match="submitted for approval, so it cannot"):
            act(register, number, function, *given, actor=lawyer)
    with pytest.raises(InvalidInputError, match="not said why"):
        act(register, number, approving.send_back, why="", actor=leader)
    act(register, number, approving.send_back, why="Say more on losses.", actor=leader)
    assert stands(register, number) == "draft"
    with pytest.raises(InvalidInputError, match="name or office"):
        act(register, number, approving.submit, actor=lawyer)
        act(register, number, approving.sign, signatory="R. Ostlere", office=" ", actor=leader)


def test_the_reason_of_a_purge_of_a_marked_record_is_not_printed(register, lawyer):
    second = Actor("two@example.org", frozenset({Role.LEGAL}))
    for reference in ("R000001", "R000002"):
        with register.writing() as session:
            record = find_record(session, reference, actor=lawyer)
            clear(session, record, reason=f"A bill about {reference}.", second=second, actor=lawyer)
            disposal.purge(session, register.files, record, actor=SYSTEM)
            assert holds.holds_of(session, record) == []

    section = facts(register, draft(register, lawyer)).section("disposal")

    rows = {row[0]: row[3] for row in section.tables[0].rows}
    assert rows == {"R000001": "A bill about R000001.", "Marked record 1": "Not printed: the record was marked"}


def test_a_register_that_does_not_add_up_makes_no_statement(register, lawyer):
    with register.writing() as session:
        session.get(Record, 1).page_count = 0  # so that fewer pages are held than were read by nobody and somebody
        session.get(Record, 2).page_count = 0

    with pytest.raises(DamagedError, match="does not add up"):
        draft(register, lawyer)


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
        taken = export_document(session, register.files, statement, form="docx", authority="Another", actor=leader)
        assert taken == path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"another statement")

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        proof = prove(session, register.files, statement, actor=leader)

    assert len(proof.faults) == 1
    assert "Word document" in proof.faults[0]
    with pytest.raises(DamagedError, match="no longer what was stored"), register.writing() as session:
        statement = drafting.find_statement(session, number, actor=leader)
        export_document(session, register.files, statement, form="docx", authority=AUTHORITY, actor=leader)
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


def test_nothing_of_a_marked_record_is_in_the_document(register, lawyer, officer):
    with register.writing() as session:
        session.get(Record, 2).title = "Advice on the Quillfeather claim"
        box = add_place(session, "box", "77", title="Registers", actor=officer)
        for reference, folios in (("R000001", (1, 9)), ("R000002", (5, 12)), ("R000003", (12, 14))):
            record = find_record(session, reference, actor=SYSTEM)
            put_record(session, record, box, folios=folios, actor=SYSTEM)
    number = draft(register, lawyer)

    with register.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        content = statement_document(session, statement, form="docx", authority=AUTHORITY)
    made = docx.Document(io.BytesIO(content))
    words = [each.text for each in made.paragraphs] + [c.text for t in made.tables for r in t.rows for c in r.cells]
    assert not any("Quillfeather" in each or re.search(r"\bR000002", each) for each in words)
    told = "folios 5 to 9 both in R000001 and in a marked record; folio 12 both in a marked record and in R000003"
    assert any(told in each for each in words)
    assert any("of these, withheld as privileged" in each for each in words)


def test_drawing_changes_nothing_and_does_not_depend_on_the_day(register, monkeypatch, officer):
    with register.writing() as session:
        box, day = add_place(session, "box", "77", title="Registers", actor=officer), clock.today()
        count_place(session, box, pages=9, folios=None, counted_by="P. Wray", counted_on=day, actor=officer)
        put_record(session, find_record(session, "R000001", actor=officer), box, actor=officer)
        told = {"taken_by": "A reader", "taken_to": "The annexe", "purpose": "To be read"}
        take_out(session, box, **told, taken_on=day, due_on=day, actor=officer)
    with register.reading() as session:
        first = draw(session, None)
        assert "out with A reader since" in first.section("losses").table("gaps").rows[0][4]
    monkeypatch.setattr("store.clock.today", lambda: date(2031, 1, 1))
    with register.reading() as session:
        assert draw(session, None) == first


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_found_the_parts_add_up_and_every_list_is_as_long_as_its_number(archive, notice, lawyer, seed):
    chance = random.Random(seed)
    reasons = ["blank: no ink", "BLANK", "picture: a photograph", "handwriting: by hand", "limit: too long", "", "odd"]
    with archive.writing() as session:
        for number in range(1, chance.randint(2, 14)):
            pages = chance.randint(0, 4)
            record = Record(
                reference=f"R{number:06d}", title="Paper", file_name="a", media_type="a/b", batch="Box", source="Store",
                label=chance.choice(["Sound", "Film"]), date_precision="undated", page_count=pages, unread_pages=0,
                compartment=chance.choice(["open", "restricted", "privileged"]), registered_at=clock.now(),
                state="not-searchable" if pages == 1 and chance.random() < 0.3 else "read",
            )  # fmt: skip
            session.add(record)
            session.flush()
            for place in range(1, pages + 1):
                unread, read_by = chance.random() < 0.4, chance.choice(["layer", "ocr", "both", "transcript", "seen"])
                session.add(
                    Page(
                        record_id=record.id, number=place, text="", read_by="none" if unread else read_by,
                        unread=unread, reason=chance.choice(reasons) if unread or read_by == "seen" else "",
                        confidence=chance.choice([None, 12.0, 69.9, 70.0, 95.0]),
                    )
                )  # fmt: skip
            if chance.random() < 0.5:
                session.add(SearchFact(record_id=record.id, field="relevance", value="relevant"))
        batch = Batch(name="Box", source="Store", added_by="x", added_at=clock.now())
        session.add(batch)
        session.flush()
        run = Run(batch_id=batch.id, paths="[]", source="Store", started_by="x", started_at=clock.now())
        session.add(run)
        session.flush()
        for number in range(chance.randint(0, 20)):
            state = chance.choice(["found", "stored", "registered", "duplicate", "quarantined", "cancelled", "opened"])
            code = chance.choice(["encrypted", "damaged"]) if state == "quarantined" else ""
            session.add(Item(run_id=run.id, path=f"/{number}", name="a", state=state, reason_code=code, reason=code))
        session.flush()

        found = draw(session, None)

        assert found.value("pages") == session.query(Page).count()
        assert found.value("items") == session.query(Item).filter(Item.state != "opened").count()
        assert found.value("records") == session.query(Record).count()
        for _, figure in found.figures():
            parts = found.parts(figure.code)
            assert not parts or sum(each.value for each in parts) == figure.value
            if has_list(figure.code):
                assert (figure.code, len(list_behind(session, figure.code, actor=lawyer))) == (
                    figure.code,
                    figure.value,
                )
