"""Putting many records in their places at once: a whole batch, or by what their paths say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.custody import BY_BATCH, BY_PATH, check_folios, find_place, placement_of, put_copy, put_record, way_to
from records.custody_models import Place
from records.found_at import known_paths, place_of
from records.models import Record, RecordFile
from store.errors import InvalidInputError, NotFoundError, RefusedError

FIELDS = {"box": r"[^/]+?", "file": r"[^/]+?", "volume": r"[^/]+?", "from": r"[0-9]{1,6}", "to": r"[0-9]{1,6}"}
SHOWN = 20


@dataclass(frozen=True)
class Put:
    """What a placing of many did: put, already there, and said to be elsewhere (left as they were)."""

    put: tuple[str, ...]
    there_already: tuple[str, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """Where one record would go, by the first of its paths that fits, or why that cannot be told; and its copies."""

    record: Record
    path: str
    place: Place | None = None
    folios: tuple[int, int] | None = None
    problem: str = ""
    copies: tuple[tuple[RecordFile, Place], ...] = ()


def put_batch(session: Session, batch: str, place: Place, *, actor: Actor) -> Put:
    """Every record of the batch that this actor may see is in the place, unless it is said to lie elsewhere.

    A record already placed more narrowly inside it stays where it is; one placed elsewhere is named and left.

    Raises:
        NotFoundError: The batch has no record.
    """
    require(actor, Permission.CUSTODY)
    records = session.scalars(
        select(Record)
        .where(Record.batch == batch, Record.compartment.in_(actor.compartments), Record.purged_at.is_(None))
        .order_by(Record.id)
    ).all()
    if not records:
        raise NotFoundError(f"There is no record of a batch {batch!r}: check its name in the list of batches.")
    put, there, elsewhere = [], [], []
    for record in records:
        standing = placement_of(session, record)
        if standing is None:
            put_record(session, record, place, how=BY_BATCH, actor=actor)
            put.append(record.reference)
        elif place.id in {each.id for each in way_to(session, session.get_one(Place, standing.place_id))}:
            there.append(record.reference)
        else:
            elsewhere.append(record.reference)
    return Put(tuple(put), tuple(there), tuple(elsewhere))


def pattern_of(text: str) -> re.Pattern[str]:
    """The pattern as it is matched at the end of a path: `*` is any part of a name, `{box}` and so on are read.

    Raises:
        InvalidInputError: It names no place, or something that is not known.
    """
    made, names = "", []
    for piece in re.split(r"(\{[^{}]*\}|\*)", text.strip()):
        if piece == "*":
            made += "[^/]*"
        elif piece.startswith("{"):
            name = piece[1:-1]
            if name not in FIELDS or name in names:
                raise InvalidInputError(
                    f"{piece} in the pattern is not one of {{box}}, {{file}}, {{volume}}, {{from}}, "
                    "{to}, each once: mend it."
                )
            names.append(name)
            made += f"(?P<{name}>{FIELDS[name]})"
        else:
            made += re.escape(piece)
    if "box" not in names:
        raise InvalidInputError("The pattern does not say where the box is in a path: write {box} there.")
    if "volume" in names and "file" not in names:
        raise InvalidInputError("The pattern has a {volume} and no {file}: a volume is a part of a file.")
    if ("from" in names) != ("to" in names):
        raise InvalidInputError("The pattern has only one of {from} and {to}: folios need both.")
    return re.compile(rf"(?:^|.*/){made}\Z")


def plan_by_path(session: Session, pattern: str, *, batch: str = "", actor: Actor) -> list[Planned]:
    """Where each record would go whose path fits the pattern; changes nothing."""
    wanted = pattern_of(pattern)
    query = (
        select(Record, RecordFile)
        .join(RecordFile, RecordFile.record_id == Record.id)
        .where(Record.compartment.in_(actor.compartments), Record.purged_at.is_(None))
        .order_by(Record.id, RecordFile.id)
    )
    if batch:
        query = query.where(Record.batch == batch)
    rows = session.execute(query).all()
    paths = known_paths(session, [place_of(file) for _, file in rows], compartments=actor.compartments)
    planned: dict[int, Planned] = {}
    for record, file in rows:
        path = paths[place_of(file)]
        found = wanted.match(path)
        if not found:
            continue
        this = _planned(session, record, path, found.groupdict())
        first = planned.setdefault(record.id, this)
        if this is not first and this.place is None:
            planned[record.id] = replace(first, path=path, place=None, problem=this.problem)
        elif this is not first and this.place is not None:
            planned[record.id] = replace(first, copies=(*first.copies, (file, this.place)))
    return list(planned.values())


def _planned(session: Session, record: Record, path: str, told: dict[str, str]) -> Planned:
    way = "/".join(told[name] for name in ("box", "file", "volume") if name in told)
    folios = (int(told["from"]), int(told["to"])) if "from" in told else None
    try:
        check_folios(folios)
        return Planned(record, path, find_place(session, way), folios)
    except (InvalidInputError, NotFoundError) as error:
        return Planned(record, path, problem=str(error))


def put_by_path(session: Session, planned: Sequence[Planned], *, actor: Actor) -> Put:
    """Every planned record is in its place; nothing is done while the place of one of them is not known.

    Raises:
        RefusedError: The place of one is not known, or no path fits.
    """
    require(actor, Permission.CUSTODY)
    if not planned:
        raise RefusedError("No record was put anywhere because no path fits the pattern: look at a path and try again.")
    wrong = [f"{each.path}: {each.problem}" for each in planned if each.place is None]
    if wrong:
        more = f" (and {len(wrong) - SHOWN} more)" if len(wrong) > SHOWN else ""
        raise RefusedError(f"No record was put anywhere, because of {'; '.join(wrong[:SHOWN])}{more}")
    put, there = [], []
    for each in planned:
        assert each.place is not None
        standing = placement_of(session, each.record)
        same = standing and (standing.place_id, standing.first_folio, standing.last_folio) == (
            each.place.id,
            *(each.folios or (None, None)),
        )
        if same:
            there.append(each.record.reference)
        else:
            put_record(session, each.record, each.place, folios=each.folios, how=BY_PATH, actor=actor)
            put.append(each.record.reference)
        for file, place in each.copies:
            put_copy(session, file, place, actor=actor)
    return Put(tuple(put), tuple(there), ())
