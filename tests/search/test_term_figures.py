"""The figures of a term report against a plain count of sets, with hidden records that must leave no trace."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.packing import pack
from search.term_figures import figures_of
from search.term_models import TermReportVersion, TermResult
from search.term_running import IN_SCOPE, PAGE_ROOM, UNDATED

CODES = ("failings", "duties")


@dataclass
class Held:
    """A made-up archive: for each record its parent, unread pages, flags, category bits; for each term its pages."""

    parents: dict[int, int]
    unread: dict[int, int]
    flags: dict[int, int]
    bits: dict[int, int]
    terms: list[dict[int, list[int]]]
    hidden: set[int]


@st.composite
def archives(draw):
    ids = sorted(draw(st.sets(st.integers(1, 30), max_size=12)))
    parents = {each: draw(st.sampled_from([0, *(above for above in ids if above < each)])) for each in ids}
    flags = {each: draw(st.sampled_from([0, IN_SCOPE, UNDATED])) for each in ids}
    in_scope = [each for each in ids if flags[each] & IN_SCOPE]
    chosen = st.sets(st.sampled_from(in_scope)) if in_scope else st.just(set())
    pages = st.lists(st.integers(1, 9), max_size=4, unique=True)
    terms = [{each: sorted(draw(pages)) for each in draw(chosen)} for _ in range(draw(st.integers(0, 4)))]
    return Held(
        parents,
        {each: draw(st.integers(0, 3)) for each in ids},
        flags,
        {each: draw(st.integers(0, 3)) for each in ids},
        terms,
        draw(st.sets(st.sampled_from(ids))) if ids else set(),
    )


def without_hidden(held):
    seen = [each for each in held.parents if each not in held.hidden]
    return Held(
        {each: 0 if held.parents[each] in held.hidden else held.parents[each] for each in seen},
        {each: held.unread[each] for each in seen},
        {each: held.flags[each] for each in seen},
        {each: held.bits[each] for each in seen},
        [{each: pages for each, pages in term.items() if each in seen} for term in held.terms],
        set(),
    )


def figures(held):
    ids = sorted(held.parents)
    version = TermReportVersion(
        records=pack(ids),
        categories=" ".join(CODES),
        not_indexed=pack([]),
        quarantined_in=pack([0, *held.hidden]),
        **{
            name: pack([values[each] for each in ids])
            for name, values in (
                ("parents", held.parents),
                ("unread_pages", held.unread),
                ("flags", held.flags),
                ("category_bits", held.bits),
            )
        },
    )
    results = [
        TermResult(
            position=place,
            line=place,
            term=f"term {place}",
            note="",
            found=pack(sorted(term)),
            pages=pack([each * PAGE_ROOM + page for each in sorted(term) for page in term[each]]),
        )
        for place, term in enumerate(held.terms, start=1)
    ]
    return figures_of(version, results, np.array([each for each in ids if each not in held.hidden], dtype=np.int64))


def family(held, found):
    def root(each):
        while held.parents[each]:
            each = held.parents[each]
        return each

    roots = {root(each) for each in found}
    return {each for each in held.parents if root(each) in roots}


@given(archives())
def test_the_figures_are_what_a_plain_count_says_as_if_the_hidden_did_not_exist(held):
    made, plain = figures(held), without_hidden(held)

    everything = [each for term in plain.terms for each in term]
    for number, (told, term) in enumerate(zip(made.terms, plain.terms, strict=True)):
        others = {each for place, other in enumerate(plain.terms) if place != number for each in other}
        assert told.documents == len(term)
        assert told.unique == len(set(term) - others)
        assert told.pages == sum(len(pages) for pages in term.values())
        assert told.with_family == len(family(plain, term))
        assert told.categories == tuple(sum(plain.bits[each] >> bit & 1 for each in term) for bit in range(2))
    totals = made.totals
    assert (totals.with_overlap, totals.documents) == (len(everything), len(set(everything)))
    assert totals.by_one == len([each for each in set(everything) if everything.count(each) == 1])
    assert totals.with_family == len(family(plain, everything))
    assert totals.pages == len({(each, page) for term in plain.terms for each in term for page in term[each]})
    scope = [each for each in plain.parents if plain.flags[each] & IN_SCOPE]
    assert made.searched == len(scope)
    assert made.not_reached.unread_pages == sum(plain.unread[each] for each in scope)
    assert made.not_reached.undated == sum(bool(each & UNDATED) for each in plain.flags.values())
    assert made.not_reached.quarantined == 1


@given(archives())
def test_the_totals_add_up(held):
    totals = figures(held).totals

    assert totals.with_overlap - totals.repeats == totals.documents == totals.by_one + totals.by_several
    assert totals.by_one == sum(each.unique for each in figures(held).terms)
    assert totals.pages <= totals.pages_with_overlap
    assert totals.documents <= totals.with_family
