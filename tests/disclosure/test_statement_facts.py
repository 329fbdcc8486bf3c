"""The facts of a statement: parts that add up, nothing silently empty, and differences that miss nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.statement_document import nested
from disclosure.statement_facts import (
    LOSSES,
    TITLES,
    UNREAD,
    Facts,
    Figure,
    Section,
    Table,
    differences,
    from_json,
    hash_of,
    require_sound,
    to_json,
)
from store.errors import DamagedError

numbers = st.integers(0, 10**6)
words = st.text(min_size=1, max_size=12)


@st.composite
def sections(draw: st.DrawFn, code: str = UNREAD) -> Section:
    parts = draw(st.lists(numbers, max_size=5))
    figures = [Figure("pages", "pages", sum(parts))]
    figures += [Figure(f"pages:{place}", f"part {place}", value, "pages") for place, value in enumerate(parts)]
    keys = draw(st.lists(words, unique=True, max_size=4))
    rows = tuple((key, draw(words), draw(words)) for key in keys)
    table = Table("lines", "Lines", ("Line", "One", "Two"), rows)
    is_empty = not sum(parts) and not rows
    return Section(code, tuple(figures), (table,), tuple(draw(st.lists(words, max_size=2))), "none" if is_empty else "")


@given(sections())
def test_what_is_frozen_is_read_back_and_is_sound(section):
    facts = Facts((section,))

    require_sound(facts)
    assert from_json(to_json(facts)) == facts
    assert hash_of(to_json(from_json(to_json(facts)))) == hash_of(to_json(facts))


@given(sections(), st.integers(0, 5), st.integers(1, 9))
def test_a_part_that_does_not_add_up_is_always_found(section, place, more):
    figures = list(section.figures)
    place = min(place, len(figures) - 1)
    if len(figures) == 1:
        return
    changed = figures[place]
    figures[place] = Figure(changed.code, changed.words, changed.value + more, changed.part_of)

    with pytest.raises(DamagedError, match="its parts are"):
        require_sound(Facts((Section(UNREAD, tuple(figures), section.tables, section.said, section.rests_on),)))


@given(sections(), sections())
def test_two_statements_differ_exactly_where_a_number_a_cell_or_what_is_said_does(before, after):
    old, new = Facts((before,)), Facts((after,))
    found = differences(old, new)

    numbers = [{each.code: each.value for each in section.figures} for section in (before, after)]
    cells = [
        {
            (row[0], name): cell
            for row in section.tables[0].rows
            for name, cell in zip(("One", "Two"), row[1:], strict=True)
        }
        for section in (before, after)
    ]
    is_same = numbers[0] == numbers[1] and cells[0] == cells[1] and before.said == after.said
    assert (found == []) == is_same
    assert differences(old, old) == []
    assert any(each.what == "What is said" for each in found) == (before.said != after.said)
    swapped = differences(new, old)
    assert sorted((each.before, each.after) for each in found) == sorted((each.after, each.before) for each in swapped)


@given(sections())
def test_every_figure_that_is_not_nought_is_set_out_below_its_whole(section):
    shown = nested(section.figures)

    assert {figure.code for figure, _ in shown} >= {each.code for each in section.figures if each.value}
    assert next(depth for _, depth in shown) == 0


@pytest.mark.parametrize(
    "section",
    [
        Section(LOSSES),
        Section(LOSSES, (Figure("losses", "losses", 0),)),
        Section(LOSSES, (Figure("losses", "losses", 2),), rests_on="nobody told us"),
    ],
)
def test_nothing_is_silently_empty_and_what_is_there_is_not_called_nothing(section):
    with pytest.raises(DamagedError, match="emptiness"):
        require_sound(Facts((section,)))


def test_a_figure_counted_twice_and_two_rows_of_one_name_are_found():
    twice = Section(LOSSES, (Figure("losses", "losses", 1), Figure("losses", "losses", 1)))
    same = Section(LOSSES, tables=(Table("losses", "Losses", ("Loss", "What"), (("L1", "a"), ("L1", "b"))),))

    with pytest.raises(DamagedError, match="counted twice"):
        require_sound(Facts((twice,)))
    with pytest.raises(DamagedError, match="the same name"):
        require_sound(Facts((same,)))


def test_that_somebody_looked_at_last_is_a_difference():
    before = Section(LOSSES, rests_on="nobody asked", looked=False)
    after = Section(LOSSES, rests_on="everybody was asked")

    (found,) = differences(Facts((before,)), Facts((after,)))

    assert (found.before, found.after) == ("not looked at: nobody asked", "nothing: everybody was asked")
    assert set(TITLES) >= {found.section}
