"""Statements to the inquiry: drawn from the register, numbered, and written in while they are drafts."""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import SYSTEM, Actor, Permission, require
from disclosure.statement_drawing import Drawn
from disclosure.statement_facts import (
    DRAWN_OTHERWISE,
    OUTSTANDING,
    TITLES,
    WORDING,
    Difference,
    Facts,
    Figure,
    differences,
    from_json,
    hash_of,
    to_json,
)
from disclosure.statement_models import (
    DRAFT,
    FINAL,
    INTERIM,
    SEALED,
    SIGNED,
    SUBMITTED,
    UNSEALED,
    WITHDRAWN,
    Statement,
    StatementHand,
    StatementText,
)
from inquiry.requests import find_request
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from store.font_files import require_printable
from store.word_paper import clean

KINDS = {INTERIM: "Interim", FINAL: "Final"}
STATES = {
    DRAFT: "Draft",
    SUBMITTED: "Submitted for approval",
    SIGNED: "Signed, not yet sealed",
    SEALED: "Sealed",
    WITHDRAWN: "Withdrawn",
}
CHANGED, CORRECTION = "changed", "Final, correction"
LONGEST_TEXT = 20_000
# What has to be explained before a final statement: figures of these names that are not nought.
EXPLAINED = ("unread:", "quarantined:")
EXPLAINED_TOO = (
    "items:cancelled",
    "paragraphs:unsearched",
    "repositories:not-yet",
    "unproved",
    "unnamed",
    "places:gaps",
    "places:nothing-registered",
)


def draft_statement(session: Session, drawn: Drawn, *, kind: str, actor: Actor) -> Statement:
    """The next statement for the request, or for the whole notice, states what was drawn.

    Raises:
        NotPermittedError: The actor may not see every compartment, and so could not count the whole.
        RefusedError: One is under way already, or the last was final and this would not be.
    """
    require_drafter(actor)
    if kind not in KINDS:
        raise InvalidInputError(f"A statement is {' or '.join(KINDS)}: {kind!r} is neither.")
    request = find_request(session, drawn.scope) if drawn.scope else None
    before = [each for each in statements(session, actor=SYSTEM) if each.scope == drawn.scope]
    under_way = next((each for each in before if each.state in UNSEALED), None)
    if under_way:
        raise RefusedError(
            f"{under_way.title} ({under_way.reference}) is not sealed yet: finish or withdraw it, then draft the next."
        )
    sealed = next((each for each in before if each.state == SEALED), None)
    if sealed and sealed.kind == FINAL and kind != FINAL:
        raise RefusedError(f"{sealed.reference} was final: what corrects it is a further final statement.")
    made = Statement(
        scope=drawn.scope,
        request_id=request.id if request else None,
        kind=kind,
        label=_label(kind, [each for each in before if each.kind == kind]),
        supersedes_id=sealed.id if sealed else None,
        state=DRAFT,
        made_by=actor.name,
        made_at=clock.now(),
        facts="",
        facts_sha256="",
        drawn_by=actor.name,
        as_of=drawn.as_of,
        audit_sequence=0,
        audit_hash="",
    )
    session.add(made)
    session.flush()
    _keep(session, made, drawn, actor)
    return made


def _label(kind: str, before: Sequence[Statement]) -> str:
    """The next label: a withdrawn statement keeps its own, and only what was sealed can be corrected."""
    if kind == INTERIM:
        return f"Interim {len(before) + 1}"
    if any(each.state == SEALED for each in before):
        return f"{CORRECTION} {sum(1 for each in before if each.label.startswith(CORRECTION)) + 1}"
    return f"Final {len(before) + 1}" if before else "Final"


def draw_again(session: Session, statement: Statement, drawn: Drawn, *, actor: Actor) -> list[Difference] | None:
    """The draft's figures are those that were drawn; what was written stays. Returns what is different (`differences`).

    Raises:
        RefusedError: It is no draft any more, or it was meanwhile drawn from a later view of the register.
        ValueError: What was drawn is of another scope.
    """
    require_drafter(actor)
    require_state(statement, DRAFT, "drawn again")
    if drawn.audit_sequence < statement.audit_sequence:
        raise RefusedError(
            f"{statement.reference} was not drawn again, because {statement.drawn_by} drew it meanwhile with newer "
            "figures: look at those."
        )
    before = facts_of(statement)
    _keep(session, statement, drawn, actor)
    return differences(before, drawn.facts)


def _keep(session: Session, statement: Statement, drawn: Drawn, actor: Actor) -> None:
    require_same_scope(statement, drawn)
    add_hand(session, statement, actor)
    statement.facts = to_json(drawn.facts)
    statement.facts_sha256 = hash_of(statement.facts)
    statement.drawn_by, statement.as_of = actor.name, drawn.as_of
    # The end of the trail as it was in the view that was counted: the drawing itself comes after it.
    statement.audit_sequence, statement.audit_hash = drawn.audit_sequence, drawn.audit_hash
    audit_statement(
        session, AuditAction.STATEMENT_DRAWN, statement, actor, facts=statement.facts_sha256, seen=drawn.audit_sequence
    )
    session.flush()


def write_text(session: Session, statement: Statement, subject: str, words: str, *, actor: Actor) -> None:
    """The draft says this on a section, or explains a figure with it; nothing takes it out again.

    Raises:
        InvalidInputError: There is no such section or figure, it is too long, or a letter of it cannot be printed.
        RefusedError: It is no draft any more.
    """
    require_drafter(actor)
    require_state(statement, DRAFT, "written in")
    if subject not in subjects_of(statement):
        raise InvalidInputError(f"{statement.reference} has nothing called {subject!r} to write on.")
    said = words.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_TEXT:
        raise InvalidInputError(f"The text has {len(said):,} letters and {LONGEST_TEXT:,} is the most: shorten it.")
    require_fit_to_print(said)
    kept = session.get(StatementText, (statement.id, subject))
    if said == (kept.words if kept else ""):
        return
    add_hand(session, statement, actor)
    if not said and kept:
        session.delete(kept)
    elif kept:
        kept.words, kept.written_by, kept.written_at = said, actor.name, clock.now()
    else:
        now = clock.now()
        session.add(
            StatementText(statement_id=statement.id, subject=subject, words=said, written_by=actor.name, written_at=now)
        )
    session.flush()
    session.expire(statement, ["texts"])
    written = hashlib.sha256(said.encode()).hexdigest()
    audit_statement(session, AuditAction.STATEMENT_WRITTEN, statement, actor, on=subject, sha256=written)


def add_hand(session: Session, statement: Statement, actor: Actor) -> None:
    """The actor had a hand in the draft, whoever changes it after them, and so never signs it."""
    if session.get(StatementHand, (statement.id, actor.name)) is None:
        session.add(StatementHand(statement_id=statement.id, name=actor.name))
        session.flush()
        session.expire(statement, ["hands"])


def subjects_of(statement: Statement) -> list[str]:
    """All that can be written on: what changed since the last, the sections, and the figures to be explained."""
    found = [CHANGED] if statement.supersedes_id else []
    return [*found, *TITLES, *(each.code for each in to_explain(facts_of(statement)))]


def to_explain(facts: Facts) -> list[Figure]:
    """The figures that a final statement has to explain, because what they count is a hole in what it says."""
    return [
        figure
        for _, figure in facts.figures()
        if figure.value and (figure.code.startswith(EXPLAINED) or figure.code in EXPLAINED_TOO)
    ]


def faults_of(statement: Statement) -> list[str]:
    """What stands in the way of submitting it, each as a clause."""
    return [words for words, _ in faults_and_subjects(statement)]


def faults_and_subjects(statement: Statement) -> list[tuple[str, str]]:
    """What stands in the way of submitting it, each with the subject to write on; "" where writing does not mend it."""
    facts, written = facts_of(statement), texts_of(statement)
    faults = []
    if facts.wording != WORDING:
        faults.append((f"{DRAWN_OTHERWISE}: draw it again", ""))
    if statement.supersedes_id and CHANGED not in written:
        faults.append(("it does not say what changed since the statement before it, and why", CHANGED))
    if statement.kind == FINAL:
        waiting = facts.value("items:waiting")
        if waiting:
            faults.append((f"{waiting:,} files still wait to be taken in, so it cannot be final", ""))
        sections = {figure.code: section.code for section, figure in facts.figures()}
        faults += [
            (
                f"nothing explains the {each.value:,} counted as “{each.words}” in “{TITLES[sections[each.code]]}”",
                each.code,
            )
            for each in to_explain(facts)
            if each.code not in written
        ]
        faults += [
            (f"nobody looked at “{TITLES[each.code].lower()}”, and nothing explains that", each.code)
            for each in facts.sections
            if not each.looked and each.code not in written
        ]
        outstanding = facts.value("outstanding")
        if outstanding and OUTSTANDING not in written:
            things = f"{outstanding:,} {'thing' if outstanding == 1 else 'things'}"
            faults.append((f"nothing explains why it is final with {things} still to be done", OUTSTANDING))
    return faults


def facts_of(statement: Statement) -> Facts:
    """What was drawn."""
    return from_json(statement.facts)


def texts_of(statement: Statement) -> dict[str, str]:
    """What was written, by what it is about."""
    return {each.subject: each.words for each in statement.texts}


def statements(session: Session, *, actor: Actor) -> list[Statement]:
    """Every statement, the newest first."""
    require(actor, Permission.STATEMENTS_READ)
    return list(session.scalars(select(Statement).order_by(Statement.id.desc())))


def find_statement(session: Session, number: int | str, *, actor: Actor) -> Statement:
    """The statement of this number, written 3 or DS0003.

    Raises:
        NotFoundError: There is none.
    """
    require(actor, Permission.STATEMENTS_READ)
    digits = str(number).strip().upper().removeprefix("DS")
    found = session.get(Statement, int(digits)) if digits.isascii() and digits.isdecimal() else None
    if found is None:
        raise NotFoundError(f"There is no statement {number}: choose one from the list of statements.")
    return found


def superseded_by(session: Session, statement: Statement) -> Statement | None:
    """The sealed statement before this one, which this one corrects or carries on."""
    return session.get(Statement, statement.supersedes_id) if statement.supersedes_id else None


def withdrawn_before(session: Session, statement: Statement) -> list[Statement]:
    """Those of the same scope that were drawn after the one this follows, and withdrawn: their labels are missing."""
    between = Statement.id > (statement.supersedes_id or 0), Statement.id < statement.id
    query = select(Statement).where(Statement.scope == statement.scope, Statement.state == WITHDRAWN, *between)
    return list(session.scalars(query.order_by(Statement.id)))


def count_to_sign(session: Session) -> int:
    """How many statements wait for a signature."""
    return session.scalar(select(func.count(Statement.id)).where(Statement.state == SUBMITTED)) or 0


def require_fit_to_print(*texts: str) -> None:
    """Returns only if the PDF can print these: what it cannot print could be signed, and then never sealed.

    Raises:
        InvalidInputError: Its font lacks a letter.
    """
    for words in texts:
        for piece in words.splitlines():
            require_printable(clean(piece))


def words_of(facts: Facts) -> Iterator[str]:
    """Everything in the facts that is printed, piece by piece."""
    for section in facts.sections:
        yield from (*section.said, section.rests_on, *(each.words for each in section.figures))
        yield from (cell for table in section.tables for row in table.rows for cell in row)


def require_drafter(actor: Actor) -> None:
    """Returns only if this is a person who may draft statements and may see all that is counted in one.

    Raises:
        NotPermittedError: They may not: a count of what one person may see is not the whole.
    """
    require(actor, Permission.STATEMENTS)
    require_person(actor)
    if not actor.compartments >= SYSTEM.compartments:
        raise NotPermittedError(
            f"{actor.name} may not see every compartment, and an inquiry is owed the whole: ask someone of legal."
        )


def require_person(actor: Actor) -> None:
    """Returns only if this is a person.

    Raises:
        NotPermittedError: It is the operator or the system, who answer for nothing.
    """
    if actor.everything:
        raise NotPermittedError("A statement is drafted, signed and sealed by people: name them.")


def require_state(statement: Statement, state: str, done: str) -> None:
    """Returns only if the statement stands there.

    Raises:
        RefusedError: It stands elsewhere.
    """
    if statement.state != state:
        raise RefusedError(
            f"{statement.reference} is {STATES[statement.state].lower()}, so it cannot be {done}: only one that is "
            f"{STATES[state].lower()} can."
        )


def require_same_scope(statement: Statement, drawn: Drawn) -> None:
    """Returns only if this was drawn for what the statement is made for.

    Raises:
        ValueError: It was not, which is an error of ours.
    """
    if drawn.scope != statement.scope:
        raise ValueError(f"what was drawn for {drawn.scope!r} is not what {statement.reference} states")


def audit_statement(
    session: Session, action: AuditAction, statement: Statement, actor: Actor, **detail: object
) -> audit.AuditEvent:
    """The event is in the trail, with what the statement is called."""
    told = {"label": statement.label, **detail}
    return audit.record(session, action, actor=actor.name, subject=subject_of(statement), detail=told)


def subject_of(statement: Statement) -> str:
    """What the audit trail calls it."""
    return f"statement:{statement.reference}"
