"""The whole pipeline on real text PDFs: hash, store, hold, read, register, suggest, index; beside pdfplumber alone.

    python bench/ingesting.py [--times N] [--engine whoosh|tantivy]

With --times the same papers are taken in N times over, each copy with other bytes, to show that the time grows with
the number of files and the memory does not. Processor seconds are those of the parent and its readers together, so
that they can be compared on a machine that is busy with other work; pages a second are for two cores that do nothing
else.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pdfplumber  # noqa: E402
import pypdfium2  # noqa: E402

from access.policy import OPERATOR  # noqa: E402
from ingest import starting  # noqa: E402
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


def processor_seconds() -> float:
    """What this process and its ended children have used so far."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def pdfplumber_alone(papers: list[tuple[Path, int]], at_most: int) -> tuple[int, float]:
    """Pages and processor seconds of pdfplumber's text."""
    started, pages = processor_seconds(), 0
    for path, count in papers:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()
        pages += count
        if pages >= at_most:
            break
    return pages, processor_seconds() - started


@dataclass(frozen=True)
class Taken:
    """What one ingest took."""

    pages: int
    wall: float
    processor: float
    parent: float
    peak_mb: float


def ours(papers: list[tuple[Path, int]], times: int, engine: str, folder: Path) -> Taken:
    """One ingest of the papers, so many times over."""
    share = folder / f"share-{engine}-{times}"
    share.mkdir()
    for copy in range(times):
        for path, _ in papers:
            target = share / f"{copy:03d}-{path.name}"
            shutil.copyfile(path, target)
            with target.open("ab") as file:  # other bytes, or it would be a duplicate
                file.write(f"\n% copy {copy}\n".encode())
    data = str(folder / f"data-{engine}-{times}")
    settings = {"CANDOUR_DATA": data, "CANDOUR_PROCESSES": "2", "CANDOUR_SEARCH_URL": f"{engine}:"}
    archive = open_archive(load_settings(settings))
    initialise(archive)
    started, used, parent = time.perf_counter(), processor_seconds(), time.process_time()
    outcome = take_in(archive, [str(share)], batch="bench", source="bench", actor=OPERATOR)
    starting.stop()  # what its readers used is counted once it has ended
    taken = Taken(
        outcome.totals.pages,
        time.perf_counter() - started,
        processor_seconds() - used,
        time.process_time() - parent,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    archive.close()
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, action="append", default=None)
    parser.add_argument("--engine", choices=["whoosh", "tantivy"], action="append", default=None)
    arguments = parser.parse_args()
    papers = text_pdfs()
    print(f"{len(papers)} text PDFs, {sum(count for _, count in papers)} pages\n")
    print("| what | pages | wall s | processor s | of it parent | pages/s on two cores | peak MB of the parent |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        chosen = [(engine, times) for engine in arguments.engine or ["whoosh"] for times in arguments.times or [1, 8]]
        for engine, times in chosen:
            it = ours(papers, times, engine, Path(folder))
            print(
                f"| whole ingest on {engine.capitalize()}, {times} times over | {it.pages} | {it.wall:.1f} "
                f"| {it.processor:.1f} | {it.parent:.1f} | {2 * it.pages / it.processor:.0f} | {it.peak_mb:.0f} |",
                flush=True,
            )
    pages, seconds = pdfplumber_alone(papers, 60)
    print(f"| pdfplumber's text alone | {pages} | | {seconds:.1f} | | {2 * pages / seconds:.1f} | |")


if __name__ == "__main__":
    main()
