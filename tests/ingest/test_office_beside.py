"""What stands in office files beside their text and cells: formulas without results, heads, boxes, insertions."""

import io
import re
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter

from ingest.reading import UnreadableFile
from tests.ingest.reading_here import all_text, read_here

DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:sp><xdr:txBody>
 <a:p><a:r><a:t>Ask the </a:t></a:r><a:r><a:t>Area Officer</a:t></a:r></a:p>
 <a:p><a:r><a:t>before Friday</a:t></a:r></a:p>
</xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"""
RELATION = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/>
</Relationships>"""
ODF = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<office:body><office:text><text:tracked-changes>{changes}</text:tracked-changes>{text}</office:text></office:body>"
    "</office:document-content>"
)
CHANGE = (
    '<text:changed-region text:id="{id}"><text:{kind}><office:change-info><dc:creator>{who}</dc:creator>'
    "<dc:date>1998-05-04T10:00:00</dc:date></office:change-info>{words}</text:{kind}></text:changed-region>"
)


def workbook(tmp_path: Path) -> tuple[openpyxl.Workbook, Path]:
    made = openpyxl.Workbook()
    made.active.title = "Costs"
    return made, tmp_path / "a.xlsx"


def with_parts(path: Path, parts: dict[str, str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            if name in parts:
                continue
            after.writestr(name, before.read(name))
        for name, text in parts.items():
            after.writestr(name, text)
    path.write_bytes(out.getvalue())


def odt(path: Path, *, changes: str, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        package.writestr("content.xml", ODF.format(changes=changes, text=text))
    return path


def test_a_formula_without_a_stored_value_is_shown_as_what_it_is(tmp_path):
    made, path = workbook(tmp_path)
    made.active.append([120, 80, "=SUM(A1:B1)"])
    made.create_sheet("Plain").append(["nothing to work out"])
    made.save(path)

    reading = read_here(path)

    assert "120\t80\t[no stored value: =SUM(A1:B1)]" in all_text(reading)
    assert "The results of 1 formulas are not kept" in " ".join(reading.notes)


def test_a_formula_whose_value_is_stored_reads_as_its_value(tmp_path):
    made, path = workbook(tmp_path)
    made.active.append([120, 80, "=SUM(A1:B1)"])
    made.save(path)
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    stored = re.sub(r"</f>\s*<v\s*/>|</f>\s*<v>\s*</v>|</f>(?=</c>)", "</f><v>200</v>", sheet)
    assert stored != sheet
    with_parts_replaced(path, "xl/worksheets/sheet1.xml", stored)

    reading = read_here(path)

    assert "120\t80\t200" in all_text(reading)
    assert "no stored value" not in all_text(reading)
    assert reading.notes == []


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ('<f t="shared" si="0" ref="A3:A4">A1+"x</f>', '=A1+"x'),
        ('<f t="shared" si="0" ref="A3:A4">SUM(A1)}</f>', "=SUM(A1)}"),
        ('<f t="dataTable" foo="1"/>', "a value of a data table"),
        ('<f t="shared" si="7"/>', "a shared formula that is not in the file"),
        ('<f t="array">SUM(A1)</f>', "=SUM(A1)"),
    ],
)
def test_a_malformed_formula_does_not_take_the_cells_with_it(tmp_path, formula, shown):
    made, path = workbook(tmp_path)
    for text in ("Told the matron", "twice", "=1+1", "=2+2"):
        made.active.append([text])
    made.save(path)
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>1+1</f>" in sheet
    malformed = sheet.replace("<f>1+1</f>", formula).replace("<f>2+2</f>", '<f t="shared" si="0"/>')
    with_parts_replaced(path, "xl/worksheets/sheet1.xml", malformed)

    reading = read_here(path)

    assert "Told the matron\ntwice\n" in all_text(reading)
    assert f"[no stored value: {shown}]" in all_text(reading)
    assert "The results of 2 formulas are not kept" in " ".join(reading.notes)


def test_cells_that_share_a_formula_say_where_it_stands_whether_or_not_they_name_their_places(tmp_path):
    made, path = workbook(tmp_path)
    made.active.append(["=A2*2", 7])
    made.active.append(["=A3*2", 8])
    made.save(path)
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    first = '<f t="shared" si="0" ref="A1:A2">A2*2</f><v>14</v>'
    sharing = re.sub(r"<f>A2\*2</f>\s*(<v\s*/>|<v>\s*</v>)", first, sheet)
    sharing = sharing.replace("<f>A3*2</f>", '<f t="shared" si="0"/>')
    assert sharing.count('si="0"') == 2
    for text in (sharing, re.sub(r' r="[A-Z]*[0-9]+"', "", sharing)):
        with_parts_replaced(path, "xl/worksheets/sheet1.xml", text)

        reading = read_here(path)

        assert "14\t7\n[no stored value: as in A1: =A2*2]\t8" in all_text(reading)
        assert "The results of 1 formulas are not kept" in " ".join(reading.notes)


@pytest.mark.parametrize("fault", [UnreadableFile("bomb"), UnreadableFile("damaged"), MemoryError(), ValueError()])
def test_where_formulas_cannot_be_read_the_cells_are_and_a_note_says_so(tmp_path, monkeypatch, fault):
    made, path = workbook(tmp_path)
    made.active.append(["Told the matron", "=1+1"])
    made.save(path)

    def fail(*_):
        raise fault

    monkeypatch.setattr("ingest.formats.excel_apart._formulas_of", fail)
    reading = read_here(path)

    assert "Told the matron" in all_text(reading)
    assert "The formulas on sheet Costs could not be read" in " ".join(reading.notes)


def with_parts_replaced(path: Path, name: str, text: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out, "w") as after:
        for each in before.namelist():
            after.writestr(each, text if each == name else before.read(each))
    path.write_bytes(out.getvalue())


def test_the_head_and_foot_of_a_sheet_are_read_without_their_codes(tmp_path):
    made, path = workbook(tmp_path)
    made.active.append(["a cell"])
    made.active.oddHeader.left.text = "Confidential: Larkfold House"
    made.active.oddFooter.center.text = "Page &P of &N"
    made.active.firstFooter.right.text = "Seen by the Matron"
    made.active.sheet_state = "visible"
    made.save(path)

    page = next(page for page in read_here(path).pages if page.heading == "Headers and footers on Sheet Costs")

    assert "Header: Confidential: Larkfold House" in page.text
    assert "Footer of the first page: Seen by the Matron" in page.text
    assert "&" not in page.text


def test_the_words_of_a_text_box_stand_with_their_sheet(tmp_path):
    made, path = workbook(tmp_path)
    made.active.append(["a cell"])
    made.save(path)
    with_parts(path, {"xl/worksheets/_rels/sheet1.xml.rels": RELATION, "xl/drawings/drawing1.xml": DRAWING})

    page = next(page for page in read_here(path).pages if page.heading == "Text boxes on Sheet Costs")

    assert "Ask the Area Officer / before Friday" in page.text


@pytest.mark.parametrize(("rubbish", "noted"), [("\x00", True), ("", False), ("<xdr:wsDr/>", False)])
def test_a_damaged_drawing_does_not_take_the_cells_with_it(tmp_path, rubbish, noted):
    made, path = workbook(tmp_path)
    made.active.append(["a cell"])
    made.save(path)
    with_parts(path, {"xl/worksheets/_rels/sheet1.xml.rels": RELATION, "xl/drawings/drawing1.xml": rubbish})

    reading = read_here(path)

    assert "a cell" in all_text(reading)
    assert ("a drawing on sheet Costs" in reading.pages[-1].text) == noted


def test_insertions_and_deletions_of_opendocument_are_listed_with_their_words(tmp_path):
    changes = CHANGE.format(id="c1", kind="insertion", who="A Clerk", words="")
    changes += CHANGE.format(id="c2", kind="deletion", who="B Warden", words="<text:p>was not told</text:p>")
    changes += CHANGE.format(id="c3", kind="insertion", who="C Matron", words="")
    text = (
        '<text:p>The panel <text:change-start text:change-id="c1"/>met<text:s/>on <text:span>Monday</text:span>'
        "</text:p>"
        '<text:p>and<text:change-end text:change-id="c1"/> rose.<text:change text:change-id="c2"/></text:p>'
        '<text:p><text:change-start text:change-id="c3"/>All<text:tab/>present'
        '<text:change-end text:change-id="c3"/>.</text:p>'
    )

    reading = read_here(odt(tmp_path / "a.odt", changes=changes, text=text))

    listed = next(page for page in reading.pages if page.heading == "Tracked changes").text
    assert "Inserted by A Clerk, 1998-05-04T10:00:00: met on Monday / and" in listed
    assert "Deleted by B Warden, 1998-05-04T10:00:00: was not told" in listed
    assert "Inserted by C Matron, 1998-05-04T10:00:00: All present" in listed
    assert "rose" not in listed
    assert "The panel met on Monday" in all_text(reading)


def test_an_insertion_that_never_ends_is_cut_and_the_text_is_whole(tmp_path):
    changes = CHANGE.format(id="c1", kind="insertion", who="A Clerk", words="")
    words = " ".join(f"word{number}" for number in range(4000))
    lines = "".join(f"<text:p>{word}</text:p>" for word in words.split())
    text = f'<text:p><text:change-start text:change-id="c1"/></text:p>{lines}'

    reading = read_here(odt(tmp_path / "a.odt", changes=changes, text=text))

    assert "word3999" in all_text(reading)
    listed = "\n".join(page.text for page in reading.pages if page.heading == "Tracked changes")
    assert "word3999" not in listed
    assert "word100" in listed


OLD_DRAWING = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
 <v:shape id="a"><v:textbox style='mso-direction-alt:auto'><div style='text-align:left'><font face="Tahoma">Keep from
  the </font><b>review panel</b><br>until June</div></v:textbox><x:ClientData ObjectType="Rect"/></v:shape>
 <v:shape id="b"><v:textpath string="STRICTLY  PRIVATE"/></v:shape></xml>"""


def test_words_in_drawings_of_before_2007_are_read_though_their_markup_is_loose(tmp_path):
    made, path = workbook(tmp_path)
    made.active["A1"] = "Total"
    made.save(path)
    relation = RELATION.replace('/drawing"', '/vmlDrawing"').replace("drawing1.xml", "vmlDrawing1.vml")
    with_parts(path, {"xl/worksheets/_rels/sheet1.xml.rels": relation, "xl/drawings/vmlDrawing1.vml": OLD_DRAWING})

    text = all_text(read_here(path))

    assert "Keep from the review panel / until June" in text
    assert "STRICTLY PRIVATE" in text


def test_the_caption_of_a_button_is_read_and_a_comment_stands_once(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        sheet = made.add_worksheet("Costs")
        sheet.write("A1", "Total")
        sheet.insert_button("B3", {"caption": "Send to the Area Officer", "macro": "say"})
        sheet.write_comment("A1", "Ask the matron first", {"author": "M. Lowe"})

    text = all_text(read_here(tmp_path / "a.xlsx"))

    assert "Send to the Area Officer" in text
    assert text.count("Ask the matron first") == 1


def test_lettering_and_boxes_of_before_2007_in_word_are_read_once(tmp_path):
    shapes = (
        '<w:r xmlns:v="urn:schemas-microsoft-com:vml"><w:pict>'
        '<v:shape><v:textpath string="NOT FOR DISCLOSURE"/></v:shape>'
        "<v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>Seen by the matron</w:t></w:r></w:p></w:txbxContent>"
        "</v:textbox></v:shape><v:shape><v:textbox><div>Copy to the <b>chair</b></div></v:textbox></v:shape>"
        "</w:pict></w:r>"
    )
    document = docx.Document()
    document.add_paragraph("The minutes")
    document.save(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        body = package.read("word/document.xml").decode()
    with_parts(tmp_path / "a.docx", {"word/document.xml": body.replace("</w:p>", f"{shapes}</w:p>", 1)})

    text = all_text(read_here(tmp_path / "a.docx"))

    for words in ("NOT FOR DISCLOSURE", "Seen by the matron", "Copy to the chair"):
        assert text.count(words) == 1, words
