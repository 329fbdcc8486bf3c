"""Where papers may be: the register of repositories, each searched, searched in part, or not searched and why."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.repository_models import Repository, name_key
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

KINDS = {"paper": "Paper", "electronic": "A system or drive", "mixed": "Paper and electronic"}
TAKEN_IN, SEARCHED, IN_PART, NOT_YET, NOT_TO_BE = "taken-in", "searched", "in-part", "not-yet", "not-to-be"
OUTCOMES = {
    TAKEN_IN: "Taken into the archive, where searches reach it",
    SEARCHED: "Searched where it is",
    IN_PART: "Searched in part",
    NOT_YET: "Not searched yet",
    NOT_TO_BE: "Not to be searched",
}
LONGEST_LINE, LONGEST_TEXT = 300, 5_000


@dataclass(frozen=True)
class RepositoryContent:
    """What is known of a repository."""

    name: str
    kind: str = "paper"
    holder: str = ""
    location: str = ""
    covers: str = ""
    volume: str = ""
    outcome: str = NOT_YET
    why_not: str = ""
    planned_on: date | None = None
    known_as: str = ""


CONTENT = tuple(each.name for each in fields(RepositoryContent))


def add_repository(session: Session, content: RepositoryContent, *, actor: Actor) -> Repository:
    """The repository has its number, and is part of every statement from now on.

    Raises:
        InvalidInputError: It has no name or holder, or does not say why it was not searched.
        RefusedError: A repository of one of its names is there.
    """
    require(actor, Permission.REPOSITORIES)
    number = (session.scalar(select(func.max(Repository.number))) or 0) + 1
    return _keep(session, content, number=number, version=1, actor=actor)


def change_repository(
    session: Session, repository: Repository, content: RepositoryContent, *, actor: Actor
) -> Repository:
    """Something else is known of it from now on; what was said before is kept.

    Raises:
        InvalidInputError: As when it was added, or nothing is different.
        RefusedError: It was changed since by somebody else.
    """
    require(actor, Permission.REPOSITORIES)
    latest = find_repository(session, repository.reference)
    if latest.version != repository.version:
        raise RefusedError(
            f"{repository.reference} was changed by {latest.recorded_by} meanwhile: look at it, then change it again."
        )
    if all(getattr(latest, name) == _cleaned(getattr(content, name)) for name in CONTENT):
        raise InvalidInputError(f"Nothing of {repository.reference} was changed: it says the same already.")
    return _keep(session, content, number=latest.number, version=latest.version + 1, actor=actor)


def _keep(session: Session, content: RepositoryContent, *, number: int, version: int, actor: Actor) -> Repository:
    _check(content)
    made = Repository(
        **{name: _cleaned(getattr(content, name)) for name in CONTENT},
        number=number,
        version=version,
        recorded_by=actor.name,
        recorded_at=clock.now(),
    )
    for other in repositories(session):
        shared = made.names & other.names
        if shared and other.number != number:
            raise RefusedError(
                f"Nothing was recorded, because {other.reference} is called {sorted(shared)[0]!r} already: change "
                "that one, or give this another name."
            )
    session.add(made)
    session.flush()
    audit.record(
        session,
        AuditAction.REPOSITORY_RECORDED,
        actor=actor.name,
        subject=f"repository:{made.reference}",
        detail={"version": version, "outcome": made.outcome},
    )
    return made


def _cleaned(value: object) -> object:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _check(content: RepositoryContent) -> None:
    if content.kind not in KINDS:
        raise InvalidInputError(f"A repository is {', '.join(KINDS)}: {content.kind!r} is none of these.")
    if content.outcome not in OUTCOMES:
        raise InvalidInputError(f"A repository is {', '.join(OUTCOMES)}: {content.outcome!r} is none of these.")
    for words, what in ((content.name, "its name"), (content.holder, "who holds it")):
        if not words.strip():
            raise InvalidInputError(f"The repository was not recorded because {what} is missing: say it.")
    if content.outcome not in (TAKEN_IN, SEARCHED) and not content.why_not.strip():
        raise InvalidInputError(
            f"The repository was not recorded because it does not say why: {OUTCOMES[content.outcome].lower()} is "
            "never only that."
        )
    for name in CONTENT:
        value = getattr(content, name)
        most = LONGEST_TEXT if name in ("location", "why_not", "known_as") else LONGEST_LINE
        if isinstance(value, str) and len(value) > most:
            raise InvalidInputError(f"“{value[:30]}…” has {len(value):,} letters and {most:,} is the most: shorten it.")


def repositories(session: Session) -> list[Repository]:
    """The latest version of every repository, in order of number."""
    rows = session.scalars(select(Repository).order_by(Repository.number, Repository.version))
    return list({each.number: each for each in rows}.values())


def find_repository(session: Session, reference: str) -> Repository:
    """The latest version of the repository with this reference.

    Raises:
        NotFoundError: There is none.
    """
    found = [each for each in repositories(session) if each.reference == reference.strip().upper()]
    if not found:
        raise NotFoundError(f"There is no repository {reference}: check its reference in the register.")
    return found[0]


def versions_of(session: Session, repository: Repository) -> list[Repository]:
    """Everything that was ever said of it, the first first."""
    query = select(Repository).where(Repository.number == repository.number).order_by(Repository.version)
    return list(session.scalars(query))


def not_in_register(names: Iterable[str], listed: Iterable[Repository]) -> list[str]:
    """Those of the names that no repository goes by, each once, in order."""
    known = {name for each in listed for name in each.names}
    return sorted({" ".join(each.split()) for each in names if each.strip() and name_key(each) not in known})
