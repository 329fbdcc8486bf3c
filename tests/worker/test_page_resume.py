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
from ingest.page_journal import PageJournal, belonging
from records.register import pages_of, visible_records
from worker.taking_in import take_in

ROOT = Path(__file__).parent.parent.parent
PAGES = 40


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """One scan of many pages, each with its own words."""
    font = ImageFont.load_default(size=30)
    frames = []
    for number in range(1, PAGES + 1):
        page = Image.new("L", (500, 120), 255)
        ImageDraw.Draw(page).text((30, 40), f"Sheet {number} of the register", fill=0, font=font)
        frames.append(page)
    folder = tmp_path / "share"
    folder.mkdir()
    frames[0].save(folder / "register.tif", save_all=True, append_images=frames[1:])
    return folder


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


@pytest.mark.slow
def test_a_scan_killed_in_the_middle_goes_on_at_the_next_page_and_no_page_is_read_twice(
    archive, notice, scan, monkeypatch
):
    environment = {**os.environ, "CANDOUR_DATA": str(archive.settings.data), "CANDOUR_PROCESSES": "1"}
    running = subprocess.Popen(
        [sys.executable, "-m", "cli", "ingest", str(scan), "--batch", "Box 1"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None and pages_on_disk(archive) < 12:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    kept = pages_on_disk(archive)
    read_now: list[int] = []
    add = PageJournal.add
    monkeypatch.setattr(
        PageJournal, "add", lambda self, page, notes=(): (read_now.append(page.number), add(self, page, notes))[1]
    )

    outcome = take_in(archive, [str(scan)], batch="Box 1", source="not stated", actor=OPERATOR)

    assert 12 <= kept < PAGES
    assert outcome.resumed
    assert read_now == list(range(kept + 1, PAGES + 1))
    with archive.reading() as session:
        (record,) = visible_records(session, actor=OPERATOR)
        texts = [page.text for page in pages_of(session, record)]
    assert [f"Sheet {number} of the register" in text for number, text in enumerate(texts, start=1)] == [True] * PAGES
    assert list(archive.settings.spool.glob("pages-*")) == []


def test_pages_kept_of_a_file_that_nobody_waits_for_are_swept(archive, notice, tmp_path):
    (tmp_path / "note.txt").write_text("A note of the committee.")
    left = archive.files.page_journal("ab" * 32)
    left.write_bytes(b"left behind")

    take_in(archive, [str(tmp_path / "note.txt")], batch="Box 1", source="not stated", actor=OPERATOR)

    assert not left.exists()
