"""Where the engines put in another order what all of them find: the share of the first ten that they have in common.

    python bench/ranks.py [--documents 5000]

The documents and the queries are those of `bench/_search_set.py`. Every engine finds the same records (the conformance
suite proves it); which of them come first may differ, because Whoosh is weighed by BM25F here and Tantivy weighs by
itself. Queries that find ten or fewer, or that are not weighed at all, are left out: there the first ten are the same.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from bench._search_set import OPEN, QUERIES, make_documents, real_pieces  # noqa: E402
from search.engines.tantivy import TantivyEngine  # noqa: E402
from search.engines.whoosh import WhooshEngine  # noqa: E402
from search.language import any_word, parse_query  # noqa: E402
from search.language_tree import Query, placed_parts  # noqa: E402

FIRST = 10


def as_query(written: str) -> Query:
    return any_word(written) if written.startswith("what ") else parse_query(written)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=5_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="candour-bench-"))
    try:
        engines = (WhooshEngine(folder / "whoosh"), TantivyEngine(folder / "tantivy"))
        for engine in engines:
            engine.index(make_documents(real_pieces(), chosen.documents))
        by_kind: dict[str, list[tuple[str, float, bool]]] = {}
        for kind, written, _, _ in QUERIES:
            query = as_query(written)
            one, other = (engine.find(query, compartments=OPEN, limit=FIRST) for engine in engines)
            if one.total != other.total:
                sys.exit(f"The engines do not find the same: {written} finds {one.total} and {other.total}.")
            if one.total > FIRST and placed_parts(query.node):
                firsts = [[hit.record_id for hit in found.hits] for found in (one, other)]
                share = len(set(firsts[0]) & set(firsts[1])) / FIRST
                by_kind.setdefault(kind, []).append((written, share, firsts[0][0] == firsts[1][0]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Whoosh and Tantivy, {chosen.documents:,} documents.\n")
    print("| kind | queries | of the first ten in common | the same first | least in common |")
    print("|---|---:|---:|---:|---|")
    for kind, found in by_kind.items():
        written, least, _ = min(found, key=lambda each: each[1])
        shared, first = np.mean([share for _, share, _ in found]), sum(same for _, _, same in found)
        print(f"| {kind} | {len(found)} | {shared:.0%} | {first} | `{written.replace('|', '')}` {least:.0%} |")
    every = [each for found in by_kind.values() for each in found]
    shared, first = np.mean([share for _, share, _ in every]), sum(same for _, _, same in every)
    print(f"| all | {len(every)} | {shared:.0%} | {first} | |")


if __name__ == "__main__":
    main()
