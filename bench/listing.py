"""The manifest of a large share: how fast files are walked and listed, in how much memory, and after a kill.

    python bench/listing.py [--files N] [--in-one-folder]

The share is made of hard links to a few empty files, so that it costs few inodes; it is gone afterwards.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from access.policy import OPERATOR  # noqa: E402
from ingest import batches, counting  # noqa: E402
from ingest.models import Run  # noqa: E402
from ingest.walking import walk  # noqa: E402
from store.archive import Archive, open_archive  # noqa: E402
from store.settings import load_settings  # noqa: E402
from worker.listing import list_everything  # noqa: E402
from worker.steps import initialise  # noqa: E402

LINKS_PER_FILE = 60_000
FILES_PER_FOLDER = 1000


def make_share(folder: Path, files: int, *, in_one_folder: bool) -> None:
    """So many names, a thousand to a folder or all in one."""
    for number in range(files):
        if number % LINKS_PER_FILE == 0:
            source = folder / f"source-{number}"
            source.touch()
        place = folder / "share" / ("all" if in_one_folder else f"box-{number // FILES_PER_FOLDER:05d}")
        if number == 0 or (not in_one_folder and number % FILES_PER_FOLDER == 0):
            place.mkdir(parents=True)
        os.link(source, place / f"file {number * 7919 % files:07d}.pdf")


def memory_mb() -> float:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def list_in_two_goes(archive: Archive, share: Path, files: int) -> float:
    """Processor seconds of the whole listing, broken off half way as a kill does and gone on with."""
    with archive.writing() as session:
        _, run, _ = batches.open_run(session, [str(share)], batch="bench", source="bench", actor=OPERATOR)
    told: list[int] = []

    def break_off(added: int) -> None:
        told.append(added)
        if sum(told) >= files // 2 and len(told) > 0 and sum(told[:-1]) < files // 2:
            raise KeyboardInterrupt

    started = time.process_time()
    try:
        list_everything(archive, run, [str(share)], tell=break_off, stopped=lambda: False)
    except KeyboardInterrupt:
        with archive.reading() as session:
            run = session.get_one(Run, run.id)
        list_everything(archive, run, [str(share)], tell=told.append, stopped=lambda: False)
    return time.process_time() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300_000)
    parser.add_argument("--in-one-folder", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_share(folder, arguments.files, in_one_folder=arguments.in_one_folder)
        archive = open_archive(load_settings({"CANDOUR_DATA": str(folder / "data")}))
        initialise(archive)
        print(f"before: {memory_mb():.0f} MB")
        started, wall = time.process_time(), time.monotonic()
        count = sum(1 for _ in walk([folder / "share"]))
        seconds, waited = time.process_time() - started, time.monotonic() - wall
        rate = count / seconds
        print(f"walked {count} in {seconds:.1f} s of processor, {waited:.1f} s: {rate:.0f}/s, {memory_mb():.0f} MB")
        wall = time.monotonic()
        seconds = list_in_two_goes(archive, folder / "share", arguments.files)
        waited = time.monotonic() - wall
        started = time.process_time()
        with archive.reading() as session:
            (line,) = counting.batch_totals(session, actor=OPERATOR)
        counted = time.process_time() - started
        rate = line.totals.found / seconds
        print(
            f"listed {line.totals.found} in {seconds:.1f} s of processor, {waited:.1f} s: {rate:.0f}/s, "
            f"{memory_mb():.0f} MB; counted in {counted:.2f} s"
        )
        archive.close()


if __name__ == "__main__":
    main()
