"""The hits of one page as a person is shown them: pages, snippets, what belongs with each, where else it was found."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from access.policy import Actor
from records.models import Page, Record, RecordFile, SearchFact
from search.asking import Asking
from search.beside import read_with_beside
from search.engine import Highlights, PageHits, Snippet
from search.engine import Hit as Found
from search.highlighting import highlight_each, text_parts
from search.language_tree import Dated, Query, dated_parts

# Snippets come from the first pages with a hit: a long record's text is not read to show three lines of it.
PAGES_SHOWN = 3

# Made once: to make a question takes SQLAlchemy longer than the database takes to answer it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_COMPARTMENTS: BindParameter[str] = bindparam("compartments", expanding=True)
_VISIBLE = select(Record).where(Record.id.in_(_IDS), Record.compartment.in_(_COMPARTMENTS), Record.purged_at.is_(None))
_TEXTS = select(Page.record_id, Page.number, Page.text).order_by(Page.record_id, Page.number)
_ALL_PAGES = _TEXTS.where(Page.record_id.in_(_IDS))
# By both columns as well: by the pairs alone SQLite goes through every page there is.
_SOME_PAGES = _TEXTS.where(
    Page.record_id.in_(_IDS),
    Page.number.in_(bindparam("numbers", expanding=True)),
    tuple_(Page.record_id, Page.number).in_(bindparam("pages", expanding=True)),
)
_FACTS = (
    select(SearchFact.record_id, SearchFact.field, SearchFact.value)
    .where(SearchFact.record_id.in_(_IDS), SearchFact.field.in_(["category", "suggested"]))
    .order_by(SearchFact.id)
)
_PARTS = (
    select(Record.parent_id, func.count(Record.id))
    .where(
        Record.parent_id.in_(_IDS),
        Record.compartment.in_(_COMPARTMENTS),
        Record.purged_at.is_(None),
    )
    .group_by(Record.parent_id)
)
_EARLIER = aliased(RecordFile)
_COPIES = (
    select(RecordFile)
    .where(
        RecordFile.record_id.in_(_IDS),
        select(_EARLIER.id).where(_EARLIER.record_id == RecordFile.record_id, _EARLIER.id < RecordFile.id).exists(),
    )
    .order_by(RecordFile.id)
)


@dataclass(frozen=True)
class Hit:
    """A record that was found, with where and how it was found."""

    record: Record
    score: float
    pages: Sequence[PageHits] = ()
    snippets: Sequence[Snippet] = ()
    categories: Sequence[str] = ()
    suggested: Sequence[str] = ()
    whole: Record | None = None
    """What it came in, if that may be seen."""
    parts: int = 0
    """How many attachments, or files inside it, there are to be seen."""
    copies: Sequence[RecordFile] = ()
    """The other places where the same bytes were found."""
    may_be_outside: bool = False
    """It may have been written on a day that was not asked for as well as on one that was."""


def hits_of(asked: Asking, query: Query, found: Sequence[Found]) -> list[Hit]:
    """The hits with their records; one that the database no longer lets this actor see is left out."""
    session, actor = asked.session, asked.actor
    # The index may be a moment behind the database, which alone says what may be seen.
    records = visible_hits(session, [hit.record_id for hit in found], actor)
    if not records:
        return []
    pages, snippets = _places(asked, query, records)
    facts = _facts(session, records)
    wholes = visible_hits(session, {record.parent_id for record in records.values() if record.parent_id}, actor)
    parts = _parts(session, records, actor)
    copies = _copies(session, records)
    dates = dated_parts(query.node)
    return [
        Hit(
            record=records[hit.record_id],
            score=hit.score,
            pages=pages.get(hit.record_id, ()),
            snippets=snippets.get(hit.record_id, ()),
            categories=facts.get((hit.record_id, "category"), []),
            suggested=facts.get((hit.record_id, "suggested"), []),
            whole=wholes.get(records[hit.record_id].parent_id or 0),
            parts=parts.get(hit.record_id, 0),
            copies=copies.get(hit.record_id, []),
            may_be_outside=_may_be_outside(records[hit.record_id], dates),
        )
        for hit in found
        if hit.record_id in records
    ]


def _may_be_outside(record: Record, dates: Sequence[Dated]) -> bool:
    first, last = record.date_from or record.date_to, record.date_to or record.date_from
    if first is None or last is None or not dates:
        return False
    return not any((each.first or first) <= first and last <= (each.last or last) for each in dates)


def visible_hits(session: Session, ids: Iterable[int], actor: Actor) -> dict[int, Record]:
    """Those of the records that this actor may see, as the database has it now."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.scalars(_VISIBLE, {"ids": wanted, "compartments": sorted(actor.compartments)})
    return {record.id: record for record in rows}


def _places(
    asked: Asking, query: Query, records: Mapping[int, Record]
) -> tuple[dict[int, Sequence[PageHits]], dict[int, Sequence[Snippet]]]:
    """Of each record the pages on which what was asked for stands, and the snippets."""
    if not text_parts(query):
        return {}, {}
    # The few pages of a short record are read anyhow, and say themselves what stands on them; of a longer one the
    # index says where to read.
    short = [record_id for record_id, record in records.items() if record.page_count <= PAGES_SHOWN]
    located = asked.locate(query, records.keys() - set(short))
    first = {record_id: [page.number for page in pages[:PAGES_SHOWN]] for record_id, pages in located.items()}

    def read(some: Collection[tuple[int, int]], whole: Sequence[int] = ()) -> list[tuple[int, int, str]]:
        return _texts(asked.session, whole, some)

    texts: dict[int, list[tuple[int, str]]] = {}
    for record_id, number, text in read([(each, number) for each in first for number in first[each]], short):
        texts.setdefault(record_id, []).append((number, text))
    shown = highlight_each(query, texts, snippet_limit=PAGES_SHOWN)
    # A page on which less is to be seen alone than stands there holds a part of what begins or ends on another.
    parted = {each: first[each] for each in first if _is_parted(shown[each], located[each][:PAGES_SHOWN])}
    if parted:
        beside = read_with_beside(query, parted, read)
        shown |= highlight_each(query, beside, snippet_limit=max(map(len, beside.values())))
    pages: dict[int, Sequence[PageHits]] = {record_id: found.pages for record_id, found in shown.items()}
    pages.update(located)
    # What is read beside the first pages is not shown itself.
    return pages, {
        record_id: [each for each in found.snippets if record_id not in first or each.page in first[record_id]]
        for record_id, found in shown.items()
    }


def _is_parted(shown: Highlights, located: Sequence[PageHits]) -> bool:
    return any(len(shown.marks.get(page.number, ())) < page.count for page in located)


def _texts(session: Session, whole: Sequence[int], some: Collection[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """The text of these records' pages, and of some pages of others."""
    rows = [*session.execute(_ALL_PAGES, {"ids": whole})] if whole else []
    if some:
        ids, numbers = {record_id for record_id, _ in some}, {number for _, number in some}
        rows += session.execute(_SOME_PAGES, {"ids": list(ids), "numbers": list(numbers), "pages": list(some)})
    return [(record_id, number, text) for record_id, number, text in rows]


def _facts(session: Session, ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    facts: dict[tuple[int, str], list[str]] = {}
    for record_id, field, value in session.execute(_FACTS, {"ids": list(ids)}):
        facts.setdefault((record_id, field), []).append(value)
    return facts


def _parts(session: Session, ids: Iterable[int], actor: Actor) -> dict[int, int]:
    rows = session.execute(_PARTS, {"ids": list(ids), "compartments": sorted(actor.compartments)})
    return {parent: count for parent, count in rows if parent is not None}


def _copies(session: Session, ids: Iterable[int]) -> dict[int, list[RecordFile]]:
    found: dict[int, list[RecordFile]] = {}
    for file in session.scalars(_COPIES, {"ids": list(ids)}):
        found.setdefault(file.record_id, []).append(file)
    return found
