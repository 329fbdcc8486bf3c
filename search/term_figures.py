"""The figures of a term report, counted anew for each reader from what was found, so that they always add up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.packing import Numbers, unpack
from search.sight import is_visible, only_visible
from search.term_models import TermReportVersion, TermResult
from search.term_running import IN_SCOPE, PAGE_ROOM, UNDATED


@dataclass(frozen=True)
class TermFigures:
    """What one term found: documents, with their families, found by no other term, pages, and by category."""

    line: int
    term: str
    note: str
    documents: int
    with_family: int
    unique: int
    pages: int
    categories: tuple[int, ...]


@dataclass(frozen=True)
class Totals:
    """All terms together. `with_overlap` = `documents` + `repeats`; `documents` = `by_one` + `by_several`."""

    with_overlap: int
    documents: int
    by_one: int
    by_several: int
    with_family: int
    pages: int
    pages_with_overlap: int
    categories: tuple[int, ...]
    without_hits: int

    @property
    def repeats(self) -> int:
        """How often a document was found again by a further term."""
        return self.with_overlap - self.documents


@dataclass(frozen=True)
class NotReached:
    """What no term could reach, however it was written."""

    unread_pages: int
    unread_documents: int
    undated: int
    not_indexed: int
    quarantined: int

    @property
    def anything(self) -> bool:
        """Whether there is anything of the kind."""
        return bool(self.unread_pages or self.undated or self.not_indexed or self.quarantined)


@dataclass(frozen=True)
class Figures:
    """The whole report as one person may be told of it."""

    searched: int
    terms: tuple[TermFigures, ...]
    totals: Totals
    not_reached: NotReached
    categories: tuple[str, ...]


def figures_of(version: TermReportVersion, results: Sequence[TermResult], visible: Numbers) -> Figures:
    """The figures as if the records that are not visible, and what hangs on them, did not exist."""
    ids = unpack(version.records)
    seen = is_visible(ids, visible)
    records = ids[seen]
    flags = unpack(version.flags)[seen]
    bits = unpack(version.category_bits)[seen]
    unread = unpack(version.unread_pages)[seen]
    codes = tuple(version.categories.split())
    roots = _roots(records, unpack(version.parents)[seen])
    family_sizes = np.bincount(roots, minlength=len(records))
    places = [_places(unpack(result.found), records) for result in results]
    pages = [_visible_pages(unpack(result.pages), visible) for result in results]
    times = np.bincount(np.concatenate([np.empty(0, dtype=np.int64), *places]), minlength=len(records))
    listed = [
        TermFigures(
            line=result.line,
            term=result.term,
            note=result.note,
            documents=len(hit),
            with_family=_with_family(hit, roots, family_sizes),
            unique=int((times[hit] == 1).sum()),
            pages=len(on),
            categories=_by_category(bits[hit], len(codes)),
        )
        for result, hit, on in zip(results, places, pages, strict=True)
    ]
    found = np.flatnonzero(times)
    in_scope = (flags & IN_SCOPE) > 0
    return Figures(
        searched=int(in_scope.sum()),
        terms=tuple(listed),
        totals=Totals(
            with_overlap=sum(each.documents for each in listed),
            documents=len(found),
            by_one=int((times == 1).sum()),
            by_several=int((times > 1).sum()),
            with_family=_with_family(found, roots, family_sizes),
            pages=len(np.unique(np.concatenate([np.empty(0, dtype=np.int64), *pages]))),
            pages_with_overlap=sum(each.pages for each in listed),
            categories=_by_category(bits[found], len(codes)),
            without_hits=sum(each.documents == 0 for each in listed),
        ),
        not_reached=NotReached(
            unread_pages=int(unread[in_scope].sum()),
            unread_documents=int((unread[in_scope] > 0).sum()),
            undated=int(((flags & UNDATED) > 0).sum()),
            not_indexed=len(only_visible(unpack(version.not_indexed), visible)),
            quarantined=_quarantined(unpack(version.quarantined_in), visible),
        ),
        categories=codes,
    )


def found_by(result: TermResult, visible: Numbers) -> Numbers:
    """The records a term found, as far as they are visible."""
    return only_visible(unpack(result.found), visible)


def _places(found: Numbers, records: Numbers) -> Numbers:
    return np.flatnonzero(np.isin(records, found)).astype(np.int64)


def _visible_pages(pages: Numbers, visible: Numbers) -> Numbers:
    return pages[np.isin(pages // PAGE_ROOM, visible)]


def _roots(records: Numbers, parents: Numbers) -> NDArray[np.int64]:
    """The place of the outermost record above each, going up only through what is visible."""
    own = np.arange(len(records), dtype=np.int64)
    above = np.searchsorted(records, parents)
    above[above == len(records)] = 0
    has_parent = (parents > 0) & (records[above] == parents) if len(records) else np.zeros(0, dtype=np.bool_)
    roots = np.where(has_parent, above, own)
    while True:
        further = roots[roots]
        if np.array_equal(further, roots):
            return roots
        roots = further


def _with_family(hit: Numbers, roots: NDArray[np.int64], family_sizes: NDArray[np.int64]) -> int:
    return int(family_sizes[np.unique(roots[hit])].sum())


def _by_category(bits: Numbers, count: int) -> tuple[int, ...]:
    return tuple(int(((bits >> place) & 1).sum()) for place in range(count))


def _quarantined(inside: Numbers, visible: Numbers) -> int:
    return int((inside == 0).sum()) + len(only_visible(inside[inside > 0], visible))
