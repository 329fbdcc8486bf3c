"""The way through what was found: from place to place in a record, and from record to record of the results."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from records.models import Page, Record
from search.beside import read_with_beside
from search.engine import PageHits
from search.highlighting import highlight_pages
from search.language import parse_query
from search.language_tree import Query
from search.querying import Around
from store.errors import InvalidInputError
from web.asked import PAGE, Asked
from web.highlighting import Stretch

LAST = -1
HERE = "here"
_NEAR = 3


@dataclass(frozen=True)
class Step:
    """A place to go to, and in words where it is."""

    href: str
    words: str


@dataclass(frozen=True)
class Way:
    """Where a person stands in what was found: the place on the page, the record in the results; and what is beside."""

    words: str
    results: str
    pages: Sequence[PageHits]
    page: int
    place: int
    on_page: int
    earlier: Step | None
    later: Step | None
    position: int
    is_gone: bool
    total: int
    before: Step | None
    after: Step | None


def query_of(asked: Asked) -> Query | None:
    """What was asked, or nothing where it is empty or cannot be read."""
    if asked.is_empty:
        return None
    try:
        return parse_query(asked.whole)
    except InvalidInputError:
        return None


def places_on(page: Page, pages: Sequence[Page], query: Query) -> list[tuple[int, int]]:
    """The characters of each place on the page that was asked for; words that follow each other are one place.

    The pages beside it are read with it: what was asked for may begin on one page and end on another.
    """
    texts = {each.number: (0, each.number, each.text) for each in pages}
    beside = read_with_beside(
        query, {0: [page.number]}, lambda asked: [texts[number] for _, number in asked if number in texts]
    )[0]
    places: list[tuple[int, int]] = []
    for start, end in highlight_pages(query, beside, snippet_limit=0).marks.get(page.number, ()):
        between = page.text[places[-1][1] : start] if places else ""
        if places and len(between) <= _NEAR and not any(c.isalnum() for c in between):
            places[-1] = (places[-1][0], end)
        else:
            places.append((start, end))
    return places


def chosen_place(asked_for: int | None, count: int) -> int:
    """The number of the place that is looked at, from 1; 0 where there is none."""
    if not count:
        return 0
    if asked_for is None:
        return 1
    return count if asked_for == LAST else min(max(asked_for, 1), count)


def stretches_of(places: Sequence[tuple[int, int]], chosen: int) -> list[Stretch]:
    """The places as they are marked, the one that is looked at apart from the others."""
    return [
        Stretch(HERE, start, end, "current") if number == chosen else Stretch(f"found-{number}", start, end, "found")
        for number, (start, end) in enumerate(places, start=1)
    ]


def way_through(
    record: Record,
    asked: Asked,
    *,
    pages: Sequence[PageHits],
    page: int,
    place: int,
    on_page: int,
    position: int,
    around: Around | None,
) -> Way:
    """What is before and after the place that is looked at, and before and after the record."""
    standing = around.position or position if around else position
    earlier_pages = [each.number for each in pages if each.number < page]
    later_pages = [each.number for each in pages if each.number > page]

    def step(number: int, to: int) -> Step:
        values = {**asked.values, "hit": standing} if standing else asked.values
        href = url_for("records.record", reference=record.reference, page=number, at=to, **values)
        return Step(f"{href}#{HERE}", "on this page" if number == page else f"on page {number:,}")

    earlier = step(page, place - 1) if place > 1 else step(earlier_pages[-1], LAST) if earlier_pages else None
    later = step(page, place + 1) if place < on_page else step(later_pages[0], 1) if later_pages else None
    return Way(
        words=asked.whole,
        results=asked.at((standing - 1) // PAGE * PAGE if standing else 0).address,
        pages=pages,
        page=page,
        place=place,
        on_page=on_page,
        earlier=earlier,
        later=later,
        position=around.position if around else 0,
        is_gone=around is not None and not around.position,
        total=around.total if around else 0,
        before=_result(asked, around.before, standing - 1) if around else None,
        after=next_result(asked, around) if around else None,
    )


def next_result(asked: Asked, around: Around) -> Step | None:
    """The record after this one in what was found, if there is one."""
    return _result(asked, around.after, around.after_position)


def _result(asked: Asked, record: Record | None, position: int) -> Step | None:
    if record is None:
        return None
    return Step(url_for("records.record", reference=record.reference, **asked.values, hit=position), record.title)
