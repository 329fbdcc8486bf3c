import re
from datetime import date
from decimal import Decimal

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from costs.charts import GRID, LOOKS, PAPER, _scale, month_chart
from costs.reports import GROUP_OF, GROUPS, report
from costs.spending import CATEGORIES, REDRESS

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_chart_says_in_words_what_it_shows(year):
    tree = ElementTree.fromstring(month_chart(year))

    title, description = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
    assert tree.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "April 2025 to December 2025" in description.text
    assert f"£{year.total_net:,.2f}" in description.text
    assert "The highest month is December 2025" in description.text


def test_the_bars_of_a_month_are_as_high_as_its_cost(year):
    tree = ElementTree.fromstring(month_chart(year))
    bars = [rect for rect in tree.findall(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]

    def height(month: str) -> float:
        return sum(float(bar.get("height")) for bar in bars if bar.find(f"{SVG}title").text.startswith(month))

    first, last = year.months[0], year.months[-1]
    assert height("April 2025") / height("December 2025") == pytest.approx(float(first.cost / last.cost), rel=0.01)


def test_the_chart_passes_a_strict_content_policy(year):
    made = month_chart(year)

    assert "<script" not in made
    assert "style=" not in made
    assert "<style" not in made
    assert "http" not in made.replace("http://www.w3.org/2000/svg", "")


def test_ids_differ_between_two_charts_on_a_page(year):
    one, two = (
        {element.get("id") for element in ElementTree.fromstring(month_chart(year, prefix=prefix)).iter()} - {None}
        for prefix in ("a", "b")
    )
    assert one
    assert not one & two


def test_groups_are_told_apart_without_colour():
    assert set(LOOKS) == set(GROUPS)
    assert len({look.pattern for look in LOOKS.values()}) == len(LOOKS)
    assert all(contrast(look.colour, look.marks) >= 3 for look in LOOKS.values() if look.pattern)
    assert contrast("#0b0c0c", PAPER) >= 4.5
    assert GRID != PAPER


def test_every_category_belongs_to_a_group():
    assert set(GROUP_OF) < set(CATEGORIES) - {REDRESS}
    assert set(GROUP_OF.values()) < set(GROUPS)


def test_a_period_without_costs_says_so_instead_of_drawing_nothing(session, leader):
    empty = report(session, actor=leader)

    assert "Nothing has been spent or costed" in ElementTree.fromstring(month_chart(empty)).find(f"{SVG}text").text


def test_a_long_series_keeps_its_labels_apart(session, leader, year):
    long = report(session, actor=leader, from_month=date(2020, 1, 1), to_month=date(2026, 12, 1))

    labels = [text.text for text in ElementTree.fromstring(month_chart(long)).findall(f"{SVG}text")]

    assert 6 <= len([label for label in labels if re.fullmatch("[A-Z][a-z]{2} [0-9]{4}", label)]) <= 12


@given(st.decimals(Decimal("0.01"), Decimal("99999999"), places=2))
def test_the_scale_reaches_the_highest_bar_in_a_few_round_steps(highest):
    step, ceiling = _scale(highest)

    assert highest <= ceiling < highest + step
    assert 2 <= ceiling / step <= 7
    assert step.normalize().as_tuple().digits in {(1,), (2,), (5,)}
