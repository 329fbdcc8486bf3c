"""The doctor: what is right, what is not, and what to do about it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingest.formats import libarchive
from ingest.limited_call import run_limited
from ingest.malware import scanner_at
from ingest.reading import UnreadableFile
from ingest.sandbox import IN_FORCE
from records.models import IndexNeed, Record
from retention.models import Hold
from retention.notice_file import check_notice, load_notice
from search.healing import healings, why_not_healed
from search.opening import engine_of, is_unreadable
from store import audit, clock, schema
from store.archive import Archive, open_archive
from store.errors import CandourError
from store.files_models import FileClearance, FileProtection, StoredFile
from store.settings import Settings
from store.trouble import told
from worker.evidence_check import differences

GOOD, ADVICE, FAULT = "good", "advice", "fault"
# Whatever stands in the way of one check, the doctor tells of it and goes on with the next.
CANNOT_LOOK = (CandourError, SQLAlchemyError, sqlite3.Error, OSError)
LEAST_FREE_BYTES = 2 * 1024**3
# What a reader should be confined by, in words for whoever looks after the machine.
CONFINEMENTS = {
    "network_closed": "a child without a network",
    "calls_refused": "refusing dangerous system calls",
    "writes_confined": "confining where a child writes",
    "memory_limited": "limiting memory",
    "processes_limited": "limiting the number of processes (a process of root's is never bound by that)",
}
# Measured at 100,000 records of 350 words (docs/measurements.md): one question in twenty takes over a fifth of a second
# and one in a hundred over a second, and what Whoosh does grows with their number.
WHOOSH_LIMIT = 100_000
UNUSED_LIMIT = 20_000_000
REMEMBERED = timedelta(days=7)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: str
    sentence: str


def check_up(settings: Settings, *, fixity: bool = False) -> list[Finding]:
    """Everything was looked at, whatever was found on the way."""
    findings = [*_machine(settings)]
    try:
        archive = open_archive(settings)
        schema.require_current(archive.engine)
    except CANNOT_LOOK as error:
        findings.append(Finding("database", FAULT, _said(error)))
        return findings
    checks: list[Callable[[Archive], Finding]] = [_database, _audit, _evidence, _files, _holds, _notice, _index, _keys]
    if fixity:
        checks.append(_fixity)
    for check in checks:
        try:
            findings.append(check(archive))
        except CANNOT_LOOK as error:
            findings.append(Finding(check.__name__.strip("_"), FAULT, _said(error)))
    archive.close()
    return findings


def _said(error: Exception) -> str:
    return str(error if isinstance(error, CandourError) else told(error) or f"it cannot be looked at ({error})")


def _machine(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(next(each for each in (settings.data, *settings.data.parents) if each.exists())).free
    yield Finding(
        "disk",
        GOOD if free > LEAST_FREE_BYTES else FAULT,
        f"{free / 1024**3:.1f} GiB free"
        + ("" if free > LEAST_FREE_BYTES else ": make room before anything more is taken in"),
    )
    mode = settings.data.stat().st_mode & 0o777 if settings.data.exists() else 0o700
    yield Finding(
        "data folder",
        GOOD if not mode & 0o077 else FAULT,
        f"{settings.data} is readable by its owner alone"
        if not mode & 0o077
        else f"others on this machine can reach into {settings.data}: chmod 700",
    )
    try:
        answer = run_limited("worker.checkup:reader_answers", {}, seconds=60)
        missing = [words for name, words in CONFINEMENTS.items() if not answer["in_force"].get(name)]
        yield Finding(
            "readers",
            ADVICE if missing else GOOD,
            "files are read in limited child processes: memory, time and file size bounded"
            + (
                f"; this system does not allow: {', '.join(missing)}"
                if missing
                else ", no network, no writing elsewhere"
            ),
        )
    except (UnreadableFile, CandourError) as error:
        yield Finding("readers", FAULT, f"child processes cannot read files here: {error}")
    yield _scanner(settings)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    yield Finding(
        "LibreOffice",
        GOOD if office else ADVICE,
        "is here"
        if office
        else "is not here: old Word, Excel and PowerPoint files (.doc, .xls, .ppt) cannot be searched: each is "
        "registered and held as not searchable; install it",
    )

    unpacks = libarchive.is_here()
    yield Finding(
        "libarchive",
        GOOD if unpacks else ADVICE,
        "is here"
        if unpacks
        else "is not here: 7-Zip, RAR and CAB archives and disc images are held as not searchable; install it "
        "(libarchive13 in Debian and Ubuntu)",
    )


def _scanner(settings: Settings) -> Finding:
    try:
        scanner = scanner_at(settings.clamd)
        if scanner is None:
            return Finding(
                "malware",
                ADVICE,
                "files are NOT scanned before they are read: run ClamAV's clamd and name its socket in CANDOUR_CLAMD",
            )
        return Finding("malware", GOOD, f"files are scanned before they are read ({scanner.ping()})")
    except CandourError as error:
        return Finding("malware", FAULT, f"{error} Files are not taken in meanwhile: start clamd again.")


def reader_answers() -> dict[str, object]:
    """Run in a child: that it answers at all is half of the finding, what confines it the other."""
    return {"in_force": dict(IN_FORCE)}


def _database(archive: Archive) -> Finding:
    connection = sqlite3.connect(archive.settings.database_path)
    try:
        answer = connection.execute("PRAGMA quick_check").fetchone()[0]
        guards = dict(connection.execute(schema.GUARDS).fetchall())
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    expected = schema.guards()
    if answer != "ok" or broken:
        return Finding("database", FAULT, "the database file is damaged: stop, copy it, and restore the last backup")
    # By what each does, not by their number: one that was emptied still counts.
    removed = [name for name in expected if name not in guards]
    changed = [name for name in guards if guards[name] != expected.get(name)]
    if removed or changed:
        return Finding(
            "database",
            FAULT,
            f"{len(removed)} of its {len(expected)} guards were removed and {len(changed)} changed or added "
            f"(first {(*removed, *changed)[0]}): someone changed it by hand; compare it with the last backup",
        )
    return Finding("database", GOOD, f"sound, with all {len(guards)} guards in place")


def _audit(archive: Archive) -> Finding:
    with archive.reading() as session:
        verdict = audit.verify(session, archive.audit_head)
    if not verdict.ok:
        return Finding("audit", FAULT, f"{verdict.problem}; proved up to event {verdict.proved_up_to}")
    return Finding("audit", GOOD, f"all {verdict.events} events are proved")


def _evidence(archive: Archive) -> Finding:
    with archive.reading() as session:
        parted = differences(session)
    if parted:
        return Finding(
            "evidence", FAULT, f"{'; '.join(parted)}: someone changed it by hand; compare it with the last backup"
        )
    return Finding("evidence", GOOD, "holds, decisions, clearances, marks, purges and bundles are as the trail tells")


def _files(archive: Archive) -> Finding:
    with archive.reading() as session:
        missing, unknown = archive.files.reconcile(session)
        count = session.scalar(select(func.count()).select_from(StoredFile))
    if missing:
        return Finding(
            "files",
            FAULT,
            f"{len(missing)} originals are missing (first {missing[0][:12]}): restore them from a backup",
        )
    if unknown:
        return Finding(
            "files",
            ADVICE,
            f"{len(unknown)} files have no row or one that says they were removed, as an interruption leaves them: "
            "they are kept; run the same command again",
        )
    return Finding("files", GOOD, f"{count} rows and files agree both ways")


def _holds(archive: Archive) -> Finding:
    with archive.reading() as session:
        bare = session.scalar(_unheld())
        standing = session.scalar(select(func.count()).select_from(Hold).where(Hold.released_at.is_(None)))
    if bare:
        return Finding("holds", FAULT, f"{bare} stored files are neither held nor cleared: report this at once")
    return Finding("holds", GOOD, f"{standing} holds stand; every stored file is held or was cleared by two people")


def _unheld() -> Select[int]:
    protected = select(FileProtection.sha256).where(FileProtection.lifted_at.is_(None))
    cleared = select(FileClearance.sha256)
    return (
        select(func.count())
        .select_from(StoredFile)
        .where(
            StoredFile.removed_at.is_(None),
            StoredFile.sha256.not_in(protected),
            StoredFile.sha256.not_in(cleared),
        )
    )


def _notice(archive: Archive) -> Finding:
    definition = load_notice(archive.settings.notice_file)
    problems = check_notice(definition)
    if problems:
        return Finding("notice", FAULT, f"{len(problems)} of the notice's own checks fail; first: {problems[0]}")
    return Finding("notice", GOOD, f"{definition.reference} {definition.version}: each of its own sentences is right")


def _index(archive: Archive) -> Finding:
    with archive.reading() as session:
        records = session.scalar(select(func.count(Record.id)).where(Record.purged_at.is_(None))) or 0
        waiting = session.scalar(select(func.count()).select_from(IndexNeed)) or 0
        healed = healings(session, since=clock.now() - REMEMBERED)
        engine = engine_of(archive)
        if is_unreadable(engine):
            reason = why_not_healed(session, archive.settings.index)
            said = reason or "the worker, which must be running, makes it anew by itself; no record is lost by it"
            return Finding("index", FAULT, f"its files cannot be read, and a search that needs them is refused: {said}")
    found = engine.document_count
    if found != records and not waiting:
        return Finding(
            "index", FAULT, f"{found} records are indexed and {records} are held: run `candour index rebuild`"
        )
    if records > WHOOSH_LIMIT and archive.settings.search_url.startswith("whoosh"):
        return Finding(
            "index",
            ADVICE,
            f"{records} records have outgrown Whoosh, which was measured at 100,000 (19 of 20 questions in 0.2 s, the"
            " slowest in 1.3 s), and slows as they grow: set CANDOUR_SEARCH_URL=tantivy: and run"
            " `candour index rebuild`",
        )
    if healed:
        return Finding(
            "index",
            ADVICE,
            f"its files could not be read on {healed[-1].astimezone(clock.LEGAL_ZONE):%-d %B %Y at %H:%M}, and it was"
            " made anew from the database: no record is lost, but should that happen again, have the disk of the data"
            " folder looked at",
        )
    unused = engine.unused_bytes
    if unused > UNUSED_LIMIT:
        return Finding(
            "index",
            ADVICE,
            f"{unused / 1e6:,.0f} MB in its folder are left from a writer that was cut off, and no record needs them:"
            " the next change clears them away, and so does `candour index rebuild`",
        )
    left = engine.left_behind
    if left:
        return Finding(
            "index",
            ADVICE,
            f"{left} records left a compartment since the index was made: they are found and counted there no longer,"
            " but their words still weigh in the order of what is found, until the worker has seen to it (of a large"
            " index of Tantivy at night) or you run `candour index rebuild`",
        )
    return Finding("index", GOOD, f"{found} records indexed, {waiting} waiting")


def _keys(archive: Archive) -> Finding:
    settings = archive.settings
    if settings.audit_key_file.is_relative_to(settings.data):
        return Finding(
            "audit key",
            ADVICE,
            "lies in the data folder: whoever may change the database may also reach the key; put it elsewhere with "
            "CANDOUR_AUDIT_KEY_FILE and CANDOUR_AUDIT_HEAD_FILE",
        )
    return Finding("audit key", GOOD, "is kept apart from the database")


def _fixity(archive: Archive) -> Finding:
    with archive.reading() as session:
        changed = list(_changed(archive, session))
    if changed:
        return Finding("fixity", FAULT, f"{len(changed)} originals are not what was stored (first {changed[0][:12]})")
    return Finding("fixity", GOOD, "every original is byte for byte what was stored")


def _changed(archive: Archive, session: Session) -> Iterator[str]:
    for sha256 in session.scalars(select(StoredFile.sha256).where(StoredFile.removed_at.is_(None))):
        try:
            archive.files.verify(sha256)
        except CandourError:
            yield sha256
