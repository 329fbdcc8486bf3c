"""What Office files keep where no page shows it: rows of pivot tables, charts, diagrams, links, properties."""

import io
import re
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.reading import FileReading
from tests.ingest.archive_making import spoilt, stored
from tests.ingest.reading_here import all_text, missing, put, read_here

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
CACHE, RECORDS = (f"xl/pivotCache/pivotCache{kind}1.xml" for kind in ("Definition", "Records"))
DEFINITION = f"""<pivotCacheDefinition {MAIN}><cacheSource type="worksheet">
<worksheetSource ref="A1:C4" sheet="Visits"/></cacheSource><cacheFields count="4">
<cacheField name="Visitor"><sharedItems><s v="M. Lowe"/><s v="T. Ashdown"/>
<s v="R. Former"/></sharedItems></cacheField><cacheField name="Day"><sharedItems/></cacheField>
<cacheField name="Miles"><sharedItems/></cacheField><cacheField name="Worked out" databaseField="0"/></cacheFields>
</pivotCacheDefinition>"""
ROWS = f"""<pivotCacheRecords {MAIN}><r><x v="0"/><d v="1974-03-12T00:00:00"/><n v="12"/></r>
<r><x v="1"/><d v="1974-03-13T00:00:00"/><n v="7.5"/></r><r><x v="999999999999"/><m/><m/></r></pivotCacheRecords>"""


def relation(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def added(data: bytes, parts: dict[str, str]) -> bytes:
    """The package with these parts beside its own, or in place of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        whole = {name: package.read(name) for name in package.namelist()}
    return stored(whole | {name: text.encode() for name, text in parts.items()})


def workbook(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_cache(data: bytes, *, definition: str = DEFINITION, records: str = ROWS) -> bytes:
    return added(
        data,
        {
            CACHE: definition,
            RECORDS: records,
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": relation(
                "pivotCacheRecords", "pivotCacheRecords1.xml"
            ),
        },
    )


def under(reading: FileReading, heading: str) -> str:
    return "\n".join(page.text for page in reading.pages if page.heading == heading)


def test_rows_of_a_deleted_sheet_are_read_from_the_pivot_table_that_keeps_them(tmp_path):
    reading = read_here(put(tmp_path, with_cache(workbook(("Nothing here",))), "a.xlsx"))

    assert under(reading, "Rows kept by pivot tables") == (
        "Kept from the sheet Visits, the cells A1:C4\nVisitor\tDay\tMiles\nM. Lowe\t12/03/1974\t12\n"
        "T. Ashdown\t13/03/1974\t7.5\nOther values kept for Visitor: R. Former"
    )
    assert [page.number for page in reading.pages] == [1, 2]
    assert not any(page.unread for page in reading.pages)


def test_rows_that_stand_in_cells_are_not_told_again(tmp_path):
    cells = workbook(("", "Visitor", "Day", "Miles"), ("", "m. lowe", "12/03/1974", 12), ("", "R. Former", "", 1))

    told = under(read_here(put(tmp_path, with_cache(cells), "a.xlsx")), "Rows kept by pivot tables")

    assert "M. Lowe" not in told
    assert "R. Former" not in told
    assert "T. Ashdown\t13/03/1974\t7.5" in told


def test_a_pivot_table_whose_rows_all_stand_in_cells_adds_no_page(tmp_path):
    rows = ROWS.replace('<r><x v="1"/><d v="1974-03-13T00:00:00"/><n v="7.5"/></r>', '<r><x v="2"/><m/><n v="1"/></r>')
    cells = workbook(("Visitor", "Day", "Miles"), ("M. Lowe", "12/03/1974", 12), ("R. Former", "", 1), ("T. Ashdown",))

    assert len(read_here(put(tmp_path, with_cache(cells, records=rows), "a.xlsx")).pages) == 1


@pytest.mark.parametrize(("part", "left"), [(CACHE, "Still here"), (RECORDS, "R. Former")])
def test_a_damaged_pivot_cache_costs_itself_alone(tmp_path, part, left):
    data = spoilt(with_cache(workbook(("Still here",))), part)

    reading = read_here(put(tmp_path, data, "a.xlsx"))

    assert left in all_text(reading)
    assert f"rows kept by a pivot table, in {CACHE}" in missing(reading)


def test_rows_up_to_where_the_markup_breaks_off_are_read(tmp_path):
    data = with_cache(workbook(("Still here",)), records=ROWS[: ROWS.index("7.5")])

    reading = read_here(put(tmp_path, data, "a.xlsx"))

    assert "M. Lowe\t12/03/1974\t12" in all_text(reading)
    assert "rows kept by a pivot table" in missing(reading)


def test_a_chart_tells_its_titles_and_only_what_no_cell_shows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Costs")
        sheet.write_column("A1", ["East wing", "West wing"])
        sheet.write_column("B1", [10, 20])
        chart = made.add_chart({"type": "column"})
        series = {"categories": "=Costs!$A$1:$A$2", "values": "=Costs!$B$1:$B$2", "name": "Nights paid"}
        chart.add_series(series)
        chart.add_series({key: value for key, value in series.items() if key != "name"})
        chart.set_title({"name": "Beds by wing"})
        chart.set_y_axis({"name": "Number of beds"})
        sheet.insert_chart("D1", chart, {"description": "Two bars, the west one higher"})

    reading = read_here(path)

    told = under(reading, "Charts")
    assert told.splitlines()[:2] == ["Beds by wing", "Number of beds"]
    assert told.count("East wing\t10") == 1
    assert "Series: Nights paid" in told
    assert under(reading, "Descriptions of pictures and shapes") == "Two bars, the west one higher"


def test_a_slide_of_a_chart_alone_is_read_and_one_taken_out_is_still_met(tmp_path):
    deck = pptx.Presentation()
    for title in ("Placements", "Former homes"):
        data = CategoryChartData()
        data.categories = [f"{title} north", f"{title} south"]
        data.add_series(title, (3, 4.5))
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        shapes.add_chart(XL_CHART_TYPE.PIE, Inches(1), Inches(1), Inches(4), Inches(3), data)
    listed = deck.slides._sldIdLst
    listed.remove(listed[1])
    deck.save(tmp_path / "a.pptx")

    first, second = read_here(tmp_path / "a.pptx").pages

    assert not first.unread
    assert "Series: Placements\nPlacements north\t3\nPlacements south\t4.5" in first.text
    assert "Former homes south\t4.5" in second.text
    assert second.heading == "Slide 2 (taken out of the presentation, and still in the file)"


def test_a_word_document_tells_diagrams_charts_descriptions_and_properties(tmp_path):
    made = docx.Document()
    made.add_paragraph("The plan")
    made.core_properties.subject, made.core_properties.title = "Closing Ashdown House", "the PLAN"
    made.save(tmp_path / "whole.docx")
    data = (tmp_path / "whole.docx").read_bytes()
    c = f'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" {A}'
    custom = '<p xmlns:vt="urn:vt"><property name="Case"><vt:lpwstr>AH 17</vt:lpwstr></property></p>'
    parts = {
        "word/diagrams/data1.xml": f'<d:m xmlns:d="urn:d" {A}><d:pt><a:p><a:t>Area </a:t><a:t>Officer</a:t>'
        "</a:p></d:pt></d:m>",
        "word/charts/chart1.xml": f"<c:chartSpace {c}><c:ser><c:cat><c:pt idx='0'><c:v>1974</c:v></c:pt>"
        "</c:cat></c:ser></c:chartSpace>",
        "word/header9.xml": '<h xmlns:wp="urn:wp"><wp:docPr descr="A gate with a sign"/></h>',
        "docProps/custom.xml": custom,
    }
    path = put(tmp_path, added(data, parts), "a.docx")

    pages = {page.heading: page.text for page in read_here(path).pages}

    assert pages["Diagrams"] == "Area Officer"
    assert pages["Charts"] == "1974"
    assert pages["Descriptions of pictures and shapes"] == "A gate with a sign"
    assert pages["Properties"] == "Subject: Closing Ashdown House\nCase: AH 17"


def test_links_old_values_names_lists_and_sheets_in_no_list_are_read(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["In a cell"])
    made.create_sheet("Gone").append(["On the sheet taken out"])
    rule = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"Admitted,Absconded"', prompt="Ask")
    rule.add("B1:B9")
    made.active.add_data_validation(rule)
    made.defined_names["Matron"] = openpyxl.workbook.defined_name.DefinedName("Matron", attr_text='"M. Lowe"')
    made.save(tmp_path / "whole.xlsx")
    whole = (tmp_path / "whole.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as package:
        book = package.read("xl/workbook.xml").decode()
    kept = re.sub(r'<sheet [^>]*name="Gone"[^>]*/>', "", book)
    assert kept != book
    link = (
        f'<externalLink {MAIN}><externalBook><sheetNames><sheetName val="Staff"/></sheetNames><sheetDataSet>'
        '<sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>Dismissed 1975</v></cell>'
        '<cell r="B1"><v>4</v></cell></row>'
        '<row r="2"><cell r="A2" t="str"><v>In a cell</v></cell></row></sheetData>'
        "</sheetDataSet></externalBook></externalLink>"
    )
    parts = {
        "xl/externalLinks/externalLink1.xml": link,
        "xl/externalLinks/_rels/externalLink1.xml.rels": relation("externalLinkPath", "file:///S:/Staff%20list.xls"),
        "xl/revisions/revisionLog1.xml": f'<revisions {MAIN}><rcc><oc r="A1" t="inlineStr"><is><t>Before</t>'
        "</is></oc></rcc></revisions>",
        "xl/workbook.xml": kept,
    }
    path = put(tmp_path, added(whole, parts), "a.xlsx")

    reading = read_here(path)

    assert under(reading, "Values kept of linked workbooks") == (
        "From file:///S:/Staff list.xls, sheet Staff\nDismissed 1975\t4"
    )
    assert under(reading, "Tracked changes") == "Replaced or deleted in A1: Before"
    assert under(reading, "Named values") == 'Matron: "M. Lowe"'
    assert "B1:B9: Ask | choice of Admitted,Absconded" in all_text(reading)
    taken_out = "Sheet in sheet2.xml (taken out of the workbook, and still in the file)"
    assert "On the sheet taken out" in under(reading, taken_out)


def test_a_damaged_chart_costs_itself_alone(tmp_path):
    path = Path(tmp_path / "whole.xlsx")
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Costs")
        sheet.write_column("A1", [10, 20])
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=Costs!$A$1:$A$2"})
        sheet.insert_chart("D1", chart)

    reading = read_here(put(tmp_path, spoilt(path.read_bytes(), "xl/charts/chart1.xml"), "a.xlsx"))

    assert "10\n20" in all_text(reading)
    assert "xl/charts/chart1.xml" in missing(reading)


def far_below(data: bytes) -> bytes:
    """The workbook with a cell in a row further down than Excel has any."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    far = '<row r="999999999"><c r="A999999999" t="str"><v>far</v></c></row></sheetData>'
    return added(data, {"xl/worksheets/sheet1.xml": sheet.replace("</sheetData>", far)})


def test_a_cell_far_below_costs_a_pivot_table_no_time(tmp_path):
    reading = read_here(put(tmp_path, far_below(with_cache(workbook(("Visitor", "Day", "Miles")))), "far.xlsx"))

    assert "M. Lowe" in under(reading, "Rows kept by pivot tables")


def test_old_values_and_linked_rows_are_told_though_their_words_stand_in_other_cells(tmp_path):
    old = f'<revisions {MAIN}><rcc><oc r="C7" t="inlineStr"><is><t>Absconded</t></is></oc></rcc></revisions>'
    cells = "".join(f'<cell r="{at}1" t="str"><v>{words}</v></cell>' for at, words in (("A", "M. Lowe"), ("B", "Left")))
    link = (
        f'<externalLink {MAIN}><externalBook><sheetNames><sheetName val="Staff"/></sheetNames><sheetDataSet>'
        f'<sheetData sheetId="0"><row r="1">{cells}</row></sheetData></sheetDataSet></externalBook></externalLink>'
    )
    parts = {"xl/revisions/revisionLog1.xml": old, "xl/externalLinks/externalLink1.xml": link}
    data = added(workbook(("M. Lowe", "Promoted"), ("T. Ash", "Left"), ("B. Other", "Absconded")), parts)

    reading = read_here(put(tmp_path, data, "old.xlsx"))

    assert under(reading, "Tracked changes") == "Replaced or deleted in C7: Absconded"
    assert "M. Lowe\tLeft" in under(reading, "Values kept of linked workbooks")


def test_what_is_said_of_a_picture_does_not_make_an_empty_workbook_read(tmp_path):
    drawing = '<d xmlns:x="urn:x"><x:cNvPr id="1" name="p" descr="A photograph of the yard"/></d>'

    reading = read_here(put(tmp_path, added(workbook(), {"xl/drawings/drawing1.xml": drawing}), "picture.xlsx"))

    assert "A photograph of the yard" in all_text(reading)
    assert [page.reason for page in reading.pages if page.unread] == ["blank: the workbook has no text"]


def test_a_slide_that_was_taken_out_and_is_damaged_costs_none_of_the_others(tmp_path):
    deck = pptx.Presentation()
    for title in ("Kept", "Taken out"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    slides = deck.slides._sldIdLst
    slides.remove(slides[1])
    out = io.BytesIO()
    deck.save(out)

    reading = read_here(put(tmp_path, spoilt(out.getvalue(), "ppt/slides/_rels/slide2.xml.rels"), "deck.pptx"))

    assert "Kept" in all_text(reading)
    assert "ppt/slides/slide2.xml" in missing(reading)


def test_a_value_of_a_newer_chart_stands_beside_its_own_label(tmp_path):
    labels = "".join(f'<cx:pt idx="{place}">{label}</cx:pt>' for place, label in enumerate("ABC"))
    chart = (
        '<cx:s xmlns:cx="urn:c"><cx:chartData><cx:data id="0">'
        f'<cx:strDim><cx:lvl ptCount="3">{labels}</cx:lvl></cx:strDim>'
        '<cx:numDim><cx:lvl ptCount="3"><cx:pt idx="2">99</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData></cx:s>'
    )

    reading = read_here(put(tmp_path, added(workbook(("n",)), {"xl/charts/chartEx1.xml": chart}), "newer.xlsx"))

    assert "C\t99" in under(reading, "Charts")


def test_a_property_is_told_unless_its_words_stand_in_the_text_by_themselves(tmp_path):
    document = docx.Document()
    document.add_paragraph("The total was told to Al Ash")
    out = io.BytesIO()
    document.save(out)
    custom = "".join(
        f'<property name="{name}"><vt:lpwstr>{value}</vt:lpwstr></property>'
        for name, value in (("Ward", "Tot"), ("Chair", "Al Ash"))
    )

    reading = read_here(
        put(tmp_path, added(out.getvalue(), {"docProps/custom.xml": f'<p xmlns:vt="urn:vt">{custom}</p>'}), "p.docx")
    )

    assert "Ward: Tot" in under(reading, "Properties")
    assert "Chair" not in under(reading, "Properties")
