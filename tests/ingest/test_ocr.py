from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest import scan_quality
from ingest.dictionary import tokens
from ingest.ocr import PictureReading, combine, read_picture
from ingest.ocr_engine import first_scale
from ingest.ocr_words import OcrWord, as_text, headings_first, is_doubtful, join, kept


def word(
    text: str, left: float = 0, top: float = 0, confidence: float = 90, line: tuple[int, ...] = (1, 1, 1)
) -> OcrWord:
    return OcrWord(text, left, top, left + 10 * len(text), top + 12, confidence, line)


def anything(text: str) -> bool:
    return True


def recall(text: str, truth: Path) -> float:
    found = {token.lower() for token in tokens(text)}
    wanted = {token.lower() for token in tokens(truth.read_text())}
    return len(found & wanted) / len(wanted)


@pytest.mark.parametrize(
    ("name", "rotation"),
    [("phototest.tif", 0), ("phototest-rotated-180.png", 180), ("phototest-rotated-L.png", 90)],
)
def test_a_page_is_read_whichever_way_up_it_is(corpus, name, rotation):
    folder = corpus("ocr/tesseract-test")

    reading = read_picture(Image.open(folder / name))

    assert reading.rotation == rotation
    assert recall(reading.text, folder / "phototest.txt") > 0.97


def test_boxes_stand_on_the_page_once_it_is_upright(corpus):
    folder = corpus("ocr/tesseract-test")
    straight = read_picture(Image.open(folder / "phototest.tif"))
    turned = read_picture(Image.open(folder / "phototest-rotated-180.png"))

    first, same = straight.words[0], turned.words[0]

    assert first[4] == same[4]
    assert first[:4] == pytest.approx(same[:4], abs=0.02)


def test_a_leaning_page_is_levelled(corpus):
    folder = corpus("ocr/tesseract-test")
    page = Image.open(folder / "phototest.tif").convert("L").rotate(8, expand=True, fillcolor=255)

    assert recall(read_picture(page).text, folder / "phototest.txt") > 0.9


def test_the_slant_of_a_page_is_found():
    page = Image.new("L", (800, 600), 255)
    draw = ImageDraw.Draw(page)
    for row in range(60, 540, 24):
        draw.rectangle((60, row, 740, row + 8), fill=0)
    leaning = np.asarray(page.rotate(-4, fillcolor=255))

    assert scan_quality.slant(scan_quality.find_ink(leaning).mask) == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
@pytest.mark.parametrize(("size", "least", "most"), [(20, 8, 12), (36, 17, 22)])
def test_the_height_of_letters_is_found_whichever_way_the_lines_run(quarter, size, least, most):
    page = Image.new("L", (1200, 1600), 255)
    draw = ImageDraw.Draw(page)
    for line in range(20):
        draw.text((100, 80 + line * 70), "some ordinary words across a page", fill=0, font_size=size)
    turned = np.asarray(page.rotate(quarter, expand=True))
    assert least <= scan_quality.letter_height(turned < 128) <= most


def test_a_page_without_ink_has_letters_of_no_height():
    assert scan_quality.letter_height(np.zeros((300, 200), bool)) == 0


def test_only_large_letters_in_black_and_white_are_made_smaller():
    large = Image.new("L", (700, 1000), 255)
    ImageDraw.Draw(large).text((50, 50), "letters\nof a part\nof a page", fill=0, font_size=60)
    grey = large
    black = large.point(lambda value: 255 if value > 127 else 0)
    small = black.resize((210, 300)).point(lambda value: 255 if value > 127 else 0)
    assert first_scale(black) == 0.75
    assert first_scale(grey) == 1.75
    assert first_scale(small) == 2.0


def test_typed_letters_are_read(corpus):
    folder = corpus("ocr/letters1905")

    reading = read_picture(Image.open(folder / "Lettre246.jpg"))

    assert not reading.unread
    assert recall(reading.text, folder / "Lettre246.gt.txt") > 0.93


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Lettre248.jpg", "Lettre251.jpg", "SC0033B_s4_b01_f14_i092.jpg"])
def test_handwriting_is_known_as_handwriting(corpus, name):
    reading = read_picture(Image.open(corpus("ocr/letters1905") / name))

    assert reading.unread
    assert reading.reason.startswith("handwriting")


def test_an_empty_page_is_blank():
    page = Image.new("L", (850, 1100), 250)
    ImageDraw.Draw(page).point([(200, 300), (500, 700)], fill=0)

    reading = read_picture(page)

    assert reading.unread
    assert reading.reason.startswith("blank")


def test_a_page_of_tones_without_words_is_a_picture():
    across = np.tile(np.linspace(40, 200, 600, dtype=np.uint8), (400, 1))

    assert read_picture(Image.fromarray(across)).reason.startswith("picture")


def test_ruled_lines_go_and_the_letters_that_cross_them_stay():
    ink = np.zeros((60, 200), bool)
    ink[30:32, 5:195] = True
    ink[15:45, 100:104] = True

    lines = scan_quality.ruling_lines(ink, length=50, thickness=4)

    assert lines[31, 20]
    assert not lines[31, 101]
    assert not lines[20, 101]


def test_two_columns_are_read_one_after_the_other(corpus):
    folder = corpus("ocr/tesseract-test")
    lines = read_picture(Image.open(folder / "8071_093.3B.tif")).text.splitlines()

    assert len(lines) > 60
    assert max(len(line) for line in lines) < 90


def test_grey_paper_becomes_white_and_its_ink_stays():
    page = Image.new("L", (400, 300), 205)
    ImageDraw.Draw(page).rectangle((100, 140, 300, 144), fill=90)

    levels = np.asarray(scan_quality.whitened(page))

    assert levels[20, 20] > 245
    assert levels[142, 200] < 140


def test_white_paper_is_left_as_it_is():
    page = Image.new("L", (400, 300), 255)

    assert scan_quality.whitened(page) is page


def test_faint_lines_on_grey_paper_are_read():
    page = Image.new("L", (1700, 2200), 226)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=44)
    draw.text((150, 200), "A second van would clear the plumbing by the autumn.", fill=140, font=font)
    draw.text((150, 270), "It is proposed that tenants be given a card.", fill=140, font=font)

    reading = read_picture(page)

    assert not reading.unread
    assert {"plumbing", "autumn", "tenants"} <= set(tokens(reading.text))


@pytest.mark.parametrize("size", [16, 64, 600])
def test_a_logo_is_a_picture_and_not_handwriting(size):
    logo = Image.new("L", (size, size), 255)
    draw = ImageDraw.Draw(logo)
    draw.ellipse((size * 0.1, size * 0.1, size * 0.6, size * 0.6), fill=40)
    draw.polygon([(size * 0.5, size * 0.9), (size * 0.9, size * 0.9), (size * 0.9, size * 0.4)], fill=90)

    assert read_picture(logo).reason.startswith("picture")


def test_the_second_reading_replaces_only_what_it_is_surer_of():
    first = [word("Rcads", confidence=30), word("Committee", left=60, confidence=95)]
    second = [word("Roads", confidence=88), word("Comnittee", left=60, confidence=50)]

    assert as_text(join(first, second, anything)) == "Roads Committee"


def test_a_word_only_the_second_reading_saw_takes_its_place_on_the_line():
    first = [word("Date", left=0), word("1974", left=200)]

    assert as_text(join(first, [word("March", left=100)], anything)) == "Date March 1974"


def test_stains_read_as_letters_are_not_added():
    assert join([word("Date")], [word("xqv", left=300), word("zzj", left=400)], lambda text: False) == [word("Date")]


def test_less_is_asked_of_a_word_in_the_dictionary():
    words = [word("roads", confidence=12), word("rqads", confidence=12), word("--", confidence=99)]

    assert [one.text for one in kept(words, lambda text: text == "roads")] == ["roads"]


def test_of_two_likely_readings_the_one_in_the_dictionary_is_taken():
    assert as_text(join([word("FIXEO", confidence=86)], [word("FIXED", confidence=75)], "FIXED".__eq__)) == "FIXED"
    assert as_text(join([word("FIXED", confidence=86)], [word("FIXEO", confidence=95)], "FIXED".__eq__)) == "FIXED"


@pytest.mark.parametrize(
    ("text", "confidence", "doubtful"),
    [("Roads", 61, False), ("Roads", 59, True), ("Rcads", 87, True), ("Rcads", 89, False), ("1974", 70, True)],
)
def test_more_is_asked_of_a_word_that_is_not_in_the_dictionary(text, confidence, doubtful):
    assert is_doubtful(word(text, confidence=confidence), "Roads".__eq__) is doubtful


def test_a_heading_given_after_its_columns_comes_before_them():
    left = word("left", left=0, top=100, line=(1, 1, 1))
    right = word("right", left=200, top=100, line=(2, 1, 1))
    heading = OcrWord("HEADING", 0, 20, 260, 60, 95, (3, 1, 1))

    assert headings_first([left, right, heading]) == [heading, left, right]


def test_the_second_of_two_pages_stays_second_however_high_it_starts():
    first = [word("low", left=0, top=100, line=(1, 1, 1)), word("end", left=0, top=300, line=(2, 1, 1))]
    second = [word("high", left=200, top=10, line=(3, 1, 1)), word("end", left=200, top=300, line=(4, 1, 1))]

    assert headings_first(first + second) == first + second


def test_columns_whose_edges_touch_stay_in_their_order():
    left = [word("first", left=0, top=10, line=(1, 1, 1)), word("endings", left=0, top=300, line=(2, 1, 1))]
    right = [word("second", left=65, top=10, line=(3, 1, 1)), word("end", left=70, top=300, line=(4, 1, 1))]

    assert headings_first(left + right) == left + right


@pytest.mark.parametrize("margin", [0, 3])
def test_words_read_on_the_rows_with_ink_stand_where_the_ink_is(margin):
    ink = np.zeros((200, 40), bool)
    ink[20:30, 5:30] = True
    ink[150:162, 5:30] = True

    rows = scan_quality.inked_rows(ink, margin)
    lines = [(20, 30), (150, 162)]
    for number, (top, bottom) in enumerate(lines):
        above = margin * (1 + 2 * number) + sum(down - up for up, down in lines[:number])
        read = OcrWord("word", 5, above, 30, above + bottom - top, 90, (1, 1, 1))
        stands = read.unfolded(rows)

        assert (stands.top, stands.bottom) == (top, bottom)


@pytest.mark.parametrize("quarter", [90, 270])
def test_a_number_that_runs_up_or_down_the_margin_is_read(quarter):
    page = Image.new("L", (850, 1100), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=18)
    for row in range(20):
        draw.text((80, 100 + 34 * row), "The committee met at noon and the minutes were read.", fill=0, font=font)
    strip = Image.new("L", (110, 26), 255)
    ImageDraw.Draw(strip).text((6, 2), "60715284", fill=0, font=font)
    strip = strip.rotate(quarter, expand=True)
    page.paste(strip, (770, 900))

    reading = read_picture(page)

    assert reading.rotation == 0
    assert reading.text.splitlines()[-1] == "60715284"
    left, top, right, bottom = (
        value * side for value, side in zip(reading.words[-1][:4], (850, 1100) * 2, strict=True)
    )
    assert 765 <= left < right <= 802
    assert 895 <= top < bottom <= 1015


def test_a_picture_adds_only_what_the_layer_lacks():
    layer = [[0.1, 0.1, 0.3, 0.13, "Agenda", 100.0]]
    picture = PictureReading("", [[0.1, 0.1, 0.3, 0.13, "Agenda", 90.0], [0.1, 0.5, 0.3, 0.53, "RECEIVED", 80.0]])

    text, words = combine("Agenda", layer, picture)

    assert text == "Agenda\n\nRECEIVED"
    assert len(words) == 2


def test_a_short_page_the_wrong_way_up_is_turned_even_when_the_turner_is_unsure():
    page = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=44)
    for row, line in enumerate(
        ("The committee met at noon.", "Boarding out allowances", "were increased for children.")
    ):
        draw.text((150, 200 + 70 * row), line, fill=20, font=font)

    reading = read_picture(page.rotate(180))

    assert reading.rotation == 180
    assert "committee" in reading.text
