"""A copy of the whole archive that can be proved, and its proof.

A backup folder holds the database (copied by SQLite's own online backup, so it is of one moment), every
original, the sealed head and keys of the audit trail, and `backup.json` with the hash of each.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, table, text
from sqlalchemy.orm import Session

from store import audit, clock, schema
from store.archive import Archive, open_archive
from store.audit_actions import AuditAction
from store.errors import DamagedError, InvalidInputError, RefusedError
from store.files import FileStore
from store.files_models import StoredFile
from store.settings import Settings, load_settings

MANIFEST = "backup.json"
PASSING = ("index_need", "job")
DATABASE = "candour.sqlite3"
SECRETS = ("audit.key", "audit.head", "web.key")
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Proof:
    """What was found to be true of a backup or of a restored archive."""

    files: int
    bytes: int
    rows: dict[str, int]
    events: int
    audit_head: str


def _quiet(_done: int, _total: int) -> None:
    return


def back_up(archive: Archive, folder: Path, *, actor: str, report: Report = _quiet) -> Proof:
    """The folder holds a whole copy of the archive, proved by reading it back.

    Raises:
        InvalidInputError: The folder is not empty, or inside the archive itself.
        DamagedError: An original is not what was stored, or the audit trail does not verify.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInputError(f"{folder} is not empty: give a new folder, so that no older backup is mixed in.")
    if folder.resolve().is_relative_to(archive.settings.data.resolve()):
        raise InvalidInputError(
            f"{folder} is inside the archive, and would be lost with it: give a folder elsewhere, best on another disk."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with archive.writing() as session:
        audit.record(session, AuditAction.BACKED_UP, actor=actor, subject="archive")
    _copy_database_and_head(archive, folder)
    copy = _archive_in(folder)
    try:
        with copy.reading() as session:
            stored = _stored(session)
            for number, (sha256, _) in enumerate(stored, start=1):
                archive.files.verify(sha256)
                target = copy.files.path(sha256)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copyfile(archive.files.path(sha256), target)
                target.chmod(0o400)
                _copy_readable(archive.files, copy.files, sha256)
                report(number, len(stored))
        proof = prove(copy)
    finally:
        copy.close()
    manifest = {
        "made_at": clock.now().isoformat(),
        "schema": schema.current(archive.engine),
        "database_sha256": _digest(folder / DATABASE),
        **vars(proof),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True))
    return proof


def _copy_database_and_head(archive: Archive, folder: Path) -> None:
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    settings = archive.settings
    # Under the write lock, so that the head and the rows are of the same moment.
    with archive.engine.connect().execution_options(candour_writing=True) as connection, connection.begin():
        connection.exec_driver_sql("SELECT 1")
        source = sqlite3.connect(settings.database_path)
        target = sqlite3.connect(folder / DATABASE)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
        (folder / DATABASE).chmod(0o600)
        for name, path in zip(
            SECRETS, (settings.audit_key_file, settings.audit_head_file, settings.secret_key_file), strict=True
        ):
            if path.exists():
                shutil.copyfile(path, secrets / name)
                (secrets / name).chmod(0o600)


def restore(folder: Path, settings: Settings, *, actor: str, report: Report = _quiet) -> tuple[Archive, Proof]:
    """The archive in the backup lives in the (empty) data folder of these settings, and is proved there.

    The search index is not in a backup: rebuild it from the database.

    Raises:
        InvalidInputError: The folder holds no backup.
        RefusedError: There is an archive in the data folder already, or the backup is of another version.
        DamagedError: The backup is not what was made.
    """
    manifest = _read_manifest(folder)
    if settings.database_path.exists():
        raise RefusedError(
            f"There is an archive in {settings.data} already, and restoring never overwrites one: "
            "set CANDOUR_DATA to an empty folder."
        )
    if _digest(folder / DATABASE) != manifest["database_sha256"]:
        raise DamagedError("The backup's database is not the one that was written: use another backup.")
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, path in zip(
        SECRETS, (settings.audit_key_file, settings.audit_head_file, settings.secret_key_file), strict=True
    ):
        if (folder / "secrets" / name).exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(folder / "secrets" / name, path)
            path.chmod(0o600)
    backup_files = FileStore(folder / "originals", folder / "derivatives", folder / "spool")
    # The database comes last: until it is there, the data folder holds no archive and a second try may follow.
    waiting = settings.database_path.with_suffix(".restoring")
    shutil.copyfile(folder / DATABASE, waiting)
    waiting.chmod(0o600)
    staged = FileStore(settings.originals, settings.derivatives, settings.spool)
    hashes = _hashes_in(waiting)
    for number, sha256 in enumerate(hashes, start=1):
        backup_files.verify(sha256)
        target = staged.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not target.exists():
            partial = staged.spool / f"taken-{sha256}"
            shutil.copyfile(backup_files.path(sha256), partial)
            partial.chmod(0o400)
            partial.rename(target)
        _copy_readable(backup_files, staged, sha256)
        report(number, len(hashes))
    waiting.rename(settings.database_path)
    archive = open_archive(settings)
    schema.require_current(archive.engine)
    proof = prove(archive)
    if proof.rows != manifest["rows"] or proof.audit_head != manifest["audit_head"]:
        raise DamagedError("What was restored is not what the backup's own proof says: use another backup.")
    with archive.writing() as session:
        audit.record(
            session,
            AuditAction.RESTORED,
            actor=actor,
            subject="archive",
            detail={"made_at": manifest["made_at"], "files": proof.files, "audit_head": proof.audit_head},
        )
    return archive, proof


def _copy_readable(source: FileStore, target: FileStore, sha256: str) -> None:
    """The readable copy of an original that does not open by itself goes along with it."""
    copy = source.readable(sha256)
    if copy != source.path(sha256):
        target.keep_readable(sha256, copy)


def prove(archive: Archive) -> Proof:
    """Counts, hashes and the audit trail of an archive, each found to be right.

    Raises:
        DamagedError: One is not.
    """
    with archive.reading() as session:
        stored = _stored(session)
        for sha256, _ in stored:
            archive.files.verify(sha256)
        verdict = audit.verify(session, archive.audit_head)
        if not verdict.ok:
            raise DamagedError(f"The audit trail does not verify: {verdict.problem}.")
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).all()
        rows = {
            name: session.scalar(select(func.count()).select_from(table(name))) or 0
            for name in tables
            if name not in PASSING and not name.startswith("sqlite_")
        }
        return Proof(len(stored), sum(size for _, size in stored), rows, verdict.events, verdict.head)


def _stored(session: Session) -> list[tuple[str, int]]:
    query = (
        select(StoredFile.sha256, StoredFile.size).where(StoredFile.removed_at.is_(None)).order_by(StoredFile.sha256)
    )
    return [(row.sha256, row.size) for row in session.execute(query)]


def _hashes_in(database: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT sha256 FROM stored_file WHERE removed_at IS NULL ORDER BY sha256")
        return [row[0] for row in rows]
    finally:
        connection.close()


def _archive_in(folder: Path) -> Archive:
    return open_archive(load_settings({"CANDOUR_DATA": str(folder)}))


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{folder} holds no backup: its {MANIFEST} is missing or cannot be read.") from error
    if manifest.get("schema") != schema.newest():
        raise RefusedError(
            "The backup was made by another version of Candour: restore it with that version, then bring it up to date."
        )
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
