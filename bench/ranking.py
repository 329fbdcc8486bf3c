"""How well the engines rank: nDCG@10 and recall@100 on the test collections in ../shared/corpus/ir.

The reference is the BM25 that came with the collections.
"""

import json
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._search_set import CORPUS, OPEN  # noqa: E402
from search.engine import IndexDocument, SearchEngine  # noqa: E402
from search.engines.tantivy import TantivyEngine  # noqa: E402
from search.engines.whoosh import WhooshEngine  # noqa: E402
from search.language import any_word  # noqa: E402

REFERENCE = {"adi": (0.470, 0.983), "cacm": (0.465, 0.649), "cisi": (0.308, 0.389), "cran": (0.357, 0.733)}


def main() -> None:
    print("| engine | collection | queries | nDCG@10 | reference | recall@100 | reference |")
    print("|---|---|---:|---:|---:|---:|---:|")
    engines: dict[str, Callable[[Path], SearchEngine]] = {"Whoosh": WhooshEngine, "Tantivy": TantivyEngine}
    for (kind, make), (name, (reference_gain, reference_recall)) in product(engines.items(), REFERENCE.items()):
        folder = Path(tempfile.mkdtemp(prefix="candour-bench-"))
        try:
            gains, recalls = _quality(CORPUS / "ir" / name, make(folder / "index"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(
            f"| {kind} | {name} | {len(gains)} | {np.mean(gains):.3f} | {reference_gain:.3f}"
            f" | {np.mean(recalls):.3f} | {reference_recall:.3f} |",
            flush=True,
        )


def _quality(collection: Path, engine: SearchEngine) -> tuple[list[float], list[float]]:
    papers = [json.loads(line) for line in (collection / "docs.jsonl").read_text(encoding="utf-8").splitlines()]
    engine.index(IndexDocument(int(p["id"]), title=p["title"], pages=((1, p["text"]),)) for p in papers)
    judged: dict[str, dict[int, int]] = {}
    for line in (collection / "qrels.txt").read_text().splitlines():
        query, _, paper, grade = line.split()
        if int(grade) > 0:
            judged.setdefault(query, {})[int(paper)] = int(grade)
    gains, recalls = [], []
    for line in (collection / "queries.tsv").read_text(encoding="utf-8").splitlines():
        number, _, text = line.partition("\t")
        if number not in judged:
            continue
        hits = engine.find(any_word(text), compartments=OPEN, limit=100).hits
        ranked = [hit.record_id for hit in hits]
        gains.append(_ndcg(ranked, judged[number]))
        recalls.append(len(set(ranked) & judged[number].keys()) / len(judged[number]))
    engine.close()
    return gains, recalls


def _ndcg(ranked: Sequence[int], grades: dict[int, int]) -> float:
    def total(values: Sequence[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(values[:10]))

    return total([grades.get(paper, 0) for paper in ranked]) / total(sorted(grades.values(), reverse=True))


if __name__ == "__main__":
    main()
