"""Two records side by side, as one page shows them: the pages beside each other, what differs, what one lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.beside import PagesBeside
from records.differences import Piece, Withheld, changed_places, difference, withheld_places
from store.errors import NotFoundError

# So many pairs of pages are gone through for what one lacks; beyond them, each is when it is opened.
LOOKED_THROUGH = 60


@dataclass(frozen=True)
class Row:
    """One pair of pages in the list: where it is, and how much differs, where that was counted."""

    at: int
    beside: PagesBeside
    changed: int | None


@dataclass(frozen=True)
class Lacking:
    """A place where one record has words that the other has not, and the pair of pages it is on."""

    at: int
    beside: PagesBeside
    place: Withheld


@dataclass(frozen=True)
class DifferencePage:
    """What the page shows: every pair of pages, the one opened in pieces, and the places one record lacks."""

    rows: list[Row]
    opened: Row
    pieces: list[Piece]
    lacking: list[Lacking]
    not_looked_through: int


def lay_out(beside: Sequence[PagesBeside], *, at: int) -> DifferencePage:
    """The pair of this number opened, counted from 1.

    Raises:
        NotFoundError: There is no such pair.
    """
    if not 1 <= at <= len(beside):
        raise NotFoundError(f"There is no pair of pages {at}: these two records have {len(beside)}.")
    rows, lacking, pieces, left = [], [], [], 0
    for number, each in enumerate(beside, start=1):
        found: list[Piece] | None = None
        if number == at or (each.is_pair and number <= LOOKED_THROUGH):
            found = difference(each.first_text, each.second_text)
        elif each.is_pair:
            left += 1
        if found is not None and each.is_pair:
            lacking += [Lacking(number, each, place) for place in withheld_places(found)]
        if number == at:
            pieces = found or []
        rows.append(Row(number, each, changed_places(found) if found is not None and each.is_pair else None))
    order = sorted(lacking, key=lambda each: (not each.place.is_blacked, not each.place.has_a_name, each.at))
    return DifferencePage(rows, rows[at - 1], pieces, order, left)
