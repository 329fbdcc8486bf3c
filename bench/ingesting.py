"""The whole pipeline on real text PDFs: hash, store, hold, read, register, suggest, index; beside pdfplumber alone.

    python bench/ingesting.py [--times N]

With --times the same papers are taken in N times over, each copy with other bytes, to show that the time grows with
the number of files and the memory does not.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pdfplumber  # noqa: E402
import pypdfium2  # noqa: E402

from access.policy import OPERATOR  # noqa: E402
from store.archive import open_archive  # noqa: E402
from store.settings import load_settings  # noqa: E402
from worker.steps import initialise  # noqa: E402
from worker.taking_in import take_in  # noqa: E402

COUNCIL = ROOT.parent / "shared" / "corpus" / "files" / "council"
LEAST_LETTERS = 200


def text_pdfs() -> list[tuple[Path, int]]:
    """The council papers whose every page has a text layer, with their pages."""
    found = []
    for path in sorted(COUNCIL.glob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            letters = [len(document[number].get_textpage().get_text_bounded()) for number in range(len(document))]
        if letters and min(letters) > LEAST_LETTERS:
            found.append((path, len(letters)))
    return found


def pdfplumber_alone(papers: list[tuple[Path, int]], at_most: int) -> float:
    """Pages a second of pdfplumber's text, on one core, doubled for two."""
    started, pages = time.perf_counter(), 0
    for path, count in papers:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()
        pages += count
        if pages >= at_most:
            break
    return 2 * pages / (time.perf_counter() - started)


def ours(papers: list[tuple[Path, int]], times: int, folder: Path) -> tuple[int, float, float]:
    """Pages, seconds and the parent's peak memory in MB of one ingest of the papers."""
    share = folder / f"share-{times}"
    share.mkdir()
    for copy in range(times):
        for path, _ in papers:
            target = share / f"{copy:03d}-{path.name}"
            shutil.copyfile(path, target)
            with target.open("ab") as file:  # other bytes, or it would be a duplicate
                file.write(f"\n% copy {copy}\n".encode())
    archive = open_archive(load_settings({"CANDOUR_DATA": str(folder / f"data-{times}"), "CANDOUR_PROCESSES": "2"}))
    initialise(archive)
    started = time.perf_counter()
    outcome = take_in(archive, [str(share)], batch="bench", source="bench", actor=OPERATOR)
    seconds = time.perf_counter() - started
    archive.close()
    return outcome.totals.pages, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, action="append", default=None)
    arguments = parser.parse_args()
    papers = text_pdfs()
    print(f"{len(papers)} text PDFs, {sum(count for _, count in papers)} pages\n")
    print("| what | pages | seconds | pages/s | peak MB of the parent |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for times in arguments.times or [1, 8]:
            pages, seconds, peak = ours(papers, times, Path(folder))
            print(
                f"| whole ingest, {times} times over | {pages} | {seconds:.1f} | {pages / seconds:.0f} | {peak:.0f} |"
            )
    print(f"| pdfplumber's text alone, two cores | | | {pdfplumber_alone(papers, 60):.1f} | |")


if __name__ == "__main__":
    main()
