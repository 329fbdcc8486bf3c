"""Taking files in: the arithmetic, the families, and going on after an interruption."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from access.policy import OPERATOR
from ingest import batches, counting, registering
from ingest.locking import only_one
from ingest.models import Item
from ingest.reading import SENTENCES
from records.models import Record, RecordFile
from records.register import family, find_record, visible_records
from retention import holds, tagging
from store.errors import InvalidInputError, RefusedError
from store.files_models import StoredFile
from tests.ingest.archive_making import rar, zip_with_locked
from worker.taking_in import take_in

ROOT = Path(__file__).parent.parent.parent


def mail(subject: str, *attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message["Date"] = "Tue, 03 May 2011 09:00:00 +0100"
    message.set_content("Please see what is attached.")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A small share with every kind of item: loose, copy, container, message, and two that cannot be read."""
    folder = tmp_path / "share"
    (folder / "Box 14").mkdir(parents=True)
    (folder / "Box 14" / "memo.txt").write_text("Memorandum to the Area Officer about the children's home.\n")
    (folder / "Box 14" / "memo copy.txt").write_text("Memorandum to the Area Officer about the children's home.\n")
    (folder / "roads.txt").write_text("Resurfacing of the High Street.\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nthis is no pdf at all")
    (folder / "mail.eml").write_bytes(
        mail("The file", ("note.txt", b"An attached note.\n"), ("bad.pdf", b"%PDF-1.4 x"))
    )
    with zipfile.ZipFile(folder / "returned.zip", "w") as container:
        container.writestr("inner/memo.txt", "Memorandum to the Area Officer about the children's home.\n")
        container.writestr("inner/minutes.txt", "Minutes of the sub-committee.\n")
    return folder


def take(archive, *paths, batch="Box 14"):
    return take_in(archive, [str(path) for path in paths], batch=batch, source="County store", actor=OPERATOR)


def states(outcome):
    return {item.path: item.state for item in outcome.items}


def test_every_item_met_ends_in_exactly_one_state_and_the_figures_add_up(archive, notice, share):
    outcome = take(archive, share)

    assert outcome.totals.found == 11
    assert outcome.totals.adds_up
    assert states(outcome) == {
        "share/Box 14/memo copy.txt": "registered",
        "share/Box 14/memo.txt": "duplicate",
        "share/broken.pdf": "quarantined",
        "share/empty.txt": "quarantined",
        "share/mail.eml": "registered",
        "share/mail.eml!/note.txt": "registered",
        "share/mail.eml!/bad.pdf": "quarantined",
        "share/returned.zip": "registered",
        "share/returned.zip!/inner/memo.txt": "registered",
        "share/returned.zip!/inner/minutes.txt": "registered",
        "share/roads.txt": "registered",
    }


def test_the_same_folder_again_registers_nothing(archive, notice, share):
    take(archive, share)

    again = take(archive, share)

    assert again.totals.registered == 0
    assert set(states(again).values()) == {"duplicate", "quarantined"}
    assert {path for path, state in states(again).items() if state == "quarantined"} == {
        "share/broken.pdf",
        "share/empty.txt",
    }


def test_a_duplicate_keeps_its_path_and_needs_no_second_copy(archive, notice, share):
    take(archive, share)

    with archive.reading() as session:
        paths = session.scalars(select(RecordFile.path).order_by(RecordFile.id)).all()
        assert {"share/Box 14/memo.txt", "share/Box 14/memo copy.txt", "share/returned.zip!/inner/memo.txt"} <= set(
            paths
        )
        stored = session.scalar(select(func.count()).select_from(StoredFile))
        assert stored == len(list(archive.settings.originals.glob("??/??/*")))
        assert stored == 9  # eleven items, three of which share their bytes


def test_members_are_records_of_one_family(archive, notice, share):
    outcome = take(archive, share)
    container = next(item.record for item in outcome.items if item.path == "share/returned.zip")

    with archive.reading() as session:
        members = family(session, find_record(session, container, actor=OPERATOR))

    assert [member.file_name for member in members] == ["returned.zip", "memo.txt", "minutes.txt"]


def test_everything_is_held_quarantined_files_included(archive, notice, share):
    take(archive, share)

    with archive.reading() as session:
        held = {hold.sha256 for hold in holds.all_holds(session)}
        stored = set(session.scalars(select(StoredFile.sha256)))
        quarantined = {item.sha256 for item in batches.items(session, state="quarantined")}
    assert stored == held
    assert quarantined <= held


def test_every_quarantined_item_says_why_in_plain_words(archive, notice, share):
    outcome = take(archive, share)

    for item in outcome.items:
        if item.state == "quarantined":
            assert item.reason.endswith(".")
            assert "Traceback" not in item.reason


def test_links_pipes_and_unreadable_names_are_items_with_a_reason(archive, notice, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("A note in an old encoding's name.\n")

    outcome = take(archive, folder)

    assert outcome.totals.adds_up
    assert sorted(states(outcome).values()) == ["quarantined", "quarantined", "registered"]


def test_the_database_is_asked_a_few_times_for_many_files_not_for_each(archive, notice, tmp_path):
    for number in range(64):
        (tmp_path / f"{number}.txt").write_text(
            f"Mrs Ada Quillfeather wrote to Mr Tom Osterbeck about item {number}.\n"
        )
    statements: list[str] = []
    event.listen(archive.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    outcome = take(archive, tmp_path)

    assert outcome.totals.registered == 64
    assert len(statements) < 64 * 10


def test_two_folders_of_the_same_name_are_both_taken_in(archive, notice, tmp_path):
    for name in ("first", "second"):
        (tmp_path / name / "docs").mkdir(parents=True)
        (tmp_path / name / "docs" / "memo.txt").write_text(f"The {name} memorandum.\n")

    outcome = take(archive, tmp_path / "first" / "docs", tmp_path / "second" / "docs")

    assert outcome.totals.registered == 2


def test_a_file_whose_registering_fails_is_set_aside_and_the_rest_goes_on(archive, notice, share, monkeypatch):
    real = registering.register_all

    def fail_on_mail(session, new, **further):
        if any(each.item.name == "mail.eml" for each in new):
            raise RecursionError("a pattern went astray")
        return real(session, new, **further)

    monkeypatch.setattr(registering, "register_all", fail_on_mail)

    outcome = take(archive, share)

    assert outcome.totals.adds_up
    assert states(outcome)["share/mail.eml"] == "quarantined"
    assert states(outcome)["share/mail.eml!/note.txt"] == "registered"
    assert states(outcome)["share/roads.txt"] == "registered"


def nested(depth: int) -> bytes:
    content, name = b"The innermost note.\n", "note.txt"
    for level in range(depth):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as container:
            container.writestr(name, content)
        content, name = made.getvalue(), f"level-{level}.zip"
    return content


def test_containers_are_opened_only_so_deep(archive, notice, tmp_path):
    (tmp_path / "deep.zip").write_bytes(nested(12))

    outcome = take(archive, tmp_path / "deep.zip")

    assert outcome.totals.adds_up
    assert [item.state for item in outcome.items][-1] == "quarantined"
    assert "containers deep" in outcome.items[-1].reason
    assert outcome.totals.found < 13


def test_a_file_that_holds_itself_is_opened_once(archive, notice, corpus):
    outcome = take(archive, corpus("files/office/tika/quine.gz"))

    assert outcome.totals.adds_up
    assert outcome.totals.found < 10
    assert "copy of itself" in outcome.items[-1].reason


def test_a_path_that_is_not_there_is_refused_and_nothing_is_begun(archive, notice, tmp_path):
    with pytest.raises(InvalidInputError, match="nothing at"):
        take(archive, tmp_path / "nowhere")
    with archive.reading() as session:
        assert counting.batch_totals(session, actor=OPERATOR) == []


def test_two_ingests_at_once_are_refused(archive, notice, share):
    with only_one(archive.settings.data), pytest.raises(RefusedError, match="already being taken in"):
        take(archive, share)


def test_nothing_is_taken_in_before_a_notice_is_in_force(archive, share):
    with pytest.raises(RefusedError, match="candour init"):
        take(archive, share)


def test_text_is_found_and_suggested_after_taking_in(archive, notice, share):
    (share / "complaint.txt").write_text(
        "A boy of twelve at the children's home alleged that the officer in charge had touched him indecently. "
        "The matter was not minuted and no further action was taken.\n"
    )
    outcome = take(archive, share)
    reference = next(item.record for item in outcome.items if item.path.endswith("complaint.txt"))

    with archive.reading() as session:
        record = find_record(session, reference, actor=OPERATOR)
        suggested = {item.category: item for item in tagging.suggestions_of(session, record)}
    assert "allegations" in suggested
    assert all(item.evidence for item in suggested.values())


KILLED = """
import sys
from access.policy import OPERATOR
from store.archive import open_archive
from store.settings import load_settings
from worker.taking_in import take_in

take_in(open_archive(load_settings()), sys.argv[1:], batch="Box 14", source="County store", actor=OPERATOR)
"""


@pytest.mark.slow
@pytest.mark.parametrize("items_before", [1, 3, 6])
def test_a_run_killed_in_the_middle_goes_on_with_nothing_twice_and_nothing_lost(archive, notice, share, items_before):
    environment = {"CANDOUR_DATA": str(archive.settings.data), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(share)], cwd=ROOT, env=environment)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with archive.reading() as session:
            ended = session.scalar(select(func.count(Item.id)).where(Item.ended_at.is_not(None))) or 0
        if ended >= items_before:
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    outcome = take(archive, share)

    assert outcome.totals.found == 11
    assert outcome.totals.adds_up
    assert outcome.totals.registered == 7
    with archive.reading() as session:
        (line,) = counting.batch_totals(session, actor=OPERATOR)
        assert line.unfinished_runs == 0
        assert session.scalar(select(func.count(Record.id))) == sum(
            total.totals.registered for total in counting.batch_totals(session, actor=OPERATOR)
        )
        assert len(visible_records(session, actor=OPERATOR)) == 7
        assert archive.files.reconcile(session) == ([], [])


def test_a_reason_shared_by_several_kinds_of_file_is_said_in_words_that_are_true_of_each(archive, notice, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\nno pdf at all")
    (tmp_path / "b.zip").write_bytes(zip_with_locked({"a.txt": b"One"}, {"a.txt": "x"}))
    take(archive, tmp_path / "a.pdf", tmp_path / "b.zip")
    with archive.reading() as session:
        one_each = {each.code: each for each in counting.reasons(session, batches.find_batch(session, "Box 14"))}

    (tmp_path / "c.docx").write_bytes(b"PK\x03\x04 word/ and nothing else")
    (tmp_path / "d.rar").write_bytes(rar({"a.txt": b"Two"}, locked=frozenset({"a.txt"})))
    take(archive, tmp_path / "c.docx", tmp_path / "d.rar")
    with archive.reading() as session:
        two_each = {each.code: each for each in counting.reasons(session, batches.find_batch(session, "Box 14"))}

    assert "The PDF is damaged" in one_each["damaged"].sentence
    assert "The archive is protected" in one_each["encrypted"].sentence
    for code in ("damaged", "encrypted"):
        assert (two_each[code].sentence, two_each[code].count) == (SENTENCES[code], 2)
