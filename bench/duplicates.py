"""How well and how fast pages that are alike are found: run `./run bench duplicates [pages]`.

Truth: releases of one record with other readings and other redactions. Beside ours, on the same pairs: runs of three
words by Jaccard similarity, at the usual 0.8, at 0.9 (what datasketch's LSH takes when it is told nothing) and
lower. It is computed exactly, so that a sketch's chance errors flatter or spoil nothing.
Then speed, growth and memory over as many pages as are asked for (50,000 by default), written anew of the hearings'
words, one in ten an earlier one with the faults of machine reading; and over the hearings as they are.

`./run bench duplicates --records [N]` measures the worker's steps instead, database and rows included: an archive that
grows to N records of one page (50,000 by default), each fifth of them signed and compared as the worker does it.
"""

import csv
import itertools
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, insert, select

from records import near_duplicates
from records.likeness_models import Likeness
from records.models import Page, Record
from records.shingles import ALIKE, Commonness, likeness, shingles_of
from records.signatures import Signatures
from store import clock
from store.archive import open_archive
from store.chunks import chunks
from store.settings import load_settings
from worker.comparing import compare_some
from worker.steps import initialise

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "text"
# Two pairs of records there are one paper under two numbers; read by eye.
ALSO_ONE = {
    frozenset(("104-10054-10007", "104-10055-10072")),
    frozenset(("104-10422-10108", "104-10015-10401")),
}
PAGE = 2_000
Pairs = set[tuple[int, int]]


def releases() -> tuple[list[str], Pairs]:
    texts: list[str] = []
    of_record: dict[str, list[int]] = {}
    with (CORPUS / "versions" / "jfk_versions.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            for path in row["paths"].split("|"):
                of_record.setdefault(row["record"], []).append(len(texts))
                texts.append((CORPUS.parent / path).read_text(encoding="utf-8", errors="replace"))
    same = {pair for numbers in of_record.values() for pair in itertools.combinations(numbers, 2)}
    for one, other in map(sorted, ALSO_ONE):
        same |= {(min(a, b), max(a, b)) for a in of_record[one] for b in of_record[other]}
    return texts, same


def word_runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def judge() -> None:
    texts, same = releases()
    runs, ours = [word_runs(text) for text in texts], [shingles_of(text) for text in texts]
    common = Commonness()
    for page in ours:
        common.add(page)
    with tempfile.TemporaryDirectory() as folder:
        signatures = Signatures(Path(folder))
        signatures.add(enumerate(ours))
        found = signatures.candidates(dict(enumerate(ours)))
    every = list(itertools.combinations(range(len(texts)), 2))
    jaccard = {(a, b): len(runs[a] & runs[b]) / max(1, len(runs[a] | runs[b])) for a, b in every}
    likenesses = {(a, b): likeness(ours[a], ours[b], common) for a, b in every if b in found.get(a, ())}
    print(f"{len(texts)} texts, {len(same)} pairs of one paper, {len(every) - len(same):,} pairs of two\n")
    print("| method | threshold | recall | pairs of two papers called one |\n|---|---:|---:|---:|")
    for threshold in (0.9, 0.8, 0.5, 0.3, 0.2, 0.1, 0.05):
        _row("runs of three words, Jaccard", threshold, jaccard, same)
    for threshold in (0.2, 0.15, 0.12, 0.1, ALIKE, 0.06, 0.05):
        _row("Candour", threshold, likenesses, same)
    candidates = {pair for pair in every if pair[1] in found.get(pair[0], ())}
    print(f"| Candour, candidates alone | | {len(candidates & same) / len(same):.3f} | {len(candidates - same)} |")


def _row(name: str, threshold: float, scores: dict[tuple[int, int], float], same: Pairs) -> None:
    called = {pair for pair, score in scores.items() if score >= threshold}
    print(f"| {name} | {threshold:g} | {len(called & same) / len(same):.3f} | {len(called - same)} |")


def hearings() -> list[str]:
    pages = []
    for path in sorted(CORPUS.rglob("*20??-??-??.rst")):
        text = re.sub(r"\*\*|\.\. .*::.*|<[^>]*>", "", path.read_text(encoding="utf-8"))
        pages.extend(text[at : at + PAGE] for at in range(0, len(text) - PAGE, PAGE))
    return pages


def misread(text: str, share: float, chance: random.Random) -> str:
    letters = list(text)
    for place in chance.sample(range(len(letters)), int(share * len(letters))):
        letters[place] = chance.choice(["", "l", "~", "e", "rn", " ", "c", "o"])
    return "".join(letters)


class Writer:
    """Writes pages nobody wrote: each word follows the one before as some word of the hearings did."""

    def __init__(self, pages: list[str], chance: random.Random) -> None:
        self.chance = chance
        self.after: dict[str, list[str]] = {}
        for page in pages:
            words = page.split()
            for word, following in pairwise(words):
                self.after.setdefault(word, []).append(following)
        self.words = list(self.after)

    def page(self) -> str:
        words = [self.chance.choice(self.words)]
        while len(words) < 350:
            words.append(self.chance.choice(self.after.get(words[-1], self.words)))
        return " ".join(words)


def stream(pages: int, writer: Writer) -> Iterator[tuple[str, int | None]]:
    """Pages, one in ten of which is an earlier one read again with faults, and which one that was."""
    made: list[str] = []
    for number in range(pages):
        if number % 10 == 9:
            source = writer.chance.randrange(max(0, number - 20_000), number)
            while not made[source]:
                source -= 1
            yield misread(made[source], writer.chance.choice([0.02, 0.05, 0.08]), writer.chance), source
            made.append("")
        else:
            made.append(writer.page())
            yield made[-1], None


def measure(pages: int) -> None:
    real = hearings()
    writer = Writer(real, random.Random(17))
    columns = ("pages", "signed, pages/s", "compared, pages/s", "texts held against a page", "recall of copies")
    columns += ("other pairs", "sketches, MB", "peak, MB")
    print(f"\n| {' | '.join(columns)} |\n|{'---:|' * len(columns)}")
    for size in sorted({pages // 4, pages // 2, pages}):
        _measure_one(f"{size:,}", size, stream(size, writer))
    _measure_one("hearings, as they are", len(real), ((text, None) for text in real))


def _measure_one(name: str, size: int, pages: Iterator[tuple[str, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        signatures = Signatures(Path(folder))
        signing = 0.0
        texts: list[str] = []
        sources: dict[int, int] = {}
        for some in chunks(pages, 2_000):
            begun = time.process_time()
            signatures.add((len(texts) + place, shingles_of(text)) for place, (text, _) in enumerate(some))
            signing += time.process_time() - begun
            for text, source in some:
                if source is not None:
                    sources[len(texts)] = source
                texts.append(text)
        begun = time.process_time()
        looked_at = 0
        alike: set[tuple[int, int]] = set()
        for start in range(0, size, 400):
            own = {number: shingles_of(texts[number]) for number in range(start, min(start + 400, size))}
            known = dict(own)
            for number, others in signatures.candidates(own).items():
                for other in others:
                    if other > number:
                        continue
                    looked_at += 1
                    if other not in known:
                        known[other] = shingles_of(texts[other])
                    if likeness(own[number], known[other], signatures.common) >= ALIKE:
                        alike.add((other, number))
        finding = time.process_time() - begun
        copies = {(source, copy) for copy, source in sources.items()}
        megabytes = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        recall = len(copies & alike) / len(copies) if copies else 1.0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - sum(map(len, texts)) / 1e6
        print(
            f"| {name} | {size / signing:,.0f} | {size / finding:,.0f} | {looked_at / size:.2f} | "
            f"{recall:.3f} | {len(alike - copies)} | {megabytes:.0f} | {peak:.0f} |",
            flush=True,
        )


def work(records: int) -> None:
    """What each fifth of a growing archive costs the worker: a figure that grows is not linear."""
    writer = Writer(hearings(), random.Random(17))
    print("| records held | processor s for 1,000 | of it signing, s | likenesses found | database, MB | peak, MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        archive = open_archive(load_settings({"CANDOUR_DATA": folder}))
        initialise(archive)
        held = 0
        for texts in chunks((text for text, _ in stream(records, writer)), max(1, records // 5)):
            for some in chunks(enumerate(texts, start=held + 1), 500):
                with archive.writing() as session:
                    session.execute(insert(Record), [_record(number) for number, _ in some])
                    pages = [
                        {"record_id": number, "number": 1, "text": text, "read_by": "ocr"} for number, text in some
                    ]
                    session.execute(insert(Page), pages)
            held += len(texts)
            begun, signing = time.process_time(), 0.0
            while True:
                step = time.process_time()
                with archive.reading() as session:
                    is_signing = bool(near_duplicates.records_to_sign(session, pages=1))
                if not compare_some(archive):
                    break
                signing += time.process_time() - step if is_signing else 0.0
            spent = time.process_time() - begun
            with archive.reading() as session:
                found = session.scalar(select(func.count(Likeness.id))) or 0
            size = sum(path.stat().st_size for path in Path(folder).glob("*.sqlite*")) / 1e6
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            spent, signing = (seconds * 1000 / len(texts) for seconds in (spent, signing))
            print(f"| {held:,} | {spent:.2f} | {signing:.2f} | {found:,} | {size:,.0f} | {peak:,.0f} |", flush=True)


def _record(number: int) -> dict[str, object]:
    return {
        "id": number, "reference": f"R-{number:06d}", "title": "A page", "file_name": "page.pdf",
        "media_type": "application/pdf", "label": "PDF", "date_precision": "undated", "batch": "bench",
        "source": "bench", "state": "read", "page_count": 1, "unread_pages": 0, "note": "",
        "registered_at": clock.now(),
    }  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["--records"]:
        work(int(sys.argv[2]) if len(sys.argv) > 2 else 50_000)
        return
    judge()
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)


if __name__ == "__main__":
    main()
