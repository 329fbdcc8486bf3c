"""A file that leaves the archive: made from one view of it while others write, then told in the audit trail.

Making a long list or a document takes seconds, and the archive has one write lock. So a file is made in a reading unit
of work, whose view stays one to its end; only that it leaves is written, in a short unit of work of its own. The event
tells the SHA-256 of the very bytes and the last event that their view knew, so that what left can be proved.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditEvent, Detail
from store.audit_actions import AuditAction

_PIECE = 2**20


@dataclass(frozen=True)
class Leaving:
    """The bytes, and what the audit trail is to tell of them before they go."""

    content: bytes
    action: AuditAction
    subject: str
    detail: Detail
    seen_to: int

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """The bytes."""
        yield self.content


@dataclass(frozen=True)
class LongLeaving:
    """The same of bytes too many for the memory: they lie in a file without a name, which is gone once it is closed."""

    file: IO[bytes]
    size: int
    sha256: str
    action: AuditAction
    subject: str
    detail: Detail
    seen_to: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes, from the first one, some at a time."""
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            yield piece


def leaving(session: Session, content: bytes, action: AuditAction, *, subject: str, **detail: object) -> Leaving:
    """The file as it was made from this session's view."""
    return Leaving(content, action, subject, dict(detail), audit.newest(session))


def leaving_long(
    session: Session, pieces: Iterable[bytes], action: AuditAction, *, subject: str, **detail: object
) -> LongLeaving:
    """The file as its pieces were made from this session's view: all of them, before anything of it leaves."""
    seen_to, digest, size = audit.newest(session), hashlib.sha256(), 0
    with ExitStack() as undone:
        file = undone.enter_context(tempfile.TemporaryFile())
        for piece in pieces:
            digest.update(piece)
            size += file.write(piece)
        undone.pop_all()
    return LongLeaving(file, size, digest.hexdigest(), action, subject, dict(detail), seen_to)


def let_go(session: Session, made: Leaving | LongLeaving, *, actor: str) -> AuditEvent:
    """That the file leaves is in the audit trail: it goes only once that is kept."""
    told = {**made.detail, "sha256": made.sha256, "seen": made.seen_to}
    return audit.record(session, made.action, actor=actor, subject=made.subject, detail=told)
