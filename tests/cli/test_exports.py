"""What a command takes out of the archive: whole or not at all, told in the trail, and nobody waits for it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import select

from access.policy import OPERATOR, SYSTEM, Actor
from cli import disclosure
from cli.drafts import drafted
from cli.main import main
from disclosure.bundle_manifest import manifest_path
from disclosure.production import Built
from ingest import batches
from ingest.models import Item
from records import custody
from store import audit, spreadsheets
from store.archive import Archive
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import InvalidInputError
from store.leaving import leaving_long, let_go

EXPORTS = {
    "costs csv": (("costs", "report", "--csv"), "costs.exports.csv_bytes", AuditAction.COSTS_EXPORTED),
    "costs xlsx": (("costs", "report", "--xlsx"), "costs.exports.workbook_bytes", AuditAction.COSTS_EXPORTED),
    "losses": (("boxes", "lost", "--csv"), "records.losses.csv_table", AuditAction.LOSSES_EXPORTED),
    "paper csv": (("boxes", "reconcile", "--csv"), "records.reconciling.account_csv", AuditAction.RECONCILED),
    "paper xlsx": (("boxes", "reconcile", "--xlsx"), "records.reconciling.account_xlsx", AuditAction.RECONCILED),
    "labels": (("boxes", "labels", "12", "--out"), "records.labels.register_fonts", AuditAction.LABELS_PRINTED),
    "batch": (("batches", "list", "Box 4", "--csv"), "ingest.listing.csv_lines", AuditAction.BATCH_LISTED),
}


@pytest.fixture
def held(archive: Archive, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """One batch of some files, one box, and what a command has to know."""
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, ["/x"], batch="Box 4", source="store", actor=officer)
        session.add_all(Item(run_id=run.id, path=f"a/{n}.txt", name=f"{n}.txt", state="stored") for n in range(5))
        custody.add_place(session, "box", "12", actor=officer)
    monkeypatch.setenv("CANDOUR_DATA", str(archive.settings.data))
    return archive


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["candour", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def told(archive: Archive, action: AuditAction) -> list[dict[str, object]]:
    with archive.reading() as session:
        return [json.loads(each) for each in session.scalars(select(AuditEvent.detail).filter_by(action=action))]


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], None]) -> None:
    """Something happens while what is named makes the file."""
    module, _, function = name.rpartition(".")
    before = getattr(__import__(module, fromlist=[function]), function)

    def made(*given: object, **further: object) -> object:
        act()
        return before(*given, **further)

    monkeypatch.setattr(name, made)


@pytest.mark.parametrize("kind", EXPORTS)
def test_a_file_is_told_with_its_bytes_and_others_write_while_it_is_made(
    held: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    arguments, made_by, action = EXPORTS[kind]

    def write() -> None:
        with held.writing() as session:
            audit.record(session, AuditAction.SEARCHED, actor="another", subject="search")

    meanwhile(monkeypatch, made_by, write)

    # 3: there are gaps in the paper.
    assert run(monkeypatch, *arguments, str(tmp_path / "out")) in (0, 3)

    (event,) = told(held, action)
    assert event["sha256"] == hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest()
    assert len(told(held, AuditAction.SEARCHED)) == 1


@pytest.mark.parametrize("kind", EXPORTS)
def test_where_it_fails_nothing_has_left_and_what_was_there_stays(
    held: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    arguments, made_by, action = EXPORTS[kind]
    (tmp_path / "out").write_bytes(b"of last week")

    def fail() -> None:
        raise InvalidInputError("The page cannot be read.")

    meanwhile(monkeypatch, made_by, fail)

    assert run(monkeypatch, *arguments, str(tmp_path / "out")) == InvalidInputError.exit_code

    assert told(held, action) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"of last week"


def test_a_list_that_breaks_off_in_the_middle_leaves_nothing(
    held: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(value: object) -> object:
        if value == "a/3.txt":
            raise InvalidInputError("The row cannot be read.")
        return value

    monkeypatch.setattr(spreadsheets, "safe_cell", broken)

    assert run(monkeypatch, "batches", "list", "Box 4", "--csv", str(tmp_path / "list.csv")) == 2

    assert told(held, AuditAction.BATCH_LISTED) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_list_on_the_screen_is_told_too(
    held: Archive, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(monkeypatch, "batches", "list", "Box 4") == 0

    shown = capsysbinary.readouterr().out
    assert shown.count(b"\r\n") == 6
    (event,) = told(held, AuditAction.BATCH_LISTED)
    assert event["sha256"] == hashlib.sha256(shown).hexdigest()


def test_bytes_too_many_for_the_memory_leave_as_others_do(archive: Archive) -> None:
    with archive.reading() as session:
        made = leaving_long(
            session, (b"%d\n" % n for n in range(300_000)), AuditAction.AUDIT_EXPORTED, subject="audit", filter={}
        )
    with made.file:
        content = b"".join(made.pieces())
        assert b"".join(made.pieces()) == content
    with archive.writing() as session:
        let_go(session, made, actor=SYSTEM.name)

    assert content == b"".join(b"%d\n" % n for n in range(300_000))
    assert made.size == len(content)
    assert told(archive, AuditAction.AUDIT_EXPORTED) == [
        {"filter": {}, "seen": 0, "sha256": hashlib.sha256(content).hexdigest()}
    ]


@pytest.fixture
def built(archive: Archive) -> Built:
    """As much of a bundle as is written out."""
    with archive.writing() as session:
        stored, _ = archive.files.put(session, archive.files.take_bytes(b"%PDF-1.7 a bundle" * 1_000))
        sha256 = stored.sha256
    result = SimpleNamespace(manifest={"documents": []})
    made = SimpleNamespace(bundle=SimpleNamespace(sha256=sha256), file_name="ABC-UNREDACTED.pdf", result=result)
    return cast(Built, made)


def test_a_bundle_stands_with_its_manifest_and_the_name_asked_for_leads_to_it(
    archive: Archive, built: Built, tmp_path: Path
) -> None:
    out = tmp_path / "bundle.pdf"
    for _ in range(2):  # the second in place of the first
        file = disclosure._write_out(archive, built, out)

    assert out.is_symlink()
    assert out.resolve() == file
    assert file.read_bytes() == b"%PDF-1.7 a bundle" * 1_000
    assert json.loads(manifest_path(file).read_bytes())["bundle_sha256"] == built.bundle.sha256
    assert {path for path in tmp_path.iterdir() if path.is_file()} == {out, file, manifest_path(file)}


def test_a_bundle_that_is_cut_off_leaves_the_one_before_and_its_manifest(
    archive: Archive, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle.pdf"
    file = disclosure._write_out(archive, built, out)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    def cut_off(_file: Path) -> Iterator[bytes]:
        yield b"%PDF-1.7 half"
        raise KeyboardInterrupt

    monkeypatch.setattr(disclosure, "_read", cut_off)
    with pytest.raises(KeyboardInterrupt):
        disclosure._write_out(archive, built, out)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert out.resolve() == file


def test_a_draft_that_is_not_put_leaves_nothing(tmp_path: Path) -> None:
    with drafted(tmp_path / "out", lambda: [b"words"]):
        assert len(list(tmp_path.iterdir())) == 1

    assert list(tmp_path.iterdir()) == []


def test_the_operator_is_who_took_it(held: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "boxes", "labels", "12", "--out", str(tmp_path / "labels.pdf"))

    with held.reading() as session:
        actors = session.scalars(select(AuditEvent.actor).filter_by(action=AuditAction.LABELS_PRINTED)).all()
    assert actors == [OPERATOR.name]
