"""A register to draw statements from, and the ways in which tests draw, act on and read one."""

import io
from dataclasses import replace
from datetime import date

import docx

from access.policy import SYSTEM
from disclosure import statement_approval as approving
from disclosure import statements as drafting
from disclosure.marks import mark
from disclosure.review import decide_relevance
from disclosure.statement_document import statement_document
from disclosure.statement_drawing import draw_now
from disclosure.statement_sealing import make_seal, seal
from ingest import batches
from ingest.reading import UnreadableFile
from inquiry.requests import add_request
from records.losses import Loss, record_loss
from records.models import Page
from records.register import find_record
from records.repositories import RepositoryContent, add_repository
from search import search_records as searching
from tests.searched import STORE

SIGNATORY = {"signatory": "R. Ostlere", "office": "Chief executive"}
AUTHORITY = "Pellingford Borough Council"


def fill_register(archive, make_record, officer, lawyer):
    """What the fixture `register` says is in the archive."""
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


def drawn(archive, scope=""):
    with archive.reading() as session:
        return draw_now(session, scope)


def draft(archive, actor, *, kind="interim", scope=""):
    seen = drawn(archive, scope)
    with archive.writing() as session:
        return drafting.draft_statement(session, seen, kind=kind, actor=actor).id


def draw_again(archive, number, *, actor):
    return act(archive, number, drafting.draw_again, drawn(archive), actor=actor)


def sign(archive, number, **given):
    act(archive, number, approving.sign, drawn(archive), **{**SIGNATORY, **given})


def act(archive, number, function, *given, **named):
    with archive.writing() as session:
        statement = drafting.find_statement(session, number, actor=SYSTEM)
        return function(session, statement, *given, **named)


def to_sealed(archive, number, lawyer, leader):
    act(archive, number, approving.submit, actor=lawyer)
    sign(archive, number, actor=leader)
    with archive.reading() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        made = make_seal(session, statement, authority=AUTHORITY, actor=lawyer)
    with archive.writing() as session:
        statement = drafting.find_statement(session, number, actor=lawyer)
        seal(session, archive.files, statement, made, actor=lawyer)


def facts(archive, number):
    with archive.reading() as session:
        return drafting.facts_of(drafting.find_statement(session, number, actor=SYSTEM))


def paragraphs_of(archive, number):
    with archive.reading() as session:
        statement = drafting.find_statement(session, number, actor=SYSTEM)
        made = docx.Document(io.BytesIO(statement_document(session, statement, form="docx", authority=AUTHORITY)))
    return made, [each.text for each in made.paragraphs]


def stands(archive, number):
    with archive.reading() as session:
        return drafting.find_statement(session, number, actor=SYSTEM).state
