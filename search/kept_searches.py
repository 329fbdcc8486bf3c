"""Searches that are kept: what was asked and found each time, run again and compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can, require
from records.models import IndexNeed, Record
from search.engine import SearchEngine
from search.language import LANGUAGE_VERSION, parse_query
from search.language_tree import Everything, Query
from search.misplaced import asks_of_origin, misplaced
from search.models import KeptSearch, KeptSearchRun
from search.opening import engine_of, refuse_if_lost
from search.packing import Numbers, pack, unpack
from search.sight import compartments_of, may_be_told, only_visible, records_of, visible_ids
from store import audit, clock
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, NotPermittedError

LONGEST_NAME = 200


@dataclass(frozen=True)
class Asked:
    """What a query found just now, and of which records it was asked, for one person.

    `seen_to` is the last event of the audit trail, where the index held every record as the trail tells up to there.
    """

    query: str
    found: Numbers
    searched: Numbers
    index_generation: str
    counted_in: str
    read_as: str
    seen_to: int | None


@dataclass(frozen=True)
class RunFigures:
    """One run as a person may be told of it."""

    run: KeptSearchRun
    total: int
    searched: int


@dataclass(frozen=True)
class Comparison:
    """What is new and what is gone from one run to a later one, record by record, as far as may be told."""

    before: RunFigures
    after: RunFigures
    new: Sequence[Record]
    gone: Sequence[Record]


def ask(archive: Archive, session: Session, query: str, *, actor: Actor) -> Asked:
    """What the query finds now among the records this actor may see, and all of those, as ids.

    Raises:
        InvalidInputError: The query cannot be read.
        DamagedError: The index has lost what it had.
    """
    require(actor, Permission.SEARCH)
    if not query.strip():
        raise InvalidInputError("There is nothing to search for: type a word.")
    engine = engine_of(archive)
    refuse_if_lost(session, engine)
    compartments = actor.compartments
    # The index may be a moment behind the database, which alone says what may be seen.
    visible = _held(session, actor)
    # Before the index is asked: what waits for nothing in this session's view is in the index as it is in the view.
    is_behind = session.scalar(select(IndexNeed.record_id).limit(1)) is not None
    seen_to = None if is_behind else audit.newest(session)
    generation = engine.generation
    asked = parse_query(query)
    found = np.array(engine.matching(asked, compartments=compartments), dtype=np.int64)
    if is_behind and asks_of_origin(asked.node):
        found = np.setdiff1d(found, [number for number, _ in misplaced(session, actor=actor)])
    searched = np.array(engine.matching(Query("", Everything()), compartments=compartments), dtype=np.int64)
    return Asked(
        query,
        only_visible(found, visible),
        only_visible(searched, visible),
        generation,
        compartments_of(actor),
        reading_version(engine),
        seen_to,
    )


def reading_version(engine: SearchEngine) -> str:
    """How queries and records are read: with another one the same query may find more in the same records."""
    return f"{LANGUAGE_VERSION} {engine.layout}"


def _held(session: Session, actor: Actor) -> Numbers:
    query = select(Record.id).where(Record.compartment.in_(actor.compartments), Record.purged_at.is_(None))
    return np.fromiter(session.scalars(query.order_by(Record.id)), dtype=np.int64)


def keep_search(session: Session, asked: Asked, *, name: str, actor: Actor, watched: bool = True) -> KeptSearch:
    """The search is kept with its terms, its day, what it found and of what it was asked; watched from now on.

    Raises:
        InvalidInputError: The name is too long.
    """
    require(actor, Permission.SEARCH)
    named = " ".join(name.split()) or asked.query
    if len(named) > LONGEST_NAME and name.strip():
        raise InvalidInputError(f"The name has {len(named)} letters and {LONGEST_NAME} is the most: use a shorter one.")
    kept = KeptSearch(
        name=named,
        query=asked.query,
        total=len(asked.found),
        documents_searched=len(asked.searched),
        kept_by=actor.name,
        kept_at=clock.now(),
        watched=watched,
        # Compared with no index yet: the one that was asked may hold records that this session's view lacked, which
        # were taken for hidden ones; so it is asked once more.
        compared_with="",
        compared_to=asked.seen_to,
        read_as=asked.read_as,
        compared_in=asked.counted_in,
    )
    session.add(kept)
    session.flush()
    _add_run(session, kept, asked, number=1, actor=actor)
    audit.record(
        session,
        AuditAction.SEARCH_SAVED,
        actor=actor.name,
        subject=f"kept-search:{kept.id}",
        detail={"query": kept.query, "total": kept.total, "searched": kept.documents_searched},
    )
    return kept


def run_again(session: Session, kept: KeptSearch, asked: Asked, *, actor: Actor) -> KeptSearchRun:
    """What the search finds now is kept beside what it found before."""
    require(actor, Permission.SEARCH)
    last = session.scalar(select(func.max(KeptSearchRun.number)).where(KeptSearchRun.kept_search_id == kept.id)) or 0
    run = _add_run(session, kept, asked, number=last + 1, actor=actor)
    audit.record(
        session,
        AuditAction.SEARCH_RUN_AGAIN,
        actor=actor.name,
        subject=f"kept-search:{kept.id}",
        detail={"run": run.number, "total": len(asked.found), "searched": len(asked.searched)},
    )
    return run


def _add_run(session: Session, kept: KeptSearch, asked: Asked, *, number: int, actor: Actor) -> KeptSearchRun:
    run = KeptSearchRun(
        kept_search_id=kept.id,
        number=number,
        run_by=actor.name,
        run_at=clock.now(),
        language_version=LANGUAGE_VERSION,
        index_generation=asked.index_generation,
        counted_in=asked.counted_in,
        found=pack(asked.found),
        searched=pack(asked.searched),
    )
    session.add(run)
    session.flush()
    return run


def kept_searches(session: Session, *, actor: Actor) -> list[KeptSearch]:
    """The searches this person kept, and to whoever may see everything, everybody's; the newest first."""
    listed = session.scalars(select(KeptSearch).order_by(KeptSearch.id.desc()))
    return [each for each in listed if _may_know(each, actor)]


def find_kept_search(session: Session, number: int, *, actor: Actor) -> KeptSearch:
    """The kept search of this number.

    Raises:
        NotFoundError: There is none that this person may know of.
    """
    found = session.get(KeptSearch, number)
    if found is None or not _may_know(found, actor):
        raise NotFoundError("There is no such kept search: choose one from the list of kept searches.")
    return found


def _may_know(kept: KeptSearch, actor: Actor) -> bool:
    return kept.kept_by == actor.name or can(actor, Permission.READ_RESTRICTED) or actor.everything


def runs_of(session: Session, kept: KeptSearch, *, actor: Actor) -> list[RunFigures]:
    """Each run of the search that this person may be told of, the first one first, counted as they may see it."""
    visible = visible_ids(session, actor=actor)
    query = select(KeptSearchRun).where(KeptSearchRun.kept_search_id == kept.id).order_by(KeptSearchRun.number)
    return [_figures(run, visible) for run in session.scalars(query) if may_be_told(run.counted_in, actor)]


def _figures(run: KeptSearchRun, visible: Numbers) -> RunFigures:
    return RunFigures(
        run, len(only_visible(unpack(run.found), visible)), len(only_visible(unpack(run.searched), visible))
    )


def latest_of(
    session: Session, listed: Sequence[KeptSearch], *, actor: Actor
) -> list[tuple[KeptSearch, RunFigures | None]]:
    """Each search with its last run as this person may be told of it; None where there is no such run."""
    visible = visible_ids(session, actor=actor) if listed else np.empty(0, dtype=np.int64)
    paired: list[tuple[KeptSearch, RunFigures | None]] = []
    for kept in listed:
        query = select(KeptSearchRun).where(KeptSearchRun.kept_search_id == kept.id)
        runs = session.scalars(query.order_by(KeptSearchRun.number.desc()))
        told = next((run for run in runs if may_be_told(run.counted_in, actor)), None)
        paired.append((kept, _figures(told, visible) if told else None))
    return paired


def compare_runs(session: Session, kept: KeptSearch, before: int, after: int, *, actor: Actor) -> Comparison:
    """What the later of the two runs found and the earlier did not, and the other way round.

    Raises:
        NotFoundError: One of them is not a run this person may be told of.
    """
    known = {each.run.number: each for each in runs_of(session, kept, actor=actor)}
    if before not in known or after not in known:
        raise NotFoundError("There is no such run of this search: choose two from its list.")
    first, second = (unpack(known[number].run.found) for number in (before, after))
    return Comparison(
        before=known[before],
        after=known[after],
        new=records_of(session, np.setdiff1d(second, first).tolist(), actor=actor),
        gone=records_of(session, np.setdiff1d(first, second).tolist(), actor=actor),
    )


def watch(session: Session, kept: KeptSearch, *, watched: bool, actor: Actor) -> None:
    """New hits of the search are, or are no longer, announced to whoever kept it.

    Raises:
        NotPermittedError: Somebody else kept it.
    """
    require(actor, Permission.SEARCH)
    if kept.kept_by != actor.name:
        raise NotPermittedError(f"{kept.kept_by} kept this search and alone decides whether it is watched.")
    if kept.watched != watched:
        kept.watched = watched
        session.flush()
        audit.record(
            session,
            AuditAction.SEARCH_WATCHED,
            actor=actor.name,
            subject=f"kept-search:{kept.id}",
            detail={"watched": watched},
        )


def trouble_of(kept: KeptSearch) -> str:
    """Why the search can no longer be asked, where the language has changed since it was kept; or nothing."""
    try:
        parse_query(kept.query)
    except InvalidInputError as error:
        return str(error)
    return ""
