"""One archive: its settings, rows, files and the head of its audit trail, opened together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from store import audit
from store.audit_head import AuditHead
from store.database import make_engine, reading, unit_of_work
from store.errors import InvalidInputError
from store.files import FileStore
from store.settings import Settings


@dataclass(frozen=True)
class Archive:
    """What a request, a job or a command opens its unit of work on."""

    settings: Settings
    engine: Engine
    files: FileStore
    audit_head: AuditHead

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A writing unit of work, whose audit events reach the sealed head with it."""
        with unit_of_work(self.engine, {audit.HEAD: self.audit_head}) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A view that changes nothing."""
        with reading(self.engine) as session:
            yield session

    def close(self) -> None:
        """Its connections are closed."""
        self.engine.dispose()


def open_archive(settings: Settings) -> Archive:
    """The archive in the data folder, which its owner alone can read.

    Raises:
        InvalidInputError: The data folder cannot be made where the settings say.
    """
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InvalidInputError(
            f"The data folder {settings.data} cannot be made ({error.strerror}): name a folder that this user may "
            "write to in CANDOUR_DATA."
        ) from error
    if settings.data.stat().st_mode & 0o077 and settings.data.stat().st_uid == os.getuid():
        settings.data.chmod(0o700)
    return Archive(
        settings=settings,
        engine=make_engine(settings.database_url),
        files=FileStore(settings.originals, settings.derivatives, settings.spool),
        audit_head=AuditHead(settings.audit_head_file, settings.audit_key_file),
    )
