"""Finding records that are alike, page by page: pages are signed first, then each record is held against the others.

Nothing is decided by it. A likeness is a row that is shown to whoever may see both records; an annotated copy, a
draft and another scan each stay a record of their own, read and decided for themselves.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.orm import Session

from records.differences import difference, passages_apart
from records.likeness_models import CONTAINED, SAME, SHARED, VERSION, Comparison, Likeness, LikenessPage
from records.models import Page, Record
from records.shingles import ALIKE, Commonness, PageShingles, likeness, shingles_of
from store import clock
from store.chunks import chunks

# Of a record's pages that can be compared, so many must be alike for the whole to be called alike.
NEARLY_ALL = 0.6
# A record that has so many times as much on it as the other holds the other, and something else.
MUCH_MORE = 1.7
LOOKED_AT_FOR_CHANGES = 10
_AT_ONCE = 500


@dataclass(frozen=True)
class PagePair:
    """Two pages that are alike: ours and the other record's."""

    ours: int
    theirs: int
    similarity: float


@dataclass(frozen=True)
class _Sheet:
    record_id: int
    number: int
    text: str


@dataclass(frozen=True)
class Found:
    """One record's pages that are like another's, the other record's number first."""

    other_id: int
    pairs: tuple[PagePair, ...]
    changed: int


def any_waiting(session: Session) -> bool:
    """Whether a record is still to be signed or compared.

    Every record has a row once it is signed, a purged one too, so that counting is enough: of a million records that
    takes a tenth of a second, so an idle worker asks only when something has changed.
    """
    if session.scalar(select(Comparison.record_id).where(Comparison.compared_at.is_(None)).limit(1)) is not None:
        return True
    signed, held = (session.scalar(select(func.count(column))) or 0 for column in (Comparison.record_id, Record.id))
    return signed < held


def records_to_sign(session: Session, *, pages: int) -> list[int]:
    """Records whose pages cannot be found by others yet, in order of registration, of about so many pages in all."""
    known = select(Comparison.record_id)
    query = select(Record.id, Record.page_count).where(Record.id.not_in(known))
    return _of_about(session.execute(query.order_by(Record.id).limit(pages)), pages)


def records_to_compare(session: Session, *, pages: int) -> list[int]:
    """Records that are signed and not compared yet, in order of registration, of about so many pages in all."""
    query = select(Record.id, Record.page_count).join(Comparison, Record.id == Comparison.record_id)
    # In the order of the index of what waits: else all that wait are sorted anew for each few taken.
    query = query.where(Comparison.compared_at.is_(None)).order_by(Comparison.record_id)
    return _of_about(session.execute(query.limit(pages)), pages)


def _of_about(rows: Iterable[Row[int, int]], pages: int) -> list[int]:
    taken: list[int] = []
    counted = 0
    for record_id, page_count in rows:
        if counted >= pages:
            break
        taken.append(record_id)
        counted += page_count
    return taken


def count_to_compare(session: Session) -> int:
    """How many records are still to be signed or compared."""
    done = select(Comparison.record_id).where(Comparison.compared_at.is_not(None))
    query = select(func.count(Record.id)).where(Record.id.not_in(done))
    return session.scalar(query) or 0


def needs_comparing(session: Session, record_id: int) -> None:
    """The record is signed and compared again, because what was read of it has changed."""
    session.execute(delete(Comparison).where(Comparison.record_id == record_id))
    session.flush()


def any_signed(session: Session) -> bool:
    """Whether any record is signed."""
    return session.scalar(select(Comparison.record_id).limit(1)) is not None


def forget_signing(session: Session) -> None:
    """Every record is signed and compared again, as after a restore, which has no signatures."""
    session.execute(delete(Comparison))
    session.flush()


def texts_to_sign(session: Session, record_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """The pages' numbers and texts of each record; a record without pages has an empty list."""
    texts: dict[int, list[tuple[int, str]]] = {record_id: [] for record_id in record_ids}
    for row in session.execute(
        select(Page.record_id, Page.id, Page.text).where(Page.record_id.in_(record_ids)).order_by(Page.id)
    ):
        texts[row.record_id].append((row.id, row.text))
    return texts


def keep_signing(session: Session, signed: Mapping[int, Sequence[PageShingles]]) -> None:
    """The records are signed."""
    session.execute(delete(Comparison).where(Comparison.record_id.in_(list(signed))))
    session.add_all(
        Comparison(
            record_id=record_id,
            pages=len(pages),
            comparable_pages=sum(page.is_comparable for page in pages),
            shingles=sum(len(page.short) for page in pages),
            signed_at=clock.now(),
        )
        for record_id, pages in signed.items()
    )
    session.flush()


def pages_alike(
    session: Session, candidates: Mapping[int, Set[int]], own: Mapping[int, PageShingles], common: Commonness
) -> dict[int, list[Found]]:
    """Of the candidates of each page, those that are truly alike, by record; both texts are looked at whole.

    Two records that both wait are compared once, when it is the turn of the later.
    """
    wanted = sorted({page for others in candidates.values() for page in others} | set(candidates))
    sheets, shingles = _sheets(session, wanted), dict(own)
    waiting = _waiting_among(session, {sheet.record_id for sheet in sheets.values()})
    found: dict[int, dict[int, list[tuple[_Sheet, _Sheet, float]]]] = {}
    for page, others in candidates.items():
        ours = sheets.get(page)
        if ours is None:
            continue
        by_record = found.setdefault(ours.record_id, {})
        for other in sorted(others & sheets.keys()):
            theirs = sheets[other]
            its_turn_comes = theirs.record_id in waiting and theirs.record_id > ours.record_id
            if theirs.record_id == ours.record_id or its_turn_comes:
                continue
            if other not in shingles:
                shingles[other] = shingles_of(theirs.text)
            similarity = likeness(own[page], shingles[other], common)
            if similarity >= ALIKE:
                by_record.setdefault(theirs.record_id, []).append((ours, theirs, similarity))
    return {
        record_id: [_found(other, pairs) for other, pairs in sorted(by_record.items())]
        for record_id, by_record in found.items()
    }


def _found(other: int, alike: Sequence[tuple[_Sheet, _Sheet, float]]) -> Found:
    pairs = best_pairs([PagePair(ours.number, theirs.number, similarity) for ours, theirs, similarity in alike])
    texts = {(ours.number, theirs.number): (ours.text, theirs.text) for ours, theirs, _ in alike}
    looked_at = pairs[:LOOKED_AT_FOR_CHANGES]
    changed = sum(passages_apart(difference(*texts[pair.ours, pair.theirs])) for pair in looked_at)
    return Found(other, pairs, changed)


def _waiting_among(session: Session, record_ids: set[int]) -> set[int]:
    waiting: set[int] = set()
    for some in chunks(sorted(record_ids), _AT_ONCE):
        query = select(Comparison.record_id).where(Comparison.record_id.in_(some), Comparison.compared_at.is_(None))
        waiting.update(session.scalars(query))
    return waiting


def best_pairs(pairs: Sequence[PagePair]) -> tuple[PagePair, ...]:
    """For each page of either record the page of the other that is most like it."""
    ranked = sorted(pairs, key=lambda pair: (-pair.similarity, pair.ours, pair.theirs))
    ours: set[int] = set()
    theirs: set[int] = set()
    kept = []
    for pair in ranked:
        if pair.ours not in ours or pair.theirs not in theirs:
            kept.append(pair)
        ours.add(pair.ours)
        theirs.add(pair.theirs)
    return tuple(sorted(kept, key=lambda pair: (pair.ours, pair.theirs)))


def keep_all_likenesses(session: Session, found: Mapping[int, Sequence[Found]]) -> None:
    """`keep_likenesses` of each: those that have none now and had none before, nearly all, cost a few statements."""
    known: set[int] = set()
    for some in chunks(list(found), _AT_ONCE):
        query = select(Likeness.first_id, Likeness.second_id)
        query = query.where(or_(Likeness.first_id.in_(some), Likeness.second_id.in_(some)))
        known.update(record_id for row in session.execute(query) for record_id in row)
    for some in chunks([each for each, others in found.items() if not others and each not in known], _AT_ONCE):
        session.execute(update(Comparison).where(Comparison.record_id.in_(some)).values(compared_at=clock.now()))
    for record_id, others in found.items():
        if others or record_id in known:
            keep_likenesses(session, record_id, others)


def keep_likenesses(session: Session, record_id: int, found: Sequence[Found]) -> int:
    """The record is compared: its likenesses are those found now, and no others; how many there are."""
    comparison = session.get(Comparison, record_id)
    if comparison is None:
        return 0  # its text changed meanwhile: it is signed and compared again
    others = {each.other_id for each in found}
    known = {}
    for row in session.scalars(
        select(Likeness).where(or_(Likeness.first_id == record_id, Likeness.second_id == record_id))
    ):
        other = row.second_id if row.first_id == record_id else row.first_id
        if other in others:
            known[other] = row
        else:
            session.delete(row)
    session.flush()
    kept = 0
    for each in found:
        theirs = session.get(Comparison, each.other_id)
        if theirs is not None:
            _keep_one(session, comparison, theirs, each, known.get(each.other_id))
            kept += 1
    comparison.compared_at = clock.now()
    session.flush()
    return kept


def _keep_one(
    session: Session, comparison: Comparison, theirs: Comparison, found: Found, known: Likeness | None
) -> None:
    turned = comparison.record_id > found.other_id
    row = known or Likeness(
        first_id=min(comparison.record_id, found.other_id), second_id=max(comparison.record_id, found.other_id)
    )
    row.kind, row.inner_id = _kind(comparison, theirs, found)
    row.similarity = sum(pair.similarity for pair in found.pairs) / len(found.pairs)
    row.changed_places, row.found_at = found.changed, clock.now()
    row.pages.clear()
    session.add(row)
    session.flush()
    row.pages.extend(
        LikenessPage(
            first_page=pair.theirs if turned else pair.ours,
            second_page=pair.ours if turned else pair.theirs,
            similarity=pair.similarity,
        )
        for pair in found.pairs
    )
    session.flush()


def _kind(ours: Comparison, theirs: Comparison, found: Found) -> tuple[str, int | None]:
    """What the two records are to each other, and which is contained in the other if one is."""
    our_share = len({pair.ours for pair in found.pairs}) / max(1, ours.comparable_pages)
    their_share = len({pair.theirs for pair in found.pairs}) / max(1, theirs.comparable_pages)
    more_there = theirs.shingles >= MUCH_MORE * ours.shingles or their_share < NEARLY_ALL
    more_here = ours.shingles >= MUCH_MORE * theirs.shingles or our_share < NEARLY_ALL
    if max(our_share, their_share) < NEARLY_ALL:
        return SHARED, None
    if our_share >= NEARLY_ALL and more_there:
        return CONTAINED, ours.record_id
    if their_share >= NEARLY_ALL and more_here:
        return CONTAINED, theirs.record_id
    return (SAME if our_share == their_share == 1.0 and not found.changed else VERSION), None


def _sheets(session: Session, page_ids: Sequence[int]) -> dict[int, _Sheet]:
    sheets = {}
    for some in chunks(page_ids, _AT_ONCE):
        query = select(Page.id, Page.record_id, Page.number, Page.text).where(Page.id.in_(some))
        for row in session.execute(query.order_by(Page.id)):
            sheets[row.id] = _Sheet(row.record_id, row.number, row.text)
    return sheets
