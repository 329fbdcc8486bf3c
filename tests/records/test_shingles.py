"""How alike two pages are: what must hold of every page, and what a bad reading must not undo."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from records.shingles import ALIKE, Commonness, letters_of, likeness, shingles_of
from records.signatures import Signatures
from tests.papers import LETTER, MINUTES, misread

TEXTS = st.text(max_size=600)


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_likeness_is_the_same_both_ways_and_between_0_and_1(first, second):
    common = Commonness()
    ours, theirs = shingles_of(first), shingles_of(second)

    there, back = likeness(ours, theirs, common), likeness(theirs, ours, common)

    assert there == back
    assert 0 <= there <= 1


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"]), min_size=200, max_size=400))
@settings(max_examples=40, deadline=None)
def test_the_same_text_is_wholly_alike_however_common_it_is(text):
    page, common = shingles_of(text), Commonness()
    for _ in range(50):
        common.add(page)

    assert not page.is_comparable or likeness(page, page, common) == 1.0


def test_a_page_with_few_letters_is_like_none_not_even_itself():
    page = shingles_of("Page 14 of 20. Children's Services")

    assert not page.is_comparable
    assert likeness(page, page, Commonness()) == 0.0


def test_letters_that_machines_confuse_are_one_and_accents_are_nothing():
    assert letters_of("modern ŵyl 10") == letters_of("modem wyl lo")


def test_a_bad_reading_is_still_the_same_page_and_another_page_is_not():
    chance, common = random.Random(3), Commonness()
    page, other = shingles_of(LETTER), shingles_of(MINUTES)

    read_again = [likeness(page, shingles_of(misread(LETTER, 0.08, chance)), common) for _ in range(20)]

    assert min(read_again) > 2 * ALIKE
    assert likeness(page, other, common) < ALIKE


def test_what_very_many_pages_have_counts_for_almost_nothing():
    form = "Department of Social Services. Form CS14, record of a visit to a child looked after by the authority. " * 3
    chance, common = random.Random(1), Commonness()
    words = ["".join(chance.choices("abdeghiklmnoprstuvw", k=7)) for _ in range(3_000)]
    pages = [shingles_of(form + " ".join(chance.sample(words, 60))) for _ in range(100)]
    before = likeness(pages[0], pages[1], common)
    for page in pages:
        common.add(page)

    assert before > ALIKE > likeness(pages[0], pages[1], common)


def test_candidates_survive_closing_merging_and_a_bad_reading(tmp_path):
    chance = random.Random(5)
    words = ["".join(chance.choices("abdeghiklmnoprstuvw", k=6)) for _ in range(5_000)]
    texts = [" ".join(chance.choices(words, k=120)) for _ in range(60)]
    for start in range(0, 60, 7):
        Signatures(tmp_path).add((number, shingles_of(texts[number])) for number in range(start, min(start + 7, 60)))

    opened = Signatures(tmp_path)
    found = opened.candidates({100 + at: shingles_of(misread(texts[at], 0.03, chance)) for at in range(60)})

    assert [found.get(100 + at) for at in range(60)] == [{at} for at in range(60)]
    assert len(list(tmp_path.glob("run-*.npy"))) < 6
    assert all(np.all(run[:-1] <= run[1:]) for run in opened._runs)
