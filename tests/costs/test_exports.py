import csv
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from costs.exports import csv_bytes, export_csv, export_xlsx
from costs.reports import report
from costs.workbook import workbook_bytes
from store.audit import AuditEvent
from store.errors import NotPermittedError
from store.leaving import let_go
from store.spreadsheets import safe_cell

SOFFICE = shutil.which("soffice")
OFFICE_VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def sheets(content: bytes, **options) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), **options)


def test_the_csv_adds_up_section_by_section(year):
    found = rows(csv_bytes(year))

    (total,) = (row for row in found if row["section"] == "total")
    for section, column in (("month", "total_net"), ("activity", "staff_cost"), ("role", "staff_cost")):
        added = sum(Decimal(row[column] or 0) for row in found if row["section"] == section)
        assert added == Decimal(total[column])
    spent = [row for row in found if row["section"] == "category-status" and row["status"] in {"paid", "invoiced"}]
    assert sum(Decimal(row["net"]) for row in spent) == Decimal(total["net"])
    assert sum(Decimal(row["vat"]) for row in spent) == Decimal(total["vat"])


def test_a_role_without_any_rate_is_not_shown_as_costing_nothing(year):
    (finance,) = (row for row in rows(csv_bytes(year)) if row["section"] == "role" and row["code"] == "finance")

    assert (finance["minutes"], finance["minutes_not_costed"], finance["staff_cost"]) == ("270", "270", "")
    assert sheets(workbook_bytes(year, authority="Made-up Borough"))["By role"]["F5"].value == "not costed"


def test_the_csv_keeps_redress_machine_time_and_the_caveat_in_sections_of_their_own(year):
    found = rows(csv_bytes(year))

    assert [row["net"] for row in found if row["section"].startswith("redress")] == ["40000.00"]
    assert not any(row["code"] == "redress" for row in found if not row["section"].startswith("redress"))
    assert any("not precise for accounting" in row["label"] for row in found if row["section"] == "note")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert safe_cell(text) == f"'{text}"


@given(st.text())
def test_no_text_leaves_as_a_formula_and_plain_text_is_left_alone(text):
    made = str(safe_cell(text))

    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert made.removeprefix("'") == text.removeprefix("'")


def test_the_workbook_s_totals_are_live_sums_that_show_the_right_figure(year):
    formulas = sheets(workbook_bytes(year, authority="Made-up Borough"))
    shown = sheets(workbook_bytes(year, authority="Made-up Borough"), data_only=True)

    assert formulas["By role"]["F6"].value == "=SUM(F2:F5)"
    assert shown["By role"]["F6"].value == pytest.approx(float(year.staff.cost))
    assert shown["Summary"]["B7"].value == pytest.approx(float(year.total_net))


def test_every_live_sum_is_the_sum_of_its_cells_and_was_stored_so(year):
    content = workbook_bytes(year, authority="Made-up Borough")
    formulas, shown = sheets(content), sheets(content, data_only=True)
    sums = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]

    assert len(sums) > 20
    for title, place, formula in sums:
        cells = shown[title][formula.removeprefix("=SUM(").removesuffix(")")]
        flat = [cell.value for row in cells for cell in row] if isinstance(cells, tuple) else [cells.value]
        assert shown[title][place].value == pytest.approx(sum(item for item in flat if item != "not costed")), place


def test_the_workbook_has_a_chart_frozen_headings_and_prints_on_a4(year):
    book = sheets(workbook_bytes(year, authority="Made-up Borough"))

    assert book.sheetnames == [
        "Summary",
        "By month",
        "By activity",
        "By role",
        "By category",
        "Machine (no cost)",
        "Redress (separate)",
    ]
    month = book["By month"]
    assert len(month._charts) == 1
    assert (month.freeze_panes, month.print_title_rows) == ("B2", "$1:$1")
    assert (month.page_setup.paperSize, month.page_setup.orientation) == (9, "landscape")
    assert month["B2"].number_format == "£#,##0.00"
    assert "not precise" in month.oddFooter.left.text.lower()


def test_an_authority_s_name_is_never_a_formula(year):
    book = sheets(workbook_bytes(year, authority="=HYPERLINK(1)"))

    assert (book["Summary"]["A2"].value, book["Summary"]["A2"].data_type) == ("=HYPERLINK(1)", "s")


def test_the_same_report_gives_the_same_bytes(year):
    assert workbook_bytes(year, authority="Made-up Borough") == workbook_bytes(year, authority="Made-up Borough")
    assert csv_bytes(year) == csv_bytes(year)


def test_an_empty_archive_exports_too(session, leader):
    empty = report(session, actor=leader)

    book = sheets(workbook_bytes(empty, authority="Made-up Borough"))

    assert book["By month"]["A2"].value == "Total"
    assert [row["total_net"] for row in rows(csv_bytes(empty)) if row["section"] == "total"] == ["0.00"]


def test_an_export_is_in_the_trail(session, year, leader, officer):
    for made in (
        export_csv(session, year, actor=leader),
        export_xlsx(session, year, actor=leader, authority="Made-up Borough"),
    ):
        let_go(session, made, actor=leader.name)

    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "costs.exported")).all()
    assert [event.actor for event in events] == [leader.name] * 2
    for export in (lambda: export_csv(session, year, actor=officer),):
        with pytest.raises(NotPermittedError):
            export()
    with pytest.raises(NotPermittedError):
        export_xlsx(session, year, actor=officer, authority="Made-up Borough")


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="NOT RUN: LibreOffice (soffice) is not installed here")
def test_another_program_opens_the_workbook_and_shows_the_same_totals(year, tmp_path: Path):
    (tmp_path / "costs.xlsx").write_bytes(workbook_bytes(year, authority="Made-up Borough"))

    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "fods",
            "--outdir",
            tmp_path,
            tmp_path / "costs.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    tree = ElementTree.parse(tmp_path / "costs.fods")
    values = {float(cell.get(OFFICE_VALUE)) for cell in tree.iter() if cell.get(OFFICE_VALUE)}
    assert {float(year.staff.cost), float(year.money.spent.net), float(year.total_gross)} <= values
