"""Search measured: its speed beside the engines used directly and SQLite FTS5.

    python bench/searching.py              speed at 1,000 and 10,000 documents
    python bench/searching.py --documents 100000 --system=candour-tantivy --system=tantivy
    python bench/searching.py --system=candour-opensearch --system=opensearch
    python bench/searching.py --documents 1000000 --system=candour-tantivy --keep=FOLDER

With --keep what was laid down stays in the folder, one folder a system and size, and is asked again by the next run
that names it: its documents/s are those of the run that laid it down. An index of another layout is refused, and its
folder is to be removed. OpenSearch keeps nothing, and is refused with it.
OpenSearch is measured only where it is asked for: it is fetched and started for it, and its processor time counts.

What is searched, and for what, is in `bench/_search_set.py`; how well the engines rank, in `bench/ranking.py`.
"""

import argparse
import math
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import tantivy  # noqa: E402
from whoosh import fields as whoosh_fields  # noqa: E402
from whoosh import index as whoosh_index  # noqa: E402
from whoosh.analysis import StemmingAnalyzer  # noqa: E402
from whoosh.qparser import FuzzyTermPlugin, QueryParser  # noqa: E402

from bench import _opensearch  # noqa: E402
from bench._search_set import OPEN, PIECE_WORDS, QUERIES, RESTRICTED_EACH, make_documents, real_pieces  # noqa: E402
from search.engine import IndexDocument, SearchEngine  # noqa: E402
from search.engines.tantivy import TantivyEngine  # noqa: E402
from search.engines.whoosh import WhooshEngine  # noqa: E402
from search.highlighting import highlight_each, text_parts  # noqa: E402
from search.language import any_word, parse_query  # noqa: E402
from search.language_tree import Everything, Query  # noqa: E402

ROUNDS = 3
SLOW_MS = 1_000
# Whoosh's own searcher and a connection to SQLite serve one thread at a time.
ONE_THREAD = ("Whoosh", "SQLite")
EVERYTHING = Query("*", Everything())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, action="append")
    parser.add_argument("--system", action="append", choices=list(SYSTEMS))
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    if chosen.keep and any("opensearch" in name for name in chosen.system or []):
        parser.error("OpenSearch keeps nothing from one run to the next: leave out --keep")
    measure_speed(chosen.documents or [1_000, 10_000], chosen.system or [], chosen.keep)


Ask = Callable[[], object]


def measure_speed(sizes: Sequence[int], chosen: Sequence[str], keep: Path | None = None) -> None:
    pieces = real_pieces()
    print(f"{len(QUERIES)} queries, each asked {ROUNDS} times, or once where it took a second;")
    print(f"{len(pieces):,} real pieces of {PIECE_WORDS} words;")
    print("beyond that number they are repeated. 'Shared' only those queries that all can be asked. Ours: exact")
    print("total, facets, permission, pages and snippets of the first ten, the number searched. The others used")
    print("directly: exact total and snippets of the first ten alone. '8 at once': eight threads, each every query.")
    print("'CPU': milliseconds of the processor alone, which is what can be compared where the machine is shared; the")
    print("columns after it are CPU too, but for '8 at once'. Documents/s are CPU seconds as well.\n")
    print("| system | documents | docs/s | MB | queries | p50 ms | p95 | p99 | CPU p50 | p95 | p99 | first p95", end="")
    print(" | shared p50 | shared p95 | 8 at once p50 | p95 |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    systems = {name: SYSTEMS[name] for name in chosen or SYSTEMS if chosen or "opensearch" not in name}
    for size in sizes:
        typical: dict[str, dict[int, float]] = {}
        for label, system in systems.items():
            place = keep / f"{label}-{size}" if keep else Path(tempfile.mkdtemp(prefix="candour-bench-"))
            folder = place / "laid-down"
            folder.mkdir(parents=True, exist_ok=True)
            try:
                name, per_second, asks = system(folder, make_documents(pieces, size), size)
                megabytes = _megabytes(folder) + _opensearch.megabytes()
                line, typical[name] = _line(name, size, per_second, megabytes, asks)
                print(line, flush=True)
            finally:
                _opensearch.clear()
                if not keep:
                    shutil.rmtree(place, ignore_errors=True)
        _print_overhead(typical)


def _print_overhead(typical: dict[str, dict[int, float]]) -> None:
    """Ours against Tantivy used directly: the processor's milliseconds of the shared queries, their middle ones."""
    ours = typical.get("Candour on Tantivy")
    for name in ("Tantivy used directly", "Tantivy, the same answer"):
        if ours and name in typical:
            theirs = typical[name]
            more = sorted(ours[i] / theirs[i] - 1 for i in theirs)
            whole = sum(ours[i] for i in theirs) / sum(theirs.values()) - 1
            print(f"\nCandour on Tantivy over {name}: {whole:+.0%} over all, {more[len(more) // 2]:+.0%} in the middle")


Documents = Iterable[IndexDocument]
Measured = tuple[str, float, dict[int, Ask]]


def _per_second(folder: Path, size: int, lay_down: Callable[[], float]) -> float:
    """Documents a processor second, from the run that laid them down: this one, unless the folder was kept whole.

    `lay_down` puts all of them in and gives the seconds that took.
    """
    known = folder.parent / "documents-a-second"
    if not known.exists():
        shutil.rmtree(folder)
        folder.mkdir()
        known.write_text(str(size / lay_down()))
    return float(known.read_text())


def measure_ours(name: str, make: Callable[[Path], SearchEngine]) -> Callable[[Path, Documents, int], Measured]:
    def measure(folder: Path, documents: Documents, size: int) -> Measured:
        # Page texts come from the database in the service; here from SQLite as well, without the rest of it.
        texts = sqlite3.connect(folder.parent / "texts.sqlite3", check_same_thread=False)
        spent = 0.0

        def watched() -> Iterator[IndexDocument]:
            nonlocal spent
            for document in documents:
                began = time.process_time()
                texts.execute("insert into page values (?, ?)", (document.record_id, document.pages[0][1]))
                spent += time.process_time() - began
                yield document

        def lay_down() -> float:
            texts.execute("drop table if exists page")
            texts.execute("create table page (id integer primary key, text text)")
            started = time.process_time() + _opensearch.server_seconds()
            make(folder / "index").index(watched())
            took = time.process_time() + _opensearch.server_seconds() - started - spent
            texts.commit()
            return took

        per_second = _per_second(folder, size, lay_down)
        engine = make(folder / "index")
        held, wanted = engine.count(EVERYTHING, compartments=OPEN), size - len(range(0, size, RESTRICTED_EACH))
        if held != wanted:
            sys.exit(f"The index in {folder} holds {held} of the {wanted} documents to be searched: remove the folder.")

        def ask(written: str) -> None:
            query = any_word(written) if written.startswith("what ") else parse_query(written)
            found = engine.find(query, compartments=OPEN, limit=10)
            ids = [hit.record_id for hit in found.hits]
            # As the service does: the page of so short a document says itself what stands on it.
            if ids and text_parts(query):
                wanted = f"select id, text from page where id in ({', '.join('?' * len(ids))})"
                highlight_each(query, {number: [(1, text)] for number, text in texts.execute(wanted, ids)})
            engine.count(EVERYTHING, compartments=OPEN)

        engine.count(parse_query("xylophone"), compartments=OPEN)
        return name, per_second, {i: _bind(ask, query[1]) for i, query in enumerate(QUERIES)}

    return measure


def measure_tantivy(folder: Path, documents: Documents, size: int) -> Measured:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
    builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
    schema = builder.build()

    def lay_down() -> float:
        started = time.process_time()
        writer = tantivy.Index(schema, path=str(folder)).writer(96 * 2**20, 1)
        for document in documents:
            writer.add_document(tantivy.Document(title=document.title, text=document.pages[0][1]))
        writer.commit()
        writer.wait_merging_threads()
        return time.process_time() - started

    per_second = _per_second(folder, size, lay_down)
    index = tantivy.Index(schema, path=str(folder))
    searcher = index.searcher()

    def ask(written: str) -> None:
        written = re.sub(r"(\w+)\*", r"text:/\1.*/", written).replace(" NOT ", " -")
        query = index.parse_query(written, ["title", "text"], conjunction_by_default=True, allow_regexes=True)
        snippets = tantivy.SnippetGenerator.create(searcher, query, index.schema, "text")
        for _, address in searcher.search(query, limit=10).hits:
            snippets.snippet_from_doc(searcher.doc(address)).highlighted()

    return "Tantivy used directly", per_second, {i: _bind(ask, q[2]) for i, q in enumerate(QUERIES) if q[2] and q[3]}


def measure_tantivy_same(folder: Path, documents: Documents, size: int) -> Measured:
    """The same answer as ours from Tantivy alone: permission, exact total, the same facets, snippets, the searched."""
    columns = {
        "category": lambda d: d.categories,
        "type": lambda d: [d.record_type],
        "batch": lambda d: d.batches,
        "source": lambda d: d.sources,
        "box": lambda d: d.boxes,
        "custodian": lambda d: d.custodians,
        "person": lambda d: d.people,
        "place": lambda d: d.places,
        "state": lambda d: [d.state],
        "read": lambda d: d.whole_values("read"),
        "has": lambda d: d.whole_values("has"),
        "year": lambda d: [str(d.date_from.year)] if d.date_from else [],
        "decade": lambda d: [f"{d.date_from.year // 10}0"] if d.date_from else [],
    }
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
    builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
    builder.add_unsigned_field("id", fast=True)
    for name in (*columns, "compartment"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    schema = builder.build()

    def lay_down() -> float:
        started = time.process_time()
        writer = tantivy.Index(schema, path=str(folder)).writer(96 * 2**20, 1)
        for document in documents:
            made = tantivy.Document(title=document.title, text=document.pages[0][1], compartment=document.compartment)
            made.add_unsigned("id", document.record_id)
            for name, values in columns.items():
                for value in values(document):
                    made.add_text(name, value)
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
        return time.process_time() - started

    per_second = _per_second(folder, size, lay_down)
    index = tantivy.Index(schema, path=str(folder))
    searcher = index.searcher()
    allowed = tantivy.Query.term_query(index.schema, "compartment", "open", index_option="basic")
    allowed = tantivy.Query.const_score_query(allowed, 0.0)
    facets = {name: {"terms": {"field": name, "size": 2_000, "segment_size": 10_000_000}} for name in columns}

    def ask(written: str) -> None:
        written = re.sub(r"(\w+)\*", r"text:/\1.*/", written).replace(" NOT ", " -")
        query = index.parse_query(written, ["title", "text"], conjunction_by_default=True, allow_regexes=True)
        permitted = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, allowed)])
        addresses = [address for _, address in searcher.search(permitted, limit=10).hits]
        searcher.fast_field_values("id", addresses)
        searcher.aggregate(permitted, facets)
        snippets = tantivy.SnippetGenerator.create(searcher, query, index.schema, "text")
        for address in addresses:
            snippets.snippet_from_doc(searcher.doc(address)).highlighted()
        searcher.search(allowed, limit=1)

    asks = {i: _bind(ask, q[2]) for i, q in enumerate(QUERIES) if q[2] and q[3]}
    return "Tantivy, the same answer", per_second, asks


def measure_whoosh(folder: Path, documents: Documents, size: int) -> Measured:
    analyzer = StemmingAnalyzer(stoplist=None)
    schema = whoosh_fields.Schema(
        id=whoosh_fields.STORED,
        title=whoosh_fields.TEXT(analyzer, stored=True),
        text=whoosh_fields.TEXT(analyzer, stored=True),
    )

    def lay_down() -> float:
        started = time.process_time()
        writer = whoosh_index.create_in(str(folder), schema).writer(limitmb=256)
        for document in documents:
            writer.add_document(id=document.record_id, title=document.title, text=document.pages[0][1])
        writer.commit()
        return time.process_time() - started

    per_second = _per_second(folder, size, lay_down)
    searcher = whoosh_index.open_dir(str(folder)).searcher()
    parser = QueryParser("text", schema)
    parser.add_plugin(FuzzyTermPlugin())

    def ask(written: str) -> None:
        results = searcher.search(parser.parse(written), limit=10)
        len(results)
        for hit in results:
            hit.highlights("text")

    return "Whoosh used directly", per_second, {i: _bind(ask, q[2]) for i, q in enumerate(QUERIES) if q[2]}


def measure_fts5(folder: Path, documents: Documents, size: int) -> Measured:
    def lay_down() -> float:
        database = sqlite3.connect(folder / "fts.sqlite3")
        database.execute("create virtual table papers using fts5(title, text, tokenize = 'porter unicode61')")
        started = time.process_time()
        rows = ((document.record_id, document.title, document.pages[0][1]) for document in documents)
        database.executemany("insert into papers (rowid, title, text) values (?, ?, ?)", rows)
        database.commit()
        return time.process_time() - started

    per_second = _per_second(folder, size, lay_down)
    database = sqlite3.connect(folder / "fts.sqlite3", check_same_thread=False)

    def ask(written: str) -> None:
        match = re.sub(r"(?<=\w) (?=\w)", " ", written)
        database.execute("select count(*) from papers where papers match ?", (match,)).fetchone()
        database.execute(
            "select rowid, snippet(papers, 1, '[', ']', '…', 40) from papers where papers match ?"
            " order by bm25(papers, 2.0, 1.0) limit 10",
            (match,),
        ).fetchall()

    return "SQLite FTS5", per_second, {i: _bind(ask, q[3]) for i, q in enumerate(QUERIES) if q[3]}


def measure_opensearch(folder: Path, documents: Documents, size: int) -> Measured:
    per_second, ask = _opensearch.measure_directly(documents, size)
    return "OpenSearch used directly", per_second, {i: _bind(ask, q[2]) for i, q in enumerate(QUERIES) if q[2]}


SYSTEMS: dict[str, Callable[[Path, Documents, int], Measured]] = {
    "candour-whoosh": measure_ours("Candour on Whoosh", WhooshEngine),
    "candour-tantivy": measure_ours("Candour on Tantivy", TantivyEngine),
    "whoosh": measure_whoosh,
    "tantivy": measure_tantivy,
    "tantivy-same": measure_tantivy_same,
    "fts5": measure_fts5,
    "candour-opensearch": measure_ours("Candour on OpenSearch", _opensearch.make_engine),
    "opensearch": measure_opensearch,
}


def _bind(ask: Callable[[str], None], written: str | None) -> Ask:
    return lambda: ask(written or "")


def _line(
    name: str, size: int, per_second: float, megabytes: float, asks: dict[int, Ask]
) -> tuple[str, dict[int, float]]:
    """The line of the table, and for each query the middle of its times of the processor."""
    first = {i: _took(ask) for i, ask in asks.items()}
    # What took more than a second is not asked again: its first time is counted for every round.
    rounds = [
        {i: _took(ask) if first[i].own < SLOW_MS else first[i] for i, ask in asks.items()} for _ in range(ROUNDS - 1)
    ]
    times = [(i, took) for turn in (first, *rounds) for i, took in turn.items()]
    walls = [took.wall for _, took in times]
    own = [took.own for _, took in times]
    shared = [took.own for i, took in times if QUERIES[i][2] and QUERIES[i][3]]
    # Eight at once only where one at a time is quick; a system that needs seconds alone would need minutes so.
    together = _eight_at_once(list(asks.values())) if _percentile(own, 95) < SLOW_MS else []
    if name.startswith(ONE_THREAD):
        together = []
    figures = [
        *(_percentile(walls, share) for share in (50, 95, 99)),
        *(_percentile(own, share) for share in (50, 95, 99)),
        _percentile([took.own for took in first.values()], 95),
        *(_percentile(shared, share) for share in (50, 95)),
        *(_percentile(together, share) for share in (50, 95)),
    ]
    shown = " | ".join("" if math.isnan(figure) else f"{figure:.1f}" for figure in figures)
    typical = {i: float(np.median([turn[i].own for turn in (first, *rounds)])) for i in asks}
    return f"| {name} | {size:,} | {per_second:,.0f} | {megabytes:.1f} | {len(asks)} | {shown} |", typical


def _percentile(values: Sequence[float], share: int) -> float:
    return float(np.percentile(values, share)) if values else math.nan


def _eight_at_once(asks: Sequence[Ask]) -> list[float]:
    def user(number: int) -> list[float]:
        return [_took(asks[(i + number * 7) % len(asks)]).wall for i in range(len(asks))]

    with ThreadPoolExecutor(8) as users:
        return [took for times in users.map(user, range(8)) for took in times]


class Took(NamedTuple):
    """Milliseconds by the clock, and of the processor alone, which others on the machine do not lengthen."""

    wall: float
    own: float


def _took(ask: Ask) -> Took:
    server = _opensearch.server_seconds()
    wall, own = time.perf_counter(), time.process_time()
    ask()
    took, own = time.perf_counter() - wall, time.process_time() - own
    return Took(took * 1000, (own + max(_opensearch.server_seconds() - server, 0.0)) * 1000)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
