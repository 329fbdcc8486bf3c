"""Two records laid beside each other: which page of one belongs to which page of the other, as the texts stand now."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from access.policy import Actor
from records.models import Page, Record
from records.near_duplicates import PagePair, best_pairs
from records.register import pages_of, visible
from records.shingles import ALIKE, Commonness, PageShingles, likeness, shingles_of
from store.errors import InvalidInputError, NotFoundError

# Beyond so many pairs of pages the whole would take minutes on a page that a person waits for.
MOST_PAIRS = 200_000


@dataclass(frozen=True)
class PagesBeside:
    """A page of each record, or of one alone where the other has none like it."""

    first_page: int | None
    second_page: int | None
    first_text: str
    second_text: str
    similarity: float

    @property
    def is_pair(self) -> bool:
        """Whether there is a page on both sides."""
        return self.first_page is not None and self.second_page is not None


def pages_beside(session: Session, first: Record, second: Record, *, actor: Actor) -> list[PagesBeside]:
    """Every page of both records, each beside the one that is most like it, in the order of the first.

    Raises:
        NotFoundError: This actor may not know of one of them.
        InvalidInputError: It is one record twice, or the two are too long to be laid beside each other.
    """
    for record in (first, second):
        if not visible(record, actor):
            raise NotFoundError(f"There is no record {record.reference}: check the reference in the list of records.")
    if first.id == second.id:
        raise InvalidInputError(f"{first.reference} was given twice: give two records to see what differs.")
    ours, theirs = pages_of(session, first), pages_of(session, second)
    if len(ours) * len(theirs) > MOST_PAIRS:
        raise InvalidInputError(
            f"{first.reference} and {second.reference} have {len(ours)} and {len(theirs)} pages, too many to lay "
            "beside each other: open the pages that are listed as alike one by one."
        )
    if len(ours) == len(theirs) == 1:
        return [
            _beside(ours[0], theirs[0], likeness(shingles_of(ours[0].text), shingles_of(theirs[0].text), Commonness()))
        ]
    pairs = {pair.ours: pair for pair in _one_to_one(_alike(ours, theirs))}
    by_number = {page.number: page for page in theirs}
    left = dict(by_number)
    beside = []
    for page in ours:
        pair = pairs.get(page.number)
        if pair:
            left.pop(pair.theirs)
            beside.append(_beside(page, by_number[pair.theirs], pair.similarity))
        else:
            beside.append(_beside(page, None, 0.0))
    return beside + [_beside(None, page, 0.0) for page in left.values()]


def _alike(ours: list[Page], theirs: list[Page]) -> list[PagePair]:
    common = Commonness()
    signed: list[tuple[Page, PageShingles]] = [(page, shingles_of(page.text)) for page in theirs]
    found = []
    for page in ours:
        shingles = shingles_of(page.text)
        for other, sketched in signed:
            similarity = likeness(shingles, sketched, common)
            if similarity >= ALIKE or (page.text.strip() and page.text.split() == other.text.split()):
                found.append(PagePair(page.number, other.number, max(similarity, ALIKE)))
    return found


def _one_to_one(pairs: list[PagePair]) -> list[PagePair]:
    """Of all pairs the best, so that no page stands beside two."""
    taken: list[PagePair] = []
    ours: set[int] = set()
    theirs: set[int] = set()
    for pair in sorted(best_pairs(pairs), key=lambda pair: (-pair.similarity, abs(pair.ours - pair.theirs), pair.ours)):
        if pair.ours not in ours and pair.theirs not in theirs:
            taken.append(pair)
            ours.add(pair.ours)
            theirs.add(pair.theirs)
    return taken


def _beside(ours: Page | None, theirs: Page | None, similarity: float) -> PagesBeside:
    return PagesBeside(
        ours.number if ours else None,
        theirs.number if theirs else None,
        ours.text if ours else "",
        theirs.text if theirs else "",
        similarity,
    )
