"""Passwords given in the browser: tried on the batch's protected files, and standing nowhere that anybody reads."""

import io
import logging
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select, text

from access.policy import OPERATOR
from store.archive import Archive
from store.audit import AuditEvent
from store.file_passwords import kept_passwords
from store.jobs import Job, recent_jobs
from worker.runner import Worker
from worker.taking_in import take_in

WORD = "correct horse battery"


@pytest.fixture
def protected(archive: Archive, notice, tmp_path: Path) -> None:
    plain = io.BytesIO()
    canvas = Canvas(plain)
    canvas.drawString(72, 720, "Minutes of the committee of the second of May")
    canvas.save()
    (tmp_path / "share").mkdir()
    with pikepdf.open(plain) as pdf:
        pdf.save(tmp_path / "share" / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user=WORD))
    take_in(archive, [str(tmp_path / "share")], batch="Box 4", source="store", actor=OPERATOR)


def everything_kept(archive: Archive) -> str:
    """Every value in the database, save what was read of the file."""
    with archive.reading() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        return "\n".join(str(tuple(row)) for name in tables for row in session.execute(text(f"SELECT * FROM {name}")))


@pytest.mark.slow
def test_a_password_opens_the_batchs_protected_files_and_stands_nowhere(
    officer_client, archive: Archive, protected, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    page = officer_client.get("/batches/1/passwords").text
    assert "1 file of this batch is set aside" in page

    answer = officer_client.post("/batches/1/passwords", data={"words": f"wrong one\r\n{WORD}\r\n"})

    assert answer.location == "/batches/1"
    assert kept_passwords(archive.settings) == ("wrong one", WORD)
    worker = Worker(archive)
    while worker.work_once():
        pass
    with archive.reading() as session:
        assert [(job.kind, job.state) for job in recent_jobs(session)] == [
            ("files-again", "done"),
            ("batch-go-on", "done"),
        ]
        given = session.scalars(select(AuditEvent).where(AuditEvent.action == "ingest.passwords-given")).one()
        assert (given.actor, given.detail) == ("records-officer@example.org", '{"count":2}')
    assert "1 registered" in officer_client.get("/batches/1").text
    page = officer_client.get("/batches/1/passwords").text
    assert "No file of this batch is set aside" in page
    assert "2 passwords are kept" in page
    for where in (page, everything_kept(archive), caplog.text):
        assert WORD not in where
        assert "wrong one" not in where


def test_a_list_that_cannot_be_used_is_refused_and_not_sent_back(officer_client, archive: Archive, protected) -> None:
    for words in ("", "x" * 300, "\n".join(f"word {number}" for number in range(501))):
        answer = officer_client.post("/batches/1/passwords", data={"words": words})
        assert answer.status_code == 400
        assert "There is a problem" in answer.text
        assert words[:20] not in answer.text or not words
    assert kept_passwords(archive.settings) == ()
    with archive.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_passwords_are_forgotten_and_what_they_opened_stays(officer_client, archive: Archive, protected) -> None:
    officer_client.post("/batches/1/passwords", data={"words": WORD})

    officer_client.post("/batches/1/passwords/forget")

    assert kept_passwords(archive.settings) == ()
    assert "0 passwords are kept" in officer_client.get("/batches/1/passwords").text


def test_only_those_who_take_in_give_passwords(
    legal_client, leader_client, administrator_client, archive: Archive, protected
) -> None:
    for client in (legal_client, leader_client, administrator_client):
        assert client.get("/batches/1/passwords").status_code == 403
        assert client.post("/batches/1/passwords", data={"words": WORD}).status_code == 403
        assert client.post("/batches/1/passwords/forget").status_code == 403
    assert kept_passwords(archive.settings) == ()


def test_a_batch_that_is_not_there_has_no_passwords(officer_client) -> None:
    assert officer_client.get("/batches/9/passwords").status_code == 404
