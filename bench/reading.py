"""Text PDFs: pages a second through the reader pool with two processes, beside pdfplumber alone, in one run.

    python bench/reading.py

Only the PDFs of `files/council` that have a text layer on every page are read, each several times over, so that the
start of the processes does not count for more than it would in a batch.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pdfplumber  # noqa: E402
import pypdfium2  # noqa: E402

from ingest.limits import ReaderPool  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus" / "files" / "council"
ROUNDS = 20


def text_pdfs() -> list[tuple[Path, int]]:
    """The files whose every page carries text, with their number of pages."""
    chosen = []
    for path in sorted(CORPUS.glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        if all(page.get_textpage().count_chars() > 200 for page in document):
            chosen.append((path, len(document)))
        document.close()
    return chosen


def main() -> None:
    files = text_pdfs()
    pages = sum(count for _, count in files)
    with tempfile.TemporaryDirectory() as spool, ReaderPool(2, spool=Path(spool)) as pool:
        for number in range(2):  # both children up and warm
            pool.submit(f"warm-{number}", files[0][0])
        list(pool.results())
        began = time.perf_counter()
        for turn in range(ROUNDS):
            for number, (path, _) in enumerate(files):
                pool.submit(f"{turn}-{number}", path)
        readings = [result.reading for result in pool.results()]
        ours = time.perf_counter() - began
    by_layer = sum(page.read_by == "layer" for one in readings if one for page in one.pages)
    began = time.perf_counter()
    for path, _ in files:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()
    theirs = time.perf_counter() - began
    print("| reader | pages | by layer | seconds | pages/s |")
    print("|---|---|---|---|---|")
    print(f"| candour, 2 processes | {pages * ROUNDS} | {by_layer} | {ours:.1f} | {pages * ROUNDS / ours:.0f} |")
    print(f"| pdfplumber alone, 1 process | {pages} | - | {theirs:.1f} | {pages / theirs:.1f} |")


if __name__ == "__main__":
    main()
