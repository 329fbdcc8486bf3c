"""Compound scans split into records of their own, and the splits undone: proved on real bytes."""

import io
import sqlite3
import textwrap
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from access.policy import OPERATOR
from disclosure import marks
from disclosure.bundle_rules import require_bundle_allowed
from failings.uses import uses_of_split
from ingest.part_files import write_parts
from ingest.separators import separator_sheets
from records import parts
from records.families import require_whole_visible
from records.models import Record
from records.page_models import SuggestNeed
from records.page_versions import choose_version, find_page, say_seen, standing_version, transcribe, versions_of
from records.parts_models import BLANK, BY_SEPARATORS, SEPARATOR
from records.reading_state import recount
from records.register import family, find_record, pages_of, record_of_bytes, visible_records
from records.same_pages import elsewhere
from records.split_plans import plan_from
from records.unread import reading_figures, unread_pages
from retention import disposal, holds, tagging, undone_splits
from retention.models import DisposalObjection
from search.querying import matching_records
from store import clock
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from worker import splitting
from worker.taking_in import take_in

MINUTES = "Minutes of the Social Services Committee held on 4 March 1987 about the homes of the borough"
LETTER = "Notes of the fostering panel held on 9 June 1991 about its register of households"


def document_pages(*texts: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for text in texts:
        for line, words in enumerate(textwrap.wrap(text, 60)):
            canvas.drawString(72, 760 - 16 * line, words)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    for content in files:
        made.pages.extend(pikepdf.open(io.BytesIO(content)).pages)
    made.save(out)
    return out.getvalue()


@pytest.fixture
def compound(archive, notice, tmp_path):
    """A scan of a separator, minutes of two pages, a separator, and a letter."""
    sheet = separator_sheets(1)
    content = joined(sheet, document_pages(MINUTES, MINUTES + ", continued"), sheet, document_pages(LETTER))
    (tmp_path / "scan.pdf").write_bytes(content)
    outcome = take_in(archive, [str(tmp_path / "scan.pdf")], batch="Box 14", source="County store", actor=OPERATOR)
    assert outcome.totals.registered == 1
    return "R000001"


@pytest.fixture
def split_compound(archive, compound, officer):
    return splitting.split_by_separators(archive, compound, actor=officer)


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
        assert record_of_bytes(session, sha256) is None
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


def page_at(session, reference, number):
    return find_page(session, reference, number, actor=OPERATOR)[1]


def test_what_is_typed_of_a_page_is_kept_in_the_scan_and_in_its_part(archive, split_compound, officer):
    with archive.writing() as session:
        transcribe(session, "R000003", 1, text="Notes, as typed.", note="in pencil", actor=officer)
    with archive.writing() as session:
        transcribe(session, "R000001", 2, text="Minutes, as typed.", actor=officer)

    with archive.reading() as session:
        for reference, number, origin, text in (
            ("R000001", 5, ("R000003", 1), "Notes, as typed."),
            ("R000002", 1, ("R000001", 2), "Minutes, as typed."),
        ):
            page = page_at(session, reference, number)
            standing = standing_version(session, page)
            assert (page.text, page.read_by) == (text, "transcript")
            assert (standing.made_by, standing.origin, standing.origin_page) == (officer.name, *origin)
        assert page_at(session, "R000001", 5).text == page_at(session, "R000003", 1).text
        assert standing_version(session, page_at(session, "R000003", 1)).origin == ""
        assert {need.record_id for need in session.scalars(select(SuggestNeed))} == {1, 2, 3}
        # The neighbours are as they were.
        assert versions_of(session, page_at(session, "R000001", 3)) == []

    with archive.writing() as session:
        choose_version(session, "R000001", 5, 1, actor=officer)
    with archive.reading() as session:
        assert page_at(session, "R000003", 1).text == page_at(session, "R000001", 5).text != "Notes, as typed."


def test_what_somebody_typed_in_the_part_is_offered_and_not_replaced_by_what_is_typed_in_the_scan(
    archive, compound, officer, second_officer
):
    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)
    with archive.writing() as session:
        transcribe(session, "R000003", 1, text="as typed in the part", actor=officer)
    with archive.writing() as session:
        # As an archive has it from before a page was kept in both: in the scan it is still as the machine read it.
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page = page_at(session, "R000001", 5)
        page.text, page.read_by, page.version = LETTER, "layer", 1

    with archive.writing() as session:
        transcribe(session, "R000001", 5, text="as typed in the scan", actor=second_officer)

    with archive.reading() as session:
        page = page_at(session, "R000003", 1)
        assert page.text == "as typed in the part"
        assert versions_of(session, page)[0].text == "as typed in the scan"
        assert page_at(session, "R000001", 5).text == "as typed in the scan"


def test_a_split_keeps_who_typed_a_page_before_it(archive, compound, officer):
    with archive.writing() as session:
        transcribe(session, compound, 5, text="Typed before the split.", note="torn", actor=officer)

    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)

    with archive.reading() as session:
        page = page_at(session, "R000003", 1)
        assert (page.text, page.version) == ("Typed before the split.", 2)
        newest, first = versions_of(session, page)
        assert (newest.made_by, newest.note, newest.origin, newest.origin_page) == (
            officer.name, "torn", "R000001", 5,
        )  # fmt: skip
        assert first.kind == "machine"


def test_an_unread_page_of_a_scan_and_its_part_is_in_the_queue_once(archive, compound, officer, lawyer):
    with archive.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page = page_at(session, compound, 5)
        page.unread, page.reason, page.text = True, "handwriting: not made out", ""
        recount(session, find_record(session, compound, actor=OPERATOR))
    with archive.reading() as session:
        before = reading_figures(session, actor=officer)
        assert [(record.reference, page.number) for record, page in unread_pages(session, actor=officer)] == [
            (compound, 5)
        ]
    splitting.split(archive, compound, plan_from(5, firsts=[5]), actor=officer)

    with archive.reading() as session:
        assert [(record.reference, page.number) for record, page in unread_pages(session, actor=officer)] == [
            ("R000003", 1)
        ]
        assert reading_figures(session, actor=officer) == before
    with archive.writing() as session:
        say_seen(session, "R000003", 1, what="picture", actor=officer)
    with archive.reading() as session:
        assert unread_pages(session, actor=officer) == []
        assert reading_figures(session, actor=officer).seen == {"picture": 1}
        assert [find_record(session, f"R00000{n}", actor=officer).unread_pages for n in (1, 2, 3)] == [0, 0, 0]


def test_where_a_page_also_stands_is_told_only_to_those_who_may_know(archive, split_compound, officer, lawyer):
    with archive.writing() as session:
        marks.mark(
            session, find_record(session, "R000003", actor=lawyer), kind="restricted", reason="names", actor=lawyer
        )
    with archive.writing() as session:
        transcribe(session, "R000002", 1, text="Typed by the officer.", actor=officer)
    with archive.reading() as session:
        part = page_at(session, "R000002", 1)
        assert elsewhere(session, part, actor=officer) == []
        assert [(record.reference, number) for record, number in elsewhere(session, part, actor=lawyer)] == [
            ("R000001", 2)
        ]
        assert page_at(session, "R000001", 2).text == "Typed by the officer."


def decide_everything(session, reference, actor):
    record = session.query(Record).filter_by(reference=reference).one()
    for item in tagging.suggestions_of(session, record):
        if item.status == "open":
            tagging.decide(
                session, record, category=item.category, outcome="rejected", reason="not about it", actor=actor
            )
    return record


def undo(archive, reference, actor):
    with archive.writing() as session:
        standing = parts.standing_split(session, find_record(session, reference, actor=actor))
        undone_splits.undo_split(
            session, standing, reason="wrong page", uses=uses_of_split(session, standing), actor=actor
        )


def clear(archive, reference, actor, second):
    with archive.writing() as session:
        record = decide_everything(session, reference, actor)
        holds.clear(session, record, reason="a canteen menu", second=second, actor=actor)


def purge(archive, reference):
    with archive.writing() as session:
        disposal.purge(session, archive.files, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)


def test_a_scan_whose_split_was_undone_goes_with_its_copies_once_two_people_cleared_it(
    archive, split_compound, officer, second_officer
):
    undo(archive, "R000001", officer)
    with archive.writing() as session:
        copies = [session.get_one(Record, number) for number in (2, 3)]
        paths = [archive.files.path(record.sha256) for record in (session.get_one(Record, 1), *copies)]
        with pytest.raises(RefusedError, match="nobody has decided"):
            disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)
        assert [bool(holds.holds_of(session, copy)) for copy in copies] == [True, True]
    assert all(path.exists() for path in paths)

    clear(archive, "R000001", officer, second_officer)

    with archive.reading() as session:
        cleared = holds.clearance_of(session, session.get_one(Record, 2))
        assert (cleared.given_by, cleared.second_reader) == (officer.name, second_officer.name)
        assert "R000001" in cleared.reason
    purge(archive, "R000001")
    assert not any(path.exists() for path in paths)
    with archive.reading() as session:
        assert all(session.get_one(Record, number).purged_at for number in (1, 2, 3))


def test_a_hold_on_a_part_holds_the_scan_after_the_split_is_undone_until_two_people_release_it(
    archive, split_compound, officer, second_officer
):
    with archive.writing() as session:
        holds.place_hold(session, find_record(session, "R000003", actor=officer), reason="police", actor=officer)
    undo(archive, "R000001", officer)
    with archive.reading() as session:
        (placed,) = [h for h in holds.holds_of(session, session.get_one(Record, 1)) if h.kind == "placed"]
        assert "R000003" in placed.reason
        assert "police" in placed.reason
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="police"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)

    with archive.writing() as session:
        hold = holds.find_hold(session, placed.id)
        holds.release_hold(session, hold, reason="the police are done", second=second_officer, actor=officer)

    purge(archive, "R000001")
    with archive.reading() as session:
        assert session.get_one(Record, 3).purged_at


def test_a_hold_on_the_scan_is_not_doubled_when_its_split_is_undone(archive, compound, officer, second_officer):
    with archive.writing() as session:
        record = find_record(session, compound, actor=officer)
        made = holds.place_hold(session, record, reason="police", actor=officer)
    splitting.split_by_separators(archive, compound, actor=officer)
    undo(archive, compound, officer)

    with archive.writing() as session:
        record = find_record(session, compound, actor=officer)
        assert [hold.id for hold in holds.holds_of(session, record) if hold.kind == "placed"] == [made.id]
        hold = holds.find_hold(session, made.id)
        holds.release_hold(session, hold, reason="done", second=second_officer, actor=officer)
        for number in (2, 3):
            assert [h.kind for h in holds.holds_of(session, session.get_one(Record, number))] == ["provisional"]


def test_the_original_of_a_scan_whose_split_was_undone_can_be_had_again(archive, split_compound, officer, lawyer):
    undo(archive, "R000001", officer)
    with archive.reading() as session:
        require_whole_visible(session, find_record(session, "R000001", actor=officer), actor=officer)
    splitting.split(archive, "R000001", plan_from(5, firsts=[5]), actor=officer)
    with archive.writing() as session:
        part = session.get_one(Record, 5)
        marks.mark(session, part, kind="restricted", reason="names", actor=lawyer)
        with pytest.raises(NotPermittedError):
            require_whole_visible(session, session.get_one(Record, 1), actor=officer)


def test_an_objection_to_a_copy_keeps_the_scan(archive, split_compound, officer, second_officer):
    undo(archive, "R000001", officer)
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session:
        session.add(
            DisposalObjection(record_id=2, holder="request:1", reason="asked for", raised_at=clock.now(), ended_at=None)
        )
    with archive.writing() as session, pytest.raises(RefusedError, match="R000002, once a part of it"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)


def test_a_part_made_again_and_its_undone_double_go_in_their_turn(archive, split_compound, officer, second_officer):
    undo(archive, "R000001", officer)
    splitting.split(archive, "R000001", plan_from(5, firsts=[5]), actor=officer)
    with archive.reading() as session:
        double, part = session.get_one(Record, 3), session.get_one(Record, 5)
        assert double.sha256 == part.sha256
        path = archive.files.path(part.sha256)

    clear(archive, "R000004", officer, second_officer)
    clear(archive, "R000005", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="R000003"):
        disposal.purge(session, archive.files, session.get_one(Record, 5), actor=OPERATOR)
    clear(archive, "R000001", officer, second_officer)
    with archive.writing() as session, pytest.raises(RefusedError, match="R000004, R000005 came out of it"):
        disposal.purge(session, archive.files, session.get_one(Record, 1), actor=OPERATOR)

    for reference in ("R000005", "R000004", "R000001"):
        purge(archive, reference)

    assert not path.exists()
    with archive.reading() as session:
        assert all(record.purged_at for record in session.query(Record))
        assert archive.files.reconcile(session) == ([], [])


def test_the_database_clears_no_unread_copy_before_its_scan_is_cleared(archive, split_compound, officer):
    with archive.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER page_text_stays_while_held")
        page_at(session, "R000003", 1).unread = True
    undo(archive, "R000001", officer)
    connection = sqlite3.connect(archive.settings.database_path)
    with pytest.raises(sqlite3.IntegrityError, match="unread or a suggestion"):
        connection.execute(
            "INSERT INTO clearance (record_id, notices, given_by, second_reader, reason, given_at) "
            "VALUES (3, 'n', 'a', 'b', 'why', '2026-01-01 00:00:00')"
        )
    connection.close()
