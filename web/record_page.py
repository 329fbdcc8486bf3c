"""All that the page of one record shows, gathered once: a view only hands it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from access.policy import Actor, Permission, can
from disclosure.history import Happened, history_of
from disclosure.marks import open_marks
from disclosure.models import Mark, Relevance
from disclosure.review import relevance_of
from failings.escalations import escalations_of
from failings.models import Escalation
from ingest.rendering import has_page_pictures
from records.models import Page, Record
from records.page_models import MACHINE, SEEN, TRANSCRIPT, PageVersion
from records.page_versions import versions_of
from records.register import family, packed_words, pages_of, visible
from records.words import unpack
from retention.holds import clearance_of, holds_of
from retention.models import OPEN, Clearance, Decision, Hold, NoticeCategory, Suggestion, SuggestionEvidence
from retention.notice_definition import NoticeDefinition
from retention.notice_file import load_notice
from retention.notices import categories
from retention.tagging import standing_categories, suggestions_of
from retention.worklist import Neighbours, neighbours_to_tag
from search.language import parse_query
from search.opening import engine_of
from store.archive import Archive
from store.errors import DamagedError, InvalidInputError, NotFoundError
from web.highlighting import MarkedBox, Piece, Stretch, boxes_of, pieces_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Suggestions of these that are strong are announced before the page is read.
HARD_TO_READ = frozenset({"allegations"})
TITLE_PAGE = 0


@dataclass(frozen=True)
class ShownPage:
    """One page: its text in pieces, the boxes on its image, and whether there is an image at all."""

    page: Page
    pieces: list[Piece]
    boxes: list[MarkedBox]
    has_picture: bool
    versions: list[PageVersion]

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
    relevance: Relevance | None
    history: list[Happened]
    escalations: list[Escalation]
    family: list[Record]
    neighbours: Neighbours
    is_hard_to_read: bool

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
    first: int
    points: list[tuple[str, str]]


def grouped(suggestion: Suggestion) -> list[EvidenceGroup]:
    """The evidence by passage, in its order: a passage with four telling words is read once, not four times."""
    groups: dict[tuple[int, str], EvidenceGroup] = {}
    for item in suggestion.evidence:
        key = (item.page, item.context or item.text)
        group = groups.setdefault(key, EvidenceGroup(*key, item.id, []))
        if (item.text, item.reason) not in group.points:
            group.points.append((item.text, item.reason))
    return list(groups.values())


def gather(
    archive: Archive, session: "Session", record: Record, *, number: int | None, asked: str, actor: Actor
) -> RecordPage:
    """The record with the page of this number, or the first that its strongest suggestion rests on.

    Raises:
        NotFoundError: The record has no such page.
    """
    pages, suggestions = pages_of(session, record), suggestions_of(session, record)
    page = _page(record, pages, suggestions, number)
    notice = notice_of(archive.settings.notice_file)
    return RecordPage(
        record=record,
        pages=pages,
        shown=_shown(archive, session, record, page, suggestions, asked, actor) if page else None,
        suggestions=suggestions,
        categories=list(categories(session)),
        questions={each.code: each.questions for each in notice.categories},
        standing=standing_categories(session, record),
        holds=holds_of(session, record),
        marks=open_marks(session, record),
        clearance=clearance_of(session, record),
        relevance=relevance_of(session, record),
        history=history_of(session, record),
        escalations=escalations_of(session, record, actor=actor) if can(actor, Permission.ESCALATIONS_READ) else [],
        family=[each for each in family(session, record) if visible(each, actor)],
        neighbours=neighbours_to_tag(session, record, actor=actor),
        is_hard_to_read=any(each.category in HARD_TO_READ and each.strength_word == "strong" for each in suggestions),
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


def _shown(
    archive: Archive,
    session: "Session",
    record: Record,
    page: Page,
    suggestions: Sequence[Suggestion],
    asked: str,
    actor: Actor,
) -> ShownPage:
    stretches = [
        Stretch(f"evidence-{item.id}", item.start, item.end)
        for each in suggestions
        for item in each.evidence
        if item.page == page.number and still_stands(page, item)
    ]
    stretches += _searched(archive, record, page, asked, actor)
    has_picture = has_page_pictures(record.media_type) and record.purged_at is None
    packed = packed_words(session, page) if has_picture and stretches else None
    try:
        boxes = boxes_of(page.text, unpack(packed), stretches) if packed else []
    except DamagedError:
        boxes = []  # the text beside the image is marked all the same
    return ShownPage(page, pieces_of(page.text, stretches), boxes, has_picture, versions_of(session, page))


def still_stands(page: Page, item: SuggestionEvidence) -> bool:
    """Whether the words of the evidence stand where they stood when it was found."""
    return page.text[item.start : item.end].split() == item.text.split()


def _searched(archive: Archive, record: Record, page: Page, asked: str, actor: Actor) -> list[Stretch]:
    """The places on the page of what was searched for, when a search led here."""
    if not asked.strip():
        return []
    try:
        query = parse_query(asked)
    except InvalidInputError:
        return []
    found = engine_of(archive).highlight(
        query, record.id, [(page.number, page.text)], compartments=actor.compartments, snippet_limit=0
    )
    return [
        Stretch(f"found-{place}", start, end, "found")
        for place, (start, end) in enumerate(found.marks.get(page.number, ()), start=1)
    ]
