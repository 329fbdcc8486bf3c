"""What every test may ask for: a real database with its guards, a real file store, and the corpus."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.orm import Session

from access.policy import SYSTEM, Actor, Role
from records.models import Page, Record, RecordFile
from records.register import needs_indexing, next_reference
from retention import holds, notices
from retention.notice_definition import NoticeDefinition
from retention.notice_file import load_notice
from store import clock, schema
from store.archive import Archive, open_archive
from store.settings import Settings, load_settings
from tests.compiled_once import share_statements

NOTICE = Path(__file__).parent.parent / "retention_categories.yaml"
CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
missing_corpus: set[str] = set()


def pytest_configure() -> None:
    """Nothing that is loaded while the tests are found is garbage, and no example is timed."""
    gc.disable()
    share_statements()
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector leaves it out; going through it took a fifth of the time of pages."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the newest shape, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("database")
    archive = open_archive(load_settings({"CANDOUR_DATA": str(folder)}))
    schema.upgrade(archive.engine)
    with archive.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    archive.close()
    return folder / "candour.sqlite3"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"CANDOUR_DATA": str(tmp_path / "data"), "CANDOUR_PROCESSES": "1"})


@pytest.fixture
def archive(settings: Settings, empty_database: Path) -> Iterator[Archive]:
    settings.data.mkdir(mode=0o700)
    shutil.copy(empty_database, settings.database_path)
    opened = open_archive(settings)
    yield opened
    opened.close()


@pytest.fixture
def session(archive: Archive) -> Iterator[Session]:
    """A writing unit of work, committed when the test ends."""
    with archive.writing() as opened:
        yield opened


@pytest.fixture
def officer() -> Actor:
    return Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))


@pytest.fixture
def second_officer() -> Actor:
    return Actor("second@example.org", frozenset({Role.RECORDS_OFFICER}))


@pytest.fixture
def lawyer() -> Actor:
    return Actor("lawyer@example.org", frozenset({Role.LEGAL}))


@pytest.fixture
def leader() -> Actor:
    return Actor("leader@example.org", frozenset({Role.LEADER}))


@pytest.fixture
def administrator() -> Actor:
    return Actor("administrator@example.org", frozenset({Role.ADMINISTRATOR}))


@pytest.fixture(scope="session")
def definition() -> NoticeDefinition:
    """The notice as its file says it, read and checked once."""
    return load_notice(NOTICE)


@pytest.fixture
def notice(archive: Archive, definition: NoticeDefinition) -> str:
    with archive.writing() as session:
        return notices.record_notice(session, definition, NOTICE, actor=SYSTEM).reference


@pytest.fixture
def make_record(archive: Archive, notice: str) -> Callable[..., str]:
    """Makes a held record and returns its reference."""

    def make(
        content: bytes = b"a memorandum", *, text: str = "a memorandum", unread: bool = False, parent: str = ""
    ) -> str:
        with archive.writing() as session:
            row, _ = archive.files.put(session, archive.files.take_bytes(content))
            holds.hold_new_bytes(session, row.sha256, actor=SYSTEM)
            above = session.query(Record).filter_by(reference=parent).one() if parent else None
            record = Record(
                reference=next_reference(session),
                title="Memorandum",
                file_name="memo.txt",
                media_type="text/plain",
                label="Text",
                date_precision="undated",
                batch="Box 14",
                source="County store",
                state="read",
                page_count=1,
                unread_pages=int(unread),
                parent_id=above.id if above else None,
                registered_at=clock.now(),
            )
            session.add(record)
            session.flush()
            session.add(
                RecordFile(
                    record_id=record.id,
                    sha256=row.sha256,
                    name="memo.txt",
                    path="Box 14/memo.txt",
                    batch="Box 14",
                    source="County store",
                    found_at=clock.now(),
                )
            )
            session.add(
                Page(
                    record_id=record.id,
                    number=1,
                    text="" if unread else text,
                    read_by="none" if unread else "native",
                    unread=unread,
                )
            )
            session.flush()
            holds.hold_record(session, record, actor=SYSTEM)
            needs_indexing(session, record.id)
            return record.reference

    return make


@pytest.fixture
def corpus() -> Callable[[str], Path]:
    """Finds a part of the shared corpus, or skips and says so in the summary."""

    def find(part: str) -> Path:
        path = CORPUS / part
        if not path.exists():
            missing_corpus.add(part)
            pytest.skip(f"NOT RUN: the real documents of {part} are not beside this checkout (../shared/corpus)")
        return path

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing_corpus:
        terminalreporter.section("REAL DOCUMENTS ABSENT", sep="!")
        for part in sorted(missing_corpus):
            terminalreporter.write_line(f"not run, because ../shared/corpus/{part} is not there")
