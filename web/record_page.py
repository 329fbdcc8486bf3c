"""All that the page of one record shows, gathered once: a view only hands it on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from access.policy import Actor, Permission, can
from disclosure.agreement import Related, related_to
from disclosure.history import Happened, history_of
from disclosure.marks import open_marks
from disclosure.models import Mark, Relevance
from disclosure.review import paragraphs_of, paragraphs_offered, relevance_of
from failings.escalations import escalations_of
from failings.models import Escalation
from ingest.capture import Captured, capture_of
from ingest.rendering import has_page_pictures
from inquiry.requests import cited_paragraphs
from records.corrections import DATE, DateSaid, kept_date, names_of, proposals_of
from records.models import Page, Record, RecordPerson
from records.page_models import MACHINE, SEEN, TRANSCRIPT, PageVersion
from records.page_versions import versions_of
from records.register import packed_words, pages_of
from records.words import Word, unpack
from retention.clearances import why_decide_again
from retention.holds import clearance_of, holds_of
from retention.models import OPEN, Clearance, Decision, Hold, NoticeCategory, Suggestion, SuggestionEvidence
from retention.notice_definition import NoticeDefinition
from retention.notice_file import load_notice
from retention.notices import categories
from retention.tagging import standing_categories, suggestions_of
from retention.worklist import Neighbours, neighbours_to_tag
from search.engine import PageHits
from search.language_tree import Query
from search.opening import engine_of
from search.querying import Around, around_hit
from store.archive import Archive
from store.errors import DamagedError, NotFoundError
from web.asked import Asked, Values, read_asked
from web.highlighting import MarkedBox, Piece, Stretch, Strip, boxes_of, pieces_of, strip_of
from web.way_through import Way, chosen_place, places_on, query_of, stretches_of, way_through

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Suggestions of these that are strong are announced before the page is read.
HARD_TO_READ = frozenset({"allegations"})
TITLE_PAGE = 0
FARTHEST = 1_000_000


@dataclass(frozen=True)
class Come:
    """How a person came to the record: the search, which of its hits this is (0 for none), the place looked at."""

    asked: Asked = field(default_factory=Asked)
    position: int = 0
    place: int | None = None

    @property
    def values(self) -> Values:
        """What an address carries of it, so that the way is not lost."""
        return {**self.asked.values, "hit": self.position} if self.position else self.asked.values


def read_come(given: MultiDict[str, str]) -> Come:
    """How the address says a person came here."""
    position = min(max(given.get("hit", 0, type=int), 0), FARTHEST)
    return Come(read_asked(given), position, given.get("at", type=int))


@dataclass(frozen=True)
class ShownPage:
    """One page: its text in pieces, the boxes on its image, and whether there is an image at all."""

    page: Page
    pieces: list[Piece]
    boxes: list[MarkedBox]
    has_picture: bool
    versions: list[PageVersion]
    strips: dict[int, Strip] = field(default_factory=dict)
    """By the first evidence of a passage: the lines of the picture where it stands, to be seen beside the decision."""

    @property
    def standing(self) -> PageVersion | None:
        """The version the page shows, where it was read more than once."""
        return next((each for each in self.versions if each.version == self.page.version), None)

    @property
    def machine_text(self) -> str:
        """What the machine last made of a page that a person typed or saw."""
        made = next((each for each in self.versions if each.kind == MACHINE), None)
        return made.text if made and self.page.read_by in (TRANSCRIPT, SEEN) else ""


@dataclass(frozen=True)
class RecordPage:
    """Everything about one record, as far as whoever is signed in may see it."""

    record: Record
    pages: list[Page]
    shown: ShownPage | None
    suggestions: list[Suggestion]
    categories: list[NoticeCategory]
    questions: dict[str, tuple[str, ...]]
    standing: dict[str, Decision]
    holds: list[Hold]
    marks: list[Mark]
    clearance: Clearance | None
    decide_again: str
    relevance: Relevance | None
    answers: dict[int, str]
    asked: dict[int, str]
    history: list[Happened]
    escalations: list[Escalation]
    related: Related
    names: list[RecordPerson]
    proposed_date: DateSaid | None
    proposed: dict[str, str]
    neighbours: Neighbours
    way: Way | None
    is_hard_to_read: bool
    captured: Captured | None

    @property
    def undecided(self) -> list[Suggestion]:
        """The suggestions still open, the strongest first."""
        return [each for each in self.suggestions if each.status == OPEN]

    @property
    def unread(self) -> list[Page]:
        """The pages nobody and nothing has read."""
        return [page for page in self.pages if page.unread]


@dataclass(frozen=True)
class EvidenceGroup:
    """One passage that a suggestion rests on: where it is, and each of its words with why they count."""

    page: int
    context: str
    items: list[SuggestionEvidence]
    points: list[tuple[str, str]]

    @property
    def first(self) -> int:
        """What a link to the passage names."""
        return self.items[0].id


def grouped(suggestion: Suggestion) -> list[EvidenceGroup]:
    """The evidence by passage, in its order: a passage with four telling words is read once, not four times."""
    groups: dict[tuple[int, str], EvidenceGroup] = {}
    for item in suggestion.evidence:
        key = (item.page, item.context or item.text)
        group = groups.setdefault(key, EvidenceGroup(*key, [], []))
        group.items.append(item)
        if (item.text, item.reason) not in group.points:
            group.points.append((item.text, item.reason))
    return list(groups.values())


def gather(
    archive: Archive, session: "Session", record: Record, *, number: int | None, come: Come, actor: Actor
) -> RecordPage:
    """The record with the page of this number, or else the first found, or that its strongest suggestion rests on.

    Raises:
        NotFoundError: The record has no such page.
    """
    pages, suggestions = pages_of(session, record), suggestions_of(session, record)
    query = query_of(come.asked) if record.purged_at is None else None
    located = _located(archive, record, query, actor)
    if number is None and located:
        number = located[0].number
    page = _page(record, pages, suggestions, number)
    places = places_on(page, pages, query) if page and query else []
    place = chosen_place(come.place, len(places))
    notice = notice_of(archive.settings.notice_file)
    proposed = proposals_of(session, record)
    clearance = clearance_of(session, record)
    relevance, cited = relevance_of(session, record), cited_paragraphs(session)
    return RecordPage(
        record=record,
        pages=pages,
        shown=_shown(session, record, page, suggestions, stretches_of(places, place)) if page else None,
        suggestions=suggestions,
        categories=list(categories(session)),
        questions={each.code: each.questions for each in notice.categories},
        standing=standing_categories(session, record),
        holds=holds_of(session, record),
        marks=open_marks(session, record),
        clearance=clearance,
        decide_again=why_decide_again(session, clearance) if clearance and not record.purged_at else "",
        relevance=relevance,
        answers={each: cited[each] for each in paragraphs_of(session, relevance)},
        asked=paragraphs_offered(session, record),
        history=history_of(session, record),
        escalations=escalations_of(session, record, actor=actor) if can(actor, Permission.ESCALATIONS_READ) else [],
        related=related_to(session, record, actor=actor),
        names=names_of(session, record),
        proposed_date=kept_date(proposed[DATE]) if DATE in proposed else None,
        proposed=proposed,
        neighbours=neighbours_to_tag(session, record, actor=actor),
        way=None
        if query is None
        else way_through(
            record,
            come.asked,
            pages=located,
            page=page.number if page else 0,
            place=place,
            on_page=len(places),
            position=come.position,
            around=around_of(archive, session, record, come, actor),
        ),
        is_hard_to_read=any(each.category in HARD_TO_READ and each.strength_word == "strong" for each in suggestions),
        captured=capture_of(session, record),
    )


def notice_of(file: Path) -> NoticeDefinition:
    """The notice file as it stands, read again only when it has changed."""
    return _read_notice(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_notice(file: Path, _changed: int) -> NoticeDefinition:
    return load_notice(file)


def _page(record: Record, pages: Sequence[Page], suggestions: Sequence[Suggestion], number: int | None) -> Page | None:
    if number is not None:
        for page in pages:
            if page.number == number:
                return page
        raise NotFoundError(f"{record.reference} has no page {number}: it has {len(pages)}.")
    ranked = sorted(suggestions, key=lambda each: each.status != OPEN)
    proposed = [item.page for each in ranked for item in each.evidence if item.page != TITLE_PAGE]
    wanted = proposed[0] if proposed else 1
    return next((page for page in pages if page.number == wanted), pages[0] if pages else None)


def _located(archive: Archive, record: Record, query: Query | None, actor: Actor) -> Sequence[PageHits]:
    if query is None:
        return ()
    return engine_of(archive).locate(query, [record.id], compartments=actor.compartments).get(record.id, ())


def around_of(archive: Archive, session: "Session", record: Record, come: Come, actor: Actor) -> Around | None:
    """Where the record stands in the results a person came from; None where they came from none."""
    if come.position < 1 or query_of(come.asked) is None or not can(actor, Permission.SEARCH):
        return None
    asked = come.asked
    return around_hit(
        archive,
        session,
        asked.words,
        actor=actor,
        position=come.position,
        record=record,
        chosen=asked.chosen,
        order=asked.order,
        by_family=asked.by_family,
    )


def _shown(
    session: "Session", record: Record, page: Page, suggestions: Sequence[Suggestion], searched: Sequence[Stretch]
) -> ShownPage:
    stretches = [
        Stretch(f"evidence-{item.id}", item.start, item.end)
        for each in suggestions
        for item in each.evidence
        if item.page == page.number and still_stands(page, item)
    ]
    stretches += searched
    has_picture = has_page_pictures(record.media_type) and record.purged_at is None
    packed = packed_words(session, page) if has_picture and stretches else None
    try:
        words = unpack(packed) if packed else []
    except DamagedError:
        words = []  # the text beside the image is marked all the same
    boxes = boxes_of(page.text, words, stretches)
    strips = _strips(page, words, suggestions) if words else {}
    return ShownPage(page, pieces_of(page.text, stretches), boxes, has_picture, versions_of(session, page), strips)


def _strips(page: Page, words: Sequence[Word], suggestions: Sequence[Suggestion]) -> dict[int, Strip]:
    strips = {}
    for group in (group for each in suggestions if each.status == OPEN for group in grouped(each)):
        if group.page == page.number:
            stretches = [Stretch("", each.start, each.end) for each in group.items if still_stands(page, each)]
            boxes = boxes_of(page.text, words, stretches)
            strip = strip_of(boxes, width=page.width or 0, height=page.height or 0)
            if strip:
                strips[group.first] = strip
    return strips


def still_stands(page: Page, item: SuggestionEvidence) -> bool:
    """Whether the words of the evidence stand where they stood when it was found."""
    return page.text[item.start : item.end].split() == item.text.split()
