"""The PDF says of every piece of its pages what it is: nothing untold, nothing told twice, tables whole."""

import io
from datetime import date

import pikepdf
import pytest

from store.pdf_paper import PdfPaper
from store.word_paper import Link


def paper():
    made = PdfPaper(title="A paper", subject="Figures", author="Cyngor Tŷ Gwŷr", day=date(2026, 11, 25))
    made.header_and_footer("Cyngor Tŷ Gwŷr", "DRAFT", "25 November 2026")
    made.line("Cyngor Tŷ Gwŷr", style="Subtitle")
    made.title("A paper")
    made.contents([Link("1. Figures", "figures"), Link("2. Rows", "rows")])
    made.heading("1. Figures", 1, anchor="figures")
    made.numbered("1.1", ["It is set out in ", Link("the rows", "rows"), "."], lead="The authority says.")
    for number in range(2, 60):
        made.numbered(f"1.{number}", [f"Sentence {number} of some length. " * 5])
    made.new_section(landscape=True)
    made.heading("2. Rows", 1, anchor="rows")
    made.table(
        ("Name", "Hash"), [[[f"Row {number}"], ["0123456789abcdef" * 4 + f"{number}"]] for number in range(70)],
        widths=(5.0, 3.0), caption="Rows", description="One row for each.",
    )  # fmt: skip
    return made.content()


@pytest.fixture(scope="module")
def pdf():
    with pikepdf.open(io.BytesIO(paper())) as opened:
        yield opened


def elements(element):
    yield element
    for kid in element.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem":
            yield from elements(kid)


def of_type(pdf, tag):
    return [each for each in elements(pdf.Root.StructTreeRoot.K) if tag == each.S]


def test_every_piece_of_a_page_is_marked_once_and_leads_to_what_it_belongs_to(pdf):
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = {int(numbers[place]): numbers[place + 1] for place in range(0, len(numbers), 2)}
    for page in pdf.pages:
        marks, depth = [], 0
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC":
                    marks.append(int(operands[1]["/MCID"]))
                    depth += 1
                case "BMC":
                    assert operands[0] == "/Artifact"
                    depth += 1
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ" | "'" | "S" | "f" | "re" | "l":
                    assert depth == 1, operator
        assert depth == 0
        assert marks == list(range(len(marks)))
        of_page = parents[int(page.StructParents)]
        assert len(of_page) == len(marks)
        for number in marks:
            kids = [kid for kid in of_page[number].K if kid.get("/Type") == "/MCR" and number == kid.MCID]
            assert any(kid.Pg.objgen == page.obj.objgen for kid in kids)


def test_headings_contents_and_paragraphs_are_read_in_their_order(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    read = [(str(each.S), str(each.get("/ActualText", ""))) for each in pdf.Root.StructTreeRoot.K.K]

    assert read[:5] == [("/P", "Cyngor Tŷ Gwŷr"), ("/H1", "A paper"), ("/TOC", ""), ("/H2", "1. Figures"), ("/P", "")]
    assert read[5][1].startswith("1.2 Sentence 2 of some length. Sentence 2")
    assert [each[0] for each in read[-2:]] == ["/H2", "/Table"]
    assert len(of_type(pdf, "/TOCI")) == 2


def test_a_table_has_its_heading_cells_once_on_however_many_pages(pdf):
    (table,) = of_type(pdf, "/Table")

    rows = [[str(cell.S) for cell in row.K] for row in table.K]
    assert rows == [["/TH", "/TH"], *([["/TD", "/TD"]] * 70)]
    assert [str(each.A.Scope) for each in of_type(pdf, "/TH")] == ["/Column", "/Column"]
    assert (str(table.T), str(table.A.Summary)) == ("Rows", "One row for each.")
    pages = {each.Pg.objgen for row in table.K for cell in row.K for each in cell.K}
    assert len(pages) > 1
    # Broken over two lines on the page, and heard as one.
    assert str(table.K[1].K[1].ActualText) == "0123456789abcdef" * 4 + "0"


def test_every_link_is_in_the_tree_where_it_stands(pdf):
    links = of_type(pdf, "/Link")
    annotations = [each for page in pdf.pages for each in page.get("/Annots", [])]

    assert len(links) == len(annotations) == 3
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = {int(numbers[place]): numbers[place + 1] for place in range(0, len(numbers), 2)}
    for annotation in annotations:
        link = parents[int(annotation.StructParent)]
        assert link.K[0].Obj.objgen == annotation.objgen
        assert str(link.P.S) == "/P"


def test_a_tagged_paper_is_the_same_bytes_every_time():
    assert paper() == paper()
