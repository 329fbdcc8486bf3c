"""Kinds of pages, each in its reading order: two to a scan, lying, in columns, ruled, stamped, empty."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.ocr import PictureReading, read_picture
from ingest.ocr_words import OcrWord

FIRST = (
    "The members of the committee met in the town hall on Monday evening. The clerk read the minutes of the last "
    "meeting and they were signed. It was resolved that the request be granted before the spring."
)
SECOND = (
    "A letter was read from the gardener about the orchard behind the laundry. He wished to plant twelve apple trees "
    "and to mend the fence. The chairman thanked him for his long and faithful service."
)


def write(page: Image.Image, words: str, *, left: int, top: int, width: int, size: int = 32) -> int:
    """The words in lines of that width; returns where the next line would stand."""
    draw, font, line = ImageDraw.Draw(page), ImageFont.load_default(size=size), ""
    for word in words.split():
        if draw.textlength(f"{line} {word}", font=font) > width:
            draw.text((left, top), line, fill=0, font=font)
            top, line = top + size * 5 // 3, ""
        line = f"{line} {word}".strip()
    draw.text((left, top), line, fill=0, font=font)
    return top + size * 5 // 3


def one_page() -> Image.Image:
    page = Image.new("L", (1000, 620), 255)
    write(page, f"{FIRST} {SECOND}", left=70, top=60, width=860)
    return page


def in_order(reading: PictureReading, *phrases: str) -> bool:
    text = " ".join(reading.text.split())
    places = [text.find(phrase) for phrase in phrases]
    assert -1 not in places, (phrases, text)
    return places == sorted(places)


def level(reading: PictureReading, size: tuple[int, int]) -> float:
    """The share of longer words whose boxes are wider than high, on the page as it is shown."""
    width, height = size[::-1] if reading.rotation in (90, 270) else size
    longer = [word for word in reading.words if len(word[4]) > 4]
    return sum((word[2] - word[0]) * width > (word[3] - word[1]) * height for word in longer) / len(longer)


@pytest.mark.parametrize("gutter", [40, 160])
def test_two_pages_on_one_scan_are_read_the_left_one_first(gutter):
    scan = Image.new("L", (1500 + gutter, 560), 255)
    write(scan, FIRST, left=60, top=60, width=640)
    write(scan, SECOND, left=740 + gutter, top=60, width=640)

    reading = read_picture(scan)

    assert in_order(reading, "met in the town hall", "before the spring", "from the gardener", "faithful service")


@pytest.mark.parametrize(("turned", "rotation"), [(90, 270), (180, 180), (270, 90)])
def test_a_page_that_lies_or_stands_on_its_head_is_shown_upright_with_its_words_where_they_stand(turned, rotation):
    page = one_page().rotate(-turned, expand=True)  # clockwise

    reading = read_picture(page)

    assert reading.rotation == rotation
    assert in_order(reading, "met in the town hall", "faithful service")
    assert level(reading, page.size) > 0.95
    first, last = reading.words[0], reading.words[-1]
    assert first[1] < last[1]


def test_columns_under_a_heading_are_read_one_after_the_other():
    page = Image.new("L", (1100, 760), 255)
    write(page, "THE PARISH RECORD", left=260, top=40, width=800, size=56)
    write(page, FIRST, left=60, top=170, width=440, size=28)
    write(page, SECOND, left=590, top=170, width=440, size=28)

    reading = read_picture(page)

    assert in_order(reading, "PARISH RECORD", "town hall", "before the spring", "orchard", "faithful service")


def test_the_rows_of_a_ruled_table_are_kept_together():
    page = Image.new("L", (1240, 520), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=32)
    rows = [
        ("Name", "Home", "Placed", "Left"),
        ("Ann Example", "Elm House", "4 May 1971", "2 June 1973"),
        ("Ben Sample", "Oak Lodge", "9 July 1972", "1 March 1974"),
    ]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            draw.text((90 + column * 280, 110 + row * 100), cell, fill=0, font=font)
    for line in range(4):
        draw.line((70, 90 + line * 100, 1190, 90 + line * 100), fill=0, width=3)
    for line in range(5):
        draw.line((70 + line * 280, 90, 70 + line * 280, 390), fill=0, width=3)

    reading = read_picture(page)

    for cells in rows:
        assert in_order(reading, *cells)
    lines = [line for line in reading.text.splitlines() if line.strip()]
    assert "Ben Sample Oak Lodge 9 July 1972 1 March 1974" in lines


def test_a_stamp_over_the_text_costs_none_of_it_and_is_read_too():
    page = Image.new("L", (1000, 900), 255)
    write(page, f"{FIRST} {SECOND}", left=70, top=60, width=860)
    stamp = Image.new("L", (460, 160), 255)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((4, 4, 455, 155), outline=90, width=7)
    draw.text((40, 50), "RECEIVED 1974", fill=90, font=ImageFont.load_default(size=48))
    stamp = stamp.rotate(4, expand=True, fillcolor=255)
    place = (480, 560, 480 + stamp.width, 560 + stamp.height)
    page.paste(Image.fromarray(np.minimum(np.asarray(page.crop(place)), np.asarray(stamp))), place[:2])

    reading = read_picture(page)

    assert in_order(reading, "town hall", "before the spring", "faithful service")
    assert "RECEIVED" in reading.text
    assert not reading.unread


@pytest.mark.parametrize("paper", [255, 225])
def test_an_empty_page_is_blank_whatever_its_paper_and_dust(paper):
    grain = np.random.default_rng(4).normal(paper, 2, (900, 700)).clip(0, 255).astype(np.uint8)
    grain[np.random.default_rng(5).integers(0, 900, 20), np.random.default_rng(6).integers(0, 700, 20)] = 40

    reading = read_picture(Image.fromarray(grain))

    assert reading.unread
    assert reading.reason.startswith("blank")


def test_every_word_has_its_place_and_how_sure_it_is():
    reading = read_picture(one_page())

    assert len(reading.words) == len(reading.text.split())
    for left, top, right, bottom, text, confidence in reading.words:
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert text.strip()
        assert 0 <= confidence <= 100


def test_a_word_turned_left_and_right_again_stands_where_it_stood():
    word = OcrWord("house", 10, 20, 60, 35, 90, (1, 1, 1))

    turned = word.turned_left(200)

    assert (turned.left, turned.top, turned.right, turned.bottom) == (20, 140, 35, 190)
    assert turned.turned_right(200) == word


@pytest.mark.parametrize(
    ("name", "rotation"),
    [("phototest-rotated-R.png", 270), ("phototest-rotated-180.png", 180), ("phototestrot.tif", 90)],
)
def test_the_turned_pages_of_the_corpus_are_read_and_shown_upright(corpus, name, rotation):
    picture = Image.open(corpus("ocr/tesseract-test") / name)

    reading = read_picture(picture)

    assert reading.rotation == rotation
    assert in_order(reading, "This is a lot of 12 point text", "quick brown dog", "lazy fox")
    assert level(reading, picture.size) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["8071_093.3B", "8087_054.3B"])
def test_the_columns_of_the_corpus_are_read_in_the_order_of_their_own_text(corpus, name):
    folder = corpus("ocr/tesseract-test")
    truth = (folder / f"{name}.txt").read_text(encoding="utf-8", errors="replace").split()

    words = read_picture(Image.open(folder / f"{name}.tif")).text.split()

    # Words that stand once in both: how many neighbours in the truth are in the same order in the reading.
    once = [word for word in truth if truth.count(word) == 1 and words.count(word) == 1 and len(word) > 3]
    places = [words.index(word) for word in once]
    assert len(once) > 50
    assert sum(first < second for first, second in pairwise(places)) > 0.95 * (len(places) - 1)
