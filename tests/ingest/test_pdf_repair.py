"""PDFs that are cut off: what is left of a scan is read, and no page that lacks some of it counts as read."""

import io

import pytest
from PIL import Image, ImageDraw

from ingest.formats.one_page import read_in_child
from ingest.formats.pdf_repair import lacks_something, save_repaired
from ingest.page_settings import PageSettings
from tests.ingest.reading_here import all_text, missing, put, read_here


def scan(words: str) -> bytes:
    picture = Image.effect_noise((900, 1200), 12).convert("L").point(lambda value: 235 if value > 90 else 200)
    draw = ImageDraw.Draw(picture)
    for line in range(16):
        draw.text((60, 60 + 70 * line), f"{words} on line {line}", fill=0, font_size=34)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def scanned(*pages: bytes, last: int = 0) -> bytes:
    """A PDF with one picture a page, whose page tree stands before the pictures, as a scanner writes it.

    The page `last` has its picture at the end of the file.
    """
    objects: dict[int, bytes] = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(len(pages)))
    objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids)
    for number, jpeg in enumerate(pages):
        at = 3 + 3 * number
        objects[at] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 450 600]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>"
            % (at + 1, at + 2)
        )
        draws = b"450 0 0 600 0 0 cm /P Do"
        objects[at + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(draws), draws)
        objects[at + 2] = (
            b"<</Type/XObject/Subtype/Image/Width 900/Height 1200/BitsPerComponent 8/ColorSpace/DeviceGray"
            b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (len(jpeg), jpeg)
        )
    order = sorted(objects, key=lambda number: (number == 5 + 3 * last, number))
    out, places = bytearray(b"%PDF-1.4\n"), {}
    for number in order:
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


@pytest.fixture(scope="module")
def whole() -> bytes:
    return scanned(scan("The matron was told"), scan("The chair was told"), last=1)


def test_a_page_whose_scan_is_cut_off_is_read_as_far_as_it_goes_and_is_not_called_read(tmp_path, whole):
    reading = read_here(put(tmp_path, whole[: len(whole) - len(scan("The chair was told")) // 2], "a.pdf"))

    first, second, _ = reading.pages
    assert not first.unread
    assert "The matron was told on line 15" in first.text
    assert second.unread
    assert "cut off in the file" in second.reason
    assert "The chair was told on line 2" in second.text
    assert "on line 15" not in second.text
    assert missing(reading) == "Damaged: what lay beyond the end of the file: it is cut off"


def test_a_page_that_is_cut_off_stays_so_when_it_is_read_again(tmp_path, whole):
    source = put(tmp_path, whole[:-9000], "a.pdf")
    save_repaired(source, tmp_path / "copy.pdf")

    again = [
        read_in_child(str(tmp_path / "copy.pdf"), "application/pdf", number, PageSettings().to_dict())["unread"]
        for number in (1, 2)
    ]

    assert again == [False, True]


@pytest.mark.parametrize(("gone", "is_short"), [(0, False), (700, True)])
def test_a_stream_shorter_than_it_says_marks_the_page_it_is_drawn_on(tmp_path, whole, gone, is_short):
    """Bytes lost in the middle move everything behind them, so that the table of contents leads nowhere."""
    middle = len(whole) // 4
    source = put(tmp_path, whole[:middle] + whole[middle + gone :], "a.pdf")

    repaired = save_repaired(source, tmp_path / "copy.pdf")

    assert repaired.pages == 2
    assert repaired.cut_pages == (frozenset({1}) if is_short else frozenset())
    assert [lacks_something(tmp_path / "copy.pdf", number) for number in (1, 2)] == [is_short, False]
    assert not repaired.is_cut_off


def test_line_ends_of_one_byte_where_there_were_two_are_no_loss(tmp_path, corpus):
    source = next(corpus("files/pdf-defects").rglob("opf__T04_009_trailer-no-opening-brackets.pdf"))

    assert save_repaired(source, tmp_path / "copy.pdf").cut_pages == frozenset()


@pytest.mark.parametrize(
    ("name", "percent", "cut"), [("3small.pdf", 80, {3}), ("linn.pdf", 60, {1}), ("ccitt.pdf", 60, {1})]
)
def test_real_scans_that_are_cut_off(tmp_path, corpus, name, percent, cut):
    whole = next(corpus("files/scans").rglob(name)).read_bytes()

    repaired = save_repaired(put(tmp_path, whole[: len(whole) * percent // 100], "a.pdf"), tmp_path / "copy.pdf")

    assert repaired.is_cut_off
    assert repaired.cut_pages == cut


@pytest.mark.parametrize("fill", [0, 2100, 64 * 1024, 200_001])
def test_fill_behind_a_damaged_file_is_no_cut(tmp_path, whole, fill):
    damaged = whole.replace(b"startxref", b"startxxxx").replace(b"trailer<<", b"trailer  ")

    assert not save_repaired(put(tmp_path, damaged + bytes(fill), "a.pdf"), tmp_path / "copy.pdf").is_cut_off
    assert save_repaired(put(tmp_path, damaged[:-20] + bytes(fill), "b.pdf"), tmp_path / "copy.pdf").is_cut_off


def test_a_whole_scan_is_read_and_nothing_is_named_though_much_follows_its_end(tmp_path, whole):
    reading = read_here(put(tmp_path, whole + bytes(5000), "a.pdf"))

    assert "The chair was told on line 15" in all_text(reading)
    assert not any(page.unread for page in reading.pages)
