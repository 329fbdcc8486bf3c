import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.ocr import read_picture
from ingest.scan_streaks import without_streaks

LINE = "The committee considered the report of the officer"


@pytest.fixture(scope="module")
def page():
    sheet = Image.new("L", (1650, 1200), 255)
    draw = ImageDraw.Draw(sheet)
    for number in range(12):
        draw.text((140, 120 + number * 80), LINE, fill=0, font_size=38)
    return sheet


def streaked(page, *, columns=(400, 702, 930), ink=0, thickness=1, first=0, until=None):
    sheet = page.copy()
    draw = ImageDraw.Draw(sheet)
    for x in columns:
        draw.rectangle((x, first, x + thickness - 1, until if until is not None else sheet.height), fill=ink)
    return sheet


def is_left(page):
    pixels = np.asarray(page)
    return without_streaks(pixels) is pixels


@pytest.mark.parametrize("ink", [0, 150])
@pytest.mark.parametrize("thickness", [1, 2, 3])
def test_a_line_from_edge_to_edge_goes_and_the_letters_it_crosses_stay(page, ink, thickness):
    cleaned = without_streaks(np.asarray(streaked(page, ink=ink, thickness=thickness))) < 128
    before = np.asarray(page) < 128

    assert (cleaned != before).sum() < 0.02 * before.sum()


def test_a_line_across_the_whole_page_goes_as_well(page):
    lying = streaked(page).rotate(90, expand=True)

    cleaned = without_streaks(np.asarray(lying)) < 128

    assert (cleaned != (np.asarray(page.rotate(90, expand=True)) < 128)).sum() < 0.02 * cleaned.sum()


def test_a_line_that_the_machine_lost_here_and_there_goes(page):
    sheet = streaked(page)
    ImageDraw.Draw(sheet).rectangle((0, 500, 1650, 560), fill=255)

    assert not is_left(sheet)


def test_the_rules_of_a_table_and_the_dark_edge_of_a_page_stay(page):
    assert is_left(page)
    assert is_left(streaked(page, first=90, until=1110))
    assert is_left(streaked(page, columns=(700,), thickness=30))
    assert is_left(streaked(page, columns=(0,), thickness=12))


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (60, 60)])
def test_a_picture_too_small_to_tell_is_left(size):
    assert is_left(Image.new("L", size, 0))


def test_a_streaked_page_is_read_in_whole_lines(page):
    text = read_picture(streaked(page)).text

    assert text.splitlines().count(LINE) >= 11
