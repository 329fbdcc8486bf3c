"""Bundles measured: pages a second and the most memory, beside two other ways of making one, in the same run.

    python bench/bundling.py                          500 and 5,000 pages
    python bench/bundling.py --pages 500 --pages 20000
    python bench/bundling.py --verify                 the time to verify each bundle too

Ours makes cover, linked index, bookmarks, stamps, labels and manifest. `page by page` is the usual way: reportlab
draws a stamp for each page and pikepdf lays it over. `join only` copies pages with qpdf and stamps nothing: what a
library that holds the whole file can do at best. Each run is a process of its own, so that memory is its own. The
pages per CPU second are the figure to compare on a machine that does other things at the same time.

The documents are made here: ten pages of about 450 words in two embedded fonts, as an office program writes them;
`--corpus` takes the council documents of ../shared/corpus instead, over and over until there are enough pages.
"""

import argparse
import hashlib
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pikepdf  # noqa: E402
from reportlab.lib.pagesizes import A4  # noqa: E402
from reportlab.pdfbase import pdfmetrics  # noqa: E402
from reportlab.pdfbase.ttfonts import TTFont  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from disclosure.bundle_build import build_bundle  # noqa: E402
from disclosure.bundle_spec import BundleDocument, BundleSpec  # noqa: E402
from disclosure.bundle_verify import verify_bundle  # noqa: E402

COUNCIL = ROOT.parent / "shared" / "corpus" / "files" / "council"
FONTS = ROOT / "disclosure" / "fonts"
PAGES_EACH = 10
WORDS = ["the", "committee", "noted", "report", "area", "officer", "homes", "register", "placements", "resolved"]


def make_documents(folder: Path, count: int) -> list[Path]:
    """Different files, as real ones are: nothing is gained by having seen one before."""
    pdfmetrics.registerFont(TTFont("Body", str(FONTS / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont("Head", str(FONTS / "DejaVuSans-Bold.ttf")))
    made = []
    for number in range(count):
        chance = random.Random(number)
        path = folder / f"minutes-{number:05d}.pdf"
        canvas = Canvas(str(path), pagesize=A4, invariant=True, pageCompression=1)
        for page in range(PAGES_EACH):
            canvas.setFont("Head", 13)
            canvas.drawString(60, 780, f"Minutes {number}, page {page + 1}")
            canvas.setFont("Body", 10)
            text = canvas.beginText(60, 755)
            for _ in range(45):
                text.textLine(" ".join(chance.choices(WORDS, k=10)))
            canvas.drawText(text)
            canvas.showPage()
        canvas.save()
        made.append(path)
    return made


def corpus_documents(pages: int) -> list[Path]:
    files = sorted(COUNCIL.glob("*.pdf"))
    counts = {}
    for path in files:
        with pikepdf.open(path) as pdf:
            counts[path] = len(pdf.pages)
    chosen: list[Path] = []
    total = 0
    while total < pages:
        path = files[len(chosen) % len(files)]
        chosen.append(path)
        total += counts[path]
    return chosen


def ours(files: list[Path], out: Path) -> int:
    hashes: dict[Path, str] = {}
    for path in files:
        if path not in hashes:
            hashes[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    documents = tuple(
        BundleDocument(
            f"R{n:06d}", n, path.stem, path.name, path, hashes[path], "application/pdf", "pdf", date_text="4 June 1987"
        )
        for n, path in enumerate(files, start=1)
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return build_bundle(BundleSpec("Benchmark", "ABC", "Waterbrook", documents, moment), out).pages


def page_by_page(files: list[Path], out: Path) -> int:
    bundle = pikepdf.new()
    sources = []
    with bundle.open_outline() as outline:
        for n, path in enumerate(files, start=1):
            source = pikepdf.open(path)
            sources.append(source)
            outline.root.append(pikepdf.OutlineItem(f"{path.stem} (p. {len(bundle.pages) + 1})", len(bundle.pages)))
            bundle.pages.extend(source.pages)
            for page, place in zip(bundle.pages[-len(source.pages) :], range(1, 1 + len(source.pages)), strict=True):
                buffer = io.BytesIO()
                canvas = Canvas(buffer, pagesize=A4)
                canvas.drawRightString(560, 12, f"ABC{n:06d}_{place:03d}")
                canvas.showPage()
                canvas.save()
                with pikepdf.open(buffer) as stamp:
                    page.add_overlay(stamp.pages[0])
    bundle.save(out)
    return len(bundle.pages)


def join_only(files: list[Path], out: Path) -> int:
    bundle = pikepdf.new()
    sources = []
    for path in files:
        source = pikepdf.open(path)
        sources.append(source)
        bundle.pages.extend(source.pages)
    bundle.save(out)
    return len(bundle.pages)


WAYS = {"ours": ours, "page by page": page_by_page, "join only": join_only}


def run_one(way: str, listing: Path, out: Path) -> None:
    """The child: makes one bundle and says how it went."""
    files = [Path(line) for line in listing.read_text().splitlines()]
    start, busy = time.perf_counter(), time.process_time()
    pages = WAYS[way](files, out)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"pages": pages, "seconds": seconds, "busy": busy, "peak_mb": peak, "mb": out.stat().st_size / 1e6})
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, action="append")
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--way", choices=list(WAYS), action="append")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        run_one(given.child[0], Path(given.child[1]), Path(given.child[2]))
        return
    print(f"{'pages':>7}  {'way':<14}{'pages/s':>9}{'per CPU s':>11}{'peak MB':>9}{'file MB':>9}")
    with tempfile.TemporaryDirectory(prefix="bundling-") as name:
        folder = Path(name)
        for pages in given.pages or [500, 5_000]:
            files = corpus_documents(pages) if given.corpus else make_documents(folder, pages // PAGES_EACH)
            listing = folder / "files.txt"
            listing.write_text("\n".join(map(str, files)))
            for way in given.way or list(WAYS):
                out = folder / "bundle.pdf"
                command = [sys.executable, __file__, "--child", way, str(listing), str(out)]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                told = json.loads(said)
                speed = told["pages"] / told["seconds"]
                print(
                    f"{told['pages']:>7}  {way:<14}{speed:>9.0f}{told['pages'] / told['busy']:>11.0f}"
                    f"{told['peak_mb']:>9.0f}{told['mb']:>9.1f}",
                    flush=True,
                )
                if given.verify and way == "ours":
                    start = time.perf_counter()
                    outcome = verify_bundle(out)
                    seconds = time.perf_counter() - start
                    verdict = "kept every promise" if outcome.ok else f"BROKE {[c.name for c in outcome.failed()]}"
                    print(f"{'':>9}verified in {seconds:.1f} s: {verdict}", flush=True)
                out.unlink()


if __name__ == "__main__":
    main()
