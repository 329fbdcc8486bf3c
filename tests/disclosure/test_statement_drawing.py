"""What a statement counts and says: whole, the same on any day, and without what it may not tell."""

import io
import random
import re
from dataclasses import replace
from datetime import date

import docx
import pytest

from access.policy import SYSTEM, Actor, Role
from disclosure import statement_approval as approving
from disclosure import statements as drafting
from disclosure.models import Bundle, BundleDocument
from disclosure.statement_asked import Scope
from disclosure.statement_document import statement_document
from disclosure.statement_drawing import NONE_OUTSTANDING, _outstanding, draw
from disclosure.statement_facts import TITLES, Facts, Section
from disclosure.statement_lists import count_of, has_list, list_behind
from ingest import batches
from ingest.models import Batch, Item, Run
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
from store import clock
from store.errors import (
    DamagedError,
    NotFoundError,
    RefusedError,
)
from store.files_models import StoredFile
from tests.disclosure.statement_helpers import AUTHORITY, STORE, act, draft, facts


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
        told = [proof_of(session, "The annexe")]
        session.query(Item).one().state = "duplicate"
        told.append(proof_of(session, "The annexe"))
        batches.open_run(session, ["/other"], batch="Box 15", source="the  CELLAR", actor=SYSTEM)
        add_repository(session, RepositoryContent("The cellar", holder="IT", outcome="taken-in"), actor=officer)
        told.append(proof_of(session, "The cellar"))

    assert told == [
        ("Nothing recorded proves it. 1 file met on 1 occasion: 1 set aside", 1),
        ("1 file met on 1 occasion: 1 already held, byte for byte", 0),
        ("Nothing recorded proves it. Looked through on 1 occasion to take it in, and no file was met", 1),
    ]


def test_files_taken_in_prove_a_search_in_part_and_no_search_where_the_papers_are(register, officer):
    with register.writing() as session:
        session.query(Item).one().state = "registered"
        add_repository(session, RepositoryContent("The annexe", holder="IT", outcome="searched"), actor=officer)
        where_it_is = proof_of(session, "The annexe")
        annexe = RepositoryContent("The annexe", holder="IT", outcome="in-part", why_not="Half is damp.")
        change_repository(session, find_repository(session, "RP0003"), annexe, actor=officer)
        in_part = proof_of(session, "The annexe")

    assert where_it_is == ("Nothing recorded proves it. 1 file met on 1 occasion: 1 registered", 1)
    assert in_part == ("1 file met on 1 occasion: 1 registered", 0)


def proof_of(session, name):
    found = draw(session, None)
    (told,) = [row[5] for row in found.section("repositories").tables[0].rows if row[1] == name]
    return told, found.value("unproved")


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
    number, whole = draft(register, lawyer, scope="R9-2"), draft(register, lawyer)

    assert (facts(register, number).value("paragraphs"), facts(register, number).value("searches")) == (1, 0)
    assert not facts(register, number).section("searches").looked
    assert facts(register, whole).value("paragraphs") == 3


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


def test_what_a_person_wrote_of_a_loss_is_told_as_they_wrote_it(register, officer):
    told = Loss("A day book of loans, overdue", "lost", date(2026, 2, 1), "P. Wray", "It was never brought back.")
    with register.writing() as session:
        record_loss(session, told, place=add_place(session, "box", "77", title="Loans", actor=officer), actor=officer)
    with register.reading() as session:
        (row,) = draw(session, None).section("losses").table("gaps").rows

    assert row[4].endswith(": A day book of loans, overdue")


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


def test_records_produced_without_a_decision_that_they_are_relevant_are_told(register, lawyer):
    with register.writing() as session:
        bundle = Bundle(
            title="Homes", prefix="PEL", file_name="homes.pdf", sha256=session.query(StoredFile).first().sha256,
            pages=3, built_by=lawyer.name, built_at=clock.now(), verified=True,
        )  # fmt: skip
        session.add(bundle)
        session.flush()
        for place, record in enumerate(session.query(Record).order_by(Record.id), start=1):
            session.add(
                BundleDocument(
                    bundle_id=bundle.id, record_id=record.id, position=place, label="", first_page=place, page_count=1
                )
            )
        session.add(SearchFact(record_id=3, field="relevance", value="not-relevant"))
        session.flush()
        found = draw(session, None)

    assert [found.value(f"produced{part}") for part in ("", ":relevant", ":not-relevant", ":undecided")] == [3, 1, 1, 1]
    assert ("Decide whether what was produced is relevant", "1", "No day is set") in found.section(
        "outstanding"
    ).tables[0].rows


def test_a_search_is_set_out_with_how_it_was_done_what_was_not_read_and_who_signed(register, officer):
    told = replace(
        STORE, repository="Cellar", reviewed=12, responsive=0, not_reviewed="Two were mouldy.",
        nothing_found="Only that the twelve say nothing", custodians="The clerk", covers_from=date(1970, 1, 1),
    )  # fmt: skip
    with register.writing() as session:
        made = searching.draft_record(session, told, paragraphs=[2], actor=officer)
        searching.sign_record(session, made, actor=officer)
        row = draw(session, None).section("searches").tables[0].rows[1]

    assert row[2] == (
        "Cellar. By looking through paper, shelves or boxes. Each box was opened and each file turned through. Period "
        "covered: from 1 January 1970. Custodians: The clerk."
    )
    assert row[4] == (
        "Files found: 14; read: 12; responsive: 0. Not read: Two were mouldy. What finding nothing proves: Only that "
        "the twelve say nothing. Could not be read: 1 could not be read, and so could not be found."
    )
    assert re.fullmatch(rf"{officer.name}, \d+ \w+ \d{{4}}\.\n[0-9a-f]{{64}}", row[7])
