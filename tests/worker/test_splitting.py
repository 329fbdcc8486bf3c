"""Compound scans split into records of their own, and the splits undone: proved on real bytes."""

import io
import sqlite3
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from access.policy import OPERATOR
from disclosure import marks
from disclosure.bundle_rules import require_bundle_allowed
from failings.uses import uses_of_split
from ingest.part_files import write_parts
from ingest.separators import separator_sheets
from records import parts
from records.parts_models import BLANK, BY_SEPARATORS, SEPARATOR
from records.register import family, find_record, pages_of, records_of_bytes, visible_records
from records.split_plans import plan_from
from retention import holds
from search.querying import matching_records
from store.errors import InvalidInputError, NotFoundError, RefusedError
from tests.worker.compound import document_pages
from worker import splitting


def test_separator_sheets_are_read_back_by_their_codes():
    document = pypdfium2.PdfDocument(separator_sheets(2))
    assert len(document) == 2
    codes = {code.text for code in zxingcpp.read_barcodes(document[1].render(scale=2).to_pil())}
    assert codes == {"PATCHT", "CANDOUR-NEXT-DOCUMENT"}


@pytest.mark.parametrize("count", [0, 501, -1])
def test_an_impossible_number_of_sheets_is_refused(count):
    with pytest.raises(InvalidInputError):
        separator_sheets(count)


def test_a_scan_is_split_at_its_separators_and_its_own_bytes_stay_untouched(archive, compound, officer):
    with archive.reading() as session:
        sha256 = find_record(session, compound, actor=officer).sha256
        before = archive.files.original(sha256).read_bytes()

    done = splitting.split_by_separators(archive, compound, actor=officer)

    assert done.parts == (("R000002", (2, 3)), ("R000003", (5,)))
    assert done.left_out == {1: SEPARATOR, 4: SEPARATOR}
    with archive.reading() as session:
        whole = find_record(session, compound, actor=officer)
        first, second = (find_record(session, reference, actor=officer) for reference in ("R000002", "R000003"))
        assert (whole.sha256, whole.page_count) == (sha256, 5)
        assert archive.files.original(sha256).read_bytes() == before
        assert [page.text for page in pages_of(session, first)] == [page.text for page in pages_of(session, whole)[1:3]]
        assert (first.date_from.isoformat(), second.date_from.isoformat()) == ("1987-03-04", "1991-06-09")
        assert first.title != second.title
        assert [record.reference for record in family(session, second)] == ["R000001", "R000002", "R000003"]
        assert all(holds.holds_of(session, record) for record in (whole, first, second))
        assert [
            (each.number, each.holder.reference, each.page, each.left_out) for each in parts.cover_of(session, whole)
        ] == [
            (1, "R000001", 1, SEPARATOR),
            (2, "R000002", 1, ""),
            (3, "R000002", 2, ""),
            (4, "R000001", 4, SEPARATOR),
            (5, "R000003", 1, ""),
        ]
        assert parts.lineage_of(session, first).pages == (2, 3)
        assert parts.splits_of(session, whole)[0].how == BY_SEPARATORS
        with pikepdf.open(archive.files.original(second.sha256)) as made:
            assert len(made.pages) == 1
        assert {record.reference for record in matching_records(archive, session, "fostering", actor=officer)} == {
            "R000001",
            "R000003",
        }


def test_a_split_undone_leaves_no_trace_of_its_parts_and_can_be_made_again(archive, split_compound, officer):
    with archive.writing() as session:
        whole = find_record(session, "R000001", actor=officer)
        standing = parts.standing_split(session, whole)
        parts.undo_split(session, standing, reason="wrong page", uses=uses_of_split(session, standing), actor=officer)
        sha256 = session.get_one(type(whole), 2).sha256
        assert records_of_bytes(session, [sha256]) == {}
    with archive.reading() as session:
        with pytest.raises(NotFoundError):
            find_record(session, "R000002", actor=OPERATOR)
        assert [record.reference for record in visible_records(session, actor=OPERATOR)] == ["R000001"]

    again = splitting.split(archive, "R000001", plan_from(5, firsts=[1, 5]), titles=["Minutes"], actor=officer)

    assert again.parts == (("R000004", (1, 2, 3, 4)), ("R000005", (5,)))
    with archive.reading() as session:
        assert find_record(session, "R000004", actor=officer).title == "Minutes"
        assert [
            split.undone_reason for split in parts.splits_of(session, find_record(session, "R000001", actor=officer))
        ] == [
            None,
            "wrong page",
        ]


def test_a_split_is_not_undone_once_something_rests_on_a_part(archive, split_compound, officer):
    with archive.writing() as session:
        part = find_record(session, "R000003", actor=officer)
        holds.place_hold(session, part, reason="police", actor=officer)
    with archive.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO relevance (record_id, answer, reason, decided_by, decided_at) "
            "VALUES (3, 'relevant', 'read it', 'a', '2026-01-01 00:00:00')"
        )
    with archive.writing() as session:
        standing = parts.standing_split(session, find_record(session, "R000001", actor=officer))
        uses = uses_of_split(session, standing)
        assert uses == {"R000002": [], "R000003": ["has a decision on relevance"]}
        with pytest.raises(RefusedError, match="R000003 has a decision on relevance"):
            parts.undo_split(session, standing, reason="x", uses=uses, actor=officer)
    connection = sqlite3.connect(archive.settings.database_path)
    for statement in (
        "UPDATE split SET undone_at = '2026-01-01 00:00:00'",
        "DELETE FROM split_page",
        "UPDATE split_page SET part_id = NULL, standing = 'blank'",
        "DELETE FROM split",
        "UPDATE split SET record_id = 2",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_what_shows_a_restricted_page_is_restricted_whole_and_part_alike(archive, split_compound, officer, lawyer):
    with archive.writing() as session:
        made = marks.mark(
            session, find_record(session, "R000003", actor=lawyer), kind="privileged", reason="advice", actor=lawyer
        )
        seen = [record.reference for record in visible_records(session, actor=officer)]
        assert seen == ["R000002"]
        with pytest.raises(RefusedError, match="R000001 is privileged"):
            require_bundle_allowed(session, [find_record(session, "R000001", actor=lawyer)], actor=lawyer)
        marks.lift_mark(session, made, reason="mistaken", actor=lawyer)
        assert len(visible_records(session, actor=officer)) == 3
        marks.mark(
            session, find_record(session, "R000001", actor=lawyer), kind="restricted", reason="names", actor=lawyer
        )
        assert visible_records(session, actor=officer) == []


def test_the_parts_of_a_restricted_scan_are_restricted_from_the_first(archive, compound, lawyer, officer):
    with archive.writing() as session:
        marks.mark(session, find_record(session, compound, actor=lawyer), kind="restricted", reason="x", actor=lawyer)
    with pytest.raises(NotFoundError):
        splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)

    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=lawyer)

    with archive.reading() as session:
        assert visible_records(session, actor=officer) == []
        assert len(visible_records(session, actor=lawyer)) == 3


def test_a_bundle_never_holds_a_whole_and_its_part(archive, split_compound, lawyer):
    with archive.reading() as session:
        whole, part, other = (
            find_record(session, reference, actor=lawyer) for reference in ("R000001", "R000002", "R000003")
        )
        require_bundle_allowed(session, [part, other], actor=lawyer)
        with pytest.raises(RefusedError, match="R000002 is a part of R000001"):
            require_bundle_allowed(session, [whole, part], actor=lawyer)


def test_what_cannot_be_split_is_refused(archive, compound, officer, leader, make_record):
    plain = make_record(b"text")
    with pytest.raises(RefusedError, match="only a PDF or a TIFF"):
        splitting.split(archive, plain, plan_from(2, firsts=[2]), actor=officer)
    with pytest.raises(InvalidInputError, match="not blank"):
        splitting.split(archive, compound, plan_from(5, firsts=[4], left_out={2: BLANK}), actor=officer)
    splitting.split(archive, compound, plan_from(5, firsts=[4]), actor=officer)
    with pytest.raises(RefusedError, match="split already"):
        splitting.split(archive, compound, plan_from(5, firsts=[4]), actor=officer)


def test_a_part_carries_nothing_of_the_other_pages_unseen(tmp_path):
    """Shared resources and links would take the pictures and pages of other documents along."""
    whole = pikepdf.open(io.BytesIO(document_pages("one", "two", "three")))
    secret = pikepdf.Stream(whole, b"SECRET-OF-PAGE-THREE " * 20)
    secret.Type, secret.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    secret.BBox = [0, 0, 10, 10]
    shared = whole.make_indirect(
        pikepdf.Dictionary(Font=whole.pages[0].Resources.Font, XObject=pikepdf.Dictionary(Fm0=secret))
    )
    for page in whole.pages:
        page.obj.Resources = shared
    whole.pages[2].contents_add(b"/Fm0 Do")
    whole.pages[0].obj.Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                Border=[0, 0, 0],
                Dest=[whole.pages[2].obj, pikepdf.Name.Fit],
            )
        ]
    )
    path = tmp_path / "whole.pdf"
    whole.save(path, compress_streams=False)
    assert b"SECRET" in path.read_bytes()

    first, _ = write_parts(path, "application/pdf", [[1, 2], [3]], folder=tmp_path)

    with pikepdf.open(first) as made:
        assert b"SECRET" not in b"".join(each.read_bytes() for each in made.objects if isinstance(each, pikepdf.Stream))
        assert "/Annots" not in made.pages[0].obj or len(made.pages[0].obj.Annots) == 0


def test_the_same_pages_give_the_same_file(tmp_path):
    path = tmp_path / "whole.pdf"
    path.write_bytes(document_pages("one", "two", "three"))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    made = [write_parts(path, "application/pdf", [[1], [2, 3]], folder=tmp_path / name) for name in "ab"]

    assert [file.read_bytes() for file in made[0]] == [file.read_bytes() for file in made[1]]


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_tiff_is_split_without_loss(tmp_path, mode):
    frames = []
    for number in range(3):
        frame = Image.new("RGB", (300, 420), "white")
        ImageDraw.Draw(frame).text((40, 40), f"page {number}", fill=(200, 10, 40))
        frames.append(frame.convert(mode))
    path = tmp_path / "whole.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(150, 150))

    first, second = write_parts(path, "image/tiff", [[1], [2, 3]], folder=tmp_path)

    with Image.open(second) as made:
        assert made.n_frames == 2
        made.seek(1)
        assert made.mode == mode
        assert made.tobytes() == frames[2].tobytes()
    assert Path(first).stat().st_size > 0
