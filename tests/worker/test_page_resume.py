"""A scan of many pages that was killed goes on after the last page that was kept."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from access.policy import OPERATOR
from ingest.page_journal import _FRAME, _MAGIC, PageJournal, belonging
from records.register import pages_of, visible_records
from worker.taking_in import take_in

ROOT = Path(__file__).parent.parent.parent
PAGES = 40
LONG, LATE = 3000, 2900


def make_scan(folder: Path, pages: int, *, size: tuple[int, int], letters: int) -> Path:
    """One scan of many pages, each with its own words."""
    font = ImageFont.load_default(size=letters)

    def page(number: int) -> Image.Image:
        drawn = Image.new("L", size, 255)
        ImageDraw.Draw(drawn).text((letters // 2, letters // 3), f"Sheet {number}", fill=0, font=font)
        return drawn

    folder.mkdir()
    further = (page(number) for number in range(2, pages + 1))
    page(1).save(folder / "register.tif", save_all=True, append_images=further, compression="tiff_deflate")
    return folder


def frames_on_disk(archive) -> int:
    """How many pages the journal has room for, from the lengths alone: quick enough to be asked over and over."""
    for path in archive.settings.spool.glob("pages-*"):
        body, place, count = path.read_bytes(), len(_MAGIC) + 16, 0
        while place + _FRAME.size <= len(body):
            place += _FRAME.size + _FRAME.unpack_from(body, place)[0]
            count += 1
        return count
    return 0


def pages_on_disk(archive) -> int:
    """Counted without touching the journal that another process writes: one frame a page, each with its seal."""
    found = list(archive.settings.spool.glob("pages-*"))
    if not found:
        return 0
    copy = archive.settings.data / "copy of the journal"
    copy.write_bytes(found[0].read_bytes())
    journal = PageJournal(copy, belongs_to=belongs_to(archive, found[0].name.removeprefix("pages-")))
    journal.close()
    return len(journal)


def belongs_to(archive, sha256: str) -> str:
    settings = archive.settings
    return belonging(
        sha256,
        name="register.tif",
        page_seconds=settings.page_seconds,
        memory_bytes=settings.reader_memory_mb * 1024 * 1024,
    )


def take_in_and_kill(archive, scan: Path, *, kept: int, look_every: float) -> int:
    """A process takes the scan in and is killed once so many pages are on disk; how many are there then."""
    environment = {**os.environ, "CANDOUR_DATA": str(archive.settings.data), "CANDOUR_PROCESSES": "1"}
    running = subprocess.Popen(
        [sys.executable, "-m", "cli", "ingest", str(scan), "--batch", "Box 1"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None and frames_on_disk(archive) < kept:
        time.sleep(look_every)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    return pages_on_disk(archive)


def go_on(archive, scan: Path, monkeypatch) -> list[int]:
    """The run has gone on to its end; the pages that were read for it."""
    read_now: list[int] = []
    add = PageJournal.add
    monkeypatch.setattr(
        PageJournal, "add", lambda self, page, notes=(): (read_now.append(page.number), add(self, page, notes))[1]
    )
    outcome = take_in(archive, [str(scan)], batch="Box 1", source="not stated", actor=OPERATOR)
    assert outcome.resumed
    return read_now


def assert_every_page_is_there(archive, pages: int) -> None:
    with archive.reading() as session:
        (record,) = visible_records(session, actor=OPERATOR)
        texts = [page.text.strip() for page in pages_of(session, record)]
    assert texts == [f"Sheet {number}" for number in range(1, pages + 1)]
    assert list(archive.settings.spool.glob("pages-*")) == []


@pytest.mark.slow
def test_a_scan_killed_in_the_middle_goes_on_at_the_next_page_and_no_page_is_read_twice(
    archive, notice, tmp_path, monkeypatch
):
    scan = make_scan(tmp_path / "share", PAGES, size=(500, 120), letters=30)
    kept = take_in_and_kill(archive, scan, kept=12, look_every=0.05)

    read_now = go_on(archive, scan, monkeypatch)

    assert 12 <= kept < PAGES
    assert read_now == list(range(kept + 1, PAGES + 1))
    assert_every_page_is_there(archive, PAGES)


@pytest.mark.long
def test_a_scan_of_3000_pages_killed_at_page_2900_goes_on_at_the_next(archive, notice, tmp_path, monkeypatch):
    scan = make_scan(tmp_path / "share", LONG, size=(160, 48), letters=26)
    kept = take_in_and_kill(archive, scan, kept=LATE, look_every=0.1)

    read_now = go_on(archive, scan, monkeypatch)

    assert LATE <= kept < LONG
    assert read_now == list(range(kept + 1, LONG + 1))
    assert_every_page_is_there(archive, LONG)


def test_pages_kept_of_a_file_that_nobody_waits_for_are_swept(archive, notice, tmp_path):
    (tmp_path / "note.txt").write_text("A note of the committee.")
    left = archive.files.page_journal("ab" * 32)
    left.write_bytes(b"left behind")

    take_in(archive, [str(tmp_path / "note.txt")], batch="Box 1", source="not stated", actor=OPERATOR)

    assert not left.exists()
