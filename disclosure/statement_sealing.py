"""Sealing a statement, and proving at any time that a sealed one is what was signed, and what differs since."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from disclosure.statement_approval import changed_since
from disclosure.statement_document import statement_document
from disclosure.statement_facts import Difference, hash_of
from disclosure.statement_models import SEALED, SIGNED, Statement
from disclosure.statements import audit_statement, require_drafter, require_state, subject_of
from store import clock, protections
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import CandourError, DamagedError, RefusedError
from store.files import FileStore
from store.leaving import Leaving, leaving
from store.papers import PAPERS, Form

# Everything that was said and done up to the seal, in this order.
COVERED = (
    "id", "scope", "kind", "label", "supersedes_id", "made_by", "made_at", "facts", "facts_sha256", "drawn_by",
    "as_of", "audit_sequence", "audit_hash", "submitted_by", "submitted_at", "returned", "signed_by", "signed_at",
    "signatory", "office", "acknowledged", "sealed_by", "sealed_at",
)  # fmt: skip


@dataclass(frozen=True)
class StatementProof:
    """Whether a sealed statement is whole, each fault in a sentence; and what the register says otherwise now.

    `differ` is None where another version of the program drew it, so that it cannot be compared with the register.
    """

    faults: tuple[str, ...]
    differ: tuple[Difference, ...] | None

    @property
    def is_whole(self) -> bool:
        """Whether it is exactly what was sealed."""
        return not self.faults


@dataclass(frozen=True)
class Seal:
    """The seal that a signed statement is to bear, and its documents, which show it."""

    sealed_by: str
    sealed_at: datetime
    sha256: str
    contents: Mapping[Form, bytes]


def make_seal(session: Session, statement: Statement, *, authority: str, actor: Actor) -> Seal:
    """The seal and the documents of a signed statement, made while others write; nothing is sealed by it.

    Raises:
        NotPermittedError: The actor may not see every compartment.
        RefusedError: It is not signed.
        DamagedError: Its figures are not those that were drawn.
    """
    require_drafter(actor)
    require_state(statement, SIGNED, "sealed")
    if hash_of(statement.facts) != statement.facts_sha256:
        raise DamagedError(
            f"{statement.reference} was not sealed, because its figures are not those that were drawn: nothing more "
            "is done with it until whoever looks after Candour has compared it with a backup."
        )
    # The documents show the seal, and the database takes the seal only together with their hashes.
    with session.no_autoflush:
        statement.state, statement.sealed_by, statement.sealed_at = SEALED, actor.name, clock.now()
        statement.sha256 = seal_of(statement)
        contents = {form: statement_document(session, statement, form=form, authority=authority) for form in PAPERS}
        made = Seal(statement.sealed_by, statement.sealed_at, statement.sha256, contents)
        session.expire(statement)
    return made


def seal(session: Session, files: FileStore, statement: Statement, made: Seal, *, actor: Actor) -> None:
    """The statement and its two documents are as they will always be; they are kept and protected.

    Raises:
        NotPermittedError: The actor may not see every compartment.
        RefusedError: It is not signed, or it is not what the seal was made for.
    """
    require_drafter(actor)
    require_state(statement, SIGNED, "sealed")
    kept = {form: _keep(session, files, statement, content) for form, content in made.contents.items()}
    statement.state, statement.sealed_by, statement.sealed_at = SEALED, made.sealed_by, made.sealed_at
    statement.sha256, statement.word_sha256, statement.pdf_sha256 = made.sha256, kept["docx"], kept["pdf"]
    if made.sealed_by != actor.name or seal_of(statement) != made.sha256:
        raise RefusedError(
            f"{statement.reference} was not sealed, because it changed meanwhile: look at it, then seal."
        )
    session.flush()
    audit_statement(session, AuditAction.STATEMENT_SEALED, statement, actor, sha256=statement.sha256, **kept)


def _keep(session: Session, files: FileStore, statement: Statement, content: bytes) -> str:
    row, _ = files.put(session, files.take_bytes(content))
    protections.protect(
        session, row.sha256, holder=subject_of(statement), reason="it is what was stated to the inquiry"
    )
    return row.sha256


def take_document(
    session: Session, files: FileStore, statement: Statement, *, form: Form, authority: str, actor: Actor
) -> Leaving:
    """Of a sealed statement the very bytes that were sealed, of another its document as it stands.

    Raises:
        DamagedError: The bytes are not those that were sealed.
        NotFoundError: They are gone.
    """
    require(actor, Permission.STATEMENTS_READ)
    if statement.state == SEALED:
        kept = (statement.pdf_sha256 if form == "pdf" else statement.word_sha256) or ""
        files.verify(kept)
        content = files.original(kept).read_bytes()
    else:
        content = statement_document(session, statement, form=form, authority=authority)
    told = {"label": statement.label, "form": form, "state": statement.state}
    subject = subject_of(statement)
    return leaving(session, content, AuditAction.STATEMENT_EXPORTED, subject=subject, **told)


def seal_of(statement: Statement) -> str:
    """The SHA-256 of everything that was stated, drawn, written and signed, and of who sealed it when."""
    said = [str(getattr(statement, name)) for name in COVERED]
    written = [[each.subject, each.words, each.written_by, str(each.written_at)] for each in statement.texts]
    return hashlib.sha256(json.dumps([said, written], ensure_ascii=False).encode()).hexdigest()


def prove(session: Session, files: FileStore, statement: Statement, *, actor: Actor) -> StatementProof:
    """Whether the seal, the documents and the trail agree, and what the register says otherwise now.

    That figures differ later is no fault: work goes on, and the next statement says so.
    """
    require(actor, Permission.STATEMENTS_READ)
    require_state(statement, SEALED, "verified")
    faults = _faults(session, files, statement)
    differ: list[Difference] | None = []
    try:
        differ = changed_since(session, statement)
    except DamagedError as error:
        faults.append(f"What it states cannot be counted again: {error}")
    return StatementProof(faults=tuple(faults), differ=None if differ is None else tuple(differ))


def _faults(session: Session, files: FileStore, statement: Statement) -> list[str]:
    faults = []
    if hash_of(statement.facts) != statement.facts_sha256:
        faults.append("Its figures are not those that were drawn.")
    if seal_of(statement) != statement.sha256:
        faults.append("What it says is not what was sealed.")
    drawn = session.scalar(select(AuditEvent.hash).where(AuditEvent.sequence == statement.audit_sequence))
    if statement.audit_sequence and drawn != statement.audit_hash:
        faults.append("The audit trail is not the one it was drawn under.")
    told = session.scalar(
        select(AuditEvent.detail).where(
            AuditEvent.action == AuditAction.STATEMENT_SEALED.value,
            AuditEvent.subject == subject_of(statement),
        )
    )
    detail = json.loads(told or "{}")
    sealed = {"sha256": statement.sha256, "docx": statement.word_sha256, "pdf": statement.pdf_sha256}
    if {name: detail.get(name) for name in sealed} != sealed:
        faults.append("The audit trail does not tell of this seal and these documents.")
    for name, sha256 in (("Word document", statement.word_sha256), ("PDF", statement.pdf_sha256)):
        try:
            files.verify(sha256 or "")
        except CandourError as error:
            faults.append(f"Its {name} is not what was sealed: {error}")
    return faults
