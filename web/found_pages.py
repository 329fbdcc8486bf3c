"""The pages of what a search found: which one is shown, and the way to the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.asked import PAGE, Asked

BESIDE = 2
MANY = 10


@dataclass(frozen=True)
class PageLink:
    """One page by its number; without an address it is the one that is shown, or, without a number, a gap."""

    number: int
    address: str = ""


@dataclass(frozen=True)
class FoundPages:
    """Which hits of how many are shown, and the pages before and after."""

    first: int
    last: int
    listed: int
    number: int
    count: int
    earlier: str
    later: str
    links: Sequence[PageLink]

    @property
    def are_many(self) -> bool:
        """Whether a page is better asked for by its number."""
        return self.count > MANY


def pages_of(asked: Asked, listed: int) -> FoundPages:
    """The pages of so many hits, with links to the first, the last and those beside the one that is shown."""
    count = max((listed + PAGE - 1) // PAGE, 1)
    here = min(asked.page, count)

    def address(number: int) -> str:
        return asked.at((number - 1) * PAGE).address

    links: list[PageLink] = []
    shown = sorted({1, count, *range(max(here - BESIDE, 1), min(here + BESIDE, count) + 1)})
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before == 2:
            links.append(PageLink(number - 1, address(number - 1)))
        elif number - before > 2:
            links.append(PageLink(0))
        links.append(PageLink(number, "" if number == here else address(number)))
    return FoundPages(
        first=(here - 1) * PAGE + 1 if listed else 0,
        last=min(here * PAGE, listed),
        listed=listed,
        number=here,
        count=count,
        earlier=address(here - 1) if here > 1 else "",
        later=address(here + 1) if here < count else "",
        links=links,
    )
