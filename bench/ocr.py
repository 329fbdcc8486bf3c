"""OCR on the shared corpus, ours beside plain Tesseract, page by page in one run, and beside OCRmyPDF where it is.

    python bench/ocr.py [--every N] [--set NAME]

Each page is read by every reader one after the other, so that whatever else the machine does falls on all alike; the
speed is pages for each second of processor time, times two processes. OCRmyPDF, a program of its own that has to be on
the PATH, reads each set as one PDF with its defaults. Words are runs of letters and digits in small
letters, compared as bags for each page; the character error rate is by edit distance on the page's words in order.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_THREAD_LIMIT"] = "1"
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import tesserocr  # noqa: E402
from PIL import Image  # noqa: E402
from rapidfuzz.distance import Levenshtein  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from ingest.ocr import read_picture  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus" / "ocr"
PROCESSES = 2
# At which the pages were scanned; the files do not all say, or say wrongly.
DPI = {"forms": 100, "letters1905": 200, "oldbooks": 300, "tesseract-test": 300}
_PLAIN: list[tesserocr.PyTessBaseAPI] = []


@dataclass(frozen=True)
class Sheet:
    """One page with what stands on it."""

    collection: str
    image: Path
    truth: str
    ordered: bool


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def running_words(text: str) -> list[str]:
    """The words of a text in lines, those broken by a hyphen at the end of a line whole, as the truth has them."""
    return words(re.sub(r"(?<=[^\W\d_])[-¬‐]\s*\n\s*(?=[^\W\d_])", "", text))


def sheets(name: str) -> Iterator[Sheet]:
    folder = CORPUS / name
    if name == "forms":
        for described in sorted(folder.glob("*.json")):
            form = json.loads(described.read_text())["form"]
            text = " ".join(word["text"] for entry in form for word in entry["words"])
            yield Sheet(name, described.with_suffix(".png"), text, ordered=False)
    elif name == "tesseract-test":
        for truth in sorted(folder.glob("*.txt")):
            yield Sheet(name, truth.with_suffix(".tif"), truth.read_text(), ordered=True)
    else:
        kinds = {}
        if name == "letters1905":
            lines = (folder / "manifest.csv").read_text().splitlines()[1:]
            kinds = {line.split(",")[0]: line.split(",")[1] for line in lines}
        for truth in sorted(folder.glob("*.gt.txt")):
            stem = truth.name.removesuffix(".gt.txt")
            image = next(path for path in sorted(folder.glob(f"{stem}.*")) if path.suffix != ".txt")
            group = f"{name} {kinds[image.name]}" if kinds else name
            yield Sheet(group, image, truth.read_text(), ordered=True)


def plain(image: Image.Image, scale: float) -> str:
    if not _PLAIN:
        _PLAIN.append(tesserocr.PyTessBaseAPI(path=str(ROOT / "ingest" / "tessdata") + "/", lang="eng"))
    if scale != 1.0:
        image = image.resize((round(image.width * scale), round(image.height * scale)))
    _PLAIN[0].SetImage(image)
    return str(_PLAIN[0].GetUTF8Text())


READERS: dict[str, Callable[[Image.Image], str]] = {
    "candour": lambda image: read_picture(image).text,
    "plain": lambda image: plain(image, 1.0),
    "plain x1.5": lambda image: plain(image, 1.5),
}


@dataclass(frozen=True)
class Outcome:
    """What one reader made of one page."""

    reader: str
    collection: str
    hits: int
    given: int
    wanted: int
    seconds: float
    character_error: float | None


def outcome(reader: str, sheet: Sheet, text: str, seconds: float) -> Outcome:
    given, wanted = (running_words(side) if sheet.ordered else words(side) for side in (text, sheet.truth))
    hits = sum((Counter(given) & Counter(wanted)).values())
    error = None
    if sheet.ordered:
        one, other = " ".join(given), " ".join(wanted)
        error = Levenshtein.distance(one, other) / max(1, len(other))
    return Outcome(reader, sheet.collection, hits, len(given), len(wanted), seconds, error)


def ocrmypdf(program: str, pages: list[Sheet], dpi: int) -> list[Outcome]:
    """The pages as OCRmyPDF reads them, all in one PDF; its processor time is shared out evenly."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        canvas = Canvas(str(folder / "pages.pdf"))
        for number, sheet in enumerate(pages):
            picture = folder / f"page-{number}.png"
            with Image.open(sheet.image) as image:
                size = image.width * 72 / dpi, image.height * 72 / dpi
                image.convert("L").save(picture)
            canvas.setPageSize(size)
            canvas.drawImage(str(picture), 0, 0, *size)
            canvas.showPage()
        canvas.save()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [program, "--quiet", "--sidecar", folder / "text", folder / "pages.pdf", folder / "read.pdf"], check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        texts = (folder / "text").read_text().split("\f")
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(pages)
    return [outcome("OCRmyPDF", sheet, text, spent) for sheet, text in zip(pages, texts, strict=False)]


def read_sheet(sheet: Sheet) -> list[Outcome]:
    outcomes = []
    for reader, read in READERS.items():
        image = Image.open(sheet.image).convert("L")
        began = time.process_time()
        given = read(image)
        spent = time.process_time() - began
        outcomes.append(outcome(reader, sheet, given, spent))
    return outcomes


def row(reader: str, collection: str, outcomes: list[Outcome]) -> str:
    hits, given, wanted = (sum(getattr(one, name) for one in outcomes) for name in ("hits", "given", "wanted"))
    errors = [one.character_error for one in outcomes if one.character_error is not None]
    median = statistics.median(one.hits / max(1, one.wanted) for one in outcomes)
    speed = PROCESSES * len(outcomes) / sum(one.seconds for one in outcomes)
    cer = f"{statistics.median(errors):.3f}" if errors else "-"
    return (
        f"| {collection} | {len(outcomes)} | {reader} | {hits / max(1, wanted):.3f} | {hits / max(1, given):.3f} "
        f"| {median:.3f} | {cer} | {speed:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="read every Nth page of each set")
    parser.add_argument("--set", action="append", help="only this set")
    arguments = parser.parse_args()
    names = arguments.set or ["forms", "letters1905", "oldbooks", "tesseract-test"]
    pages = [sheet for name in names for sheet in list(sheets(name))[:: arguments.every]]
    with multiprocessing.Pool(PROCESSES) as pool:
        outcomes = [one for several in pool.imap(read_sheet, pages) for one in several]
    program = shutil.which("ocrmypdf")
    if program is None:
        print("OCRmyPDF is not on the PATH, and so not in this table.", file=sys.stderr)
    for name in names if program else []:
        outcomes += ocrmypdf(str(program), list(sheets(name))[:: arguments.every], DPI[name])
    print(
        "| set | pages | reader | word recall | word precision | median recall | median CER | pages/s on 2 processes |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for collection in dict.fromkeys(sheet.collection for sheet in pages):
        for reader in dict.fromkeys(one.reader for one in outcomes):
            chosen = [one for one in outcomes if one.reader == reader and one.collection == collection]
            print(row(reader, collection, chosen))


if __name__ == "__main__":
    main()
