"""The paper as a PDF: the contents name the right pages, headings stay with tables, rows are not cut."""

import io
from datetime import date

import pypdfium2

from store.pdf_paper import PdfPaper
from store.word_paper import Link


def paper():
    made = PdfPaper(title="A paper", subject="Figures", author="Pellingford Borough Council", day=date(2026, 11, 25))
    made.header_and_footer("Pellingford Borough Council", "DRAFT", "25 November 2026")
    return made


def pages_of(made):
    document = pypdfium2.PdfDocument(io.BytesIO(made.content()))
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def table(made, rows, *, widths=(4.0, 12.0), right=()):
    made.table(
        ("Name", "What"), [[[name], [what]] for name, what in rows], widths=widths, caption="Rows",
        description="One row for each.", right=right,
    )  # fmt: skip


def test_the_contents_say_on_which_page_each_part_is():
    made = paper()
    titles = [f"{number}. Part {number}" for number in range(1, 13)]
    made.contents([Link(title, f"part_{number}") for number, title in enumerate(titles)])
    for number, title in enumerate(titles):
        made.heading(title, 1, anchor=f"part_{number}")
        for place in range(number * 3):
            made.numbered(f"{number}.{place}", [f"A sentence of some length, said as number {place}. " * 4])
        table(made, [(f"Row {row}", "Words " * 30) for row in range(number)])

    first, *others = pages_of(made)

    for title in titles:
        (said,) = [line for line in first.splitlines() if line.startswith(f"{title} ")]
        page = int(said.removeprefix(title))
        assert title in [first, *others][page - 1].splitlines() or page == 1


def test_a_heading_is_on_the_page_where_its_table_begins_and_no_row_is_cut():
    for above in range(30, 38, 2):
        made = paper()
        for number in range(above):
            made.line(f"Line {number}.")
        made.heading("The searches", 1)
        table(made, [(f"Row {row}", f"begins {row} " + "word " * 150 + f"ends {row}") for row in range(4)])

        pages = pages_of(made)

        (of_heading,) = [place for place, words in enumerate(pages) if "The searches" in words]
        assert "begins 0" in pages[of_heading].replace("\n", " ")
        for row in range(4):
            (begins,) = [place for place, words in enumerate(pages) if f"begins {row}" in words.replace("\n", " ")]
            assert f"ends {row}" in pages[begins].replace("\n", " ")
        assert all(words.count("Name") <= 1 for words in pages)


def test_a_row_higher_than_a_page_is_cut_and_loses_no_word():
    made = paper()
    made.heading("The searches", 1)
    table(made, [("Row", " ".join(f"word{number}" for number in range(3_000)))])

    pages = pages_of(made)

    assert len(pages) > 1
    words = " ".join(pages).split()
    assert [word for word in words if word.startswith("word")] == [f"word{number}" for number in range(3_000)]
    assert "The searches" in pages[0]
    assert "word0" in pages[0]


def test_the_same_paper_gives_the_same_bytes_and_numbers_stand_at_the_right():
    papers = []
    for right in ((), (), (1,)):
        made = paper()
        made.contents([Link("Figures", "figures")])
        made.heading("Figures", 1, anchor="figures")
        table(made, [("Pages", "1,204")], right=right)
        papers.append(made.content())

    assert papers[0] == papers[1]
    places = [number_at(each) for each in papers]
    assert places[2] > places[0] + 200


def number_at(content):
    text = pypdfium2.PdfDocument(io.BytesIO(content))[0].get_textpage()
    searcher = text.search("1,204")
    index, _ = searcher.get_next()
    return text.get_charbox(index)[0]
