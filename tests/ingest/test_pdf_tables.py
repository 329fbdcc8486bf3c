"""Ruled tables: rows that the PDF's own order tears apart are set as lines, and nothing else is touched."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.formats.pdf_layer import PagePlane, read_layer
from ingest.formats.pdf_rules import Rules, rules_on
from ingest.formats.pdf_tables import ruled_rows, ruled_tables, torn_rows
from tests.ingest.reading_here import read_here

REGISTER = [
    ["Admitted", "Name", "From", "Left"],
    ["4 May 1961", "First child of the register", "Northtown", "1965"],
    ["6 June 1962", "Second child", "Southtown", "1966"],
    ["9 July 1963", "Third child", "Westtown", "1967"],
]
AS_ROWS = "Table, row by row:\nAdmitted\tName\tFrom\tLeft\n4 May 1961\tFirst child of the register\tNorthtown\t1965"
COLUMN, ROW, LEFT, TOP = 130, 40, 30, 780


def draw_rules(canvas: Canvas) -> None:
    for line in range(len(REGISTER) + 1):
        canvas.line(LEFT, TOP - line * ROW, LEFT + 4 * COLUMN, TOP - line * ROW)
    for line in range(5):
        canvas.line(LEFT + line * COLUMN, TOP, LEFT + line * COLUMN, TOP - len(REGISTER) * ROW)


def draw_cells(canvas: Canvas, *, by_column: bool) -> None:
    places = [(row, column) for row in range(len(REGISTER)) for column in range(4)]
    for row, column in sorted(places, key=lambda place: place[::-1] if by_column else place):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(LEFT + column * COLUMN + 5, TOP - row * ROW - 24, REGISTER[row][column])


def register(path: Path, *, by_column: bool = True, ruled: bool = True) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    if ruled:
        draw_rules(canvas)
    draw_cells(canvas, by_column=by_column)
    canvas.save()
    return path


def test_rows_that_the_order_of_the_pdf_tears_apart_are_set_as_lines(tmp_path):
    reading = read_here(register(tmp_path / "register.pdf"))

    assert AS_ROWS in reading.pages[0].text
    assert AS_ROWS not in (reading.pages[0].layer_text or "")
    assert any("row by row" in note for note in reading.notes)


def test_rows_that_stand_in_order_already_are_not_said_twice(tmp_path):
    reading = read_here(register(tmp_path / "register.pdf", by_column=False))

    assert "Table" not in reading.pages[0].text
    assert reading.notes == []


def test_columns_without_rules_are_left_as_they_are(tmp_path):
    assert "Table" not in read_here(register(tmp_path / "register.pdf", ruled=False)).pages[0].text


def test_a_table_on_a_page_that_is_shown_turned_is_read_as_it_is_shown(tmp_path):
    upright = register(tmp_path / "upright.pdf")
    with pikepdf.open(upright) as document:
        page = document.pages[0]
        # Drawn lying on its side, and shown upright by turning the page.
        page.contents_add(b"q 0 1 -1 0 842 0 cm", prepend=True)
        page.contents_add(b"Q")
        page.mediabox = [0, 0, 842, 842]
        page.Rotate = 90
        document.save(tmp_path / "turned.pdf")

    assert AS_ROWS in read_here(tmp_path / "turned.pdf").pages[0].text


def test_a_table_drawn_in_a_form_of_the_page_is_found(tmp_path):
    canvas = Canvas(str(tmp_path / "form.pdf"), pagesize=A4)
    canvas.beginForm("register")
    draw_rules(canvas)
    draw_cells(canvas, by_column=True)
    canvas.endForm()
    canvas.translate(20, -100)
    canvas.doForm("register")
    canvas.save()

    assert AS_ROWS in read_here(tmp_path / "form.pdf").pages[0].text


@pytest.mark.parametrize("thick", [0.5, 1.5])
def test_rules_drawn_as_thin_filled_boxes_are_rules(tmp_path, thick):
    """As spreadsheets draw them: each cell's borders by themselves."""
    canvas = Canvas(str(tmp_path / "sheet.pdf"), pagesize=A4)
    for row in range(len(REGISTER)):
        for column in range(4):
            left, top = LEFT + column * COLUMN, TOP - row * ROW
            for line in (top, top - ROW):
                canvas.rect(left, line - thick / 2, COLUMN, thick, stroke=0, fill=1)
            for line in (left, left + COLUMN):
                canvas.rect(line - thick / 2, top - ROW, thick, ROW, stroke=0, fill=1)
    draw_cells(canvas, by_column=True)
    canvas.save()

    assert AS_ROWS in read_here(tmp_path / "sheet.pdf").pages[0].text


def test_a_chart_has_rules_and_is_no_table(tmp_path):
    canvas = Canvas(str(tmp_path / "chart.pdf"), pagesize=A4)
    canvas.line(60, 200, 60, 500)
    canvas.line(60, 200, 500, 200)
    for bar in range(12):
        canvas.rect(70 + bar * 35, 200, 20, 20 + bar * 15, fill=1)
        canvas.drawString(70 + bar * 35, 185, f"month {bar}")
    canvas.save()

    assert "Table" not in read_here(tmp_path / "chart.pdf").pages[0].text


def test_a_drawing_of_very_many_strokes_is_no_table_and_takes_no_time(tmp_path):
    canvas = Canvas(str(tmp_path / "map.pdf"), pagesize=A4)
    path = canvas.beginPath()
    for number in range(15_000):
        path.moveTo(10 + number % 500, 10 + number // 40)
        path.lineTo(14 + number % 500, 10 + number // 40)
    canvas.drawPath(path)
    canvas.drawString(100, 820, "A map of the district with its parishes and the roads between them")
    canvas.save()
    with closing(pdfium.PdfDocument(tmp_path / "map.pdf")) as document, closing(document[0]) as page:
        rules = rules_on(page, PagePlane(page))

    assert rules.grid() is None
    assert "Table" not in read_here(tmp_path / "map.pdf").pages[0].text


@pytest.mark.parametrize("by_column", [True, False])
def test_the_rules_of_a_page_are_found_where_they_were_drawn(tmp_path, by_column):
    path = register(tmp_path / "register.pdf", by_column=by_column)
    with closing(pdfium.PdfDocument(path)) as document, closing(document[0]) as page:
        plane = PagePlane(page)
        rules, layer = rules_on(page, plane), read_layer(page, plane)

    grid = rules.grid()
    assert grid is not None
    assert grid.rows.tolist() == [round(A4[1] - TOP + line * ROW) for line in range(5)]
    assert grid.columns.tolist() == [LEFT + line * COLUMN for line in range(5)]
    assert ruled_tables(rules, layer.words)[1] == "\t".join(REGISTER[1])


@given(
    order=st.permutations(range(12)),
    filled=st.lists(st.integers(0, 3), min_size=12, max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_no_torn_row_is_missed_by_the_look_at_the_order_of_words(order, filled):
    """Four rows of three cells with none to three words each, the cells in any order."""
    lines = np.array([[50.0, 50 + 50 * line, 350.0, 50 + 50 * line] for line in range(5)])
    rules = Rules(400, 300, lines, np.array([[50.0 + 100 * line, 50, 50.0 + 100 * line, 250] for line in range(4)]))
    words = []
    for cell in order:
        x, y = 50 + 100 * (cell % 3), 50 + 50 * (cell // 3)
        for number in range(filled[cell]):
            left = (x + 5 + 30 * number) / 400
            words.append([left, (y + 20) / 300, left + 0.05, (y + 32) / 300, f"w{cell}n{number}", 100.0])
    text = " ".join(word[4] for word in words)

    torn = torn_rows(ruled_tables(rules, words), text)

    assert torn_rows(ruled_rows(rules, words) if words else [], text) == torn
