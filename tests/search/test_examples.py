"""The examples of the help page, run over real hearings with made-up particulars: each finds something, and rightly."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from search.engine import IndexDocument
from search.engines.whoosh import WhooshEngine
from search.examples import LESSONS
from search.language import parse_query
from search.plain_scan import PlainScan

OPEN = frozenset({"open"})
EXAMPLES = [each for lesson in LESSONS for each in lesson.examples]
PIECE = 3_000
_made: dict[str, WhooshEngine] = {}
_scans: list[PlainScan] = []


@cache
def _hearings(folder: Path) -> Sequence[IndexDocument]:
    files = sorted(folder.rglob("*.rst"))[:25]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    pieces = [text[start : start + PIECE] for text in texts for start in range(0, min(len(text), 24_000), PIECE)]
    return tuple(_document(number, text) for number, text in enumerate(pieces, start=1))


def _document(number: int, text: str) -> IndexDocument:
    day = date(1972 + number % 9, 1 + number % 12, 1 + number % 28)
    about = date(1974, 1, 1) if number % 6 == 0 else day
    return IndexDocument(
        record_id=number,
        reference=f"R{number:06}",
        title=("Evidence of the morning", "Hearing, afternoon", "Letter")[number % 3],
        file_name=f"hearing_{number}.pdf",
        record_type=("minutes", "memorandum", "letter")[number % 3],
        categories=("failings",) if number % 2 else (),
        people=(("Ada Quillfeather",), ("Ada Quillfeather Osterwain",), ())[number % 3],
        batches=[("Returned spring", "Returned autumn")[number % 2]],
        boxes=[f"Box {number % 5}"],
        custodians=("Town Clerk", "Children's services")[number % 2 :],
        date_from=None if number % 7 == 0 else about,
        date_to=None if number % 7 == 0 else (date(1974, 12, 31) if number % 6 == 0 else day),
        read_by=("ocr", "layer")[number % 2],
        state=("read", "partly-read")[number % 4 == 0],
        pages=((1, text),),
        facts={
            "review": ["waiting" if number % 2 else "none"],
            **({"category": ["failings"]} if number % 4 == 1 else {}),
        },
    )


@pytest.fixture
def hearings(corpus: Callable[[str], Path]) -> Sequence[IndexDocument]:
    return _hearings(corpus("text/inquiry-lampard"))


@pytest.fixture
def heard(hearings: Sequence[IndexDocument], tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    if "engine" not in _made:
        _made["engine"] = WhooshEngine(tmp_path_factory.mktemp("examples") / "index")
        _made["engine"].index(hearings)
    return _made["engine"]


@pytest.fixture
def oracle(hearings: Sequence[IndexDocument]) -> PlainScan:
    if not _scans:
        _scans.append(PlainScan(hearings))
    return _scans[0]


@pytest.mark.parametrize("written", [each.written for each in EXAMPLES])
def test_each_example_finds_something_and_no_more_than_it_should(
    written: str, hearings: Sequence[IndexDocument], heard: WhooshEngine, oracle: PlainScan
) -> None:
    query = parse_query(written)

    found = heard.matching(query, compartments=OPEN)

    assert found == oracle.matching(query, compartments=OPEN)
    assert found
    assert len(found) < len(hearings) or written == "*"


def test_the_examples_are_all_different() -> None:
    assert len({each.written for each in EXAMPLES}) == len(EXAMPLES) > 30
