import hashlib
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import pdfplumber
import pytest
from docx.oxml.ns import qn
from sqlalchemy import select

from failings.self_report import SIGNATORIES, make_self_report
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotPermittedError
from store.leaving import let_go

SOFFICE = shutil.which("soffice")
AUTHORITY = "Made-up Borough Council"


@pytest.fixture
def write(session, lawyer, tmp_path):
    def make(name="report.docx", actor=None, **changes):
        out, by = tmp_path / name, actor or lawyer
        named = {"title": "Where we fell short", "authority": AUTHORITY} | changes
        made = make_self_report(session, **named, actor=by)
        let_go(session, made.document, actor=by.name)
        out.write_bytes(made.document.content)
        return out, made

    return make


def texts(out: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(out)).paragraphs]


def cells(out: Path, caption: str) -> list[list[str]]:
    for table in docx.Document(str(out)).tables:
        if table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == caption:
            return [[cell.text for cell in row.cells] for row in table.rows]
    raise AssertionError(caption)


def test_each_failing_says_what_should_have_happened_what_did_and_how_it_is_known(record, add, write):
    add()

    out, report = write()

    body = "\n".join(texts(out))
    for words in (
        "1.2\tWhat should have happened. An officer should have visited every month",
        "1.3\tThe policy then in force. Instruction 14",
        "1.4\tWhat did happen. No visit is recorded in 27 of the 40 months.",
        "1.5\tEvidence. [R000012 p. 3] The register of visits, which ends in May 1978.",
        "1.6\tCertainty. Established: the records show it.",
        "1.7\tOwner. Director of children's services. Action: Visits are now checked",
        "Due by 31 March 2027.",
        "Period: 1 March 1978 to 30 June 1981.",
    ):
        assert words in body
    assert (report.failings, report.evidence, report.withheld) == (1, 1, 0)


def test_the_paragraphs_counted_are_the_paragraphs_numbered_each_once(record, add, write):
    add()
    add(did_happen="First.\n\nSecond.\nThird.", evidence=[("R000012", 1, ""), ("R000012", 2, "")])

    out, report = write()

    numbers = [found[1] for text in texts(out) if (found := re.match(r"((?:[A-Z]|[0-9]+)\.[0-9]+)\t", text))]
    assert len(numbers) == report.paragraphs == len(set(numbers))
    assert [number for number in numbers if number.startswith("2.")] == [f"2.{place}" for place in range(1, 12)]


def test_every_link_leads_somewhere_and_every_number_can_be_linked_to(record, add, write):
    add()
    add(evidence=[("R000012", 3, "again"), ("R000012", 1, "")])

    out, report = write()

    document = docx.Document(str(out)).element
    names = [mark.get(qn("w:name")) for mark in document.iter(qn("w:bookmarkStart"))]
    targets = {link.get(qn("w:anchor")) for link in document.iter(qn("w:hyperlink"))}
    assert len(names) == len(set(names))
    assert targets <= set(names)
    assert len([name for name in names if name.startswith("paragraph_")]) == report.paragraphs
    assert all(len(name) <= 40 for name in names)


def test_the_index_lists_each_page_once_with_every_paragraph_that_cites_it(record, make_record, add, write):
    make_record(7, title="Minutes of Tŷ Gwŷr", day=date(1981, 3, 1), precision="month")
    add(evidence=[("R000012", 3, ""), ("R000007", 2, "")])
    add(evidence=[("R000012", 3, "")])

    out, report = write()

    assert cells(out, "Index of evidence")[1:] == [
        ["R000007", "Minutes of Tŷ Gwŷr", "March 1981", "2", "1.6", ""],
        ["R000012", "Memorandum to the Area Officer", "8 May 1992", "3", "1.5, 2.5", ""],
    ]
    assert report.evidence == 2


def test_a_section_keeps_the_number_of_its_failing(record, add, write):
    add()
    add(title="Minutes were not kept")

    schedule = cells(write()[0], "Schedule of failings and actions")

    assert [(row[0], row[1]) for row in schedule[1:]] == [
        ("1", "Visits to the home were not made"),
        ("2", "Minutes were not kept"),
    ]


def test_it_is_a_draft_for_sign_off_on_every_page_and_says_who_signs(record, add, write):
    add()

    out, _ = write()

    section = docx.Document(str(out)).sections[0]
    assert "DRAFT FOR SIGN-OFF" in "".join(line.text for line in section.header.paragraphs)
    assert all(item.header.is_linked_to_previous for item in list(docx.Document(str(out)).sections)[1:])
    footer = section.footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert [row[0] for row in cells(out, "Sign-off")[1:]] == list(SIGNATORIES)
    assert any("wording of any acceptance" in text for text in texts(out))


def test_headings_tables_and_language_are_what_assistive_software_needs(record, add, write):
    add()

    document = docx.Document(str(write()[0]))

    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Title") == 1
    assert {"Heading 1", "Heading 2"} <= set(styles)
    assert document.core_properties.language == "en-GB"
    assert document.core_properties.title == "Where we fell short"
    assert {item.get(qn("w:val")) for item in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_same_register_gives_the_same_file_and_the_trail_has_its_hash(session, record, add, write, lawyer):
    add()

    out, report = write()
    again, second = write("again.docx")

    assert out.read_bytes() == again.read_bytes()
    assert [report.document.sha256] * 2 == [second.document.sha256, hashlib.sha256(out.read_bytes()).hexdigest()]
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert (event.action, event.actor) == ("failing.self-report-exported", lawyer.name)
    assert report.document.sha256 in event.detail


def test_the_names_of_those_who_work_here_are_not_in_it(record, add, write, lawyer):
    add()

    out, _ = write()

    assert lawyer.name not in "".join(texts(out))
    assert lawyer.name not in docx.Document(str(out)).core_properties.author


def test_a_privileged_title_is_never_printed_and_the_report_says_so(make_record, add, write):
    make_record(12, compartment="privileged", title="Advice of counsel")
    add()

    out, _ = write()

    whole = "\n".join(texts(out)) + repr(cells(out, "Index of evidence"))
    assert "Advice of counsel" not in whole
    assert "The register of visits" not in whole
    assert "1 record cited is marked privileged" in whole
    assert cells(out, "Index of evidence")[1] == ["R000012", "Title not printed", "", "3", "1.5", "Privileged"]


def test_a_restricted_record_is_marked_in_the_index(make_record, add, write):
    make_record(12, compartment="restricted", title="Case file")
    add()

    assert cells(write()[0], "Index of evidence")[1][-1] == "Restricted"


def test_evidence_the_writer_may_not_know_of_is_withheld_and_counted(make_record, add, write, writer_of_open_records):
    make_record(12, compartment="restricted", title="Case file")
    add()

    out, report = write(actor=writer_of_open_records)

    whole = "\n".join(texts(out)) + repr(cells(out, "Index of evidence"))
    assert report.withheld == 1
    assert "R000012" not in whole.replace("as [R000012 p. 3]", "")
    assert "Case file" not in whole
    assert "1 piece of evidence is withheld from this copy" in whole
    assert cells(out, "Index of evidence")[1] == ["Withheld", "Withheld from this copy", "", "", "1.5", "Withheld"]


def test_a_character_no_document_can_hold_does_not_stop_the_report(record, add, write):
    add(did_happen="A form feed\x0c and a bell\x07 came through the scanner.")

    assert any("a bell came through" in text for text in texts(write()[0]))


def test_there_is_no_report_without_a_failing(write):
    with pytest.raises(InvalidInputError, match="no failing to report"):
        write()


def test_a_leader_reads_failings_but_does_not_export_them(record, add, write, leader, officer, tmp_path):
    add()

    for actor in (leader, officer):
        with pytest.raises(NotPermittedError):
            write(actor=actor)
    assert list(tmp_path.glob("*.docx")) == []


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="NOT RUN: LibreOffice (soffice) is not installed here")
def test_another_program_opens_it_with_its_pages_numbered_and_table_headings_repeated(record, add, write, tmp_path):
    for number in range(30):
        add(title=f"Failing number {number + 1}")
    out, _ = write()

    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            out,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    with pdfplumber.open(tmp_path / "report.pdf") as pdf:
        pages = [page.extract_text() for page in pdf.pages]
    assert all(f"Page {number} of {len(pages)}" in text for number, text in enumerate(pages, start=1))
    assert all("DRAFT FOR SIGN-OFF" in text for text in pages)
    assert sum("Kind and body" in text for text in pages) >= 2
