"""The search page measured from the query to what it shows: database, permission, facets, snippets, page numbers.

    python bench/service.py [--documents N] [--pages N] [--search tantivy:] [--profile]

The documents and the queries are those of `bench/_search_set.py`, put into an archive of their own. With --pages each
has so many, the further ones being pieces of other documents. With --profile the functions that take the most time are
listed after the table.
"""

import argparse
import cProfile
import pstats
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from sqlalchemy import insert  # noqa: E402

from access.policy import Actor, Role  # noqa: E402
from bench._search_set import QUERIES, make_documents, real_pieces  # noqa: E402
from records.models import Page, Record, RecordFile, RecordPerson  # noqa: E402
from search import indexing, querying  # noqa: E402
from search.opening import close_engine  # noqa: E402
from store import clock, schema  # noqa: E402
from store.archive import Archive, open_archive  # noqa: E402
from store.files_models import StoredFile  # noqa: E402
from store.settings import load_settings  # noqa: E402

OFFICER = Actor("officer@example.org", frozenset({Role.RECORDS_OFFICER}))
SHOWN = 20
ROUNDS = 3
APART = 7_919
"""So many pieces further on lies the next page of a document, so that its pages have little in common."""


def fill(archive: Archive, count: int, length: int) -> None:
    """The archive holds so many records of so many pages each, of which every tenth is restricted."""
    now = clock.now()
    pieces = real_pieces()
    records, files, pages, people, stored = [], [], [], [], []
    for each in make_documents(pieces, count):
        digest = f"{each.record_id:064x}"
        stored.append({"sha256": digest, "md5": "", "size": 1, "stored_at": now})
        records.append(
            {
                "id": each.record_id,
                "reference": each.reference,
                "title": each.title,
                "file_name": each.file_name,
                "media_type": "application/pdf",
                "label": "PDF",
                "record_type": each.record_type,
                "date_from": each.date_from,
                "date_precision": "day" if each.date_from else "undated",
                "batch": each.batches[0],
                "source": each.sources[0],
                "compartment": each.compartment,
                "state": "read",
                "page_count": length,
                "unread_pages": 0,
                "registered_at": now,
            }
        )
        file = {"record_id": each.record_id, "sha256": digest, "name": each.file_name, "path": each.file_name}
        files.append({**file, "batch": each.batches[0], "source": each.sources[0], "found_at": now})
        texts = [each.pages[0][1], *(pieces[(each.record_id + n * APART) % len(pieces)] for n in range(1, length))]
        pages += [
            {"record_id": each.record_id, "number": number, "text": text, "read_by": "ocr"}
            for number, text in enumerate(texts, 1)
        ]
        named = [("person", name) for name in each.people] + [("place", name) for name in each.places]
        people += [{"record_id": each.record_id, "kind": kind, "name": name, "page": 1} for kind, name in named]
    with archive.writing() as session:
        for table, rows in ((StoredFile, stored), (Record, records), (RecordFile, files), (Page, pages)):
            session.execute(insert(table), rows)
        session.execute(insert(RecordPerson), people)
    indexing.rebuild(archive)


def ask_all(archive: Archive) -> list[tuple[float, float]]:
    """Milliseconds for each query of each round, by the clock and of the processor.

    A question in plain language is asked as its words.
    """
    times = []
    for _ in range(ROUNDS):
        for _, written, _, _ in QUERIES:
            query = written.replace(" ", " OR ") if written.startswith("what ") else written
            started, worked = time.perf_counter(), time.process_time()
            with archive.reading() as session:
                querying.search(archive, session, query, actor=OFFICER, limit=SHOWN)
            times.append(((time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=1, help="pages of each document")
    parser.add_argument("--search", default="whoosh:", help="the engine, as CANDOUR_SEARCH_URL names it")
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="candour-bench-"))
    archive = open_archive(load_settings({"CANDOUR_DATA": str(folder / "data"), "CANDOUR_SEARCH_URL": chosen.search}))
    try:
        schema.upgrade(archive.engine)
        fill(archive, chosen.documents, chosen.pages)
        ask_all(archive)
        watch = cProfile.Profile()
        if chosen.profile:
            watch.enable()
        times = ask_all(archive)
        watch.disable()
        print(f"{len(QUERIES)} queries, {ROUNDS} times each, {SHOWN} hits shown, after one round to warm up;")
        print(f"documents of {chosen.pages} page(s).\n")
        print("| documents | ms | p50 | p95 | p99 | mean |")
        print("|---:|---|---:|---:|---:|---:|")
        for measure, column in (("by the clock", 0), ("of the processor", 1)):
            taken = [each[column] for each in times]
            p50, p95, p99 = np.percentile(taken, [50, 95, 99])
            print(f"| {chosen.documents:,} | {measure} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {np.mean(taken):.1f} |")
        if chosen.profile:
            pstats.Stats(watch).sort_stats("cumulative").print_stats(45)
    finally:
        close_engine(archive)
        archive.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
