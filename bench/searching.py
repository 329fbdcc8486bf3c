"""Search measured: speed beside Whoosh used directly and SQLite FTS5, and the quality of the ranking.

    python bench/searching.py              speed at 1,000 and 10,000 documents
    python bench/searching.py --quality    nDCG@10 and recall@100 on the test collections
    python bench/searching.py --documents 2000 --documents 20000

The documents are pieces of about 350 words of the hearings in ../shared/corpus/text, each with made-up particulars;
beyond what that text holds they are repeated with a word of their own, and the table says so.
"""

import argparse
import json
import math
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from whoosh import fields as whoosh_fields  # noqa: E402
from whoosh import index as whoosh_index  # noqa: E402
from whoosh.analysis import StemmingAnalyzer  # noqa: E402
from whoosh.qparser import FuzzyTermPlugin, QueryParser  # noqa: E402

from search.engine import IndexDocument  # noqa: E402
from search.engines.whoosh import WhooshEngine  # noqa: E402
from search.language import any_word, parse_query  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus"
OPEN = frozenset({"open"})
PIECE_WORDS = 350
ROUNDS = 3
SLOW_MS = 1_000

# Kind, ours, Whoosh's own syntax, FTS5's own syntax; None where the peer has nothing that means the same.
QUERIES: list[tuple[str, str, str | None, str | None]] = [
    *(("word", w, w, w) for w in ("ward", "postmaster", "horizon", "family", "risk", "hospital", "apology", "coroner")),
    *(("common", w, w, w) for w in ("inquiry", "evidence", "question", "people")),
    ("and", "ward AND staff AND night", "ward AND staff AND night", "ward AND staff AND night"),
    ("and", "risk assessment discharge", "risk assessment discharge", "risk assessment discharge"),
    ("and", "family letter apology", "family letter apology", "family letter apology"),
    ("or", "coroner OR observation OR leave", "coroner OR observation OR leave", "coroner OR observation OR leave"),
    ("or", "post OR office OR audit", "post OR office OR audit", "post OR office OR audit"),
    ("not", "ward NOT staff", "ward NOT staff", "ward NOT staff"),
    ("not", "(bug OR error) NOT horizon", "(bug OR error) NOT horizon", "(bug OR error) NOT horizon"),
    ("not", "NOT inquiry", "NOT inquiry", None),
    ("phrase", '"post office"', '"post office"', '"post office"'),
    ("phrase", '"terms of reference"', '"terms of reference"', '"terms of reference"'),
    ("phrase", '"duty of care"', '"duty of care"', '"duty of care"'),
    ("phrase", '"mental health"', '"mental health"', '"mental health"'),
    ("phrase", '"of the"', '"of the"', '"of the"'),
    ("phrase", '"in the community"', '"in the community"', '"in the community"'),
    ("near", "family w/5 concerns", '"family concerns"~5', "NEAR(family concerns, 4)"),
    ("near", "staff pre/10 shortage", None, None),
    ("near", "the w/3 inquiry", '"the inquiry"~3', "NEAR(the inquiry, 2)"),
    ("near", '"mental health" w/10 (act OR trust)', None, None),
    ("near", "(risk OR danger) w/8 (patient OR ward)", None, None),
    ("near", "post w/3 office w/20 audit", None, None),
    ("prefix", "neglig*", "neglig*", "neglig*"),
    ("prefix", "comm*", "comm*", "comm*"),
    ("prefix", "re*", "re*", "re*"),
    ("wildcard", "*ology", "*ology", None),
    ("wildcard", "wom?n", "wom?n", None),
    ("wildcard", "prescri*ion", "prescri*ion", None),
    ("fuzzy", "counci1~", None, None),
    ("fuzzy", "hospitol~", "hospitol~", None),
    ("fuzzy", "assesment~2", "assesment~2", None),
    ("exact", "=minutes", None, None),
    ("exact", "=ward", None, None),
    ("field", "title:family", "title:family", "title:family"),
    ("field", "category:failings ward", None, None),
    ("field", "batch:spring AND staff", None, None),
    ("field", "person:quillfeather", None, None),
    ("date", "date:1974", None, None),
    ("date", "ward date:1970..1979", None, None),
    ("date", "NOT date:none family", None, None),
    ("mixed", '(ward OR hospital) AND "risk assessment" NOT discharge year:1980..', None, None),
    ("mixed", "(family w/10 inform*) OR (mother w/5 told)", None, None),
    ("everything", "*", None, None),
    ("question", "what did the trust do after the death of a patient", None, None),
    ("rare", "xylophone", "xylophone", "xylophone"),
    ("rare", "bankruptcy", "bankruptcy", "bankruptcy"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--documents", type=int, action="append")
    chosen = parser.parse_args()
    if chosen.quality:
        measure_quality()
    else:
        measure_speed(chosen.documents or [1_000, 10_000])


# Speed


def real_pieces() -> list[str]:
    """The hearings cut into pieces, taken in turn from every file so that a small number is varied too."""
    files = sorted((CORPUS / "text" / "inquiry-horizon").rglob("*.rst"))
    files += sorted((CORPUS / "text" / "inquiry-lampard").rglob("*.rst"))
    if not files:
        sys.exit("The hearings in ../shared/corpus/text are not beside this checkout: nothing was measured.")
    per_file = []
    for file in files:
        found = file.read_text(encoding="utf-8", errors="replace").split()
        per_file.append([" ".join(found[i : i + PIECE_WORDS]) for i in range(0, len(found), PIECE_WORDS)])
    longest = max(len(pieces) for pieces in per_file)
    return [pieces[i] for i in range(longest) for pieces in per_file if i < len(pieces)]


def make_documents(pieces: Sequence[str], count: int) -> Iterator[IndexDocument]:
    for n in range(count):
        text = pieces[n % len(pieces)]
        if n >= len(pieces):
            text = f"copy{n} {text}"
        day = date(1968, 1, 1) + timedelta(days=(n * 37) % 16_000)
        yield IndexDocument(
            record_id=n + 1,
            reference=f"B/{n:07}",
            title=" ".join(text.split()[:8]),
            file_name=f"scan_{n:06}.pdf",
            record_type=("minutes", "letter", "report", "file")[n % 4],
            categories=(("failings",), (), ("duties", "honours"), (), ())[n % 5],
            people=(f"Ada Quillfeather{n % 40}", "Mair Quillfeather")[: 1 + n % 2],
            places=(f"Larkhollow {n % 30}",),
            batch=f"Returned {('spring', 'autumn')[n % 2]} {n % 12}",
            source="County record office",
            date_from=day if n % 9 else None,
            state=("unread", "decided")[n % 2],
            compartment="restricted" if n % 10 == 0 else "open",
            pages=((1, text),),
        )


Ask = Callable[[], object]


def measure_speed(sizes: Sequence[int]) -> None:
    pieces = real_pieces()
    print(f"{len(QUERIES)} queries, each asked {ROUNDS} times, or once where it took a second;")
    print(f"{len(pieces):,} real pieces of {PIECE_WORDS} words;")
    print("beyond that number they are repeated. 'All' is every query a system has an equal of; 'shared' only those")
    print("that all three can be asked. Ours: exact total, facets, permission mask, snippets of the first ten.")
    print("Whoosh used directly and FTS5: exact total and snippets of the first ten, no facets, no permission.\n")
    print("| system | documents | docs/s | MB | queries | p50 ms | p95 | p99 | first p95 | shared p50 | shared p95 |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        documents = list(make_documents(pieces, size))
        for system in (measure_ours, measure_whoosh, measure_fts5):
            folder = Path(tempfile.mkdtemp(prefix="candour-bench-"))
            try:
                name, per_second, asks = system(folder, documents)
                print(_line(name, size, per_second, _megabytes(folder), asks), flush=True)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def measure_ours(folder: Path, documents: list[IndexDocument]) -> tuple[str, float, dict[int, Ask]]:
    engine = WhooshEngine(folder / "index")
    texts = {document.record_id: document.pages for document in documents}
    started = time.perf_counter()
    engine.index(documents)
    per_second = len(documents) / (time.perf_counter() - started)

    def ask(written: str) -> None:
        query = any_word(written) if written.startswith("what ") else parse_query(written)
        found = engine.find(query, compartments=OPEN, limit=10)
        for hit in found.hits:
            engine.highlight(query, hit.record_id, texts[hit.record_id], compartments=OPEN)

    engine.count(parse_query("xylophone"), compartments=OPEN)
    return "Candour on Whoosh", per_second, {i: _bind(ask, query[1]) for i, query in enumerate(QUERIES)}


def measure_whoosh(folder: Path, documents: list[IndexDocument]) -> tuple[str, float, dict[int, Ask]]:
    analyzer = StemmingAnalyzer(stoplist=None)
    schema = whoosh_fields.Schema(
        id=whoosh_fields.STORED,
        title=whoosh_fields.TEXT(analyzer, stored=True),
        text=whoosh_fields.TEXT(analyzer, stored=True),
    )
    index = whoosh_index.create_in(str(folder), schema)
    started = time.perf_counter()
    writer = index.writer(limitmb=256)
    for document in documents:
        writer.add_document(id=document.record_id, title=document.title, text=document.pages[0][1])
    writer.commit()
    per_second = len(documents) / (time.perf_counter() - started)
    searcher = index.searcher()
    parser = QueryParser("text", schema)
    parser.add_plugin(FuzzyTermPlugin())

    def ask(written: str) -> None:
        results = searcher.search(parser.parse(written), limit=10)
        len(results)
        for hit in results:
            hit.highlights("text")

    return "Whoosh used directly", per_second, {i: _bind(ask, q[2]) for i, q in enumerate(QUERIES) if q[2]}


def measure_fts5(folder: Path, documents: list[IndexDocument]) -> tuple[str, float, dict[int, Ask]]:
    database = sqlite3.connect(folder / "fts.sqlite3")
    database.execute("create virtual table papers using fts5(title, text, tokenize = 'porter unicode61')")
    started = time.perf_counter()
    rows = ((document.record_id, document.title, document.pages[0][1]) for document in documents)
    database.executemany("insert into papers (rowid, title, text) values (?, ?, ?)", rows)
    database.commit()
    per_second = len(documents) / (time.perf_counter() - started)

    def ask(written: str) -> None:
        match = re.sub(r"(?<=\w) (?=\w)", " ", written)
        database.execute("select count(*) from papers where papers match ?", (match,)).fetchone()
        database.execute(
            "select rowid, snippet(papers, 1, '[', ']', '…', 40) from papers where papers match ?"
            " order by bm25(papers, 2.0, 1.0) limit 10",
            (match,),
        ).fetchall()

    return "SQLite FTS5", per_second, {i: _bind(ask, q[3]) for i, q in enumerate(QUERIES) if q[3]}


def _bind(ask: Callable[[str], None], written: str | None) -> Ask:
    return lambda: ask(written or "")


def _line(name: str, size: int, per_second: float, megabytes: float, asks: dict[int, Ask]) -> str:
    first = {i: _milliseconds(ask) for i, ask in asks.items()}
    # What took more than a second is not asked again: its first time is counted for every round.
    rounds = [
        {i: _milliseconds(ask) if first[i] < SLOW_MS else first[i] for i, ask in asks.items()}
        for _ in range(ROUNDS - 1)
    ]
    times = [took for turn in (first, *rounds) for took in turn.values()]
    shared = [took for turn in (first, *rounds) for i, took in turn.items() if QUERIES[i][2] and QUERIES[i][3]]
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    shared50, shared95 = np.percentile(shared, [50, 95])
    return (
        f"| {name} | {size:,} | {per_second:,.0f} | {megabytes:.1f} | {len(asks)} | {p50:.1f} | {p95:.1f} | {p99:.1f}"
        f" | {np.percentile(list(first.values()), 95):.1f} | {shared50:.1f} | {shared95:.1f} |"
    )


def _milliseconds(ask: Ask) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


# Quality

REFERENCE = {"adi": (0.470, 0.983), "cacm": (0.465, 0.649), "cisi": (0.308, 0.389), "cran": (0.357, 0.733)}


def measure_quality() -> None:
    print("| collection | queries | nDCG@10 | reference | recall@100 | reference |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (reference_gain, reference_recall) in REFERENCE.items():
        folder = Path(tempfile.mkdtemp(prefix="candour-bench-"))
        try:
            gains, recalls = _quality(CORPUS / "ir" / name, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(
            f"| {name} | {len(gains)} | {np.mean(gains):.3f} | {reference_gain:.3f}"
            f" | {np.mean(recalls):.3f} | {reference_recall:.3f} |",
            flush=True,
        )


def _quality(collection: Path, folder: Path) -> tuple[list[float], list[float]]:
    papers = [json.loads(line) for line in (collection / "docs.jsonl").read_text(encoding="utf-8").splitlines()]
    engine = WhooshEngine(folder / "index")
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
    with suppress(BrokenPipeError):
        main()
