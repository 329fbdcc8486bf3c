import json
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from search.engine import Found, IndexDocument, Order
from search.engines import tantivy as tantivy_engine
from search.engines import tantivy_facets, tantivy_queries
from search.engines.errors import IndexUnreadableError
from search.engines.kept_numbers import holding
from search.engines.tantivy import TantivyEngine
from search.language import parse_query

OPEN = frozenset({"open"})
WORDS = ("a", "b", "c", "abc", "abd")


@pytest.mark.parametrize("written", ["roads", "roa*", "roads OR parks", "roadz~"])
def test_of_very_many_equals_the_lowest_numbers_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    engine = TantivyEngine(tmp_path / "index")
    numbers = list(range(1, 121))
    random.Random(7).shuffle(numbers)
    for start in range(0, len(numbers), 40):
        engine.index(
            IndexDocument(n, pages=[(1, "roads roads parks" if n % 10 == 0 else "the roads committee")])
            for n in numbers[start : start + 40]
        )
    query = parse_query(written)
    whole = engine.find(query, compartments=OPEN, limit=200).hits
    assert sorted(whole, key=lambda hit: (-hit.score, hit.record_id)) == list(whole)

    monkeypatch.setattr(tantivy_facets, "_TIED_AT_MOST", 2)
    monkeypatch.setattr(tantivy_facets, "_LOOKED_AT", 3)
    for offset in (0, 5, 12, 60, 115, 118):
        found = engine.find(query, compartments=OPEN, limit=4, offset=offset)
        assert found.hits == whole[offset : offset + 4]
        assert found.total == len(whole)


def test_a_record_written_twice_in_one_call_is_there_once_and_only_where_it_was_put_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.engines.batches.BATCH_DOCUMENTS", 2)
    engine = TantivyEngine(tmp_path / "index")
    papers = [IndexDocument(n, pages=[(1, "roads")]) for n in (1, 2, 3)]
    moved = IndexDocument(1, compartment="restricted", pages=[(1, "roads")])

    assert engine.index([*papers, moved, papers[1]]) == 5

    assert engine.matching(parse_query("roads"), compartments=OPEN) == (2, 3)
    assert engine.matching(parse_query("roads"), compartments=frozenset({"restricted"})) == (1,)
    assert engine.document_count == 3


@pytest.mark.parametrize(
    "written",
    ["a w/9 b w/2 c", '"a b" w/20 (c OR d)', "(a w/9 b w/2 c) NOT d", "d AND (a w/9 b w/2 c)", "pavement w/3 a"],
)
def test_what_is_found_by_reading_is_the_same_whether_it_is_asked_for_by_number_or_by_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    chance = random.Random(3)
    texts = ["".join(chance.choices("abcd", k=5)) for _ in range(60)]
    engine = TantivyEngine(tmp_path / "index")
    engine.index(
        IndexDocument(n, title="a b", pages=[(1, f"{' '.join(text)} pave-\nment")])
        for n, text in enumerate(texts, start=1)
    )
    query = parse_query(written)
    read: list[int] = []

    def counted(*asked: Any) -> Any:
        found = holding(*asked)
        read.append(len(found))
        return found

    monkeypatch.setattr(tantivy_queries, "holding", counted)
    by_number = engine.find(query, compartments=OPEN, limit=100)

    assert sum(read) > 0
    monkeypatch.setattr(tantivy_queries, "_MANY", 0)
    monkeypatch.setattr(tantivy_queries, "_NEARLY_ALL", 0.0)
    assert engine.find(query, compartments=OPEN, limit=100) == by_number
    assert by_number.total > 0


def test_an_answer_that_is_ranked_while_it_is_counted_is_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(11)
    engine = TantivyEngine(tmp_path / "index")
    engine.index(
        IndexDocument(n, compartment=("open", "restricted")[n % 2], pages=[(1, " ".join(chance.choices(WORDS, k=5)))])
        for n in range(60)
    )
    both = frozenset({"open", "restricted"})
    queries = [parse_query(written) for written in ("a", '"a b"', "a w/9 b w/2 c", "ab*", "NOT a", "nowhere", "*")]
    asked = list(product(queries, Order, [(7, 0), (7, 50), (7, 500), (0, 0)]))

    def answers() -> list[Found]:
        return [
            engine.find(query, compartments=both, order=order, limit=limit, offset=offset)
            for query, order, (limit, offset) in asked
        ]

    counted_first = answers()
    monkeypatch.setattr(tantivy_engine, "_RANKED_WHILE_COUNTED", 0)
    assert answers() == counted_first


def test_damage_found_while_counting_beside_the_ranking_is_told_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.index([IndexDocument(1, pages=[(1, "roads")])])

    def damaged(*_: Any) -> Any:
        raise ValueError("the column cannot be read")

    monkeypatch.setattr(tantivy_engine, "_RANKED_WHILE_COUNTED", 0)
    monkeypatch.setattr(tantivy_engine, "count_facets", damaged)

    with pytest.raises(IndexUnreadableError, match="cannot be read"):
        engine.find(parse_query("roads"), compartments=OPEN)


def test_what_is_kept_of_documents_lies_in_small_blocks_after_every_commit_and_in_every_compartment(
    tmp_path: Path,
) -> None:
    engine = TantivyEngine(tmp_path / "index")
    for n in range(20):
        engine.index([IndexDocument(n, compartment=("open", "restricted")[n % 2], pages=[(1, "roads")])])
    engine.remove([3])

    contents = [json.loads(path.read_text()) for path in tmp_path.rglob("meta.json")]

    assert [found["index_settings"]["docstore_blocksize"] for found in contents] == [1_024, 1_024]
    assert engine.matching(parse_query("roads"), compartments=OPEN) == tuple(range(0, 20, 2))


def test_a_process_that_may_begin_no_thread_answers_and_doubts_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.index(IndexDocument(n, record_type="letter", pages=[(1, "the roads committee")]) for n in range(1, 6))
    before = engine.find(parse_query("roads"), compartments=OPEN, limit=2, offset=1)
    monkeypatch.setattr(tantivy_engine, "_RANKED_WHILE_COUNTED", 0)

    def refuse(*_: object) -> None:
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)

    assert engine.find(parse_query("roads"), compartments=OPEN, limit=2, offset=1) == before
    assert not engine.is_doubted
