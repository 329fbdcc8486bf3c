"""Whatever a council hands over is registered, held and counted, though nothing here can read it."""

import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from access.policy import OPERATOR
from disclosure import production
from ingest import batches
from records.register import NOT_SEARCHABLE, find_record, pages_of
from records.unread import count_unread_pages
from retention import holds
from store.errors import RefusedError
from worker.taking_in import Outcome, take_in

WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)
DRAWING = b"AC1015\x00\x00\x00\x00\x00\x06" + bytes(60)


@pytest.fixture
def outcome(archive, notice, tmp_path: Path) -> Outcome:
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "interview.wav").write_bytes(WAVE)
    (folder / "copy of interview.wav").write_bytes(WAVE)
    (folder / "plan.dwg").write_bytes(DRAWING)
    (folder / "program.exe").write_bytes(b"MZ\x90\x00" + bytes(60))
    (folder / "odd.bin").write_bytes(b"\x00\x01\x02\x03" * 50)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nthis is no pdf at all")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as container:
        container.writestr("site plan.dwg", DRAWING + b"another")
    (folder / "plans.zip").write_bytes(packed.getvalue())
    return take_in(archive, [str(folder)], batch="Box 1", source="County store", actor=OPERATOR)


def reference(outcome: Outcome, name: str) -> str:
    return next(item.record for item in outcome.items if item.path.endswith(name)) or ""


def test_they_are_registered_and_only_the_damaged_file_is_set_aside(outcome):
    totals = outcome.totals

    assert (totals.found, totals.registered, totals.duplicates, totals.quarantined) == (8, 6, 1, 1)
    assert totals.adds_up


def test_the_item_and_the_record_say_in_words_why_no_search_reaches_it(archive, outcome):
    item = next(item for item in outcome.items if item.path.endswith("plan.dwg"))

    with archive.reading() as session:
        record = find_record(session, item.record or "", actor=OPERATOR)
        (page,) = pages_of(session, record)
        kept = next(each for each in batches.items(session, state="registered") if each.record_id == record.id)
    assert record.state == NOT_SEARCHABLE
    assert record.label == "CAD drawing (DWG)"
    assert page.reason == f"not searchable: {item.reason}"
    assert item.reason.startswith("CAD drawing (DWG): nothing here reads files of this kind")
    assert kept.reason_code == "unsupported"


def test_each_is_counted_among_the_pages_that_search_cannot_see(archive, outcome):
    with archive.reading() as session:
        assert count_unread_pages(session, actor=OPERATOR) == 5


def test_none_can_leave_the_notice_while_nobody_has_dealt_with_it(archive, outcome, officer, second_officer):
    with archive.writing() as session:
        for name in ("interview.wav", "plan.dwg", "odd.bin"):
            record = find_record(session, reference(outcome, name), actor=officer)

            assert holds.holds_of(session, record)
            with pytest.raises(RefusedError, match="have not been read"):
                holds.clear(session, record, reason="A plan of roads.", second=second_officer, actor=officer)


def test_a_container_cannot_leave_it_before_what_is_in_it(archive, outcome, officer, second_officer):
    with archive.writing() as session:
        container = find_record(session, reference(outcome, "plans.zip"), actor=officer)

        with pytest.raises(RefusedError):
            holds.clear(session, container, reason="Plans of roads.", second=second_officer, actor=officer)


def test_in_a_bundle_its_page_says_that_nobody_read_it(archive, outcome, lawyer):
    built = production.build(
        archive, title="Plans", prefix="ABC", references=(reference(outcome, "plan.dwg"),), actor=lawyer
    )

    assert built.verification.ok
    with archive.reading() as session:
        kept = production.find_bundle(session, built.bundle.id, actor=lawyer)
    with pypdfium2.PdfDocument(archive.files.original(kept.sha256)) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "Not read. not searchable: CAD drawing (DWG)" in " ".join(text.split())
